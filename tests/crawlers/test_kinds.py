import gzip
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from crawlers.base import Asked, Credential, Fetched, Listing, ListingRequest, Post, Unlisted, collector, collectors
from crawlers.mastodon import reduced
from factdesk.errors import SettingsError, UnreadableError
from factdesk.records import Source, SourceRole

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
STATUS: dict[str, object] = {
    "id": "41",
    "created_at": "2026-03-04T10:00:00.000Z",
    "visibility": "public",
    "content": "<p>The dam <b>holds</b>, says @someone@far.example</p><p>see https://far.example/users/someone</p>",
    "language": "en-GB",
    "account": {"acct": "someone"},
    "tags": [{"name": "dam"}],
}


def fetched(body: str | bytes, *, url: str = "https://news.example/list", kind: str = "", **headers: str) -> Fetched:
    told = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    data = body.encode() if isinstance(body, str) else body
    return Fetched(url, 200, (*told, *((("content-type", kind),) if kind else ())), data, NOW)


def asked(kind: str, url: str = "https://news.example/list", **more: object) -> Asked:
    return Asked(Source(1, kind, url, "News"), **more)  # type: ignore[arg-type] # a test's shorthand


def listed(kind: str, answer: Fetched, **more: object) -> Listing:
    found = collector(kind).parse(answer, asked(kind, **more))  # type: ignore[arg-type] # a test's shorthand
    assert isinstance(found, Listing), found
    return found


def test_every_file_of_a_kind_is_found() -> None:
    kinds = {"bluesky", "claimreview", "feed", "mastodon", "page", "reddit", "sitemap", "telegram", "youtube"}
    assert kinds <= collectors().keys()
    with pytest.raises(SettingsError, match="mastodon, page"):
        collector("gopher")


@pytest.mark.parametrize(
    "body",
    [
        (
            '<rss version="2.0"><channel><title>N</title><item><title>A &amp; B</title><link>/a</link>'
            "<pubDate>Wed, 04 Mar 2026 10:00:00 GMT</pubDate></item></channel></rss>"
        ),
        (
            '<feed xmlns="http://www.w3.org/2005/Atom"><title>N</title><entry><title type="html">A &amp;amp; B</title>'
            '<link href="/a"/><published>2026-03-04T11:00:00+01:00</published></entry></feed>'
        ),
        (
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"'
            ' xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>N</title></channel><item><title>A &amp; B</title>'
            "<link>https://news.example/a</link><dc:date>2026-03-04T10:00:00Z</dc:date></item></rdf:RDF>"
        ),
        json.dumps(
            {
                "version": "https://jsonfeed.org/version/1.1",
                "title": "N",
                "items": [{"id": "1", "url": "/a", "title": "A & B", "date_published": "2026-03-04T10:00:00Z"}],
            }
        ),
    ],
    ids=["rss", "atom", "rdf", "json"],
)
def test_feeds_of_each_form_say_the_same(body: str) -> None:
    found = listed("feed", fetched(body))
    assert [(link.url, link.title, link.published) for link in found.links] == [
        ("https://news.example/a", "A & B", datetime(2026, 3, 4, 10, tzinfo=UTC))
    ]
    detection = collector("feed").detect(fetched(body))
    assert detection is not None
    assert (detection.kind, detection.name) == ("feed", "N")


def test_a_broken_feed_gives_what_can_be_saved() -> None:
    body = "<rss><channel><item><title>A</title><link>https://news.example/a</link></item><item><title>B & C</title>"
    assert [link.title for link in listed("feed", fetched(body)).links] == ["A"]


def test_a_feed_in_a_wrong_encoding_is_read() -> None:
    body = "<?xml version='1.0' encoding='utf-8'?><rss><channel><item><title>Électricité coupée</title><link>/a</link></item>"
    found = listed("feed", fetched((body + "</channel></rss>").encode("windows-1252")))
    assert found.links[0].title == "Électricité coupée"


@pytest.mark.parametrize("body", ["", "hello", "{", '{"items": 3}', "<html><body>no</body></html>"])
def test_what_is_no_feed_is_a_value(body: str) -> None:
    assert isinstance(collector("feed").parse(fetched(body), asked("feed")), Unlisted)


