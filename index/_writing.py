"""Entries into the SQLite file and out of it; each function runs inside its caller's transaction."""

import sqlite3
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np

from index._folding import clean, fold, gram_hashes, tokens, word_hashes
from index._passages import PASSAGE_KINDS, dump_passage, is_comparable, load_passage, long_text, short_text, unit_vector
from index.base import Entry, EntryKind

_TABLES = ("entries", "contents", "passage_features", "passage_sequences", "claim_features", "entry_keys")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def instant(when: datetime) -> int:
    """Return ``when`` as microseconds since 1970, exactly."""
    return (when - _EPOCH) // _MICROSECOND


def from_instant(microseconds: int) -> datetime:
    """Return the UTC instant that `instant` counted."""
    return _EPOCH + microseconds * _MICROSECOND


def keys_of(entry: Entry) -> Iterator[tuple[str, str]]:
    """Yield the fields of ``entry`` that a query can ask for, with their folded values."""
    yield "kind", entry.kind.value
    for name, value in (
        ("lang", entry.language),
        ("source", entry.source),
        ("role", entry.role),
        ("event", entry.event),
        ("narrative", entry.narrative),
        *(("finding", finding) for finding in entry.findings),
    ):
        folded = fold(value or "")
        if folded:
            yield name, folded


def write_entries(connection: sqlite3.Connection, entries: Sequence[Entry]) -> None:
    """Add ``entries``, replacing those with the same id (of two in one batch, the later one counts)."""
    latest = {entry.id: entry for entry in entries}
    delete_entries(connection, list(latest))
    for entry in latest.values():
        _write_entry(connection, entry)


def _write_entry(connection: sqlite3.Connection, entry: Entry) -> None:
    when = (entry.published_at or entry.seen_at).astimezone(UTC)
    published = None if entry.published_at is None else instant(entry.published_at)
    values = (
        *(
            entry.id,
            entry.kind.value,
            clean(entry.language),
            clean(entry.source),
            clean(entry.role),
            entry.event,
            entry.narrative,
        ),
        *(" ".join(sorted(set(entry.findings))), instant(when), when.date().isoformat(), published, instant(entry.seen_at)),
        entry.document_id,
    )
    columns = "id, kind, language, source, role, event, narrative, findings, instant, day, published, seen, document_id"
    row = connection.execute(
        f"INSERT INTO entries ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", values
    ).lastrowid
    title, text = clean(entry.title), clean(entry.text)
    connection.execute("INSERT INTO contents VALUES (?, ?, ?, ?)", (row, title, text, dump_passage(entry.passage)))
    words = (row, " ".join(tokens(title)), " ".join(tokens(text)))
    connection.execute("INSERT INTO entry_words (rowid, title, text) VALUES (?, ?, ?)", words)
    keys = [(f"{name}:{value}", row) for name, value in keys_of(entry)]
    connection.executemany("INSERT OR IGNORE INTO entry_keys VALUES (?, ?)", keys)
    if row is not None and is_comparable(entry):
        _write_features(connection, entry, row=row)


def _write_features(connection: sqlite3.Connection, entry: Entry, *, row: int) -> None:
    short = short_text(entry)
    words = np.unique(word_hashes(tokens(short)))
    vector = unit_vector(entry.vector)
    blob = None if vector is None else vector.astype(np.float16).tobytes()
    length = _write_sequence(connection, entry, row=row) if entry.kind in PASSAGE_KINDS else 0
    features = (row, words.tobytes(), gram_hashes(fold(short)).tobytes(), blob, length)
    table = "claim_features" if entry.kind is EntryKind.CLAIM else "passage_features"
    connection.execute(f"INSERT INTO {table} VALUES (?, ?, ?, ?, ?)", features)


def _write_sequence(connection: sqlite3.Connection, entry: Entry, *, row: int) -> int:
    """Write the words of the whole article, to be searched and to be read in order; return how many they are."""
    words = tokens(clean(long_text(entry)))
    connection.execute("INSERT INTO passage_words (rowid, words) VALUES (?, ?)", (row, " ".join(words)))
    connection.execute("INSERT INTO passage_sequences VALUES (?, ?)", (row, word_hashes(words).tobytes()))
    return len(words)


def delete_entries(connection: sqlite3.Connection, ids: Sequence[str]) -> None:
    """Forget the entries with these ids; unknown ones are ignored. What readers hold in memory is told by ``removed``."""
    query = "SELECT entry, kind, title, text, passage FROM entries JOIN contents USING (entry) WHERE id = ?"
    for identifier in ids:
        row = connection.execute(query, (identifier,)).fetchone()
        if row is not None:
            _delete_entry(connection, row)


def _delete_entry(connection: sqlite3.Connection, row: tuple[int, str, str, str, str | None]) -> None:
    entry, _, title, text, passage = row
    _forget_words(connection, entry, columns={"title": title, "text": text}, table="entry_words")
    if passage is not None and connection.execute("DELETE FROM passage_features WHERE entry = ?", (entry,)).rowcount:
        words = long_text(_as_entry(row))
        _forget_words(connection, entry, columns={"words": words}, table="passage_words")
    for table in ("entries", "contents", "claim_features", "passage_sequences", "entry_keys"):
        connection.execute(f"DELETE FROM {table} WHERE entry = ?", (entry,))
    connection.execute("INSERT INTO removed (entry) VALUES (?)", (entry,))


def _forget_words(connection: sqlite3.Connection, entry: int, *, columns: dict[str, str], table: str) -> None:
    """Delete from a contentless FTS5 table, which asks for the words that were indexed."""
    names, marks = ", ".join(columns), ", ".join("?" * len(columns))
    words = [" ".join(tokens(value)) for value in columns.values()]
    connection.execute(f"INSERT INTO {table} ({table}, rowid, {names}) VALUES ('delete', ?, {marks})", (entry, *words))


def _as_entry(row: tuple[int, str, str, str, str | None]) -> Entry:
    _, kind, title, text, passage = row
    loaded = None if passage is None else load_passage(passage)
    return Entry("", EntryKind(kind), title, text, "", _EPOCH, passage=loaded)


def clear_entries(connection: sqlite3.Connection) -> None:
    """Forget everything and tell the readers by a new generation."""
    for table in (*_TABLES, "removed"):
        connection.execute(f"DELETE FROM {table}")
    for table in ("entry_words", "passage_words"):
        connection.execute(f"INSERT INTO {table} ({table}) VALUES ('delete-all')")
    connection.execute("UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE key = 'generation'")
