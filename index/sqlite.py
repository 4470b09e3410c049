"""The embedded search engine: one SQLite file that several processes share, what candidates are found by beside it."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import RLock

import numpy as np

from factdesk.errors import IndexUnavailableError
from factdesk.records import Candidate
from index._asking import meanings_of, read_query
from index._blocks import full_blocks, seal
from index._damage import require_whole
from index._filling import empty_log, merge_as_it_goes, merge_some, put_off_merging
from index._fusion import Asked, Proposals, Scored, ask, best, scored
from index._paging import Pager
from index._passages import load_passage
from index._schema import open_file, readable
from index._searching import Searcher
from index._shelf import Shelf
from index._shelves import Shelves, folder_of
from index._similar import LEAST_ALIKE, MOST_ALIKE, with_documents
from index._standing import matching_in_memory
from index._vocabulary import Vocabulary
from index._writing import clear_entries, delete_entries, write_entries
from index.base import Entry, EntryKind, Match, Meaning, Page, Probe, Query, StandingQuery


class SqliteIndex:
    """A `SearchIndex` in one file. One writer at a time; readers never wait. Safe to share between threads."""

    def __init__(self, path: Path, *, dim: int) -> None:
        """Open (or make) the file at ``path`` for vectors of ``dim``. Raises `IndexUnavailableError`."""
        self._path = path
        self._dim = dim
        self._lock = RLock()
        self._connection = open_file(path, dim=dim)
        self._shelves = Shelves(self._connection, path, dim=dim)
        self._vocabulary = Vocabulary(self._connection)
        self._searcher = Searcher(self._connection, self._vocabulary)
        self._pager = Pager(self._connection, self._searcher)

    def add(self, entries: Sequence[Entry]) -> None:
        """Index ``entries`` in one transaction; they are found by the next search, in every process."""
        self._write(entries)

    def fill(self, entries: Sequence[Entry]) -> None:
        """Index those of ``entries`` that are not there yet, in one transaction."""
        self._write(entries, only_new=True)

    def put_off_merging(self) -> None:
        """Leave the lists of words that are written from now on in pieces, until `merge`."""
        with self._transaction("IMMEDIATE"):
            put_off_merging(self._connection)

    def merge(self) -> None:
        """Make one of all pieces, a little in each transaction, and from now on merge as it goes."""
        begin, more = True, True
        while more:
            with self._transaction("IMMEDIATE"):
                more = merge_some(self._connection, begin=begin)
            begin = False
        with self._transaction("IMMEDIATE"):
            merge_as_it_goes(self._connection)
        with self._lock, readable(self._path):
            empty_log(self._connection)

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

    def inspect(self) -> None:
        """Read the whole file and what lies beside it. Raises `IndexUnavailableError` when any of it is damaged."""
        with self._transaction("IMMEDIATE"):
            require_whole(self._connection, self._path)
            damaged = self._shelves.damaged()
        if damaged:
            folder = folder_of(self._path)
            what = f"Of what candidates are found by, {damaged[0].relative_to(folder)} in {folder} is damaged."
            raise IndexUnavailableError(what, remedy="Stop Factdesk and delete the folder: it is made again from the index.")

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
        with self._transaction("DEFERRED"):
            shelf = self._shelves.passages()
            found = [self._best(ask(probe, dim=self._dim), shelf, table="passage_features", limit=limit) for probe in probes]
            return [self._candidates(several) for several in found]

    def claims_near(self, probes: Sequence[Probe], *, limit: int = 50) -> list[list[str]]:
        """Return, for each passage, ids of indexed claims that may be about it, nearest first."""
        with self._transaction("DEFERRED"):
            shelf = self._shelves.claims()
            found = [self._best(ask(probe, dim=self._dim), shelf, table="claim_features", limit=limit) for probe in probes]
            return [self._ids(several) for several in found]

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
        asked = ask(Probe("", "", meaning.vector), dim=self._dim)
        found: list[tuple[float, int]] = []
        for shelf in (self._shelves.claims(), self._shelves.passages()):
            cosines, rowids = shelf.alike(asked, depth=MOST_ALIKE)
            near = cosines >= LEAST_ALIKE
            found += zip(cosines[near].tolist(), rowids[near].tolist(), strict=True)
        return with_documents(self._connection, sorted(found, reverse=True)[:MOST_ALIKE])

    def _best(self, asked: Asked, shelf: Shelf, *, table: str, limit: int) -> list[Scored]:
        proposed = shelf.propose(asked)
        query = (
            f"SELECT entry, words, grams, article FROM {table} WHERE entry IN (SELECT value FROM json_each(?)) ORDER BY entry"
        )
        rows = self._connection.execute(query, (str(proposed.rowids.tolist()),)).fetchall()
        there = np.isin(proposed.rowids, [row[0] for row in rows])  # another process may know entries that came since
        words, grams, articles = ([np.frombuffer(row[at], dtype=np.uint32) for row in rows] for at in (1, 2, 3))
        keys = [f"{row[0]:020}" for row in rows]
        proposals = Proposals(keys, words, grams, articles, proposed.meaning[there])
        return best(scored(asked, proposals, known=proposed.known), limit=limit)

    def _candidates(self, found: Sequence[Scored]) -> list[Candidate]:
        lines = self._told("SELECT entry, passage FROM contents", found)
        return [Candidate(load_passage(lines[int(one.key)]), one.words, one.meaning, one.score) for one in found]

    def _ids(self, found: Sequence[Scored]) -> list[str]:
        ids = self._told("SELECT entry, id FROM entries", found)
        return [ids[int(one.key)] for one in found]

    def _told(self, query: str, found: Sequence[Scored]) -> dict[int, str]:
        entries = str([int(one.key) for one in found])
        return dict(self._connection.execute(f"{query} WHERE entry IN (SELECT value FROM json_each(?))", (entries,)).fetchall())
