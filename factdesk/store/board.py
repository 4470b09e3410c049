"""All flags of the desk as columns in memory: what the queue filters, groups and counts on every page view.

A database groups a few thousand flags in a tenth of a second, seven times a page; columns do it in a millisecond. They are
read again when the database says that something was written; a desk may let them be a little older than that, except for
decisions, which are always the newest.
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import BigInteger, Connection, Engine, Select, cast, func, select

from factdesk.store.database import reading
from factdesk.store.reviews import newest_reviews
from factdesk.store.shared_work import story_key
from factdesk.store.tables import claims, documents, findings, reviews
from factdesk.store.tables_work import assignments, harms, undone

OPEN = "open"
FLAGS = ("repeats", "distorts")
_Codes = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Coded:
    """A column of words: ``codes`` point into ``values``, which are sorted; ``None`` stands for nothing."""

    values: tuple[str | int | None, ...]
    codes: _Codes

    def code(self, value: str | int) -> int:
        """Return the code of a value, -1 for one that no row has."""
        return self.values.index(value) if value in self.values else -1


@dataclass(frozen=True, slots=True)
class Board:
    """The flags, one row each, in the order of their probability (surest first)."""

    ids: tuple[str, ...]
    columns: dict[str, Coded]
    probability: NDArray[np.float64]
    spread: NDArray[np.int64]
    harm: NDArray[np.float64]
    found_at: NDArray[np.float64]
    subjects: tuple[str, ...]


class Group(NamedTuple):
    """A story among chosen rows: its flags (places on the board, surest first) and what it is ordered by."""

    rows: _Codes
    sightings: int
    spread: int
    priority: float


def every(board: Board) -> NDArray[np.bool_]:
    """Return the choice of all rows."""
    return np.ones(len(board.ids), dtype=np.bool_)


def equal(board: Board, name: str, value: str | int | None) -> NDArray[np.bool_]:
    """Return the choice of the rows whose column ``name`` has ``value``."""
    column = board.columns[name]
    places = [place for place, known in enumerate(column.values) if known == value]
    return np.equal(column.codes, places[0] if places else -1)


def counts(board: Board, name: str, chosen: NDArray[np.bool_]) -> list[tuple[str | int | None, int]]:
    """Return how many of the chosen rows have each value of a column, also those that none has."""
    column = board.columns[name]
    found = np.bincount(column.codes[chosen], minlength=len(column.values))
    return list(zip(column.values, found.tolist(), strict=True))


def groups(board: Board, chosen: NDArray[np.bool_], *, teach: bool = False, since: datetime | None = None) -> "Stories":
    """Return the stories of the chosen rows, first by spread x harm x probability, or by how much they would teach.

    With ``since`` only those are returned of which nothing was found before.
    """
    places = np.flatnonzero(chosen)
    story = board.columns["story"].codes[places]
    size = len(board.columns["story"].values)
    sightings = np.bincount(story, minlength=size).astype(np.int64)
    spread = np.bincount(story, weights=board.spread[places], minlength=size).astype(np.float64)
    harm, sure = np.zeros(size), np.zeros(size)
    first, doubt = np.full(size, np.inf), np.full(size, np.inf)
    np.maximum.at(harm, story, board.harm[places])
    np.maximum.at(sure, story, board.probability[places])
    np.minimum.at(first, story, board.found_at[places])
    np.minimum.at(doubt, story, np.abs(board.probability[places] - 0.5))
    priority = spread * harm * sure
    there = np.flatnonzero((sightings > 0) & (first > since.timestamp() if since else True))
    keys = (there, -priority[there], doubt[there]) if teach else (there, -priority[there])
    return Stories(board, places, story, order=there[np.lexsort(keys)], figures=(sightings, spread, priority))


@dataclass(frozen=True, slots=True)
class Stories:
    """Stories in their order; a slice of them is worked out when it is asked for."""

    board: Board
    places: _Codes
    story: _Codes
    order: _Codes
    figures: tuple[_Codes, NDArray[np.float64], NDArray[np.float64]]

    @property
    def total(self) -> int:
        """How many there are."""
        return len(self.order)

    def some(self, limit: int, *, offset: int = 0) -> list[Group]:
        """Return ``limit`` of them from ``offset`` on."""
        sightings, spread, priority = self.figures
        return [
            Group(self.places[self.story == one], int(sightings[one]), int(spread[one]), float(priority[one]))
            for one in self.order[offset : offset + limit].tolist()
        ]


class _Keeper:
    """The board of one store with what it was read from."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.board: Board | None = None
        self.version: object = None
        self.decided: object = None
        self.read_at = -1e9
        self.ask: Callable[[], object] | None = None


