"""A captured page read: its text without furniture and byline, and what it says about itself; or why it cannot be read.

The markup is parsed once; the tree serves metadata, dates, ClaimReview and trafilatura. Whatever a page holds, reading
it ends in ``Extracted`` or ``Unread`` within bounded time.
"""

import logging
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, islice
from typing import cast

import trafilatura
from lxml.etree import XPath
from lxml.html import HtmlElement
from trafilatura.settings import Document, Extractor

from crawlers._claimreview import ClaimReview, language_code, parse_claim_reviews, reviews_in
from crawlers._dates import fold, plausible
from crawlers._echoes import without_echoes
from crawlers._encoding import decode
from crawlers._furniture import without_furniture
from crawlers._lead import hidden_body, lead_of, with_lead
from crawlers._page_head import PageHead, address_of, read_head, title_of
from crawlers._published import published_of
from crawlers._shown import visible
from factdesk.records import Capture, Outcome

MIN_CHARACTERS = 100
MAX_BYTES = 10_000_000
_MAX_MARKUP = 3_000_000
_MAX_ELEMENTS = 60_000
_READABLE = re.compile(r"html|xml|text/plain|^$|octet-stream", re.IGNORECASE)
_MAGIC = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"PK\x03\x04", b"\x1f\x8b", b"RIFF", b"\x00\x00\x00", b"ID3", b"OggS")
_OPTIONS = Extractor(output_format="python", comments=False)

logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # a page without text is an outcome here, not an error to log
logging.getLogger("htmldate").setLevel(logging.CRITICAL)

_BYLINES = (  # attribute nodes first: three times faster than asking every element
    XPath(
        "//@class[contains(., 'uthor') or contains(., 'yline') or contains(., 'autor') or contains(., 'auteur')"
        " or contains(., 'tac-gia')]/.."
    ),
    XPath("//@itemprop[contains(., 'author')]/.. | //@rel[. = 'author']/.. | //author"),
)
_CAPTIONS = XPath(
    "//@class[contains(., 'aption') or contains(., 'mage-desc') or contains(., 'magedesc') or contains(., 'edia__desc')"
    " or contains(., 'image-box') or contains(., 'image-text') or contains(., 'ildunterschrift') or contains(., 'bildtext')"
    " or contains(., 'egende') or contains(., 'hoto-credit') or contains(., 'mage-credit') or contains(., 'mg-desc')]/.."
)
_CAPTION_LIMIT = 400
_NEVER_CAPTION = frozenset({"body", "html", "article", "main", "section", "head", "h1", "h2", "h3", "h4", "table", "caption"})
_BYLINE_CANDIDATES = 300
_NEVER_BYLINE = frozenset({"body", "html", "article", "main", "head", "meta", "link", "h1", "script"})
_BYLINE_LIMIT = 160
_BYLINE_WORDS = re.compile(
    r"^(?:by|von|par|por|di|da|door|av|af|oleh|bởi|tác giả|theo phóng viên|written by|posted by|reported by|text|"
    r"autor|autora|auteur|author|texto|بقلم|كتب|كتبت|تحرير|автор)\s*:?\s+",
    re.IGNORECASE,
)
_NAME = re.compile(r"[^\W\d_][\w.’'-]*(?:[ ,&]+(?:and |und |et |y |e |và |و)?[^\W\d_][\w.’'-]*){0,7}")
_HEAD_LINES = 6


@dataclass(frozen=True, slots=True)
class Extracted:
    """A page as read; no author.

    ``published_at`` keeps the zone in which its day is the one that readers saw. ``published_how`` is ``listing``,
    ``metadata``, ``text``, ``estimated``, ``year`` (no more than a year or month is known) or ``fetched``.
    """

    url: str
    title: str
    text: str
    published_at: datetime
    published_how: str
    language_hint: str = ""
    site_name: str = ""
    claim_reviews: tuple[ClaimReview, ...] = ()


@dataclass(frozen=True, slots=True)
class Unread:
    """Why a page was not read: the outcome to count and a sentence for the operator."""

    outcome: Outcome
    reason: str


def read_page(capture: Capture) -> Extracted | Unread:
    """Return the page in ``capture`` as read, or why it cannot be; never raises."""
    if refusal := _refusal(capture):
        return refusal
    try:
        return _read(capture)
    except Exception as error:  # noqa: BLE001 - markup from anywhere may break any parser; it is one page's outcome
        return Unread(Outcome.QUARANTINED, f"The page breaks its reader: {type(error).__name__}: {str(error)[:200]}")


def _refusal(capture: Capture) -> Unread | None:
    """What can be told from the bytes alone."""
    body = capture.body
    if len(body) > MAX_BYTES:
        return Unread(Outcome.TOO_LARGE, f"The page has {len(body)} bytes, more than {MAX_BYTES}.")
    if not _READABLE.search(capture.media_type.partition(";")[0].strip()):
        return Unread(Outcome.NOT_TEXT, f"The address gives {capture.media_type}, not a page.")
    if not body.strip(b"\x00 \t\r\n"):
        return Unread(Outcome.TOO_SHORT, "The page is empty.")
    if body.startswith(_MAGIC) and not body.startswith(b"\x00\x00\xfe\xff"):
        return Unread(Outcome.NOT_TEXT, "The address gives a binary file, not a page.")
    return None


