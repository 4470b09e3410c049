"""What answered saved searches, and the outbox of what is sent about it.

A match and its deliveries are written in the transaction that brings the item, once for an item and a search. A delivery is
claimed, sent and ended by whoever sends; one whose sender died is sent again under the same key.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, Row, delete, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from factdesk.errors import StateError
from factdesk.store.alert_tables import delivered_matches, deliveries, saved_matches, saved_searches
from factdesk.store.alert_times import after_quiet, due
from factdesk.store.database import reading
from factdesk.store.saved_searches import SavedSearch, owned, saved_from
from factdesk.store.tables import users

SHOWN = 50  # matches that one message tells of; the rest it counts
LEASE = timedelta(minutes=5)
_FIRST_RETRY = timedelta(seconds=30)
_LONGEST_RETRY = timedelta(hours=1)
Spans = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """An item that answers a saved search, as it was then: no author, and no link of a post."""

    item: str
    entry: str
    kind: str
    title: str
    source: str
    language: str
    published_at: datetime | None
    findings: tuple[str, ...]
    snippet: str
    title_spans: Spans = ()
    snippet_spans: Spans = ()
    at: datetime | None = None

    @property
    def path(self) -> str:
        """Where the desk shows it."""
        return f"/library/{self.entry}" if self.kind in ("factcheck", "evidence") else f"/items/{self.item}"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message about a search: the first ``SHOWN`` of its ``total`` matches, oldest first. ``trial`` ones tell of none."""

    id: int
    key: str
    search: SavedSearch
    channel: str
    made_at: datetime
    answers: tuple[Answer, ...]
    total: int
    attempts: int
    trial: bool
    language: str = ""  # what the owner last chose to be spoken to in, if anything


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a delivery, for the desk: ``state`` is waiting, sending, sent or given_up."""

    id: int
    channel: str
    state: str
    due_at: datetime
    ended_at: datetime | None
    attempts: int
    reason: str
    matches: int
    trial: bool


def keep(connection: Connection, search: SavedSearch, answers: Sequence[Answer], *, at: datetime, zone: ZoneInfo) -> int:
    """Store the answers that are new to the search and put what tells of them into the outbox; return how many are new."""
    fresh = [number for answer in answers if (number := _keep_one(connection, search, answer, at=at)) is not None]
    for channel in search.channels if fresh else ():
        delivery = _gathering(connection, search, channel, at=at, zone=zone)
        connection.execute(insert(delivered_matches), [{"delivery_id": delivery, "match_id": number} for number in fresh])
    return len(fresh)


def _keep_one(connection: Connection, search: SavedSearch, answer: Answer, *, at: datetime) -> int | None:
    make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    row = {
        "search_id": search.id,
        **{name: getattr(answer, name) for name in ("item", "entry", "kind", "title", "source", "language", "published_at")},
        "findings": list(answer.findings),
        "snippet": answer.snippet,
        "title_spans": [list(span) for span in answer.title_spans],
        "snippet_spans": [list(span) for span in answer.snippet_spans],
        "at": at,
    }
    once = make(saved_matches).values(**row).on_conflict_do_nothing(index_elements=["search_id", "item"])
    return connection.execute(once.returning(saved_matches.c.id)).scalar()


def _gathering(connection: Connection, search: SavedSearch, channel: str, *, at: datetime, zone: ZoneInfo) -> int:
    """Return the delivery that still gathers for a channel, a new one when there is none."""
    open_ = select(deliveries.c.id).where(
        deliveries.c.search_id == search.id,
        deliveries.c.channel == channel,
        deliveries.c.state == "waiting",
        deliveries.c.gathers,
    )
    number = connection.execute(open_.with_for_update()).scalar()
    if number is not None:
        return int(number)
    return _add(connection, search, channel, at=at, due_at=due(search.wanted.pace, at, zone=zone))


def _add(
    connection: Connection, search: SavedSearch, channel: str, *, at: datetime, due_at: datetime, trial: bool = False
) -> int:
    row = {"key": secrets.token_hex(16), "search_id": search.id, "channel": channel, "state": "waiting"}
    made = insert(deliveries).values(**row, gathers=not trial, trial=trial, made_at=at, due_at=due_at)
    number: int = connection.execute(made.returning(deliveries.c.id)).scalar_one()
    return number


def try_out(connection: Connection, search: SavedSearch, *, at: datetime) -> int:
    """Put a trial into the outbox for each channel, due now whatever the pace; return how many.

    Raises ``StateError`` when the last one is younger than ten seconds: nobody's mailbox is filled by a button.
    """
    last = select(func.max(deliveries.c.made_at)).where(deliveries.c.search_id == search.id, deliveries.c.trial)
    before = connection.execute(last).scalar()
    if before is not None and at - before < timedelta(seconds=10):
        raise StateError("A trial was sent just now.", remedy="Wait ten seconds.")
    for channel in search.channels:
        _add(connection, search, channel, at=at, due_at=at, trial=True)
    return len(search.channels)


def reschedule(connection: Connection, search: SavedSearch, *, at: datetime, zone: ZoneInfo) -> None:
    """Apply a changed pace to what still gathers, and drop what waits for a channel that is off now."""
    mine = (deliveries.c.search_id == search.id) & (deliveries.c.state == "waiting")
    connection.execute(delete(deliveries).where(mine, deliveries.c.channel.not_in(search.channels)))
    moment = due(search.wanted.pace, at, zone=zone)
    connection.execute(update(deliveries).where(mine, deliveries.c.gathers).values(due_at=moment))


def is_due(connection: Connection, *, now: datetime) -> bool:
    """Whether anything waits to be sent: asked often, and answered from the index alone."""
    due_now = deliveries.c.state.in_(("waiting", "sending")) & (deliveries.c.due_at <= now)
    return connection.execute(select(deliveries.c.id).where(due_now).limit(1)).first() is not None


def claim(connection: Connection, *, now: datetime, limit: int = 20) -> list[Delivery]:
    """Take due deliveries for ``LEASE``, the longest due first; searches that are paused wait."""
    d = deliveries.c
    ready = or_(d.state == "waiting", d.state == "sending")  # due again once the lease of who sends is over
    query = (
        select(d.id)
        .join(saved_searches, saved_searches.c.id == d.search_id)
        .join(users, users.c.id == saved_searches.c.user_id)
        .where(ready, d.due_at <= now, or_(saved_searches.c.active, d.trial), users.c.active)
        .order_by(d.due_at, d.id)
        .limit(limit)
        .with_for_update(of=deliveries, skip_locked=True)
    )
    taken = list(connection.execute(query).scalars())
    if taken:
        lease = {"state": "sending", "gathers": False, "due_at": now + LEASE, "attempts": d.attempts + 1}
        connection.execute(update(deliveries).where(d.id.in_(taken)).values(**lease))
    return [_delivery(connection, number) for number in taken]


def _delivery(connection: Connection, number: int) -> Delivery:
    joined = select(deliveries, saved_searches, users.c.language)
    joined = joined.join(saved_searches, saved_searches.c.id == deliveries.c.search_id)
    joined = joined.join(users, users.c.id == saved_searches.c.user_id)
    row = connection.execute(joined.where(deliveries.c.id == number)).one()
    m = row._mapping  # noqa: SLF001 # SQLAlchemy's documented accessor
    told = delivered_matches.c.delivery_id == number
    total = connection.execute(select(func.count()).select_from(delivered_matches).where(told)).scalar_one()
    query = select(saved_matches).join(delivered_matches, delivered_matches.c.match_id == saved_matches.c.id)
    rows = connection.execute(query.where(told).order_by(saved_matches.c.id).limit(SHOWN))
    d = deliveries.c
    return Delivery(
        *(m[d.id], m[d.key], saved_from(row), m[d.channel], m[d.made_at]),
        answers=tuple(_answer(one) for one in rows),
        total=total,
        attempts=m[d.attempts],
        trial=m[d.trial],
        language=m[users.c.language],
    )


def sent(connection: Connection, delivery: Delivery, *, at: datetime, reason: str = "") -> None:
    """End a delivery as sent; ``reason`` is what the receiver said."""
    _end(connection, delivery, state="sent", at=at, reason=reason)


def failed(  # noqa: PLR0913 # one failure, told in full
    connection: Connection, delivery: Delivery, *, at: datetime, reason: str, zone: ZoneInfo, most: int, final: bool = False
) -> bool:
    """Put a delivery off, twice as long each time, or give it up after ``most`` tries or a ``final`` no; say whether it was."""
    if final or delivery.attempts >= most:
        _end(connection, delivery, state="given_up", at=at, reason=reason)
        return True
    wait = min(_FIRST_RETRY * 2 ** (delivery.attempts - 1), _LONGEST_RETRY)
    again = after_quiet(delivery.search.wanted.pace, at + wait, zone=zone)
    change = update(deliveries).where(deliveries.c.id == delivery.id, deliveries.c.state == "sending")
    connection.execute(change.values(state="waiting", due_at=again, reason=reason[:500]))
    return False


def _end(connection: Connection, delivery: Delivery, *, state: str, at: datetime, reason: str) -> None:
    change = update(deliveries).where(deliveries.c.id == delivery.id)
    connection.execute(change.values(state=state, ended_at=at, reason=reason[:500]))


def retry(connection: Connection, number: int, *, user_id: int, at: datetime) -> None:
    """Send a delivery that was given up once more, now. Raises ``NotFoundError`` for another's search."""
    search_id = connection.execute(select(deliveries.c.search_id).where(deliveries.c.id == number)).scalar()
    owned(connection, search_id or 0, user_id=user_id)
    again = update(deliveries).where(deliveries.c.id == number, deliveries.c.state == "given_up")
    connection.execute(again.values(state="waiting", attempts=0, due_at=at, ended_at=None))


