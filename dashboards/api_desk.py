"""The JSON API, working: decisions and the life of a statement, by the same functions as the desk's forms."""

from collections.abc import Callable
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, BaseModel, Field

from dashboards._api import MISTAKES, Body, Line, Number, Reason, Scoped, Told
from dashboards._api_shapes import DraftOut, FullDraftOut
from dashboards._desk import Desk, TheDesk
from factdesk.accounts.tokens import Scope
from factdesk.editorial import editing, gatekeeping, watch
from factdesk.editorial import statements as editorial
from factdesk.editorial.merging import Version
from factdesk.editorial.statement import Statement
from factdesk.errors import NotFoundError
from factdesk.store.coverage import acknowledge, changes, note
from factdesk.store.database import reading, writing
from factdesk.store.reviews import decide, undo
from factdesk.store.shared_work import assign, stories_of
from factdesk.store.users import User

router = APIRouter(prefix="/api/v1", responses=MISTAKES)
Decider = Annotated[User, Depends(Scoped(Scope.WRITE_REVIEWS))]
Acknowledger = Annotated[User, Depends(Scoped(Scope.WRITE_SOURCES))]
DraftReader = Annotated[User, Depends(Scoped(Scope.READ_STATEMENTS))]
Writer = Annotated[User, Depends(Scoped(Scope.WRITE_STATEMENTS))]
Approver = Annotated[User, Depends(Scoped(Scope.APPROVE_STATEMENTS))]
Publisher = Annotated[User, Depends(Scoped(Scope.PUBLISH_STATEMENTS))]
Id = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[0-9A-Za-z_-]+$")]


class DecisionIn(Told):
    """A decision about one or more findings."""

    findings: list[Id] = Field(min_length=1, max_length=500)
    decision: Literal["confirmed", "rejected", "not_checkable", "needs_evidence"]
    reason: Line = ""


class DecidedOut(BaseModel):
    """The findings that the decision is about, and the moment by which it can be taken back."""

    findings: list[str]
    decided_at: str | None = None


class UndoIn(Told):
    """The moment of the decision to take back, as ``decided_at`` told it."""

    decided_at: Annotated[AwareDatetime, Field(strict=False)]


class AssignmentIn(Told):
    """Findings whose stories are given to a person by number, or to nobody."""

    findings: list[Id] = Field(min_length=1, max_length=500)
    person: Annotated[int, Field(ge=1, le=2_147_483_647)] | None


class AssignmentOut(BaseModel):
    """The stories, by their keys, and who has them now."""

    stories: list[str]
    person: int | None


class TextIn(Told):
    """The whole text of a statement."""

    title: Line
    body: Body
    rating: Literal["false", "misleading", "unsupported", "true"]


class DraftIn(TextIn):
    """A draft from confirmed findings, whose citations come along."""

    findings: list[Id] = Field(min_length=1, max_length=50)
    language: str = Field(pattern=r"^[a-z]{2,3}$")


class CitationIn(Told):
    """A passage of the library to cite, with the words quoted from it."""

    passage: Id
    quote: Line = ""


class RevisionIn(TextIn):
    """An edit, or a correction of what is public; ``revision`` is the one it began from."""

    revision: int = Field(ge=1, le=1_000_000)
    note: Line = ""
    citations: list[CitationIn] = Field(default=[], max_length=200)


class ReasonIn(Told):
    """Why."""

    reason: Reason


class WaiverIn(ReasonIn):
    """A sentence to let pass, by its key, and why."""

    sentence: Id


class HoldsIn(ReasonIn):
    """A change of the evidence, by its digest, and why the statement holds."""

    change: Id


class ApprovalIn(Told):
    """The digest of exactly the text that was read."""

    digest: str = Field(pattern=r"^[0-9a-f]{64}$")


class SeenOut(BaseModel):
    """The source whose trouble was seen."""

    source: int


@router.post("/decisions")
def record_decision(*, desk: TheDesk, user: Decider, body: DecisionIn) -> DecidedOut:
    """Record a decision about findings; the newest counts."""
    at = desk.clock()
    ids = decide(desk.engine, body.findings, user_id=user.id, decision=body.decision, reason=body.reason, at=at)
    return DecidedOut(findings=ids, decided_at=at.isoformat())


@router.post("/decisions/undo")
def undo_decision(*, desk: TheDesk, user: Decider, body: UndoIn) -> DecidedOut:
    """Take back what the person decided at one moment, where nobody decided anew since."""
    return DecidedOut(findings=undo(desk.engine, user_id=user.id, decided_at=body.decided_at, at=desk.clock()))


@router.post("/assignments")
def assign_stories(*, desk: TheDesk, user: Decider, body: AssignmentIn) -> AssignmentOut:
    """Give the stories of findings to a person of the desk, or to nobody."""
    with reading(desk.engine) as connection:
        found = stories_of(connection, body.findings)
    if not found:
        raise NotFoundError("There is no such finding.", remedy="List the findings again.")
    assign(desk.engine, found, to=body.person, by=user.id, at=desk.clock())
    return AssignmentOut(stories=found, person=body.person)


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