def _read(capture: Capture) -> Extracted | Unread:
    markup = decode(capture.body, charset=capture.charset)[:_MAX_MARKUP].replace("\x00", "")
    tree = trafilatura.load_html(markup)
    if tree is None:  # one lone element is not taken for a page
        tree = trafilatura.load_html(f"<html><body>{markup}</body></html>")
    if tree is None:
        return Unread(Outcome.NOT_TEXT, "The page holds no markup that can be read.")
    head = read_head(tree)
    if (how := head.opted_out) is not None:
        return Unread(Outcome.REFUSED_OPT_OUT, f"The page reserves itself from text and data mining by {how}.")
    now = capture.fetched_at.astimezone(UTC)
    url = address_of(head, url=capture.url)
    published, how = _published(capture, head, tree, now=now)
    reviews = _reviews(markup, head, url=url)
    text = _text(tree, head)
    if len(text) < MIN_CHARACTERS and not reviews:
        return Unread(Outcome.TOO_SHORT, f"The page has {len(text)} characters of text, fewer than {MIN_CHARACTERS}.")
    return Extracted(
        url=url,
        title=title_of(head, hint=capture.hint_title),
        text=text,
        published_at=published,
        published_how=how,
        language_hint=language_code(head.language or capture.hint_language or head.metas.get("og:locale", "")),
        site_name=head.site_name,
        claim_reviews=reviews,
    )


def _published(capture: Capture, head: PageHead, tree: HtmlElement, *, now: datetime) -> tuple[datetime, str]:
    if hint := plausible(capture.hint_published, now=now):
        return (hint, "listing")
    return published_of(head, tree, url=capture.url, now=now) or (now, "fetched")


def _reviews(markup: str, head: PageHead, *, url: str) -> tuple[ClaimReview, ...]:
    if "ClaimReview" not in markup:
        return ()
    return reviews_in(head.linked_data, url=url) or parse_claim_reviews(markup, url=url)


def _text(tree: HtmlElement, head: PageHead) -> str:
    """The page's own text: trafilatura's, or for a page made to choke it the plain text of its paragraphs."""
    if head.elements > _MAX_ELEMENTS:
        paragraphs = (" ".join("".join(element.itertext()).split()) for element in tree.iter("p"))
        return "\n".join(dict.fromkeys(line for line in paragraphs if line))[:_MAX_MARKUP]
    lead = lead_of(tree, head)
    _cut_bylines(tree)
    _cut_captions(tree)
    document = trafilatura.bare_extraction(tree, options=_OPTIONS)
    text = document.text if isinstance(document, Document) else ""
    whole = visible(with_lead(hidden_body(text or "", head), lead))
    return _without_byline_lines(unicodedata.normalize("NFC", whole), head)


def _cut_bylines(tree: HtmlElement) -> None:
    """Remove short elements marked as the byline; long ones (an article classed by its author's page) stay."""
    found = [cast("list[HtmlElement]", marked(tree)) for marked in _BYLINES]
    _cut(chain.from_iterable(found), _NEVER_BYLINE, longest=_BYLINE_LIMIT)


def _cut_captions(tree: HtmlElement) -> None:
    """Remove what is marked as a picture's caption: it says what a picture shows, and who took it."""
    _cut(cast("list[HtmlElement]", _CAPTIONS(tree)), _NEVER_CAPTION, longest=_CAPTION_LIMIT)


def _cut(found: Iterable[HtmlElement], never: frozenset[str], *, longest: int) -> None:
    """Remove the elements found that have at most ``longest`` characters."""
    for element in islice(found, _BYLINE_CANDIDATES):
        if element.tag in never or element.getparent() is None:
            continue
        length = 0
        for piece in element.itertext():
            length += len(piece.strip())
            if length > longest:
                break
        else:
            element.drop_tree()


def _without_byline_lines(text: str, head: PageHead) -> str:
    """Drop furniture and what is told elsewhere, and among the first and last lines those that are nothing but a byline."""
    titles = (head.heading, head.title_tag, head.metas.get("og:title", ""))
    furnished = without_furniture(text.split("\n"))
    lines = without_echoes(furnished, titles=titles, names=head.author_names)
    if sum(map(len, lines)) < MIN_CHARACTERS:
        lines = furnished
    folded = [fold(name) for name in head.author_names]
    edge = set(range(_HEAD_LINES)) | set(range(len(lines) - 3, len(lines)))
    return "\n".join(line for place, line in enumerate(lines) if place not in edge or not _is_byline(line, folded)).strip()


def _is_byline(line: str, names: list[str]) -> bool:
    line = line.strip(" -–—|*")
    if not line or len(line) > 100:
        return False
    rest = _BYLINE_WORDS.sub("", line)
    if rest != line and _NAME.fullmatch(rest) and rest[:1] == rest[:1].upper() and len(rest.split()) <= 8:
        return True
    plain_line = fold(line)
    return any(name in plain_line and len(plain_line) <= len(name) + 40 for name in names)
