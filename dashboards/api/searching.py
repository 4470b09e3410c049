"""The JSON API, searching: what the search page finds, with its facets and its bars."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from dashboards._desk import TheDesk
from dashboards.api._calls import MISTAKES, Scoped
from dashboards.api._shapes import instant
from dashboards.search import TheSearch
from factdesk.accounts.tokens import Scope
from factdesk.store.users import User

router = APIRouter(prefix="/api/v1", responses=MISTAKES)
Searcher = Annotated[User, Depends(Scoped(Scope.READ_SEARCH))]


class HitOut(BaseModel):
    """One entry found."""

    id: str
    kind: str
    item: str | None
    title: str
    snippet: str
    language: str
    source: str
    published_at: str | None
    findings: list[str]
    score: float


class CountOut(BaseModel):
    """How many entries of a time: a day, an hour or the week that begins then."""

    label: str
    total: int


class SearchOut(BaseModel):
    """One page of hits with the exact total, the facets and the bars of the time line; ``cursor`` asks for the next page."""

    total: int
    hits: list[HitOut]
    facets: dict[str, dict[str, int]]
    days: list[CountOut]
    cursor: str | None


@router.get("/search")
def search(*, desk: TheDesk, user: Searcher, asked: TheSearch, limit: Annotated[int, Query(ge=1, le=200)] = 20) -> SearchOut:
    """Search as on the desk's page; page by page with the cursor this is also the export."""
    del user
    page = desk.index.search(asked.search(desk, limit=limit))
    hits = [
        HitOut(
            id=hit.id,
            kind=hit.kind.value,
            item=hit.document_id,
            title=hit.title,
            snippet=hit.snippet,
            language=hit.language,
            source=hit.source,
            published_at=instant(hit.published_at),
            findings=list(hit.findings),
            score=hit.score,
        )
        for hit in page.hits
    ]
    facets = {name: dict(found) for name, found in page.facets}
    days = [CountOut(label=label, total=number) for label, number in page.days]
    return SearchOut(total=page.total, hits=hits, facets=facets, days=days, cursor=page.cursor)
