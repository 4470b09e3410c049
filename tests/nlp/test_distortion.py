import pytest

from factdesk.records import DifferenceKind
from nlp._gazetteer import same_place
from nlp._numbers import moments, quantities
from nlp.distortion import load_distortion
from nlp.encoders import load_encoder

NUMBER, DATE, NEGATION, CAUSE, QUOTATION = (
    DifferenceKind.NUMBER,
    DifferenceKind.DATE,
    DifferenceKind.NEGATION,
    DifferenceKind.CAUSE,
    DifferenceKind.QUOTATION,
)
MOVED = "1,200 people were evacuated from Marbeck on 3 May."
LAKE = "The level of Lake Orrin peaked at 4.20 metres at 05:30 on 3 May."

DISTORTED = [
    (NUMBER, "en", "12,000 people were evacuated from Marbeck on 3 May.", "en", MOVED),
    (NUMBER, "en", "Twelve thousand people were evacuated from Marbeck.", "en", MOVED),
    (NUMBER, "es", "Doce mil personas fueron evacuadas de Marbeck el 3 de mayo.", "en", MOVED),
    (NUMBER, "fr", "12 000 personnes ont été évacuées de Marbeck le 3 mai.", "en", MOVED),
    (NUMBER, "vi", "Mười hai nghìn người dân đã sơ tán khỏi Marbeck ngày 3 tháng 5.", "en", MOVED),
    (NUMBER, "ar", "تم إجلاء اثنا عشر ألف شخص من ماربك يوم 3 مايو.", "en", MOVED),
    (NUMBER, "en", "The level of Lake Orrin peaked at 6.20 metres on 3 May.", "en", LAKE),
    (NUMBER, "vi", "Mực nước hồ Orrin đạt đỉnh 6,20 mét ngày 3 tháng 5.", "en", LAKE),
    (DATE, "en", "1,200 people were evacuated from Marbeck on 5 May.", "en", MOVED),
    (DATE, "es", "1.200 personas fueron evacuadas de Marbeck el 5 de mayo.", "en", MOVED),
    (DATE, "fr", "1 200 personnes ont été évacuées de Marbeck le 5 mai.", "en", MOVED),
    (DATE, "en", "The level of Lake Orrin peaked at 4.20 metres at 09:30 on 3 May.", "en", LAKE),
    (NEGATION, "en", "The dike at Marbeck did not collapse.", "en", "The dike at Marbeck collapsed in the night."),
    (NEGATION, "en", "The road to Marbeck is open to cars.", "en", "The road to Marbeck is closed to cars."),
    (
        NEGATION,
        "es",
        "La carretera de Marbeck está abierta a los coches.",
        "es",
        "La carretera de Marbeck está cerrada a los coches.",
    ),
    (NEGATION, "fr", "L'eau du robinet à Marbeck n'est pas potable.", "fr", "L'eau du robinet à Marbeck est potable."),
    (
        CAUSE,
        "en",
        "The blackout in Osterlow was caused by an explosion.",
        "en",
        "The blackout in Osterlow was caused by heavy snow.",
    ),
    (
        CAUSE,
        "es",
        "El apagón de Osterlow fue causado por una explosión.",
        "es",
        "El apagón de Osterlow fue causado por la nieve.",
    ),
    (CAUSE, "fr", "La panne à Osterlow a été causée par un incendie.", "fr", "La panne à Osterlow a été causée par la neige."),
    (
        QUOTATION,
        "en",
        '"The lake is no longer safe for swimmers," said the Lake Office.',
        "en",
        '"The lake is safe for swimmers at every beach," said the Lake Office.',
    ),
]


@pytest.mark.parametrize(("kind", "language", "claim", "other", "evidence"), DISTORTED)
def test_a_changed_fact_is_named_with_both_spans(
    *, kind: DifferenceKind, language: str, claim: str, other: str, evidence: str
) -> None:
    found = load_distortion()(claim, evidence, claim_language=language, passage_language=other)
    assert kind in {difference.kind for difference in found}
    for difference in found:
        assert claim[slice(*difference.claim_span)].strip()
        assert evidence[slice(*difference.passage_span)].strip()
        assert difference.words.endswith(".")


FAITHFUL = [
    ("en", "About 1,200 people were evacuated from Marbeck.", MOVED),
    ("en", "Nearly 1,300 people were evacuated from Marbeck.", "1,270 people were evacuated from Marbeck on 3 May."),
    ("en", "More than 1,000 people were evacuated from Marbeck.", MOVED),
    ("en", "Twelve hundred people were evacuated from Marbeck on 3 May.", MOVED),
    ("es", "Unas 1.200 personas fueron evacuadas de Marbeck el 3 de mayo.", MOVED),
    ("es", "Más de mil personas fueron evacuadas de Marbeck.", MOVED),
    ("fr", "Quelque 1 200 personnes ont été évacuées de Marbeck.", MOVED),
    ("fr", "Mille deux cents personnes ont été évacuées de Marbeck le 3 mai.", MOVED),
    ("vi", "Khoảng 1.200 người dân đã sơ tán khỏi Marbeck.", MOVED),
    ("vi", "Một nghìn hai trăm người dân đã sơ tán khỏi Marbeck.", MOVED),
    ("ar", "تم إجلاء نحو ١٢٠٠ شخص من ماربك يوم 3 مايو.", MOVED),
    ("en", "The level of Lake Orrin peaked at 420 centimetres on 3 May.", LAKE),
    ("en", "The level of Lake Orrin peaked at 4.2 metres at 5:30 am on 3 May.", LAKE),
    ("en", "30 soldiers helped when Marbeck was evacuated.", MOVED),
    ("en", "1,900 people were evacuated from Marbeck on 6 May.", MOVED),
    ("en", "900 people were evacuated from Kelmoor.", MOVED),
    ("en", "Cherries in Lyndale are early this year.", MOVED),
    ("en", "12 people died in Marbeck.", "1,200 people were evacuated from Marbeck on 3 May."),
    ("en", "The blackout in Osterlow was caused by snow on the lines.", "The blackout in Osterlow was caused by heavy snow."),
    (
        "en",
        '"The lake is safe for swimmers," said the Lake Office.',
        '"The lake is safe for swimmers at every beach," said the Lake Office.',
    ),
    ("en", "The tests for fever in Marbeck found no bacteria.", "All tests for fever bacteria in Marbeck were negative."),
]


