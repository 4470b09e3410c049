import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import Engine, insert, update
from typer.testing import CliRunner

from factdesk.cli import app
from factdesk.errors import ModelError, NotFoundError
from factdesk.records import CaptureKind, Claim, Document, Finding, FindingKind, Passage, PassageKind, SourceRole
from factdesk.store.database import writing
from factdesk.store.tables import findings, reviews
from factdesk.training import FEWEST, Trained, _worse, fit, score, train, undo
from nlp.desk_heads import CHECKABLE, FLAGS, MANIFEST, DeskHead, file_of, identity, load_head, read_manifest, taught, teaching
from tests.stores import NOW, add_finding, add_passage, add_person, sqlite_store

SURE, DOUBTFUL = 0.9, 0.6


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with sqlite_store(tmp_path) as opened:
        yield opened


def decided(engine: Engine, decisions: list[tuple[str, float]]) -> None:
    """Store one flag a decision, of the given closeness, an hour apart."""
    person, passage = add_person(engine, "ana", "analyst"), add_passage(engine, "The gates were opened at night.")
    names = [
        add_finding(engine, f"The gates of dam {at} were opened at night.", passage=passage) for at in range(len(decisions))
    ]
    with writing(engine) as connection:
        for at, (name, (decision, closeness)) in enumerate(zip(names, decisions, strict=True)):
            connection.execute(update(findings).where(findings.c.id == name).values(score=closeness))
            row = {"finding_id": name, "user_id": person, "decision": decision, "at": NOW + timedelta(hours=at)}
            connection.execute(insert(reviews).values(**row))


def by_name(outcomes: list[Trained]) -> dict[str, Trained]:
    return {told.head: told for told in outcomes}


def test_few_reviews_say_how_many_are_missing_and_replace_nothing(engine: Engine, tmp_path: Path) -> None:
    decided(engine, [("confirmed", SURE)] * 3)
    told = by_name(train(engine, tmp_path / "models"))
    assert told[FLAGS].why == f"{FEWEST - 3} more reviews are needed (there are 3 of {FEWEST})."
    assert not told[FLAGS].replaced
    assert not (tmp_path / "models").exists()


def test_one_sided_reviews_say_which_kind_is_missing(engine: Engine, tmp_path: Path) -> None:
    decided(engine, [("confirmed", SURE)] * 45)
    assert "10 more reviews that decide against are needed" in by_name(train(engine, tmp_path))[FLAGS].why


def test_reviews_that_contradict_the_shipped_confidence_replace_it(engine: Engine, tmp_path: Path) -> None:
    decided(engine, [("rejected", SURE), ("confirmed", DOUBTFUL)] * 40)
    told = by_name(train(engine, tmp_path))[FLAGS]
    assert told.replaced
    assert told.before is not None
    assert told.after is not None
    assert told.after.log_loss < told.before.log_loss
    assert told.held_out == 24
    again = by_name(train(engine, tmp_path))[FLAGS]
    assert not again.replaced
    assert again.why == "It is not better than the one in use."
    assert undo(tmp_path)[-1] == FLAGS
    assert load_head(tmp_path, FLAGS) is None


def test_a_dry_run_replaces_nothing(engine: Engine, tmp_path: Path) -> None:
    decided(engine, [("rejected", SURE), ("confirmed", DOUBTFUL)] * 40)
    told = by_name(train(engine, tmp_path / "models", dry=True))[FLAGS]
    assert not told.why
    assert not told.replaced
    assert not (tmp_path / "models").exists()


def test_what_the_older_reviews_teach_must_hold_for_the_newer(engine: Engine, tmp_path: Path) -> None:
    older = [("rejected", SURE), ("confirmed", DOUBTFUL)] * 30
    newer = [("confirmed", SURE), ("rejected", DOUBTFUL)] * 15
    decided(engine, older + newer)
    assert by_name(train(engine, tmp_path))[FLAGS].why == "It is not better than the one in use."


@pytest.mark.parametrize(
    ("gains", "why"),
    [
        ([0.5, -0.4, 0.3, -0.2], "It is better by no more than chance explains."),
        ([-0.5, 0.4, -0.3, 0.2], "It is not better than the one in use."),
        ([0.0] * 4, "It is not better than the one in use."),
        ([0.5, 0.4, 0.3, 0.2], ""),
    ],
)
def test_only_a_gain_beyond_chance_replaces(gains: list[float], why: str) -> None:
    assert _worse(np.array(gains)) == why


def test_not_checkable_teaches_what_is_worth_checking(engine: Engine, tmp_path: Path) -> None:
    decided(engine, [("not_checkable", SURE), ("confirmed", SURE), ("not_checkable", SURE)] * 20)
    told = by_name(train(engine, tmp_path))[CHECKABLE]
    assert told.reviews == 60
    assert told.replaced


