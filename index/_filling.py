"""A file that is filled with everything at once: its lists of words are merged once at the end, not over and over.

FTS5 writes what a transaction adds as a piece of its own and merges pieces of like size as it goes, so that a search looks at
few. While nobody searches, that is work for nothing.
"""

import sqlite3

# Eight pieces of like size: of four, FTS5's own number, a fifth of adding would go into merging again.
MERGE_AS_IT_GOES = "INSERT INTO entry_words (entry_words, rank) VALUES ('automerge', 8);"
_CACHE_KB = 16_384
_PAGES = 500  # written by one step of a merge: 2 MB


def put_off_merging(connection: sqlite3.Connection) -> None:
    """Merge no more as it goes; sixteen pieces of like size are merged all the same, so that nothing grows without bound."""
    connection.execute(f"PRAGMA cache_size = -{_CACHE_KB}")  # nothing that was written is read soon
    _set(connection, "automerge", 0)


def merge_some(connection: sqlite3.Connection, *, begin: bool) -> bool:
    """Do one step (the first takes all pieces together, however many there are); return whether there may be more to do."""
    before = connection.total_changes
    _set(connection, "merge", -_PAGES if begin else _PAGES)
    return connection.total_changes - before > 1  # the command itself counts as one


def merge_as_it_goes(connection: sqlite3.Connection) -> None:
    """Merge as it goes again."""
    connection.execute(MERGE_AS_IT_GOES)


def empty_log(connection: sqlite3.Connection) -> None:
    """Write what is in the log into the file and see it on the disk; where others read the log, that waits for them."""
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()


def _set(connection: sqlite3.Connection, name: str, value: int) -> None:
    connection.execute("INSERT INTO entry_words (entry_words, rank) VALUES (?, ?)", (name, value))