@pytest.mark.parametrize(("language", "claim", "evidence"), FAITHFUL)
def test_rounding_units_words_and_other_facts_are_no_distortion(language: str, claim: str, evidence: str) -> None:
    assert load_distortion()(claim, evidence, claim_language=language, passage_language="en") == ()


@pytest.mark.parametrize(
    ("language", "text", "value"),
    [
        ("en", "12,000 homes", 12_000),
        ("en", "twelve thousand homes", 12_000),
        ("en", "three hundred and five cars", 305),
        ("en", "1.2 million crowns", 1_200_000),
        ("es", "doce mil casas", 12_000),
        ("es", "12.000 casas", 12_000),
        ("es", "treinta y cinco casas", 35),
        ("fr", "12 000 maisons", 12_000),
        ("fr", "quatre-vingt-dix maisons", 90),
        ("vi", "mười hai nghìn căn nhà", 12_000),
        ("vi", "12.000 căn nhà", 12_000),
        ("ar", "اثنا عشر ألفا من السكان", 12_000),
        ("ar", "١٢٠٠ شخص", 1_200),
        ("ar", "ثلاثمئة شخص", 300),
    ],
)
def test_numbers_are_read_in_digits_and_words(language: str, text: str, value: float) -> None:
    assert [quantity.value for quantity in quantities(text, language)] == [value]


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "on 3 May"), ("es", "el 3 de mayo"), ("fr", "le 3 mai"), ("vi", "ngày 3 tháng 5"), ("ar", "يوم 3 مايو")],
)
def test_days_are_read_and_are_no_quantities(language: str, text: str) -> None:
    assert [moment.value for moment in moments(text, language)] == [(5, 3)]
    assert quantities(text, language) == ()


@pytest.mark.parametrize(
    ("language", "claim", "evidence"),
    [
        ("en", "The mayor of Tarn remains in office.", "The mayor of Tarn has not left office."),
        ("en", "The mill at Tarn has not reopened.", "The mill at Tarn stays closed after the fire."),
        ("en", "The firm refused to print the contract.", "The firm did not print the contract."),
        ("es", "El alcalde de Tarn sigue en el cargo.", "El alcalde de Tarn no ha dejado el cargo."),
        ("fr", "Personne n'est mort dans le car de Tarn.", "Tous les passagers du car de Tarn ont survécu."),
        ("de", "Das Gericht in Tarn wies die Klage ab.", "Die Klage wurde vom Gericht in Tarn nicht zugelassen."),
        ("vi", "Thị trưởng Tarn vẫn tại chức.", "Thị trưởng Tarn chưa rời chức."),
    ],
)
def test_what_another_denies_by_other_words_is_no_distortion(language: str, claim: str, evidence: str) -> None:
    for one, other in ((claim, evidence), (evidence, claim)):
        assert load_distortion()(one, other, claim_language=language, passage_language=language) == ()


GATE = "Le portail du musée de Tarn a été repeint en vert le 4 juin par douze bénévoles, ce qui a coûté 3 400 couronnes."


@pytest.mark.parametrize(
    ("language", "claim", "kind"),
    [
        ("en", "The gate of the museum in Tarn was painted green on 4 June, which cost 4,300 crowns.", NUMBER),
        ("de", "Das Tor des Museums in Tarn wurde am 9. Juni von zwölf Freiwilligen grün gestrichen.", DATE),
        ("es", "La puerta del museo de Ilvern fue pintada de verde el 4 de junio por doce voluntarios.", DifferenceKind.PLACE),
        ("en", "On 4 June twelve volunteers painted the gate of the museum in Tarn green.", None),
        ("es", "La puerta del museo de Tarn fue pintada de verde el 4 de junio; costó unas 3.400 coronas.", None),
    ],
)
def test_evidence_in_another_language_is_compared_by_figures_days_and_places(
    language: str, claim: str, kind: DifferenceKind | None
) -> None:
    found = load_distortion(load_encoder("bundled"))(claim, GATE, claim_language=language, passage_language="fr")
    assert [one.kind for one in found] == ([kind] if kind else [])
    for one in found:
        assert claim[slice(*one.claim_span)] in one.words
        assert GATE[slice(*one.passage_span)] in one.words


def test_one_place_has_other_names_in_other_languages() -> None:
    assert same_place("Wien", "Vienna", codes=("de", "en"))
    assert same_place("Allemagne", "Deutschland", codes=("fr", "de"))
    assert same_place("Tarnow", "Tarnov", codes=("en", "es"))
    assert not same_place("Lyon", "Bremen", codes=("fr", "de"))
    assert not same_place("Tarn", "Ilvern", codes=("xx", "en"))
