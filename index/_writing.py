"""Entries into the SQLite file and out of it; each function runs inside its caller's transaction."""

import json
import sqlite3
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from index._contents import packed_text, unpacked_text
from index._fields import instant
from index._folding import clean, fold, gram_hashes, tokens, word_hashes
from index._passages import PASSAGE_KINDS, dump_passage, is_comparable, long_text, short_text, unit_vector
from index._vectors import pack
from index._vocabulary import Vocabulary
from index.base import Entry, EntryKind

_TABLES = (
    "entries",
    "contents",
    "passage_features",
    "claim_features",
    "names",
    "blocks",
    "common",
    "vocabulary",
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_FINDINGS = 62  # they are bits of one number
_MANY = 64
_PIECE = 32
_AHEAD = 4


def write_entries(connection: sqlite3.Connection, entries: Sequence[Entry], *, vocabulary: Vocabulary) -> None:
    """Add ``entries``, replacing those with the same id (of two in one batch, the later one counts)."""
    latest = {entry.id: entry for entry in entries}
    delete_entries(connection, list(latest))
    numbers, learned = _Numbers(connection), set[str]()
    first = _next_entry(connection)
    for row, prepared in enumerate(_prepared(list(latest.values())), start=first):
        _write_entry(connection, prepared, row=row, numbers=numbers)
        learned |= prepared.distinct
    vocabulary.learn(learned)


@dataclass(frozen=True, slots=True)
class _Prepared:
    """An entry with what is made of its words before the file is touched."""

    entry: Entry
    title: str
    packed: str | bytes
    title_words: str
    words: str
    distinct: frozenset[str]


def _prepared(entries: list[Entry]) -> Iterator[_Prepared]:
    """Yield entries with their words; of many, a thread folds the next ones while SQLite writes the last ones."""
    if len(entries) < _MANY:
        yield from map(_prepare, entries)
        return
    with ThreadPoolExecutor(max_workers=1) as ahead:
        pieces = [entries[start : start + _PIECE] for start in range(0, len(entries), _PIECE)]
        waiting = deque(ahead.submit(lambda piece: [*map(_prepare, piece)], piece) for piece in pieces[:_AHEAD])
        for following in (*pieces[_AHEAD:], *([None] * min(_AHEAD, len(pieces)))):
            yield from waiting.popleft().result()
            if following is not None:
                waiting.append(ahead.submit(lambda piece: [*map(_prepare, piece)], following))


def _prepare(entry: Entry) -> _Prepared:
    title, text = clean(entry.title), clean(entry.text)
    titled, words = tokens(title), tokens(text)
    distinct = frozenset([*titled, *words])
    return _Prepared(entry, title, packed_text(text), " ".join(titled), " ".join(words), distinct)


class _Numbers:
    """The numbers that stand for values of fields; a new value gets the next one."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._known: dict[tuple[str, str], int] = {}

    def of(self, field: str, value: str | None) -> int:
        """Return the number of a value, 0 for none."""
        if not value:
            return 0
        key = (field, clean(value))
        if key not in self._known:
            found = self._connection.execute("SELECT number FROM names WHERE field = ? AND value = ?", key).fetchone()
            self._known[key] = self._add(*key) if found is None else found[0]
        return self._known[key]

    def findings(self, kinds: Sequence[str]) -> int:
        """Return kinds of findings as bits."""
        return sum(1 << (number - 1) for kind in {*kinds} if 0 < (number := self.of("finding", kind)) <= _MOST_FINDINGS)

    def _add(self, field: str, value: str) -> int:
        number = int(self._connection.execute("SELECT count(*) + 1 FROM names WHERE field = ?", (field,)).fetchone()[0])
        self._connection.execute("INSERT INTO names VALUES (?, ?, ?)", (field, number, value))
        return number


def _next_entry(connection: sqlite3.Connection) -> int:
    """Return the number of the next entry: none is used twice, so that what was read of one stays true."""
    found = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'entries'").fetchone()
    return 1 if found is None else int(found[0]) + 1


def _write_entry(connection: sqlite3.Connection, prepared: _Prepared, *, row: int, numbers: _Numbers) -> None:
    entry = prepared.entry
    when = instant(entry.published_at or entry.seen_at)
    published = None if entry.published_at is None else when
    named = (getattr(entry, name) for name in ("language", "source", "role", "event", "narrative"))
    values = (
        *(row, entry.id, numbers.of("kind", entry.kind.value)),
        *(
            numbers.of(name, value)
            for name, value in zip(("language", "source", "role", "event", "narrative"), named, strict=True)
        ),
        *(numbers.findings(entry.findings), when, instant(entry.seen_at), max(0, entry.reach), published),
        "" if entry.document_id == entry.id else entry.document_id,
    )
    connection.execute("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
    shown = (row, prepared.title, prepared.packed, dump_passage(entry.passage))
    connection.execute("INSERT INTO contents VALUES (?, ?, ?, ?)", shown)
    indexed = (row, prepared.title_words, prepared.words)
    connection.execute("INSERT INTO entry_words (rowid, title, text) VALUES (?, ?, ?)", indexed)
    if is_comparable(entry):
        _write_features(connection, entry, row=row)


def _write_features(connection: sqlite3.Connection, entry: Entry, *, row: int) -> None:
    short = short_text(entry)
    words = np.unique(word_hashes(tokens(short)))
    article = word_hashes(tokens(clean(long_text(entry)))) if entry.kind in PASSAGE_KINDS else words[:0]
    vector = unit_vector(entry.vector)
    packed = None if vector is None else pack(vector)
    features = (row, words.tobytes(), gram_hashes(fold(short)).tobytes(), packed, article.tobytes())
    table = "claim_features" if entry.kind is EntryKind.CLAIM else "passage_features"
    connection.execute(f"INSERT INTO {table} VALUES (?, ?, ?, ?, ?)", features)


def delete_entries(connection: sqlite3.Connection, ids: Sequence[str]) -> None:
    """Forget the entries with these ids; unknown ones are ignored. What readers hold in memory is told by ``removed``."""
    query = "SELECT entry, title, text FROM entries JOIN contents USING (entry) WHERE id IN (SELECT value FROM json_each(?))"
    for entry, title, text in connection.execute(query, (json.dumps(list(ids)),)).fetchall():
        _delete_entry(connection, (entry, title, unpacked_text(text)))


def _delete_entry(connection: sqlite3.Connection, row: tuple[int, str, str]) -> None:
    entry, title, text = row
    _forget_words(connection, entry, columns={"title": title, "text": text})
    for table in ("entries", "contents", "passage_features", "claim_features"):
        connection.execute(f"DELETE FROM {table} WHERE entry = ?", (entry,))
    connection.execute("INSERT INTO removed (entry) VALUES (?)", (entry,))


def _forget_words(connection: sqlite3.Connection, entry: int, *, columns: dict[str, str]) -> None:
    """Delete from the contentless FTS5 table, which asks for the words that were indexed."""
    names, marks = ", ".join(columns), ", ".join("?" * len(columns))
    words = [" ".join(tokens(value)) for value in columns.values()]
    connection.execute(f"INSERT INTO entry_words (entry_words, rowid, {names}) VALUES ('delete', ?, {marks})", (entry, *words))


def clear_entries(connection: sqlite3.Connection) -> None:
    """Forget everything and tell the readers by a new generation."""
    for table in (*_TABLES, "removed"):
        connection.execute(f"DELETE FROM {table}")
    connection.execute("DELETE FROM sqlite_sequence WHERE name = 'entries'")
    connection.execute("INSERT INTO entry_words (entry_words) VALUES ('delete-all')")
    connection.execute("UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE key = 'generation'")
