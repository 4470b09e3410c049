"""Feeds: RSS 0.9 to 2.0, RDF and Atom through feedparser on the bytes as they came, and JSON Feed 1.x."""

import calendar
import codecs
import io
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

import feedparser

from crawlers._codings import inflated
from crawlers._feed_bounds import bounded_feed
from crawlers._shown import title as title_of
from crawlers._shown import web_address
from crawlers.base import Asked, Collector, Detection, Fetched, ItemLink, Listing, ListingRequest, Unlisted, instant

_MOST_JSON_ITEMS = 2_000
_MOST_UNPACKED = 20_000_000
_FEED = re.compile(rb"<(?:\w{1,40}:)?(?:rss|feed|RDF|channel)\b", re.IGNORECASE)
_HARMLESS = (feedparser.CharacterEncodingOverride, feedparser.NonXMLContentType)  # the server lies, the feed is sound


class Feed(Collector):
    """RSS, RDF, Atom and JSON Feed."""

    kind = "feed"

    def requests(self, asked: Asked) -> tuple[ListingRequest, ...]:
        """Ask the feed itself, with its validators."""
        return (ListingRequest(asked.source.url, conditional=True),)

    def parse(self, fetched: Fetched, asked: Asked) -> Listing | Unlisted:
        """Read a feed; broken XML gives what can be saved of it."""
        del asked
        return read_feed(fetched)

    def detect(self, fetched: Fetched) -> Detection | None:
        """Say whether the answer is a feed that names itself."""
        if b"<html" in fetched.body[:2048].lower():
            return None
        listing = read_feed(fetched)
        if isinstance(listing, Unlisted):
            return None
        name = listing.title or urlsplit(fetched.url).hostname or fetched.url
        return Detection(self.kind, fetched.url, name, listing.language)


COLLECTOR = Feed()


def read_feed(fetched: Fetched) -> Listing | Unlisted:
    """Return the feed in ``fetched`` with all its items, or why there is none."""
    if fetched.body[:2] == b"\x1f\x8b":
        try:
            fetched = replace(fetched, body=inflated(fetched.body, limit=_MOST_UNPACKED))
        except ValueError:
            return Unlisted("The packed feed is damaged or too large.")
    if fetched.body.removeprefix(codecs.BOM_UTF8).lstrip()[:1] == b"{":
        return _json_links(fetched)
    if not _FEED.search(fetched.body[:8192].replace(b"\x00", b"")):  # without the NULs of UTF-16 and UTF-32
        return Unlisted("Neither RSS, Atom nor JSON Feed.")
    return _xml_links(fetched)


def _xml_links(fetched: Fetched) -> Listing | Unlisted:
    body = bounded_feed(fetched.body)
    if body is None:
        return Unlisted("The feed is larger than can be read, or declares too many namespaces.")
    headers = {"content-location": fetched.url}
    if fetched.header("content-type"):
        headers["content-type"] = fetched.header("content-type")
    try:
        parsed = feedparser.parse(io.BytesIO(body), response_headers=headers, sanitize_html=False)
    except Exception as error:  # noqa: BLE001 # feedparser lets errors of its parsers through; the feed is theirs to break
        return Unlisted(f"The feed cannot be read: {type(error).__name__}.")
    if not parsed.version and not parsed.entries:
        return Unlisted("Neither RSS, Atom nor JSON Feed.")
    language = short_language(parsed.feed.get("language"))
    links = [link for entry in parsed.entries if (link := _entry(entry, fetched.url, language)) is not None]
    if parsed.bozo and not links and not isinstance(parsed.bozo_exception, _HARMLESS):
        return Unlisted(f"The feed is broken: {type(parsed.bozo_exception).__name__}.")
    return Listing(tuple(links), title=plain(parsed.feed.get("title")), language=language)


def _entry(entry: Mapping[str, object], base: str, language: str | None) -> ItemLink | None:
    target = entry.get("link") or _alternate(entry)
    if not target and str(entry.get("id") or "").startswith(("http://", "https://")):
        target = entry.get("id")
    url = web_address(base, target)
    if url is None:
        return None
    own = entry.get("language") or _detail_language(entry)
    return ItemLink(
        url,
        title=plain(entry.get("title")),
        published=_when(entry, "published_parsed") or _when(entry, "updated_parsed"),
        updated=_when(entry, "updated_parsed"),
        language=short_language(own) or language,
    )


def _alternate(entry: Mapping[str, object]) -> object:
    links = entry.get("links")
    if not isinstance(links, list):
        return None
    return next((link.get("href") for link in links if link.get("rel") in {None, "alternate"}), None)


def _detail_language(entry: Mapping[str, object]) -> object:
    detail = entry.get("title_detail")
    return detail.get("language") if isinstance(detail, Mapping) else None


def _when(entry: Mapping[str, object], name: str) -> datetime | None:
    parsed = entry[name] if name in entry else None  # noqa: SIM401 # get() answers with a neighbouring field
    if not isinstance(parsed, tuple):
        return None
    try:
        return instant(datetime.fromtimestamp(calendar.timegm(parsed), UTC))
    except (ValueError, TypeError, OverflowError, OSError):
        return None


def _json_links(fetched: Fetched) -> Listing | Unlisted:
    try:
        feed = json.loads(fetched.body)
    except (ValueError, RecursionError):
        return Unlisted("The JSON is malformed.")
    if not isinstance(feed, dict) or "jsonfeed.org" not in str(feed.get("version")) or not isinstance(feed.get("items"), list):
        return Unlisted("JSON, but no JSON Feed.")
    language = short_language(feed.get("language"))
    links = [
        link
        for item in feed["items"][:_MOST_JSON_ITEMS]
        if isinstance(item, dict) and (link := _json_item(item, fetched.url, language))
    ]
    return Listing(tuple(links), title=plain(feed.get("title")), language=language)


def _json_item(item: Mapping[str, object], base: str, language: str | None) -> ItemLink | None:
    target = item.get("url") or item.get("external_url") or item.get("id")
    url = web_address(base, target)
    if url is None:
        return None
    return ItemLink(
        url,
        title=plain(item.get("title")),
        published=iso_instant(item.get("date_published")),
        updated=iso_instant(item.get("date_modified")),
        language=short_language(item.get("language")) or language,
    )


def iso_instant(value: object) -> datetime | None:
    """Read an ISO 8601 instant; ``None`` for anything else."""
    try:
        return instant(datetime.fromisoformat(str(value).strip())) if value else None
    except (ValueError, OverflowError):
        return None


def plain(value: object) -> str | None:
    """Return a title without tags, entities, line breaks and unseen characters, at most 500 characters."""
    return title_of(value)


def short_language(value: object) -> str | None:
    """Return the ISO 639-1 part of a language tag."""
    code = str(value or "").strip().lower().replace("_", "-").split("-")[0]
    return code if len(code) == 2 and code.isalpha() else None