NEWS_MAP = """<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:n="http://www.google.com/schemas/sitemap-news/0.9">
<url><loc>https://news.example/old</loc><lastmod>2026-03-01</lastmod></url>
<url><loc>https://news.example/new</loc><n:news><n:publication>
<n:name>News &e;</n:name><n:language>vi</n:language></n:publication>
<n:publication_date>2026-03-04T09:00:00+07:00</n:publication_date><n:title>New</n:title></n:news></url></urlset>"""


@pytest.mark.parametrize("packed", [False, True])
def test_sitemaps_give_the_newest_first(packed: bool) -> None:
    body = gzip.compress(NEWS_MAP.encode()) if packed else NEWS_MAP.encode()
    found = listed("sitemap", fetched(body), limit=1)
    assert [(link.url, link.title, link.language) for link in found.links] == [("https://news.example/new", "New", "vi")]
    assert found.links[0].published == datetime(2026, 3, 4, 2, tzinfo=UTC)
    detection = collector("sitemap").detect(fetched(body))
    assert detection is not None
    assert "root:" not in detection.name


def test_an_index_leads_to_its_newest_sitemaps_news_first() -> None:
    nodes = [("/a.xml", "2026-01-01"), ("/b.xml", "2026-03-01"), ("/news.xml", "2025-01-01")]
    inner = "".join(f"<sitemap><loc>https://news.example{p}</loc><lastmod>{d}</lastmod></sitemap>" for p, d in nodes)
    found = listed("sitemap", fetched(f"<sitemapindex>{inner}</sitemapindex>"))
    assert [request.url.rsplit("/", 1)[1] for request in found.next] == ["news.xml", "b.xml", "a.xml"]


def test_a_gzip_bomb_is_no_sitemap() -> None:
    bomb = gzip.compress(b"<urlset>" + b" " * 70_000_000, 1)
    assert isinstance(collector("sitemap").parse(fetched(bomb), asked("sitemap")), Unlisted)


FRONT = """<html lang="es"><head><title>El Faro</title></head><body>
<nav><a href="/secciones/politica-y-economia-nacional">Política y economía nacional de hoy</a><a href="/">Inicio</a></nav>
<h2><a href="/2026/03/04/el-rio-baja">El río baja</a></h2>
<div><a href="noticias/la-presa-resiste-tras-la-crecida">La presa resiste tras la crecida del martes</a></div>
<a href="https://elsewhere.example/2026/03/04/a-story-of-others">A story of others that is long</a>
<a href="/foto.jpg">Una foto muy larga de la presa del norte</a> <a href="javascript:x()">No es un enlace de verdad</a>
<a href="/etiquetas">Más</a></body></html>"""


def test_articles_of_a_page_without_feed_are_found_by_words_and_path() -> None:
    found = listed("page", fetched(FRONT, url="https://www.faro.example/", kind="text/html"))
    assert [link.url for link in found.links] == [
        "https://www.faro.example/2026/03/04/el-rio-baja",
        "https://www.faro.example/noticias/la-presa-resiste-tras-la-crecida",
    ]
    assert found.links[1].title == "La presa resiste tras la crecida del martes"
    assert (found.title, found.language) == ("El Faro", "es")


def test_a_factcheckers_listing_may_have_any_form() -> None:
    for body in (NEWS_MAP, "<rss><channel><item><link>https://news.example/a</link></item></channel></rss>"):
        assert listed("claimreview", fetched(body)).links
    page = FRONT.replace("</head>", '<script type="application/ld+json">{"@type": "ClaimReview"}</script></head>')
    detection = collector("claimreview").detect(fetched(page, kind="text/html"))
    assert detection is not None
    assert detection.role is SourceRole.FACTCHECK


def test_a_post_keeps_no_name() -> None:
    post = reduced(STATUS, instance="river.example", key=b"k" * 32)
    assert post is not None
    assert post.text == "The dam holds, says @…\nsee @…"
    assert (post.language, post.hashtags) == ("en", ("dam",))
    assert "someone" not in post.to_json().decode()
    assert Post.from_json(post.to_json()) == post
    with pytest.raises(UnreadableError):
        Post.from_json(b"{}")


