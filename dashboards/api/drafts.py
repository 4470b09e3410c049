"""The JSON API, the life of a statement: from a draft over review, approval and publication to its withdrawal."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from dashboards._channels import shorts
from dashboards._desk import Desk, TheDesk
from dashboards.api._calls import MISTAKES, CitationIn, Id, Number, Reason, Scoped, TextIn, Told
from dashboards.api._statements import ChangeOut, DraftOut, FullDraftOut, whole
from factdesk.accounts.tokens import Scope
from factdesk.editorial import gatekeeping, machine, watch
from factdesk.editorial import statements as editorial
from factdesk.editorial.statement import Statement
from factdesk.store.users import User

router = APIRouter(prefix="/api/v1", responses=MISTAKES)
DraftReader = Annotated[User, Depends(Scoped(Scope.READ_STATEMENTS))]
Writer = Annotated[User, Depends(Scoped(Scope.WRITE_STATEMENTS))]
Approver = Annotated[User, Depends(Scoped(Scope.APPROVE_STATEMENTS))]
Publisher = Annotated[User, Depends(Scoped(Scope.PUBLISH_STATEMENTS))]


class DraftIn(TextIn):
    """A draft from confirmed findings, whose citations come along; ``citations`` are cited beside them."""

    findings: list[Id] = Field(min_length=1, max_length=50)
    citations: list[CitationIn] = Field(default=[], max_length=100)
    language: str = Field(pattern=r"^[a-z]{2,3}$")


class ReasonIn(Told):
    """Why."""

    reason: Reason


class WaiverIn(ReasonIn):
    """A sentence to let pass, by its key, and why."""

    sentence: Id


class HoldsIn(ReasonIn):
    """A change of the evidence, by its digest, and why the statement holds."""

    change: Id


class ExactIn(Told):
    """The digest of exactly the text that was read."""

    digest: str = Field(pattern=r"^[0-9a-f]{64}$")


class ReopenedOut(BaseModel):
    """A statement whose evidence changed, with the changes that nobody settled."""

    statement: int
    title: str
    state: str
    changes: list[ChangeOut]


class ShortOut(BaseModel):
    """A text for a channel: ``limit`` in its own count, and how much of it is used in how many parts."""

    channel: str
    text: str
    used: int
    limit: int
    parts: int


@router.get("/drafts")
def all_drafts(*, desk: TheDesk, user: DraftReader, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> list[DraftOut]:
    """List the desk's statements in every state, newest first."""
    del user
    return [DraftOut.of(one) for one in editorial.listing(desk.engine, limit=limit)]


@router.get("/evidence-changes")
def changed_evidence(*, desk: TheDesk, user: DraftReader) -> list[ReopenedOut]:
    """List the statements whose evidence changed since it was cited, newest first."""
    del user
    return [
        ReopenedOut(
            statement=one.id, title=one.title, state=one.state.value, changes=[ChangeOut.of(change) for change in changes]
        )
        for one, changes in watch.reopened(desk.engine)
    ]


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
        more=[(one.passage, one.quote) for one in body.citations],
    )
    return whole(desk, made)


@router.get("/drafts/{statement_id}")
def one_draft(*, desk: TheDesk, user: DraftReader, statement_id: Number) -> FullDraftOut:
    """Give one statement with the ruling on each sentence, its evidence as it is now, and its history."""
    del user
    return whole(desk, editorial.get(desk.engine, statement_id))


@router.get("/drafts/{statement_id}/shorts")
def short_texts(*, desk: TheDesk, user: DraftReader, statement_id: Number) -> list[ShortOut]:
    """Give the short texts to copy of a published statement; none of one that is not public."""
    del user
    one = editorial.get(desk.engine, statement_id)
    if one.visible is None:
        return []
    made = shorts(one, one.visible, address=f"{desk.settings.desk.address}/statements/{one.slug}")
    return [ShortOut(channel=s.name, text=s.text, used=s.used, limit=s.limit, parts=s.parts) for s in made]


@router.post("/drafts/{statement_id}/waivers", status_code=201)
def waive_sentence(*, desk: TheDesk, user: Writer, statement_id: Number, body: WaiverIn) -> FullDraftOut:
    """Let a sentence pass that nothing cited backs, for a reason that the second person reads."""
    at, told = desk.clock(), (body.sentence, body.reason)
    made = gatekeeping.waive(desk.engine, statement_id, user_id=user.id, key=told[0], reason=told[1], at=at)
    return whole(desk, made)


@router.post("/drafts/{statement_id}/holds", status_code=201)
def settle_change(*, desk: TheDesk, user: Writer, statement_id: Number, body: HoldsIn) -> FullDraftOut:
    """Note why a statement holds although its evidence changed."""
    at, told = desk.clock(), (body.change, body.reason)
    made = watch.settle(desk.engine, statement_id, user_id=user.id, digest=told[0], reason=told[1], at=at)
    return whole(desk, made)


@router.post("/drafts/{statement_id}/take-over")
def take_over(*, desk: TheDesk, user: Writer, statement_id: Number, body: ExactIn) -> FullDraftOut:
    """Take over, as a person, what a model wrote in exactly the text of a digest; who does cannot approve it."""
    return whole(desk, machine.take_over(desk.engine, statement_id, user_id=user.id, digest=body.digest, at=desk.clock()))


@router.post("/drafts/{statement_id}/submit")
def submit(*, desk: TheDesk, user: Writer, statement_id: Number) -> FullDraftOut:
    """Send a draft to review; the citation gate may hold it back."""
    return whole(desk, editorial.submit(desk.engine, statement_id, user_id=user.id, at=desk.clock()))


@router.post("/drafts/{statement_id}/approve")
def approve(*, desk: TheDesk, user: Approver, statement_id: Number, body: ExactIn) -> FullDraftOut:
    """Approve exactly the text of a digest; nobody approves what they wrote."""
    made = editorial.approve(
        desk.engine,
        statement_id,
        user_id=user.id,
        digest=body.digest,
        at=desk.clock(),
        approvers_only=desk.settings.desk.approvers_only,
    )
    return whole(desk, made)


@router.post("/drafts/{statement_id}/send-back")
def send_back(*, desk: TheDesk, user: Approver, statement_id: Number, body: ReasonIn) -> FullDraftOut:
    """Return a statement to its author with a reason."""
    return _reasoned(desk, statement_id, user=user, reason=body.reason, step=editorial.send_back)


@router.post("/drafts/{statement_id}/publish")
def publish(*, desk: TheDesk, user: Publisher, statement_id: Number) -> FullDraftOut:
    """Publish what a second person approved."""
    return whole(desk, editorial.publish(desk.engine, statement_id, user_id=user.id, at=desk.clock()))


@router.post("/drafts/{statement_id}/withdraw")
def withdraw(*, desk: TheDesk, user: Writer, statement_id: Number, body: ReasonIn) -> FullDraftOut:
    """Withdraw a published statement; its page stays and says why."""
    return _reasoned(desk, statement_id, user=user, reason=body.reason, step=editorial.withdraw)


def _reasoned(desk: Desk, statement_id: int, *, user: User, reason: str, step: Callable[..., Statement]) -> FullDraftOut:
    return whole(desk, step(desk.engine, statement_id, user_id=user.id, reason=reason, at=desk.clock()))
