"""Sealed blocks and the budget of a search: what is found is what reading finds, or the page says that it is not all."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from index.base import Entry, EntryKind, Query
from index.query import Clock, parse
from index.sqlite import SqliteIndex
from tests.index.corpus import NOW, entries, queries
from tests.index.oracle import ReadEntry, expected
from tests.index.samples import DIM, document

BLOCK = 32
KINDS = tuple(EntryKind)
CLOCK = Clock(now=NOW)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("_columns", "_blocks", "_sets"):
        monkeypatch.setattr(f"index.{module}.BLOCK", BLOCK)
    for module in ("_blocks", "_sets"):
        monkeypatch.setattr(f"index.{module}.COMMON", 4)
    monkeypatch.setattr("index._blocks._LIKELY", 2)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "index.sqlite3"


@pytest.fixture
def index(path: Path) -> Iterator[SqliteIndex]:
    opened = SqliteIndex(path, dim=DIM)
    yield opened
    opened.close()


def found(index: SqliteIndex, text: str) -> set[str]:
    page = index.search(Query(text, kinds=KINDS, limit=200, now=NOW))
    ids, total, exact = {hit.id for hit in page.hits}, page.total, page.exact
    while page.cursor:
        page = index.search(Query(text, kinds=KINDS, limit=200, now=NOW, cursor=page.cursor))
        ids |= {hit.id for hit in page.hits}
    assert total == len(ids)
    assert exact
    return ids


def wrong(index: SqliteIndex, held: list[Entry]) -> dict[str, set[str]]:
    read = [ReadEntry(entry) for entry in held]
    told = {text: (found(index, text), expected(read, parse(text, clock=CLOCK))) for text in queries()}
    return {text: ids ^ wanted for text, (ids, wanted) in told.items() if ids != wanted}


def sealed(path: Path) -> tuple[int, int]:
    with closing(sqlite3.connect(path)) as connection:
        asked = "SELECT (SELECT count(*) FROM blocks), (SELECT count(*) FROM common)"
        blocks, common = connection.execute(asked).fetchone()
    return blocks, common


def test_sealed_blocks_are_searched_as_what_they_hold(index: SqliteIndex, path: Path) -> None:
    held = entries()
    for start in range(0, len(held), 50):
        index.add(held[start : start + 50])
        index.search(Query("dam"))
    blocks, common = sealed(path)
    assert blocks == (len(held) + 1) // BLOCK
    assert common > 3 * blocks
    assert not wrong(index, held)
    with closing(SqliteIndex(path, dim=DIM)) as anew:
        assert not wrong(anew, held)


def test_what_is_removed_or_replaced_leaves_sealed_blocks(index: SqliteIndex) -> None:
    held = entries()
    index.add(held)
    index.remove([entry.id for entry in held[::5]])
    changed = [replace(entry, text=f"{entry.text} weir flood", title="gate") for entry in held[1::5]]
    index.add(changed)
    kept = {entry.id: entry for entry in held} | {entry.id: entry for entry in changed}
    assert not wrong(index, [entry for entry in kept.values() if entry.id not in {one.id for one in held[::5]}])


def test_a_search_beyond_its_budget_counts_the_last_to_arrive_and_says_so(
    index: SqliteIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = ("the dam broke", "a dam that the flood broke", "the dam holds")
    index.add([document(f"d{number:03}", texts[number % 3], day=number) for number in range(10 * BLOCK)])
    asked = Query('"dam broke"', limit=200)
    whole = index.search(asked)
    index.close()
    monkeypatch.setattr("index._sets._BUDGET", 4 * BLOCK)
    with closing(SqliteIndex(index._path, dim=DIM)) as anew:
        page = anew.search(asked)
        assert (whole.exact, page.exact) == (True, False)
        assert 0 < page.total < whole.total == 107
        assert [hit.id for hit in page.hits] == [hit.id for hit in whole.hits][: page.total]
        assert sum(number for _, number in page.days) == page.total
        assert anew.search(Query("dam broke", limit=200)).exact
        assert anew.search(replace(asked, text='"dam broke" source:nobody')).exact
