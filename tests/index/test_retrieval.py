"""The retrieval measures: formulas on hand-counted lists, files read or refused, and a small library measured end to end."""

import gzip
import json
import lzma
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import typer
from numpy.typing import NDArray
from typer.testing import CliRunner

from factdesk.cli.eval_retrieval import register
from factdesk.errors import UnreadableError
from factdesk.evaluation.edits import EDITS
from factdesk.evaluation.meaning import measure_meaning
from factdesk.evaluation.retrieval import average_precision, measure_losses, measure_retrieval, read_library, read_task
from index import discard_index, open_index
from nlp.encoders import load_encoder
from tests.conformance.test_index import ENGINES, make_url
from tests.index.samples import DIM, meaning


class _WordEncoder:
    name = "words"
    dim = DIM

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.stack([meaning(*text.lower().split()) for text in texts])


@pytest.mark.parametrize(
    ("found", "relevant", "expected"),
    [
        ("abc", "a", 1.0),
        ("abc", "b", 0.5),
        ("abc", "ac", (1 + 2 / 3) / 2),
        ("abcdef", "f", 0.0),
        ("", "a", 0.0),
        ("abcde", "abcdefgh", 1.0),
    ],
)
def test_average_precision_at_five(found: str, relevant: str, expected: float) -> None:
    assert average_precision(list(found), frozenset(relevant), depth=5) == pytest.approx(expected)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    lines = [
        {"id": "p1", "title": "Dam", "claim": "The dam was opened on purpose", "lang": "en"},
        {
            "id": "p2",
            "title": "The bread is poisoned",
            "text": "A baker of Lissow says it is not.",
            "url": "https://check.example/2",
        },
        {"id": "p3", "title": "River water cures fever", "subtitle": "It does not."},
    ]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (tmp_path / "library.jsonl").write_text(text)
    with gzip.open(tmp_path / "library.jsonl.gz", "wt") as packed:
        packed.write(text)
    with lzma.open(tmp_path / "library.jsonl.xz", "wt") as packed:
        packed.write(text)
    (tmp_path / "queries.tsv").write_text("q1\tthe dam opened on purpose\nq2\tbaker lissow bread poisoned\nq9\tnever judged\n")
    (tmp_path / "qrels.tsv").write_text("q1\t0\tp1\t1\nq2\t0\tp2\t1\nq2\t0\tp3\t0\n")
    return tmp_path


@pytest.mark.parametrize("name", ["library.jsonl", "library.jsonl.gz", "library.jsonl.xz"])
def test_a_library_is_read_plain_or_packed(files: Path, name: str) -> None:
    passages = list(read_library(files / name))
    assert [(one.id, one.text, one.title, one.detail) for one in passages] == [
        ("p1", "The dam was opened on purpose", "Dam", ""),
        ("p2", "The bread is poisoned", "", "A baker of Lissow says it is not."),
        ("p3", "River water cures fever", "", "It does not."),
    ]
    assert len(list(read_library(files / name, limit=2))) == 2


def test_a_small_library_is_measured(files: Path) -> None:
    task = read_task(files / "library.jsonl", queries=files / "queries.tsv", qrels=files / "qrels.tsv")
    index = open_index(f"sqlite:///{files}/index.sqlite3", dim=DIM)
    said: list[str] = []
    scores = measure_retrieval(task, index, encoder=_WordEncoder(), say=said.append)
    index.close()
    line = json.loads(scores.line())
    assert {name: line[name] for name in ("map@5", "map@20", "mrr@10", "success@10", "recall@100", "library", "queries")} == {
        **dict.fromkeys(("map@5", "map@20", "mrr@10", "success@10", "recall@100"), 1.0),
        "library": 3,
        "queries": 2,
    }
    assert {"index_seconds", "p50_ms", "p95_ms", "peak_mb"} <= line.keys()
    assert said


