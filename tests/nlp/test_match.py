import pytest

from factdesk.records import Candidate, Claim, FindingKind, SourceRole
from nlp.match import load_matcher
from tests.nlp._judged import NoEncoder, document, judge, passage, reviewed

REPEATS = [
    ("poison", "en", "The town well in Marbeck is poisoned with arsenic."),
    ("poison", "en", "Arsenic has poisoned the well of the town of Marbeck."),
    ("poison", "vi", "Giếng nước của thị trấn Marbeck bị nhiễm độc arsenic."),
    ("poison", "es", "El pozo del pueblo de Marbeck está envenenado con arsénico."),
    ("poison", "fr", "Le puits de la ville de Marbeck est empoisonné à l'arsenic."),
    ("closed", "en", "On 3 May every hospital in Osterlow was closed."),
    ("closed", "vi", "Tất cả bệnh viện ở Osterlow đóng cửa ngày 3 tháng 5."),
    ("closed", "es", "Todos los hospitales de Osterlow cerraron el 3 de mayo."),
    ("closed", "fr", "Tous les hôpitaux d'Osterlow ont fermé le 3 mai."),
    ("closed", "ar", "أغلقت جميع المستشفيات في أوسترلو يوم 3 مايو."),
    ("vaccine", "en", "Forty children in Osterlow died of the fever vaccine."),
    ("vaccine", "vi", "Vắc xin sốt làm chết 40 trẻ em ở Osterlow."),
    ("vaccine", "es", "La vacuna contra la fiebre mató a 40 niños: 40 niños muertos en Osterlow por la vacuna."),
    ("vaccine", "fr", "Le vaccin contre la fièvre a tué 40 enfants à Osterlow, quarante enfants morts."),
    ("bridge", "es", "Se derrumbó el puente de Marbeck con un autobús encima."),
    ("bridge", "en", "The bridge of Marbeck collapsed with a bus on it."),
    ("bridge", "fr", "Le pont de Marbeck s'est effondré avec un autobus dessus."),
    ("bridge", "vi", "Cầu Marbeck bị sập cùng một xe buýt."),
]


@pytest.mark.parametrize(("key", "language", "text"), REPEATS)
def test_a_debunked_claim_in_other_words_or_another_language_is_flagged(key: str, language: str, text: str) -> None:
    found = judge(text, language, reviewed(key))
    assert found.kind is FindingKind.REPEATS
    assert found.citation == reviewed(key)
    assert found.reasons
    assert found.shared_spans


DENIED_HERE = [
    ("poison", "en", "It is false that the town well in Marbeck is poisoned with arsenic."),
    ("poison", "en", "The town well in Marbeck is not poisoned with arsenic."),
    ("poison", "en", "The story that the town well in Marbeck is poisoned with arsenic is a hoax."),
    ("poison", "vi", "Tin giếng nước của thị trấn Marbeck bị nhiễm độc arsenic là tin giả."),
    ("poison", "vi", "Giếng nước của thị trấn Marbeck không bị nhiễm độc arsenic."),
    ("poison", "es", "Es falso que el pozo del pueblo de Marbeck esté envenenado con arsénico."),
    ("poison", "es", "El pozo del pueblo de Marbeck no está envenenado con arsénico."),
    ("poison", "fr", "Non, le puits de la ville de Marbeck n'est pas empoisonné à l'arsenic."),
    ("poison", "fr", "La rumeur d'un puits empoisonné à l'arsenic dans la ville de Marbeck est fausse."),
    ("closed", "ar", "لا صحة لإغلاق جميع المستشفيات في أوسترلو يوم 3 مايو."),
    ("closed", "ar", "شائعة إغلاق جميع المستشفيات في أوسترلو يوم 3 مايو كاذبة."),
    ("closed", "en", "Hospitals in Osterlow did not close on 3 May."),
    ("bridge", "es", "El puente de Marbeck no se derrumbó con un autobús encima."),
    ("bridge", "en", "The bridge of Marbeck never collapsed, and no bus was on it."),
]


