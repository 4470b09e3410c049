"""The typed tree of a query: precedence, fields, dates, mistakes with their position, and no other error for any text."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factdesk.errors import QueryError
from index.query import (
    And,
    Clock,
    Everything,
    Fuzzy,
    Key,
    Near,
    Node,
    Not,
    Nothing,
    Or,
    Published,
    Reach,
    Seen,
    Similar,
    Words,
    leaves,
    names_kind,
    parse,
    ranking_words,
)

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
            'title:a title:"a b" title:ab*',
            And((Words(("a",), title_only=True), Words(("a", "b"), title_only=True), Words(("ab",), True, True))),
        ),
        ('source:"River Post"', Key("source", "river post")),
        ("LANG:zh-Hant", Key("lang", "zh hant")),
        ("event:fl*", Key("event", "fl", prefix=True)),
        ("10:30 http://a.b", And((Words(("10", "30")), Words(("http", "a", "b"))))),
        ("note: a", And((Words(("note",)), A))),
        ("«a b»", Words(("a", "b"))),
        ("ab~", Words(("ab",))),
        ("abc~", Fuzzy("abc", 1)),
        ("Évacué~", Fuzzy("evacue", 2)),
        ("evacue~1 abc~2", And((Fuzzy("evacue", 1), Fuzzy("abc", 1)))),
        ("title:abcd~", Fuzzy("abcd", 1, title_only=True)),
        ("a near/5 b", Near(A, B, 5)),
        ("a NEAR/0 b c", And((Near(A, B, 0), C))),
        ("a near/1 b near/2 c", And((Near(A, B, 1), Near(B, C, 2)))),
        ("-a near/1 b", Not(Near(A, B, 1))),
        ('"a b" near/3 ab*', Near(Words(("a", "b")), Words(("ab",), prefix=True), 3)),
        ("(a OR b) near/3 c", Or((Near(A, C, 3), Near(B, C, 3)))),
        ("title:a near/3 b", Near(A, B, 3, title_only=True)),
        ("near a", And((Words(("near",)), A))),
        ("lang:(vi OR tr)", Or((Key("lang", "vi"), Key("lang", "tr")))),
        ("title:(a b)", And((Words(("a",), title_only=True), Words(("b",), title_only=True)))),
        ("reach:>1000", Reach(1001, None)),
        ("reach:<=1,5k", Reach(None, 15_000)),
        ("reach:10..20", Reach(10, 20)),
        ("reach:7", Reach(7, 7)),
        ('similar:"the dam  broke"', Similar("the dam broke")),
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
        (">2026-01-10", day(2026, 1, 11), None),
        (">=2026-01", day(2026, 1, 1), None),
        ("<2026-01-10", None, day(2026, 1, 10)),
        ("<=2026", None, day(2027, 1, 1)),
        ("2026-01-10T14:05", datetime(2026, 1, 10, 14, 5, tzinfo=UTC), datetime(2026, 1, 10, 14, 6, tzinfo=UTC)),
        ("today", day(2026, 3, 2), day(2026, 3, 3)),
        ("yesterday", day(2026, 3, 1), day(2026, 3, 2)),
        ("<24h", datetime(2026, 3, 1, 9, tzinfo=UTC), None),
        (">7d", None, datetime(2026, 2, 23, 9, tzinfo=UTC)),
        ("<90min", datetime(2026, 3, 2, 7, 30, tzinfo=UTC), None),
    ],
)
def test_a_period_is_whole_days_and_an_age_is_measured_from_now(
    text: str, start: datetime | None, end: datetime | None
) -> None:
    clock = Clock(now=datetime(2026, 3, 2, 9, tzinfo=UTC))
    assert parse(f"published:{text}", clock=clock) == Published(start, end)
    assert parse(f"seen:{text}", clock=clock) == Seen(start, end)


def test_days_are_those_of_the_desk() -> None:
    clock = Clock(ZoneInfo("Asia/Ho_Chi_Minh"), datetime(2026, 3, 1, 20, tzinfo=UTC))
    start = datetime(2026, 3, 1, 17, tzinfo=UTC)
    assert parse("published:today", clock=clock) == Published(start, start + timedelta(days=1))
    assert parse("published:2026-03-02", clock=clock) == parse("published:today", clock=clock)
    summer = Clock(ZoneInfo("Europe/Berlin"))
    assert parse("published:2026-03-29", clock=summer) == Published(
        datetime(2026, 3, 28, 23, tzinfo=UTC), datetime(2026, 3, 29, 22, tzinfo=UTC)
    )


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
        ("published:soon", 10, "no date"),
        ("seen:7d", 5, "is an age"),
        ("a seen:>7x", 7, "no date"),
        ("reach:many", 6, "no number"),
        ("reach:9..3", 6, "before it begins"),
        ("similar:!", 8, "sentence is missing"),
        ("a near/ b", 2, "names no distance"),
        ("a near/999 b", 2, "names no distance"),
        ("a near/5 lang:vi", 2, "no place in a text"),
        ("a near/5 (b c)", 2, "no place in a text"),
        ("near/5 a", 0, "missing"),
        ("a near/5", 8, "missing"),
        ("a~3", 0, "no number of letters"),
        ("covid-19~", 0, "single word"),
        ("洪水~", 0, "between words"),
        ("a b*", 2, "One letter"),
        ("lang:(vi source:x)", 9, "inside the parentheses of lang"),
        ("souce:x", 0, "Did you mean source"),
        ("kind:documents", 5, "Did you mean kind:document"),
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


def test_a_mistake_says_how_far_it_goes() -> None:
    with pytest.raises(QueryError) as caught:
        parse("dam published:2026-99 gate")
    assert (caught.value.position, caught.value.length) == (14, 7)


def test_what_ranks_marks_and_widens() -> None:
    tree = parse('a -b (c OR "d e") lang:en a kind:claim fl* flod~ x near/2 yz*')
    assert [leaf.typed for leaf in leaves(tree)] == [
        *("a", "c", '"d e"', "lang:en", "kind:claim", "fl*", "flod~", "x near/2 yz*"),
    ]
    assert ranking_words(tree) == ("a", "c", "d", "e", "flod", "x")
    assert names_kind(tree)
    assert not names_kind(parse("a -kind:claim"))
