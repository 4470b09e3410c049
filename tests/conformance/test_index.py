"""One suite for every search engine: what `index.base.SearchIndex` promises, on SQLite and on a real Elasticsearch server."""

import dataclasses
import os
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from factdesk.errors import QueryError
from index import SearchIndex, discard_index, open_index
from index.base import EntryKind, Page, Probe, Query, Sort
from tests.index.samples import DIM, DOCUMENTS, START, claim, document, factcheck, probe

ALL = tuple(EntryKind)
ENGINES = ("sqlite", pytest.param("elastic", marks=pytest.mark.elastic))
NO_SERVER = "set FACTDESK_TEST_ELASTIC=http://127.0.0.1:9200 to an Elasticsearch 8 server (.ci/run starts one)"


def make_url(engine: str, folder: Path) -> str:
    if engine == "sqlite":
        return f"sqlite:///{folder}/index.sqlite3"
    server = os.environ.get("FACTDESK_TEST_ELASTIC")
    if not server:
        pytest.skip(NO_SERVER)
    return f"{server.rstrip('/')}/conformance-{uuid.uuid4().hex[:12]}"


@pytest.fixture(params=ENGINES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    address = make_url(request.param, tmp_path)
    yield address
    discard_index(address)


@pytest.fixture
def index(url: str) -> Iterator[SearchIndex]:
    opened = open_index(url, dim=DIM)
    yield opened
    opened.close()


@pytest.fixture
def filled(index: SearchIndex) -> SearchIndex:
    index.add(DOCUMENTS)
    return index


def ids(page: Page) -> list[str]:
    return [hit.id for hit in page.hits]


def found(index: SearchIndex, text: str) -> set[str]:
    page = index.search(Query(text, limit=200))
    assert page.total == len(page.hits)
    return set(ids(page))


class TestEntries:
    def test_an_empty_index_finds_nothing(self, index: SearchIndex) -> None:
        page = index.search(Query("dam"))
        assert (page.hits, page.total, page.cursor) == ((), 0, None)
        assert index.counts() == dict.fromkeys(EntryKind, 0)
        assert index.candidates([probe("the dam", "dam")]) == [[]]

    def test_what_was_added_is_found_at_once(self, index: SearchIndex) -> None:
        index.add([document("a", "a bridge fell")])
        assert found(index, "bridge") == {"a"}

    def test_adding_an_id_again_replaces_it(self, index: SearchIndex) -> None:
        index.add([document("a", "a bridge fell", title="Bridge")])
        index.add([document("a", "a tunnel filled", title="Tunnel", language="fr")])
        assert (found(index, "bridge"), found(index, "tunnel lang:fr"), found(index, "lang:en")) == (set(), {"a"}, set())
        assert index.counts()[EntryKind.DOCUMENT] == 1

    def test_of_two_with_one_id_in_a_batch_the_later_counts(self, index: SearchIndex) -> None:
        index.add([document("a", "first"), document("a", "second")])
        assert (found(index, "first"), found(index, "second")) == (set(), {"a"})

    def test_adding_twice_changes_nothing(self, filled: SearchIndex) -> None:
        before = filled.search(Query("dam"))
        filled.add(DOCUMENTS)
        after = filled.search(Query("dam"))
        assert (ids(before), before.facets, before.days) == (ids(after), after.facets, after.days)

    def test_removed_entries_are_gone_and_unknown_ids_are_ignored(self, filled: SearchIndex) -> None:
        filled.remove(["d01", "unknown"])
        filled.remove([])
        assert found(filled, "Orlen dam") == {"d02"}

    def test_counts_by_kind(self, filled: SearchIndex) -> None:
        filled.add([claim("c", "the dam broke", "dam"), factcheck("f", "the dam broke", "dam")])
        assert filled.counts() == {
            EntryKind.DOCUMENT: 10,
            EntryKind.CLAIM: 1,
            EntryKind.FACTCHECK: 1,
            EntryKind.EVIDENCE: 0,
        }

    def test_clear_forgets_everything_and_can_be_filled_again(self, filled: SearchIndex) -> None:
        filled.add([factcheck("f", "the dam broke", "dam")])
        assert filled.candidates([probe("the dam broke", "dam")])[0]
        filled.clear()
        assert sum(filled.counts().values()) == 0
        assert filled.candidates([probe("the dam broke", "dam")]) == [[]]
        filled.add([document("a", "again")])
        assert found(filled, "again") == {"a"}

    def test_nothing_added_is_no_error(self, index: SearchIndex) -> None:
        index.add([])
        assert index.candidates([]) == []
        assert index.claims_near([]) == []

    def test_a_reopened_index_holds_what_was_added(self, filled: SearchIndex, url: str) -> None:
        filled.add([factcheck("f", "the dam broke", "dam")])
        again = open_index(url, dim=DIM)
        assert found(again, "Orlen dam") == {"d01", "d02"}
        assert [one.passage.id for one in again.candidates([probe("the dam broke", "dam")])[0]] == ["f"]
        again.close()

    def test_two_users_of_one_index_see_each_others_writes(self, filled: SearchIndex, url: str) -> None:
        other = open_index(url, dim=DIM)
        other.add([factcheck("f1", "the dam broke", "dam"), factcheck("f2", "the bread is poisoned", "bread")])
        asked = [probe("the dam broke", "dam")]
        assert filled.candidates(asked)[0][0].passage.id == "f1"
        other.remove(["f1"])
        other.add([factcheck("f2", "the dam was sold", "dam"), factcheck("f3", "the dam broke twice", "dam")])
        assert {one.passage.id: one.passage.text for one in filled.candidates(asked)[0]} == {
            "f2": "the dam was sold",
            "f3": "the dam broke twice",
        }
        other.clear()
        assert filled.candidates(asked) == [[]]
        other.close()


QUERIES = {
    "": {"d01", "d02", "d03", "d04", "d05", "d06", "d07", "d08", "d09", "d10"},
    "dam": {"d01", "d02", "d09"},
    "DAM": {"d01", "d02", "d09"},
    "dam orlen": {"d01", "d02"},
    "dam AND orlen": {"d01", "d02"},
    "dam OR museum": {"d01", "d02", "d09", "d10"},
    "dam NOT orlen": {"d09"},
    "dam -orlen": {"d09"},
    "-dam lang:en": {"d10"},
    "NOT NOT dam": {"d01", "d02", "d09"},
    "(dam OR museum) purpose": {"d09"},
    "dam (orlen OR purpose)": {"d01", "d02", "d09"},
    "authority OR purpose monday": {"d02"},
    '"orlen dam"': {"d01", "d02"},
    '"dam orlen"': set(),
    "“orlen dam”": {"d01", "d02"},
    '"museum of bread"': {"d10"},
    "flood*": {"d01"},
    "open*": {"d09", "d10"},
    '"the dam"': {"d02", "d09"},
    "title:dam": {"d01", "d02"},
    'title:"dam holds"': {"d02"},
    "title:open*": {"d09"},
    "-title:dam lang:en": {"d09", "d10"},
    "lang:vi": {"d03"},
    "lang:vi OR lang:tr": {"d03", "d04"},
    'source:"le gue"': {"d07", "d10"},
    "source:le*": {"d07", "d10"},
    'source:"bao song"': {"d03"},
    "role:social": {"d09"},
    "event:flood -role:social": {"d01", "d02"},
    "finding:repeats": {"d09"},
    "finding:supported OR finding:unchecked": {"d09", "d10"},
    "narrative:aa11": {"d09"},
    "narrative:a*": {"d09"},
    "published:2026-01-06": {"d02", "d03"},
    "published:2026-01-06..2026-01-07": {"d02", "d03", "d04", "d05"},
    "published:2026-01-10..": {"d09", "d10"},
    "published:..2026-01-05": {"d01"},
    "published:2026-01 museum": {"d10"},
    "published:2025": set(),
    "dam OR published:2026-01-11": {"d01", "d02", "d09", "d10"},
    "NOT (dam OR lang:en)": {"d03", "d04", "d05", "d06", "d07", "d08"},
    "dap thuy dien": {"d03"},
    "ĐẬP": {"d03"},
    "istanbul": {"d04"},
    "ısparta": {"d04"},
    "ISI": {"d04"},
    "السلطات": {"d05"},
    "مدينه": set(),
    "المدينه": {"d05"},
    "ان": {"d05"},
    "strasse": {"d06"},
    "STRAẞE": {"d06"},
    "uberflutet": {"d06"},
    "oeuvre ecole": {"d07"},
    "l'école": {"d07"},
    "e\u0301cole": {"d07"},
    "洪水": {"d08"},
    "東京都": {"d08"},
    "京": {"d08"},
    "東都": set(),
    "???": set(),
    "dam ???": {"d01", "d02", "d09"},
    "kind:claim": {"c1"},
}


class TestQueries:
    @pytest.mark.parametrize(("text", "expected"), QUERIES.items())
    def test_a_typed_query_finds(self, shared_filled: SearchIndex, text: str, expected: set[str]) -> None:
        assert found(shared_filled, text) == expected

    @pytest.mark.parametrize(
        ("text", "position"),
        [
            ('dam "open', 4),
            ("dam (a OR b", 4),
            ("dam)", 3),
            ("dam AND", 7),
            ("NOT", 3),
            ("colour:red", 0),
            ("dam kind:film", 9),
            ("published:soon", 10),
        ],
    )
    def test_a_mistake_has_its_position(self, shared_filled: SearchIndex, text: str, position: int) -> None:
        with pytest.raises(QueryError) as caught:
            shared_filled.search(Query(text))
        assert caught.value.position == position

    @settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
    @given(
        text=st.one_of(
            st.text(max_size=60),
            st.lists(
                st.sampled_from(
                    [
                        *'()"*-:',
                        "AND",
                        "OR",
                        "NOT",
                        "dam",
                        "title:",
                        "lang:",
                        " ",
                        "é",
                        "\x00",
                        "水",
                        "\u202e",
                        "published:",
                        "2026",
                        "..",
                    ]
                ),
                max_size=14,
            ).map("".join),
        )
    )
    def test_no_typed_text_breaks_the_engine(self, shared_filled: SearchIndex, text: str) -> None:
        outcome = search_or_mistake(shared_filled, text)
        if isinstance(outcome, QueryError):
            assert 0 <= outcome.position <= len(text)
        else:
            assert len(outcome.hits) <= outcome.total

    @pytest.mark.parametrize(
        "text", ["x" * 100_000, "\x00dam\x00", "\u202edam\u202c", "'; DROP TABLE entries; --", "dam\ud800", "{}[]^~/\\"]
    )
    def test_hostile_queries_are_searched_or_refused_in_words(self, shared_filled: SearchIndex, text: str) -> None:
        outcome = search_or_mistake(shared_filled, text)
        assert isinstance(outcome, Page) or outcome.remedy


def search_or_mistake(index: SearchIndex, text: str) -> Page | QueryError:
    try:
        return index.search(Query(text, kinds=ALL, limit=5))
    except QueryError as error:
        return error


@pytest.fixture(scope="module", params=ENGINES)
def shared_filled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchIndex]:
    """One filled index for the tests that only read."""
    address = make_url(request.param, tmp_path_factory.mktemp("index"))
    opened = open_index(address, dim=DIM)
    opened.add([*DOCUMENTS, claim("c1", "the dam broke", "dam")])
    yield opened
    opened.close()
    discard_index(address)


