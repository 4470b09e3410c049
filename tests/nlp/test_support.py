import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from factdesk.errors import ModelError
from nlp import _pairs
from nlp._pairs import PairReader, load_pairs
from nlp._support import LABELS, support
from nlp.encoders import load_encoder
from nlp.models import FOLDER, manifest, model_file

SUPPORTS, REFUTES, NEUTRAL = range(3)
CASES = [
    ("Face masks reduce infection.", "Infection was significantly lower among residents who wore face masks.", SUPPORTS),
    ("Face masks reduce infection.", "Wearing face masks had no measurable effect on infection.", REFUTES),
    ("Face masks reduce infection.", "The tower of Marbeck was painted blue in 1911.", NEUTRAL),
    ("The bridge of Marbeck was built in 1890.", "The bridge of Marbeck was built in 1890 by the river board.", SUPPORTS),
    ("Coffee causes memory loss.", "Whether coffee causes memory loss remains unknown.", NEUTRAL),
    ("The vaccine causes blood clots.", "The vaccine does not cause blood clots.", REFUTES),
]  # fmt: skip


@pytest.fixture(scope="module")
def reader() -> PairReader:
    return load_pairs()


@pytest.mark.parametrize(("claim", "evidence", "label"), CASES)
def test_plain_cases_are_read_rightly(claim: str, evidence: str, label: int, *, reader: PairReader) -> None:
    assert LABELS[int(reader([claim], [evidence])[0].argmax())] == LABELS[label]


def test_a_pair_reads_the_same_alone_and_beside_others(reader: PairReader) -> None:
    claims, evidence = [case[0] for case in CASES], [case[1] for case in CASES]
    together = reader(claims, evidence)
    alone = np.concatenate([reader([claim], [text]) for claim, text in zip(claims, evidence, strict=True)])
    np.testing.assert_array_equal(together, alone)
    np.testing.assert_allclose(together.sum(axis=1), 1, rtol=1e-5)


def test_the_sentence_that_says_most_decides(reader: PairReader) -> None:
    claim, telling = CASES[0][:2]
    long = f"The study was carried out in spring. {telling} Funding came from public sources."
    assert reader([claim], [long])[0].argmax() == SUPPORTS


def test_what_a_sentence_leaves_open_is_read_from_the_one_before(reader: PairReader) -> None:
    evidence = "In the trial 400 residents wore face masks. Infection was half as frequent among them as among the others."
    assert reader(["Face masks reduce infection."], [evidence])[0].argmax() == SUPPORTS


def test_of_long_evidence_the_piece_that_says_most_decides(reader: PairReader) -> None:
    idle = "The town has a school, a market and a bridge of stone, and its records are kept by the parish. " * 8
    claim, telling = CASES[0][:2]
    assert reader([claim], [f"{idle}{telling} {idle}"])[0].argmax() == SUPPORTS
    assert reader([claim], [idle])[0].argmax() == NEUTRAL


@pytest.mark.parametrize("evidence", ["", "   ", "\ud800"])
def test_evidence_that_says_nothing_is_neutral(evidence: str, *, reader: PairReader) -> None:
    assert reader(["Face masks reduce infection."], [evidence])[0].argmax() == NEUTRAL


def test_long_claims_and_no_pairs_are_read(reader: PairReader) -> None:
    assert reader(["dam " * 900], ["The dam is shut. " * 50]).shape == (1, 3)
    assert reader([], []).shape == (0, 3)


def test_other_languages_are_read_without_the_english_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nlp._support.load_pairs", lambda: pytest.fail("English only"))
    told = support(["Las presas están cerradas."], ["Las presas siguen cerradas."], encoder=load_encoder(), code="es")
    assert told.shape == (1, 3)


def test_an_altered_model_is_refused(tmp_path: Path) -> None:
    for name in (_pairs.READING, "MANIFEST.json"):
        shutil.copyfile(FOLDER / name, tmp_path / name)
    (tmp_path / _pairs.READING).write_text(json.dumps({"temperature": 0.1}), encoding="utf-8")
    with pytest.raises(ModelError, match="was altered"):
        model_file(_pairs.READING, folder=tmp_path)


def test_the_manifest_names_each_file_of_the_reader() -> None:
    listed = {entry.file: entry.licence for entry in manifest()}
    assert listed[_pairs.MODEL] == "CC-BY-SA-3.0"
    assert listed[_pairs.TOKENIZER] == listed[_pairs.READING] == "Apache-2.0"
