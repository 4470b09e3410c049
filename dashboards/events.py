"""Events: what the desk watches for, with how much of it is flagged."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from dashboards._desk import TheDesk
from dashboards.auth import Reader
from factdesk.errors import NotFoundError
from factdesk.store.findings_view import QueueFilter, queue
from factdesk.store.stories import event_lines

router = APIRouter(include_in_schema=False)


@router.get("/events")
def show_events(request: Request, *, desk: TheDesk, session: Reader) -> Response:
    """List the events that documents are tagged with."""
    del session
    return desk.render(request, "events.html", {"events": event_lines(desk.engine)})


@router.get("/events/{name:path}")
def show_event(request: Request, *, name: str, desk: TheDesk, session: Reader) -> Response:
    """Show one event with its flagged stories. Raises ``NotFoundError``."""
    del session
    found = next((event for event in event_lines(desk.engine) if event.name == name), None)
    if found is None:
        raise NotFoundError("There is no such event.", remedy="See the list of events.")
    values = {"event": found, "found": queue(desk.engine, QueueFilter(event=name, state=None), limit=50)}
    return desk.render(request, "event.html", values)