_KEPT: WeakKeyDictionary[Engine, _Keeper] = WeakKeyDictionary()
_KEPT_LOCK = threading.Lock()


def board_of(engine: Engine, *, stale_s: float = 0.0) -> Board:
    """Return the flags of a store; ``stale_s`` lets them be so many seconds older than the last write, decisions excepted."""
    with _KEPT_LOCK:
        keeper = _KEPT.setdefault(engine, _Keeper())
    with keeper.lock, reading(engine) as connection:
        if keeper.ask is None:
            keeper.ask = _version_asker(engine)
        decided = _decisions(connection)
        fresh = keeper.decided == decided and time.monotonic() - keeper.read_at < stale_s
        if keeper.board is not None and fresh:
            return keeper.board
        version = keeper.ask()
        if keeper.board is None or version != keeper.version or decided != keeper.decided:
            keeper.board = _read(connection)
            keeper.version, keeper.decided = version, decided
        keeper.read_at = time.monotonic()
        return keeper.board


def _decisions(connection: Connection) -> object:
    """Return what changes with every decision, every one that is taken back and every story that is given to somebody."""
    newest = select(func.max(reviews.c.id)).scalar_subquery()
    back = select(func.count()).select_from(undone).scalar_subquery()
    given = select(func.count()).select_from(assignments).scalar_subquery()
    last = select(func.max(assignments.c.at)).scalar_subquery()
    return tuple(connection.execute(select(newest, back, given, last)).one())


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


def _asked() -> Select[tuple[object, ...]]:
    newest = newest_reviews()
    copies = (
        select(documents.c.duplicate_of.label("first"), func.count().label("copies"))
        .where(documents.c.duplicate_of.is_not(None))
        .group_by(documents.c.duplicate_of)
        .subquery()
    )
    public = cast(documents.c.replies, BigInteger) + documents.c.shares + documents.c.likes
    return (
        select(
            findings.c.id,
            findings.c.kind,
            findings.c.probability,
            findings.c.found_at,
            story_key().label("story"),
            claims.c.narrative_id,
            claims.c.language,
            documents.c.source_id,
            documents.c.event,
            func.coalesce(newest.c.decision, OPEN).label("state"),
            (1 + func.coalesce(copies.c.copies, 0) + public).label("spread"),
            func.coalesce(harms.c.weight, 1.0).label("harm"),
            func.coalesce(harms.c.subject, "").label("subject"),
            assignments.c.user_id.label("assignee"),
        )
        .join(claims, claims.c.id == findings.c.claim_id)
        .join(documents, documents.c.id == findings.c.document_id)
        .outerjoin(newest, newest.c.finding_id == findings.c.id)
        .outerjoin(copies, copies.c.first == documents.c.id)
        .outerjoin(harms, harms.c.finding_id == findings.c.id)
        .outerjoin(assignments, assignments.c.story == story_key())
        .where(findings.c.kind.in_(FLAGS))
        .order_by(findings.c.probability.desc(), findings.c.id)
    )


def _read(connection: Connection) -> Board:
    rows = connection.execute(_asked()).all()
    names = ("kind", "story", "narrative_id", "language", "source_id", "event", "state", "assignee")
    return Board(
        ids=tuple(row.id for row in rows),
        columns={name: _coded([getattr(row, name) for row in rows]) for name in names},
        probability=np.array([row.probability for row in rows], dtype=np.float64),
        spread=np.array([row.spread for row in rows], dtype=np.int64),
        harm=np.array([row.harm for row in rows], dtype=np.float64),
        found_at=np.array([row.found_at.timestamp() for row in rows], dtype=np.float64),
        subjects=tuple(row.subject for row in rows),
    )


def _coded(told: Sequence[str | int | None]) -> Coded:
    values = sorted(set(told), key=lambda value: (value is None, value if value is not None else 0))
    places = {value: place for place, value in enumerate(values)}
    return Coded(tuple(values), np.array([places[value] for value in told], dtype=np.int64))
