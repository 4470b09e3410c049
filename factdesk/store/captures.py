"""Captures between the collector and its readers: claimed by one worker at a time, given back when that worker dies."""

import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, Engine, Row, func, insert, or_, select, update

from factdesk.records import Capture, CaptureKind, Outcome
from factdesk.store.database import reading, writing
from factdesk.store.ledger import end_item
from factdesk.store.tables import captures, documents, items

CLAIM = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class NewCapture:
    """A capture that is on disk. ``etag`` and ``last_modified`` are kept for asking again."""

    source_id: int
    item_id: int
    kind: CaptureKind
    url: str
    fetched_at: datetime
    status: int
    media_type: str
    charset: str | None
    digest: str
    warc_file: str
    warc_offset: int
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class WaitingCapture:
    """A claimed capture: what the listing said, and where its bytes lie."""

    id: int
    item_id: int
    source_id: int
    kind: CaptureKind
    url: str
    fetched_at: datetime
    status: int
    media_type: str
    charset: str | None
    digest: str
    warc_file: str
    warc_offset: int
    hint_title: str | None
    hint_published: datetime | None
    hint_language: str | None


class Bytes(Protocol):
    """A record of the archive."""

    @property
    def body(self) -> bytes:
        """Its content without content coding."""
        ...


class Records(Protocol):
    """The archive, as far as a reader needs it."""

    def read(self, file: str, offset: int) -> Bytes:
        """Return one record. Raises ``ArchiveError``."""
        ...


@dataclass(frozen=True, slots=True)
class CaptureCounts:
    """How many captures wait, are being read, and were read."""

    waiting: int
    claimed: int
    read: int


def add(connection: Connection, new: NewCapture) -> int:
    """Enter a capture and open its item for the reader; returns the capture's number."""
    values = {name: getattr(new, name) for name in NewCapture.__dataclass_fields__ if name not in {"etag", "last_modified"}}
    made = connection.execute(insert(captures).values(**values | {"kind": new.kind.value}))
    kept = {"etag": new.etag, "last_modified": new.last_modified, "digest": new.digest}
    opened = {"outcome": None, "ended_at": None, "retry_at": None, "reason": "", "attempts": 0}
    connection.execute(update(items).where(items.c.id == new.item_id).values(**kept, **opened))
    return int(made.inserted_primary_key[0]) if made.inserted_primary_key else 0


def waiting(engine: Engine, *, limit: int, worker: str, now: datetime | None = None) -> list[WaitingCapture]:
    """Claim up to ``limit`` captures for ``worker``, oldest first; nobody else gets them for five minutes."""
    at = now or datetime.now(UTC)
    free = or_(captures.c.claimed_at.is_(None), captures.c.claimed_at < at - CLAIM)
    wanted = captures.c.read_at.is_(None) & free
    with reading(engine) as connection:
        if connection.execute(select(captures.c.id).where(wanted).limit(1)).first() is None:
            return []
    with writing(engine) as connection:
        query = select(captures.c.id).where(wanted).order_by(captures.c.id).limit(limit)
        ids = list(connection.execute(query.with_for_update(skip_locked=True)).scalars())
        connection.execute(update(captures).where(captures.c.id.in_(ids)).values(claimed_by=worker, claimed_at=at))
        joined = select(captures, items.c.listing).join(items, items.c.id == captures.c.item_id)
        return [_waiting(row) for row in connection.execute(joined.where(captures.c.id.in_(ids)).order_by(captures.c.id))]


def worker_name() -> str:
    """Return the name under which this process claims captures: its machine and its number."""
    return f"reader-{socket.gethostname()[:30]}-{os.getpid()}"


def free_dead(engine: Engine) -> int:
    """Give back what readers of this machine claimed and whose processes are gone; ask before claiming anything.

    Otherwise the claims of a killed reader would run out only after minutes. Returns how many captures are free again.
    """
    held = captures.c.read_at.is_(None) & captures.c.claimed_by.is_not(None)
    with reading(engine) as connection:
        names = connection.execute(select(captures.c.claimed_by).where(held).distinct()).scalars().all()
    dead = [name for name in names if name == worker_name() or _is_dead(name)]
    if not dead:
        return 0
    with writing(engine) as connection:
        freed = update(captures).where(held, captures.c.claimed_by.in_(dead)).values(claimed_by=None, claimed_at=None)
        return connection.execute(freed).rowcount


def _is_dead(name: str) -> bool:
    machine, _, number = name.rpartition("-")
    if machine != worker_name().rpartition("-")[0] or not number.isdecimal():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False  # somebody else's: it lives
    return _is_unburied(int(number))


