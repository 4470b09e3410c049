"""What the word rules tell apart: satire by its own mark, the future by a verb's form, a supposition by its opening."""

import pytest

from nlp._cues import doubts, negated_keys
from nlp._words import read
from nlp.checkability import is_satire, looks_ahead, why_not_checkable


def test_an_apostrophe_is_no_mark_of_sarcasm() -> None:
    assert not is_satire("", "It's the dam's wall that's cracked.", "en")
    assert is_satire("", "Great job, everyone. /s", "en")
    assert is_satire("Dead voters want more (humour)", "They complained about the stairs.", "en")


@pytest.mark.parametrize(
    ("code", "text"),
    [("es", "Las bandas saquearán la ciudad."), ("fr", "Les bandes pilleront la ville."), ("ar", "سينتشر المرض في المدينة.")],
)
def test_a_verb_form_tells_the_future(code: str, text: str) -> None:
    assert looks_ahead(text, code)


def test_a_statement_with_a_forecast_joined_to_it_is_no_forecast() -> None:
    assert not looks_ahead("A huge split runs down the wall and it will go.", "en")
    assert looks_ahead("The wall will go and that is it.", "en")


def test_an_opening_that_supposes_is_not_checkable_but_a_warning_is() -> None:
    assert why_not_checkable("If the dam had been opened, sirens were heard.", "en") == "conditional"
    assert why_not_checkable("If you live in Marbeck the well is poisoned.", "en") is None


def test_a_month_and_a_purpose_are_no_doubt() -> None:
    assert not doubts("1,200 people were moved on 3 May.", "en")
    assert not doubts("They opened it so that the town would drown.", "en")
    assert doubts("Opening it would be a crime.", "en")


def test_negations_that_restrict_refuse_or_end_a_clause() -> None:
    assert not negated_keys(read("Les familles ne toucheront que cinquante couronnes.", "fr"))
    assert not negated_keys(read("El ministerio dijo que no a los equipos.", "es"))
    assert "=crack" in negated_keys(read("They sought a crack and found none.", "en"))
