import re
import subprocess
import sys
import time
from itertools import pairwise

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.tokenizer import Tokenizer

from nlp.languages import language
from nlp.sentences import LONGEST, MOST_CHARACTERS, split


def pieces(text: str, code: str) -> list[str]:
    return [text[start:end] for start, end in split(text, code)]


@pytest.mark.parametrize(
    ("code", "sentences"),
    [
        ("en", ["Water rose approx. 3.5 m near the U.S. border.", 'Dr. Ann Vale said: "It is over."', "The rest is calm."]),
        (
            "en",
            [
                "It cost $3.5 million, i.e. a lot.",
                "See fig. 3 and no. 7.",
                "J. K. Smith met Gen. Jones vs. nobody.",
                "He left.",
            ],
        ),
        ("en", ["The answer is no.", "He lives in the U.S.", "The end came at 5 p.m. on Monday."]),
        ("en", ["Really?!", "Yes… it rose.", "(It fell again.)", "“It held,” she said."]),
        ("fr", ["« Tout va bien. »", "Il est parti vers M. Durand.", "L'eau a monté d'env. 2,5 m.", "Fin."]),
        ("es", ["El Sr. Pérez llegó a EE.UU. ayer.", "¿Qué pasó?", "¡Nada!", "Subió 3.500 m.", "Fin."]),
        ("ar", ["انهار السد.", "هل هذا صحيح؟", "نعم!", "قال د. سامي إن الماء ارتفع 3.5 متر."]),
        ("vi", ["TP. Hồ Chí Minh ngập.", "Nước dâng 3,5 m.", "Có đúng không?", 'TS. Lan nói: "Không."', "Hết."]),
        ("de", ["Am 3. November kam Dr. Müller, z.B. mit Hr. Weiß.", "Der Fluss stieg um ca. 2,5 m.", "Ende."]),
        ("ru", ["Вода поднялась на 2 м.", "Пострадали 3 тыс. человек, т.е. почти все.", "Конец."]),
        ("xx", ["One unknown tongue.", "Another sentence."]),
    ],
)
def test_abbreviations_figures_and_quotes_do_not_split(code: str, sentences: list[str]) -> None:
    assert pieces(" ".join(sentences), code) == sentences


def test_scripts_without_spaces_split_at_their_full_stop() -> None:
    assert pieces("水位上升了。真的吗？“是的！”他说。", "zh") == ["水位上升了。", "真的吗？", "“是的！”", "他说。"]


def test_paragraphs_split_but_wrapped_lines_do_not() -> None:
    assert pieces("A headline\n\nThe river\nrose again.\nNext", "en") == ["A headline", "The river\nrose again.", "Next"]


@pytest.mark.parametrize("text", ["", " \n\t ", "\n\n"])
def test_nothing_gives_no_sentence(text: str) -> None:
    assert split(text, "en") == []


@given(st.text(alphabet=st.sampled_from("aB. !?\n\"'»。؟1…é\u200f"), max_size=300), st.sampled_from(["en", "ar", "zh", "vi"]))
def test_spans_are_ordered_tight_and_lose_no_letter(text: str, code: str) -> None:
    spans = split(text, code)
    assert all(start < end and text[start:end].strip() == text[start:end] for start, end in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    assert "".join("".join(text[start:end].split()) for start, end in spans) == "".join(text.split())


def test_a_huge_text_is_bounded_in_work_and_length() -> None:
    start = time.perf_counter()
    for huge in ("a. B " * 1_000_000, "x" * 5_000_000, "." * 1_000_000, " \n" * 1_000_000, '." ' * 500_000):
        spans = split(huge, "en")
        assert all(end - begin <= LONGEST and end <= MOST_CHARACTERS for begin, end in spans)
    assert time.perf_counter() - start < 20


def test_no_text_makes_the_process_load_spacy() -> None:
    program = "import sys; from nlp.sentences import split; split('Mr. A said so. Two.', 'fr'); print('spacy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.strip() == "False"


@pytest.mark.parametrize("code", ["de", "en", "es", "it", "nl", "pl", "pt", "ru", "tr"])
def test_short_words_keep_their_period_as_spacys_rules_have_it(code: str) -> None:
    tokenizer = spacy.blank(code).tokenizer
    assert isinstance(tokenizer, Tokenizer)
    ruled = {rule[:-1] for rule in tokenizer.rules if re.fullmatch(r"[^\W\d_]{2,5}\.", rule)}
    for word in sorted({*ruled, "house", "PhD", "Ende", "año", "вода"}):
        if word.casefold() not in language(code).abbreviations:
            whole = tokenizer(f"{word}. A")[0].text == f"{word}."
            assert len(split(f"Nought {word}. Qwertz yxcv.", code)) == (1 if whole else 2), word
