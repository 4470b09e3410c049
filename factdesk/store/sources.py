"""The sources that are polled, and when each is due: spread over time, and a dead one asked ever more rarely."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, Row, delete, insert, select, update

from factdesk.errors import NotFoundError, StateError
from factdesk.records import Source, SourceRole, digest_id
from factdesk.store.database import reading
from factdesk.store.tables import sources

_LONGEST = timedelta(days=7)
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


@dataclass(frozen=True, slots=True)
class Answered:
    """What a poll changes: ``failed`` ones are asked more rarely; ``retry_after`` is the site's own wish."""

    failed: bool = False
    etag: str | None = None
    last_modified: str | None = None
    cursor: str | None = None
    retry_after: datetime | None = None


def add(connection: Connection, new: NewSource, *, now: datetime) -> Source:
    """Add a source, due at once. Raises ``StateError`` when its address is there already."""
    taken = connection.execute(select(sources.c.id).where(sources.c.url == new.url)).scalar()
    if taken is not None:
        raise StateError(f"{new.url} is already source {taken}.", remedy="See it with: factdesk sources list.")
    values = {
        "kind": new.kind,
        "url": new.url,
        "name": new.name,
        "role": new.role.value,
        "language": new.language,
        "event": new.event,
        "interval_s": new.interval_s,
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


def remove(connection: Connection, source_id: int) -> Source:
    """Delete a source with its ledger and captures. Raises ``NotFoundError``."""
    gone = get(connection, source_id)
    connection.execute(delete(sources).where(sources.c.id == source_id))
    return gone


def enable(connection: Connection, source_id: int, *, enabled: bool) -> Source:
    """Switch polling of a source on or off. Raises ``NotFoundError``."""
    get(connection, source_id)
    connection.execute(update(sources).where(sources.c.id == source_id).values(enabled=enabled))
    return get(connection, source_id)


def due(connection: Connection, *, now: datetime, limit: int = 500) -> list[Polling]:
    """Return enabled sources whose time has come, longest waiting first."""
    query = select(sources).where(sources.c.enabled, (sources.c.next_due_at.is_(None)) | (sources.c.next_due_at <= now))
    rows = connection.execute(query.order_by(sources.c.next_due_at.nulls_first(), sources.c.id).limit(limit))
    return [_polling(row) for row in rows]


def mark_polled(connection: Connection, polling: Polling, answered: Answered, *, now: datetime) -> datetime:
    """Keep what a poll said and return when the source is due again."""
    failures = polling.failures + 1 if answered.failed else 0
    at = next_due(polling.source, now=now, failures=failures)
    if answered.retry_after is not None:
        at = max(at, min(answered.retry_after, now + _LONGEST))
    values: dict[str, object] = {"polls": polling.polls + 1, "failures": failures, "next_due_at": at}
    if not answered.failed:
        values |= {"etag": answered.etag, "last_modified": answered.last_modified}
    if answered.cursor is not None:
        values["cursor"] = answered.cursor
    connection.execute(update(sources).where(sources.c.id == polling.source.id).values(**values))
    return at


def next_due(source: Source, *, now: datetime, failures: int) -> datetime:
    """Return the next poll: at the source's own phase of its interval (so that sources spread), doubled for each failure."""
    step = source.interval_s * 2 ** min(failures, 20)
    if step >= _LONGEST.total_seconds():
        return now + _LONGEST
    if failures:
        return now + timedelta(seconds=step)
    phase = int(digest_id("phase", source.url)[:8], 16) % source.interval_s
    wait = (phase - now.timestamp()) % source.interval_s
    return now + timedelta(seconds=wait if wait > source.interval_s / 2 else wait + source.interval_s)


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
    return Polling(source, row.etag, row.last_modified, row.cursor, row.polls, row.failures, row.next_due_at)
