"""A sentence that only plays with a debunked claim's words is told from one that asserts it."""

import pytest

from nlp.assertion import load_assertion, surface, word_buckets
from nlp.encoders import load_encoder

CLAIM = {
    "en": "The mayor of Tarn has sold the water works.",
    "es": "El alcalde de Tarn ha vendido la planta de agua.",
    "fr": "Le maire de Tarn a vendu l'usine d'eau.",
    "de": "Der Bürgermeister von Tarn hat das Wasserwerk verkauft.",
    "vi": "Thị trưởng Tarn đã bán nhà máy nước.",
}
PLAYS = {
    "en": "I hope the mayor of Tarn has not sold the water works and my bathtub with it.",
    "es": "Ojalá el alcalde de Tarn no haya vendido la planta de agua con mi bañera dentro.",
    "fr": "Pourvu que le maire de Tarn n'ait pas vendu l'usine d'eau avec ma baignoire.",
    "de": "Hoffentlich hat der Bürgermeister von Tarn das Wasserwerk nicht samt meiner Wanne verkauft.",
    "vi": "Mong là thị trưởng Tarn không bán nhà máy nước cùng cái bồn tắm của tôi.",
}


def probability(text: str, claim: str) -> float:
    return load_assertion()(text, claim, vectors=load_encoder("bundled")([text, claim]))


@pytest.mark.parametrize("code", sorted(CLAIM))
def test_the_claim_itself_is_asserted_and_a_hope_about_it_is_less(code: str) -> None:
    plain, played = probability(CLAIM[code], CLAIM[code]), probability(PLAYS[code], CLAIM[code])
    assert plain >= load_assertion().least
    assert played < plain


def test_only_what_a_sentence_adds_is_read() -> None:
    assert len(word_buckets(CLAIM["en"], CLAIM["en"])) <= 2  # its edges
    assert surface(CLAIM["en"], CLAIM["en"])[0] == 0
    assert surface("", "").shape == (8,)