@router.get("/drafts")
def all_drafts(*, desk: TheDesk, user: DraftReader, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> list[DraftOut]:
    """List the desk's statements in every state, newest first."""
    del user
    return [DraftOut.of(one) for one in editorial.listing(desk.engine, limit=limit)]


@router.post("/drafts", status_code=201)
def make_draft(*, desk: TheDesk, user: Writer, body: DraftIn) -> FullDraftOut:
    """Start a statement from confirmed findings."""
    made = editorial.create_draft(
        desk.engine,
        user_id=user.id,
        finding_ids=body.findings,
        language=body.language,
        title=body.title,
        body=body.body,
        rating=body.rating,
        at=desk.clock(),
    )
    return _whole(desk, made)


@router.get("/drafts/{statement_id}")
def one_draft(*, desk: TheDesk, user: DraftReader, statement_id: Number) -> FullDraftOut:
    """Give one statement with the ruling on each sentence and its history."""
    del user
    return _whole(desk, editorial.get(desk.engine, statement_id))


@router.post("/drafts/{statement_id}/revisions", status_code=201)
def save_revision(*, desk: TheDesk, user: Writer, statement_id: Number, body: RevisionIn) -> FullDraftOut:
    """Save an edit, or open a correction; it is merged with what others saved meanwhile, or refused where texts disagree."""
    cited = tuple((one.passage, one.quote) for one in body.citations)
    mine = Version(body.title, body.body, body.rating, body.note, cited)
    edit = editing.Edit(mine, body.revision)
    return _whole(desk, editing.save(desk.engine, statement_id, user_id=user.id, edit=edit, at=desk.clock()).statement)


@router.post("/drafts/{statement_id}/waivers", status_code=201)
def waive_sentence(*, desk: TheDesk, user: Writer, statement_id: Number, body: WaiverIn) -> FullDraftOut:
    """Let a sentence pass that nothing cited backs, for a reason that the second person reads."""
    at, told = desk.clock(), (body.sentence, body.reason)
    made = gatekeeping.waive(desk.engine, statement_id, user_id=user.id, key=told[0], reason=told[1], at=at)
    return _whole(desk, made)


@router.post("/drafts/{statement_id}/holds", status_code=201)
def settle_change(*, desk: TheDesk, user: Writer, statement_id: Number, body: HoldsIn) -> FullDraftOut:
    """Note why a statement holds although its evidence changed."""
    at, told = desk.clock(), (body.change, body.reason)
    made = watch.settle(desk.engine, statement_id, user_id=user.id, digest=told[0], reason=told[1], at=at)
    return _whole(desk, made)


@router.post("/drafts/{statement_id}/submit")
def submit(*, desk: TheDesk, user: Writer, statement_id: Number) -> FullDraftOut:
    """Send a draft to review; the citation gate may hold it back."""
    return _whole(desk, editorial.submit(desk.engine, statement_id, user_id=user.id, at=desk.clock()))


@router.post("/drafts/{statement_id}/approve")
def approve(*, desk: TheDesk, user: Approver, statement_id: Number, body: ApprovalIn) -> FullDraftOut:
    """Approve exactly the text of a digest; nobody approves what they wrote."""
    made = editorial.approve(
        desk.engine,
        statement_id,
        user_id=user.id,
        digest=body.digest,
        at=desk.clock(),
        approvers_only=desk.settings.desk.approvers_only,
    )
    return _whole(desk, made)


@router.post("/drafts/{statement_id}/send-back")
def send_back(*, desk: TheDesk, user: Approver, statement_id: Number, body: ReasonIn) -> FullDraftOut:
    """Return a statement to its author with a reason."""
    return _reasoned(desk, statement_id, user=user, reason=body.reason, step=editorial.send_back)


@router.post("/drafts/{statement_id}/publish")
def publish(*, desk: TheDesk, user: Publisher, statement_id: Number) -> FullDraftOut:
    """Publish what a second person approved."""
    return _whole(desk, editorial.publish(desk.engine, statement_id, user_id=user.id, at=desk.clock()))


@router.post("/drafts/{statement_id}/withdraw")
def withdraw(*, desk: TheDesk, user: Writer, statement_id: Number, body: ReasonIn) -> FullDraftOut:
    """Withdraw a published statement; its page stays and says why."""
    return _reasoned(desk, statement_id, user=user, reason=body.reason, step=editorial.withdraw)


def _reasoned(desk: Desk, statement_id: int, *, user: User, reason: str, step: Callable[..., Statement]) -> FullDraftOut:
    return _whole(desk, step(desk.engine, statement_id, user_id=user.id, reason=reason, at=desk.clock()))


def _whole(desk: Desk, one: Statement) -> FullDraftOut:
    return FullDraftOut.whole(one, gatekeeping.standing(desk.engine, one.id))