def test_an_altered_head_is_refused_in_words(tmp_path: Path) -> None:
    keep(tmp_path, FLAGS, DeskHead((1.0, 0, 0, 0, 0, 0.5)))
    path = tmp_path / file_of(FLAGS, read_manifest(tmp_path)[FLAGS][0])
    path.write_bytes(path.read_bytes().replace(b"0.5", b"9.5"))
    with pytest.raises(ModelError, match="was altered"):
        load_head(tmp_path, FLAGS)
    path.unlink()
    with pytest.raises(ModelError, match="train --undo"):
        load_head(tmp_path, FLAGS)


@pytest.mark.parametrize("weights", [[1.0], [float("nan")] * 6, "x"])
def test_a_head_of_another_form_is_refused(weights: object, *, tmp_path: Path) -> None:
    raw = json.dumps({"weights": weights}).encode()
    digest = hashlib.sha256(raw).hexdigest()
    (tmp_path / file_of(FLAGS, digest)).write_bytes(raw)
    (tmp_path / MANIFEST).write_text(json.dumps({FLAGS: [digest]}), encoding="utf-8")
    with pytest.raises(ModelError, match=r"malformed|another version"):
        load_head(tmp_path, FLAGS)


def test_a_broken_list_is_refused(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_text("[", encoding="utf-8")
    with pytest.raises(ModelError, match="cannot be read"):
        load_head(tmp_path, FLAGS)


def test_undo_without_a_model_says_so(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no trained model"):
        undo(tmp_path)


def test_few_reviews_move_a_head_little_and_many_fit_it() -> None:
    rows, labels = np.array([[0.0, 0, 0, 0, 0, 1.0]]), np.array([1.0])
    one = fit(rows, labels, start=identity(FLAGS))(rows)[0]
    many = fit(np.repeat(rows, 300, axis=0), np.repeat(labels, 300), start=identity(FLAGS))(rows)[0]
    assert 0.5 < one < 0.65
    assert many > 0.95


def test_figures_of_a_head_that_is_always_right() -> None:
    assert score(np.array([1.0, 0.0]), np.array([1.0, 0.0])).accuracy == 1


def test_what_is_least_sure_teaches_most() -> None:
    assert [teaching(value) for value in (0.5, 0.75, 1.0, 0.0)] == [1.0, 0.5, 0.0, 0.0]


def test_heads_correct_numbers_and_never_findings(tmp_path: Path) -> None:
    keep(tmp_path, FLAGS, DeskHead((1.0, 0, 0, 0, 0, -3.0)))
    keep(tmp_path, CHECKABLE, DeskHead((-1.0, *[0.0] * 19)))
    claims = [_claim("Three gates were opened.", 0.9), _claim("Nine houses were lost.", 0.2)]
    find, match = taught(lambda documents: [claims for _ in documents], _match, folder=tmp_path)
    found = find([_DOCUMENT])[0]
    assert [claim.text for claim in found] == ["Nine houses were lost.", "Three gates were opened."]
    assert found[0].checkworthiness == pytest.approx(0.8)
    told = match(claims[0], _DOCUMENT, [])
    assert told.kind is FindingKind.REPEATS
    assert told.probability < 0.3
    assert match(claims[1], _DOCUMENT, []).probability == 0.8


def test_without_heads_finder_and_matcher_stay(tmp_path: Path) -> None:
    def find(documents: object) -> list[list[Claim]]:
        del documents
        return []

    assert taught(find, _match, folder=tmp_path) == (find, _match)


def test_the_command_says_what_is_missing_and_ends_in_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FACTDESK_DATA", str(tmp_path))
    result = CliRunner().invoke(app, ["train"])
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert lines[0].startswith(f"checkable: 0 reviews. Not trained: {FEWEST} more reviews are needed")
    assert {row["head"] for row in json.loads(lines[-1])} == {CHECKABLE, FLAGS}


def keep(folder: Path, name: str, head: DeskHead) -> None:
    raw = json.dumps({"weights": list(head.weights)}).encode()
    digest = hashlib.sha256(raw).hexdigest()
    (folder / file_of(name, digest)).write_bytes(raw)
    listed = {known: list(digests) for known, digests in read_manifest(folder).items()}
    (folder / MANIFEST).write_text(json.dumps({**listed, name: [digest]}), encoding="utf-8")


def _claim(text: str, worth: float) -> Claim:
    return Claim(text, "d", text, start=0, end=len(text), language="en", checkworthiness=worth)


def _match(claim: Claim, document: Document, candidates: object) -> Finding:
    del candidates
    kind = FindingKind.REPEATS if "gates" in claim.text else FindingKind.SUPPORTED
    cited = Passage("p", PassageKind.FACTCHECK, "The gates.", "", "Plumbline", "en")
    return Finding("f", claim.id, document.id, kind, 0.8, citation=cited, score=0.8)


_DOCUMENT = Document(
    id="d", source_id=1, role=SourceRole.PRESS, kind=CaptureKind.PAGE, url="", title="", text="", language="en",
    language_probability=1.0,
    published_at=datetime(2026, 3, 1, tzinfo=UTC), published_how="listing", seen_at=NOW, capture_id=1, text_digest="",
)  # fmt: skip
