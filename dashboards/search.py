"""Search over everything that was read and over the library, with facets, highlights and the place of a mistake."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from dashboards._desk import Desk, TheDesk
from dashboards.auth import Reader
from factdesk.errors import QueryError
from factdesk.meaning import with_stored
from factdesk.searches import ASKED, FILTERS, query_for
from factdesk.store.database import reading
from factdesk.store.narratives import labels_of
from factdesk.store.trends import Bar, gaps
from index.base import Interval
from index.base import Query as Search

router = APIRouter(include_in_schema=False)
_SHOWN = 8
_BARS = {Interval.HOUR: 48, Interval.DAY: 31, Interval.WEEK: 26}


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
    by: str = "day"
    cursor: str = ""

    @property
    def interval(self) -> Interval:
        """Return how long a bar of the histogram lasts; a day for a word that names nothing."""
        return Interval(self.by) if self.by in {*Interval} else Interval.DAY

    def values(self) -> dict[str, str]:
        """Return what stands in the address, without the place in the list."""
        given = {name: str(getattr(self, name)) for name in (*ASKED, "by")}
        usual = {("sort", "relevance"), ("by", "day")}
        return {name: value for name, value in given.items() if value and (name, value) not in usual}

    def search(self, desk: Desk, *, limit: int) -> Search:
        """Return the query for the index. Raises ``QueryError`` for a kind, a date or words that mean nothing."""
        query = query_for(self.values(), zone=desk.settings.desk.timezone, limit=limit, cursor=self.cursor)
        return replace(with_stored(query, desk.engine, desk.index), interval=self.interval)


async def asked_for(  # noqa: PLR0913 # each is a parameter of the address
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
    by: str = "day",
    cursor: Annotated[str, Query(max_length=2000)] = "",
) -> Asked:
    """Read a search out of the address."""
    return Asked(q, kind, language, source, role, event, finding, narrative, since, until, sort, by, cursor)


TheSearch = Annotated[Asked, Depends(asked_for)]


@router.get("/search")
def show_search(request: Request, *, desk: TheDesk, session: Reader, asked: TheSearch) -> Response:
    """Show one page of hits; a query that cannot be read is shown with its mistake marked."""
    del session
    values: dict[str, object] = {"asked": asked, "chosen": asked.values(), "filters": FILTERS}
    values |= {"page": None, "error": None, "stories": {}}
    try:
        query = asked.search(desk, limit=20)
        page = desk.index.search(query)
    except QueryError as error:
        return desk.render(request, "search.html", {**values, "error": error, "facets": []}, status=422)
    facets = [(name, found) for name, found in page.facets if found]
    bars = [Bar(label, (number,)) for label, number in page.days[-_BARS[asked.interval] :]]
    since = _begun(bars, zone=desk.settings.desk.timezone)
    told = {"page": page, "facets": facets, "bars": bars, "meanings": query.meanings, "stories": _stories(desk, facets)}
    missed = gaps(desk.engine, since=since, stale_s=desk.gaps_stale_s) if since else []
    return desk.render(request, "search.html", {**values, **told, "gaps": missed})


def _begun(bars: Sequence[Bar], *, zone: str) -> datetime | None:
    """Return when the histogram begins, as far as it is shown."""
    if not bars:
        return None
    first = datetime.fromisoformat(bars[0].label)
    return first if first.tzinfo else first.replace(tzinfo=ZoneInfo(zone))


def _stories(desk: Desk, facets: Sequence[tuple[str, tuple[tuple[str, int], ...]]]) -> dict[str, str]:
    """Return what the narratives that are offered tell."""
    offered = [value for value, _ in dict(facets).get("narrative", ())[:_SHOWN]]
    if not offered:
        return {}
    with reading(desk.engine) as connection:
        return labels_of(connection, offered)
