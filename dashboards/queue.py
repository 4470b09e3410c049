"""The analyst's queue: flagged claims beside their citation, decided from the row; new ones come in without moving the rest."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import RedirectResponse, Response

from dashboards._desk import Desk, TheDesk, is_fragment
from dashboards.auth import Reader, Reviewer, ReviewForm, inside
from factdesk.errors import NotFoundError
from factdesk.harm import load_policy
from factdesk.store.board import OPEN
from factdesk.store.findings_view import QueueFilter, arrived, flag_of, queue, with_takers
from factdesk.store.reviews import decide, undo
from factdesk.store.roles import Right
from factdesk.store.shared_work import assign, hold, release, take_over
from factdesk.store.users import Session, list_users

router = APIRouter(include_in_schema=False)
_ROWS = 25
_ALL = "all"
_TEACHING = "teaches"  # what a decision about would teach the desk's models most
_MINE, _NOBODYS = "me", "nobody"


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the address of the queue asks for, as it stands there."""

    kind: str = ""
    language: str = ""
    source: str = ""
    event: str = ""
    narrative: str = ""
    state: str = OPEN
    order: str = ""
    assignee: str = ""

    def filter(self, me: int) -> QueueFilter:
        """Return it as the store reads it; ``me`` is the person who asks."""
        return QueueFilter(
            kind=self.kind or None,
            language=self.language or None,
            source=_number(self.source),
            event=self.event or None,
            narrative=self.narrative or None,
            state=None if self.state in ("", _ALL) else self.state,
            assignee={_MINE: me, _NOBODYS: 0}.get(self.assignee),
        )

    def values(self) -> dict[str, str]:
        """Return it for an address, without an order that there is not."""
        told = {name: str(getattr(self, name)) for name in self.__dataclass_fields__}
        return {**told, "order": _TEACHING if self.order == _TEACHING else ""}


async def chosen_for(  # noqa: PLR0913 # each is a parameter of the address
    *,
    kind: str = "",
    language: str = "",
    source: str = "",
    event: str = "",
    narrative: str = "",
    state: str = OPEN,
    order: str = "",
    assignee: str = "",
) -> Chosen:
    """Read the filters out of the address."""
    return Chosen(kind, language, source, event, narrative, state, order, assignee)


Asked = Annotated[Chosen, Depends(chosen_for)]


