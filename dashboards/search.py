"""Search over everything that was read and over the library, with facets, highlights and the place of a mistake."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from dashboards._desk import TheDesk
from dashboards.auth import Reader
from factdesk.errors import QueryError
from factdesk.store.trends import gaps
from index.base import EntryKind, Sort
from index.base import Query as Search
from index.query import names_kind, parse

router = APIRouter(include_in_schema=False)
_FILTERS = ("kind", "language", "source", "role", "event", "finding", "narrative")
_FACETS = {"lang": "language"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address of a search holds; each filter is one value or empty."""

    q: str = ""
    kind: str = ""
    language: str = ""
    source: str = ""
    role: str = ""
    event: str = ""
    finding: str = ""
    narrative: str = ""
    since: str = ""
    until: str = ""
    sort: str = "relevance"
    cursor: str = ""

    def values(self) -> dict[str, str]:
        """Return what stands in the address, without the place in the list."""
        names = ("q", *_FILTERS, "since", "until", "sort")
        given = {name: str(getattr(self, name)) for name in names}
        return {name: value for name, value in given.items() if value and (name, value) != ("sort", "relevance")}

    def search(self, *, limit: int) -> Search:
        """Return the query for the index. Raises ``QueryError`` for a kind, a date or words that mean nothing."""
        return Search(
            text=self.q,
            kinds=_kinds(self.kind, self.q),
            languages=_one(self.language),
            sources=_one(self.source),
            roles=_one(self.role),
            events=_one(self.event),
            findings=_one(self.finding),
            narratives=_one(self.narrative),
            published_from=_day(self.since),
            published_to=_day(self.until, days=1),
            sort=Sort.NEWEST if self.sort == "newest" else Sort.RELEVANCE,
            limit=limit,
            cursor=self.cursor or None,
        )


def asked_for(  # noqa: PLR0913 # each is a parameter of the address
    *,
    q: Annotated[str, Query(max_length=2000)] = "",
    kind: str = "",
    language: str = "",
    source: str = "",
    role: str = "",
    event: str = "",
    finding: str = "",
    narrative: str = "",
    since: str = "",
    until: str = "",
    sort: str = "relevance",
    cursor: Annotated[str, Query(max_length=2000)] = "",
) -> Asked:
    """Read a search out of the address."""
    return Asked(q, kind, language, source, role, event, finding, narrative, since, until, sort, cursor)


TheSearch = Annotated[Asked, Depends(asked_for)]


@router.get("/search")
def show_search(request: Request, *, desk: TheDesk, session: Reader, asked: TheSearch) -> Response:
    """Show one page of hits; a query that cannot be read is shown with its mistake marked."""
    del session
    values: dict[str, object] = {"asked": asked, "chosen": asked.values(), "page": None, "error": None, "filters": _FILTERS}
    try:
        page = desk.index.search(asked.search(limit=20))
    except QueryError as error:
        return desk.render(request, "search.html", {**values, "error": error, "facets": []}, status=422)
    facets = [(_FACETS.get(name, name), found) for name, found in page.facets if found and _FACETS.get(name, name) in _FILTERS]
    since = _day(page.days[0][0]) if page.days else None
    missed = gaps(desk.engine, since=since) if since else []
    return desk.render(request, "search.html", {**values, "page": page, "facets": facets, "gaps": missed})


def _kinds(kind: str, text: str) -> tuple[EntryKind, ...]:
    if kind == "all" or (not kind and names_kind(parse(text))):
        return ()
    try:
        return (EntryKind(kind or "document"),)
    except ValueError as error:
        raise QueryError(f"There is no kind {kind[:40]}.", remedy=f"Use one of {', '.join(EntryKind)}.") from error


def _one(value: str) -> tuple[str, ...]:
    return (value,) if value else ()


def _day(text: str, *, days: int = 0) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC) + timedelta(days=days)
    except (ValueError, OverflowError) as error:
        raise QueryError(f"{text[:20]} is not a day.", remedy="Write it as 2026-01-31.") from error