class TestFilters:
    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            (Query(languages=("vi", "tr")), {"d03", "d04"}),
            (Query(sources=("Le Gué",)), {"d07", "d10"}),
            (Query(sources=("le gue",)), set()),
            (Query(roles=("social",)), {"d09"}),
            (Query(events=("flood",)), {"d01", "d02", "d09"}),
            (Query(findings=("supported", "repeats")), {"d09", "d10"}),
            (Query(narratives=("aa11",)), {"d09"}),
            (Query("dam", roles=("press",), languages=("en",)), {"d01", "d02"}),
            (Query(published_from=START + timedelta(days=5)), {"d09", "d10"}),
            (Query(published_to=START + timedelta(days=1)), {"d01"}),
            (Query(kinds=(EntryKind.CLAIM,)), {"c1"}),
            (Query("dam", kinds=ALL), {"d01", "d02", "d09", "c1"}),
            (Query("dam kind:claim"), {"c1"}),
            (Query("dam", kinds=()), {"d01", "d02", "d09", "c1"}),
        ],
    )
    def test_filters_of_a_query(self, shared_filled: SearchIndex, query: Query, expected: set[str]) -> None:
        assert set(ids(shared_filled.search(query))) == expected

    @pytest.mark.parametrize("limit", [0, -1, 201])
    def test_a_page_size_out_of_range_is_refused(self, shared_filled: SearchIndex, limit: int) -> None:
        with pytest.raises(QueryError):
            shared_filled.search(Query(limit=limit))


