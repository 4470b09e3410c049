"""The embedded search engine: one SQLite file that several processes share, its vectors compared exactly in memory."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import RLock

import numpy as np
from numpy.typing import NDArray

from factdesk.records import Candidate
from index._article import Weighted, read_articles
from index._asking import meanings_of, read_query
from index._blocks import full_blocks, seal
from index._fusion import COMMON_SHARE, RECALL_DEPTH, Asked, Scored, ask, best, informative, ranked, weighted
from index._paging import Pager
from index._passages import load_passage
from index._postings import Closeness, Shelf
from index._schema import open_file, readable
from index._searching import Searcher
from index._shelves import Shelves
from index._similar import LEAST_ALIKE, MOST_ALIKE, with_documents
from index._standing import matching_in_memory
from index._vocabulary import Vocabulary
from index._writing import clear_entries, delete_entries, write_entries
from index.base import Entry, EntryKind, Match, Meaning, Page, Probe, Query, StandingQuery

_BATCH = 64
_GROWTH = 0.02


class SqliteIndex:
    """A `SearchIndex` in one file. One writer at a time; readers never wait. Safe to share between threads."""

    def __init__(self, path: Path, *, dim: int) -> None:
        """Open (or make) the file at ``path`` for vectors of ``dim``. Raises `IndexUnavailableError`."""
        self._path = path
        self._dim = dim
        self._lock = RLock()
        self._connection = open_file(path, dim=dim)
        self._shelves = Shelves(self._connection, dim=dim)
        self._vocabulary = Vocabulary(self._connection)
        self._searcher = Searcher(self._connection, self._vocabulary)
        self._pager = Pager(self._connection, self._searcher)
        self._frequencies: dict[str, int] = {}
        self._counted = 0

    def add(self, entries: Sequence[Entry]) -> None:
        """Index ``entries`` in one transaction; they are found by the next search, in every process."""
        self._write(entries)

    def fill(self, entries: Sequence[Entry]) -> None:
        """Index those of ``entries`` that are not there yet, in one transaction."""
        self._write(entries, only_new=True)

    def _write(self, entries: Sequence[Entry], *, only_new: bool = False) -> None:
        with self._transaction("IMMEDIATE"):
            known = self._known([entry.id for entry in entries]) if only_new else frozenset()
            fresh = [entry for entry in entries if entry.id not in known]
            write_entries(self._connection, fresh, vocabulary=self._vocabulary)
        for block in full_blocks(self._connection) if fresh else ():
            with self._transaction("IMMEDIATE"):
                seal(self._connection, block)

    def _known(self, ids: Sequence[str]) -> frozenset[str]:
        query = "SELECT id FROM entries WHERE id IN (SELECT value FROM json_each(?))"
        return frozenset(row[0] for row in self._connection.execute(query, (json.dumps(ids),)))

    def remove(self, ids: Sequence[str]) -> None:
        """Forget entries; unknown ids are ignored."""
        with self._transaction("IMMEDIATE"):
            delete_entries(self._connection, ids)

    def ids(self, kind: EntryKind, *, after: str = "", limit: int = 1000) -> list[str]:
        """Return the first ``limit`` ids of a kind that sort behind ``after``."""
        number = "(SELECT number FROM names WHERE field = 'kind' AND value = ?)"
        query = f"SELECT id FROM entries WHERE kind = {number} AND id > ? ORDER BY id LIMIT ?"
        with self._transaction("DEFERRED"):
            return [row[0] for row in self._connection.execute(query, (kind.value, after, limit))]

    def clear(self) -> None:
        """Forget everything (before a rebuild)."""
        with self._transaction("IMMEDIATE"):
            clear_entries(self._connection)
        self._vocabulary.forget()

    def close(self) -> None:
        """Release the file."""
        with self._lock:
            self._connection.close()

    def counts(self) -> dict[EntryKind, int]:
        """Return how many entries of each kind there are (kinds without entries too)."""
        with self._transaction("DEFERRED"):
            query = "SELECT n.value, count(*) FROM entries e JOIN names n ON n.field = 'kind' AND n.number = e.kind GROUP BY 1"
            rows = self._connection.execute(query).fetchall()
        return dict.fromkeys(EntryKind, 0) | {EntryKind(kind): count for kind, count in rows}

    def search(self, query: Query) -> Page:
        """Return one page of hits. Raises `QueryError` with the position of a mistake."""
        asked = read_query(query)
        meanings = meanings_of(asked)
        with self._transaction("DEFERRED"):
            alike = {text: self._alike(meaning) for text, meaning in meanings.items()}
            return self._pager.page(asked, alike=alike)

    def matching(self, entries: Sequence[Entry], standing: Sequence[StandingQuery]) -> list[Match]:
        """Return which of ``standing`` each of ``entries`` answers; the file is neither read nor written."""
        with readable(self._path):
            return matching_in_memory(entries, standing)

    def candidates(self, probes: Sequence[Probe], *, limit: int = 20) -> list[list[Candidate]]:
        """Return, for each claim, the passages that may be about it by words, meaning or whole article, best first."""
        asked = [ask(probe, dim=self._dim) for probe in probes]
        with self._transaction("DEFERRED"):
            shelf = self._shelves.passages()
            self._forget_frequencies(len(shelf))
            return [
                self._best(one, close, shelf=shelf, limit=limit)
                for start in range(0, len(asked), _BATCH)
                for one, close in _compared(shelf, asked[start : start + _BATCH])
            ]

    def claims_near(self, probes: Sequence[Probe], *, limit: int = 50) -> list[list[str]]:
        """Return, for each passage, ids of indexed claims that may be about it, nearest first."""
        asked = [ask(probe, dim=self._dim) for probe in probes]
        with self._transaction("DEFERRED"):
            shelf = self._shelves.claims()
            return [
                self._nearest_ids(one, close, limit=limit)
                for start in range(0, len(asked), _BATCH)
                for one, close in _compared(shelf, asked[start : start + _BATCH])
            ]

    @contextmanager
    def _transaction(self, mode: str) -> Iterator[None]:
        with self._lock, readable(self._path):
            self._connection.execute(f"BEGIN {mode}")
            try:
                yield
            except BaseException:
                self._connection.rollback()
                self._vocabulary.forget()
                raise
            self._connection.commit()

    def _alike(self, meaning: Meaning) -> dict[int, float]:
        """Return the claims and passages that mean about the same, and the documents of these claims, with the cosine."""
        asked = [ask(Probe("", "", meaning.vector), dim=self._dim)]
        found: list[tuple[float, int]] = []
        for shelf in (self._shelves.claims(), self._shelves.passages()):
            close = shelf.compare(asked)[0]
            near = np.flatnonzero(close.meaning >= LEAST_ALIKE)
            found += zip(close.meaning[near].tolist(), close.rowids[near].tolist(), strict=True)
        return with_documents(self._connection, sorted(found, reverse=True)[:MOST_ALIKE])

    def _forget_frequencies(self, total: int) -> None:
        """Count words again when the library has grown or shrunk so much that it may matter."""
        if abs(total - self._counted) > _GROWTH * self._counted:
            self._frequencies.clear()
            self._counted = total

    def _articles(self, asked: Asked, shelf: Shelf) -> tuple[Weighted, NDArray[np.int64]]:
        """Return the probe's words as articles are read for them, and the articles in which its rare words stand."""
        total = len(shelf)
        common = max(20, int(total * COMMON_SHARE))
        known = dict(zip(asked.words, shelf.frequency(asked.hashes).tolist(), strict=True))
        frequencies = {word: total if count > common else self._frequency(word) for word, count in known.items()}
        probe = weighted(asked, frequencies, total=total, usual_length=shelf.usual_length())
        words = informative(frequencies, total=total)
        if not words:
            return probe, np.zeros(0, dtype=np.int64)
        query = "SELECT rowid FROM passage_words WHERE passage_words MATCH ? ORDER BY rank LIMIT ?"
        rows = self._connection.execute(query, (" OR ".join(f'"{word}"' for word in words), RECALL_DEPTH)).fetchall()
        return probe, np.array(rows, dtype=np.int64).ravel()

    def _frequency(self, word: str) -> int:
        if word not in self._frequencies:
            row = self._connection.execute("SELECT doc FROM passage_terms WHERE term = ?", (word,)).fetchone()
            self._frequencies[word] = 0 if row is None else row[0]
        return self._frequencies[word]

    def _best(self, asked: Asked, close: Closeness, *, shelf: Shelf, limit: int) -> list[Candidate]:
        probe, rows = self._articles(asked, shelf)
        chosen = np.union1d(close.nearest(RECALL_DEPTH), np.searchsorted(close.rowids, rows))
        found = self._scored(close, chosen, probe=probe)
        return [self._candidate(one) for one in best(found, limit=limit)]

    def _scored(self, close: Closeness, chosen: NDArray[np.int64], *, probe: Weighted) -> list[Scored]:
        rows = close.rowids[chosen].tolist()
        article = read_articles(probe, [self._sequence(row) for row in rows])
        return ranked([f"{row:020}" for row in rows], close.short.at(chosen), close.meaning[chosen], article=article)

    def _sequence(self, row: int) -> NDArray[np.uint32]:
        found = self._connection.execute("SELECT words FROM passage_sequences WHERE entry = ?", (row,)).fetchone()
        return np.frombuffer(b"" if found is None else found[0], dtype=np.uint32)

    def _candidate(self, found: Scored) -> Candidate:
        line = self._connection.execute("SELECT passage FROM contents WHERE entry = ?", (int(found.key),)).fetchone()[0]
        return Candidate(load_passage(line), found.words, found.meaning, found.score)

    def _nearest_ids(self, asked: Asked, close: Closeness, *, limit: int) -> list[str]:
        chosen = close.nearest(max(limit, RECALL_DEPTH))
        nothing = Weighted(asked.hashes[:0], np.zeros(0, dtype=np.float32), 1.0)
        rows = [int(one.key) for one in best(self._scored(close, chosen, probe=nothing), limit=limit)]
        return [self._connection.execute("SELECT id FROM entries WHERE entry = ?", (row,)).fetchone()[0] for row in rows]


def _compared(shelf: Shelf, asked: Sequence[Asked]) -> Iterator[tuple[Asked, Closeness]]:
    return zip(asked, shelf.compare(asked), strict=True)
