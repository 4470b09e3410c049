import asyncio
import gzip
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawlers._addresses import is_private
from crawlers._archive import Archive, Exchange, Resource, repair
from crawlers._codings import TooLargeError, decoded
from crawlers._engine_lanes import Lane
from crawlers._http import Guard, authority, origin, retry_after, user_agent
from crawlers._optouts import opted_out
from crawlers._robots import is_fresh, rules_of
from crawlers.detect import alternates, normal_address
from crawlers.opml import read_opml
from crawlers.page import read_html
from factdesk.errors import ArchiveError, FetchError, UnreadableError
from factdesk.settings import CollectorSettings
from factdesk.store.hosts import HostState
from tests.crawlers.test_kinds import fetched

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


def test_the_user_agent_says_who_and_how_to_reach_them() -> None:
    assert user_agent(CollectorSettings(contact="desk@x.example\r\nX: y")).endswith("(+desk@x.exampleX: y)")
    assert user_agent(CollectorSettings()).startswith("Factdesk/")


@pytest.mark.parametrize(
    ("address", "private"),
    [
        ("127.0.0.1", True),
        ("10.1.2.3", True),
        ("169.254.169.254", True),
        ("100.64.0.1", True),
        ("::1", True),
        ("fe80::1%eth0", True),
        ("::ffff:192.168.0.1", True),
        ("0.0.0.0", True),  # noqa: S104 # judged, not bound
        ("224.0.0.1", True),
        ("93.184.216.34", False),
        ("2606:4700::1111", False),
        ("nonsense", True),
    ],
)
def test_private_addresses_are_known(address: str, private: bool) -> None:
    assert is_private(address) is private


def test_the_guard_judges_spellings() -> None:
    guard = Guard(("*.localhost", "desk.internal"), contact=True)
    for good in ("http://courier.localhost:8000/a", "https://desk.internal/", "https://news.example/"):
        assert guard.refusal(good) is None
    for bad in (
        "http://127.0.0.1/",
        "http://[::1]/",
        "http://localhost/",
        "file:///etc/passwd",
        "http://me:secret@news.example/",
        "http://[bad/",
        "http://news.example:99999/",
    ):
        refused = guard.refusal(bad)
        assert refused is not None, bad
        assert refused.outcome.value == "refused_address"
    assert Guard((), contact=False).refusal("https://news.example/") is not None
    assert authority("HTTPS://WWW.News.Example.:443/x") == authority("http://news.example:8080/") == "news.example"
    assert origin("HTTPS://News.Example:443/x") == "https://news.example"
    assert origin("http://news.example:8080/") == "http://news.example:8080"


@pytest.mark.parametrize(
    ("headers", "body", "out"),
    [
        ((("x-robots-tag", "noindex, noai"),), b"", True),
        ((("x-robots-tag", "factdesk: noai"),), b"", True),
        ((("x-robots-tag", "otherbot: noai"),), b"", False),
        ((("x-robots-tag", "noindex"),), b"", False),
        ((("x-robots-tag", "noimageai"),), b"", False),
        ((("tdm-reservation", "1"),), b"", True),
        ((("tdm-reservation", "0"),), b"", False),
        ((), b'<META content="noai, noarchive" NAME=robots>', True),
        ((), b'<meta name="tdm-reservation" content="1">', True),
        ((), b'<meta name="robots" content="index">', False),
    ],
)
def test_opt_outs_are_seen(headers: tuple[tuple[str, str], ...], body: bytes, out: bool) -> None:
    assert (opted_out(headers, body) is not None) is out


def test_content_codings_are_undone_within_bounds() -> None:
    assert decoded(gzip.compress(b"a" * 10), "gzip", limit=10) == b"a" * 10
    assert decoded(zlib.compress(b"abc"), "deflate", limit=10) == b"abc"
    assert decoded(zlib.compress(b"abc")[2:-4], "deflate", limit=10) == b"abc"
    assert decoded(gzip.compress(gzip.compress(b"abc")), "gzip, gzip", limit=100) == b"abc"
    assert decoded(gzip.compress(b"ab") + gzip.compress(b"c"), "gzip", limit=10) == b"abc"
    with pytest.raises(TooLargeError):
        decoded(gzip.compress(b"a" * 11), "gzip", limit=10)
    for coding in ("gzip", "deflate", "br", "zstd", "exi", "br, br, br, br"):
        with pytest.raises(ValueError, match=r".*"):
            decoded(b"junk", coding, limit=100)


def test_retry_after_is_read_and_bounded() -> None:
    assert retry_after("60", now=NOW) == NOW + timedelta(seconds=60)
    assert retry_after("Wed, 04 Mar 2026 13:00:00 GMT", now=NOW) == NOW + timedelta(hours=1)
    assert retry_after("999999999", now=NOW) == NOW + timedelta(days=1)
    assert retry_after("soon", now=NOW) is None


