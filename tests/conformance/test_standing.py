"""Standing queries on each engine: an arriving entry answers exactly those that a search would find it by afterwards."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from factdesk.errors import QueryError
from index import SearchIndex, discard_index, open_index
from index._standing import read_standing
from index.base import Entry, EntryKind, Match, Meaning, Query, StandingQuery
from index.query import Clock, parse
from tests.conformance.test_index import ENGINES, QUERIES, make_url
from tests.index.corpus import NOW as CORPUS_NOW
from tests.index.corpus import entries, queries
from tests.index.oracle import ReadEntry, expected
from tests.index.samples import DIM, DOCUMENTS, START, claim, document, factcheck, meaning

ALL = tuple(EntryKind)
ARRIVING = (*DOCUMENTS, claim("c1", "the dam broke", "dam"), factcheck("f1", "the dam was sold", "dam"))
FILTERED = (
    Query(languages=("vi", "tr")),
    Query(sources=("Le Gué",)),
    Query("dam", roles=("press",), languages=("en",)),
    Query(findings=("supported", "repeats")),
    Query(events=("flood",), narratives=("aa11",)),
    Query(published_from=START + timedelta(days=2), published_to=START + timedelta(days=4)),
    Query("dam", kinds=ALL),
    Query(kinds=(EntryKind.FACTCHECK,)),
)
_WORDS = ("dam", "orlen", "open*", '"on purpose"', "title:dam", "lang:en", "-event:flood", "role:press", "bread", "水", "the")


@pytest.fixture(scope="module", params=ENGINES)
def searched(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchIndex]:
    """An index that the entries have reached, to compare with."""
    address = make_url(request.param, tmp_path_factory.mktemp("index"))
    opened = open_index(address, dim=DIM)
    opened.add(ARRIVING)
    yield opened
    opened.close()
    discard_index(address)


@pytest.fixture(params=ENGINES)
def empty(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchIndex]:
    address = make_url(request.param, tmp_path_factory.mktemp("index"))
    opened = open_index(address, dim=DIM)
    yield opened
    opened.close()
    discard_index(address)


def standing(*queries: Query | str) -> list[StandingQuery]:
    return [StandingQuery(f"q{at}", Query(one) if isinstance(one, str) else one) for at, one in enumerate(queries)]


def answered(matches: list[Match]) -> dict[str, set[str]]:
    told: dict[str, set[str]] = {}
    for match in matches:
        told.setdefault(match.standing, set()).add(match.entry)
    return told


def by_searching(index: SearchIndex, queries: list[StandingQuery]) -> dict[str, set[str]]:
    found = {one.id: {hit.id for hit in index.search(one.query).hits} for one in queries}
    return {name: hits for name, hits in found.items() if hits}


def test_what_arrives_answers_what_would_find_it(searched: SearchIndex) -> None:
    asked = standing(*QUERIES, *FILTERED)
    assert answered(searched.matching(ARRIVING, asked)) == by_searching(searched, asked)


@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.sampled_from([*_WORDS, "(", ")", "OR", "NOT"]), max_size=7).map(" ".join), max_size=12))
def test_any_query_that_can_be_read_does(searched: SearchIndex, texts: list[str]) -> None:
    asked = [one for one in standing(*texts) if _is_read(searched, one)]
    assert answered(searched.matching(ARRIVING, asked)) == by_searching(searched, asked)


def _is_read(index: SearchIndex, asked: StandingQuery) -> bool:
    try:
        index.search(asked.query)
    except QueryError:
        return False
    return True


def test_every_query_of_the_suite_is_answered_as_reading_answers_it(empty: SearchIndex) -> None:
    """The few hundred queries and entries that both engines are compared by, put to what arrives."""
    read = [ReadEntry(entry) for entry in entries()[::5]]
    asked = standing(*(Query(text, kinds=ALL, now=CORPUS_NOW) for text in queries()))
    wanted = {one.id: expected(read, parse(one.query.text, clock=Clock(now=CORPUS_NOW))) for one in asked}
    found = answered(empty.matching([one.entry for one in read], asked))
    wrong = {one.query.text for one in asked if found.get(one.id, set()) != wanted[one.id]}
    assert not wrong


def test_a_sentence_is_answered_by_what_means_about_that(searched: SearchIndex) -> None:
    """A claim by its own meaning, its document by its claims', and what only shares words by neither."""
    arriving = [
        *(replace(document(name, "Nothing here."), document_id=name) for name in ("d1", "d2")),
        replace(claim("c8", "the dyke was breached", "dam"), document_id="d1"),
        replace(claim("c9", "the dam museum sells bread", "bread"), document_id="d2"),
        factcheck("f8", "The dyke held.", "dam"),
    ]
    meanings = (Meaning("the dam broke", meaning("dam")),)
    asked = [
        StandingQuery(name, Query(text, kinds=ALL, meanings=meanings))
        for name, text in (("yes", 'similar:"the dam broke"'), ("not", '-similar:"the dam broke" kind:document nothing'))
    ]
    found = answered(searched.matching(arriving, asked))
    searched.add(arriving)
    arrived = {entry.id for entry in arriving}
    assert {name: ids & arrived for name, ids in by_searching(searched, asked).items()} == found
    searched.remove(sorted(arrived))
    assert found == {"yes": {"c8", "d1", "f8"}, "not": {"d2"}}
    assert searched.matching(arriving[:1], asked) == searched.matching(arriving[:1], asked[1:])


def test_a_sentence_whose_meaning_nobody_told_is_a_mistake(empty: SearchIndex) -> None:
    with pytest.raises(QueryError):
        empty.matching([document("a", "bread")], standing('similar:"the dam broke"'))