class TestPages:
    def test_facets_count_every_hit_most_first(self, shared_filled: SearchIndex) -> None:
        facets = dict(shared_filled.search(Query(limit=1)).facets)
        assert facets["language"] == (("en", 4), ("ar", 1), ("de", 1), ("fr", 1), ("ja", 1), ("tr", 1), ("vi", 1))
        assert facets["source"][:2] == (("Le Gué", 2), ("Marrow Gazette", 2))
        assert facets["finding"] == (("repeats", 1), ("supported", 1), ("unchecked", 1))
        assert (facets["event"], facets["narrative"]) == ((("flood", 3),), (("aa11", 1),))
        assert (facets["role"], facets["kind"]) == ((("press", 9), ("social", 1)), (("document", 10),))

    def test_days_are_counted_in_order(self, shared_filled: SearchIndex) -> None:
        page = shared_filled.search(Query("dam", limit=1))
        assert page.days == (("2026-01-05", 1), ("2026-01-06", 1), ("2026-01-10", 1))

    def test_the_newest_come_first_when_asked(self, shared_filled: SearchIndex) -> None:
        assert ids(shared_filled.search(Query("dam", sort=Sort.NEWEST))) == ["d09", "d02", "d01"]

    def test_without_words_the_newest_come_first_and_ties_by_id(self, shared_filled: SearchIndex) -> None:
        assert ids(shared_filled.search(Query(limit=6))) == ["d10", "d09", "d08", "d06", "d07", "d04"]

    def test_a_title_counts_more_than_the_text(self, index: SearchIndex) -> None:
        index.add(
            [
                document("a", "a dam far away in words", title="news today"),
                document("b", "far away in news words", title="dam today"),
            ]
        )
        assert ids(index.search(Query("dam"))) == ["b", "a"]

    def test_equal_hits_are_ordered_by_id(self, index: SearchIndex) -> None:
        index.add([document(name, "same words") for name in "dbca"])
        assert ids(index.search(Query("same"))) == ["a", "b", "c", "d"]

    @pytest.mark.parametrize(
        "query", [Query("dam", limit=2), Query(limit=3), Query("dam OR lang:fr", limit=1), Query(sort=Sort.NEWEST, limit=4)]
    )
    def test_pages_together_are_the_whole(self, shared_filled: SearchIndex, query: Query) -> None:
        whole = ids(shared_filled.search(dataclasses.replace(query, limit=200)))
        assert list(walk(shared_filled, query)) == whole

    @pytest.mark.parametrize("sort", Sort)
    def test_pages_neither_skip_nor_repeat_while_entries_are_added(self, index: SearchIndex, sort: Sort) -> None:
        index.add([document(f"d{number:02}", "dam " * (number % 5 + 1) + "x " * number, day=number) for number in range(20)])
        query = Query("dam", limit=6, sort=sort)
        whole = ids(index.search(dataclasses.replace(query, limit=200)))
        page = index.search(query)
        shown = ids(page)
        for step in range(3):
            index.add([document(f"n{step}", "dam dam dam", day=50 + step)])
            page = index.search(dataclasses.replace(query, cursor=page.cursor))
            shown += ids(page)
        assert (shown, page.cursor) == (whole, None)

    def test_the_last_page_has_no_cursor(self, shared_filled: SearchIndex) -> None:
        assert shared_filled.search(Query("dam", limit=3)).cursor is None

    @pytest.mark.parametrize("cursor", ["", "nonsense", "é", "W10=", "bnVsbA=="])
    def test_a_broken_cursor_is_refused(self, shared_filled: SearchIndex, cursor: str) -> None:
        with pytest.raises(QueryError, match="first page"):
            shared_filled.search(Query("dam", cursor=cursor))

    def test_a_cursor_of_another_search_is_refused(self, shared_filled: SearchIndex) -> None:
        cursor = shared_filled.search(Query("dam", limit=1)).cursor
        with pytest.raises(QueryError, match="first page"):
            shared_filled.search(Query("museum", limit=1, cursor=cursor))

    def test_a_cursor_goes_on_after_reopening(self, filled: SearchIndex, url: str) -> None:
        query = Query(limit=4)
        first = filled.search(query)
        again = open_index(url, dim=DIM)
        second = again.search(dataclasses.replace(query, cursor=first.cursor))
        assert ids(first) + ids(second) == ids(filled.search(Query(limit=8)))
        again.close()


