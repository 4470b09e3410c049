import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from factdesk.cli import app
from factdesk.errors import UnreadableError
from factdesk.evaluation.stance import PairsForm, evaluate_stance, read_pairs

ROWS = [
    ("The bridge of Marbeck was built in 1890.", "The bridge of Marbeck was built in 1890 by the river board.", "SUPPORT"),
    ("The bridge of Marbeck was never repaired.", "The bridge of Marbeck was repaired twice, in 1921 and 1988.", "REFUTE"),
    ("The bridge of Marbeck has four lanes.", "Cherries from Lyndale ripen in June.", "NOTENOUGHINFO"),
]


def written(folder: Path, *, header: str = "claim\tevidence\tlabel") -> Path:
    path = folder / "pairs.tsv"
    path.write_text("\n".join([header, *("\t".join(row) for row in ROWS)]) + "\n", encoding="utf-8")
    return path


def test_usual_columns_and_labels_are_found(tmp_path: Path) -> None:
    claims, evidence, labels, skipped = read_pairs(written(tmp_path), form=PairsForm())
    assert labels == ["supports", "refutes", "neutral"]
    assert (claims[0], evidence[2], skipped) == (ROWS[0][0], ROWS[2][1], 0)


def test_named_columns_and_labels_are_used(tmp_path: Path) -> None:
    path = written(tmp_path, header="a\tb\tc")
    form = PairsForm("a", "b", "c", supports=("refute",), refutes=("SUPPORT",))
    assert read_pairs(path, form=form)[2] == ["refutes", "supports", "neutral"]
    with pytest.raises(UnreadableError, match="Name it with --claim"):
        read_pairs(path, form=PairsForm())


def test_a_file_without_known_labels_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "x.tsv"
    path.write_text("claim\tevidence\tlabel\na\tb\tperhaps\n", encoding="utf-8")
    with pytest.raises(UnreadableError, match="--supports"):
        read_pairs(path, form=PairsForm())


def test_scores_are_shares_and_results_are_written(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    report = evaluate_stance(written(tmp_path), form=PairsForm(), out=out)
    assert report.pairs == 3
    assert 0 <= report.macro_f1 <= 1
    assert report.f1["neutral"] == 1
    assert [json.loads(line)["gold"] for line in out.read_text(encoding="utf-8").splitlines()] == [
        "supports",
        "refutes",
        "neutral",
    ]


def test_the_command_prints_one_json_object_last(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["eval", "stance", "--pairs", str(written(tmp_path))])
    assert result.exit_code == 0
    assert json.loads(result.stdout.splitlines()[-1])["pairs"] == 3


def test_the_report_says_how_sure_the_answers_were(tmp_path: Path) -> None:
    report = evaluate_stance(written(tmp_path), form=PairsForm())
    assert report.language == "en"
    assert report.risk_coverage[-1] == [1.0, round(1 - report.accuracy, 4)]
    assert 0 <= report.calibration_error <= 1
