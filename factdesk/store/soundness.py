"""What in the store disagrees with itself: each question streams the rows that are wrong, so that memory stays flat."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Executable, Result, Row, Select, exists, func, literal, or_, select, update
from sqlalchemy.sql.elements import ColumnElement

from factdesk.store.captures import CLAIM
from factdesk.store.ledger import url_digest
from factdesk.store.tables import captures, claims, documents, items, passages, polls, secrets, sources
from factdesk.store.voices import key_name

FAR = timedelta(days=60)  # nothing is put off for longer
AHEAD = timedelta(minutes=5)  # clocks of two machines may differ by so much
_PIECE = 500


@dataclass(frozen=True, slots=True)
class Placed:
    """A capture and where the store says that its record lies."""

    id: int
    item_id: int
    kind: str
    url: str
    digest: str
    file: str
    offset: int


def placed(connection: Connection) -> Iterator[Placed]:
    """Stream captures that have a record, those of a file together and in its order."""
    query = _placed().where(captures.c.warc_file != "")
    ordered = query.order_by(captures.c.warc_file, captures.c.warc_offset, captures.c.id)
    yield from (_place(row) for row in _streamed(connection, ordered))


def place_of(connection: Connection, capture_id: int) -> Placed | None:
    """Return a capture as it is now; ``None`` when it has no record any more."""
    row = connection.execute(_placed().where(captures.c.id == capture_id, captures.c.warc_file != "")).first()
    return _place(row) if row else None


def last_offset(connection: Connection, file: str) -> int:
    """Return where the last record begins that captures name in ``file``; -1 when they name none."""
    last = select(func.coalesce(func.max(captures.c.warc_offset), -1)).where(captures.c.warc_file == file)
    return int(connection.execute(last).scalar_one())


def without_capture(connection: Connection, url: str, digest: str) -> int | None:
    """Return the item that was fetched from ``url`` with these bytes and of which the store has no capture."""
    query = select(items.c.id).where(items.c.url_digest == url_digest(url), items.c.digest == digest, ~_captured())
    return connection.execute(query.limit(1)).scalar()


def database_damage(connection: Connection) -> Iterator[str]:
    """Return what SQLite finds broken in its file, a line each; nothing on PostgreSQL, which checks as it reads."""
    if connection.dialect.name == "sqlite":
        found = connection.exec_driver_sql("PRAGMA integrity_check(100)")
        yield from (row[0] for row in found if row[0] != "ok")


def broken_references(connection: Connection) -> Iterator[tuple[str, int, str]]:
    """Return (table, row, table it names) of rows that name a row that is not there; PostgreSQL allows none."""
    if connection.dialect.name == "sqlite":
        yield from ((row[0], row[1], row[2]) for row in connection.exec_driver_sql("PRAGMA foreign_key_check"))


def stuck_items(connection: Connection) -> Iterator[Any]:
    """Items (id, url) that did not end, are not due and have nothing that waits for the reader."""
    yield from _streamed(connection, select(items.c.id, items.c.url).where(_stuck()).order_by(items.c.id))


def late_items(connection: Connection, *, now: datetime) -> Iterator[Any]:
    """Items (id, url, retry_at) that are due later than anything is put off."""
    late = select(items.c.id, items.c.url, items.c.retry_at).where(items.c.retry_at > now + FAR)
    yield from _streamed(connection, late.order_by(items.c.id))


def uncaptured_items(connection: Connection) -> Iterator[Any]:
    """Items (id, url) that were fetched and of which there is no capture."""
    query = select(items.c.id, items.c.url).where(items.c.digest.is_not(None), ~_captured())
    yield from _streamed(connection, query.order_by(items.c.id))


def late_sources(connection: Connection, *, now: datetime) -> Iterator[Any]:
    """Enabled sources (id, name, next_due_at) that are due later than anything is put off."""
    late = select(sources.c.id, sources.c.name, sources.c.next_due_at)
    yield from connection.execute(late.where(sources.c.enabled, sources.c.next_due_at > now + FAR).order_by(sources.c.id))


def dead_claims(connection: Connection, *, now: datetime) -> Iterator[Any]:
    """Captures (id, url, claimed_by, claimed_at) whose claim ran out, or was made in the future, and that nobody read."""
    query = select(captures.c.id, captures.c.url, captures.c.claimed_by, captures.c.claimed_at)
    yield from _streamed(connection, query.where(_claimed_in_vain(now)).order_by(captures.c.id))


def orphaned_documents(connection: Connection) -> Iterator[Any]:
    """Documents (id, url) whose capture is not there."""
    there = exists().where(captures.c.id == documents.c.capture_id)
    yield from _streamed(connection, select(documents.c.id, documents.c.url).where(~there).order_by(documents.c.id))


def captures_read_twice(connection: Connection) -> Iterator[Any]:
    """Captures (id, how many documents) of which more than one document was made."""
    query = select(documents.c.capture_id, func.count()).group_by(documents.c.capture_id).having(func.count() > 1)
    yield from _streamed(connection, query.order_by(documents.c.capture_id))


def future_polls(connection: Connection, *, now: datetime) -> Iterator[Any]:
    """Polls (id, source id, started_at) that began in the future."""
    query = select(polls.c.id, polls.c.source_id, polls.c.started_at).where(polls.c.started_at > now + AHEAD)
    yield from _streamed(connection, query.order_by(polls.c.id))


def old_voice_keys(connection: Connection, *, now: datetime) -> Iterator[str]:
    """Names of the keys behind voices whose week is over."""
    query = select(secrets.c.name).where(secrets.c.name.like("voice-%"), secrets.c.name != key_name(now))
    yield from connection.execute(query.order_by(secrets.c.name)).scalars()


@dataclass(frozen=True, slots=True)
class ToIndex:
    """Something the index must hold; not ``finished`` while a reader may be at it."""

    id: str
    finished: bool


def ids_to_index(connection: Connection, what: str) -> Iterator[ToIndex]:
    """Stream in order what the index must hold of ``what``: document, claim, factcheck or evidence."""
    query, column = _to_index(what)
    for row in _streamed(connection, query.order_by(column)):
        yield ToIndex(row.id, bool(row.finished))


def id_to_index(connection: Connection, what: str, identifier: str) -> ToIndex | None:
    """Return one of them, if it is there."""
    query, column = _to_index(what)
    row = connection.execute(query.where(column == identifier)).first()
    return ToIndex(row.id, bool(row.finished)) if row else None


def known_ids(connection: Connection, what: str, ids: Sequence[str]) -> set[str]:
    """Return those of ``ids`` that the store has of ``what``, finished or not."""
    column: ColumnElement[str] = {"document": documents.c.id, "claim": claims.c.id}.get(what, passages.c.id)
    found: set[str] = set()
    for at in range(0, len(ids), _PIECE):
        found.update(connection.execute(select(column).where(column.in_(ids[at : at + _PIECE]))).scalars())
    return found


def reopen_stuck(connection: Connection, *, now: datetime) -> int:
    """Make stuck items, and those put off too far, due now; return how many."""
    wrong = or_(_stuck(), items.c.retry_at > now + FAR)
    return connection.execute(update(items).where(wrong).values(retry_at=now)).rowcount


def reopen_sources(connection: Connection, *, now: datetime) -> int:
    """Make sources that are due too late due now; return how many."""
    late = update(sources).where(sources.c.enabled, sources.c.next_due_at > now + FAR)
    return connection.execute(late.values(next_due_at=now)).rowcount


def free_claims(connection: Connection, *, now: datetime) -> int:
    """Give back captures that are claimed in vain; return how many."""
    freed = update(captures).where(_claimed_in_vain(now)).values(claimed_by=None, claimed_at=None)
    return connection.execute(freed).rowcount


def _placed() -> Select[tuple[int, int, str, str, str, str, int]]:
    c = captures.c
    return select(c.id, c.item_id, c.kind, c.url, c.digest, c.warc_file, c.warc_offset)


def _captured() -> ColumnElement[bool]:
    return exists().where(captures.c.item_id == items.c.id)


def _stuck() -> ColumnElement[bool]:
    waits = exists().where(captures.c.item_id == items.c.id, captures.c.read_at.is_(None))
    return items.c.outcome.is_(None) & items.c.retry_at.is_(None) & ~waits


def _claimed_in_vain(now: datetime) -> ColumnElement[bool]:
    over = or_(captures.c.claimed_at < now - CLAIM, captures.c.claimed_at > now + AHEAD)
    return captures.c.read_at.is_(None) & over


def _streamed(connection: Connection, query: Executable) -> Result[Any]:
    return connection.execute(query, execution_options={"yield_per": _PIECE})


def _place(row: Row[Any]) -> Placed:
    return Placed(row.id, row.item_id, row.kind, row.url, row.digest, row.warc_file, row.warc_offset)


def _to_index(what: str) -> tuple[Select[str, bool], ColumnElement[str]]:
    column: ColumnElement[str] = {"document": documents.c.id, "claim": claims.c.id}.get(what, passages.c.id)
    if what not in {"document", "claim"}:
        query = select(column, literal(value=True).label("finished"))
        return query.where(passages.c.kind == what, passages.c.vector.is_not(None)), column
    read = select(column, captures.c.read_at.is_not(None).label("finished")).select_from(documents)
    read = read.join(captures, captures.c.id == documents.c.capture_id)
    return read.join(claims, documents.c.id == claims.c.document_id) if what == "claim" else read, column
