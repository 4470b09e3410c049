"""Lets a desk's reviews teach its two small heads: fitted on the older reviews, tried on the newer, kept only when better.

A head starts as the identity and is pulled back to it (a ridge around the prior), so that few reviews change little. It
replaces the one in use only where the newer reviews say, beyond chance, that it is better; the ones before are kept.
"""

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine, select

from factdesk.errors import NotFoundError
from factdesk.evaluation.calibration import calibration_error
from factdesk.records import Claim, Finding
from factdesk.store.database import reading
from factdesk.store.documents import claim_from, finding_from
from factdesk.store.passages import known_passages, unpacked
from factdesk.store.reviews import Decision, newest_reviews
from factdesk.store.tables import claims, findings
from nlp.checkworthiness import load_checkworthiness, read_wordings
from nlp.desk_heads import (
    CHECKABLE,
    FLAGS,
    HEADS,
    MANIFEST,
    DeskHead,
    checkable_row,
    file_of,
    flag_row,
    identity,
    load_head,
    read_manifest,
)

FEWEST = 40  # reviews that a head needs
_FEWEST_OF_A_KIND = 10
_FEWEST_HELD = 4  # of each kind among the newer reviews
_OLDER = 0.7
_PULL = 2.0  # how strongly weights are pulled back to the identity
_ROUNDS = 50
_STILL = 1e-8
_SURE = 1.645  # one-sided 95 %: the mean gain in log loss must be this many standard errors above nothing
_LABELS: dict[str, dict[Decision, int]] = {
    CHECKABLE: {Decision.CONFIRMED: 1, Decision.REJECTED: 1, Decision.NEEDS_EVIDENCE: 1, Decision.NOT_CHECKABLE: 0},
    FLAGS: {Decision.CONFIRMED: 1, Decision.REJECTED: 0, Decision.NOT_CHECKABLE: 0},
}


@dataclass(frozen=True, slots=True)
class Reviewed:
    """One flag that a person decided about, with the vector that its claim was stored with."""

    at: datetime
    decision: Decision
    claim: Claim
    finding: Finding
    vector: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Score:
    """How well probabilities fit what people decided: mean log loss, share right at one half, expected calibration error."""

    log_loss: float
    accuracy: float
    calibration_error: float


@dataclass(frozen=True, slots=True)
class Trained:
    """What came of one head: figures on the newer reviews before and after, whether it replaced the old one, and why not."""

    head: str
    reviews: int
    held_out: int
    replaced: bool
    why: str
    before: Score | None = None
    after: Score | None = None


@dataclass(frozen=True, slots=True)
class _Table:
    """Rows of features with their labels, oldest first; ``held`` marks the newer ones that nothing is fitted on."""

    rows: NDArray[np.float64]
    labels: NDArray[np.float64]
    held: NDArray[np.bool_]


def train(engine: Engine, folder: Path, *, dry: bool = False) -> list[Trained]:
    """Train both heads from the store's reviews and keep in ``folder`` those that are better; ``dry`` only measures.

    Raises ``ModelError`` when a head in use was altered.
    """
    told = reviewed(engine)
    return [_train_head(name, told, folder=folder, dry=dry) for name in HEADS]


def reviewed(engine: Engine) -> list[Reviewed]:
    """Return the newest decision about each finding that still stands, oldest first."""
    newest = newest_reviews()
    asked = (
        select(newest.c.at.label("decided_at"), newest.c.decision.label("decided"), findings, claims)
        .join_from(newest, findings, findings.c.id == newest.c.finding_id)
        .join(claims, claims.c.id == findings.c.claim_id)
        .order_by(newest.c.at, newest.c.id)
    )
    with reading(engine) as connection:
        rows = connection.execute(asked).all()
        cited = known_passages(connection, sorted({row.passage_id for row in rows if row.passage_id}))
    return [
        Reviewed(
            row.decided_at,
            Decision(row.decided),
            claim_from(row),
            finding_from(row, citation=cited.get(row.passage_id)),
            _vector(row._mapping[claims.c.vector]),  # noqa: SLF001 # SQLAlchemy's documented accessor
        )
        for row in rows
    ]


def undo(folder: Path) -> list[str]:
    """Go back to the heads before the last change and return their names. Raises ``NotFoundError`` where none was trained."""
    listed = read_manifest(folder)
    back = [name for name in HEADS if listed.get(name)]
    if not back:
        raise NotFoundError(f"{folder} holds no trained model.", remedy="What was shipped is in use.")
    _write(folder / MANIFEST, _listed({**listed, **{name: listed[name][1:] for name in back}}))
    return back


def fit(rows: NDArray[np.float64], labels: NDArray[np.float64], *, start: DeskHead) -> DeskHead:
    """Return the logistic weights of least log loss, ridged around ``start`` (Newton, overshooting steps halved)."""
    prior = np.array(start.weights)
    weights = prior.copy()

    def loss(tried: NDArray[np.float64]) -> float:
        return float(np.logaddexp(0, -(2 * labels - 1) * (rows @ tried)).sum() + _PULL / 2 * ((tried - prior) ** 2).sum())

    for _ in range(_ROUNDS):
        told = 1 / (1 + np.exp(-np.clip(rows @ weights, -30, 30)))
        slope = rows.T @ (told - labels) + _PULL * (weights - prior)
        curve = (rows * (told * (1 - told))[:, None]).T @ rows + _PULL * np.eye(len(prior))
        step = np.linalg.solve(curve, slope)
        while loss(weights - step) > loss(weights) and np.abs(step).max() > _STILL:
            step = step / 2
        weights = weights - step
        if np.abs(step).max() < _STILL:
            break
    return DeskHead(tuple(float(value) for value in weights))


