"""Deletes raw captures that are old and that no statement cites: a page's byline is kept no longer than it is needed.

A file of the archive goes as a whole. What a statement cites is first copied to a new file and brought onto the disk, then
the store names its new place, then the old file is deleted: a crash between two steps loses nothing, and the next run ends it.
"""

import fcntl
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from sqlalchemy import Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection

from crawlers._archive import Archive, Location, sync_folder
from crawlers._archive_scan import Member, at_rest, raw, scan
from factdesk.errors import ArchiveError
from factdesk.settings import Settings
from factdesk.store import archived
from factdesk.store.archived import Held
from factdesk.store.database import open_store, reading, writing

_log = structlog.get_logger("factdesk.expiry")


@dataclass(frozen=True, slots=True)
class Expired:
    """What a run did: ``files`` deleted, ``records`` gone with them, ``kept`` ones moved because a statement cites them."""

    files: int = 0
    records: int = 0
    kept: int = 0


def expire(settings: Settings, *, now: datetime, stopped: Callable[[], bool] = lambda: False) -> Expired:
    """Delete what is older than ``collector.keep_days`` days at ``now``; ``stopped`` is asked before each file.

    A file stays while somebody writes to it, while one of its captures waits for the reader, while one of its records is
    younger, and when all in it is cited. Raises ``StoreError``, and ``ArchiveError`` when the disk refuses or another run
    is under way.
    """
    if not settings.archive.is_dir():
        return Expired()
    engine = _durable(open_store(settings.store))
    try:
        with _alone(settings.archive):
            return _Run(engine, settings.archive, now - timedelta(days=settings.collector.keep_days)).through(stopped)
    except OSError as error:
        raise ArchiveError(
            f"The archive {settings.archive} cannot be changed: {error.strerror}.", remedy="Check its disk and permissions."
        ) from error
    finally:
        engine.dispose()


class _Run:
    """One pass over the archive; everything that is kept goes into files of its own."""

    def __init__(self, engine: Engine, folder: Path, before: datetime) -> None:
        self._engine = engine
        self._folder = folder
        self._before = before
        self._archive = Archive(folder)

    def through(self, stopped: Callable[[], bool]) -> Expired:
        with reading(self._engine) as connection:
            newest = archived.newest_by_file(connection)
        done = Expired()
        try:
            for path in self._archive.files():
                if stopped():
                    break
                if newest.get(path.name, self._before) <= self._before:
                    one = self._file(path)
                    done = Expired(done.files + one.files, done.records + one.records, done.kept + one.kept)
        finally:
            self._archive.close()
        return done

    def _file(self, path: Path) -> Expired:
        with at_rest(path) as free:
            if not free:
                return Expired()
            try:
                return self._take(path)
            except ArchiveError as error:
                _log.warning("a file was left as it is", file=path.name, why=str(error))
                return Expired()

    def _take(self, path: Path) -> Expired:
        members, whole = scan(path)
        with reading(self._engine) as connection:
            held = archived.held(connection, path.name)
        if not self._is_due(members, held, whole=whole):
            return Expired()
        places = self._copied(path, members, held)
        with writing(self._engine) as connection:
            archived.keep_citations(connection)
            if archived.held(connection, path.name) != held:  # cited or opened again meanwhile: the next run looks anew
                return Expired()
            archived.move(
                connection, {one.id: (places[one.offset].file, places[one.offset].offset) for one in held if one.cited}
            )
            archived.forget(connection, [one.id for one in held if not one.cited])
        path.unlink()
        sync_folder(self._folder)
        return Expired(1, sum(not one.cited for one in held), sum(one.cited for one in held))

    def _is_due(self, members: Sequence[Member], held: Sequence[Held], *, whole: bool) -> bool:
        """Say whether all is old and read, and something in it is not cited."""
        times = [member.made_at for member in members] + [one.fetched_at for one in held]
        if not times or max(times) > self._before or not all(one.read for one in held):
            return False
        cited = {one.offset for one in held if one.cited}
        return not whole or any(member.offset not in cited for member in members)

    def _copied(self, path: Path, members: Sequence[Member], held: Sequence[Held]) -> dict[int, Location]:
        """Copy the cited records, bring them onto the disk and read them back. Raises ``ArchiveError`` for a damaged one."""
        by_offset = {member.offset: member for member in members}
        places: dict[int, Location] = {}
        for offset in sorted({one.offset for one in held if one.cited}):
            if (member := by_offset.get(offset)) is None:
                raise ArchiveError(f"{path.name}:{offset} lies behind damage.", remedy="Restore the archive.")
            places[offset] = self._archive.append_raw(raw(path, member))
        self._archive.sync()
        for offset, place in places.items():
            if self._archive.read(place.file, place.offset) != self._archive.read(path.name, offset):
                raise ArchiveError(f"{path.name}:{offset} did not copy.", remedy="Check the disk.")
        sync_folder(self._folder)
        return places


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep a second run out. Raises ``ArchiveError``."""
    with (folder / "expiry.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ArchiveError("Captures are being expired already.", remedy="Wait for the other run to end.") from error
        yield


def _durable(engine: Engine) -> Engine:
    """On SQLite, have each commit on the disk before a file is deleted; otherwise a power cut could undo the commit alone."""

    def prepare(connection: DBAPIConnection, *_: object) -> None:
        if isinstance(connection, sqlite3.Connection):
            connection.execute("PRAGMA synchronous=FULL")

    event.listen(engine, "checkout", prepare)
    return engine