@router.get("/queue")
def show_queue(
    request: Request,
    *,
    desk: TheDesk,
    session: Reader,
    asked: Asked,
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
    decided: str = "",
) -> Response:
    """Show one page of the queue; every filter stands in the address. ``decided`` names what can be taken back."""
    wanted = asked.filter(session.user.id)
    found = queue(
        desk.engine, wanted, limit=_ROWS, offset=(page - 1) * _ROWS, teach=asked.order == _TEACHING, stale_s=desk.stale_s
    )
    values = {
        "found": found,
        "rows": with_takers(desk.engine, found.rows, at=desk.clock()),
        "chosen": asked.values(),
        "page": page,
        "pages": max(1, -(-found.total // _ROWS)),
        "filtered": wanted != QueueFilter(),
        "since": desk.clock().isoformat(),
        "decided": decided if _instant(decided) else "",
        **shared(desk),
    }
    return desk.render(request, "queue.html", values)


@router.get("/queue/news")
def show_news(request: Request, *, desk: TheDesk, session: Reader, asked: Asked, since: str, show: bool = False) -> Response:
    """Say how many stories came in since the page was made, or with ``show`` give their rows and a new beginning."""
    begun, now = _instant(since) or desk.clock(), desk.clock()
    rows = arrived(desk.engine, asked.filter(session.user.id), since=begun, stale_s=desk.stale_s)
    values = {
        "rows": with_takers(desk.engine, rows, at=now) if show else [],
        "number": 0 if show else len(rows),
        "chosen": asked.values(),
        "since": now.isoformat() if show else begun.isoformat(),
        **shared(desk),
    }
    return desk.render(request, "_news.html", values)


@router.post("/decisions")
def record_decision(request: Request, *, desk: TheDesk, session: Reviewer, form: ReviewForm) -> Response:
    """Record a decision; answer with the changed row for htmx, else lead back to where it was taken."""
    at = desk.clock()
    ids = form.texts("finding")
    if form.text("take"):
        take_over(desk.engine, ids, user_id=session.user.id, at=at)
    decided = _decide(desk, ids, session, decision=form.text("decision"), reason=form.text("reason"), at=at)
    if is_fragment(request):
        return _row(request, desk, decided, view=form.text("view"), undo_of=at.isoformat())
    return _back(form.text("back"), at)


@router.post("/decisions/bulk")
def record_decisions(*, desk: TheDesk, session: Reviewer, form: ReviewForm) -> Response:
    """Record one decision about all rows that were ticked; it can be taken back as one."""
    at, ids = desk.clock(), " ".join(form.texts("rows")).split()
    _decide(desk, ids, session, decision=form.text("decision"), reason=form.text("reason"), at=at)
    return _back(form.text("back"), at)


@router.post("/decisions/undo")
def take_back(request: Request, *, desk: TheDesk, session: Reviewer, form: ReviewForm) -> Response:
    """Take back what this person decided at one moment."""
    moment = _instant(form.text("decided"))
    if moment is None:
        raise NotFoundError("There is nothing to take back.", remedy="Load the page again.")
    ids = undo(desk.engine, user_id=session.user.id, decided_at=moment, at=desk.clock())
    if is_fragment(request):
        return _row(request, desk, ids, view=form.text("view"))
    return RedirectResponse(inside(form.text("back")) or "/queue", status_code=303)


@router.post("/queue/hold")
def hold_row(request: Request, *, desk: TheDesk, session: Reviewer, form: ReviewForm) -> Response:
    """Say that this person has a row before them, or that they left it; answer with who has it."""
    story = form.text("story")
    if form.text("leave"):
        release(desk.engine, [story], user_id=session.user.id)
        return Response(status_code=204)
    found = hold(desk.engine, story, user_id=session.user.id, at=desk.clock(), take=bool(form.text("take")))
    if not is_fragment(request):
        return RedirectResponse("/queue", status_code=303)
    return desk.render(request, "_taken.html", {"taken": found, "story": story, **shared(desk)})


@router.post("/queue/assign")
def assign_rows(*, desk: TheDesk, session: Reviewer, form: ReviewForm) -> Response:
    """Give rows to a person of the desk, or to nobody."""
    stories = form.texts("story")
    to = form.text("assignee")
    person = session.user.id if to == _MINE else None if to == _NOBODYS else form.number("assignee")
    assign(desk.engine, stories, to=person, by=session.user.id, at=desk.clock())
    return RedirectResponse(inside(form.text("back")) or "/queue", status_code=303)


def shared(desk: Desk) -> dict[str, object]:
    """Return what every row of the queue is shown with: the subjects of the policy and the people who may take it on."""
    people = [user for user in list_users(desk.engine) if user.active and user.may(Right.DECIDE)]
    subjects = {subject.key: subject.name for subject in load_policy(desk.settings.policy).subjects}
    return {"people": people, "subjects": subjects}


def _decide(desk: Desk, ids: list[str], session: Session, *, decision: str, reason: str, at: datetime) -> list[str]:
    return decide(desk.engine, ids, user_id=session.user.id, decision=decision, reason=reason, at=at)


def _row(request: Request, desk: Desk, ids: list[str], *, view: str, undo_of: str = "") -> Response:
    flag = flag_of(desk.engine, ids, stale_s=desk.stale_s)
    if flag is None:
        raise NotFoundError("This finding does not exist any more.", remedy="Load the page again.")
    (row,) = with_takers(desk.engine, [flag], at=desk.clock())
    name = "_decision.html" if view == "item" else "_flag.html"
    return desk.render(request, name, {"flag": row, "undo_of": undo_of, **shared(desk)})


def _back(address: str, at: datetime) -> Response:
    """Lead back to the page that a decision was taken on; the queue then offers to take it back."""
    back = inside(address) or "/queue"
    return RedirectResponse(_with_moment(back, at) if back.startswith("/queue") else back, status_code=303)


def _with_moment(address: str, at: datetime) -> str:
    path, _, query = address.partition("?")
    kept = [(name, value) for name, value in parse_qsl(query) if name != "decided"]
    return f"{path}?{urlencode([*kept, ('decided', at.isoformat())])}"


def _instant(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _number(text: str) -> int | None:
    if not text:
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
