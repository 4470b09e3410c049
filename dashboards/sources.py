"""The sources and how they are: what needs a person first, why, what their last polls said, and what became of their items."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from dashboards._desk import TheDesk
from dashboards.auth import AcknowledgeForm, Acknowledger, Reader
from factdesk.store.coverage import acknowledge, changes, note, survey
from factdesk.store.database import reading, writing
from factdesk.store.poll_lines import SourceLines, lines_of

router = APIRouter(include_in_schema=False)
_ROWS = 100


@router.get("/sources")
def show_sources(
    request: Request, *, desk: TheDesk, session: Reader, show: str = "", page: Annotated[int, Query(ge=1, le=100_000)] = 1
) -> Response:
    """Show each source's health, a hundred a page, those that need a person first; no link of an item is listed."""
    del session
    now = desk.clock()
    with reading(desk.engine) as connection:
        told = survey(connection, now=now)
        bad = [one for one in told if one.verdict.needs_person]
        wanted = bad if show == "problems" else told
        rows = wanted[(page - 1) * _ROWS : page * _ROWS]
        lines = lines_of(connection, [one.id for one in rows])
    values = {
        "rows": [(one, lines.get(one.id, SourceLines()), one.shortfall(now)) for one in rows],
        "total": len(told),
        "bad": len(bad),
        "show": "problems" if show == "problems" else "",
        "page": page,
        "pages": max(1, -(-len(wanted) // _ROWS)),
    }
    return desk.render(request, "sources.html", values)


@router.post("/sources/seen")
def see_source(*, desk: TheDesk, session: Acknowledger, form: AcknowledgeForm) -> Response:
    """Note that a person has seen what a source needs."""
    now = desk.clock()
    with reading(desk.engine) as connection:
        found = changes(connection, now=now)
    with writing(desk.engine) as connection:
        note(connection, found, now=now)
        acknowledge(connection, form.number("source"), now=now, user_id=session.user.id)
    return RedirectResponse("/sources?show=problems" if form.text("show") == "problems" else "/sources", status_code=303)