def test_voices_are_told_apart_within_a_key_and_not_across() -> None:
    def voice(acct: str, *, key: bytes = b"a" * 32, instance: str = "river.example") -> str | None:
        post = reduced(STATUS | {"account": {"acct": acct}}, instance=instance, key=key)
        return post.voice if post else None

    assert voice("someone") == voice("Someone") == voice("someone@river.example", instance="lake.example")
    assert len({voice("someone"), voice("other"), voice("someone", key=b"b" * 32)}) == 3
    assert voice("someone", key=b"") is None


@pytest.mark.parametrize(
    "change",
    [
        *({"visibility": "unlisted"}, {"visibility": "private"}, {"reblog": {"id": "1"}}, {"created_at": "soon"}),
        *({"id": "../x"}, {"id": True}, {"id": "9" * 65}, {"id": "٤١"}),
    ],
)
def test_only_public_posts_are_taken(change: dict[str, object]) -> None:
    assert reduced(STATUS | change, instance="river.example", key=b"k") is None


def test_timelines_page_back_at_first_and_forward_after() -> None:
    url = "https://river.example/api/v1/timelines/tag/dam"
    link = f'<{url}?max_id=40>; rel="next", <{url}?min_id=41>; rel="prev"'
    answer = fetched(json.dumps([STATUS]), url=url, link=link)
    first = asked("mastodon", "https://river.example/tags/dam", limit=30)
    assert [request.url for request in collector("mastodon").requests(first)] == [f"{url}?limit=30"]
    found = collector("mastodon").parse(answer, first)
    assert isinstance(found, Listing)
    assert (found.cursor, [request.url for request in found.next]) == ("41", [f"{url}?max_id=40"])
    later = replace(first, cursor="9")
    asks = [request.url for request in collector("mastodon").requests(later)]
    assert asks == [f"{url}?limit=30&min_id=9", f"{url}?limit=30"]
    found = collector("mastodon").parse(replace(answer, url=asks[0]), later)
    assert isinstance(found, Listing)
    assert (found.cursor, [request.url for request in found.next]) == ("41", [f"{url}?min_id=41"])
    found = collector("mastodon").parse(replace(answer, url=asks[1]), later)
    assert isinstance(found, Listing)
    assert (found.cursor, found.next, len(found.posts)) == (None, (), 1), "what lies between is not read yet"
    foreign = fetched(json.dumps([STATUS]), url=asks[0], link='<https://evil.example/x?min_id=1>; rel="prev"')
    found = collector("mastodon").parse(foreign, later)
    assert isinstance(found, Listing)
    assert found.next == ()


def test_posts_archived_without_their_address_are_still_read() -> None:
    post = reduced(STATUS, instance="river.example", key=b"k" * 32)
    assert post is not None
    old = {name: value for name, value in json.loads(post.to_json()).items() if name not in {"address", "views"}}
    read = Post.from_json(json.dumps(old).encode())
    assert read.api_url == "https://river.example/api/v1/statuses/41"
    assert replace(read, address="urn:factdesk:pond:7").api_url == "urn:factdesk:pond:7"


def test_one_post_is_asked_for_again_and_read_by_itself() -> None:
    address = "https://river.example/api/v1/statuses/41"
    request = collector("mastodon").again(address, asked("mastodon"))
    assert request == ListingRequest(address, accept="application/json")
    found = listed("mastodon", fetched(json.dumps(STATUS), url=address))
    assert [post.api_url for post in found.posts] == [address]
    assert isinstance(collector("mastodon").parse(fetched('{"error": "Record not found"}'), asked("mastodon")), Unlisted)


def test_a_kind_says_what_its_sources_are() -> None:
    told = {name: (kind.social, kind.role) for name, kind in collectors().items()}
    assert told["feed"] == (False, SourceRole.PRESS)
    assert told["mastodon"] == (True, SourceRole.SOCIAL)
    assert told["claimreview"] == (False, SourceRole.FACTCHECK)
    assert all((role is SourceRole.SOCIAL) == social for social, role in told.values())
    assert collector("feed").recognise("https://news.example/feed") is None
    assert collector("feed").again("https://news.example/a", asked("feed")) is None


def test_a_request_names_its_secret_and_never_holds_it() -> None:
    request = ListingRequest("https://api.example/", credential=Credential("Authorization", "pond_token", "Bearer "))
    assert request.credential is not None
    assert (request.credential.header, request.credential.secret) == ("Authorization", "pond_token")
    assert ListingRequest("https://api.example/").credential is None
