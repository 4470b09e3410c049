"""Whether the SQLite file of an index is damaged: quickly at each start, wholly when somebody asks.

A small file is checked as a whole when it is opened. Of a large one that would take minutes: there the length is compared with
what the header says, and a sample of places is read, whose texts carry checksums. What a sample misses is named when it is met.
"""

import sqlite3
from pathlib import Path

import numpy as np

from index._contents import unpacked_text
from index._vocabulary import unpacked_words

_WHOLE = 64 * 1024 * 1024  # bytes of a file that is checked wholly at each start: some tenths of a second
_PLACES = 48


def require_sound(connection: sqlite3.Connection, path: Path) -> None:
    """Raise `sqlite3.DatabaseError` when a look at the file says that it is damaged."""
    _require_length(path)
    if path.stat().st_size <= _WHOLE:
        _require_structure(connection)
    else:
        _require_places(connection)


def require_whole(connection: sqlite3.Connection, path: Path) -> None:
    """Raise `sqlite3.DatabaseError` when the whole file, read from beginning to end, is damaged."""
    _require_length(path)
    _require_structure(connection)
    for (text,) in connection.execute("SELECT text FROM contents"):
        unpacked_text(text)
    for (words,) in connection.execute("SELECT words FROM vocabulary"):
        unpacked_words(words)
    connection.execute("INSERT INTO entry_words (entry_words) VALUES ('integrity-check')")


def _require_length(path: Path) -> None:
    """Compare the length with the header: a copy that was cut off is found at once. Pages may still wait in the -wal file."""
    with path.open("rb") as file:
        header = file.read(100)
    if len(header) < 100 or path.with_name(path.name + "-wal").exists():
        return
    size = int.from_bytes(header[16:18], "big") or 1
    pages = int.from_bytes(header[28:32], "big")
    length = path.stat().st_size
    if header[24:28] == header[92:96] and length < pages * (65_536 if size == 1 else size):
        raise sqlite3.DatabaseError(f"the file is cut off after {length} bytes")


def _require_structure(connection: sqlite3.Connection) -> None:
    found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise sqlite3.DatabaseError(" ".join(str(found).split()))


def _require_places(connection: sqlite3.Connection) -> None:
    """Read what lies at places chosen anew at each start, in the tables that fill the file."""
    dice = np.random.default_rng()
    last = connection.execute("SELECT coalesce(max(entry), 0) FROM entries").fetchone()[0]
    for entry in dice.integers(1, last + 1, _PLACES).tolist():
        row = connection.execute("SELECT entry, text FROM contents WHERE entry >= ? LIMIT 1", (entry,)).fetchone()
        if row is not None:
            unpacked_text(row[1])
            connection.execute("SELECT * FROM entries WHERE entry = ?", (row[0],)).fetchone()
    low, high = connection.execute("SELECT min(id), max(id) FROM entry_words_data").fetchone()
    for place in dice.uniform(low, high, _PLACES).tolist():
        connection.execute("SELECT length(block) FROM entry_words_data WHERE id >= ? LIMIT 1", (int(place),)).fetchone()
