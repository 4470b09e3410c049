"""The JSON API, sources: how each is and why, its last polls, and noting that its trouble was seen."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from dashboards._desk import TheDesk
from dashboards.api._calls import MISTAKES, Number, Scoped
from factdesk.accounts.tokens import Scope
from factdesk.store.coverage import SourceHealth, acknowledge, changes, note, survey
from factdesk.store.database import reading, writing
from factdesk.store.poll_lines import SourceLines, lines_of
from factdesk.store.users import User

router = APIRouter(prefix="/api/v1", responses=MISTAKES)
Watcher = Annotated[User, Depends(Scoped(Scope.READ_SOURCES))]
Acknowledger = Annotated[User, Depends(Scoped(Scope.WRITE_SOURCES))]


class PollOut(BaseModel):
    """One poll of a source: how it ended, and how many items it listed, how many of them new."""

    at: datetime
    outcome: str
    status: int | None
    listed: int
    new: int
    reason: str


class SourceOut(BaseModel):
    """A source and how it is, its last polls, and how its items ended; an item's address is told nowhere."""

    id: int
    name: str
    kind: str
    role: str
    language: str | None
    event: str | None
    health: str
    reason: str
    needs_person: bool
    waits_for_person: bool
    seen_at: datetime | None
    interval_s: int
    polls: list[PollOut]
    items: dict[str, int]


class SeenOut(BaseModel):
    """The source whose trouble was seen."""

    source: int


@router.get("/sources")
def all_sources(
    *,
    desk: TheDesk,
    user: Watcher,
    show: Literal["all", "problems"] = "all",
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> list[SourceOut]:
    """List the sources with how each is, those that need a person first; ``show=problems`` lists these alone."""
    del user
    with reading(desk.engine) as connection:
        told = [one for one in survey(connection, now=desk.clock()) if show == "all" or one.verdict.needs_person]
        some = told[offset : offset + limit]
        lines = lines_of(connection, [one.id for one in some])
    return [_told(one, lines.get(one.id, SourceLines())) for one in some]


@router.post("/sources/{source_id}/seen")
def see_source(*, desk: TheDesk, user: Acknowledger, source_id: Number) -> SeenOut:
    """Note that a person has seen what a source needs."""
    now = desk.clock()
    with reading(desk.engine) as connection:
        found = changes(connection, now=now)
    with writing(desk.engine) as connection:
        note(connection, found, now=now)
        acknowledge(connection, source_id, now=now, user_id=user.id)
    return SeenOut(source=source_id)


def _told(one: SourceHealth, lines: SourceLines) -> SourceOut:
    return SourceOut(
        id=one.id,
        name=one.name,
        kind=one.kind,
        role=one.role,
        language=one.language,
        event=one.event,
        health=str(one.verdict.state),
        reason=one.verdict.reason,
        needs_person=one.verdict.needs_person,
        waits_for_person=one.waits_for_person,
        seen_at=one.acknowledged_at,
        interval_s=one.interval_s,
        polls=[
            PollOut(at=poll.at, outcome=poll.outcome, status=poll.status, listed=poll.listed, new=poll.new, reason=poll.reason)
            for poll in lines.last
        ],
        items=lines.items,
    )
