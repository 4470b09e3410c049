"""The sources and how they are: what their last polls said, and how the items they listed ended."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from dashboards._desk import TheDesk
from dashboards.auth import Reader
from factdesk.store.trends import health

router = APIRouter(include_in_schema=False)


@router.get("/sources")
def show_sources(request: Request, *, desk: TheDesk, session: Reader) -> Response:
    """Show each source's health; no link of an item is listed."""
    del session
    return desk.render(request, "sources.html", {"sources": health(desk.engine)})