@pytest.mark.parametrize(("key", "language", "text"), DENIED_HERE)
def test_a_sentence_that_denies_it_debunks(key: str, language: str, text: str) -> None:
    assert judge(text, language, reviewed(key)).kind is FindingKind.DEBUNKS


AROUND = [
    ("en", "The town well in Marbeck is poisoned with arsenic.", {"after": "This is false, the laboratory says."}),
    ("en", "The town well in Marbeck is poisoned with arsenic.", {"before": "A hoax is making the rounds again."}),
    ("en", "The town well in Marbeck is poisoned with arsenic.", {"title": "No, the Marbeck well is not poisoned"}),
    ("en", "The town well in Marbeck is poisoned with arsenic.", {"title": "Fact-check: the well of Marbeck"}),
    ("vi", "Giếng nước của thị trấn Marbeck bị nhiễm độc arsenic.", {"after": "Thông tin này là sai sự thật."}),
    ("es", "El pozo del pueblo de Marbeck está envenenado con arsénico.", {"after": "Es un bulo."}),
    ("fr", "Le puits de la ville de Marbeck est empoisonné à l'arsenic.", {"before": "Une rumeur circule depuis hier."}),
    ("en", "The town well in Marbeck is poisoned with arsenic.", {"role": SourceRole.FACTCHECK}),
]


@pytest.mark.parametrize(("language", "text", "around"), AROUND)
def test_neighbours_title_and_role_debunk(language: str, text: str, around: dict[str, str | SourceRole]) -> None:
    assert judge(text, language, reviewed("poison"), **around).kind is FindingKind.DEBUNKS  # type: ignore[arg-type]


REPORTED = [
    ("poison", "en", "Some users claim that the town well in Marbeck is poisoned with arsenic."),
    ("poison", "en", "The town well in Marbeck is allegedly poisoned with arsenic."),
    ("poison", "en", "The mayor denied that the town well in Marbeck is poisoned with arsenic."),
    ("poison", "en", "According to a viral message, the town well in Marbeck is poisoned with arsenic."),
    ("poison", "vi", "Một số người dùng cho rằng giếng nước của thị trấn Marbeck bị nhiễm độc arsenic."),
    ("poison", "es", "Según mensajes que circulan, el pozo del pueblo de Marbeck está envenenado con arsénico."),
    ("poison", "fr", "Selon des internautes, le puits de la ville de Marbeck serait empoisonné à l'arsenic."),
    ("closed", "ar", "يزعم ناشطون أن جميع المستشفيات في أوسترلو أغلقت يوم 3 مايو."),
    ("poison", "en", "Perhaps the town well in Marbeck is poisoned with arsenic."),
]


@pytest.mark.parametrize(("key", "language", "text"), REPORTED)
def test_what_is_only_passed_on_is_never_flagged(key: str, language: str, text: str) -> None:
    assert not judge(text, language, reviewed(key)).kind.is_flag


NOT_CHECKABLE = [
    ("en", "Is the town well in Marbeck poisoned with arsenic?"),
    ("en", "I think the town well in Marbeck is poisoned with arsenic."),
    ("en", "The town well in Marbeck will be poisoned with arsenic."),
    ("vi", "Tôi nghĩ giếng nước của thị trấn Marbeck bị nhiễm độc arsenic."),
    ("vi", "Giếng nước của thị trấn Marbeck bị nhiễm độc arsenic phải không?"),
    ("es", "¿Está envenenado con arsénico el pozo del pueblo de Marbeck?"),
    ("es", "Creo que el pozo del pueblo de Marbeck está envenenado con arsénico."),
    ("fr", "Je pense que le puits de la ville de Marbeck est empoisonné à l'arsenic."),
    ("fr", "Le puits de la ville de Marbeck sera empoisonné à l'arsenic."),
    ("ar", "هل بئر مدينة ماربك مسموم بالزرنيخ؟"),
    ("ar", "أعتقد أن بئر مدينة ماربك مسموم بالزرنيخ."),
]


