"""Rows for one table, inserted by one statement: while SQLite is at it, Python is free to prepare the next ones.

A row inserted by ``executemany`` costs a hand-over of the interpreter's lock each, and beside a busy thread each hand-over
waits for that thread's turn to end (5 ms). So texts and blobs are laid end to end in one, and the rows say where each lies.
"""

import json
import sqlite3
from typing import Final

Value = int | str | bytes | None
_WRITTEN: Final = {
    "number": "value ->> {0}",
    "text": "CAST(substr(?1, value ->> {0}, value ->> {1}) AS TEXT)",
    "blob": "substr(?1, value ->> {0}, value ->> {1})",
    "either": (
        "iif(value ->> {2}, CAST(substr(?1, value ->> {0}, value ->> {1}) AS TEXT), substr(?1, value ->> {0}, value ->> {1}))"
    ),
}
_CELLS: Final = {"number": 1, "text": 2, "blob": 2, "either": 3}


class Sheet:
    """Rows of one table; ``kinds`` names, for each of its ``columns``, number, text, blob or either (a text or a blob)."""

    def __init__(self, table: str, **columns: str) -> None:
        """Begin a sheet for ``table``."""
        self._table = table
        self._columns = columns
        self._rows: list[list[int | None]] = []
        self._parts: list[bytes] = []
        self._size = 0

    def put(self, *values: Value) -> None:
        """Add a row."""
        row: list[int | None] = []
        for kind, value in zip(self._columns.values(), values, strict=True):
            if isinstance(value, str | bytes):
                row += self._laid(value)
                row += [isinstance(value, str)] if kind == "either" else []
            else:
                row += [value] if kind == "number" else [None] * _CELLS[kind]
        self._rows.append(row)

    def insert(self, connection: sqlite3.Connection) -> None:
        """Insert all rows, in their order."""
        if self._rows:
            connection.execute(self._statement(), (b"".join(self._parts), json.dumps(self._rows)))

    def _laid(self, value: str | bytes) -> list[int | None]:
        stored = value.encode() if isinstance(value, str) else value
        self._parts.append(stored)
        self._size += len(stored)
        return [self._size - len(stored) + 1, len(stored)]

    def _statement(self) -> str:
        at, written = 0, []
        for kind in self._columns.values():
            written.append(_WRITTEN[kind].format(*range(at, at + 3)))
            at += _CELLS[kind]
        return f"INSERT INTO {self._table} ({', '.join(self._columns)}) SELECT {', '.join(written)} FROM json_each(?2)"
