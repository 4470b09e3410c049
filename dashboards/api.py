"""The JSON API, reading: everything that the desk's pages show, for other programs; published statements are public."""

from datetime import datetime
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel

from dashboards._api import MISTAKES, Scoped
from dashboards._api_shapes import CitationOut, FindingOut, FindingsOut, ItemOut, StatementOut
from dashboards._desk import TheDesk
from dashboards.search import TheSearch
from dashboards.trends import days_up_to
from factdesk.accounts.tokens import Scope
from factdesk.editorial.statement import State
from factdesk.editorial.statements import published
from factdesk.store.coverage import survey
from factdesk.store.database import reading
from factdesk.store.findings_view import QueueFilter, queue, sightings_of
from factdesk.store.items_view import item
from factdesk.store.stories import Story, event_lines, library_entry, stories, story
from factdesk.store.trends import Bar, gaps, newest_flag_at, spread, throughput
from factdesk.store.users import User

router = APIRouter(prefix="/api/v1", responses=MISTAKES)
Searcher = Annotated[User, Depends(Scoped(Scope.READ_SEARCH))]
Finder = Annotated[User, Depends(Scoped(Scope.READ_FINDINGS))]
Watcher = Annotated[User, Depends(Scoped(Scope.READ_SOURCES))]
TrendReader = Annotated[User, Depends(Scoped(Scope.READ_TRENDS))]


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


class StoryOut(BaseModel):
    """A narrative: claims that tell the same story."""

    id: str
    label: str
    claims: int
    flags: int
    languages: list[str]
    first_at: str
    last_at: str


class NarrativeOut(StoryOut):
    """A narrative with where it was told."""

    sightings: list[FindingOut]


class EventOut(BaseModel):
    """An event that the desk watches for."""

    name: str
    documents: int
    flags: int
    first_at: str
    last_at: str


class SourceOut(BaseModel):
    """A source and how it is; an item's address is told nowhere."""

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
    interval_s: int


class CitedByOut(BaseModel):
    """A finding that cites a passage."""

    item: str
    finding: str
    claim: str
    kind: str


class CitingOut(CitationOut):
    """A fact-check or evidence passage with the findings that cite it."""

    detail: str
    findings: list[CitedByOut]


class BarOut(BaseModel):
    """One bar of a chart: its label, and how many flags in all."""

    label: str
    total: int


class GapOut(BaseModel):
    """What could not be seen of one source in the period."""

    source: str
    failed_polls: int
    polls: int
    never_polled: bool
    reason: str
    missing: int
    outcomes: dict[str, int]
    languages: dict[str, int]


class TrendsOut(BaseModel):
    """The flags of a period, how the desk keeps up, and what could not be seen."""

    since: str
    until: str
    total: int
    days: list[BarOut]
    languages: list[BarOut]
    sources: list[BarOut]
    events: list[BarOut]
    waiting: int
    to_draft: int
    median_s: float | None
    gaps: list[GapOut]


@router.get("/search")
def search(*, desk: TheDesk, user: Searcher, asked: TheSearch, limit: Annotated[int, Query(ge=1, le=200)] = 20) -> SearchOut:
    """Search as on the desk's page."""
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
            published_at=_iso(hit.published_at),
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
    user: Finder,
    state: Literal["open", "confirmed", "rejected", "not_checkable", "needs_evidence", "all"] = "open",
    kind: str = "",
    language: str = "",
    event: str = "",
    limit: Annotated[int, Query(ge=1, le=100)] = 30,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> FindingsOut:
    """List flagged stories in the order of the queue; ``state=all`` lists the decided ones too."""
    del user
    chosen = QueueFilter(
        kind=kind or None, language=language or None, event=event or None, state=None if state == "all" else state
    )
    page = queue(desk.engine, chosen, limit=limit, offset=offset)
    return FindingsOut(total=page.total, stories=[[FindingOut.of(one) for one in flag.sightings] for flag in page.rows])


@router.get("/items/{item_id}")
def one_item(*, desk: TheDesk, user: Finder, item_id: str) -> ItemOut:
    """Give one document with its claims and what was found about each."""
    del user
    return ItemOut.of(item(desk.engine, item_id))


