"""The JSON API, the queue: flagged stories, what came in since, what a claim may be about instead, and decisions of people."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, BaseModel, Field

from dashboards._desk import TheDesk
from dashboards.api._calls import MISTAKES, Id, Scoped, Told
from dashboards.api._shapes import CitationOut, FindingOut
from factdesk.accounts.tokens import Scope
from factdesk.harm import load_policy
from factdesk.reciting import Correction, alternatives, cite_anew
from factdesk.store.findings_view import Flag, QueueFilter, arrived, confirmed, queue, with_takers
from factdesk.store.reviews import reviews_of
from factdesk.store.users import User

router = APIRouter(prefix="/api/v1", responses=MISTAKES)
Finder = Annotated[User, Depends(Scoped(Scope.READ_FINDINGS))]
Decider = Annotated[User, Depends(Scoped(Scope.WRITE_REVIEWS))]
DraftReader = Annotated[User, Depends(Scoped(Scope.READ_STATEMENTS))]
Started = Annotated[int, Query(ge=0, le=1_000_000)]


class Narrowed(BaseModel):
    """The filters of the queue; ``state=all`` lists the decided ones too, ``source`` is a number (0: any)."""

    state: Literal["open", "confirmed", "rejected", "not_checkable", "needs_evidence", "all"] = "open"
    kind: str = ""
    language: str = ""
    source: Annotated[int, Field(ge=0, le=2_147_483_647)] = 0
    event: str = ""
    narrative: str = ""
    assignee: Literal["anybody", "me", "nobody"] = "anybody"

    def filter(self, me: int) -> QueueFilter:
        """Return them as the store reads them; ``me`` is who asks."""
        return QueueFilter(
            kind=self.kind or None,
            language=self.language or None,
            source=self.source or None,
            event=self.event or None,
            narrative=self.narrative or None,
            state=None if self.state == "all" else self.state,
            assignee={"me": me, "nobody": 0}.get(self.assignee),
        )


class Paged(Narrowed):
    """The filters with a place in the list; ``teaches`` puts first what a decision about would teach the models most."""

    order: Literal["priority", "teaches"] = "priority"
    limit: Annotated[int, Field(ge=1, le=100)] = 30
    offset: Annotated[int, Field(ge=0, le=1_000_000)] = 0


class TakenOut(BaseModel):
    """A story by its key, who took it on, and who has it before them right now (numbers of people)."""

    story: str
    assignee: int | None
    holder: int | None
    priority: float


class FindingsOut(BaseModel):
    """One page of stories, each a list of its sightings; ``work`` says of each, in the same order, who is on it."""

    total: int
    stories: list[list[FindingOut]]
    work: list[TakenOut]


class ReviewOut(BaseModel):
    """What a person of the desk decided about a finding, and whether it was taken back."""

    decision: str
    reason: str
    by: str
    at: datetime
    undone: bool


class OtherOut(CitationOut):
    """A fact-check or evidence that a claim may be about instead."""

    language: str


class ChoiceIn(Told):
    """The passage that a flagged claim is really about."""

    passage: Id


class CitedOut(BaseModel):
    """The flag as it is now, with what it cites."""

    finding: str
    kind: str
    item: str
    citation: CitationOut


@router.get("/findings")
def findings(*, desk: TheDesk, user: Finder, asked: Annotated[Paged, Query()]) -> FindingsOut:
    """List flagged stories in the order of the queue."""
    page = queue(
        desk.engine,
        asked.filter(user.id),
        limit=asked.limit,
        offset=asked.offset,
        teach=asked.order == "teaches",
        stale_s=desk.stale_s,
    )
    return _page(with_takers(desk.engine, page.rows, at=desk.clock()), total=page.total)


@router.get("/findings/news")
def news(*, desk: TheDesk, user: Finder, since: AwareDatetime, asked: Annotated[Narrowed, Query()]) -> FindingsOut:
    """List the stories that came into the queue after an instant, 30 at most."""
    rows = arrived(desk.engine, asked.filter(user.id), since=since, stale_s=desk.stale_s)
    return _page(with_takers(desk.engine, rows, at=desk.clock()), total=len(rows))


@router.get("/findings/confirmed")
def waiting(*, desk: TheDesk, user: DraftReader) -> FindingsOut:
    """List the confirmed stories that wait for a statement."""
    del user
    rows = confirmed(desk.engine, stale_s=desk.stale_s)
    return _page(with_takers(desk.engine, rows, at=desk.clock()), total=len(rows))


@router.get("/findings/{finding_id}/decisions")
def decisions_about(*, desk: TheDesk, user: Finder, finding_id: str) -> list[ReviewOut]:
    """List every decision about a finding, newest first; the newest that was not taken back counts."""
    del user
    told = reviews_of(desk.engine, [finding_id]).get(finding_id, [])
    return [ReviewOut(decision=one.decision.value, reason=one.reason, by=one.by, at=one.at, undone=one.undone) for one in told]


@router.get("/findings/{finding_id}/others")
def others(*, desk: TheDesk, user: Decider, finding_id: str) -> list[OtherOut]:
    """List the fact-checks and evidence that a flagged claim may be about instead, best first."""
    del user
    found = [one.passage for one in alternatives(desk.engine, desk.index, finding_id)]
    return [OtherOut(**CitationOut.of(one).model_dump(), language=one.language) for one in found]


@router.post("/findings/{finding_id}/citation")
def choose_citation(*, desk: TheDesk, user: Decider, finding_id: str, body: ChoiceIn) -> CitedOut:
    """Correct a wrong match: the chosen one counts as confirmed by the person, the old one as rejected."""
    told = Correction(finding_id, body.passage, user.id, desk.clock())
    made = cite_anew(desk.engine, desk.index, told, policy=load_policy(desk.settings.policy))
    cited = CitationOut.of(made.citation) if made.citation else None
    return CitedOut.model_validate({"finding": made.id, "kind": made.kind.value, "item": made.document_id, "citation": cited})


def _page(rows: list[Flag], *, total: int) -> FindingsOut:
    stories = [[FindingOut.of(one) for one in flag.sightings] for flag in rows]
    return FindingsOut(total=total, stories=stories, work=[_taken(flag) for flag in rows])


def _taken(flag: Flag) -> TakenOut:
    taken = flag.taken
    return TakenOut(story=flag.story, assignee=taken.assignee, holder=taken.holder, priority=flag.priority)
