"""The measurement of the index on a handful of items: every figure is there with its bar, and a missed bar is named."""

import re

import pytest

from factdesk.bench_index import bench_index
from factdesk.bench_items import items, word
from factdesk.bench_queries import queries
from factdesk.bench_rows import Row, failed
from index.query import parse


def test_items_are_always_the_same_and_do_not_depend_on_where_one_begins() -> None:
    made = list(items(12))
    assert list(items(4, first=8)) == made[8:]
    assert len({one.id for one in made}) == 12
    assert all(re.fullmatch(r"[a-z]+( [a-z]+)*", one.text) for one in made)
    assert len({word(rank, language) for rank in range(5_000) for language in (0, 1)}) > 9_900


def test_all_queries_can_be_read() -> None:
    asked = list(queries(200))
    assert asked == list(queries(200))
    assert len({type(parse(text)).__name__ for text in asked}) >= 6


def test_a_missed_bar_is_named() -> None:
    rows = [Row("quick", 3, 5, "ms"), Row("slow", 7, 5, "ms"), Row("much", 7, 5, "x", least=True)]
    assert failed(rows) == ["slow"]
    assert rows[1].told() == {"what": "slow", "figure": 7, "bar": "<= 5", "unit": "ms", "holds": False}


def test_a_small_run_tells_every_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("factdesk.bench_index.QUERIES", 16)
    monkeypatch.setattr("factdesk.bench_index_page._PAGES", 4)
    said: list[str] = []
    report = bench_index(300, rebuild=120, say=said.append)
    assert [row.unit for row in report.rows] == ["x", "ms", "x", "x", "ms", "items/s", "x"]
    assert all(row.figure > 0 for row in report.rows)
    assert said
