"""The search index measured: many invented items, two hundred mixed queries, and what raw SQLite takes for the same.

Every figure stands beside its bar. Ratios are of one run; times are this machine's.
"""

import sqlite3
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from factdesk.bench_index_page import desk_pages
from factdesk.bench_items import NOW, items
from factdesk.bench_queries import queries
from factdesk.bench_rebuild import rebuilt
from factdesk.bench_rows import Row, failed
from index import open_index
from index.base import Entry, Query, SearchIndex

QUERIES = 200
SMALL = 100_000
RAW_ITEMS = 4_000
BATCH = 500
_EVERY = 8
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class IndexReport:
    """The rows; ``items`` were indexed, at ``items_per_s`` all in all."""

    items: int
    items_per_s: float
    rows: tuple[Row, ...]

    @property
    def failed(self) -> list[str]:
        """What is not as good as its bar."""
        return failed(self.rows)

    def to_dict(self) -> dict[str, object]:
        """Return the fields for printing as JSON."""
        rows = [row.told() for row in self.rows]
        return {"items": self.items, "items_per_s": round(self.items_per_s, 1), "rows": rows, "failed": self.failed}


def bench_index(count: int, *, rebuild: int, elastic: str = "", say: Say = lambda _: None) -> IndexReport:
    """Measure SQLite with ``count`` items, the rebuild of an index of ``rebuild`` of them, and an Elasticsearch server."""
    with tempfile.TemporaryDirectory(prefix="factdesk-bench-") as name:
        folder = Path(name)
        rows = [_against_raw(folder, min(count, RAW_ITEMS), say=say)]
        path, texts = folder / "index.sqlite3", list[int]()
        with closing(open_index(f"sqlite:///{path}")) as index:
            small = _filled(index, 0, min(count, SMALL), texts=texts, say=say)
            first = _searched(index)
            say(f"{min(count, SMALL)} items: p95 {first:.0f} ms")
            seconds = small + _filled(index, SMALL, count - SMALL, texts=texts, say=say)
            last = _searched(index) if count > SMALL else first
            rows += [
                Row(f"a page of {count} items in SQLite, p95 of {QUERIES} queries", last, 150, "ms"),
                Row(f"the same against {min(count, SMALL)} items", last / first, 2.5, "x"),
                Row("size on disk against the compressed text", _size(path) / (float(np.mean(texts)) * count), 3, "x"),
                desk_pages(folder, path, count=count, say=say),
            ]
    rows += rebuilt(rebuild, say=say)
    if elastic:
        from factdesk.bench_index_elastic import elastic_rows  # noqa: PLC0415 - its client takes a second to import

        rows += elastic_rows(elastic, say=say)
    return IndexReport(count, count / seconds, tuple(rows))


def batches(entries: Iterator[Entry]) -> Iterator[list[Entry]]:
    """Yield lists of `BATCH` entries."""
    while batch := list(islice(entries, BATCH)):
        yield batch


def _filled(index: SearchIndex, first: int, count: int, *, texts: list[int], say: Say) -> float:
    """Add items and return the seconds that adding took, making them left out.

    ``texts`` is told of every few of them how many bytes the text takes when it is compressed by itself (zlib, level 6).
    """
    seconds, done = 0.0, 0
    for batch in batches(items(max(0, count), first=first)):
        began = time.perf_counter()
        index.add(batch)
        seconds += time.perf_counter() - began
        done += len(batch)
        texts += [len(zlib.compress(one.text.encode(), 6)) for one in batch[::_EVERY]]
        if done % 20_000 == 0:
            say(f"{first + done} items, {done / seconds:.0f} a second")
    return seconds


def _searched(index: SearchIndex) -> float:
    """Return the 95th percentile of milliseconds of a page: hits with marks, facets, histogram."""
    index.search(Query("warm"))
    times = []
    for text in queries(QUERIES):
        began = time.perf_counter()
        index.search(Query(text, now=NOW))
        times.append(1000 * (time.perf_counter() - began))
    return float(np.percentile(times, 95))


def _against_raw(folder: Path, documents: int, *, say: Say) -> Row:
    """Compare with executemany of the same documents into a plain FTS5 table, halves in turn so that a busy machine is fair."""
    made = [list(batch) for batch in batches(items(documents))]
    ours, raw = 0.0, 0.0
    with (
        closing(open_index(f"sqlite:///{folder / 'ours.sqlite3'}")) as index,
        closing(sqlite3.connect(folder / "raw.sqlite3", isolation_level=None)) as plain,
    ):
        plain.executescript(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; CREATE TABLE fields (id TEXT PRIMARY KEY, source TEXT,"
            " language TEXT, seen TEXT); CREATE VIRTUAL TABLE words USING fts5 (title, text, tokenize = 'unicode61');"
        )
        for place, batch in enumerate(made):
            for which in ((0, 1), (1, 0))[place % 2]:
                began = time.perf_counter()
                if which:
                    index.add(batch)
                    ours += time.perf_counter() - began
                else:
                    _raw(plain, batch)
                    raw += time.perf_counter() - began
    say(f"indexing: {documents / ours:.0f} a second, raw {documents / raw:.0f}")
    return Row("indexing into SQLite against raw executemany", raw / ours, 0.8, "x", least=True)


def _raw(plain: sqlite3.Connection, batch: Sequence[Entry]) -> None:
    plain.execute("BEGIN")
    rows = [(one.id, one.source, one.language, one.seen_at.isoformat()) for one in batch]
    plain.executemany("INSERT INTO fields VALUES (?, ?, ?, ?)", rows)
    plain.executemany("INSERT INTO words VALUES (?, ?)", [(one.title, one.text) for one in batch])
    plain.execute("COMMIT")


def _size(path: Path) -> int:
    return sum(file.stat().st_size for file in path.parent.glob(f"{path.name}*") if not file.name.endswith("-shm"))
