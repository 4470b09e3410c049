"""The analyst's queue: flagged claims beside their citation, decided from the row."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from dashboards._desk import TheDesk, is_fragment
from dashboards.auth import Reader, Reviewer, ReviewForm, inside
from factdesk.errors import NotFoundError
from factdesk.store.findings_view import OPEN, QueueFilter, flag_of, queue
from factdesk.store.reviews import decide

router = APIRouter(include_in_schema=False)
_ROWS = 25
_ALL = "all"
_TEACHING = "teaches"  # what a decision about would teach the desk's models most


@router.get("/queue")
def show_queue(  # noqa: PLR0913 # each filter is a parameter of the address
    request: Request,
    *,
    desk: TheDesk,
    session: Reader,
    kind: str = "",
    language: str = "",
    source: str = "",
    event: str = "",
    narrative: str = "",
    state: str = OPEN,
    order: str = "",
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
) -> Response:
    """Show one page of the queue; every filter stands in the address."""
    del session
    chosen = {"kind": kind, "language": language, "source": source, "event": event, "narrative": narrative, "state": state}
    chosen["order"] = _TEACHING if order == _TEACHING else ""
    asked = QueueFilter(
        kind=kind or None,
        language=language or None,
        source=_number(source),
        event=event or None,
        narrative=narrative or None,
        state=None if state in ("", _ALL) else state,
    )
    found = queue(desk.engine, asked, limit=_ROWS, offset=(page - 1) * _ROWS, teach=bool(chosen["order"]))
    pages = max(1, -(-found.total // _ROWS))
    values = {"found": found, "chosen": chosen, "page": page, "pages": pages, "filtered": asked != QueueFilter()}
    return desk.render(request, "queue.html", values)


@router.post("/decisions")
def record_decision(request: Request, *, desk: TheDesk, session: Reviewer, form: ReviewForm) -> Response:
    """Record a decision; answer with the changed row for htmx, else lead back to where it was taken."""
    ids = form.texts("finding")
    decided = decide(
        desk.engine, ids, user_id=session.user.id, decision=form.text("decision"), reason=form.text("reason"), at=desk.clock()
    )
    if is_fragment(request):
        flag = flag_of(desk.engine, decided)
        if flag is None:
            raise NotFoundError("This finding does not exist any more.", remedy="Load the page again.")
        return desk.render(request, f"{_fragment(form.text('view'))}.html", {"flag": flag, "decided": True})
    return RedirectResponse(inside(form.text("back")) or "/queue", status_code=303)


def _fragment(view: str) -> str:
    return "_decision" if view == "item" else "_flag"


def _number(text: str) -> int | None:
    if not text:
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
