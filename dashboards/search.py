"""Search over everything that was read and over the library, with facets, highlights and the place of a mistake."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from dashboards._desk import TheDesk
from dashboards.auth import Reader
from factdesk.errors import QueryError
from factdesk.searches import ASKED, FILTERS, day, query_for
from factdesk.store.trends import gaps
from index.base import Query as Search

router = APIRouter(include_in_schema=False)
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
        given = {name: str(getattr(self, name)) for name in ASKED}
        return {name: value for name, value in given.items() if value and (name, value) != ("sort", "relevance")}

    def search(self, *, limit: int) -> Search:
        """Return the query for the index. Raises ``QueryError`` for a kind, a date or words that mean nothing."""
        return query_for(self.values(), limit=limit, cursor=self.cursor)


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
    values: dict[str, object] = {"asked": asked, "chosen": asked.values(), "page": None, "error": None, "filters": FILTERS}
    try:
        page = desk.index.search(asked.search(limit=20))
    except QueryError as error:
        return desk.render(request, "search.html", {**values, "error": error, "facets": []}, status=422)
    facets = [(_FACETS.get(name, name), found) for name, found in page.facets if found and _FACETS.get(name, name) in FILTERS]
    since = day(page.days[0][0]) if page.days else None
    missed = gaps(desk.engine, since=since) if since else []
    return desk.render(request, "search.html", {**values, "page": page, "facets": facets, "gaps": missed})
