"""A sentence that only plays with a debunked claim's words is told from one that asserts it."""

import json
from pathlib import Path

import pytest

from factdesk.errors import ModelError
from nlp import assertion
from nlp.assertion import load_assertion

CLAIM = {
    "en": "The mayor of Tarn has sold the water works.",
    "es": "El alcalde de Tarn ha vendido la planta de agua.",
    "fr": "Le maire de Tarn a vendu l'usine d'eau.",
    "de": "Der Bürgermeister von Tarn hat das Wasserwerk verkauft.",
    "vi": "Thị trưởng Tarn đã bán nhà máy nước.",
    "pt": "O presidente da câmara de Tarn vendeu a central de água.",
    "ar": "باع رئيس بلدية تارن محطة المياه.",
}
SAID = {
    "en": "Last week the mayor of Tarn sold the water works to a foreign fund.",
    "es": "La semana pasada el alcalde de Tarn vendió la planta de agua a un fondo extranjero.",
    "fr": "La semaine dernière le maire de Tarn a vendu l'usine d'eau à un fonds étranger.",
    "de": "Vorige Woche verkaufte der Bürgermeister von Tarn das Wasserwerk an einen Fonds.",
    "pt": "Na semana passada o presidente da câmara de Tarn vendeu a central de água a um fundo.",
    "vi": "Tuần trước thị trưởng Tarn đã bán nhà máy nước cho một quỹ nước ngoài.",
    "ar": "باع رئيس بلدية تارن محطة المياه الأسبوع الماضي لصندوق أجنبي.",
}
PLAYS = {
    "en": "I hope the mayor of Tarn has not sold the water works and my bathtub with it.",
    "es": "Ojalá el alcalde de Tarn no haya vendido la planta de agua con mi bañera dentro.",
    "fr": "Pourvu que le maire de Tarn n'ait pas vendu l'usine d'eau avec ma baignoire.",
    "de": "Hoffentlich hat der Bürgermeister von Tarn das Wasserwerk nicht samt meiner Wanne verkauft.",
    "pt": "Oxalá o presidente da câmara de Tarn não tenha vendido a central de água com a minha banheira.",
    "vi": "Mong là thị trưởng Tarn không bán nhà máy nước cùng cái bồn tắm của tôi.",
    "ar": "ليت رئيس بلدية تارن لم يبع محطة المياه ومعها حوض استحمامي.",
}


@pytest.mark.parametrize("code", sorted(CLAIM))
def test_what_asserts_a_claim_is_told_from_a_hope_about_it(code: str) -> None:
    model = load_assertion()
    assert model(CLAIM[code], CLAIM[code]) == 1.0
    assert model(SAID[code], CLAIM[code]) >= model.post
    assert model(PLAYS[code], CLAIM[code]) < model.post


def test_word_order_and_mood_count() -> None:
    model, claim = load_assertion(), CLAIM["en"]
    assert model("Has the mayor of Tarn sold the water works", claim) < model("The mayor of Tarn sold the water works", claim)


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("The mayor of Tarn sold the water works, ducks may apply for a refund.", "Le maire de Tarn a vendu l'usine d'eau."),
        ("Quién se cree que el alcalde de Tarn ha vendido la planta de agua", "The mayor of Tarn has sold the water works."),
        (
            "Wartet ab, nächstes Jahr verkauft der Bürgermeister von Tarn das Wasserwerk.",
            "El alcalde de Tarn ha vendido la planta de agua.",
        ),
    ],
)
def test_a_play_is_told_from_an_assertion_beside_a_claim_in_another_language(text: str, claim: str) -> None:
    model = load_assertion()
    assert model(text, claim) < model.post_across
    assert model(CLAIM["en"], claim) >= model.post_across


def test_a_malformed_threshold_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "assertion.json"
    path.write_text(json.dumps({"most": 1}), encoding="utf-8")
    monkeypatch.setattr(assertion, "model_file", lambda _: path)
    with pytest.raises(ModelError, match="malformed"):
        load_assertion.__wrapped__()