def walk(index: SearchIndex, query: Query) -> Iterator[str]:
    page = index.search(query)
    yield from ids(page)
    while page.cursor:
        page = index.search(dataclasses.replace(query, cursor=page.cursor))
        yield from ids(page)


class TestHits:
    def test_a_hit_carries_what_a_list_shows(self, shared_filled: SearchIndex) -> None:
        hit = shared_filled.search(Query("purpose")).hits[0]
        assert (hit.id, hit.kind, hit.language, hit.source) == ("d09", EntryKind.DOCUMENT, "en", "pond.example")
        assert (hit.published_at, hit.findings, hit.document_id) == (START + timedelta(days=5), ("repeats", "unchecked"), None)
        assert hit.score > 0

    @pytest.mark.parametrize(
        ("text", "title", "snippet"),
        [
            ("dam purpose", ["purpose"], ["dam", "purpose", "dam"]),
            ('"on purpose"', ["on purpose"], ["on purpose"]),
            ("open*", [], ["Opening"]),
            ("openned~ purpose", ["Opened", "purpose"], ["dam", "opened", "purpose"][1:]),
            ("dam near/1 opened", [], ["dam", "opened"]),
            ("on-purp*", ["on purpose"], ["on purpose"]),
            ("title:purpose", ["purpose"], []),
            ("thuy dap", ["Đập"], ["đập", "thủy"]),
            ("overfl* OR uberflut*", ["Überflutung"], ["überflutet"]),
            ("المدينه", ["المدينة"], ["المدينة"]),
            ("السلطات", [], ["السُّلطات"]),
            ("洪水", ["洪水"], ["洪水"]),
            ("oeuvre", ["œuvre"], ["œuvre"]),
            ("lang:fr NOT dam", [], []),
        ],
    )
    def test_matched_parts_are_marked_in_the_original(
        self, shared_filled: SearchIndex, *, text: str, title: list[str], snippet: list[str]
    ) -> None:
        hit = shared_filled.search(Query(text)).hits[0]
        assert [hit.title[low:high] for low, high in hit.title_spans] == title
        assert [hit.snippet[low:high] for low, high in hit.snippet_spans] == snippet

    def test_a_snippet_of_a_long_text_shows_the_match(self, index: SearchIndex) -> None:
        index.add([document("a", "words " * 500 + "the dam broke " + "more " * 500)])
        hit = index.search(Query('"dam broke"')).hits[0]
        assert len(hit.snippet) <= 240
        assert [hit.snippet[low:high] for low, high in hit.snippet_spans] == ["dam broke"]

    def test_hostile_text_is_kept_and_found(self, index: SearchIndex) -> None:
        hostile = '<b>dam</b> \x00 "q\' \u202eevil\u202c {"a": 1} zażółć'
        index.add([document("a", hostile, title=hostile), document("b", "y" * 100_000 + " dam"), document("c", "", title="")])
        assert found(index, "zazolc") == {"a"}
        assert found(index, "dam") == {"a", "b"}
        assert index.search(Query("zazolc")).hits[0].title == hostile
        index.add([document("a", "lone \ud800 half")])
        assert found(index, "half") == {"a"}
        index.remove(["a", "b", "c"])
        assert sum(index.counts().values()) == 0

    def test_naive_places_and_times_are_exact(self, index: SearchIndex) -> None:
        when = datetime(2026, 3, 1, 23, 59, 59, 999_999, tzinfo=UTC)
        index.add([dataclasses.replace(document("a", "late"), published_at=when, seen_at=when)])
        page = index.search(Query("late published:2026-03-01"))
        assert (page.hits[0].published_at, page.hits[0].seen_at, page.days) == (when, when, (("2026-03-01", 1),))

    def test_without_a_published_time_the_time_seen_counts(self, index: SearchIndex) -> None:
        index.add([dataclasses.replace(document("a", "late"), published_at=None)])
        page = index.search(Query("published:2026-01-05"))
        assert (page.hits[0].published_at, page.days) == (None, (("2026-01-05", 1),))


