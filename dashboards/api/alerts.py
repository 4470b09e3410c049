"""The JSON API for one's own saved searches: what they ask, when and where their alerts go, what matched and what was sent."""

from datetime import datetime
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from dashboards._alert_form import clock_text, require_sound
from dashboards._desk import Desk, TheDesk
from dashboards.api._calls import MISTAKES, Line, Number, Scoped, Told
from factdesk.accounts.tokens import Scope
from factdesk.errors import SettingsError, StateError
from factdesk.store import alerts, audit, saved_searches
from factdesk.store.alert_times import Every, Pace
from factdesk.store.alerts import Answer, Sent
from factdesk.store.database import reading, writing
from factdesk.store.saved_searches import SavedSearch, Wanted
from factdesk.store.sealing import of_hook, opened
from factdesk.store.users import User

router = APIRouter(prefix="/api/v1", responses=MISTAKES)
AlertReader = Annotated[User, Depends(Scoped(Scope.READ_ALERTS))]
AlertWriter = Annotated[User, Depends(Scoped(Scope.WRITE_ALERTS))]
Short = Annotated[str, Field(max_length=200)]
Clock = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class QuietIn(Told):
    """Hours of the desk's own clock in which nothing is sent, from the first (included) to the second (excluded)."""

    begins: Clock
    ends: Clock


class PaceIn(Told):
    """When alerts go out: at once, or gathered; ``weekday`` is 0 … 6 from Monday and counts for a weekly digest."""

    every: Literal["at_once", "hourly", "daily", "weekly"] = "at_once"
    at: Clock = "08:00"
    weekday: Annotated[int, Field(ge=0, le=6)] = 0
    quiet: QuietIn | None = None

    @property
    def pace(self) -> Pace:
        """The pace as the store keeps it."""
        quiet = (_minute(self.quiet.begins), _minute(self.quiet.ends)) if self.quiet else None
        return Pace(Every(self.every), _minute(self.at), self.weekday, quiet)


class FiltersIn(Told):
    """The filters of the search page; each is one value or empty."""

    kind: Short = ""
    language: Short = ""
    source: Short = ""
    role: Short = ""
    event: Short = ""
    finding: Short = ""
    narrative: Short = ""
    since: Short = ""
    until: Short = ""


class AlertIn(Told):
    """A search to save, when its alerts go out, and where to: e-mail, a webhook, a feed of the desk."""

    name: str = Field(min_length=1, max_length=120)
    q: Line
    filters: FiltersIn = FiltersIn()
    pace: PaceIn = PaceIn()
    email: Annotated[str, Field(max_length=320)] = ""
    hook_url: Annotated[str, Field(max_length=2000)] = ""
    feed: bool = True

    @property
    def wanted(self) -> Wanted:
        """What the person wants, as the store keeps it."""
        asked = {name: value.replace("\0", "") for name, value in {"q": self.q, **self.filters.model_dump()}.items() if value}
        to = (self.email.replace("\0", ""), self.hook_url.replace("\0", ""))
        return Wanted(self.name.replace("\0", ""), asked, self.pace.pace, *to, feed=self.feed)


class PaceOut(BaseModel):
    """When alerts go out."""

    every: str
    at: str
    weekday: int
    quiet: list[str] | None


class AlertOut(BaseModel):
    """A saved search; ``asked`` is the address of the search page, ``channels`` are where its alerts are sent."""

    id: int
    name: str
    asked: dict[str, str]
    running: bool
    channels: list[str]
    pace: PaceOut
    email: str
    hook_url: str
    feed: bool


class MadeAlertOut(AlertOut):
    """A saved search with what was made for it: the secret that signs its webhook, and the address of its feed."""

    hook_secret: str
    feed_url: str


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


class DeliveryOut(BaseModel):
    """What became of a message: ``state`` is waiting, sending, sent or given_up, ``reason`` what was answered last."""

    id: int
    channel: str
    state: str
    due_at: datetime
    ended_at: datetime | None
    attempts: int
    reason: str
    matches: int
    trial: bool


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
def save_alert(request: Request, *, desk: TheDesk, user: AlertWriter, body: AlertIn) -> MadeAlertOut:
    """Save a search with its channels; the webhook's secret and the feed's address are told here and by ``renew`` alone."""
    wanted = _sound(desk, body)
    made = saved_searches.save(desk.engine, user.id, wanted, at=desk.clock(), sealer=desk.sealer)
    _note(desk, user, "alert.saved", number=made.id)
    return _made(desk, request, made)


@router.get("/alerts/{number}")
def one_alert(*, desk: TheDesk, user: AlertReader, number: Number) -> AlertOut:
    """Give one of one's own saved searches."""
    return _told(_owned(desk, user, number))


@router.get("/alerts/{number}/matches")
def matches_of(*, desk: TheDesk, user: AlertReader, number: Number) -> MatchesOut:
    """List the newest items that answered one of one's own saved searches."""
    _owned(desk, user, number)
    found, total = alerts.answers_of(desk.engine, number)
    return MatchesOut(total=total, matches=[_matched(one) for one in found])


