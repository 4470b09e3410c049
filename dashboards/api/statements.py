"""The JSON API, what is public: published statements, for anybody and without a token."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request

from dashboards._desk import TheDesk
from dashboards.api._calls import MISTAKES
from dashboards.api._shapes import CitationOut
from dashboards.api._statements import StatementOut
from dashboards.public import public_text
from factdesk.editorial.statement import Revision, State, Statement
from factdesk.editorial.statements import published

router = APIRouter(prefix="/api/v1", responses=MISTAKES)
Slug = Annotated[str, Path(max_length=120, pattern=r"^[a-z0-9-]+$")]


@router.get("/statements")
def statements(request: Request, *, desk: TheDesk, limit: Annotated[int, Query(ge=1, le=100)] = 50) -> list[StatementOut]:
    """List what is published; no login is needed. A withdrawn statement keeps its address and reason, not its text."""
    return [_told(one, one.visible, base=desk.address(request)) for one in published(desk.engine, limit=limit) if one.visible]


@router.get("/statements/{slug}")
def one_statement(request: Request, *, desk: TheDesk, slug: Slug) -> StatementOut:
    """Give one published statement by the end of its address."""
    shown, text = public_text(desk, slug)
    return _told(shown, text, base=desk.address(request))


def _told(one: Statement, text: Revision, *, base: str) -> StatementOut:
    withdrawn = one.state is State.WITHDRAWN
    return StatementOut(
        url=f"{base}/statements/{one.slug}",
        title=text.title,
        body="" if withdrawn else text.body,
        rating=text.rating.value,
        language=one.language,
        claim=one.claim_text,
        published_at=one.published_at.isoformat() if one.published_at else "",
        corrected_at=one.corrected_at.isoformat() if one.corrected_at else None,
        withdrawn_at=one.withdrawn_at.isoformat() if one.withdrawn_at else None,
        withdrawn_reason=one.withdrawn_reason,
        corrections=[step.note for step in one.corrections],
        citations=[CitationOut.of(citation.passage) for citation in text.citations],
    )
