import asyncio
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from crawlers._http import Failed, Refused
from crawlers._robots import Rules, rules_of
from crawlers.base import Detection, Fetched
from crawlers.detect import detect, find_source, normal_address, recognised
from factdesk.cli import app
from factdesk.errors import FetchError, SettingsError
from factdesk.records import Outcome, SourceRole
from factdesk.store.hosts import HostState
from tests.crawlers.collecting import page, rig
from tests.crawlers.posts import answer
from tests.crawlers.test_kinds import FRONT, NEWS_MAP, NOW, fetched

SITE = "https://news.example"
FEED = "<rss><channel><title>Daily News</title><item><link>/a</link></item></channel></rss>"


class Web:
    """Answers from a dictionary and remembers what was asked."""

    def __init__(self, pages: dict[str, str], robots: str = "") -> None:
        self.pages = pages
        self.robots = robots
        self.asked: list[str] = []

    async def get(self, url: str) -> Fetched | Refused | Failed:
        self.asked.append(url)
        body = self.pages.get(url.removeprefix(SITE))
        if body is None:
            return Refused(Outcome.GONE, "HTTP status 404.", 404)
        return fetched(body, url=url, kind="text/html" if "<html" in body else "application/octet-stream")

    async def rules(self, url: str) -> Rules:
        return rules_of(HostState(url, 200, self.robots, NOW))


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A desk without settings."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FACTDESK_DATA", str(tmp_path))


def found(pages: dict[str, str], *, path: str = "/", robots: str = "") -> Detection:
    return asyncio.run(detect(SITE + path, Web(pages, robots)))


def test_a_feed_that_the_page_names_is_taken() -> None:
    head = '<html><head><title>News</title><link rel="alternate" type="application/atom+xml" href="/x/feed"></head><body>'
    told = found({"/": head, "/x/feed": FEED})
    assert (told.kind, told.url, told.name) == ("feed", f"{SITE}/x/feed", "Daily News")


def test_usual_paths_and_sitemaps_of_robots_txt_are_tried() -> None:
    assert found({"/": "<html><body>x</body></html>", "/rss.xml": FEED}).url == f"{SITE}/rss.xml"
    told = found({"/": "<html><body>x</body></html>", "/maps/n.xml": NEWS_MAP}, robots=f"Sitemap: {SITE}/maps/n.xml")
    assert (told.kind, told.url) == ("sitemap", f"{SITE}/maps/n.xml")


def test_a_factchecker_is_known_by_its_articles() -> None:
    told = found({"/feed": FEED, "/a": '<html><script>{"@type": "ClaimReview"}</script></html>'}, path="/feed")
    assert (told.kind, told.url, told.role) == ("claimreview", f"{SITE}/feed", SourceRole.FACTCHECK)


def test_an_instance_and_its_hashtag_are_known() -> None:
    instance = json.dumps({"domain": "news.example", "title": "River", "languages": ["en"]})
    pages = {"/": "<html><body>mastodon</body></html>", "/tags/dam": "<html></html>", "/api/v2/instance": instance}
    assert found(pages) == Detection("mastodon", SITE, "River", "en", SourceRole.SOCIAL)
    assert found(pages, path="/tags/dam").url == f"{SITE}/tags/dam"


def test_a_page_of_articles_is_the_last_resort() -> None:
    more = '<h3><a href="/2026/03/05/otro-dia-de-lluvia">Otro día de lluvia en el valle</a></h3></body>'
    told = found({"/": FRONT.replace("</body>", more)})
    assert (told.kind, told.name, told.language) == ("page", "El Faro", "es")


def test_nothing_to_poll_ends_in_one_line() -> None:
    with pytest.raises(FetchError, match="no feed, sitemap or API"):
        found({"/": "<html><body>x</body></html>"})
    with pytest.raises(FetchError, match="404"):
        found({})


def test_the_real_thing_obeys_robots_txt_and_the_guard(tmp_path: Path) -> None:
    with rig(tmp_path) as world:
        world.feed("courier", "/a")
        world.put(
            "courier", "/", '<html><head><link rel="alternate" type="application/rss+xml" href="/feed.xml"></head></html>'
        )
        world.put("courier", "/a", page("a"))
        told = find_source(world.url("courier", "/"), world.settings)
        assert (told.kind, told.url) == ("feed", world.url("courier", "/feed.xml"))
        world.put("shut", "/robots.txt", "User-agent: *\nDisallow: /")
        with pytest.raises(FetchError, match=r"robots\.txt"):
            find_source(world.url("shut", "/"), world.settings)
        with pytest.raises(FetchError, match="private address"):
            find_source(f"http://127.0.0.1:{world.server.port}/", world.settings)


