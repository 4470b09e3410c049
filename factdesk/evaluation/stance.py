"""Measures whether evidence is read as supporting, refuting or saying too little, on labelled pairs."""

import csv
import json
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from factdesk.errors import UnreadableError
from factdesk.evaluation.calibration import calibration_error, risk_coverage
from nlp._support import LABELS, support
from nlp.encoders import load_encoder
from nlp.language import identify

_BATCH = 400
_ASKED = 100  # texts of each kind that tell the language
_COLUMNS = {
    "claim": ("claim", "sentence2", "hypothesis"),
    "evidence": ("evidence", "sentence1", "premise", "abstract"),
    "label": ("label", "entailment", "gold", "stance", "verdict"),
}
_SYNONYMS = {
    "supports": ("supports", "support", "supported", "entailment", "true", "agree"),
    "refutes": ("refutes", "refute", "refuted", "contradict", "contradiction", "not_entailment", "false", "disagree"),
    "neutral": ("neutral", "notenoughinfo", "not enough info", "nei", "unrelated", "unknown"),
}

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class PairsForm:
    """Which columns hold what (found by their usual names when empty), and further words for the three labels."""

    claim: str = ""
    evidence: str = ""
    label: str = ""
    supports: tuple[str, ...] = ()
    refutes: tuple[str, ...] = ()
    neutral: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StanceReport:
    """Scores over the labels that the file holds; with two of them, only these two are chosen between.

    ``risk_coverage`` pairs the share of pairs that are answered, surest first, with the share of these answers that are wrong.
    """

    macro_f1: float
    accuracy: float
    f1: dict[str, float]
    labels: tuple[str, ...]
    pairs: int
    skipped: int
    pairs_per_second: float
    language: str
    calibration_error: float
    risk_coverage: list[list[float]]
    confusion: dict[str, dict[str, int]] = field(default_factory=dict)


def evaluate_stance(path: Path, *, form: PairsForm, out: Path | None = None, say: Say = lambda _: None) -> StanceReport:
    """Return the scores on the tab-separated pairs of ``path``; ``out`` receives one JSON line a pair.

    Raises ``UnreadableError`` when the file, a column or every label cannot be read.
    """
    claims, evidence, gold, skipped = read_pairs(path, form=form)
    present = tuple(label for label in LABELS if label in set(gold))
    code = Counter(found for found, _ in identify([*claims[:_ASKED], *evidence[:_ASKED]])).most_common(1)[0][0]
    started = time.perf_counter()
    shares = _shares(claims, evidence, code=code, present=present, say=say)
    told = _Told([present[int(place)] for place in shares.argmax(axis=1)], shares.max(axis=1), code)
    seconds = time.perf_counter() - started
    if out is not None:
        rows = zip(claims, gold, told.labels, told.sure, strict=True)
        out.write_text("".join(f"{json.dumps(_row(*row), ensure_ascii=False)}\n" for row in rows), encoding="utf-8")
    return _report(gold, told, skipped=skipped, rate=len(gold) / max(seconds, 1e-9))


def _row(claim: str, gold: str, told: str, sure: np.float32) -> dict[str, object]:  # noqa: PLR0917 # one field each
    return {"claim": claim, "gold": gold, "told": told, "probability": round(float(sure), 4)}


def to_dict(report: StanceReport) -> dict[str, object]:
    """Return the report as plain values for JSON."""
    return asdict(report)


def read_pairs(path: Path, *, form: PairsForm) -> tuple[list[str], list[str], list[str], int]:
    """Return claims, evidence, labels, and how many rows had a label that is none of the three."""
    csv.field_size_limit(10_000_000)
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableError(
            f"{path} cannot be read: {error}.", remedy="Give a tab-separated UTF-8 file with a header."
        ) from error
    names = _columns(list(rows[0]) if rows else [], form)
    known = _labels(form)
    read = [
        (row[names["claim"]], row[names["evidence"]], known.get((row[names["label"]] or "").strip().casefold())) for row in rows
    ]
    kept = [(claim or "", text or "", label) for claim, text, label in read if label]
    if not kept:
        raise UnreadableError(
            f"No row of {path} has a label we know.", remedy="Name them with --supports, --refutes and --neutral."
        )
    return [row[0] for row in kept], [row[1] for row in kept], [row[2] for row in kept], len(read) - len(kept)


def _columns(header: Sequence[str], form: PairsForm) -> dict[str, str]:
    found: dict[str, str] = {}
    asked = {"claim": form.claim, "evidence": form.evidence, "label": form.label}
    for meaning, usual in _COLUMNS.items():
        options = (asked[meaning],) if asked[meaning] else usual
        column = next((name for option in options for name in header if name.casefold() == option.casefold()), None)
        if column is None:
            raise UnreadableError(
                f"No column for the {meaning} among {', '.join(header)}.", remedy=f"Name it with --{meaning}."
            )
        found[meaning] = column
    return found


def _labels(form: PairsForm) -> dict[str, str]:
    known = {word: label for label, words in _SYNONYMS.items() for word in words}
    for label, words in (("supports", form.supports), ("refutes", form.refutes), ("neutral", form.neutral)):
        known.update(dict.fromkeys((word.strip().casefold() for word in words), label))
    return known


@dataclass(frozen=True, slots=True, eq=False)
class _Told:
    """What was answered, how probable each answer was said to be, and in which language."""

    labels: list[str]
    sure: NDArray[np.float32]
    language: str


def _shares(
    claims: Sequence[str], evidence: Sequence[str], *, code: str, present: tuple[str, ...], say: Say
) -> NDArray[np.float32]:
    """Return the probabilities of the labels present, which sum to 1 a pair."""
    encoder, allowed = load_encoder("bundled"), [LABELS.index(label) for label in present]
    parts = []
    for start in range(0, len(claims), _BATCH):
        read = support(claims[start : start + _BATCH], evidence[start : start + _BATCH], encoder=encoder, code=code)[:, allowed]
        parts.append(read / np.maximum(read.sum(axis=1, keepdims=True), 1e-9))
        say(f"{min(start + _BATCH, len(claims))} of {len(claims)} pairs")
    return np.concatenate(parts)


def _report(gold: Sequence[str], told: _Told, *, skipped: int, rate: float) -> StanceReport:
    labels = tuple(label for label in LABELS if label in set(gold))
    confusion = {right: dict.fromkeys(labels, 0) for right in labels}
    for right, mine in zip(gold, told.labels, strict=True):
        confusion[right][mine] += 1
    scores = {label: round(_f1(confusion, label), 4) for label in labels}
    right_ones = np.array([right == mine for right, mine in zip(gold, told.labels, strict=True)])
    return StanceReport(
        macro_f1=round(sum(scores.values()) / len(labels), 4),
        accuracy=round(float(right_ones.mean()), 4),
        f1=scores,
        labels=labels,
        pairs=len(gold),
        skipped=skipped,
        pairs_per_second=round(rate, 1),
        language=told.language,
        calibration_error=round(calibration_error(told.sure, right_ones), 4),
        risk_coverage=risk_coverage(told.sure, right_ones),
        confusion=confusion,
    )


def _f1(confusion: dict[str, dict[str, int]], label: str) -> float:
    hits = confusion[label][label]
    said = sum(row[label] for row in confusion.values())
    whole = sum(confusion[label].values())
    return 2 * hits / (said + whole) if said + whole else 0.0
