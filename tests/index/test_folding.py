"""Folding: what counts as the same word, and where each folded word stands in the original."""

import unicodedata

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index._folding import clean, fold, gram_hashes, pieces, placed_tokens, spaced_tokens, tokens, word_hashes


@pytest.mark.parametrize(
    ("written", "same"),
    [
        ("Đập thủy điện", "dap thuy dien"),
        ("đường", "duong"),
        ("İSTANBUL", "istanbul"),
        ("ısı ISI", "isi isi"),
        ("Straße", "STRASSE"),
        ("Überflutung", "uberflutung"),
        ("œuvre Æon", "oeuvre aeon"),
        ("Łódź Øre Þór", "lodz ore thor"),
        ("إلى أُمّة آخر ٱلله", "الي امه اخر الله"),
        ("مدرســـة", "مدرسه"),
        ("کتاب فارسی", "كتاب فارسي"),
        ("١٢٣ ۴۵ १२", "123 45 12"),
        ("ﬁve ＦＵＬＬ ①", "five full 1"),
        ("Ελλάδα Άνθρωπος", "ελλαδα ανθρωποσ"),
        ("Ёлка й", "елка и"),
        ("שָׁלוֹם", "שלום"),
        ("한국어", unicodedata.normalize("NFD", "한국어")),
        ("e\u0301te\u0301", "été"),
        ("so\u00adft hy\u200bphen", "soft hyphen"),
        ("\u202edam\u202c", "dam"),
        ("snake_case#tag", "snake case tag"),
    ],
)
def test_the_same_word_written_differently(written: str, same: str) -> None:
    assert fold(written) == fold(same)
    assert tokens(written) == tokens(same)


@pytest.mark.parametrize(("one", "other"), [("がか", "かか"), ("कि", "कु"), ("กา", "กี"), ("dam", "dams"), ("水", "氷")])
def test_different_words_stay_different(one: str, other: str) -> None:
    assert fold(one) != fold(other)


def test_scripts_without_spaces_give_overlapping_pairs() -> None:
    assert tokens("東京都のdam") == ["東京", "京都", "都の", "dam"]
    assert tokens("水") == ["水"]
    assert fold("東京都 dam") == "東京都 dam"


def test_pieces_stand_where_they_say() -> None:
    text = "« L'Œuvre_é\u0301té »: 東京都, ĐẬP!"
    assert [(piece.token, text[piece.start : piece.end]) for piece in pieces(text)] == [
        ("l", "L"),
        ("oeuvre", "Œuvre"),
        ("ete", "é\u0301té"),
        ("東京", "東京"),
        ("京都", "京都"),
        ("dap", "ĐẬP"),
    ]


@given(st.text(max_size=200))
def test_any_text_folds_to_words_an_engine_can_split_at_blanks(text: str) -> None:
    for piece in pieces(clean(text)):
        assert piece.token
        assert not any(character.isspace() or character in '"_*:()-' for character in piece.token)
        assert 0 <= piece.start < piece.end <= len(text)
    assert fold(fold(text)) == fold(text)


@given(st.text(max_size=200) | st.text(st.characters(max_codepoint=127), max_size=200) | st.text("aB_ ", max_size=200))
@example("a" * 40 + "_" + "b" * 40)
def test_words_are_the_same_with_and_without_their_places(text: str) -> None:
    found = [(piece.token, (piece.start, piece.end)) for piece in pieces(text)]
    assert tokens(text) == [token for token, _ in found]
    assert [*zip(*placed_tokens(text), strict=True)] == found
    spaced, listed = spaced_tokens(clean(text))
    assert spaced.decode().split() == listed == tokens(clean(text))


@given(st.text(max_size=100))
def test_clean_text_can_be_stored(text: str) -> None:
    assert clean(text + "\ud800").encode("utf-8").endswith("\ufffd".encode())


def test_hashes_are_stable_between_processes() -> None:
    assert word_hashes(["dam", ""]).tolist() == [4031722721, 2166136261]
    assert len(gram_hashes("dam")) == 2
    assert len(gram_hashes("")) == 0
    shared = np.intersect1d(gram_hashes("the orlen dam"), gram_hashes("the orlne dam"))
    assert len(shared) >= 6