def test_ages_do_not_make_a_query_another_one_with_each_batch() -> None:
    """An engine that keeps queries would write them anew each time."""
    once, again = (read_standing(standing("seen:<7d published:<2d")) for _ in range(2))
    assert once == again


def test_nothing_is_indexed_by_asking(empty: SearchIndex) -> None:
    assert answered(empty.matching(DOCUMENTS, standing("dam"))) == {"q0": {"d01", "d02", "d09"}}
    assert sum(empty.counts().values()) == 0


def test_matches_come_by_entry_then_by_query_and_show_the_words(empty: SearchIndex) -> None:
    arriving = [document("b", "A dam of bread.", title="Dam news"), document("a", "Bread and a dam.")]
    found = empty.matching(arriving, standing("bread", "dam"))
    assert [(match.entry, match.standing) for match in found] == [("b", "q0"), ("b", "q1"), ("a", "q0"), ("a", "q1")]
    second = found[1]
    assert (second.snippet, second.title_spans, second.snippet_spans) == ("A dam of bread.", ((0, 3),), ((2, 5),))


def test_a_query_that_changes_or_ends_answers_so_at_once(empty: SearchIndex) -> None:
    entries = [document("a", "bread")]
    assert answered(empty.matching(entries, standing("bread", "dam"))) == {"q0": {"a"}}
    assert answered(empty.matching(entries, standing("dam", "bread"))) == {"q1": {"a"}}
    assert empty.matching(entries, standing("dam")) == []
    assert empty.matching(entries, []) == []
    assert empty.matching([], standing("bread")) == []


def test_many_arrive_at_once(empty: SearchIndex) -> None:
    entries = [document(f"d{number:03}", f"bread {number % 3}") for number in range(200)]
    assert len(empty.matching(entries, standing("bread 1", "bread"))) == 67 + 200


def test_a_mistake_is_told_before_anything_is_asked(empty: SearchIndex) -> None:
    with pytest.raises(QueryError):
        empty.matching([document("a", "bread")], standing("bread", "(dam"))


@pytest.mark.elastic
def test_queries_that_the_server_lost_are_put_back(tmp_path_factory: pytest.TempPathFactory) -> None:
    address = make_url("elastic", tmp_path_factory.mktemp("index"))
    entries, queries = [document("a", "bread and a dam")], standing("bread", "dam")
    first, second = open_index(address, dim=DIM), open_index(address, dim=DIM)
    expected = first.matching(entries, queries)
    assert len(expected) == 2
    assert second.matching(entries, standing("museum")) == []  # another desk's set takes the place of the first one's
    assert first.matching(entries, queries) == expected
    discard_index(address)
    assert first.matching(entries, queries) == expected
    first.close()
    second.close()
    discard_index(address)


@pytest.mark.elastic
def test_the_entries_index_can_be_emptied_and_the_queries_stand(tmp_path_factory: pytest.TempPathFactory) -> None:
    address = make_url("elastic", tmp_path_factory.mktemp("index"))
    opened = open_index(address, dim=DIM)
    entries = [document("a", "bread")]
    assert len(opened.matching(entries, standing("bread"))) == 1
    opened.clear()
    assert len(opened.matching(entries, standing("bread"))) == 1
    opened.close()
    discard_index(address)


_DAY = timedelta(days=1)
AGED = {"hour": timedelta(hours=1), "three": 3 * _DAY, "eight": 8 * _DAY, "late": timedelta(hours=1)}
BY_AGE = {
    "seen:>7d": {"eight"},
    "seen:<7d": {"hour", "three", "late"},
    "-seen:>7d": {"hour", "three", "late"},
    "seen:>2d seen:<7d": {"three"},
    "seen:<7d bread": {"hour", "late"},
    "seen:>7d OR bread": {"hour", "eight", "late"},
    "published:>7d": {"eight", "late"},
    "published:<2d": {"hour"},
    "seen:<90min -published:>30d": {"hour"},
    "seen:<1w published:>4w": {"late"},
    "seen:today OR seen:>1w": {"eight"},
}


def aged(now: datetime) -> list[Entry]:
    """Entries first seen some time before ``now`` and published then; one that was published long before."""
    texts = {name: "bread" if name in {"hour", "late"} else "dam" for name in AGED}
    made = [replace(document(name, texts[name]), seen_at=now - age, published_at=now - age) for name, age in AGED.items()]
    return [*made[:-1], replace(made[-1], published_at=now - 40 * _DAY)]


@pytest.mark.parametrize("pinned", [datetime(2026, 3, 20, 0, 30, tzinfo=UTC), None])
def test_ages_count_when_it_arrives_as_they_do_in_a_search(empty: SearchIndex, pinned: datetime | None) -> None:
    asked = standing(*(Query(text, now=pinned) for text in BY_AGE if pinned or "today" not in text))
    arriving = aged(pinned or datetime.now(UTC))
    found = answered(empty.matching(arriving, asked))
    assert found == {one.id: BY_AGE[one.query.text] for one in asked}
    empty.add(arriving)
    assert by_searching(empty, asked) == found


def test_what_is_new_today_is_old_next_week(empty: SearchIndex) -> None:
    """A query with an age becomes another one as time goes on, and the one before is gone."""
    now = datetime(2026, 3, 20, 9, 30, tzinfo=UTC)
    arriving = [replace(document("a", "bread"), seen_at=now - timedelta(hours=1))]
    told = [
        answered(empty.matching(arriving, standing(*(Query(text, now=now + late) for text in ("seen:<7d", "seen:>7d")))))
        for late in (timedelta(), timedelta(minutes=5), 8 * _DAY, timedelta())
    ]
    assert told == [{"q0": {"a"}}, {"q0": {"a"}}, {"q1": {"a"}}, {"q0": {"a"}}]
