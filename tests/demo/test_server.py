"""The demo world over real HTTP: each kind of outlet answers as its kind does outside."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import feedparser
import httpx
import pytest
from lxml import etree, html

from factdesk.demo.server import DemoServer, demo_sources
from factdesk.demo.world import World, instant, load_world
from factdesk.errors import SettingsError, UnreadableError

NOW = datetime(2031, 5, 17, 13, 20, tzinfo=UTC)
KINDS = (
    "rss", "atom", "jsonfeed", "sitemap", "page", "mastodon", "factcheck", "authority", "error500", "forbidden", "brokenxml",
    "latin1",
)  # fmt: skip
ROLES = {"mastodon": "social", "factcheck": "factcheck", "authority": "evidence"}
REVIEW = {"claimReviewed": "Pears fly.", "ratingValue": 1, "bestRating": 5, "worstRating": 1, "alternateName": "False"}
Json = dict[str, object]


def _article(key: str, number: int, **more: object) -> Json:
    return {
        "id": f"{key}-{number:02}", "kind": "article", "language": "en", "day": number % 7, "time": f"{number:02}:30",
        "path": f"/{number}-pears", "title": f"Pears & plums, part {number}", "summary": "A summary <short>.",
        "paragraphs": ["The orchard gave forty baskets.", "L'été fut « long » – très long…"], "byline": "Ada Quillon",
        "section": "news",
    } | more  # fmt: skip


def _post(number: int) -> Json:
    return {
        "id": f"mastodon-{number:02}", "kind": "post", "language": "en", "day": number % 7, "time": "09:15",
        "text": f"Post {number} for @pip about #Pears & more <now>\n\nsecond part #لوز", "hashtags": ["Pears", "#لوز"],
        "account": {"username": "quill", "display_name": "Quill O."}, "replies": 1, "shares": 2, "likes": number,
    }  # fmt: skip


def _contents() -> dict[str, list[Json]]:
    items = {kind: [_article(kind, number) for number in range(1, 4)] for kind in KINDS}
    items["mastodon"] = [_post(number) for number in range(45)]
    items["factcheck"] = [_article("factcheck", 1, kind="factcheck", claimreview=REVIEW, claimLanguage="es")]
    items["rss"][0]["corrected"] = {"day": 1, "time": "23:00", "paragraphs": ["It gave four baskets."], "note": "Not forty."}
    items["rss"][1] |= {"section": "opinion"}
    items["latin1"][2]["summary"] = "Été – « bref »."
    items["page"].append(_article("page", 9, language="ar", title="الكمثرى", paragraphs=["نص المقال."], section="satire"))
    return items


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("world")
    return load_world(_write(folder, _contents()))


def _write(folder: Path, contents: dict[str, list[Json]]) -> Path:
    outlets = [
        {"key": kind, "name": f"The {kind} & Co", "host": f"{kind}.localhost", "serves": kind, "role": ROLES.get(kind, "press"),
         "languages": ["en"], "about": "Invented."}
        for kind in KINDS
    ]  # fmt: skip
    (folder / "outlets.json").write_text(json.dumps(outlets))
    for kind in KINDS:
        (folder / f"{kind}.json").write_text(json.dumps(contents[kind]))
    return folder


@pytest.fixture
def server(world: World) -> Iterator[DemoServer]:
    with DemoServer(world, now=NOW) as running:
        yield running


@pytest.fixture
def client(server: DemoServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, trust_env=False) as ours:
        yield ours


def _get(client: httpx.Client, outlet: str, path: str, **headers: str) -> httpx.Response:
    return client.get(path, headers={"Host": f"{outlet}.localhost", **headers})


@pytest.mark.parametrize(("outlet", "path"), [("rss", "/feed.xml"), ("atom", "/atom.xml"), ("brokenxml", "/feed.xml")])
def test_a_feed_lists_the_newest_first_and_its_links_lead_to_the_articles(client: httpx.Client, outlet: str, path: str) -> None:
    answer = _get(client, outlet, path)
    feed = feedparser.parse(answer.content)
    assert [entry.title for entry in feed.entries] == [f"Pears & plums, part {number}" for number in (3, 2, 1)]
    assert feed.entries[0].author == "Ada Quillon"
    assert bool(feed.bozo) is (outlet == "brokenxml")
    page = _get(client, outlet, httpx.URL(feed.entries[0].link).path)
    assert page.status_code == 200
    assert "forty baskets" in page.text


def test_the_broken_feed_is_not_well_formed_xml(client: httpx.Client) -> None:
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(_get(client, "brokenxml", "/feed.xml").content)


def test_a_json_feed_carries_summary_dates_and_authors(client: httpx.Client) -> None:
    feed = _get(client, "jsonfeed", "/feed.json").json()
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert [item["summary"] for item in feed["items"]] == ["A summary <short>."] * 3
    assert feed["items"][0]["authors"] == [{"name": "Ada Quillon"}]


def test_the_news_sitemap_stands_in_robots_txt_and_lists_every_article(client: httpx.Client) -> None:
    robots = _get(client, "sitemap", "/robots.txt").text
    address = robots.partition("Sitemap: ")[2].strip()
    tree = etree.fromstring(_get(client, "sitemap", httpx.URL(address).path).content)
    assert [str(node.text)[-8:] for node in tree.iter("{*}loc")] == ["/3-pears", "/2-pears", "/1-pears"]
    assert next(node.text for node in tree.iter("{*}title")) == "Pears & plums, part 3"


@pytest.mark.parametrize(("outlet", "has_link"), [("rss", True), ("jsonfeed", True), ("page", False), ("sitemap", False)])
def test_the_front_page_links_its_articles_and_the_feed_where_there_is_one(
    client: httpx.Client, outlet: str, has_link: bool
) -> None:
    tree = html.fromstring(_get(client, outlet, "/").text)
    assert bool(tree.xpath("//link[@rel='alternate']")) is has_link
    assert tree.xpath("count(//ul[@class='teasers']//a)") in {3.0, 4.0}


def test_an_article_page_is_a_real_page_in_its_language(client: httpx.Client) -> None:
    tree = html.fromstring(_get(client, "page", "/9-pears").text)
    assert (tree.get("lang"), tree.get("dir")) == ("ar", "rtl")
    assert str(tree.xpath("string(//p[contains(@class, 'section-satire')])")) == "سخرية"
    data = json.loads(str(tree.xpath("string(//script[@type='application/ld+json'])")))
    assert data["@type"] == "SatiricalArticle"
    assert str(tree.xpath("string(//link[@rel='canonical']/@href)")).endswith("/9-pears")


def test_a_fact_check_carries_claimreview_with_its_publisher(client: httpx.Client) -> None:
    tree = html.fromstring(_get(client, "factcheck", "/1-pears").text)
    data = json.loads(str(tree.xpath("string(//script[@type='application/ld+json'])")))
    assert data["@type"] == "ClaimReview"
    assert (data["claimReviewed"], data["reviewRating"]["alternateName"]) == ("Pears fly.", "False")
    assert data["author"]["@type"] == "Organization"
    assert data["itemReviewed"]["inLanguage"] == "es"


def test_an_unchanged_answer_is_304_by_either_validator(client: httpx.Client) -> None:
    first = _get(client, "rss", "/feed.xml")
    by_tag = _get(client, "rss", "/feed.xml", **{"If-None-Match": first.headers["etag"]})
    by_date = _get(client, "rss", "/feed.xml", **{"If-Modified-Since": first.headers["last-modified"]})
    stale = _get(
        client, "rss", "/feed.xml", **{"If-None-Match": '"other"', "If-Modified-Since": first.headers["last-modified"]}
    )
    assert (by_tag.status_code, by_date.status_code, stale.status_code) == (304, 304, 200)
    assert by_tag.headers["etag"] == first.headers["etag"]
    assert _get(client, "rss", "/feed.xml", **{"If-Modified-Since": "soon"}).status_code == 200


def test_a_correction_appears_after_advance_and_breaks_every_validator(client: httpx.Client, server: DemoServer) -> None:
    first, listing = _get(client, "rss", "/1-pears"), _get(client, "rss", "/feed.xml")
    assert "four baskets" not in first.text
    server.advance()
    tag, since = first.headers["etag"], listing.headers["last-modified"]
    second = _get(client, "rss", "/1-pears", **{"If-None-Match": tag})
    assert "It gave four baskets." in second.text
    assert "Correction: Not forty." in second.text
    assert second.headers["last-modified"] != first.headers["last-modified"]
    relisted = _get(client, "rss", "/feed.xml", **{"If-Modified-Since": since})
    assert feedparser.parse(relisted.content).entries[-1].updated == "2031-05-12T23:00:00+00:00"
    assert "forty baskets" in _get(client, "atom", "/1-pears").text


def test_one_outlet_fails_but_says_what_robots_may_do(client: httpx.Client) -> None:
    assert _get(client, "error500", "/feed.xml").status_code == 500
    assert _get(client, "error500", "/1-pears").status_code == 500
    assert _get(client, "error500", "/robots.txt").status_code == 200


def test_one_outlet_forbids_everything(client: httpx.Client) -> None:
    assert "Disallow: /\n" in _get(client, "forbidden", "/robots.txt").text


@pytest.mark.parametrize("path", ["/1-pears", "/feed.xml"])
def test_the_encoding_lie_is_one(client: httpx.Client, path: str) -> None:
    answer = _get(client, "latin1", path)
    assert answer.headers["content-type"].endswith("charset=utf-8")
    if path == "/1-pears":
        assert b'charset="utf-8"' in answer.content
        with pytest.raises(UnicodeDecodeError):
            answer.content.decode("utf-8")
        assert "été fut « long » – très long…" in answer.content.decode("cp1252")


def test_a_post_has_an_account_counts_and_html_with_links(client: httpx.Client) -> None:
    newest = _get(client, "mastodon", "/api/v1/timelines/public?local=true&limit=1").json()[0]
    assert newest["account"]["username"] == "quill"
    assert newest["visibility"] == "public"
    assert (newest["replies_count"], newest["reblogs_count"], newest["favourites_count"]) == (1, 2, 41)
    tree = html.fromstring(newest["content"])
    assert tree.xpath("//a[@rel='tag']/span/text()") == ["Pears", "لوز"]
    assert [tag["name"] for tag in newest["tags"]] == ["pears", "لوز"]
    assert len(_ids(_get(client, "mastodon", httpx.URL("/api/v1/timelines/tag/لوز").raw_path.decode()))) == 20
    assert str(tree.xpath("string(//a[contains(@class, 'u-url')])")) == "@pip"
    assert str(tree.xpath("string(//p[1])")) == "Post 41 for @pip about #Pears & more <now>"
    assert _get(client, "mastodon", httpx.URL(newest["url"]).path).status_code == 200


def _ids(answer: httpx.Response) -> list[int]:
    return [int(status["id"]) for status in answer.json()]


def test_the_timeline_pages_back_by_its_link_header_until_all_are_seen(client: httpx.Client) -> None:
    seen: list[int] = []
    path = "/api/v1/timelines/public?limit=20"
    while path:
        answer = _get(client, "mastodon", path)
        seen += _ids(answer)
        path = httpx.URL(answer.links["next"]["url"]).raw_path.decode() if "next" in answer.links else ""
    assert len(seen) == len(set(seen)) == 45
    assert seen == sorted(seen, reverse=True)


def test_since_id_gives_the_newest_and_min_id_the_next_above(client: httpx.Client) -> None:
    every = _ids(_get(client, "mastodon", "/api/v1/timelines/tag/pears?limit=40"))
    mark = every[30]
    since = _ids(_get(client, "mastodon", f"/api/v1/timelines/tag/PEARS?limit=5&since_id={mark}"))
    above = _ids(_get(client, "mastodon", f"/api/v1/timelines/tag/pears?limit=5&min_id={mark}"))
    assert since == every[:5]
    assert above == every[25:30]
    assert _ids(_get(client, "mastodon", "/api/v1/timelines/tag/apples")) == []
    assert _get(client, "mastodon", "/api/v1/timelines/public?min_id=x").status_code == 400


def test_the_instance_describes_itself_and_a_status_can_be_read_alone(client: httpx.Client) -> None:
    assert _get(client, "mastodon", "/api/v2/instance").json()["domain"] == "mastodon.localhost"
    number = _ids(_get(client, "mastodon", "/api/v1/timelines/public"))[0]
    assert _get(client, "mastodon", f"/api/v1/statuses/{number}").json()["id"] == str(number)
    assert _get(client, "mastodon", "/api/v1/statuses/1").status_code == 404


def test_an_unknown_host_gets_a_page_that_helps(client: httpx.Client) -> None:
    answer = _get(client, "nowhere", "/")
    assert answer.status_code == 404
    assert "nowhere.localhost" in answer.text
    assert "The rss &amp; Co" in client.get("/").text
    assert _get(client, "rss", "/no-such").status_code == 404
    assert client.post("/", headers={"Host": "rss.localhost"}).status_code == 405


def test_it_is_a_proxy_too_so_that_no_name_needs_to_resolve(server: DemoServer) -> None:
    with httpx.Client(proxy=server.url, trust_env=False) as client:
        assert "Pears" in client.get(f"http://atom.localhost:{server.port}/atom.xml").text


def test_the_log_counts_each_hosts_requests(server: DemoServer, client: httpx.Client) -> None:
    for path in ("/", "/feed.xml", "/missing"):
        _get(client, "rss", path)
    counted = server.log.tally("rss.localhost")
    assert (counted.count, counted.connections, counted.max_simultaneous) == (3, 1, 1)
    assert 0 < counted.min_gap_s < 5
    assert [(visit.target, visit.status) for visit in server.log.visits()] == [
        ("/", 200),
        ("/feed.xml", 200),
        ("/missing", 404),
    ]
    server.log.clear()
    assert server.log.tally().count == 0


def test_every_outlet_is_a_source_of_the_kind_that_reads_it(world: World, server: DemoServer, client: httpx.Client) -> None:
    sources = demo_sources(world, server.port)
    kinds = {source.name.split()[1]: source.kind for source in sources}
    assert kinds == dict.fromkeys(KINDS, "feed") | {
        "sitemap": "sitemap", "page": "page", "factcheck": "claimreview", "mastodon": "mastodon"
    }  # fmt: skip
    assert [source.url for source in sources if source.url.endswith("/tags/pears")] == [
        f"http://mastodon.localhost:{server.port}/tags/pears"
    ]
    for source in sources:
        url = httpx.URL(source.url)
        expected = 500 if "error500" in source.url else 200
        assert client.get(url.path, headers={"Host": url.host}).status_code == expected


@pytest.mark.parametrize("now", [NOW, NOW.replace(hour=0, minute=0), NOW.replace(hour=23, minute=59)])
def test_everything_lies_in_the_seven_days_before_now_in_order(world: World, now: datetime) -> None:
    for items in world.items.values():
        times = [instant(item, now) for item in items]
        assert times == sorted(times)
        assert all(now - timedelta(days=7) <= time <= now for time in times)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"copy_of": "nothing-01"}, "copies nothing-01"),
        ({"paragraphs": []}, "lacks its title or paragraphs"),
        ({"path": "pears"}, "which must begin with /"),
        ({"kind": "post"}, "lacks its text or account"),
        ({"kind": "factcheck"}, "lacks its claimreview"),
        ({"id": "rss-02"}, "rss-02 is there twice"),
        ({"path": "/2-pears"}, "has /2-pears twice"),
        ({"time": "24:00"}, "rss.json, 0.time"),
        ({"day": 7}, "rss.json, 0.day"),
    ],
)
def test_a_world_that_is_not_whole_is_refused_in_one_line(tmp_path: Path, change: Json, words: str) -> None:
    contents = _contents()
    contents["rss"][0] |= change
    with pytest.raises(UnreadableError, match=words):
        load_world(_write(tmp_path, contents))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match=r"outlets\.json"):
        load_world(tmp_path)


def test_a_taken_port_is_one_clear_line(server: DemoServer, world: World) -> None:
    with pytest.raises(SettingsError, match=f"Port {server.port} cannot be used"):
        DemoServer(world, port=server.port)


def test_stopping_frees_the_port_at_once(world: World) -> None:
    with DemoServer(world) as first, httpx.Client(base_url=first.url, trust_env=False) as client:
        client.get("/")
        port = first.port
    with DemoServer(world, port=port) as second:
        assert second.port == port


def test_the_world_that_comes_with_factdesk_is_whole() -> None:
    world = load_world()
    served = {cast("str", outlet.serves) for outlet in world.outlets}
    assert served == set(KINDS)


def test_the_lying_feed_is_still_read_right(client: httpx.Client) -> None:
    answer = _get(client, "latin1", "/feed.xml")
    assert b'encoding="UTF-8"' in answer.content
    feed = feedparser.parse(answer.content, response_headers={"content-type": answer.headers["content-type"]})
    assert feed.entries[0].summary == "Été – « bref »."


def test_the_documented_example_runs(capsys: pytest.CaptureFixture[str]) -> None:
    page = (Path(__file__).parents[2] / "docs" / "demo.md").read_text(encoding="utf-8")
    exec(page.partition("```python\n")[2].partition("```")[0], {})  # noqa: S102 # our own documentation
    assert "claimreview http://plumbline.localhost:" in capsys.readouterr().out
    assert all(f"`{kind}`" in page for kind in KINDS)
