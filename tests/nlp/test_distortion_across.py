"""Differences of type between a claim and evidence in another language; none for a faithful telling."""

import pytest

from factdesk.records import DifferenceKind
from nlp._numbers import quantities
from nlp._words import sentences
from nlp.distortion import RuleDistortionReader, load_distortion
from nlp.encoders import CachedEncoder, load_encoder

FERRY = {
    "en": (
        "The ferry hit the pier in Ostholm on 3 March. Thirty-five people were hurt, and most of them went home the same day. "
        "The crew did not call for help. The engine may have failed, investigators believe."
    ),
    "es": (
        "El transbordador chocó contra el muelle de Ostholm el 3 de marzo. Hubo treinta y cinco heridos, y la mayoría "
        "volvió a casa el mismo día. La tripulación no pidió ayuda. El motor podría haber fallado, creen los investigadores."
    ),
    "fr": (
        "Le ferry a heurté la jetée d'Ostholm le 3 mars. Trente-cinq personnes ont été blessées, et la plupart sont rentrées "
        "le jour même. L'équipage n'a pas appelé à l'aide. Le moteur aurait lâché, pensent les enquêteurs."
    ),
    "de": (
        "Die Fähre rammte am 3. März den Pier in Ostholm. Fünfunddreißig Menschen wurden verletzt, und die meisten gingen am "
        "selben Tag nach Hause. Die Besatzung rief nicht um Hilfe. Der Motor könnte versagt haben, glauben die Ermittler."
    ),
}
DAIRY = {
    "en": (
        "The dairy plant will close if the council refuses the loan, the mayor said on Tuesday. About 2.5 million euros are "
        "missing. The strike coincided with the fall in sales. Some workers have found new jobs."
    ),
    "de": (
        "Die Molkerei schließt, falls der Rat den Kredit verweigert, sagte der Bürgermeister am Dienstag. Es fehlen rund 2,5 "
        "Millionen Euro. Der Streik fiel zusammen mit dem Rückgang der Verkäufe. Einige Arbeiter haben neue Stellen gefunden."
    ),
    "es": (
        "La lechería cerrará si el consejo niega el préstamo, dijo el alcalde el martes. Faltan unos 2,5 millones de euros. "
        "La huelga coincidió con la caída de las ventas. Algunos trabajadores han encontrado otro empleo."
    ),
}
TRIED = {
    "en": "The spray kept mosquitoes away in the laboratory, a study found. It was tested in Kenya.",
    "fr": "Le spray a éloigné les moustiques en laboratoire, selon une étude. Il a été testé au Kenya.",
}


@pytest.fixture(scope="module")
def reader() -> RuleDistortionReader:
    return load_distortion(CachedEncoder(load_encoder("bundled")))


