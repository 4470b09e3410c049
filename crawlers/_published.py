"""When a page says it was published: what it tells machines, its address, and what it shows, weighed against each other.

Page systems write several dates, and some of them lie: a comment's or a teaser's stands beside the article's, a date of change
is told as one of publication, and an hour in UTC falls on another day than the one that readers saw. The day in an address does
not move; a date that stands alone beside the heading is the article's.
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone

from htmldate import find_date
from lxml.html import HtmlElement

from crawlers._dates import parse_instant, parse_local, plausible, url_date
from crawlers._jsonld import Node, text_of, types
from crawlers._page_head import PageHead
from crawlers._shown_dates import ShownDates, shown_dates

_PUBLISHED = (
    "article:published_time",
    "og:article:published_time",
    "article:published",
    "article:published_date",
    "article.published",
    "datepublished",
    "date_published",
    "og:published_time",
    "og:pubdate",
    "og:publish_date",
    "date",
    "dc.date",
    "dc.date.issued",
    "dc.date.created",
    "dcterms.created",
    "dcterms.date",
    "dcterms.issued",
    "pubdate",
    "publish-date",
    "publish_date",
    "publishdate",
    "published-date",
    "published_date",
    "publication_date",
    "publicationdate",
    "originalpublicationdate",
    "vr:published-time",
    "parsely-pub-date",
    "sailthru.date",
    "cxenseparse:recs:publishtime",
    "citation_date",
    "citation_publication_date",
    "citation_online_date",
)
_SCRIPTED = re.compile(
    r"[\"'](?:datePublished|date_published|published_?At|publish(?:ed)?_?date|publication_?date|pub_?date|first_?published(?:_?at)?)"
    r"[\"']\s*:\s*[\"']([^\"']{8,40})[\"']",
    re.IGNORECASE,
)
_ARTICLE_LIKE = re.compile(r"Article|Posting|ClaimReview|Report")
_MONTH_IN_URL = re.compile(r"/((?:19|20)\d{2})[/-](\d{1,2})/")
_TREE_LIMIT = 20_000  # elements; htmldate copies the tree, which a page this large does not deserve
_WIDEST = 13  # hours that a time zone lies from UTC, about
_YEAR = re.compile(r"-01$")


def published_of(head: PageHead, tree: HtmlElement, *, url: str, now: datetime) -> tuple[datetime, str] | None:
    """Return when the page says it was published and how that was found, or ``None``.

    The instant keeps the zone in which its day is the one that readers saw. How is ``metadata``, ``text``, ``estimated`` (what
    htmldate gathers from footers and file names), or ``year``: no more is known than the year or month, told as its first day.
    Only instants from 1995 to ``now`` count. htmldate is asked last, and not for huge pages: it is slow.
    """
    spelt = _spelt(head, url, now=now)
    told = next((moment for written in _written(head) if (moment := _believed(written, now=now))), None)
    if told:
        return (_on_the_day(told, spelt) if spelt else _on_the_day_shown(told, head, tree, now=now), "metadata")
    if spelt:
        return (_midnight(spelt), "metadata")
    shown = shown_dates(tree, now=now) if head.elements <= _TREE_LIMIT else ShownDates()
    if moment := shown.best(_month_of(url)):
        return (moment, "text")
    for written in _scripted(tree):
        if moment := _believed(written, now=now):
            return (moment, "text")
    return _searched(head, tree, url=url, now=now)


def _searched(head: PageHead, tree: HtmlElement, *, url: str, now: datetime) -> tuple[datetime, str] | None:
    """What htmldate finds, quickly and then at length."""
    if head.elements > _TREE_LIMIT:
        return None
    for how in ("text", "estimated"):
        found = find_date(tree, extensive_search=how == "estimated", original_date=True, url=url, max_date=now) or ""
        if moment := plausible(parse_instant(found), now=now):
            return (moment, "year" if how == "estimated" and _YEAR.search(found) else how)
    return None


def _written(head: PageHead) -> Iterator[str]:
    """What the page tells machines, the article's own word first."""
    articles = sorted(head.articles(), key=_is_other)
    yield from (text_of(node.get("datePublished")) for node in articles if not _is_other(node))
    yield from (head.metas[name] for name in _PUBLISHED if name in head.metas)
    yield from (text_of(node.get("datePublished")) for node in articles if _is_other(node))


def _is_other(node: Node) -> bool:
    """Whether a node describes the page rather than an article."""
    return not any(_ARTICLE_LIKE.search(name) for name in types(node))


def _scripted(tree: HtmlElement) -> Iterator[str]:
    """Dates of publication in the data that the page's own scripts read."""
    for script in tree.iter("script"):
        if script.text and (found := _SCRIPTED.search(script.text)):
            yield found[1]


def _believed(written: str, *, now: datetime) -> datetime | None:
    moment = parse_local(written)
    if plausible(moment, now=now) is None or moment is None:
        return None
    return min(moment, now)


def _spelt(head: PageHead, url: str, *, now: datetime) -> date | None:
    """The day that the page's address spells."""
    for address in (url, head.canonical, head.metas.get("og:url", "")):
        if moment := plausible(url_date(address), now=now):
            return moment.date()
    return None


def _month_of(url: str) -> tuple[int, int] | None:
    found = _MONTH_IN_URL.search(url)
    return (int(found[1]), int(found[2])) if found else None


def _on_the_day(told: datetime, day: date) -> datetime:
    """Return ``told`` in a zone where it falls on ``day``, or that day's midnight where there is none."""
    return _moved(told, day) or (told if told.date() == day else _midnight(day))


def _on_the_day_shown(told: datetime, head: PageHead, tree: HtmlElement, *, now: datetime) -> datetime:
    """Return ``told`` in a zone where it falls on the day that stands beside the heading, if there is one."""
    if not _is_universal(told) or head.elements > _TREE_LIMIT:
        return told
    day = shown_dates(tree, now=now, beside=True).beside_heading
    return (_moved(told, day) if day else None) or told


def _is_universal(told: datetime) -> bool:
    """Whether a moment has an hour in UTC: the day it falls on may not be the one that readers saw."""
    return told.utcoffset() == timedelta() and bool(told.hour or told.minute)


def _moved(told: datetime, day: date) -> datetime | None:
    if told.date() == day or not _is_universal(told):
        return None
    for hours in (hours for size in range(1, _WIDEST) for hours in (size, -size)):
        moved = told.astimezone(timezone(timedelta(hours=hours)))
        if moved.date() == day:
            return moved
    return None


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
