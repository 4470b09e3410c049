import pytest

from factdesk.records import Claim, SourceRole, Stance
from nlp._words import read
from nlp.stance import load_stance, polarity
from tests.nlp._judged import document, reviewed


def stance(text: str, language: str, *, role: SourceRole = SourceRole.PRESS, more: str = "") -> tuple[Stance, str]:
    page = document(f"{text} {more}".strip(), language, role=role)
    claim = Claim("c", page.id, text, 0, len(text), language, 0.9)
    reading = load_stance()([(claim, page, reviewed("poison"))])[0]
    assert 0.5 <= reading.probability <= 1
    return reading.stance, reading.cue


@pytest.mark.parametrize(
    ("language", "text", "expected", "cue"),
    [
        ("en", "The well in Marbeck is poisoned with arsenic.", Stance.ASSERTS, ""),
        ("en", "The well in Marbeck isn't poisoned with arsenic.", Stance.DENIES, "isn't"),
        ("en", "There is no truth in the story of the poisoned well in Marbeck.", Stance.DENIES, "no truth"),
        ("vi", "Tin đồn giếng nước Marbeck bị nhiễm độc lan rộng.", Stance.DENIES, "tin đồn"),
        ("es", "El bulo del pozo envenenado de Marbeck.", Stance.DENIES, "bulo"),
        ("fr", "Le puits de Marbeck aurait été empoisonné.", Stance.REPORTS, "aurait"),
        ("en", "Residents insist the well in Marbeck is poisoned.", Stance.REPORTS, "insist"),
    ],
)
def test_words_decide(*, language: str, text: str, expected: Stance, cue: str) -> None:
    assert stance(text, language)[0] is expected
    assert stance(text, language)[1] in {cue, cue + "s"}


def test_a_denial_later_in_the_document_counts() -> None:
    more = "The baker opened early. The queue was long. " * 9 + "No sample was poisoned: the tale of the Marbeck well is fake."
    assert stance("The well in Marbeck is poisoned with arsenic.", "en", more=more)[0] is Stance.DENIES


def test_a_negation_of_something_else_is_no_denial() -> None:
    assert stance("The well in Marbeck is poisoned with arsenic, and nobody sleeps.", "en")[0] is Stance.ASSERTS


def test_polarity_names_its_words() -> None:
    assert polarity(read("The road is open.", "en"), read("The road is closed.", "en")) == "open / close"
    assert polarity(read("The road is closed.", "en"), read("The road is closed.", "en")) == ""
