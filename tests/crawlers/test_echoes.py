"""A text does not repeat its title, itself, or who wrote it; what only looks alike stays."""

import pytest

from crawlers._echoes import without_biography, without_repeats, without_title

_PROSE = (
    "The dam at Orvell held through the night, engineers of the water authority said on Tuesday morning.",
    "Some 2,300 people spent the night in gyms and schools, most of them from the lower town.",
)
TITLE = "The dam at Orvell holds"


@pytest.mark.parametrize(
    "line",
    [TITLE, "THE DAM AT ORVELL HOLDS", "Flood: The dam at Orvell holds", "Home > News > The dam at Orvell holds"],
)
def test_the_title_is_not_told_again(line: str) -> None:
    assert without_title([line, *_PROSE], [TITLE]) == list(_PROSE)


@pytest.mark.parametrize("line", ["The dam at Orvell holds, and the river falls, the authority said.", "The dam"])
def test_a_sentence_that_holds_the_titles_words_stays(line: str) -> None:
    assert without_title([line, *_PROSE], [TITLE, "The dam", ""]) == [line, *_PROSE]


def test_far_from_the_beginning_a_title_is_a_reference() -> None:
    lines = [*_PROSE, *_PROSE, TITLE]
    assert without_title(lines, [TITLE]) == lines


def test_a_long_sentence_stands_once_and_refrains_and_tables_stay() -> None:
    refrain = ["Hold, river, hold", "| 3 | 4 |", "Hold, river, hold", "| 3 | 4 |"]
    assert without_repeats([*_PROSE, *refrain, _PROSE[0]]) == [*_PROSE, *refrain]


@pytest.mark.parametrize(
    "line",
    [
        "Quilla Verano is a reporter for the Courier.",
        "– Quilla Verano, born in Orvell, has written about rivers since 2004.",
        "Quilla Verano (34) schreibt über Flüsse.",
    ],
)
def test_the_authors_biography_is_left_out_at_the_end(line: str) -> None:
    assert without_biography([*_PROSE, line], ["Quilla Verano"]) == list(_PROSE)


def test_others_at_the_end_and_the_author_in_the_middle_stay() -> None:
    other = [*_PROSE, "Ledo Marsk is the mayor of Orvell."]
    assert without_biography(other, ["Quilla Verano", "Ledo"]) == other
    middle = ["Quilla Verano is a candidate for the council.", *_PROSE * 3]
    assert without_biography(middle, ["Quilla Verano"]) == middle