@pytest.mark.parametrize(
    ("kind", "texts", "codes"),
    [
        (DifferenceKind.NUMBER, ("Fifty-three people were hurt in the ferry crash in Ostholm.", FERRY["fr"]), "en fr"),
        (DifferenceKind.DATE, ("The ferry hit the pier in Ostholm on 13 March.", FERRY["de"]), "en de"),
        (DifferenceKind.PLACE, ("The ferry hit the pier in Lisbon on 3 March.", FERRY["fr"]), "en fr"),
        (DifferenceKind.CERTAINTY, ("The engine of the ferry certainly failed.", FERRY["fr"]), "en fr"),
        (DifferenceKind.CERTAINTY, ("Der Motor der Fähre hat zweifellos versagt.", FERRY["en"]), "de en"),
        (DifferenceKind.SCOPE, ("Tous les blessés sont rentrés chez eux le jour même.", FERRY["es"]), "fr es"),
        (DifferenceKind.SCOPE, ("Alle Arbeiter der Molkerei haben neue Stellen gefunden.", DAIRY["es"]), "de es"),
        (DifferenceKind.CAUSE, ("La huelga provocó la caída de las ventas de la lechería.", DAIRY["en"]), "es en"),
        (DifferenceKind.NUMBER, ("Il manque environ 25 millions d'euros à la laiterie.", DAIRY["en"]), "fr en"),
        (
            DifferenceKind.QUOTATION,
            ("The dairy plant will close if the council refuses the loan, the union said on Tuesday.", DAIRY["es"]),
            "en es",
        ),
        (
            DifferenceKind.DATE,
            ("Die Leute sollen nach dem Sprühen im Haus bleiben.", "People should stay indoors before the spraying."),
            "de en",
        ),
        (DifferenceKind.PLACE, ("Le spray contre les moustiques a été testé au Brésil.", TRIED["en"]), "fr en"),
        (DifferenceKind.QUALIFIER, ("The spray kept mosquitoes away, a study found.", TRIED["fr"]), "en fr"),
        (
            DifferenceKind.NEGATION,
            ("Das Mückenspray ist giftig für Fische.", "The mosquito spray is not toxic for fish."),
            "de en",
        ),
    ],
)
def test_a_difference_of_type_is_found_across_languages(
    reader: RuleDistortionReader, *, kind: DifferenceKind, texts: tuple[str, str], codes: str
) -> None:
    mine, yours = codes.split()
    found = reader(*texts, claim_language=mine, passage_language=yours)
    assert [one.kind for one in found] == [kind]
    assert all(one.claim_span[0] < one.claim_span[1] and one.passage_span[0] < one.passage_span[1] for one in found)


@pytest.mark.parametrize(
    ("code", "claim", "other", "evidence"),
    [
        ("en", "Thirty-five passengers were injured when a ferry ran into the pier in Ostholm.", "de", FERRY["de"]),
        ("es", "La mayoría de los heridos pudo irse a casa el mismo día.", "fr", FERRY["fr"]),
        ("de", "Die Ermittler halten einen Motorschaden für möglich.", "en", FERRY["en"]),
        ("fr", "L'équipage n'a lancé aucun appel à l'aide.", "es", FERRY["es"]),
        ("en", "The mayor said the plant would shut if the council turned down the loan.", "de", DAIRY["de"]),
        ("es", "Faltan cerca de 2,5 millones de euros.", "en", DAIRY["en"]),
        (
            "en",
            "People should stay indoors before the spraying.",
            "es",
            "La fumigación empieza después de que la gente entre en casa.",
        ),
        ("fr", "Bouillie, l'eau est sans danger.", "en", "Boiled tap water is safe."),
    ],
)
def test_a_faithful_telling_in_another_language_differs_in_nothing(
    reader: RuleDistortionReader, *, code: str, claim: str, other: str, evidence: str
) -> None:
    assert reader(claim, evidence, claim_language=code, passage_language=other) == ()


@pytest.mark.parametrize(
    ("code", "text", "value", "dimension"),
    [
        ("de", "Fünfunddreißig Menschen wurden verletzt.", 35, "count"),
        ("de", "Zweihundertvierzig Helfer kamen.", 240, "count"),
        ("de", "Dreitausendfünfhundert Säcke wurden gefüllt.", 3500, "count"),
        ("vi", "Bốn trăm năm mươi việc làm sẽ mất.", 450, "count"),
        ("es", "Faltan 2,5 millones de euros.", 2_500_000, "eur"),
        ("fr", "Il manque 2,5 millions d'euros.", 2_500_000, "eur"),
        ("fr", "La tension a baissé de 18 pour cent.", 18, "share"),
    ],
)
def test_written_numbers_and_their_units_are_read_once(code: str, text: str, *, value: float, dimension: str) -> None:
    assert [(one.value, one.dimension) for one in quantities(text, code)] == [(value, dimension)]


def test_a_german_date_does_not_end_a_sentence() -> None:
    text = "Die Schule schließt ab dem 9. September. Danach zieht sie um."
    assert [text[start:end] for start, end in sentences(text)] == [text[:40], text[41:]]
