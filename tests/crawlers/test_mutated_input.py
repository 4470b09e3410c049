"""Thousands of broken feeds and pages: reading any of them ends in a value, and no parser's surprise gets out.

The demo world's own feeds and pages and the recorded answers are always mutated; real pages too where they are at hand.
"""

import random
import re
import tarfile
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers._addresses import host_of, is_private
from crawlers._codings import decoded
from crawlers._encoding import decode
from crawlers._engine_rules import opened_text
from crawlers._extract import Unread, read_page
from crawlers._feed_bounds import bounded_feed
from crawlers._http import Guard, retry_after
from crawlers._optouts import opted_out, read_reservations
from crawlers._robots_txt import read_robots_txt
from crawlers._shown import title, visible, web_address
from crawlers.base import Asked, Fetched, collectors
from crawlers.opml import read_opml
from factdesk.demo.server import DemoServer
from factdesk.demo.world import load_world
from factdesk.errors import UnreadableError
from factdesk.loopback import Request
from factdesk.records import Source
from tests.crawlers.test_extract import NOW, capture

_LINK = re.compile(rb"http://[a-z0-9-]+\.localhost:[0-9]+/[^\s<>\"]+")
SEED = 20_261_124
DATA = Path(__file__).parent / "data"
TOKENS = (
    b"\x00",
    b"<",
    b">",
    b"&",
    b"&#0;",
    b"&#xD800;",
    b"&lol;",
    b"]]>",
    b"<![CDATA[",
    b"<!--",
    b"<!DOCTYPE a [<!ENTITY lol 'x'>]>",
    b"<script>",
    b"</html>",
    b"<item>",
    b"<div>" * 500,
    b'" x="' + b"a" * 5000,
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\\ud800",
    b"\\u0000",
    b"http://[",
    b"javascript:alert(1)",
    b"0000-00-00T00:00:00Z",
    b"9999-12-31T23:59:59+23:59",
    b"1e999",
    b"-1",
    b"null",
    b"[]",
    b"{}",
    b"\xe2\x80\xae",
    b"\x1b[2J",
    b"A" * 3000,
)
KINDS = sorted(collectors())
TYPES = (
    "",
    "text/html",
    "text/xml; charset=utf-16",
    "application/json",
    "text/html; charset=x-no",
    "application/atom+xml",
)


def mutated(body: bytes, chance: random.Random) -> bytes:
    """Return ``body`` after one to four small accidents."""
    for _ in range(chance.randint(1, 4)):
        here = chance.randrange(len(body) + 1)
        there = min(len(body), here + chance.choice((1, 2, 8, 64, 1024)))
        match chance.randrange(7):
            case 0:
                body = body[:here] + body[there:]
            case 1:
                body = body[:there] + body[here:there] * chance.choice((1, 3, 50)) + body[there:]
            case 2:
                body = body[:here] + bytes(chance.randrange(256) for _ in range(there - here)) + body[there:]
            case 3:
                body = body[:here]
            case 4:
                token = chance.choice(TOKENS)
                body = body.replace(body[here : here + 3] or b"<", token, 3)
            case _:
                body = body[:here] + chance.choice(TOKENS) + body[here:]
    return body[:15_000]


@cache
def own() -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
    """Listings and pages of our own: the demo world's and the recorded answers."""
    with DemoServer(load_world()) as server:
        listings = {_served(server, source.url) for source in server.sources()}
        links = {link.decode() for body in listings for link in _LINK.findall(body)}
        pages = {_served(server, link) for link in sorted(links)[:60]}
    recorded = {path.read_bytes() for path in DATA.iterdir()}
    return tuple(sorted(listings | recorded)), tuple(sorted(page for page in pages if b"<html" in page))


def _served(server: DemoServer, url: str) -> bytes:
    parts = urlsplit(url)
    return server._answer(Request("GET", parts.hostname or "", parts.path, parts.query)).body