LIBRARY = (
    factcheck("f1", "The Orlen dam was opened on purpose to flood the lower town", "dam", "purpose"),
    factcheck("f2", "Drinking river water cures the fever", "water", "cure"),
    factcheck("f3", "The bread of the museum is poisoned", "bread", "poison"),
    factcheck("f4", "A video shows the flood", "video", detail="The clip was filmed at Lake Quillon eleven years ago."),
    factcheck("e1", "The gauge at Lissow read 412 centimetres on Monday", "gauge", kind="evidence"),
    *(factcheck(f"x{number}", f"Unrelated statement number {number} about taxes", f"tax{number}") for number in range(20)),
)


class TestCandidates:
    @pytest.fixture
    def library(self, index: SearchIndex) -> SearchIndex:
        index.add([*LIBRARY, claim("c1", "They opened the Orlen dam on purpose", "dam", "purpose"), *DOCUMENTS])
        return index

    @pytest.mark.parametrize(
        ("text", "topics", "expected"),
        [
            ("the Orlen dam was opened on purpose", (), "f1"),
            ("qzx", ("dam", "purpose"), "f1"),
            ("the dam opened on purpose", ("dam", "purpose"), "f1"),
            ("the Orlne damm was opend on porpose", (), "f1"),
            ("a clip filmed years ago near lake quillon", (), "f4"),
            ("it stood at 412 centimetres in Lissow", ("gauge",), "e1"),
        ],
    )
    def test_the_right_passage_is_first(
        self, library: SearchIndex, *, text: str, topics: tuple[str, ...], expected: str
    ) -> None:
        assert library.candidates([probe(text, *topics)])[0][0].passage.id == expected

    def test_only_factchecks_and_evidence_are_proposed(self, library: SearchIndex) -> None:
        proposed = library.candidates([probe("they opened the Orlen dam on purpose", "dam", "purpose")], limit=200)[0]
        assert {one.passage.kind.value for one in proposed} == {"factcheck", "evidence"}
        assert not {"c1", "d01", "d09"} & {one.passage.id for one in proposed}

    def test_the_whole_passage_comes_back(self, library: SearchIndex) -> None:
        best = library.candidates([probe("a video shows the flood", "video")])[0][0]
        assert best.passage == LIBRARY[3].passage

    def test_words_meaning_and_score_are_shares(self, library: SearchIndex) -> None:
        probes = [probe("the dam", "dam"), probe("", "water"), probe("412"), probe("")]
        lists = library.candidates(probes, limit=50)
        assert all(0 <= value <= 1 for one in lists for c in one for value in (c.words, c.meaning, c.score))
        assert lists[1][0].passage.id == "f2"
        assert lists[1][0].words == 0
        assert lists[2][0].meaning == 0
        assert lists[3] == []

    def test_the_same_text_and_meaning_is_close_to_one(self, library: SearchIndex) -> None:
        best = library.candidates([probe(LIBRARY[1].text, "water", "cure")])[0][0]
        assert best.words == pytest.approx(1, abs=0.01)
        assert best.meaning == pytest.approx(1, abs=0.01)

    def test_best_first_and_no_more_than_asked(self, library: SearchIndex) -> None:
        proposed = library.candidates([probe("unrelated statement about taxes", "tax3")], limit=7)[0]
        assert len(proposed) == 7
        assert proposed[0].passage.id == "x3"
        assert [one.score for one in proposed] == sorted((one.score for one in proposed), reverse=True)

    def test_the_nearest_in_meaning_keeps_a_seat(self, index: SearchIndex) -> None:
        index.add([factcheck(f"w{number}", "the dam was opened on purpose", "other") for number in range(30)])
        index.add([factcheck("far", "سد النهر فتح عمدا", "dam")])
        proposed = index.candidates([probe("the dam was opened on purpose", "dam")], limit=4)[0]
        assert len(proposed) == 4
        assert "far" in {one.passage.id for one in proposed}

    def test_each_probe_has_its_list_in_order(self, library: SearchIndex) -> None:
        probes = [probe("dam", "dam"), probe("bread", "bread")]
        alone = [library.candidates([one], limit=3)[0] for one in probes]
        for batched, single in zip(library.candidates(probes, limit=3), alone, strict=True):
            assert [one.passage for one in batched] == [one.passage for one in single]
            assert [one.score for one in batched] == pytest.approx([one.score for one in single], abs=1e-6)

    def test_a_vector_of_another_size_or_no_number_is_left_out(self, library: SearchIndex) -> None:
        odd = dataclasses.replace(probe("opened on purpose"), vector=np.ones(DIM + 1, dtype=np.float32))
        empty = dataclasses.replace(odd, vector=np.full(DIM, np.nan, dtype=np.float32))
        assert [one[0].passage.id for one in library.candidates([odd, empty])] == ["f1", "f1"]

    def test_claims_near_a_new_passage(self, library: SearchIndex) -> None:
        library.add([claim("c2", "the museum's bread is poisoned", "bread", "poison"), claim("c3", "taxes rise", "tax1")])
        near = library.claims_near([probe(LIBRARY[0].text, "dam", "purpose"), probe("poisoned bread", "bread", "poison")])
        assert [one[0] for one in near] == ["c1", "c2"]
        assert not {one.id for one in LIBRARY} & set(near[0])

    def test_removed_passages_and_claims_are_not_proposed(self, library: SearchIndex) -> None:
        asked = [probe(LIBRARY[0].text, "dam", "purpose")]
        assert library.candidates(asked)[0][0].passage.id == "f1"
        assert library.claims_near(asked)[0][0] == "c1"
        library.remove(["f1", "c1"])
        assert "f1" not in {one.passage.id for one in library.candidates(asked)[0]}
        assert library.claims_near(asked) == [[]]