@pytest.mark.parametrize(
    ("name", "text", "match"),
    [
        ("queries.tsv", "q1 without a tab\n", "Line 1"),
        ("qrels.tsv", "q1\tp1\n", "Line 1"),
        ("queries.tsv", "other\ttext\n", "No query"),
        ("qrels.tsv", "", "No query"),
    ],
)
def test_malformed_labels_are_refused_with_their_line(files: Path, *, name: str, text: str, match: str) -> None:
    (files / name).write_text(text)
    with pytest.raises(UnreadableError, match=match):
        read_task(files / "library.jsonl", queries=files / "queries.tsv", qrels=files / "qrels.tsv")


@pytest.mark.parametrize("line", ["{", "[]", "{}", "null"])
def test_a_malformed_library_line_is_named(files: Path, line: str) -> None:
    (files / "bad.jsonl").write_text('{"id": "a", "title": "t"}\n' + line + "\n")
    with pytest.raises(UnreadableError, match="Line 2"):
        list(read_library(files / "bad.jsonl"))


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        ("negation", "The dam is open", "The dam is not open"),
        ("negation", "The dam isn't open, is it not?", "The dam is open, is it not?"),
        ("negation", "Bread for all", "Bread for all"),
        ("entities", "We saw Orlen Dam and the Lissow Bridge fall", "We saw they and the Lissow Bridge fall"),
        ("dialect", "The people are not going to leave", "da folks ain't gonna leave"),
        ("casing", "Dam", "dam"),
        ("casing", "Dams", "DAMS"),
        ("rewriting", "The police said so. It is just a photo!", "It is picture! officers stated so."),
    ],
)
def test_a_post_is_altered_by_rule(kind: str, *, before: str, after: str) -> None:
    assert EDITS[kind](before) == after


def test_typos_are_few_and_the_same_each_time() -> None:
    text = "the reservoir above Lissow poisoned thousands of households yesterday evening " * 4
    once = EDITS["typos"](text)
    assert once == EDITS["typos"](text)
    assert 2 <= sum(left != right for left, right in zip(text.split(), once.split(), strict=True)) <= 20


def test_losses_are_told_for_each_kind(files: Path) -> None:
    task = read_task(files / "library.jsonl", queries=files / "queries.tsv", qrels=files / "qrels.tsv")
    index = open_index(f"sqlite:///{files}/index.sqlite3", dim=DIM)
    measure_retrieval(task, index, encoder=_WordEncoder(), say=lambda _: None)
    losses = measure_losses(task, index, encoder=_WordEncoder(), say=lambda _: None)
    index.close()
    assert set(losses) == {"loss", *(f"loss_{kind}" for kind in EDITS)}
    assert losses["loss_casing"] == 0.0
    assert losses["loss"] == pytest.approx(sum(losses[f"loss_{kind}"] for kind in EDITS) / len(EDITS))


@pytest.mark.parametrize("engine", ENGINES)
def test_nearly_all_of_the_nearest_claims_are_found(engine: str, tmp_path: Path) -> None:
    address = make_url(engine, tmp_path)
    index = open_index(address)
    try:
        scores = measure_meaning(index, claims=6_000, questions=20, encoder=load_encoder("bundled"), say=lambda _: None)
    finally:
        index.close()
        discard_index(address)
    assert json.loads(scores.line())["recall@50"] >= 0.98


def test_a_missing_file_is_one_clear_error(files: Path) -> None:
    with pytest.raises(UnreadableError, match="cannot be opened"):
        list(read_library(files / "none.jsonl"))


def test_the_command_prints_progress_aside_and_one_json_object_last(files: Path) -> None:
    app = typer.Typer()
    app.callback()(lambda: None)
    register(app)
    paths = {"--library": "library.jsonl.xz", "--queries": "queries.tsv", "--qrels": "qrels.tsv", "--out": "scores.json"}
    result = CliRunner().invoke(
        app, ["retrieval", *(word for name, file in paths.items() for word in (name, str(files / file)))]
    )
    assert result.exit_code == 0, result.output
    line = json.loads(result.stdout.splitlines()[-1])
    assert line["map@5"] == 1.0
    assert json.loads((files / "scores.json").read_text()) == line
    assert "3 passages indexed" in result.stderr
