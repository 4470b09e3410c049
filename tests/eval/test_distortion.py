"""The gate of the distortion ledger, on the half of the pairs that nobody worked on; floors only go up, ceilings down."""

import json
from pathlib import Path

import pytest

from factdesk.evaluation.distortion import DistortionReport, evaluate_distortion

PAIRS = Path(__file__).parent / "data" / "distortion.jsonl"
PRECISION, RECALL, ACROSS = 0.97, 0.85, 0.6
FAITHFUL_FLAGGED = 0.014


@pytest.fixture(scope="module")
def within(tmp_path_factory: pytest.TempPathFactory) -> DistortionReport:
    """Return the figures of held pairs whose texts are in one language."""
    rows = [json.loads(line) for line in PAIRS.read_text(encoding="utf-8").splitlines()]
    chosen = tmp_path_factory.mktemp("pairs") / "within.jsonl"
    chosen.write_text("\n".join(json.dumps(row) for row in rows if row["claim_language"] == row["evidence_language"]))
    return evaluate_distortion(chosen, half="held")


def test_the_set_is_large_and_half_of_it_is_faithful() -> None:
    rows = [json.loads(line) for line in PAIRS.read_text(encoding="utf-8").splitlines()]
    assert sum(row["made"] == "hand" for row in rows) >= 600
    assert sum(not row["differences"] for row in rows) >= 0.5 * len(rows)


def test_differences_are_right_and_found_and_faithful_paraphrases_left_alone(within: DistortionReport) -> None:
    print(within)
    assert within.precision >= PRECISION
    assert within.recall >= RECALL
    assert within.faithful_flagged <= FAITHFUL_FLAGGED


def test_differences_are_found_across_languages_too() -> None:
    found = evaluate_distortion(PAIRS, half="held")
    print(found.across_languages)
    assert found.across_languages.precision >= PRECISION
    assert found.across_languages.recall >= ACROSS
    assert found.faithful_flagged <= FAITHFUL_FLAGGED
