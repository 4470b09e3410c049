import pytest

from nlp import language as module
from nlp.language import identify, supported
from nlp.languages import language, phrases, read_languages

SENTENCES = {
    "en": "The river rose by two metres during the night.",
    "vi": "Nước sông dâng hai mét trong đêm và nhiều nhà bị ngập.",
    "es": "El río subió dos metros durante la noche.",
    "fr": "La rivière est montée de deux mètres pendant la nuit.",
    "ar": "ارتفع منسوب النهر مترين خلال الليل.",
    "de": "Der Fluss ist in der Nacht um zwei Meter gestiegen.",
    "pt": "O rio subiu dois metros durante a noite e não baixou.",
    "it": "Il fiume è salito di due metri durante la notte.",
    "nl": "De rivier is vannacht twee meter gestegen.",
    "pl": "Rzeka podniosła się w nocy o dwa metry.",
    "tr": "Nehir gece boyunca iki metre yükseldi.",
    "id": "Sungai itu naik dua meter pada malam hari dan merendam rumah.",
    "ru": "За ночь река поднялась на два метра.",
    "ja": "川は夜の間に二メートル上昇した。",
    "el": "Το ποτάμι ανέβηκε δύο μέτρα τη νύχτα.",
}


@pytest.mark.parametrize(("code", "text"), SENTENCES.items())
def test_one_sentence_tells_its_language(code: str, text: str) -> None:
    found, probability = identify([text])[0]
    assert found == code
    assert 0.4 < probability <= 1


@pytest.mark.parametrize("text", ["", "   ", "12 345", "https://courier.example/a", "👍👍", "\x00", "\ud800"])
def test_text_without_letters_has_no_language(text: str) -> None:
    assert identify([text]) == [("und", 0.0)]
    assert identify([text], hints=["fr-CA"]) == [("fr", 0.5)]


def test_a_hint_tips_a_close_decision_only() -> None:
    sure, doubtful = SENTENCES["es"], "Total normal final"
    assert identify([sure], hints=["en"])[0][0] == "es"
    assert {identify([doubtful], hints=[hint])[0][0] for hint in ("es", "en")} == {"es", "en"}


def test_links_hashtags_and_shouting_do_not_mislead() -> None:
    assert (
        identify(["https://www.the-news.example/about-the-river LA RIVIÈRE EST MONTÉE PENDANT LA NUIT #flood #river"])[0][0]
        == "fr"
    )


def test_many_texts_keep_their_order_and_their_answer() -> None:
    texts = list(SENTENCES.values()) * 3
    assert [code for code, _ in identify(texts)] == list(SENTENCES) * 3
    assert identify(texts) == identify(texts)


def test_the_small_model_alone_answers_what_is_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_second", lambda: pytest.fail("the slow model was asked"))
    assert identify([SENTENCES["vi"] * 5])[0][0] == "vi"


def test_a_huge_text_is_read_in_part() -> None:
    assert identify([SENTENCES["es"] * 100_000])[0][0] == "es"


def test_the_supported_languages_are_those_with_a_file() -> None:
    assert set(supported()) >= {"en", "vi", "es", "fr", "ar"}
    assert supported() == read_languages()


@pytest.mark.parametrize("code", read_languages())
def test_every_language_file_is_complete(code: str) -> None:
    spoken = language(code)
    assert spoken.code == code
    assert spoken.name
    assert len(spoken.months) == 12
    assert len(spoken.weekdays) == 7
    for listed in (
        spoken.stop_words,
        spoken.negations,
        spoken.hedges,
        spoken.opinion_markers,
        spoken.first_person,
        spoken.question_words,
        spoken.future_markers,
        spoken.wishes,
        spoken.denial_words,
        spoken.report_words,
        spoken.satire_markers,
        spoken.cause_words,
    ):
        assert len(listed) >= 3
        assert all(entry == entry.strip().casefold() for entry in listed)
    assert {1_000.0, 1_000_000.0} <= set(spoken.number_words.values())


def test_an_unknown_code_gives_a_neutral_language() -> None:
    assert language("xx").stop_words == frozenset()
    assert language("").code == "und"
    assert language("pt-BR").code == "pt"
    assert language("en_GB") is language("en-US") or language("en_GB") == language("en")


@pytest.mark.parametrize(
    ("code", "text", "found"),
    [
        ("en", "officials say it is not   true at all", True),
        ("en", "an untruest thing", False),
        ("en", "they don’t know", False),
        ("ar", "والشائعات كثيرة", True),
        ("ar", "المطر غزير اليوم", False),
        ("vi", "tin đồn này lan nhanh", True),
    ],
)
def test_phrases_are_found_as_whole_words(code: str, text: str, found: bool) -> None:
    assert bool(phrases(language(code).denial_words).search(text)) is found
    assert phrases(frozenset()).search(text) is None
