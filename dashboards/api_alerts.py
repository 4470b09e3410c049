"""The JSON API for one's own saved searches: list them and what answered them, save one, pause it, delete it."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from dashboards._alert_form import require_sound
from dashboards._api import MISTAKES, Line, Number, Scoped, Told
from dashboards._desk import Desk, TheDesk
from factdesk.accounts.tokens import Scope
from factdesk.store import alerts, audit, saved_searches
from factdesk.store.alerts import Answer
from factdesk.store.database import reading
from factdesk.store.saved_searches import SavedSearch, Wanted
from factdesk.store.users import User

router = APIRouter(prefix="/api/v1", responses=MISTAKES)
AlertReader = Annotated[User, Depends(Scoped(Scope.READ_ALERTS))]
AlertWriter = Annotated[User, Depends(Scoped(Scope.WRITE_ALERTS))]


class AlertOut(BaseModel):
    """A saved search; ``asked`` is the address of the search page. Its secrets are told on the desk alone."""

    id: int
    name: str
    asked: dict[str, str]
    running: bool
    channels: list[str]
    feed: bool


class MatchOut(BaseModel):
    """An item that answered a saved search, as it was then; ``path`` is where the desk shows it."""

    item: str
    kind: str
    title: str
    source: str
    language: str
    published_at: datetime | None
    matched_at: datetime | None
    findings: list[str]
    excerpt: str
    path: str


class MatchesOut(BaseModel):
    """How many items answered a saved search, and the newest of them, newest first."""

    total: int
    matches: list[MatchOut]


class AlertIn(Told):
    """A search to save, followed by a feed of the desk."""

    name: str = Field(min_length=1, max_length=120)
    q: Line


class RunningIn(Told):
    """Whether the search runs."""

    running: bool


class GoneOut(BaseModel):
    """The number of what was deleted."""

    id: int


@router.get("/alerts")
def my_alerts(*, desk: TheDesk, user: AlertReader) -> list[AlertOut]:
    """List one's own saved searches."""
    return [_told(one) for one in saved_searches.of_person(desk.engine, user.id)]


@router.post("/alerts", status_code=201)
def save_alert(*, desk: TheDesk, user: AlertWriter, body: AlertIn) -> AlertOut:
    """Save a search that is followed by a feed; mail and webhooks are set on the desk."""
    wanted = Wanted(body.name.replace("\0", ""), {"q": body.q}, feed=True)
    require_sound(desk, wanted)
    made = saved_searches.save(desk.engine, user.id, wanted, at=desk.clock())
    _note(desk, user, "alert.saved", number=made.id)
    return _told(made)


@router.get("/alerts/{number}/matches")
def matches_of(*, desk: TheDesk, user: AlertReader, number: Number) -> MatchesOut:
    """List the newest items that answered one of one's own saved searches."""
    with reading(desk.engine) as connection:
        saved_searches.owned(connection, number, user_id=user.id)
    found, total = alerts.answers_of(desk.engine, number)
    return MatchesOut(total=total, matches=[_matched(one) for one in found])


@router.post("/alerts/{number}/running")
def set_running(*, desk: TheDesk, user: AlertWriter, number: Number, body: RunningIn) -> AlertOut:
    """Pause a saved search, or let it go on."""
    saved_searches.set_running(desk.engine, number, user_id=user.id, active=body.running)
    _note(desk, user, "alert.let_run" if body.running else "alert.paused", number=number)
    with reading(desk.engine) as connection:
        return _told(saved_searches.owned(connection, number, user_id=user.id))


@router.post("/alerts/{number}/delete")
def delete_alert(*, desk: TheDesk, user: AlertWriter, number: Number) -> GoneOut:
    """Delete a saved search with what it found."""
    saved_searches.remove(desk.engine, number, user_id=user.id)
    _note(desk, user, "alert.deleted", number=number)
    return GoneOut(id=number)


def _note(desk: Desk, user: User, action: str, *, number: int) -> None:
    at, subject = desk.clock(), f"alert:{number}"
    audit.note(desk.engine, user_id=user.id, action=action, subject=subject, detail={}, at=at)


def _told(one: SavedSearch) -> AlertOut:
    wanted = one.wanted
    asked = dict(wanted.asked)
    channels = list(one.channels)
    return AlertOut(id=one.id, name=wanted.name, asked=asked, running=one.active, channels=channels, feed=wanted.feed)


def _matched(one: Answer) -> MatchOut:
    return MatchOut(
        item=one.item,
        kind=one.kind,
        title=one.title,
        source=one.source,
        language=one.language,
        published_at=one.published_at,
        matched_at=one.at,
        findings=list(one.findings),
        excerpt=one.snippet,
        path=one.path,
    )