def forget_ended(connection: Connection, *, before: datetime) -> int:
    """Delete deliveries that ended before then (their matches stay, so that nothing is alerted twice); return how many."""
    old = deliveries.c.state.in_(("sent", "given_up")) & (deliveries.c.ended_at < before)
    return connection.execute(delete(deliveries).where(old)).rowcount


def answers_of(engine: Engine, search_id: int, *, limit: int = SHOWN) -> tuple[list[Answer], int]:
    """Return the newest answers of a search, newest first, and how many there are."""
    mine = saved_matches.c.search_id == search_id
    with reading(engine) as connection:
        total = connection.execute(select(func.count()).select_from(saved_matches).where(mine)).scalar_one()
        rows = connection.execute(select(saved_matches).where(mine).order_by(saved_matches.c.id.desc()).limit(limit))
        return [_answer(row) for row in rows], total


def deliveries_of(engine: Engine, search_id: int, *, limit: int = 20) -> list[Sent]:
    """Return the newest deliveries of a search, newest first."""
    d = deliveries.c
    count = select(func.count()).where(delivered_matches.c.delivery_id == d.id).scalar_subquery()
    query = select(deliveries, count.label("matches")).where(d.search_id == search_id).order_by(d.id.desc()).limit(limit)
    names = ("id", "channel", "state", "due_at", "ended_at", "attempts", "reason", "matches", "trial")
    with reading(engine) as connection:
        return [Sent(**{name: getattr(row, name) for name in names}) for row in connection.execute(query)]


