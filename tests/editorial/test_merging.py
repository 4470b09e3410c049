"""Two texts that began as one: what does not touch is merged, what touches is shown, and no paragraph of either is lost."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from factdesk.editorial.merging import Side, Version, merge, paragraphs

BASE = "The gates stayed shut.\n\nThe claim: “they opened”.\n\nIn short: shut."
WORDS = st.sampled_from(["Alpha", "Bravo", "Charlie", "Delta", "Echo", "Foxtrot", "Golf", "Hotel"])
TEXTS = st.lists(WORDS, max_size=6, unique=True)


def version(body: str, *, title: str = "T", rating: str = "false") -> Version:
    return Version(title, body, rating)


def merged(mine: str, theirs: str, base: str = BASE) -> str | None:
    found = merge(version(base), version(mine), version(theirs)).resolved({})
    return found.body if found else None


@pytest.mark.parametrize(
    ("mine", "theirs", "body"),
    [
        ("A1\n\nB\n\nC", "A\n\nB1\n\nC\n\nD", "A1\n\nB1\n\nC\n\nD"),
        ("A1\n\nB\n\nC", "A\n\nB\n\nC", "A1\n\nB\n\nC"),
        ("B\n\nC", "A\n\nX\n\nB\n\nC", "X\n\nB\n\nC"),
        ("A\n\nB\n\nC\n\nD", "A\n\nB\n\nC\n\nD", "A\n\nB\n\nC\n\nD"),
        ("A\n\nB\n\nC1", "A0\n\nB\n\nC", "A0\n\nB\n\nC1"),
        ("A1\n\nB\n\nC", "A2\n\nB\n\nC", None),
        ("A\n\nX\n\nB\n\nC", "A\n\nY\n\nB\n\nC", None),
        ("A\n\nC", "A\n\nB1\n\nC", None),
    ],
)
def test_paragraphs_are_merged_or_shown(mine: str, theirs: str, body: str | None) -> None:
    assert merged(mine, theirs, "A\n\nB\n\nC") == body


def test_title_rating_and_note_are_merged_by_themselves() -> None:
    found = merge(version(BASE), version(BASE, title="Mine"), version(BASE, rating="misleading")).resolved({})
    assert found == version(BASE, title="Mine", rating="misleading")
    both = merge(version(BASE), version(BASE, title="Mine"), version(BASE, title="Theirs"))
    assert [(name, part.mine, part.theirs) for name, part in both.conflicts] == [("title", "Mine", "Theirs")]
    picked = both.resolved({0: Side.THEIRS})
    assert picked is not None
    assert picked.title == "Theirs"


def test_citations_of_both_stay_and_those_taken_away_go() -> None:
    base = Version("T", "B", "false", citations=(("a", ""), ("b", "")))
    mine = Version("T", "B", "false", citations=(("a", "word"), ("b", ""), ("c", "")))
    theirs = Version("T", "B", "false", citations=(("a", ""), ("d", "")))
    found = merge(base, mine, theirs).resolved({})
    assert found is not None
    assert dict(found.citations) == {"a": "word", "c": "", "d": ""}


def test_a_quotation_that_somebody_changed_outlives_that_its_citation_was_dropped() -> None:
    base, mine = Version("T", "B", "false", citations=(("a", "old"),)), Version("T", "B", "false", citations=(("a", "new"),))
    found = merge(base, mine, Version("T", "B", "false")).resolved({})
    assert found is not None
    assert found.citations == (("a", "new"),)


@settings(max_examples=400, deadline=None, derandomize=True)
@given(base=TEXTS, mine=TEXTS, theirs=TEXTS)
def test_nothing_that_was_written_is_lost(base: list[str], mine: list[str], theirs: list[str]) -> None:
    """Each paragraph that a side added stands in the result or in a conflict; what one side alone changed is taken as it is."""
    texts = ["\n\n".join(text) for text in (base, mine, theirs)]
    found = merge(*(version(text) for text in texts))
    shown = {one for _, part in found.parts for text in (part.text, part.mine, part.theirs) for one in paragraphs(text)}
    assert {one for text in (mine, theirs) for one in text if one not in base} <= shown
    picked = dict.fromkeys(range(len(found.conflicts)), Side.BOTH)
    whole = found.resolved(picked)
    assert whole is not None
    added = {one for text in (mine, theirs) for one in text if one not in base}
    assert added <= set(paragraphs(whole.body))
    assert merged(texts[1], texts[0], texts[0]) == texts[1]
    assert merged(texts[0], texts[2], texts[0]) == texts[2]
    assert merged(texts[1], texts[1], texts[0]) == texts[1]
