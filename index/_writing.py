"""Entries into the SQLite file and out of it; each function runs inside its caller's transaction."""

import json
import sqlite3
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from itertools import zip_longest

import numpy as np

from index._contents import packed_text, unpacked_text
from index._fields import instant
from index._folding import clean, fold, gram_hashes, spaced_tokens, tokens, word_hashes
from index._passages import PASSAGE_KINDS, dump_passage, is_comparable, long_text, short_text, unit_vector
from index._sheet import Sheet
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
_COLUMNS = {
    "entry": "number",
    "id": "text",
    **dict.fromkeys(("kind", "language", "source", "role", "event", "narrative", "findings"), "number"),
    **dict.fromkeys(("instant", "seen", "reach", "published"), "number"),
    "document_id": "text",
}
_MOST_FINDINGS = 62  # they are bits of one number
_PIECE = 32
_AHEAD = 3
Sheets = Sequence[Sheet]


def write_entries(connection: sqlite3.Connection, entries: Sequence[Entry], *, vocabulary: Vocabulary) -> None:
    """Add ``entries``, replacing those with the same id (of two in one batch, the later one counts)."""
    latest = {entry.id: entry for entry in entries}
    delete_entries(connection, list(latest))
    vocabulary.catch_up()
    numbered = list(enumerate(latest.values(), start=_next_entry(connection)))
    pieces = [numbered[start : start + _PIECE] for start in range(0, len(numbered), _PIECE)]
    folding = [partial(_folded, piece, vocabulary) for piece in pieces]
    numbers = _Numbers(connection)
    for piece, sheets in zip_longest(pieces, _ahead([*folding, vocabulary.learned])):
        for sheet in (_fields_of(piece or (), numbers), *sheets):
            sheet.insert(connection)
    vocabulary.settle()


def _ahead(jobs: Sequence[Callable[[], Sheets]]) -> Iterator[Sheets]:
    """Yield what ``jobs`` return, in order; of several, a thread does the next ones while SQLite writes the last ones."""
    if len(jobs) <= _AHEAD:
        yield from (job() for job in jobs)
        return
    with ThreadPoolExecutor(max_workers=1) as ahead:
        waiting = deque[Future[Sheets]]()
        for job in jobs:
            waiting.append(ahead.submit(job))
            if len(waiting) > _AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _folded(numbered: Sequence[tuple[int, Entry]], vocabulary: Vocabulary) -> Sheets:
    """Return what is made of the words of entries; the file is not touched."""
    shown = Sheet("contents", entry="number", title="text", text="either", passage="text")
    indexed = Sheet("entry_words", rowid="number", title="text", text="text")
    features = {table: _feature_sheet(table) for table in ("passage_features", "claim_features")}
    for row, entry in numbered:
        title, text = clean(entry.title), clean(entry.text)
        (titled, title_words), (body, words) = spaced_tokens(title), spaced_tokens(text)
        vocabulary.note(title_words)
        vocabulary.note(words)
        shown.put(row, title, packed_text(text), dump_passage(entry.passage))
        indexed.put(row, titled, body)
        if is_comparable(entry):
            table = "claim_features" if entry.kind is EntryKind.CLAIM else "passage_features"
            features[table].put(row, *_features(entry))
    return shown, indexed, *features.values()


def _feature_sheet(table: str) -> Sheet:
    return Sheet(table, entry="number", words="blob", grams="blob", vector="blob", article="blob")


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


def _fields_of(numbered: Sequence[tuple[int, Entry]], numbers: _Numbers) -> Sheet:
    sheet = Sheet("entries", **_COLUMNS)
    for row, entry in numbered:
        when = instant(entry.published_at or entry.seen_at)
        sheet.put(
            *(row, entry.id, numbers.of("kind", entry.kind.value), numbers.of("language", entry.language)),
            *(numbers.of("source", entry.source), numbers.of("role", entry.role), numbers.of("event", entry.event)),
            *(numbers.of("narrative", entry.narrative), numbers.findings(entry.findings)),
            *(when, instant(entry.seen_at), max(0, entry.reach), None if entry.published_at is None else when),
            "" if entry.document_id == entry.id else entry.document_id,
        )
    return sheet


def _features(entry: Entry) -> tuple[bytes, bytes, bytes | None, bytes]:
    """Return the hashed words and 4-grams of the short text, the packed vector, and the article's words."""
    short = short_text(entry)
    words = np.unique(word_hashes(tokens(short)))
    article = word_hashes(tokens(clean(long_text(entry)))) if entry.kind in PASSAGE_KINDS else words[:0]
    vector = unit_vector(entry.vector)
    packed = None if vector is None else pack(vector)
    return words.tobytes(), gram_hashes(fold(short)).tobytes(), packed, article.tobytes()


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
