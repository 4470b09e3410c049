"""The dates that a page shows, in one walk over it: which stands beside the heading, which is called the date of publication.

A sidebar's, a teaser's or a footer's date is another article's unless it is called this one's; a comment's never counts.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from itertools import islice, takewhile

from lxml.html import HtmlElement

from crawlers._dates import parse_local, plausible

_SKIPPED = frozenset({"script", "style", "noscript", "template", "select", "svg", "iframe", "textarea", "option"})
_WHOLE = frozenset({"html", "body", "main"})
_ASIDE = frozenset({"nav", "footer", "aside", "form"})
_COMMENTS = re.compile(r"comment(?!s?-open)|kommentar|disqus|replies|reviews?-list|tweet|twitter", re.IGNORECASE)
_OTHERS = re.compile(
    r"sidebar|related|recent|teaser|widget|footer|breadcrumb|promo|newsletter|latest|most-?read|popular|menu|\bnav|cookie|banner|"
    r"recommend|more-|mehr-|weitere|next-?post|prev|events",
    re.IGNORECASE,
)
_DATED = re.compile(r"date|datum|posted|publi|time(?!line)|fecha|parution", re.IGNORECASE)
_CALLED = re.compile(
    r"(?:ver[öo]ffentlicht|publiziert|erschienen|erstellt|eingestellt|online seit|verfasst|geschrieben|published|posted|"
    r"publi[ée]e?|mis en ligne|par[ue]|publicado|publicada|pubblicato|gepubliceerd|geplaatst|opublikowano|đăng|xuất bản|"
    r"опубликовано|نشر)(?:\s+(?:am|on|le|el|il|op|em|at|the|um))?\s*:?\W{0,3}$|"
    r"(?:ver[öo]ffentlicht|publiziert|erschienen|published|posted|publi[ée]e?|mis en ligne|publicado|pubblicato|gepubliceerd)"
    r"[^.!?]{0,40}\d",
    re.IGNORECASE,
)
_CHANGED = re.compile(
    r"updat|modif|aktualisiert|ge[äa]ndert|änderung|stand:|mis à jour|mise à jour|actualizad|aggiornat|bijgewerkt|last edit",
    re.IGNORECASE,
)
_COMING = re.compile(
    r"deadline|frist|beginn|begin|\bbis\b|\bab\b|until|termin|event|\bstart|\bende?\b|release|\bvom\b|\bfrom\b", re.IGNORECASE
)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)|[٠-٩]{4}")
_DATELINE = re.compile(r"^(?:[^\W\d_][\w .'-]{1,25},\s*)?\d{1,2}[. ][^\W_]{1,12}[. ]\s?\d{4}\s*[-–|:]")
_WORD = re.compile(r"[^\W\d_]{2,}")
_SHORT, _FEW = 80, 4  # characters and words: a date that stands alone, with its hour, its place or who wrote
_BEFORE, _AFTER = 8, 30  # pieces of text around the heading
_MOST = 4_000


@dataclass(slots=True)
class ShownDates:
    """What was found: moments by where they stand, each list in the order of the page (``above`` upwards from the heading)."""

    called: list[datetime] = field(default_factory=list)
    near: list[datetime] = field(default_factory=list)
    above: list[datetime] = field(default_factory=list)
    marked: list[datetime] = field(default_factory=list)
    others: list[datetime] = field(default_factory=list)

    @property
    def beside_heading(self) -> date | None:
        """The day that stands beside the heading."""
        return next((moment.date() for moment in (*self.near, *self.above)), None)

    def best(self, month: tuple[int, int] | None) -> datetime | None:
        """Return the most credible one; ``month`` (year, month) is what the address spells."""
        told = (*self.called, *self.near, *self.above, *self.marked)
        if month:
            fitting = (moment for moment in (*told, *self.others) if (moment.year, moment.month) == month)
            if found := next(fitting, None):
                return found
        return next(iter(told), None)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A text, or what an element says of its date in an attribute (``marked``); ``heading``: here the main heading begins.

    ``whose``: 0 the article's, 1 another's, 2 a reader's comment.
    """

    text: str
    marked: bool = False
    heading: bool = False
    whose: int = 0


