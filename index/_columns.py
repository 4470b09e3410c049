"""The fields of all entries of a SQLite file as arrays in memory, by entry number: a million entries take some 50 MB.

Entries never change (a replaced one gets a new number), so that what was read once stays true; what others wrote since and what
they removed is read at the next use. Full blocks of entries are also stored as one value each (`index._blocks`), read at once.
"""

import sqlite3
import zlib

import numpy as np
from numpy.typing import NDArray

from index._folding import fold

BLOCK = 65_536
NAMED = ("kind", "language", "source", "role", "event", "narrative")
"""Fields whose values are numbered in the table ``names``; 0 is no value."""
_NUMBERS = ("findings", "instant", "seen", "reach")
COLUMNS = (*NAMED, *_NUMBERS)
_SELECT = f"SELECT entry, {', '.join(COLUMNS)} FROM entries WHERE entry BETWEEN ? AND ? ORDER BY entry"
_LAST = 2**63 - 1
_CHUNK = 20_000
_TYPES = {"kind": "u1", "role": "u1", "language": "u2", "findings": "i8", "instant": "i8", "seen": "i8", "reach": "i8"}
Mask = NDArray[np.bool_]


class Names:
    """The values of one field by their number, as they are and folded."""

    def __init__(self) -> None:
        self.values: list[str] = [""]
        self._folded: list[str] = [""]
        self._numbers: dict[str, int] = {"": 0}

    def put(self, number: int, value: str) -> None:
        """Note that ``value`` has ``number``; numbers come without gaps."""
        self.values.append(value)
        self._folded.append(fold(value))
        self._numbers[value] = number

    def number(self, value: str) -> int | None:
        """Return the number of ``value``, ``None`` when no entry has had it."""
        return self._numbers.get(value)

    def like(self, folded: str, *, prefix: bool) -> list[int]:
        """Return the numbers of the values that fold to ``folded``, or begin so."""
        if prefix:
            return [number for number, value in enumerate(self._folded) if number and value.startswith(folded)]
        return [number for number, value in enumerate(self._folded) if number and value == folded]


class Columns:
    """Arrays of `COLUMNS`, and which entries are there, by entry number."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._generation = -1
        self._reset()

    def _reset(self) -> None:
        self.size = 1  # no entry has number 0
        self.names = {name: Names() for name in (*NAMED, "finding")}
        self._arrays = {name: np.zeros(1, dtype=_TYPES.get(name, "i4")) for name in COLUMNS}
        self._alive = np.zeros(1, dtype=np.bool_)
        self._named = 0
        self._removed = 0

    @property
    def generation(self) -> int:
        """Return what changes when everything was forgotten."""
        return self._generation

    @property
    def alive(self) -> Mask:
        """Return which entries are there; not to be written to."""
        return self._alive[: self.size]

    def column(self, name: str) -> NDArray[np.int64]:
        """Return a column (of its own integer type); not to be written to."""
        return self._arrays[name][: self.size]

    def refresh(self) -> None:
        """Read what was written and removed since, as the present transaction sees it."""
        generation = int(self._connection.execute("SELECT value FROM meta WHERE key = 'generation'").fetchone()[0])
        if generation != self._generation:
            self._reset()
            self._generation = generation
        names = self._connection.execute("SELECT rowid, field, number, value FROM names WHERE rowid > ?", (self._named,))
        for self._named, field, number, value in names:
            self.names[field].put(number, value)
        self._read_blocks()
        self._read_rows(_LAST)
        gone = self._connection.execute(
            "SELECT seq, entry FROM removed WHERE seq > ? ORDER BY seq", (self._removed,)
        ).fetchall()
        if gone:
            told = np.array(gone, dtype=np.int64)
            self._removed = int(told[-1, 0])
            self._alive[told[told[:, 1] < self.size, 1]] = False

    def _read_blocks(self) -> None:
        first = -(-self.size // BLOCK) if self.size > 1 else 0
        blocks = self._connection.execute("SELECT columns FROM blocks WHERE block >= ? ORDER BY block", (first,)).fetchall()
        if blocks:
            self._read_rows(first * BLOCK - 1)  # of a block that was read in part before it was sealed
        for (packed,) in blocks:
            self._append(np.frombuffer(zlib.decompress(packed), dtype=np.int64).reshape(-1, len(COLUMNS) + 1))

    def _read_rows(self, last: int) -> None:
        rows = self._connection.execute(_SELECT, (self.size, last))
        while chunk := rows.fetchmany(_CHUNK):
            self._append(np.array(chunk, dtype=np.int64))

    def _append(self, rows: NDArray[np.int64]) -> None:
        if not len(rows):
            return
        entries = rows[:, 0]
        self.size = int(entries[-1]) + 1
        if self.size > len(self._alive):
            self._grow(max(self.size, 2 * len(self._alive)))
        self._alive[entries] = True
        for at, name in enumerate(COLUMNS, start=1):
            self._arrays[name][entries] = rows[:, at]

    def _grow(self, room: int) -> None:
        self._alive = np.concatenate([self._alive, np.zeros(room - len(self._alive), dtype=np.bool_)])
        for name, old in self._arrays.items():
            self._arrays[name] = np.concatenate([old, np.zeros(room - len(old), dtype=old.dtype)])