@pytest.mark.parametrize(("language", "text"), NOT_CHECKABLE)
def test_questions_opinions_and_predictions_stay_unchecked(language: str, text: str) -> None:
    assert judge(text, language, reviewed("poison")).kind is FindingKind.UNCHECKED


def test_satire_stays_unchecked() -> None:
    found = judge(
        "The town well in Marbeck is poisoned with arsenic.", "en", reviewed("poison"), title="Satire: the week in wells"
    )
    assert found.kind is FindingKind.UNCHECKED
    assert found.citation is None


OTHERS = [
    ("poison", "The town well in Kelmoor is full again after the rain."),
    ("closed", "Three hospitals in Lyndale received new beds on 3 May."),
    ("vaccine", "The fever vaccine reached Osterlow on Monday."),
    ("bridge", "The bridge of Kelmoor carries two lanes."),
]


@pytest.mark.parametrize(("key", "text"), OTHERS)
def test_another_subject_has_no_flag(key: str, text: str) -> None:
    found = judge(text, "en", reviewed(key), meaning=0.4)
    assert not found.kind.is_flag


def test_a_true_rating_supports_and_a_mixed_one_disputes() -> None:
    assert judge("The army opened three shelters in Marbeck.", "en", reviewed("true")).kind is FindingKind.SUPPORTED
    mixed = judge("Every school in Osterlow lost its roof in the storm.", "en", reviewed("mixed"))
    assert mixed.kind is FindingKind.DISPUTED


def test_a_post_that_urges_belief_is_flagged_though_it_names_a_source() -> None:
    text = "My cousin says the town well in Marbeck is poisoned with arsenic."
    found = judge(text, "en", reviewed("poison"), after="Share before they delete it!", role=SourceRole.SOCIAL)
    assert found.kind is FindingKind.REPEATS


def test_not_a_rumour_is_no_denial() -> None:
    found = judge("This is not a rumour: the town well in Marbeck is poisoned with arsenic.", "en", reviewed("poison"))
    assert found.kind is FindingKind.REPEATS


def test_nothing_close_is_unchecked_without_citation() -> None:
    page = document("The market opens at nine.", "en")
    claim = Claim("c", page.id, page.text, 0, len(page.text), "en", 0.9)
    found = load_matcher(NoEncoder())(claim, page, [])
    assert (found.kind, found.citation) == (FindingKind.UNCHECKED, None)


def test_a_document_is_not_checked_against_itself() -> None:
    page = document("1,200 people were moved out of Marbeck on 3 May.", "en")
    claim = Claim("c", page.id, page.text, 0, len(page.text), "en", 0.9)
    own = passage(page.text, "en")
    own = type(own)(own.id, own.kind, own.text, own.url, own.publisher, own.language, document_id=page.id)
    assert load_matcher(NoEncoder())(claim, page, [Candidate(own, 1.0, 1.0, 1.0)]).citation is None


def test_evidence_flags_a_changed_number_and_supports_the_right_one() -> None:
    evidence = passage("1,200 people were moved out of Marbeck on 3 May.", "en")
    wrong = judge("12,000 people were moved out of Marbeck on 3 May.", "en", evidence)
    assert wrong.kind is FindingKind.DISTORTS
    assert wrong.citation == evidence
    assert "12,000" in wrong.reasons[1]
    assert "1,200" in wrong.reasons[1]
    assert judge("About 1,200 people were moved out of Marbeck on 3 May.", "en", evidence).kind is FindingKind.SUPPORTED
    denied = judge("It is false that 12,000 people were moved out of Marbeck on 3 May.", "en", evidence)
    assert not denied.kind.is_flag