def standing_of(engine: Engine, searches: Sequence[int]) -> dict[int, tuple[int, datetime | None, int]]:
    """Return, for each search, how many answers it has, when the newest came, and how many deliveries were given up."""
    m, d = saved_matches.c, deliveries.c
    lost = select(d.search_id, func.count()).where(d.search_id.in_(searches), d.state == "given_up").group_by(d.search_id)
    found = select(m.search_id, func.count(), func.max(m.at)).where(m.search_id.in_(searches)).group_by(m.search_id)
    with reading(engine) as connection:
        given_up = {row[0]: row[1] for row in connection.execute(lost)}
        counted = {row[0]: (row[1], row[2]) for row in connection.execute(found)}
    return {number: (*counted.get(number, (0, None)), given_up.get(number, 0)) for number in searches}


def _answer(row: Row[tuple[object, ...]]) -> Answer:
    m = row._mapping  # noqa: SLF001 # SQLAlchemy's documented accessor
    c = saved_matches.c
    plain = {name: m[c[name]] for name in ("item", "entry", "kind", "title", "source", "language", "published_at", "snippet")}
    title, snippet = (tuple((low, high) for low, high in m[c[name]]) for name in ("title_spans", "snippet_spans"))
    return Answer(**plain, title_spans=title, snippet_spans=snippet, findings=tuple(m[c.findings]), at=m[c.at])
