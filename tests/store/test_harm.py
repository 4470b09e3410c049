"""What believing a claim could cost: by its subject, in any language that has words, and never by who says it."""

from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from factdesk.cli import app
from factdesk.harm import folded, load_policy
from factdesk.records import Finding, FindingKind
from factdesk.settings import load_settings
from factdesk.store.database import open_store
from factdesk.store.findings_view import QueueFilter, queue
from index import open_index
from tests.dashboards import world


def weighed(claim: str, cited: str = "") -> tuple[float, str]:
    passage = replace(world.CHECK, text=cited, title="")
    return load_policy(None).weigh(Finding("f", "c", "d", FindingKind.REPEATS, 0.9, citation=passage), claim)


@pytest.mark.parametrize(
    ("claim", "weight", "subject"),
    [
        ("Drinking bleach cures the fever.", 3.0, "health"),
        ("Nước máy bị nhiễm độc từ hôm qua.", 3.0, "health"),
        ("El agua del grifo está envenenada.", 3.0, "health"),
        ("Les bureaux de vote ferment à midi.", 2.5, "voting"),
        ("لا حاجة إلى إخلاء القرية.", 2.5, "safety"),
        ("The minister bought a third house.", 1.0, ""),
        ("He undrinkably said nothing of adamant people.", 1.0, ""),
    ],
)
def test_a_subject_is_told_by_words_in_many_languages(claim: str, weight: float, subject: str) -> None:
    assert weighed(claim) == (weight, subject)


def test_the_heaviest_subject_counts_and_the_citation_tells_too() -> None:
    assert weighed("After the flood, tap water is poisoned.") == (3.0, "health")
    assert weighed("Claim in a language without words here.", "The evacuation was never ordered.") == (2.5, "safety")


def test_words_are_compared_without_case_and_accents() -> None:
    assert folded("  ĐẬP  Hậu-Giang, 12 km") == "dap hau giang 12 km"


def test_a_desks_own_policy_weighs_what_is_there_already(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load_settings(data=tmp_path)
    engine, index = open_store(settings.store), open_index(settings.index, dim=4)
    world.fill(engine, index)
    index.close()
    own = tmp_path / "own.toml"
    own.write_text('[[harm]]\nsubject = "left"\nname = "leaving"\nweight = 9\nwords.en = ["had left"]\n', encoding="utf-8")
    monkeypatch.setenv("FACTDESK_DATA", str(tmp_path))
    monkeypatch.setenv("FACTDESK_POLICY", str(own))
    shown, applied = (CliRunner().invoke(app, ["policy", word]) for word in ("show", "apply"))
    assert shown.output == "   9  left       leaving\n"
    assert applied.output == "6 flags weighed by 1 subjects.\n"
    heaviest = max(queue(engine, QueueFilter()).rows, key=lambda row: row.heaviest.harm)
    assert (heaviest.first.finding.id, heaviest.heaviest.harm, heaviest.heaviest.subject) == (
        world.finding_id("number"),
        9.0,
        "left",
    )
    assert heaviest.priority == pytest.approx(0.91 * 9)
    engine.dispose()