@pytest.mark.parametrize(
    ("address", "kind", "polled"),
    [
        ("bsky.app/hashtag/flood", "bluesky", "https://bsky.app/search?q=%23flood"),
        ("https://old.reddit.com/r/riverton/", "reddit", "https://oauth.reddit.com/r/riverton"),
        ("t.me/harrowmill", "telegram", "https://t.me/s/harrowmill"),
        (
            "https://www.youtube.com/channel/UCquillonharrow-aaaaaaaa",
            "youtube",
            "https://www.youtube.com/feeds/videos.xml?channel_id=UCquillonharrow-aaaaaaaa",
        ),
    ],
)
@pytest.mark.usefixtures("desk")
def test_a_platforms_address_is_recognised_without_a_request(address: str, kind: str, polled: str) -> None:
    found = recognised(normal_address(address))
    assert found is not None
    assert (found.kind, found.url, found.role) == (kind, polled, SourceRole.SOCIAL)
    done = CliRunner().invoke(app, ["sources", "add", address])  # no contact is set: nobody may be asked
    assert done.exit_code == 0, done.output
    assert f"{kind} {polled}" in done.output
    assert "social" in done.output


@pytest.mark.parametrize(
    "address", ["https://news.example/", "https://news.example/@somebody", "https://www.youtube.com/@riverton"]
)
def test_other_addresses_have_to_be_looked_at(address: str) -> None:
    assert recognised(address) is None


@pytest.mark.usefixtures("desk")
def test_what_a_kind_cannot_poll_is_refused_at_once() -> None:
    for address, kind in (
        ("https://pond.example/user/somebody", "reddit"),
        ("https://pond.example/profile/x.example", "bluesky"),
    ):
        done = CliRunner().invoke(app, ["sources", "add", address, "--kind", kind])
        assert isinstance(done.exception, SettingsError)
        assert f"docs/connectors/{kind}.md" in done.exception.remedy


@pytest.mark.usefixtures("desk")
def test_nobody_is_followed_by_calling_it_a_feed(tmp_path: Path) -> None:
    feeds = ("https://www.reddit.com/user/somebody/.rss", "https://bsky.app/profile/x.example/rss")
    for address in feeds:
        assert isinstance(CliRunner().invoke(app, ["sources", "add", address, "--kind", "feed"]).exception, FetchError)
    channel = "https://www.youtube.com/feeds/videos.xml?channel_id=UCquillonharrow-aaaaaaaa"
    outlines = "".join(f'<outline type="rss" text="X" xmlUrl="{url}"/>' for url in (*feeds, channel, "https://news.example/f"))
    (tmp_path / "list.opml").write_text(f"<opml><body>{outlines}</body></opml>")
    done = CliRunner().invoke(app, ["sources", "import", str(tmp_path / "list.opml")])
    assert "2 sources added, 2 entries left out." in done.output
    kinds = [line.split("\t")[1] for line in CliRunner().invoke(app, ["sources", "list"]).output.splitlines()]
    assert kinds == ["youtube", "feed"]


def test_one_persons_page_of_an_instance_is_not_followed() -> None:
    instance = json.dumps({"domain": "news.example", "title": "River"})
    head = (
        '<html><head><link rel="alternate" type="application/rss+xml" href="/@somebody.rss"></head><body>mastodon</body></html>'
    )
    pages = {"/@somebody": head, "/@somebody.rss": FEED, "/api/v2/instance": instance}
    with pytest.raises(FetchError, match="one person's page"):
        found(pages, path="/@somebody")
    with pytest.raises(FetchError, match="one person's page"):
        found(
            {"/@somebody.rss": FEED.replace("<title>", "<generator>Mastodon v4.5.0</generator><title>")}, path="/@somebody.rss"
        )
    assert found({"/@columns/feed": FEED}, path="/@columns/feed").kind == "feed", "other sites spell sections like that"


def test_a_page_or_feed_of_videos_is_no_plain_feed() -> None:
    feed = answer("youtube_feed.xml").decode()
    assert found({"/feeds/videos.xml": feed}, path="/feeds/videos.xml").kind == "youtube"
    preview = answer("telegram_channel.html").decode()
    told = found({"/s/harrowmill": preview, "/feed": FEED}, path="/s/harrowmill")
    assert (told.kind, told.url, told.name) == ("telegram", f"{SITE}/s/harrowmill", "Harrow Mill News")
