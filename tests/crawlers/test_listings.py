"""Feeds and sitemaps in forms that are rare and real: packed, in wide characters, prefixed, in several languages."""

import codecs
import gzip
import json

import pytest

from crawlers.base import Listing, Unlisted, collector
from tests.crawlers.test_kinds import asked, fetched, listed

RSS = (
    '<?xml version="1.0" encoding="{}"?><rss version="2.0"><channel><title>Lũ lụt</title>'
    "<item><title>Nước dâng</title><link>/a</link></item></channel></rss>"
)
ATOM_EMPTY = '<feed xmlns="http://www.w3.org/2005/Atom"><title>Nothing yet</title></feed>'


@pytest.mark.parametrize("name", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-16-le", "utf-32", "utf-32-be"])
def test_a_feed_in_any_width_of_characters_is_read(name: str) -> None:
    declared = name.removesuffix("-sig")
    found = listed("feed", fetched(RSS.format(declared).encode(name)))
    assert [(link.url, link.title) for link in found.links] == [("https://news.example/a", "Nước dâng")]


def test_a_feed_that_is_packed_without_saying_so_is_unpacked() -> None:
    packed = gzip.compress(RSS.format("utf-8").encode())
    assert len(listed("feed", fetched(packed)).links) == 1
    damaged = packed[:12] + b"\xff" * 40
    assert isinstance(collector("feed").parse(fetched(damaged), asked("feed")), Unlisted)
    bomb = gzip.compress(b"<rss>" + b" " * 25_000_000, 1)
    assert isinstance(collector("feed").parse(fetched(bomb), asked("feed")), Unlisted)


def test_json_feed_with_a_byte_order_mark_is_read() -> None:
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "N", "items": [{"id": "1", "url": "/a", "title": "A"}]}
    found = listed("feed", fetched(codecs.BOM_UTF8 + json.dumps(feed).encode()))
    assert [link.url for link in found.links] == ["https://news.example/a"]


def test_a_feed_with_a_prefix_on_its_elements_is_read() -> None:
    body = (
        '<r:rss xmlns:r="http://backend.userland.com/rss2" version="2.0"><r:channel><r:title>N</r:title>'
        "<r:item><r:title>A</r:title><r:link>https://news.example/a</r:link></r:item></r:channel></r:rss>"
    )
    assert [link.url for link in listed("feed", fetched(body)).links] == ["https://news.example/a"]


@pytest.mark.parametrize("kind", ["text/html; charset=utf-8", "text/xml; charset=us-ascii", "text/plain"])
def test_an_empty_feed_under_a_wrong_name_is_empty_and_not_broken(kind: str) -> None:
    assert listed("feed", fetched(ATOM_EMPTY.encode(), kind=kind)) == Listing(title="Nothing yet")


VERSIONS = """<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:x="http://www.w3.org/1999/xhtml">
<url><loc>https://news.example/en/dam</loc><lastmod>2026-03-04</lastmod>
<x:link rel="alternate" hreflang="en-GB" href="https://news.example/en/dam"/>
<x:link rel="alternate" hreflang="vi" href="/vi/dap"/>
<x:link rel="alternate" hreflang="x-default" href="https://news.example/"/>
<x:link rel="alternate" hreflang="fr" href="javascript:alert(1)"/>
<x:link rel="canonical" hreflang="es" href="https://news.example/es/presa"/></url>
<url><loc>https://news.example/vi/dap</loc><lastmod>2026-03-05</lastmod></url>
<url><loc>https://news.example/ar/sadd</loc></url></urlset>"""


def test_language_versions_of_a_sitemap_are_items_with_their_language() -> None:
    found = listed("sitemap", fetched(VERSIONS))
    assert {link.url: link.language for link in found.links} == {
        "https://news.example/en/dam": "en",
        "https://news.example/vi/dap": "vi",
        "https://news.example/ar/sadd": None,
    }
    newest = found.links[0]
    assert newest.url == "https://news.example/vi/dap"
    assert newest.updated is not None
    assert newest.updated.day == 5
