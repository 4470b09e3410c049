"""The JSON API for one's own saved searches: list them, save one, pause it, delete it."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from dashboards._api import MISTAKES, Line, Number, Scoped, Told
from dashboards._desk import Desk, TheDesk
from factdesk.accounts.tokens import Scope
from factdesk.store import audit, saved_searches
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
    made = saved_searches.save(desk.engine, user.id, wanted, at=desk.clock())
    _note(desk, user, "alert.saved", number=made.id)
    return _told(made)


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
