"""The JSON API, what belongs together: narratives, the events that the desk watches for, and the library."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from dashboards._desk import TheDesk
from dashboards.api._calls import MISTAKES, Scoped
from dashboards.api._shapes import CitationOut, FindingOut
from factdesk.accounts.tokens import Scope
from factdesk.errors import NotFoundError
from factdesk.store.findings_view import sightings_of
from factdesk.store.stories import EventLine, Story, event_lines, library_entry, stories, story
from factdesk.store.users import User

router = APIRouter(prefix="/api/v1", responses=MISTAKES)
Finder = Annotated[User, Depends(Scoped(Scope.READ_FINDINGS))]


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
    return [StoryOut(**_story(one)) for one in stories(desk.engine, stale_s=desk.stale_s)]


@router.get("/narratives/{narrative_id}")
def one_narrative(*, desk: TheDesk, user: Finder, narrative_id: str) -> NarrativeOut:
    """Give one narrative with where it was told."""
    del user
    found = story(desk.engine, narrative_id)
    told = [FindingOut.of(one) for one in sightings_of(desk.engine, narrative_id, stale_s=desk.stale_s)]
    return NarrativeOut(**_story(found), sightings=told)


@router.get("/events")
def all_events(*, desk: TheDesk, user: Finder) -> list[EventOut]:
    """List the events that documents are tagged with."""
    del user
    return [_event(one) for one in event_lines(desk.engine)]


@router.get("/events/{name:path}")
def one_event(*, desk: TheDesk, user: Finder, name: str) -> EventOut:
    """Give one event; its flagged stories are ``/findings`` with its name and ``state=all``."""
    del user
    found = next((one for one in event_lines(desk.engine) if one.name == name), None)
    if found is None:
        raise NotFoundError("There is no such event.", remedy="See the list of events.")
    return _event(found)


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


def _event(one: EventLine) -> EventOut:
    return EventOut(
        name=one.name,
        documents=one.documents,
        flags=one.flags,
        first_at=one.first_at.isoformat(),
        last_at=one.last_at.isoformat(),
    )