def shown_dates(tree: HtmlElement, *, now: datetime, beside: bool = False) -> ShownDates:
    """Return the dates that ``tree`` shows, or only those ``beside`` the heading, which is quicker."""
    heading = next(tree.iter("h1"), None)
    found = ShownDates()
    if beside and heading is None:
        return found
    walk = islice(_pieces(tree, heading), _MOST)
    pieces = [*takewhile(lambda piece: not piece.heading, walk)]
    place = len(pieces)
    if heading is not None:
        pieces.append(_Piece(""))
        pieces += islice(walk, _AFTER) if beside else walk
    for number, piece in enumerate(pieces):
        if beside and number < place - _BEFORE:
            continue
        told = _label(pieces[number - 1].text) if number else ""
        if moment := _moment(piece, told, now=now):
            _enter(found, moment, piece=piece, told=told, away=None if heading is None else number - place)
    return found


def _label(text: str) -> str:
    """What stands before a date, if it may say what that date is."""
    return text if len(text) <= _SHORT and not _YEAR.search(text) else ""


def _moment(piece: _Piece, told: str, *, now: datetime) -> datetime | None:
    """What a piece says, if it is short, whole, credible, and no date of change; ``told`` stands before it."""
    if piece.whose == 2 or not _YEAR.search(piece.text[:_SHORT]):
        return None
    if not piece.marked and len(piece.text) > _SHORT and not _DATELINE.match(piece.text):
        return None
    if _CHANGED.search(piece.text[:_SHORT]) or _CHANGED.search(told):
        return None
    moment = parse_local(piece.text[:_SHORT])
    return min(moment, now) if moment and plausible(moment, now=now) else None


def _enter(found: ShownDates, moment: datetime, *, piece: _Piece, told: str, away: int | None) -> None:
    """Enter a moment by where it stands; ``away`` is how many pieces after the heading."""
    if _CALLED.search(piece.text[:_SHORT]) or _CALLED.search(told):
        found.called.append(moment)
    if piece.whose:
        found.others.append(moment)
        return
    if away is not None and (piece.marked or _is_alone(piece.text, told)):
        if 0 < away <= _AFTER:
            found.near.append(moment)
        elif -_BEFORE <= away <= 0:
            found.above.insert(0, moment)
    (found.marked if piece.marked else found.others).append(moment)


def _is_alone(text: str, told: str) -> bool:
    """Whether a text is a date and little else, and not the date of something to come."""
    if _COMING.search(text[:_SHORT]) or _COMING.search(told):
        return False
    return len(_WORD.findall(text)) <= _FEW or bool(_DATELINE.match(text))


def _pieces(tree: HtmlElement, heading: HtmlElement | None) -> Iterator[_Piece]:
    """Yield the page's pieces of text in order, and what its elements say of dates in attributes; the heading has no text."""
    kept = set() if heading is None else {*heading.iterancestors()}
    waiting: list[tuple[HtmlElement, bool, int]] = [(tree, False, 0)]
    while waiting:
        element, after, whose = waiting.pop()
        if after:
            if element.tail and (text := element.tail.strip()):
                yield _Piece(text, whose=whose)
            continue
        if not isinstance(element.tag, str) or element.tag in _SKIPPED:
            continue
        if element is heading:
            yield _Piece("", heading=True)
            continue
        told, marked = _told(element.get("class", ""), element.get("id", ""), element.get("itemprop", ""))
        own = whose if element in kept or element.tag in _WHOLE else max(whose, told, int(element.tag in _ASIDE))
        marked = marked or element.tag == "time"
        written = element.get("datetime") or element.get("content") or element.get("title") if marked else None
        if written:
            yield _Piece(written[:_SHORT], marked=True, whose=own)
        if element.text and (text := element.text.strip()):
            yield _Piece(text, marked=marked, whose=own)
        for child in reversed(element):
            waiting += [(child, True, own), (child, False, own)]


@lru_cache(4096)
def _told(style: str, name: str, itemprop: str) -> tuple[int, bool]:
    """Whose part an element with these marks is, and whether it is marked as a date."""
    marks = f"{style} {name}"
    whose = 2 if _COMMENTS.search(marks) else int(bool(_OTHERS.search(marks)))
    return whose, bool(_DATED.search(f"{style} {itemprop}"))