def _is_unburied(number: int) -> bool:
    """Say whether a process is dead and keeps its number, because whoever started it has not asked how it ended."""
    try:
        stat = Path(f"/proc/{number}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False  # gone just now, or a system without /proc: five minutes, then
    return stat.rpartition(")")[2].split()[0] in {"Z", "X"}


def load(archive: Records, row: WaitingCapture) -> Capture:
    """Return the capture with its bytes. Raises ``ArchiveError``."""
    return Capture(
        id=row.id,
        source_id=row.source_id,
        kind=row.kind,
        url=row.url,
        fetched_at=row.fetched_at,
        status=row.status,
        media_type=row.media_type,
        charset=row.charset,
        digest=row.digest,
        body=archive.read(row.warc_file, row.warc_offset).body,
        hint_title=row.hint_title,
        hint_published=row.hint_published,
        hint_language=row.hint_language,
        item_id=row.item_id,
    )


def find(connection: Connection, ids: Sequence[int]) -> list[WaitingCapture]:
    """Return captures by number, without claiming them."""
    joined = select(captures, items.c.listing).join(items, items.c.id == captures.c.item_id)
    return [_waiting(row) for row in connection.execute(joined.where(captures.c.id.in_(ids)).order_by(captures.c.id))]


def kept_of(engine: Engine, document_id: str) -> list[WaitingCapture]:
    """Return every capture of a document's page or post whose bytes are still in the archive, newest first."""
    item = (
        select(captures.c.item_id).join(documents, documents.c.capture_id == captures.c.id).where(documents.c.id == document_id)
    )
    joined = select(captures, items.c.listing).join(items, items.c.id == captures.c.item_id)
    kept = joined.where(captures.c.item_id.in_(item), captures.c.warc_file != "").order_by(captures.c.id.desc())
    with reading(engine) as connection:
        return [_waiting(row) for row in connection.execute(kept)]


def done(connection: Connection, capture_id: int, *, outcome: Outcome, reason: str = "", at: datetime) -> None:
    """Note that a capture was read and how it ended."""
    values = {"read_at": at, "outcome": outcome.value, "reason": reason[:500], "claimed_by": None}
    connection.execute(update(captures).where(captures.c.id == capture_id).values(**values))


def release(engine: Engine, ids: Sequence[int]) -> None:
    """Give claimed captures back: the next ``waiting`` may take them."""
    with writing(engine) as connection:
        connection.execute(
            update(captures)
            .where(captures.c.id.in_(ids), captures.c.read_at.is_(None))
            .values(claimed_by=None, claimed_at=None)
        )


def quarantine(engine: Engine, row: WaitingCapture, *, reason: str) -> None:
    """Set a capture that cannot be read aside, and its item with it; ``ledger.replay`` fetches it anew."""
    at = datetime.now(UTC)
    with writing(engine) as connection:
        done(connection, row.id, outcome=Outcome.QUARANTINED, reason=reason, at=at)
        end_item(connection, row.item_id, outcome=Outcome.QUARANTINED, reason=reason, at=at)


def reopen(connection: Connection, *, source_id: int | None = None) -> int:
    """Let every capture (of one source or all) that has not expired be read anew, for a rebuild; returns how many."""
    query = update(captures).values(read_at=None, claimed_by=None, claimed_at=None, outcome=None)
    query = query.where(captures.c.warc_file != "")
    return connection.execute(query if source_id is None else query.where(captures.c.source_id == source_id)).rowcount


def read_again(connection: Connection, item_id: int) -> bool:
    """Let the last capture of an item be read anew; say whether there is one that has not expired."""
    kept = (captures.c.item_id == item_id) & (captures.c.warc_file != "")
    last = connection.execute(select(func.max(captures.c.id)).where(kept)).scalar()
    if last is None:
        return False
    fresh = {"read_at": None, "claimed_by": None, "claimed_at": None, "outcome": None, "reason": ""}
    connection.execute(update(captures).where(captures.c.id == last).values(**fresh))
    opened = {"outcome": None, "ended_at": None, "retry_at": None, "reason": "", "attempts": 0}
    connection.execute(update(items).where(items.c.id == item_id).values(**opened))
    return True


def counts(connection: Connection) -> CaptureCounts:
    """Return how many captures wait, are claimed, and were read."""
    query = select(
        func.count().filter(captures.c.read_at.is_(None) & captures.c.claimed_at.is_(None)),
        func.count().filter(captures.c.read_at.is_(None) & captures.c.claimed_at.is_not(None)),
        func.count().filter(captures.c.read_at.is_not(None)),
    ).select_from(captures)
    return CaptureCounts(*connection.execute(query).one())


def _waiting(row: Row[tuple[object, ...]]) -> WaitingCapture:
    hints = row.listing or {}
    published = hints.get("published")
    return WaitingCapture(
        id=row.id,
        item_id=row.item_id,
        source_id=row.source_id,
        kind=CaptureKind(row.kind),
        url=row.url,
        fetched_at=row.fetched_at,
        status=row.status,
        media_type=row.media_type,
        charset=row.charset,
        digest=row.digest,
        warc_file=row.warc_file,
        warc_offset=row.warc_offset,
        hint_title=hints.get("title"),
        hint_published=datetime.fromisoformat(published) if published else None,
        hint_language=hints.get("language"),
    )