@router.get("/library/{passage_id}")
def one_passage(*, desk: TheDesk, user: Finder, passage_id: str) -> CitingOut:
    """Give one fact-check or evidence passage and the findings that cite it."""
    del user
    passage, citing = library_entry(desk.engine, passage_id)
    cited = [CitedByOut(item=one[0], finding=one[1], claim=one[2], kind=one[3]) for one in citing]
    return CitingOut(**CitationOut.of(passage).model_dump(), detail=passage.detail, findings=cited)


@router.get("/narratives")
def all_narratives(*, desk: TheDesk, user: Finder) -> list[StoryOut]:
    """List the narratives that hold a flag, most flags first."""
    del user
    return [StoryOut(**_story(one)) for one in stories(desk.engine)]


@router.get("/narratives/{narrative_id}")
def one_narrative(*, desk: TheDesk, user: Finder, narrative_id: str) -> NarrativeOut:
    """Give one narrative with where it was told."""
    del user
    found = story(desk.engine, narrative_id)
    told = [FindingOut.of(one) for one in sightings_of(desk.engine, narrative_id)]
    return NarrativeOut(**_story(found), sightings=told)


@router.get("/events")
def all_events(*, desk: TheDesk, user: Finder) -> list[EventOut]:
    """List the events that documents are tagged with."""
    del user
    return [
        EventOut(
            name=one.name,
            documents=one.documents,
            flags=one.flags,
            first_at=one.first_at.isoformat(),
            last_at=one.last_at.isoformat(),
        )
        for one in event_lines(desk.engine)
    ]


@router.get("/sources")
def all_sources(
    *,
    desk: TheDesk,
    user: Watcher,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> list[SourceOut]:
    """List the sources with how each is, those that need a person first."""
    del user
    with reading(desk.engine) as connection:
        told = survey(connection, now=desk.clock())[offset : offset + limit]
    return [
        SourceOut(
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
            interval_s=one.interval_s,
        )
        for one in told
    ]


@router.get("/trends")
def trends(*, desk: TheDesk, user: TrendReader, days: Annotated[int, Query(ge=1, le=3660)] = 7, event: str = "") -> TrendsOut:
    """Give the flags of the days up to the newest sighting, with what could not be seen in the same time."""
    del user
    zone, now = ZoneInfo(desk.settings.desk.timezone), desk.clock()
    until = min(newest_flag_at(desk.engine) or now, now)
    since = days_up_to(until, days=days, zone=zone)
    seen = spread(desk.engine, since=since, until=until, zone=zone, event=event or None)
    work = throughput(desk.engine, since=days_up_to(now, days=days, zone=zone), zone=zone, now=now)
    missed = [
        GapOut(
            source=gap.source,
            failed_polls=gap.failed_polls,
            polls=gap.polls,
            never_polled=gap.never_polled,
            reason=gap.reason,
            missing=gap.missing,
            outcomes=gap.outcomes,
            languages=gap.languages,
        )
        for gap in gaps(desk.engine, since=since)
    ]
    return TrendsOut(
        since=since.isoformat(),
        until=until.isoformat(),
        total=seen.total,
        waiting=work.waiting,
        to_draft=work.to_draft,
        median_s=work.median_s,
        gaps=missed,
        days=_bars(seen.days),
        languages=_bars(seen.languages),
        sources=_bars(seen.sources),
        events=_bars(seen.events),
    )


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
                citations=[CitationOut.of(citation.passage) for citation in one.visible.citations],
            )
        )
    return made


def _story(one: Story) -> dict[str, Any]:
    """Return the fields of a narrative."""
    return {
        "id": one.id,
        "label": one.label,
        "claims": one.claims,
        "flags": one.flags,
        "languages": list(one.languages),
        "first_at": one.first_at.isoformat(),
        "last_at": one.last_at.isoformat(),
    }


def _bars(bars: tuple[Bar, ...]) -> list[BarOut]:
    return [BarOut(label=bar.label, total=bar.total) for bar in bars]


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
