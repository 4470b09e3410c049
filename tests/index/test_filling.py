"""A file that is filled at once: its pieces stay apart until the end, are one then, and nothing that is found differs."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from index._exchange import NextFile
from index.base import EntryKind, Query
from index.sqlite import SqliteIndex
from tests.index.corpus import NOW, entries, queries
from tests.index.samples import DIM

KINDS = tuple(EntryKind)


@pytest.fixture
def index(tmp_path: Path) -> Iterator[SqliteIndex]:
    opened = SqliteIndex(tmp_path / "index.sqlite3", dim=DIM)
    yield opened
    opened.close()


def pieces(index: SqliteIndex) -> int:
    found: int = index._connection.execute("SELECT count(DISTINCT segid) FROM entry_words_idx").fetchone()[0]
    return found


def merging(index: SqliteIndex) -> int:
    found: int = index._connection.execute("SELECT v FROM entry_words_config WHERE k = 'automerge'").fetchone()[0]
    return found


def told(index: SqliteIndex) -> dict[str, tuple[str, ...]]:
    asked = (Query(text, kinds=KINDS, limit=200, now=NOW) for text in queries())
    return {query.text: tuple(sorted(hit.id for hit in index.search(query).hits)) for query in asked}


def test_pieces_are_merged_at_the_end_and_found_alike(index: SqliteIndex) -> None:
    held = entries()
    index.put_off_merging()
    for start in range(0, len(held), 20):
        index.fill(held[start : start + 20])
    assert (merging(index), pieces(index)) == (0, len(held) // 20)
    before = told(index)
    index.merge()
    assert (merging(index), pieces(index)) == (8, 1)
    assert told(index) == before
    index._connection.execute("INSERT INTO entry_words (entry_words) VALUES ('integrity-check')")


def test_what_is_there_is_not_filled_again(index: SqliteIndex) -> None:
    held = entries()
    index.add(held[:50])
    before = told(index)
    index.fill([*held[:50]])
    assert told(index) == before
    assert index._connection.execute("SELECT max(entry) FROM entries").fetchone() == (50,)


def test_a_file_that_was_put_in_place_merges_as_it_goes(tmp_path: Path) -> None:
    path = tmp_path / "index.sqlite3"
    SqliteIndex(path, dim=DIM).close()
    made = NextFile(path, dim=DIM)
    for start in range(0, 200, 20):
        made.fill(entries()[start : start + 20])
    made.commit()
    assert not (tmp_path / "index.sqlite3.2-wal").exists()
    with closing(SqliteIndex(path, dim=DIM)) as served:
        assert (merging(served), pieces(served)) == (8, 1)
        assert sum(served.counts().values()) == 200