@router.get("/alerts/{number}/deliveries")
def deliveries_of(*, desk: TheDesk, user: AlertReader, number: Number) -> list[DeliveryOut]:
    """List what was sent about a saved search and what waits to be sent, newest first."""
    _owned(desk, user, number)
    return [_sent(one) for one in alerts.deliveries_of(desk.engine, number)]


@router.post("/alerts/{number}/change")
def change_alert(request: Request, *, desk: TheDesk, user: AlertWriter, number: Number, body: AlertIn) -> MadeAlertOut:
    """Set anew what a saved search asks, when and where to; a new pace applies to what waits."""
    wanted, at, zone = _sound(desk, body), desk.clock(), ZoneInfo(desk.settings.desk.timezone)
    with writing(desk.engine) as connection:
        search = saved_searches.change(connection, number, wanted, user_id=user.id, sealer=desk.sealer)
        alerts.reschedule(connection, search, at=at, zone=zone)
    _note(desk, user, "alert.changed", number=number)
    return _made(desk, request, search)


@router.post("/alerts/{number}/running")
def set_running(*, desk: TheDesk, user: AlertWriter, number: Number, body: RunningIn) -> AlertOut:
    """Pause a saved search, or let it go on."""
    saved_searches.set_running(desk.engine, number, user_id=user.id, active=body.running)
    _note(desk, user, "alert.let_run" if body.running else "alert.paused", number=number)
    return _told(_owned(desk, user, number))


@router.post("/alerts/{number}/test")
def test_alert(*, desk: TheDesk, user: AlertWriter, number: Number) -> list[DeliveryOut]:
    """Send a trial over each channel, now; return what waits and what was sent."""
    with writing(desk.engine) as connection:
        alerts.try_out(connection, saved_searches.owned(connection, number, user_id=user.id), at=desk.clock())
    return [_sent(one) for one in alerts.deliveries_of(desk.engine, number)]


@router.post("/alerts/{number}/renew")
def renew_alert(request: Request, *, desk: TheDesk, user: AlertWriter, number: Number) -> MadeAlertOut:
    """Give the feed a new address and the webhook a new secret; the old ones stop working at once."""
    with writing(desk.engine) as connection:
        search = saved_searches.renew(connection, number, user_id=user.id, sealer=desk.sealer)
    _note(desk, user, "alert.renewed", number=number)
    return _made(desk, request, search)


@router.post("/alerts/{number}/deliveries/{delivery}/retry")
def retry_delivery(*, desk: TheDesk, user: AlertWriter, number: Number, delivery: Number) -> list[DeliveryOut]:
    """Send once more what was given up."""
    _owned(desk, user, number)
    with writing(desk.engine) as connection:
        alerts.retry(connection, delivery, user_id=user.id, at=desk.clock())
    return [_sent(one) for one in alerts.deliveries_of(desk.engine, number)]


@router.post("/alerts/{number}/delete")
def delete_alert(*, desk: TheDesk, user: AlertWriter, number: Number) -> GoneOut:
    """Delete a saved search with what it found."""
    saved_searches.remove(desk.engine, number, user_id=user.id)
    _note(desk, user, "alert.deleted", number=number)
    return GoneOut(id=number)


def _sound(desk: Desk, body: AlertIn) -> Wanted:
    """Return what can be alerted and sent. Raises ``StateError``, ``QueryError`` or ``NotAllowedError`` for the rest."""
    wanted = body.wanted
    try:
        require_sound(desk, wanted)
    except SettingsError as error:  # the caller's choice does not fit this desk: no fault of the server
        raise StateError(error.what, remedy=error.remedy) from error
    return wanted


def _owned(desk: Desk, user: User, number: int) -> SavedSearch:
    with reading(desk.engine) as connection:
        return saved_searches.owned(connection, number, user_id=user.id)


def _note(desk: Desk, user: User, action: str, *, number: int) -> None:
    at, subject = desk.clock(), f"alert:{number}"
    audit.note(desk.engine, user_id=user.id, action=action, subject=subject, detail={}, at=at)


def _told(one: SavedSearch) -> AlertOut:
    wanted, pace = one.wanted, one.wanted.pace
    quiet = [clock_text(minute) for minute in pace.quiet] if pace.quiet else None
    return AlertOut(
        id=one.id,
        name=wanted.name,
        asked=dict(wanted.asked),
        running=one.active,
        channels=list(one.channels),
        pace=PaceOut(every=pace.every.value, at=clock_text(pace.at_minute), weekday=pace.weekday, quiet=quiet),
        email=wanted.email,
        hook_url=wanted.hook_url,
        feed=wanted.feed,
    )


def _made(desk: Desk, request: Request, one: SavedSearch) -> MadeAlertOut:
    feed = f"{desk.address(request)}/alerts/feeds/{one.feed_token}.atom" if one.feed_token else ""
    return MadeAlertOut(
        **_told(one).model_dump(), hook_secret=opened(desk.sealer, one.hook_secret, of=of_hook(one.user_id)), feed_url=feed
    )


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


def _sent(one: Sent) -> DeliveryOut:
    return DeliveryOut(**{name: getattr(one, name) for name in DeliveryOut.model_fields})


def _minute(text: str) -> int:
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)
