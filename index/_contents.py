"""Titles and texts in the SQLite file: a text lies there compressed."""

import json
import sqlite3
import zlib
from collections.abc import Iterator, Sequence

_LEAST = 120  # characters from which compressing pays
_LEVEL = 4  # a fifteenth smaller than 1, 20 µs a text more; 6 gains as little again and costs twice that


def packed_text(text: str) -> str | bytes:
    """Return ``text`` as it is stored."""
    return text if len(text) < _LEAST else zlib.compress(text.encode(), _LEVEL)


def unpacked_text(stored: str | bytes) -> str:
    """Return the text that `packed_text` made. Raises `sqlite3.DatabaseError` when it is damaged."""
    if isinstance(stored, str):
        return stored
    try:
        return zlib.decompress(stored).decode()
    except (zlib.error, UnicodeDecodeError) as error:
        raise sqlite3.DatabaseError(f"a stored text is damaged ({error})") from error


def read_contents(connection: sqlite3.Connection, entries: Sequence[int]) -> Iterator[tuple[str, str]]:
    """Yield (title, text) of the entries with these numbers, in no order."""
    query = "SELECT title, text FROM contents WHERE entry IN (SELECT value FROM json_each(?))"
    for title, text in connection.execute(query, (json.dumps(list(entries)),)):
        yield title, unpacked_text(text)