def score(probabilities: NDArray[np.float64], labels: NDArray[np.float64]) -> Score:
    """Return the figures of ``probabilities`` against ``labels`` (0 or 1)."""
    losses = _losses(probabilities, labels)
    right = (probabilities >= 0.5) == (labels == 1)
    return Score(
        round(float(losses.mean()), 4), round(float(right.mean()), 4), round(calibration_error(probabilities, labels == 1), 4)
    )


def to_dict(told: Trained) -> dict[str, object]:
    """Return one outcome as plain values for JSON."""
    return asdict(told)


def _train_head(name: str, told: Sequence[Reviewed], *, folder: Path, dry: bool) -> Trained:
    used = [one for one in told if one.decision in _LABELS[name]]
    table = _table(name, used)
    missing = _missing(table)
    if missing:
        return Trained(name, len(used), int(table.held.sum()), replaced=False, why=missing)
    inside, held = ~table.held, table.held
    now = load_head(folder, name) or identity(name)
    made = fit(table.rows[inside], table.labels[inside], start=identity(name))
    old, new = now(table.rows[held]), made(table.rows[held])
    why = _worse(_losses(old, table.labels[held]) - _losses(new, table.labels[held]))
    if not why and not dry:
        _keep(folder, name, made)
    before, after = score(old, table.labels[held]), score(new, table.labels[held])
    return Trained(name, len(used), int(held.sum()), replaced=not why and not dry, why=why, before=before, after=after)


def _table(name: str, used: Sequence[Reviewed]) -> _Table:
    rows = _flag_rows(used) if name == FLAGS else _checkable_rows(used)
    labels = np.array([_LABELS[name][one.decision] for one in used], np.float64)
    held = np.arange(len(used)) >= int(len(used) * _OLDER)
    return _Table(np.array(rows, np.float64).reshape(len(used), len(identity(name).weights)), labels, held)


def _flag_rows(used: Sequence[Reviewed]) -> list[list[float]]:
    return [flag_row(one.finding, one.claim) for one in used]


def _checkable_rows(used: Sequence[Reviewed]) -> list[list[float]]:
    """Score each claim anew with the shipped model: what is stored may carry an earlier head's correction."""
    model, rows = load_checkworthiness(), []
    for one in used:
        code = one.claim.language
        features = model.features(read_wordings([one.claim.text], code), code)
        fits = one.vector.shape == model.meaning_weights.shape
        worth = model.score(features, code, one.vector[None, :]) if fits else 1 / (1 + np.exp(-model.quick(features, code)))
        rows.append(checkable_row(one.claim.text, code, checkworthiness=float(worth[0])))
    return rows


def _missing(table: _Table) -> str:
    """Return what is still missing before a head can be trained, or an empty string."""
    count, yes = len(table.labels), int(table.labels.sum())
    if count < FEWEST:
        return f"{FEWEST - count} more reviews are needed (there are {count} of {FEWEST})."
    few = min(yes, count - yes)
    if few < _FEWEST_OF_A_KIND:
        kind = "for" if yes == few else "against"
        return f"{_FEWEST_OF_A_KIND - few} more reviews that decide {kind} are needed (there are {few} of {_FEWEST_OF_A_KIND})."
    newer = table.labels[table.held]
    least = int(min(newer.sum(), len(newer) - newer.sum()))
    if least < _FEWEST_HELD:
        return f"The newest {len(newer)} reviews hold {least} of one kind; {_FEWEST_HELD} are needed to compare."
    return ""


def _worse(gains: NDArray[np.float64]) -> str:
    """Return why a head may not replace the old one, or an empty string when its gain is beyond chance (a paired test)."""
    mean = float(gains.mean())
    if mean <= 0:
        return "It is not better than the one in use."
    error = float(gains.std(ddof=1)) / len(gains) ** 0.5
    return "" if mean > _SURE * error else "It is better by no more than chance explains."


def _losses(probabilities: NDArray[np.float64], labels: NDArray[np.float64]) -> NDArray[np.float64]:
    held = np.clip(probabilities, 1e-6, 1 - 1e-6)
    losses: NDArray[np.float64] = -np.log(np.where(labels == 1, held, 1 - held))
    return losses


def _keep(folder: Path, name: str, head: DeskHead) -> None:
    """Write a head as a new file and put it first in the list: one rename switches, and the versions before stay."""
    folder.mkdir(parents=True, exist_ok=True)
    raw = json.dumps({"weights": list(head.weights)}).encode()
    digest = hashlib.sha256(raw).hexdigest()
    listed = read_manifest(folder)
    _write(folder / file_of(name, digest), raw)
    _write(folder / MANIFEST, _listed({**listed, name: (digest, *listed.get(name, ()))}))


def _listed(digests: dict[str, tuple[str, ...]]) -> bytes:
    return json.dumps(digests, indent=2).encode()


def _write(path: Path, raw: bytes) -> None:
    """Write a file so that it is either the old one or the whole new one."""
    part = path.with_suffix(".part")
    with part.open("wb") as stream:
        stream.write(raw)
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(path)


def _vector(blob: bytes | None) -> NDArray[np.float32]:
    vector = unpacked(blob) if blob else None
    return np.zeros(0, np.float32) if vector is None else vector
