"""The typed tree of a query: precedence, fields, dates, mistakes with their position, and no other error for any text."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factdesk.errors import QueryError
from index.query import And, Everything, Key, Node, Not, Nothing, Or, Published, Words, names_kind, parse, positive_words

A, B, C = Words(("a",)), Words(("b",)), Words(("c",))


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("", Everything()),
        (" \n ", Everything()),
        ("a", A),
        ("a b", And((A, B))),
        ("a AND b", And((A, B))),
        ("a and b", And((A, Words(("and",)), B))),
        ("a OR b c", Or((A, And((B, C))))),
        ("(a OR b) c", And((Or((A, B)), C))),
        ("a NOT b", And((A, Not(B)))),
        ("a -b", And((A, Not(B)))),
        ("a AND NOT b OR c", Or((And((A, Not(B))), C))),
        ("NOT NOT a", A),
        ("--a", A),
        ("-(a b)", Not(And((A, B)))),
        ("((a))", A),
        ("()", Nothing()),
        ("!!! ...", Nothing()),
        ("a ()", A),
        ("covid-19", Words(("covid", "19"))),
        ("pre*", Words(("pre",), prefix=True)),
        ('"two wor*"', Words(("two", "wor"))),
        ("don't", Words(("don", "t"))),
        (
            'title:a title:"a b" title:a*',
            And((Words(("a",), title_only=True), Words(("a", "b"), title_only=True), Words(("a",), True, True))),
        ),
        ('source:"River Post"', Key("source", "river post")),
        ("LANG:zh-Hant", Key("lang", "zh hant")),
        ("event:fl*", Key("event", "fl", prefix=True)),
        ("10:30 http://a.b", And((Words(("10", "30")), Words(("http", "a", "b"))))),
        ("note: a", And((Words(("note",)), A))),
        ("«a b»", Words(("a", "b"))),
    ],
)
def test_a_query_is_read_as(text: str, tree: Node) -> None:
    assert parse(text) == tree


def day(year: int, month: int, number: int) -> datetime:
    return datetime(year, month, number, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2026-01-31", day(2026, 1, 31), day(2026, 2, 1)),
        ("2026-1-5", day(2026, 1, 5), day(2026, 1, 6)),
        ("2026-02", day(2026, 2, 1), day(2026, 3, 1)),
        ("2024", day(2024, 1, 1), day(2025, 1, 1)),
        ("2026-01-01..2026-01-31", day(2026, 1, 1), day(2026, 2, 1)),
        ("2025..2026-02", day(2025, 1, 1), day(2026, 3, 1)),
        ("2026-01-10..", day(2026, 1, 10), None),
        ("..2026-01-10", None, day(2026, 1, 11)),
    ],
)
def test_a_period_is_whole_days(text: str, start: datetime | None, end: datetime | None) -> None:
    assert parse(f"published:{text}") == Published(start, end)


@pytest.mark.parametrize(
    ("text", "position", "said"),
    [
        ('a "b', 2, "never closed"),
        ("a (b", 2, "never closed"),
        ("a) b", 1, "closes nothing"),
        ("a OR", 4, "missing"),
        ("AND a", 0, "missing"),
        ("a OR OR b", 5, "missing"),
        ("(NOT)", 4, "missing"),
        ("a autor:b", 2, "no field autor"),
        ("kind:x", 5, "No kind"),
        ("a finding:true", 10, "No finding"),
        ("role:king", 5, "No role"),
        ("lang:!", 5, "missing"),
        ("published:yesterday", 10, "no date"),
        ("published:2026-13", 10, "no date"),
        ("published:2026-02-30", 10, "no date"),
        ("published:..", 10, "no date"),
        ("published:9999", 10, "no date"),
        ("published:2026-02..2026-01", 10, "before it begins"),
        ("(" * 40 + "a" + ")" * 40, 32, "Too many"),
        ("a " * 201, 400, "More than 200"),
    ],
)
def test_a_mistake_has_its_position_and_a_remedy(text: str, position: int, said: str) -> None:
    with pytest.raises(QueryError, match=said) as caught:
        parse(text)
    assert caught.value.position == position
    assert caught.value.remedy


@given(
    st.text()
    | st.lists(st.sampled_from([*'()"-* :', "AND", " OR ", "NOT ", "a", "title:", "published:", "2026-01", ".."])).map("".join)
)
def test_any_text_is_read_or_refused_at_a_position(text: str) -> None:
    try:
        parse(text)
    except QueryError as error:
        position = error.position
    else:
        position = 0
    assert 0 <= position <= len(text)


def test_what_ranks_and_what_widens() -> None:
    tree = parse('a -b (c OR "d e") lang:en a kind:claim')
    assert positive_words(tree) == (A, C, Words(("d", "e")))
    assert names_kind(tree)
    assert not names_kind(parse("a -kind:claim"))
