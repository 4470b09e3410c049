"""Both engines against a plain reading of every entry, and against each other: the same items, nearly the same order."""

import dataclasses
from collections.abc import Iterator
from functools import lru_cache
from statistics import mean

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from factdesk.errors import QueryError
from index import SearchIndex, discard_index, open_index
from index.base import Hit, Interval, Query
from index.query import Clock, parse, ranking_words
from tests.conformance.test_index import ALL, ENGINES, make_url
from tests.index.corpus import NOW, entries, queries
from tests.index.oracle import ReadEntry, expected
from tests.index.samples import DIM

READ = [ReadEntry(entry) for entry in entries()]
CLOCK = Clock(now=NOW)


@pytest.fixture(scope="module", params=ENGINES)
def corpus(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchIndex]:
    address = make_url(request.param, tmp_path_factory.mktemp("index"))
    opened = open_index(address, dim=DIM)
    opened.add([one.entry for one in READ])
    yield opened
    opened.close()
    discard_index(address)


def asked(text: str, *, limit: int = 200) -> Query:
    return Query(text, kinds=ALL, limit=limit, now=NOW)


def found(index: SearchIndex, query: Query) -> tuple[frozenset[str], int]:
    page = index.search(query)
    ids, total = {hit.id for hit in page.hits}, page.total
    while page.cursor:
        page = index.search(dataclasses.replace(query, cursor=page.cursor))
        ids |= {hit.id for hit in page.hits}
    return frozenset(ids), total


@lru_cache(maxsize=1_000)
def wanted(text: str) -> frozenset[str]:
    return frozenset(expected(READ, parse(text, clock=CLOCK)))


def test_there_are_more_than_three_hundred_queries_and_most_find_something() -> None:
    sizes = [len(wanted(text)) for text in queries()]
    assert len(sizes) >= 300
    assert sum(size > 0 for size in sizes) > 0.85 * len(sizes)


def test_every_query_finds_what_reading_finds(corpus: SearchIndex) -> None:
    wrong = {}
    for text in queries():
        ids, total = found(corpus, asked(text))
        if (ids, total) != (wanted(text), len(wanted(text))):
            wrong[text] = (sorted(ids - wanted(text)), sorted(wanted(text) - ids), total)
    assert not wrong


_PIECES = (
    *("dam", "gate", "flood*", "flod~", "the", '"the dam"', "near/2", "near/9", "AND", "OR", "NOT", "-", "(", ")", "title:"),
    *("lang:vi", "lang:(en OR de)", "kind:claim", "reach:>100", "seen:<20d", "published:2026-02", "finding:repeats", "洪水"),
    *("source:le*", "event:flood", '"on purpose"', "открыт*", "similar:", "~", "*", '"', "السد", "hochwasser*", "đập"),
)
_SIGNS = (*'()"*~-:/<>=.,', "near/", "seen:", "reach:", "published:", "similar:", "9999999", "h", "d", " ")


def read_or_refused(index: SearchIndex, text: str) -> tuple[frozenset[str], int] | None:
    try:
        return found(index, asked(text))
    except QueryError as error:
        refused = error
    assert 0 <= refused.position <= len(text)
    assert refused.remedy
    return None


@settings(max_examples=80, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pieces=st.lists(st.sampled_from(_PIECES), max_size=9), joint=st.sampled_from((" ", " ", "")))
def test_any_query_that_can_be_read_finds_what_reading_finds(corpus: SearchIndex, pieces: list[str], joint: str) -> None:
    text = joint.join(pieces)
    told = read_or_refused(corpus, text)
    if told is not None:
        assert told == (wanted(text), len(wanted(text)))


@settings(max_examples=120, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=40) | st.lists(st.sampled_from(_SIGNS)).map("".join))
def test_nothing_typed_can_break_the_engine(corpus: SearchIndex, text: str) -> None:
    told = read_or_refused(corpus, text)
    assert told is None or len(told[0]) == told[1]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[SearchIndex, SearchIndex]]:
    addresses = [make_url(engine, tmp_path_factory.mktemp("both")) for engine in ("sqlite", "elastic")]
    first, second = (open_index(address, dim=DIM) for address in addresses)
    for one in (first, second):
        one.add([read.entry for read in READ])
    yield first, second
    for one in (first, second):
        one.close()
    discard_index(addresses[1])


@pytest.mark.elastic
def test_the_first_twenty_are_nearly_the_same(both: tuple[SearchIndex, SearchIndex]) -> None:
    shares: dict[str, float] = {}
    for text in queries():
        sqlite, elastic = ([hit.id for hit in one.search(asked(text, limit=20)).hits] for one in both)
        if sqlite:
            shares[text] = len({*sqlite} & {*elastic}) / len(sqlite)
        if not ranking_words(parse(text, clock=CLOCK)):
            assert sqlite == elastic  # nothing weighs them: the newest come first
    assert mean(shares.values()) >= 0.99
    assert min(shares.values()) >= 0.9


@pytest.mark.elastic
@pytest.mark.parametrize("zone", ["UTC", "Asia/Ho_Chi_Minh", "America/New_York", "Asia/Kolkata"])
def test_both_count_and_mark_alike(both: tuple[SearchIndex, SearchIndex], zone: str) -> None:
    for text in ("", "dam", "flod~ near", "flood* OR đập", "dam near/4 gate", "title:dam OR reach:>1000"):
        for interval in Interval:
            query = dataclasses.replace(asked(text, limit=20), zone=zone, interval=interval)
            sqlite, elastic = (one.search(query) for one in both)
            assert (sqlite.total, sqlite.facets, sqlite.days) == (elastic.total, elastic.facets, elastic.days)
            one, other = ({hit.id: shown(hit) for hit in page.hits} for page in (sqlite, elastic))
            assert all(one[name] == other[name] for name in one.keys() & other.keys())


def shown(hit: Hit) -> tuple[object, ...]:
    return hit.snippet, hit.title_spans, hit.snippet_spans, hit.reasons
