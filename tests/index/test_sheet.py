"""Rows laid end to end for one statement come out as they were put in."""

import sqlite3
from contextlib import closing

from index._sheet import Sheet, Value


def test_every_kind_of_value_comes_back() -> None:
    rows: list[tuple[Value, ...]] = [
        (1, "dam", b"\0\xff", "text"),
        (-(2**62), "", b"", b"\0blob"),
        (None, "đập \0 ﷺ 𐍈", None, ""),
        (0, None, b"x" * 70_000, None),
    ]
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE kept (number INTEGER, title TEXT, packed BLOB, stored ANY)")
        sheet = Sheet("kept", number="number", title="text", packed="blob", stored="either")
        sheet.insert(connection)
        for row in rows:
            sheet.put(*row)
        sheet.insert(connection)
        assert connection.execute("SELECT * FROM kept ORDER BY rowid").fetchall() == rows
