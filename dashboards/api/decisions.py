"""The JSON API, working on the queue: decisions, taking them back, who takes a story on, and who has it before them."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from pydantic import AwareDatetime, BaseModel, Field

from dashboards._desk import Desk, TheDesk
from dashboards.api._calls import MISTAKES, Id, Line, Scoped, Told
from factdesk.accounts.tokens import Scope
from factdesk.errors import NotFoundError
from factdesk.store import shared_work
from factdesk.store.database import reading
from factdesk.store.reviews import decide, undo
from factdesk.store.users import User

router = APIRouter(prefix="/api/v1", responses=MISTAKES)
Decider = Annotated[User, Depends(Scoped(Scope.WRITE_REVIEWS))]
Findings = Annotated[list[Id], Field(min_length=1, max_length=500)]


class DecisionIn(Told):
    """A decision about one or more findings; ``take`` makes it also where a colleague has the story before them."""

    findings: Findings
    decision: Literal["confirmed", "rejected", "not_checkable", "needs_evidence"]
    reason: Line = ""
    take: bool = False


class DecidedOut(BaseModel):
    """The findings that the decision is about, and the moment by which it can be taken back."""

    findings: list[str]
    decided_at: str | None = None


class UndoIn(Told):
    """The moment of the decision to take back, as ``decided_at`` told it."""

    decided_at: Annotated[AwareDatetime, Field(strict=False)]


class AssignmentIn(Told):
    """Findings whose stories are given to a person by number, or to nobody."""

    findings: Findings
    person: Annotated[int, Field(ge=1, le=2_147_483_647)] | None


class AssignmentOut(BaseModel):
    """The stories, by their keys, and who has them now."""

    stories: list[str]
    person: int | None


class HoldIn(Told):
    """Findings whose story is before the person now; ``take`` takes it over from a colleague."""

    findings: Findings
    take: bool = False


class LeaveIn(Told):
    """Findings whose stories the person left."""

    findings: Findings


class HoldOut(BaseModel):
    """A story by its key and who holds it: the caller, or a colleague who was first. A hold ends by itself."""

    story: str
    holder: int | None
    held_s: int


class LeftOut(BaseModel):
    """The stories that the caller holds no more."""

    stories: list[str]


@router.post("/decisions")
def record_decision(*, desk: TheDesk, user: Decider, body: DecisionIn) -> DecidedOut:
    """Record a decision about findings; the newest counts. While a colleague holds the story it is refused."""
    at = desk.clock()
    if body.take:
        shared_work.take_over(desk.engine, body.findings, user_id=user.id, at=at)
    ids = decide(desk.engine, body.findings, user_id=user.id, decision=body.decision, reason=body.reason, at=at)
    return DecidedOut(findings=ids, decided_at=at.isoformat())


@router.post("/decisions/undo")
def undo_decision(*, desk: TheDesk, user: Decider, body: UndoIn) -> DecidedOut:
    """Take back what the person decided at one moment, where nobody decided anew since."""
    return DecidedOut(findings=undo(desk.engine, user_id=user.id, decided_at=body.decided_at, at=desk.clock()))


@router.post("/assignments")
def assign_stories(*, desk: TheDesk, user: Decider, body: AssignmentIn) -> AssignmentOut:
    """Give the stories of findings to a person of the desk, or to nobody."""
    found = _stories(desk, body.findings)
    shared_work.assign(desk.engine, found, to=body.person, by=user.id, at=desk.clock())
    return AssignmentOut(stories=found, person=body.person)


@router.post("/holds")
def hold_story(*, desk: TheDesk, user: Decider, body: HoldIn) -> HoldOut:
    """Hold the story of findings for two minutes, unless a colleague does; a person holds one story at a time."""
    story = _stories(desk, body.findings)[0]
    found = shared_work.hold(desk.engine, story, user_id=user.id, at=desk.clock(), take=body.take)
    return HoldOut(story=story, holder=found.holder, held_s=int(shared_work.HELD.total_seconds()))


@router.post("/holds/leave")
def leave_stories(*, desk: TheDesk, user: Decider, body: LeaveIn) -> LeftOut:
    """End one's own holds of the stories of findings."""
    found = _stories(desk, body.findings)
    shared_work.release(desk.engine, found, user_id=user.id)
    return LeftOut(stories=found)


def _stories(desk: Desk, findings: list[str]) -> list[str]:
    with reading(desk.engine) as connection:
        found = shared_work.stories_of(connection, findings)
    if not found:
        raise NotFoundError("There is no such finding.", remedy="List the findings again.")
    return found
