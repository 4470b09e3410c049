"""The comparable entries of a SQLite file, read into memory when first needed and kept up with what others write."""

import sqlite3
from collections.abc import Iterator

import numpy as np

from index._postings import Comparable, Shelf

_CHUNK = 10_000


class Shelves:
    """Two shelves, of passages and of claims; each remembers how far it has read (entry numbers only grow)."""

    def __init__(self, connection: sqlite3.Connection, *, dim: int) -> None:
        self._connection = connection
        self._passages = _Reader(connection, "passage_features", dim=dim)
        self._claims = _Reader(connection, "claim_features", dim=dim)

    def passages(self) -> Shelf:
        """Return the passages as they stand in the current transaction."""
        return self._passages.current()

    def claims(self) -> Shelf:
        """Return the claims as they stand in the current transaction."""
        return self._claims.current()


class _Reader:
    def __init__(self, connection: sqlite3.Connection, table: str, *, dim: int) -> None:
        self._connection = connection
        self._table = table
        self._dim = dim
        self._shelf = Shelf(dim=dim)
        self._generation = -1
        self._read = 0
        self._removed = 0

    def current(self) -> Shelf:
        generation = int(self._connection.execute("SELECT value FROM meta WHERE key = 'generation'").fetchone()[0])
        newest = self._connection.execute("SELECT coalesce(max(seq), 0) FROM removed").fetchone()[0]
        if generation != self._generation:
            self._shelf, self._read, self._removed, self._generation = Shelf(dim=self._dim), 0, newest, generation
        for chunk in self._unread():
            self._shelf.append(chunk)
            self._read = chunk[-1].rowid
        if newest > self._removed:
            gone = self._connection.execute("SELECT entry FROM removed WHERE seq > ?", (self._removed,)).fetchall()
            self._shelf.discard(np.array(gone, dtype=np.int64).ravel())
            self._removed = newest
        return self._shelf

    def _unread(self) -> Iterator[list[Comparable]]:
        query = f"SELECT entry, words, grams, vector, length FROM {self._table} WHERE entry > ? ORDER BY entry"
        rows = self._connection.execute(query, (self._read,))
        while chunk := rows.fetchmany(_CHUNK):
            yield [_comparable(row) for row in chunk]


def _comparable(row: tuple[int, bytes, bytes, bytes | None, int]) -> Comparable:
    entry, words, grams, vector, length = row
    return Comparable(
        entry,
        np.frombuffer(words, dtype=np.uint32),
        np.frombuffer(grams, dtype=np.uint32),
        None if vector is None else np.frombuffer(vector, dtype=np.float16).astype(np.float32),
        length,
    )
