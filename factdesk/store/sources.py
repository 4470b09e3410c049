"""The sources that are polled, and when each is due: spread over time, and a dead one asked ever more rarely."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import Connection, Engine, Row, delete, func, insert, select, update

from factdesk.errors import NotFoundError, StateError
from factdesk.records import Outcome, Source, SourceRole
from factdesk.store import moves, pace, rhythm
from factdesk.store.database import reading
from factdesk.store.event_windows import boost_of
from factdesk.store.pace import Pace
from factdesk.store.rhythm import Rhythm
from factdesk.store.tables import captures, documents, items, sources

_PIECE = 500  # numbers in one statement: databases limit bound values


@dataclass(frozen=True, slots=True)
class NewSource:
    """A source to add; ``event`` tags its documents."""

    kind: str
    url: str
    name: str
    role: SourceRole = SourceRole.PRESS
    language: str | None = None
    event: str | None = None
    interval_s: int = 900


@dataclass(frozen=True, slots=True)
class Polling:
    """A source with what its last polls said."""

    source: Source
    etag: str | None
    last_modified: str | None
    cursor: str | None
    polls: int
    failures: int
    next_due_at: datetime | None
    conditional_polls: int = 0
    interval_now_s: int | None = None
    rhythm: Rhythm | None = None
    place: float = 0.0
    took_s: float | None = None
    known_since: datetime | None = None
    moving: moves.Moving = moves.STAYS

    @property
    def interval_s(self) -> int:
        """The seconds between two polls now."""
        return self.interval_now_s or self.source.interval_s


@dataclass(frozen=True, slots=True)
class Answered:
    """What a poll said. ``outcome`` decides when it comes again; ``retry_after`` is the site's own wish.

    ``moved_to`` is where permanent redirects led it; ``conditional`` polls carried the validators of an earlier answer.
    """

    outcome: Outcome = Outcome.POLLED
    etag: str | None = None
    last_modified: str | None = None
    cursor: str | None = None
    retry_after: datetime | None = None
    started_at: datetime | None = None
    new: int = 0
    poll_id: int | None = None
    moved_to: str | None = None
    conditional: bool = False


_BOUNDS = Pace()
GOOD = frozenset({Outcome.POLLED, Outcome.UNCHANGED})


def add(connection: Connection, new: NewSource, *, now: datetime) -> Source:
    """Add a source, due at once. Raises ``StateError`` when its address is there already."""
    taken = moves.holder(connection, new.url)
    if taken is not None:
        raise StateError(f"{new.url} is already source {taken}.", remedy="See it with: factdesk sources list.")
    host = (urlsplit(new.url).hostname or "").lower()[:255]
    rank = connection.execute(select(func.count()).select_from(sources).where(sources.c.host == host)).scalar_one()
    values = {
        "kind": new.kind,
        "url": new.url,
        "name": new.name,
        "role": new.role.value,
        "language": new.language,
        "event": new.event,
        "interval_s": new.interval_s,
        "host": host,
        "place": pace.place(host, rank),
    }
    made = connection.execute(insert(sources).values(**values, enabled=True, created_at=now, next_due_at=now))
    return get(connection, made.inserted_primary_key[0] if made.inserted_primary_key else 0)


def list_sources(engine: Engine, *, enabled: bool = False) -> list[Source]:
    """Return all sources (or the enabled ones) by number."""
    with reading(engine) as connection:
        return [polling.source for polling in pollings(connection, enabled=enabled)]


def pollings(connection: Connection, *, enabled: bool = False) -> list[Polling]:
    """Return sources with their polling state, by number."""
    query = select(sources).order_by(sources.c.id)
    rows = connection.execute(query.where(sources.c.enabled) if enabled else query)
    return [_polling(row) for row in rows]


def some(connection: Connection, ids: Collection[int]) -> dict[int, Source]:
    """Return the sources among ``ids`` that there are, by number."""
    found: dict[int, Source] = {}
    wanted = sorted(ids)
    for start in range(0, len(wanted), _PIECE):
        rows = connection.execute(select(sources).where(sources.c.id.in_(wanted[start : start + _PIECE])))
        found |= {row.id: _polling(row).source for row in rows}
    return found


def get(connection: Connection, source_id: int) -> Source:
    """Return one source. Raises ``NotFoundError``."""
    row = connection.execute(select(sources).where(sources.c.id == source_id)).first()
    if row is None:
        raise NotFoundError(f"There is no source {source_id}.", remedy="See them with: factdesk sources list.")
    return _polling(row).source


def remove(connection: Connection, source_id: int, *, now: datetime) -> Source:
    """Delete a source with its ledger and captures; what others listed too is theirs now. Raises ``NotFoundError``."""
    gone = get(connection, source_id)
    _reopen_copies(connection, source_id)
    held = select(items.c.url_digest).where(items.c.source_id == source_id, items.c.outcome != Outcome.DUPLICATE.value)
    heirs = (
        select(func.min(items.c.id))
        .where(items.c.url_digest.in_(held), items.c.source_id != source_id)
        .where(items.c.outcome == Outcome.DUPLICATE.value, items.c.digest.is_(None))
        .group_by(items.c.url_digest)
    )
    opened = {"outcome": None, "ended_at": None, "reason": "", "attempts": 0, "retry_at": now}
    connection.execute(update(items).where(items.c.id.in_(heirs)).values(**opened))
    connection.execute(delete(sources).where(sources.c.id == source_id))
    return gone


def _reopen_copies(connection: Connection, source_id: int) -> None:
    """Let near-copies of a source's documents be read again: the first copy that they point to goes away."""
    first = select(documents.c.id).where(documents.c.source_id == source_id)
    copies = documents.c.duplicate_of.in_(first) & (documents.c.source_id != source_id)
    again = {"read_at": None, "claimed_by": None, "claimed_at": None, "outcome": None}
    readable = captures.c.id.in_(select(documents.c.capture_id).where(copies)) & (captures.c.warc_file != "")
    connection.execute(update(captures).where(readable).values(**again))
    connection.execute(update(documents).where(copies).values(duplicate_of=None))


