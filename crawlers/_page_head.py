"""What a page says about itself: one walk over its metadata, shared by title, address, date, language and byline."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from courlan import clean_url, extract_domain
from lxml.html import HtmlElement

from crawlers._jsonld import Json, Node, loads, nodes, plain, text_of, types
from crawlers._optouts import meta_opts_out

_ARTICLE = re.compile(r"Article|Posting|ClaimReview|WebPage|Report")
_AUTHOR_META = frozenset(
    {
        "author",
        "article:author",
        "og:article:author",
        "dc.creator",
        "dcterms.creator",
        "parsely-author",
        "sailthru.author",
        "byl",
    }
)
_TITLE_PARTS = re.compile(r"\s+[|–—·»›:-]+\s+")


@dataclass(slots=True)
class PageHead:
    """Metadata of one page, filled by ``read_head``. ``author_names`` serve to cut the byline and go no further."""

    metas: dict[str, str] = field(default_factory=dict)
    canonical: str = ""
    title_tag: str = ""
    heading: str = ""
    language: str = ""
    linked_data: list[Json] = field(default_factory=list)
    author_names: set[str] = field(default_factory=set)
    elements: int = 0

    @property
    def site_name(self) -> str:
        """Name of the site, as it says."""
        return plain(self.metas.get("og:site_name") or self.metas.get("application-name", ""))[:200]

    @property
    def opted_out(self) -> str | None:
        """Say how the page reserves itself from text and data mining, if it does."""
        told = (meta_opts_out(name, self.metas.get(name, "")) for name in ("robots", "factdesk", "tdm-reservation"))
        return next((how for how in told if how), None)

    def articles(self) -> Iterator[Node]:
        """The articles described in the page's JSON-LD."""
        for value in self.linked_data:
            yield from (node for node in nodes(value) if any(_ARTICLE.search(name) for name in types(node)))


def read_head(tree: HtmlElement) -> PageHead:
    """Walk over ``tree`` once and return what it says about itself; the tree is not changed."""
    head = PageHead(language=tree.get("lang") or tree.get("xml:lang") or "")
    headings = 0
    for element in tree.iter("meta", "link", "title", "h1", "script"):
        tag = element.tag
        if tag == "meta":
            _meta(element, head)
        elif tag == "link" and not head.canonical and "canonical" in (element.get("rel") or "").lower().split():
            head.canonical = element.get("href") or ""
        elif tag == "title" and not head.title_tag:
            head.title_tag = _line(element)
        elif tag == "h1":
            headings += 1
            head.heading = head.heading or _line(element)
        elif tag == "script" and element.text and "ld+json" in (element.get("type") or ""):
            head.linked_data.append(loads(element.text))
    head.elements = int(tree.xpath("count(.//*)"))
    if headings > 1 and head.metas.get("og:title"):
        head.heading = ""
    _authors(head)
    return head


def title_of(head: PageHead, *, hint: str | None) -> str:
    """Return the title: ``og:title``, the heading, ``<title>`` without the site's name, or the listing's."""
    for title in (head.metas.get("og:title"), head.heading, head.title_tag, hint):
        if title and (clean := _without_site(plain(title), head.site_name)):
            return clean[:500]
    return ""


def address_of(head: PageHead, *, url: str) -> str:
    """Return the canonical address when it is of the same registered domain, else the fetched one; tracking parameters cut."""
    fetched = clean_url(url) or url
    for link in (head.canonical, head.metas.get("og:url", "")):
        try:
            address = clean_url(urljoin(url, link.strip())) if link.strip() else None
            if address and _same_site(address, fetched) and not _lost_path(address, fetched):
                return address
        except ValueError:
            continue
    return fetched


def _meta(element: HtmlElement, head: PageHead) -> None:
    name = (element.get("property") or element.get("name") or element.get("itemprop") or "").lower()
    content = element.get("content")
    if not name or not content:
        return
    if name in _AUTHOR_META:
        head.author_names.add(plain(content))
    elif name == "robots":
        head.metas[name] = f"{head.metas.get(name, '')} {content}"
    else:
        head.metas.setdefault(name, content[:2000])


def _authors(head: PageHead) -> None:
    for node in head.articles():
        authors = node.get("author")
        for author in authors[:20] if isinstance(authors, list) else [authors]:
            head.author_names.add(text_of(author))
    head.author_names = {name for name in head.author_names if 3 < len(name) < 100 and not name.startswith("http")}


def _line(element: HtmlElement) -> str:
    return " ".join("".join(element.itertext()).split())[:500]


def _without_site(title: str, site: str) -> str:
    """Cut the site's name (or a short last part that looks like one) from the end of a title."""
    parts = _TITLE_PARTS.split(title)
    if len(parts) < 2:
        return title
    if site and parts[-1].casefold() in site.casefold():
        return title[: title.rindex(parts[-1])].rstrip(" |–—·»›:-")
    if site and parts[0].casefold() == site.casefold():
        return title[len(parts[0]) :].lstrip(" |–—·»›:-")
    return title


def _same_site(one: str, other: str) -> bool:
    return _domain(one) == _domain(other)


def _domain(url: str) -> str:
    """Registered domain, or the host where the public suffix list knows none (addresses, invented hosts)."""
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    return extract_domain(url, fast=True) or host


def _lost_path(canonical: str, fetched: str) -> bool:
    """A canonical link to the front page from an inner page is a template's mistake."""
    return urlsplit(canonical).path in ("", "/") and urlsplit(fetched).path not in ("", "/")
