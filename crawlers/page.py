"""Pages without a feed: a front or section page whose links to articles are found by their words, path and place."""

import re
from urllib.parse import urljoin, urlsplit

from lxml import etree, html

from crawlers._encoding import decode
from crawlers.base import Asked, Collector, Detection, Fetched, ItemLink, Listing, ListingRequest, Unlisted
from crawlers.feed import plain, short_language

_ACCEPT = "text/html,application/xhtml+xml,*/*;q=0.5"
_MOST_CHARACTERS = 5_000_000
_ASIDE = frozenset({"nav", "footer", "aside", "form", "button", "select"})
_DATED = re.compile(r"/(?:19|20)\d{2}[/-]?\d{1,2}(?:[/-]?\d{1,2})?(?:[/-]|$)")
_NUMBERED = re.compile(r"\d{4,}")
_SLUG = re.compile(r"[^/]*(?:[^\W\d_]+[-_]){3,}[^/]*$")
_NOT_ARTICLE = re.compile(
    r"\.(?:jpe?g|png|gif|svg|webp|pdf|zip|mp[34]|css|js|xml|rss|json|ico)$"
    r"|/(?:tags?|topics?|categor(?:y|ies)|authors?|login|register|search|about|contact|privacy|terms|feed|rss|wp-login|cart)(?:/|$)",
    re.IGNORECASE,
)
_LONG_WORDS = 5
_LONG_CHARACTERS = 24
_ENOUGH = 2


class Page(Collector):
    """A listing page of articles on the same host."""

    kind = "page"

    def requests(self, asked: Asked) -> tuple[ListingRequest, ...]:
        """Ask the page itself, with its validators."""
        return (ListingRequest(asked.source.url, accept=_ACCEPT, conditional=True),)

    def parse(self, fetched: Fetched, asked: Asked) -> Listing | Unlisted:
        """Find the articles that the page links, in its order."""
        root = read_html(fetched)
        if root is None:
            return Unlisted("Not an HTML page.")
        links = article_links(root, fetched.url)
        if not links:
            return Unlisted("No link on the page looks like an article.")
        language = short_language(root.get("lang"))
        return Listing(tuple(links[: asked.limit]), title=page_title(root), language=language)

    def detect(self, fetched: Fetched) -> Detection | None:
        """Say whether the answer is a page that links articles."""
        root = read_html(fetched)
        if root is None or len(article_links(root, fetched.url)) < 3:
            return None
        name = page_title(root) or urlsplit(fetched.url).hostname or fetched.url
        return Detection(self.kind, fetched.url, name, short_language(root.get("lang")))


COLLECTOR = Page()


def read_html(fetched: Fetched) -> html.HtmlElement | None:
    """Return the root of an HTML page; ``None`` when it is none."""
    if fetched.media_type not in {"", "text/html", "application/xhtml+xml"} or b"<" not in fetched.body[:4096]:
        return None
    text = decode(fetched.body, charset=fetched.charset)[:_MOST_CHARACTERS].replace("\x00", "")
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text)
    try:
        root = html.document_fromstring(text)
    except (etree.ParserError, ValueError):
        return None
    return root if isinstance(root, html.HtmlElement) else None


def page_title(root: html.HtmlElement) -> str | None:
    """Return the name of the site, or the page's title."""
    names = root.xpath("//meta[@property='og:site_name']/@content") or root.xpath("//title/text()")
    return plain(names[0]) if names else None


def article_links(root: html.HtmlElement, base: str) -> list[ItemLink]:
    """Return the links that look like articles of the same host, each once, with their longest words as title."""
    base = _joined(base, next(iter(root.xpath("//base/@href")), "")) or base
    host = _site(base)
    found: dict[str, tuple[int, str]] = {}
    for anchor in root.iter("a"):
        target = (anchor.get("href") or "").strip()
        if not target or target.startswith(("#", "javascript:", "mailto:", "tel:", "data:")):
            continue
        url = _joined(base, target)
        if url is None or _site(url) != host or urlsplit(url).path in {"", "/", urlsplit(base).path}:
            continue
        words = " ".join(anchor.text_content().split())
        score, title = found.get(url, (-9, ""))
        found[url] = max(score, _score(anchor, url, words)), max(title, words, key=len)
    return [ItemLink(url, title=plain(title)) for url, (score, title) in found.items() if score >= _ENOUGH]


def _joined(base: str, target: str) -> str | None:
    try:
        parts = urlsplit(urljoin(base, target))
    except ValueError:
        return None
    return parts._replace(fragment="").geturl() if parts.scheme in {"http", "https"} and parts.netloc else None


def _site(url: str) -> str:
    return urlsplit(url).netloc.lower().removeprefix("www.")


def _score(anchor: html.HtmlElement, url: str, words: str) -> int:
    """Points for what articles have (headline words, dated or long paths, a heading above), less for what menus have."""
    path = urlsplit(url).path
    if _NOT_ARTICLE.search(path):
        return -9
    above = {parent.tag for parent in anchor.iterancestors() if isinstance(parent.tag, str)}
    score = 0
    score += 2 * (len(words.split()) >= _LONG_WORDS or len(words) >= _LONG_CHARACTERS)
    score += 2 * bool(_DATED.search(path)) + bool(_NUMBERED.search(path)) + bool(_SLUG.search(path.rstrip("/")))
    score += bool(above & {"article", "h1", "h2", "h3", "h4"}) + (len(path.strip("/").split("/")) > 1)
    return score - 3 * bool(above & _ASIDE)