def read_as_listing(body: bytes, media_type: str, kinds: Sequence[str]) -> None:
    """Read ``body`` as each of ``kinds`` of listing, and as what else comes from strangers."""
    headers = (("content-type", media_type),) if media_type else ()
    fetched = Fetched("https://news.example/list", 200, headers, body, NOW)
    for kind in kinds:
        collector = collectors()[kind]
        asked = Asked(Source(1, kind, "https://news.example/list", "News"), limit=20, voice_key=b"k" * 32)
        collector.parse(fetched, asked)
        collector.detect(fetched)
    text = opened_text(body, "") or ""
    read_robots_txt(text).group("Factdesk").allows("https://news.example/a")
    read_reservations(text)
    opted_out([("x-robots-tag", text[:200])], body)
    with suppress(UnreadableError):
        read_opml(body)


def reader_breaks(bodies: Sequence[bytes]) -> list[str]:
    """Read each body as a page; return what broke the reader, which quarantines instead of raising."""
    ends = [read_page(capture(body)) for body in bodies]
    return [end.reason for end in ends if isinstance(end, Unread) and "breaks its reader" in end.reason]


def test_two_thousand_mutations_of_our_own_feeds_and_pages_end_in_values() -> None:
    chance = random.Random(SEED)  # noqa: S311 # the same mutations every time
    listings, pages = own()
    assert len(listings) > 20
    assert len(pages) > 20
    for _ in range(1_750):
        read_as_listing(mutated(chance.choice(listings), chance), chance.choice(TYPES), chance.sample(KINDS, 2))
    assert reader_breaks([mutated(chance.choice(pages), chance) for _ in range(250)]) == []


@pytest.mark.shared
def test_two_thousand_mutations_of_real_pages_end_in_values(shared_data: Path) -> None:
    chance = random.Random(SEED)  # noqa: S311 # the same mutations every time
    real: list[bytes] = []
    with tarfile.open(shared_data / "pages.tar.xz") as tar:
        for member in tar:
            file = tar.extractfile(member) if member.name.endswith(".html") and member.size < 40_000 else None
            real += [file.read()] if file else []
            if len(real) == 25:
                break
    for _ in range(1_750):
        read_as_listing(mutated(chance.choice(real)[:12_000], chance), chance.choice(TYPES), ["page", *chance.sample(KINDS, 1)])
    assert reader_breaks([mutated(chance.choice(real), chance)[:12_000] for _ in range(250)]) == []


often = settings(max_examples=150, deadline=None, derandomize=True)
HEADS = ("", "http://", "https://", "//", "http://[", "http://a@")


@often
@given(st.sampled_from(HEADS), st.text(max_size=80), st.text(max_size=40))
def test_no_address_surprises_the_guard(head: str, text: str, more: str) -> None:
    guard = Guard(("*.localhost",), contact=True)
    url = head + text
    if guard.refusal(url) is None:
        host = host_of(url)
        assert guard.names(host) or not is_private(host) or not host.replace(".", "").isdigit()
    guard.is_public(url)
    web_address(url, more)
    is_private(text)
    retry_after(text, now=NOW)
    opted_out([("x-robots-tag", text), ("tdm-reservation", more), ("content-usage", text)])
    for shown in (visible(text), title(text) or ""):
        shown.encode()
        assert not set(shown) & set("\x00\u202e\u2066\u200b")


@often
@given(st.binary(max_size=300), st.sampled_from(["gzip", "deflate", "br", "zstd", "gzip, br", "x"]), st.sampled_from(TYPES))
def test_no_bytes_surprise_a_decoder(body: bytes, coding: str, charset: str) -> None:
    decode(body, charset=charset)
    bounded_feed(body)
    opened_text(body, coding)
    with suppress(ValueError):
        assert len(decoded(body, coding, limit=1_000)) <= 1_000
    assert reader_breaks([body]) == []
    read_as_listing(body, charset, KINDS)
