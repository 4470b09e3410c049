"""A small JSON API for other programs of the desk: no author anywhere, no link of a post; published statements are public."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel

from dashboards._desk import TheDesk, safe_link
from dashboards.auth import Reader
from dashboards.search import TheSearch
from factdesk.editorial.statement import State
from factdesk.editorial.statements import published
from factdesk.records import Passage
from factdesk.store.findings_view import OPEN, QueueFilter, Sighting, queue


class ErrorOut(BaseModel):
    """What was wrong with a request, and what to do about it, in one line."""

    error: str


_MISTAKES: dict[int | str, dict[str, object]] = {
    401: {"model": ErrorOut, "description": "No session: sign in first."},
    422: {"model": ErrorOut, "description": "A parameter cannot be read: words, a kind, a date or a number."},
}
router = APIRouter(prefix="/api/v1", responses=_MISTAKES)


class CitationOut(BaseModel):
    """What a finding or a statement cites."""

    id: str
    kind: str
    text: str
    url: str
    publisher: str
    title: str
    rating: str


class FindingOut(BaseModel):
    """A flagged claim beside its citation."""

    id: str
    kind: str
    probability: float
    claim: str
    language: str
    item: str
    source: str
    event: str | None
    narrative: str | None
    published_at: str
    state: str
    spread: int
    reasons: list[str]
    citation: CitationOut | None


class FindingsOut(BaseModel):
    """One page of stories, each a list of its sightings."""

    total: int
    stories: list[list[FindingOut]]


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


class SearchOut(BaseModel):
    """One page of hits with the exact total and the facets."""

    total: int
    hits: list[HitOut]
    facets: dict[str, dict[str, int]]
    cursor: str | None


class StatementOut(BaseModel):
    """A published statement as the public sees it."""

    url: str
    title: str
    body: str
    rating: str
    language: str
    claim: str
    published_at: str
    corrected_at: str | None
    withdrawn_at: str | None
    withdrawn_reason: str
    corrections: list[str]
    citations: list[CitationOut]


@router.get("/search")
def search(*, desk: TheDesk, session: Reader, asked: TheSearch, limit: Annotated[int, Query(ge=1, le=200)] = 20) -> SearchOut:
    """Search as on the desk's page."""
    del session
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
            published_at=hit.published_at.isoformat() if hit.published_at else None,
            findings=list(hit.findings),
            score=hit.score,
        )
        for hit in page.hits
    ]
    return SearchOut(total=page.total, hits=hits, facets={name: dict(found) for name, found in page.facets}, cursor=page.cursor)


@router.get("/findings")
def findings(  # noqa: PLR0913 # each is a parameter of the address
    *,
    desk: TheDesk,
    session: Reader,
    state: str = OPEN,
    kind: str = "",
    language: str = "",
    event: str = "",
    limit: Annotated[int, Query(ge=1, le=100)] = 30,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> FindingsOut:
    """List flagged stories in the order of the queue; ``state=all`` lists the decided ones too."""
    del session
    chosen = QueueFilter(
        kind=kind or None, language=language or None, event=event or None, state=None if state == "all" else state
    )
    page = queue(desk.engine, chosen, limit=limit, offset=offset)
    return FindingsOut(total=page.total, stories=[[_finding(one) for one in flag.sightings] for flag in page.rows])


@router.get("/statements")
def statements(request: Request, *, desk: TheDesk, limit: Annotated[int, Query(ge=1, le=100)] = 50) -> list[StatementOut]:
    """List what is published; no login is needed. A withdrawn statement keeps its address and reason, not its text."""
    made = []
    for one in published(desk.engine, limit=limit):
        if one.visible is None or one.published_at is None:
            continue
        withdrawn = one.state is State.WITHDRAWN
        made.append(
            StatementOut(
                url=f"{desk.address(request)}/statements/{one.slug}",
                title=one.visible.title,
                body="" if withdrawn else one.visible.body,
                rating=one.visible.rating.value,
                language=one.language,
                claim=one.claim_text,
                published_at=one.published_at.isoformat(),
                corrected_at=one.corrected_at.isoformat() if one.corrected_at else None,
                withdrawn_at=one.withdrawn_at.isoformat() if one.withdrawn_at else None,
                withdrawn_reason=one.withdrawn_reason,
                corrections=[step.note for step in one.corrections],
                citations=[_citation(citation.passage) for citation in one.visible.citations],
            )
        )
    return made


def _finding(one: Sighting) -> FindingOut:
    cited = one.finding.citation
    return FindingOut(
        id=one.finding.id,
        kind=one.finding.kind.value,
        probability=one.finding.probability,
        claim=one.claim.text,
        language=one.claim.language,
        item=one.claim.document_id,
        source=one.source,
        event=one.event,
        narrative=one.narrative_id,
        published_at=one.published_at.isoformat(),
        state=one.state,
        spread=one.spread,
        reasons=[*one.finding.reasons, *(difference.words for difference in one.finding.differences)],
        citation=_citation(cited) if cited else None,
    )


def _citation(passage: Passage) -> CitationOut:
    return CitationOut(
        id=passage.id,
        kind=passage.kind.value,
        text=passage.text,
        url=safe_link(passage.url),
        publisher=passage.publisher,
        title=passage.title,
        rating=passage.rating,
    )
