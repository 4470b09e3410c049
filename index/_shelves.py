"""The comparable entries of a SQLite file: segments kept beside it and mapped into memory, and what came since."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from index._segment import MOST_POSTINGS, Comparable, Segment, can_join, joined
from index._shelf import Shelf
from index._sidecar import Kept, Sidecar
from index._vectors import unpack

_CHUNK = 4_096


def folder_of(path: Path) -> Path:
    """Return the folder beside the index file ``path`` that keeps its segments."""
    return path.with_name(f"{path.name}.segments")


class Shelves:
    """Two shelves, of passages and of claims; each remembers how far it has read (entry numbers only grow)."""

    def __init__(self, connection: sqlite3.Connection, path: Path, *, dim: int) -> None:
        self._passages = _Reader(connection, "passage_features", path=path, dim=dim)
        self._claims = _Reader(connection, "claim_features", path=path, dim=dim)

    def passages(self) -> Shelf:
        """Return the passages as they stand in the current transaction."""
        return self._passages.current()

    def claims(self) -> Shelf:
        """Return the claims as they stand in the current transaction."""
        return self._claims.current()

    def damaged(self) -> list[Path]:
        """Return the files of segments that are not as they were written; every one is read as a whole."""
        return [*self._passages.damaged(), *self._claims.damaged()]


class _Reader:
    def __init__(self, connection: sqlite3.Connection, table: str, *, path: Path, dim: int) -> None:
        self._connection = connection
        self._table = table
        self._folder = folder_of(path)
        self._dim = dim
        self._identity = ""
        self._sidecar = Sidecar(self._folder, table, identity="")
        self._stamp = (-1, -1)
        self._kept: list[tuple[Kept, Segment]] = []
        self._tail: list[Segment] = []
        self._read = 0
        self._removed = 0
        self._patience = _CHUNK
        self._shelf = Shelf([])

    def current(self) -> Shelf:
        self._look()
        self._discard()
        if self._read_on():
            self._shelf = Shelf([*(segment for _, segment in self._kept), *self._tail])
        return self._shelf

    def damaged(self) -> Iterator[Path]:
        self._look()
        return self._sidecar.damaged()

    def _look(self) -> None:
        """Begin again when the file was emptied or replaced, or when another process has kept more segments."""
        rows = self._connection.execute("SELECT value FROM meta WHERE key IN ('format', 'generation', 'identity') ORDER BY key")
        identity = ";".join(row[0] for row in rows)
        if identity != self._identity:
            self._identity, self._stamp = identity, (-1, -1)
            self._sidecar = Sidecar(self._folder, self._table, identity=identity)
        stamp = self._sidecar.stamp
        if stamp != self._stamp:
            self._stamp, self._kept, self._tail = stamp, self._sidecar.load(), []
            self._read = self._kept[-1][0].entry if self._kept else 0
            self._removed = min((kept.removed for kept, _ in self._kept), default=self._newest_removal())
            self._shelf = Shelf([segment for _, segment in self._kept])

    def _newest_removal(self) -> int:
        return int(self._connection.execute("SELECT coalesce(max(seq), 0) FROM removed").fetchone()[0])

    def _discard(self) -> None:
        newest = self._newest_removal()
        if newest > self._removed:
            gone = self._connection.execute("SELECT entry FROM removed WHERE seq > ?", (self._removed,)).fetchall()
            self._shelf.discard(np.array(gone, dtype=np.int64).ravel())
            self._removed = newest

    def _read_on(self) -> bool:
        before = self._read
        for chunk in self._unread():
            self._tail.append(Segment.of(chunk, dim=self._dim))
            _join(self._tail)
            self._read = chunk[-1].rowid
            if self._tail[0].postings > MOST_POSTINGS // 2:
                self._keep()
        if sum(len(one) for one in self._tail) >= self._patience:
            self._keep()
        return self._read != before

    def _unread(self) -> Iterator[list[Comparable]]:
        query = f"SELECT entry, words, grams, article, vector FROM {self._table} WHERE entry > ? ORDER BY entry"
        rows = self._connection.execute(query, (self._read,))
        while chunk := rows.fetchmany(_CHUNK):
            yield [_comparable(row) for row in chunk]

    def _keep(self) -> None:
        """Write what was read to the folder, unless another process is at it; where that fails, memory serves."""
        with self._sidecar.adding() as mine:
            if not mine or self._sidecar.stamp != self._stamp:
                self._patience += _CHUNK
                return
            try:
                for segment in self._tail:
                    self._keep_one(segment)
                self._patience, self._tail = _CHUNK, []
                self._stamp = self._sidecar.stamp
            except OSError:
                self._patience, self._stamp = 2 * self._patience, (-1, -1)

    def _keep_one(self, segment: Segment) -> None:
        before, entry = list(self._kept), int(segment.rowids[-1])
        while before and can_join(before[-1][1], segment):
            segment = joined(before.pop()[1], segment)
        self._kept = self._sidecar.replace(before, segment, entry=entry, removed=self._removed)


def _join(segments: list[Segment]) -> None:
    while len(segments) > 1 and can_join(segments[-2], segments[-1]):
        newer, older = segments.pop(), segments.pop()
        segments.append(joined(older, newer))


def _comparable(row: tuple[int, bytes, bytes, bytes, bytes | None]) -> Comparable:
    entry, words, grams, article, vector = row
    sets = [np.frombuffer(one, dtype=np.uint32) for one in (words, grams, article)]
    code, step = (None, 0.0) if vector is None else unpack(vector)
    return Comparable(entry, sets[0], sets[1], article=sets[2], code=code, step=step)