PROBES = (
    *(probe(entry.text, "dam") for entry in LIBRARY[:5]),
    *(probe(f"statement number {number} about taxes", f"tax{number}") for number in range(8)),
    probe("poisoned bread at the museum"),
    probe("river water against fever", "water"),
    probe("lake quillon", "video"),
    probe("", "gauge"),
    probe("412 centimetres"),
)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[SearchIndex, SearchIndex]]:
    addresses = [make_url(engine, tmp_path_factory.mktemp("both")) for engine in ("sqlite", "elastic")]
    first, second = (open_index(address, dim=DIM) for address in addresses)
    for one in (first, second):
        one.add([*DOCUMENTS, *LIBRARY, claim("c1", "They opened the Orlen dam on purpose", "dam", "purpose")])
    yield first, second
    first.close()
    second.close()
    discard_index(addresses[1])


@pytest.mark.elastic
class TestAgreement:
    @pytest.mark.parametrize(
        "text", [*QUERIES, "the", "flood", "dam OR taxes OR museum", "kind:factcheck taxes", '"opened on purpose"']
    )
    def test_both_engines_give_the_same_page(self, both: tuple[SearchIndex, SearchIndex], text: str) -> None:
        sqlite, elastic = (one.search(Query(text, kinds=ALL, limit=200)) for one in both)
        assert (sqlite.total, sqlite.facets, sqlite.days) == (elastic.total, elastic.facets, elastic.days)
        marks = [{hit.id: (hit.snippet, hit.title_spans, hit.snippet_spans) for hit in page.hits} for page in (sqlite, elastic)]
        assert marks[0] == marks[1]

    @pytest.mark.parametrize("text", [text for text, expected in QUERIES.items() if len(expected) > 1])
    def test_both_engines_order_alike(self, both: tuple[SearchIndex, SearchIndex], text: str) -> None:
        sqlite, elastic = (ids(one.search(Query(text, limit=200))) for one in both)
        assert sqlite[0] in elastic[:2]
        assert elastic[0] in sqlite[:2]

    @pytest.mark.parametrize("asked", PROBES, ids=lambda one: one.text[:30] or "meaning only")
    def test_both_engines_propose_alike(self, both: tuple[SearchIndex, SearchIndex], asked: Probe) -> None:
        sqlite, elastic = (one.candidates([asked], limit=8)[0] for one in both)
        assert sqlite[0].passage == elastic[0].passage
        shared = {one.passage.id for one in sqlite[:5]} & {one.passage.id for one in elastic[:5]}
        assert len(shared) >= min(4, len(sqlite))
        scores = {one.passage.id: (one.words, one.meaning) for one in elastic}
        for one in sqlite:
            assert scores.get(one.passage.id, (one.words, one.meaning)) == pytest.approx((one.words, one.meaning), abs=0.01)


def test_all_ids_of_a_kind_are_told_page_by_page(filled: SearchIndex) -> None:
    wanted = sorted(entry.id for entry in DOCUMENTS if entry.kind is EntryKind.DOCUMENT)
    told: list[str] = []
    while page := filled.ids(EntryKind.DOCUMENT, after=told[-1] if told else "", limit=2):
        assert len(page) <= 2
        told += page
    assert told == wanted
    assert filled.ids(EntryKind.EVIDENCE) == sorted(entry.id for entry in DOCUMENTS if entry.kind is EntryKind.EVIDENCE)
