"""What a desk's own reviews teach: two small heads over numbers that are already there, kept in the desk's data folder.

``checkable`` corrects how check-worthy a claim looks, ``flags`` how probable a flag is. Both start as the identity, so that
few reviews move them little; ``factdesk train`` fits them. Neither makes a flag nor takes one away. Plain JSON, no pickle.
"""

import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from factdesk.errors import ModelError
from factdesk.records import Candidate, Claim, Document, Finding, FindingKind
from nlp.base import ClaimFinder, Matcher
from nlp.checkability import read_wording, surface
from nlp.languages import language

CHECKABLE, FLAGS = "checkable", "flags"
HEADS = (CHECKABLE, FLAGS)
MANIFEST = "MANIFEST.json"
_SIZES = {CHECKABLE: 20, FLAGS: 6}
_LEAST = 0.01
_REMEDY = "Run 'factdesk train --undo' for the one before, or delete the folder to go back to what was shipped."


@dataclass(frozen=True, slots=True)
class DeskHead:
    """Weights of a logistic model: its first feature is the logit of what it corrects, its last a constant 1."""

    weights: tuple[float, ...]

    def __call__(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return probabilities ``float64[n]`` for ``rows[n, m]``."""
        logits = rows @ np.array(self.weights)
        result: NDArray[np.float64] = 1 / (1 + np.exp(-np.clip(logits, -30, 30)))
        return result


def identity(name: str) -> DeskHead:
    """Return the head that changes nothing."""
    return DeskHead((1.0, *[0.0] * (_SIZES[name] - 1)))


def checkable_row(text: str, code: str, *, checkworthiness: float) -> list[float]:
    """Return the 20 features of a claim: its logit, 18 numbers of its surface and a constant."""
    spoken = language(code)
    return [_logit(checkworthiness), *surface(read_wording(text, spoken), spoken), 1.0]


def flag_row(finding: Finding, claim: Claim) -> list[float]:
    """Return the 6 features of a flag: closeness (logit), kind, differences, another language, length and a constant.

    The closeness is what the matcher measured, not the probability that was stated: a head must not learn from an earlier one.
    """
    other = finding.citation is not None and finding.citation.language != claim.language
    return [
        _logit(finding.score),
        float(finding.kind is FindingKind.DISTORTS),
        min(len(finding.differences), 3) / 3,
        float(other),
        min(len(claim.text.split()), 60) / 30 - 0.5,
        1.0,
    ]


def teaching(probability: float) -> float:
    """Return how much a person's answer would teach (0 … 1): most at one half, nothing where sure."""
    return 1 - abs(2 * min(max(probability, 0.0), 1.0) - 1)


def load_head(folder: Path, name: str) -> DeskHead | None:
    """Return the desk's head, or ``None`` where none was trained.

    Raises ``ModelError`` when its file is absent, altered or malformed.
    """
    kept = read_manifest(folder).get(name, ())
    if not kept:
        return None
    path = folder / file_of(name, kept[0])
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ModelError(f"The desk's model {name} cannot be read: {error}.", remedy=_REMEDY) from error
    if hashlib.sha256(raw).hexdigest() != kept[0]:
        raise ModelError(f"The desk's model {path} was altered: its digest is another.", remedy=_REMEDY)
    return _head(raw, name)


def read_manifest(folder: Path) -> dict[str, tuple[str, ...]]:
    """Return the SHA-256 of each head's versions, newest first. Raises ``ModelError`` for a malformed list."""
    path = folder / MANIFEST
    if not path.is_file():
        return {}
    try:
        listed = json.loads(path.read_text(encoding="utf-8"))
        return {str(name): tuple(str(digest) for digest in digests) for name, digests in listed.items()}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise ModelError(f"The list of the desk's models {path} cannot be read: {error}.", remedy=_REMEDY) from error


def file_of(name: str, digest: str) -> str:
    """Return the file of one version of a head: no version is ever written over."""
    return f"{name}-{digest[:16]}.json"


def taught(find: ClaimFinder, match: Matcher, *, folder: Path) -> tuple[ClaimFinder, Matcher]:
    """Return finder and matcher with the desk's heads around them, or as they are where none was trained."""
    checkable, flags = load_head(folder, CHECKABLE), load_head(folder, FLAGS)
    return _TaughtFinder(find, checkable) if checkable else find, _TaughtMatcher(match, flags) if flags else match


@dataclass(frozen=True, slots=True)
class _TaughtFinder:
    """Puts each document's claims into the order that the desk's head gives."""

    find: ClaimFinder
    head: DeskHead

    def __call__(self, documents: Sequence[Document]) -> list[list[Claim]]:
        return [sorted(map(self._corrected, claims), key=lambda one: -one.checkworthiness) for claims in self.find(documents)]

    def _corrected(self, claim: Claim) -> Claim:
        row = checkable_row(claim.text, claim.language, checkworthiness=claim.checkworthiness)
        return replace(claim, checkworthiness=round(float(self.head(np.array([row]))[0]), 4))


@dataclass(frozen=True, slots=True)
class _TaughtMatcher:
    """States a flag's probability as the desk's reviews bear it out; the finding itself stays."""

    match: Matcher
    head: DeskHead

    def __call__(self, claim: Claim, document: Document, candidates: Sequence[Candidate]) -> Finding:
        found = self.match(claim, document, candidates)
        if not found.kind.is_flag:
            return found
        return replace(found, probability=round(float(self.head(np.array([flag_row(found, claim)]))[0]), 4))


def _head(raw: bytes, name: str) -> DeskHead:
    try:
        weights = tuple(float(value) for value in json.loads(raw)["weights"])
    except (ValueError, TypeError, KeyError) as error:
        raise ModelError(f"The desk's model {name} is malformed: {error}.", remedy=_REMEDY) from error
    if len(weights) != _SIZES[name] or not all(map(math.isfinite, weights)):
        raise ModelError(f"The desk's model {name} is of another version.", remedy=_REMEDY)
    return DeskHead(weights)


def _logit(probability: float) -> float:
    held = min(max(probability, _LEAST), 1 - _LEAST)
    return math.log(held / (1 - held))