def enable(connection: Connection, source_id: int, *, enabled: bool) -> Source:
    """Switch polling of a source on or off. Raises ``NotFoundError``."""
    get(connection, source_id)
    connection.execute(update(sources).where(sources.c.id == source_id).values(enabled=enabled))
    return get(connection, source_id)


def due(connection: Connection, *, now: datetime, limit: int = 500) -> list[Polling]:
    """Return enabled sources whose time has come, longest waiting first."""
    asked = select(sources).where(sources.c.enabled).order_by(sources.c.next_due_at, sources.c.id).limit(limit)
    never = connection.execute(
        asked.where(sources.c.next_due_at.is_(None))
    ).all()  # each by the index, which an OR would not use
    rows = [*never, *connection.execute(asked.where(sources.c.next_due_at <= now))]
    return [_polling(row) for row in rows[:limit]]


def mark_polled(
    connection: Connection, polling: Polling, answered: Answered, *, now: datetime, bounds: Pace = _BOUNDS
) -> datetime:
    """Keep what a poll said and return when the source is due again."""
    good = answered.outcome in GOOD
    failures = _failures(polling, answered, now=now)
    values: dict[str, object] = {"polls": polling.polls + 1, "failures": failures, "last_poll_id": answered.poll_id}
    base_s = polling.source.interval_s
    if good:
        learned = _learned(polling, answered, now=now)
        interval_s = pace.interval(learned, base_s=base_s, now=now, pace=bounds)
        values |= {"etag": answered.etag, "last_modified": answered.last_modified, "last_good_at": now}
        values |= _told(polling, learned, now=now) | {"interval_now_s": interval_s}
        values["conditional_polls"] = polling.conditional_polls + 1 if answered.conditional else 0
        values |= moves.follow(connection, polling.source, polling.moving, target=answered.moved_to, now=now)
    else:
        interval_s = polling.interval_s
    if answered.started_at is not None:
        took = (now - answered.started_at).total_seconds()
        values["took_s"] = took if polling.took_s is None else 0.7 * polling.took_s + 0.3 * took
    if answered.cursor is not None:
        values["cursor"] = answered.cursor
    at = pace.retry_due(base_s, failures=failures, now=now) if failures else _regular(connection, polling, interval_s, now=now)
    if answered.retry_after is not None:
        at = max(at, min(answered.retry_after, now + pace.LONGEST_WAIT))
    connection.execute(update(sources).where(sources.c.id == polling.source.id).values(**values, next_due_at=at))
    return at


def _regular(connection: Connection, polling: Polling, interval_s: int, *, now: datetime) -> datetime:
    boost = boost_of(connection, polling.source.event, now=now)
    return pace.next_due(interval_s, place=polling.place, now=now, boost=boost)


def _failures(polling: Polling, answered: Answered, *, now: datetime) -> int:
    """Count bad polls in a row. A host that asks to wait is no failure, unless it has done so for a day."""
    if answered.outcome in GOOD:
        return 0
    since = polling.known_since or now
    if answered.outcome is Outcome.PUT_OFF and now - since < timedelta(days=1):
        return polling.failures
    return polling.failures + 1


def _learned(polling: Polling, answered: Answered, *, now: datetime) -> Rhythm:
    """Return the rhythm after a good poll; what the first one lists was there before."""
    if polling.rhythm is None:
        return rhythm.started(now)
    longest = max(timedelta(seconds=3 * polling.interval_s), timedelta(hours=6))
    return rhythm.heard(polling.rhythm, now=now, new=answered.new, longest=longest)


def _told(polling: Polling, learned: Rhythm, *, now: datetime) -> dict[str, object]:
    """Return the columns a rhythm fills; what it expects changes with arrivals alone, so that silence cannot lower it."""
    told: dict[str, object] = {"rhythm": learned.to_bytes()}
    if learned.last_at == now:
        told |= {"last_new_at": now, "silent_at": rhythm.silent_at(learned), "items_per_day": learned.items_per_day}
    elif polling.rhythm is not None and learned.open_gap < polling.rhythm.open_gap:  # it was not watched for a while
        told["silent_at"] = rhythm.silent_at(learned)
    return told


def _polling(row: Row[tuple[object, ...]]) -> Polling:
    source = Source(
        id=row.id,
        kind=row.kind,
        url=row.url,
        name=row.name,
        role=SourceRole(row.role),
        language=row.language,
        event=row.event,
        interval_s=row.interval_s,
        enabled=row.enabled,
    )
    return Polling(
        source,
        row.etag,
        row.last_modified,
        row.cursor,
        row.polls,
        row.failures,
        row.next_due_at,
        conditional_polls=row.conditional_polls,
        interval_now_s=row.interval_now_s,
        rhythm=Rhythm.from_bytes(row.rhythm) if row.rhythm else None,
        place=row.place,
        took_s=row.took_s,
        known_since=row.last_good_at or row.created_at,
        moving=moves.Moving(row.moved_to, row.moved_since, row.moved_times),
    )