def test_robots_rules_follow_the_standard() -> None:
    def state(status: int, body: str = "") -> HostState:
        return HostState("x", status, body, NOW)

    body = (
        "User-agent: *\nDisallow: /\n\nUser-agent: Factdesk\nDisallow: /no\nCrawl-delay: 7\nSitemap: https://x.example/s.xml\n"
    )
    rules = rules_of(state(200, body))
    assert rules.allows("https://x.example/yes")
    assert not rules.allows("https://x.example/no/1")
    assert rules.delay_s == 7
    assert rules.sitemaps == ("https://x.example/s.xml",)
    assert rules_of(state(404)).allows("https://x.example/")
    for status in (0, 429, 500, 503):
        assert not rules_of(state(status)).reachable
    assert is_fresh(state(200), now=NOW + timedelta(hours=23))
    assert not is_fresh(state(200), now=NOW + timedelta(hours=25))
    assert not is_fresh(state(503), now=NOW + timedelta(minutes=11))
    assert not is_fresh(HostState("x"), now=NOW)


def test_a_lane_gives_turns_by_priority_and_survives_cancelling() -> None:
    async def scene() -> list[str]:
        lane = Lane(HostState("x"), 0.0)
        order: list[str] = []

        async def go(name: str, priority: int) -> None:
            async with lane.turn(priority):
                order.append(name)
                await asyncio.sleep(0)

        tasks = [asyncio.create_task(go(name, p)) for name, p in (("a", 1), ("b", 1), ("gone", 1), ("poll", 0), ("c", 1))]
        await asyncio.sleep(0)
        tasks[2].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return order

    assert asyncio.run(scene()) == ["a", "poll", "b", "c"]


def _exchange(body: bytes, **more: object) -> Exchange:
    headers = (("Content-Type", "text/html"), ("Transfer-Encoding", "chunked"))
    return Exchange("https://news.example/a", NOW, 200, headers, body, (("User-Agent", "F"),), **more)  # type: ignore[arg-type]


def test_records_come_back_as_they_went(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    page = archive.append(_exchange(b"<p>caf\xc3\xa9"))
    packed = archive.append(Exchange("https://x.example/", NOW, 200, (("Content-Encoding", "gzip"),), gzip.compress(b"hello")))
    post = archive.append(Resource("https://x.example/1", NOW, "application/json", b"{}"))
    again = archive.append(_exchange(b"<p>caf\xc3\xa9", revisit=True))
    archive.sync()
    read = Archive(tmp_path).read(page.file, page.offset)
    assert (read.body, read.status, read.url) == (b"<p>caf\xc3\xa9", 200, "https://news.example/a")
    assert ("content-type", "text/html") in read.headers
    assert archive.read(packed.file, packed.offset).body == b"hello"
    assert archive.read(post.file, post.offset).body == b"{}"
    for file, offset in ((again.file, again.offset), (page.file, page.offset + 1), ("absent", 0), (page.file, 10**9)):
        with pytest.raises(ArchiveError):
            archive.read(file, offset)
    archive.close()


def test_files_rotate_and_a_torn_end_is_cut(tmp_path: Path) -> None:
    archive = Archive(tmp_path, rotate_bytes=1600)
    for number in range(6):
        archive.append(_exchange(bytes(str(number), "ascii") * 600))
        archive.sync()
    assert len(archive.files()) > 1
    assert repair(archive.files()[0]) == 0
    archive.close()
    archive = Archive(tmp_path)
    archive.append(_exchange(b"open"))
    archive.sync()
    live = archive.files()[-1]
    with live.open("ab") as file:
        file.write(b"\x1f\x8b\x08\0\0\0\0")  # as a record begins
    assert repair(live) == 0  # its writer still holds it
    archive.close()
    assert repair(live) == 7
    assert repair(live) == 0


def test_addresses_are_made_whole_or_refused() -> None:
    assert normal_address(" news.example ") == "https://news.example"
    for bad in ("", "ftp://x.example", "http://", "http://a b", "http://x.example:port/"):
        with pytest.raises(FetchError):
            normal_address(bad)


def test_feeds_a_page_names_come_without_those_of_comments_first() -> None:
    head = (
        '<link rel="alternate" type="application/rss+xml" title="Comments" href="/comments/feed">'
        '<link rel="alternate" type="application/rss+xml; charset=utf-8" href="/feed">'
        '<link rel="alternate" hreflang="fr" href="/fr">'
    )
    root = read_html(fetched(f"<html><head>{head}</head><body>x</body></html>"))
    assert root is not None
    assert list(alternates(root, "https://news.example/a")) == [
        "https://news.example/feed",
        "https://news.example/comments/feed",
    ]


def test_an_opml_list_is_taken_but_for_its_bad_entries() -> None:
    body = b"""<opml version="2.0"><body><outline text="Press"><outline type="rss" text="A" xmlUrl="https://a.example/feed"/>
    <outline type="rss" text="A again" xmlUrl="https://a.example/feed"/><outline type="rss" text="B" xmlUrl="javascript:x"/>
    <outline type="rss" text="C"/><outline title="D" language="vi-VN" xmlUrl="http://d.example/"/></outline></body></opml>"""
    found = read_opml(body)
    assert [(feed.url, feed.name, feed.language) for feed in found.feeds] == [
        ("https://a.example/feed", "A", None),
        ("http://d.example/", "D", "vi"),
    ]
    assert len(found.bad) == 2
    bomb = b'<!DOCTYPE x [<!ENTITY a "b">]><opml>&a;</opml>'
    for bad in (b"", b"<html/>", b"no", bomb):
        with pytest.raises(UnreadableError):
            read_opml(bad)
