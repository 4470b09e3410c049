"""Sitemaps: news sitemaps, plain ones, indexes of them, and any of these packed; read by a hardened parser."""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

from lxml import etree

from crawlers._codings import inflated
from crawlers._feed_bounds import bounded_sitemap, whole_characters
from crawlers._shown import web_address
from crawlers.base import Asked, Collector, Detection, Fetched, ItemLink, Listing, ListingRequest, Unlisted
from crawlers.feed import iso_instant, plain, short_language

_MOST_BYTES = 20_000_000  # the protocol allows 50 MB unpacked; 50,000 plain pages need half of this
_MOST_CHILDREN = 5
_MOST_VERSIONS = 100
_OLDEST = datetime(1970, 1, 1, tzinfo=UTC)
_SITEMAP = re.compile(rb"<(?:\w+:)?(?:urlset|sitemapindex)\b")
_ACCEPT = "application/xml, text/xml;q=0.9, */*;q=0.5"


class Sitemap(Collector):
    """Sitemaps and their indexes."""

    kind = "sitemap"

    def requests(self, asked: Asked) -> tuple[ListingRequest, ...]:
        """Ask the sitemap itself, with its validators."""
        return (ListingRequest(asked.source.url, accept=_ACCEPT, conditional=True),)

    def parse(self, fetched: Fetched, asked: Asked) -> Listing | Unlisted:
        """Read the newest items, or of an index the sitemaps that changed last."""
        root = _root(fetched.body)
        if isinstance(root, Unlisted):
            return root
        if _local(root) == "sitemapindex":
            return Listing(next=tuple(ListingRequest(url, accept=_ACCEPT) for url in _children(root, fetched.url)))
        newest = sorted(_items(root, fetched.url), key=lambda link: link.published or link.updated or _OLDEST, reverse=True)
        return Listing(tuple(newest[: asked.limit]))

    def detect(self, fetched: Fetched) -> Detection | None:
        """Say whether the answer is a sitemap."""
        root = _root(fetched.body)
        if isinstance(root, Unlisted):
            return None
        names = [plain(node.text) for node in root.iter() if _local(node) == "name"][:1]
        languages = [short_language(node.text) for node in root.iter() if _local(node) == "language"]
        language = languages[0] if languages and len(set(languages)) == 1 else None
        name = next((name for name in names if name), None) or urlsplit(fetched.url).hostname or fetched.url
        return Detection(self.kind, fetched.url, name, language)


COLLECTOR = Sitemap()


def _root(body: bytes) -> etree._Element | Unlisted:
    if body[:2] == b"\x1f\x8b":
        try:
            body = inflated(body, limit=_MOST_BYTES)
        except ValueError:
            return Unlisted("The packed sitemap is damaged or too large.")
    if not _SITEMAP.search(body[:4096]):
        return Unlisted("No sitemap.")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True, remove_comments=True
    )
    try:
        root = etree.fromstring(whole_characters(bounded_sitemap(body)), parser)
    except etree.XMLSyntaxError as error:
        return Unlisted(f"The sitemap is broken: {error.msg}.")
    if root is None or _local(root) not in {"urlset", "sitemapindex"}:
        return Unlisted("No sitemap.")
    return root


def _local(node: etree._Element) -> str:
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""


def _named(node: etree._Element, name: str) -> Iterable[etree._Element]:
    return (child for child in node if _local(child) == name)


def _text(node: etree._Element, *names: str) -> str | None:
    """The text of the first descendant with one of ``names``."""
    found = {_local(child): child.text for child in node.iter() if _local(child) in names and child.text}
    return next((found[name].strip() for name in names if name in found), None)


def _items(root: etree._Element, base: str) -> list[ItemLink]:
    """The entries, and the language versions that they name, each address once."""
    links: dict[str, ItemLink] = {}
    versions: dict[str, ItemLink] = {}
    for node in _named(root, "url"):
        if (link := _link(node, base)) is not None:
            versions |= _versions(node, link, base=base)
            links.setdefault(link.url, link)
    named = {url: _in_language(link, versions.get(url)) for url, link in links.items()}
    return list((versions | named).values())


def _link(node: etree._Element, base: str) -> ItemLink | None:
    own = next((child.text for child in node if _local(child) == "loc" and child.text), None)
    url = web_address(base, own)
    if url is None:
        return None
    changed = iso_instant(_text(node, "lastmod"))
    return ItemLink(
        url,
        title=plain(_text(node, "title")),
        published=iso_instant(_text(node, "publication_date")),
        updated=changed,
        language=short_language(_text(node, "language")),
    )


def _versions(node: etree._Element, link: ItemLink, *, base: str) -> dict[str, ItemLink]:
    """The language versions (``xhtml:link hreflang``) that an entry names, itself among them, with the language of each."""
    told: dict[str, ItemLink] = {}
    for child in node:
        if _local(child) != "link" or (child.get("rel") or "").strip().lower() != "alternate" or len(told) >= _MOST_VERSIONS:
            continue
        url, language = web_address(base, child.get("href")), short_language(child.get("hreflang"))
        if url is None or language is None:
            continue
        told[url] = replace(link, url=url, language=language, title=link.title if url == link.url else None)
    return told


def _in_language(link: ItemLink, version: ItemLink | None) -> ItemLink:
    """An entry of its own that says no language has the one that another entry says of it."""
    return replace(link, language=version.language) if version is not None and link.language is None else link


def _children(root: etree._Element, base: str) -> list[str]:
    """The sitemaps of an index that changed last, news first."""
    told = []
    for place, node in enumerate(_named(root, "sitemap")):
        url = web_address(base, _text(node, "loc"))
        if url is not None:
            told.append(
                (
                    "news" not in urlsplit(url).path.lower(),
                    -(iso_instant(_text(node, "lastmod")) or _OLDEST).timestamp(),
                    place,
                    url,
                )
            )
    return [url for *_, url in sorted(told)[:_MOST_CHILDREN]]
