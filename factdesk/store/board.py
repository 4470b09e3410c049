"""Keeps the flags of a store in memory: what the queue filters, groups and counts on every page view.

They are read again when the database says that something was written. A desk may let them lag a little behind what is
collected, so that nobody waits while they are read; decisions are never late, because they alone are asked for on every view.
"""

import threading
import time
from collections.abc import Callable
from functools import partial
from weakref import WeakKeyDictionary

import structlog
from sqlalchemy import Connection, Engine

from factdesk.errors import StoreError
from factdesk.store.board_reading import FLAGS, OPEN, Decided, decided, read, with_decisions
from factdesk.store.database import reading
from factdesk.store.flags import Board

__all__ = ["FLAGS", "OPEN", "board_of"]

_log = structlog.get_logger("factdesk.store")
_REST = 20.0  # what took a second to read is read again after so many seconds at the earliest


class _Keeper:
    """The board of one store with what it was read from; everything here is touched under ``lock``."""

    def __init__(self, engine: Engine) -> None:
        self.lock = threading.Lock()
        self.board: Board | None = None
        self.version: object = None
        self.decided = Decided(0, 0, ())
        self.read_at = -1e9
        self.took_s = 0.0
        self.reads = False
        self.ask = _version_asker(engine)

    def fresh(self, connection: Connection) -> Board:
        """Return the board as the store is now."""
        version = self.ask()  # before the first look at the tables: what is written in between is read again
        now = decided(connection)
        if self.board is None or version != self.version or now != self.decided:
            begun = time.monotonic()
            self.keep(read(connection), version, now)
            self.took_s = time.monotonic() - begun
        self.read_at = time.monotonic()
        return self.board or read(connection)

    def keep(self, board: Board, version: object, now: Decided) -> None:
        """Take what was read."""
        self.board, self.version, self.decided = board, version, now

    def late(self, connection: Connection, board: Board) -> Board:
        """Return the board as it was read, with the newest decisions."""
        now = decided(connection)
        if now != self.decided:
            board = with_decisions(connection, board, before=self.decided, now=now)
            self.keep(board, self.version, now)
        return board


_KEPT: WeakKeyDictionary[Engine, _Keeper] = WeakKeyDictionary()
_KEPT_LOCK = threading.Lock()


def board_of(engine: Engine, *, stale_s: float = 0.0) -> Board:
    """Return the flags of a store, decisions always the newest.

    ``stale_s`` lets the rest be so many seconds older than the last write, or forty times as old as reading takes where that
    is longer: from half of it on a thread reads anew, and nobody waits.
    """
    with _KEPT_LOCK:
        keeper = _KEPT.get(engine) or _KEPT.setdefault(engine, _Keeper(engine))
    with keeper.lock, reading(engine) as connection:
        age, rest = time.monotonic() - keeper.read_at, max(stale_s / 2, _REST * keeper.took_s)
        if keeper.board is None or not stale_s or age >= 2 * rest:
            return keeper.fresh(connection)
        if age >= rest and not keeper.reads:
            _read_aside(engine, keeper)
        return keeper.late(connection, keeper.board)


def _read_aside(engine: Engine, keeper: _Keeper) -> None:
    """Let a thread read the flags anew if anything was written since."""
    version = keeper.ask()
    if version == keeper.version:
        keeper.read_at = time.monotonic()
        return
    keeper.reads = True
    threading.Thread(target=_read_anew, args=(engine, keeper, version), name="board", daemon=True).start()


def _read_anew(engine: Engine, keeper: _Keeper, version: object) -> None:
    begun = time.monotonic()
    try:
        with reading(engine) as connection:
            now = decided(connection)
            board = read(connection)
        with keeper.lock:
            keeper.keep(board, version, now)
            keeper.took_s, keeper.read_at = time.monotonic() - begun, time.monotonic()
    except StoreError as error:  # whoever asks when the flags are too old is told
        _log.warning("the flags could not be read", why=str(error))
    finally:
        keeper.reads = False


def _version_asker(engine: Engine) -> Callable[[], object]:
    """Return what asks a database for a value that changes with every write of anybody."""
    if engine.dialect.name != "sqlite":
        return partial(_snapshot, engine)
    # compared on one connection only, which must not write: https://www.sqlite.org/pragma.html#pragma_data_version
    watcher = engine.dialect.connect(*engine.dialect.create_connect_args(engine.url)[0], check_same_thread=False)
    return partial(_data_version, watcher)


def _data_version(watcher: object) -> object:
    return watcher.execute("PRAGMA data_version").fetchone()[0]  # type: ignore[attr-defined] # the driver's own connection


def _snapshot(engine: Engine) -> object:
    with reading(engine) as connection:
        return connection.exec_driver_sql("SELECT pg_snapshot_xmax(pg_current_snapshot())::text").scalar()
