"""Narratives: flagged claims that tell the same story, in any language."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from dashboards._desk import TheDesk
from dashboards.auth import Reader
from factdesk.store.findings_view import sightings_of
from factdesk.store.stories import library_entry, stories, story

router = APIRouter(include_in_schema=False)


@router.get("/narratives")
def show_narratives(request: Request, *, desk: TheDesk, session: Reader) -> Response:
    """List the narratives that hold a flag."""
    del session
    return desk.render(request, "narratives.html", {"stories": stories(desk.engine, stale_s=desk.stale_s)})


@router.get("/narratives/{narrative_id}")
def show_narrative(request: Request, *, narrative_id: str, desk: TheDesk, session: Reader) -> Response:
    """Show where one narrative was told."""
    del session
    told = story(desk.engine, narrative_id, stale_s=desk.stale_s)
    values = {"story": told, "sightings": sightings_of(desk.engine, narrative_id, stale_s=desk.stale_s)}
    return desk.render(request, "narrative.html", values)


@router.get("/library/{passage_id}")
def show_passage(request: Request, *, passage_id: str, desk: TheDesk, session: Reader) -> Response:
    """Show one fact-check or evidence passage and the findings that cite it."""
    del session
    passage, citing = library_entry(desk.engine, passage_id)
    return desk.render(request, "passage.html", {"passage": passage, "citing": citing})
