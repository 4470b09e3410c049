import json
from pathlib import Path

import pytest

from factdesk.errors import UnreadableError
from factdesk.evaluation.findings import evaluate_findings, to_dict

POISON = "The town well in Marbeck is poisoned with arsenic."
LIBRARY: list[dict[str, object]] = [
    {"id": "f1", "kind": "factcheck", "text": POISON, "language": "en", "rating": "False", "rating_value": 0.0},
    {"id": "e1", "kind": "evidence", "text": "1,200 people were moved out of Marbeck on 3 May.", "language": "en"},
]
DOCUMENTS: list[dict[str, object]] = [
    {"id": "d1", "text": POISON, "language": "en", "findings": [{"text": POISON, "finding": "repeats", "citation": "f1"}]},
    {"id": "d2", "text": "The town well in Marbeck is not poisoned with arsenic.", "language": "en",
     "findings": [{"text": "The town well in Marbeck is not poisoned with arsenic.", "finding": "debunks", "citation": "f1"}]},
    {"id": "d3", "text": "12,000 people were moved out of Marbeck on 3 May.", "language": "en",
     "findings": [{"text": "12,000 people were moved out of Marbeck on 3 May.", "finding": "distorts", "citation": "e1"}]},
]  # fmt: skip


def written(path: Path, rows: list[dict[str, object]]) -> Path:
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return path


def test_precision_recall_and_false_flags(tmp_path: Path) -> None:
    labelled, library = written(tmp_path / "d.jsonl", DOCUMENTS), written(tmp_path / "l.jsonl", LIBRARY)
    report = evaluate_findings(labelled, library, out=tmp_path / "out.jsonl")
    assert report.false_flags == 0
    assert {kind: score.recall for kind, score in report.by_finding.items()} == {"repeats": 1, "debunks": 1, "distorts": 1}
    assert report.by_finding["repeats"].right_citation == 1
    assert json.dumps(to_dict(report))
    assert len((tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()) == report.claims


def test_a_flag_without_gold_is_a_false_flag(tmp_path: Path) -> None:
    unlabelled = [{**DOCUMENTS[0], "findings": []}]
    report = evaluate_findings(written(tmp_path / "d.jsonl", unlabelled), written(tmp_path / "l.jsonl", LIBRARY))
    assert (report.false_flags, report.false_flags_per_1000_documents) == (1, 1000)


def test_what_is_not_answered_and_what_is_wrong_of_the_surest_are_told(tmp_path: Path) -> None:
    other: dict[str, object] = {
        "id": "d4",
        "text": "The museum in Tarn sold 400 tickets on 9 June.",
        "language": "en",
        "findings": [],
    }
    rows = [*DOCUMENTS[:2], {**DOCUMENTS[2], "findings": []}, other]
    report = evaluate_findings(written(tmp_path / "d.jsonl", rows), written(tmp_path / "l.jsonl", LIBRARY))
    assert report.claims == 4
    assert report.abstained == 0.25
    assert report.risk_coverage[-1] == [0.75, 0.3333]
    assert report.risk_coverage[0][0] == 0.25
    assert 0 < report.calibration_error < 1


def test_a_row_without_text_is_refused(tmp_path: Path) -> None:
    broken = written(tmp_path / "d.jsonl", [{"id": "d1", "language": "en"}])
    with pytest.raises(UnreadableError, match="has no text"):
        evaluate_findings(broken, written(tmp_path / "l.jsonl", LIBRARY))
