"""The seams of judgement: what the line needs from a model, in domain words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from factdesk.records import Candidate, Claim, Difference, Document, Finding, Passage, Stance


class Encoder(Protocol):
    """Turns texts into unit vectors whose dot product is closeness in meaning."""

    name: str
    dim: int

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return ``float32[len(texts), dim]``, each row of length 1 (a zero row for an empty text)."""
        ...


class ClaimFinder(Protocol):
    """Finds the sentences of documents that state something checkable."""

    def __call__(self, documents: Sequence[Document]) -> list[list[Claim]]:
        """Return, for each document, its claims, most check-worthy first; opinion, questions and predictions give none."""
        ...


@dataclass(frozen=True, slots=True)
class StanceReading:
    """A stance with its probability and the words that told it."""

    stance: Stance
    probability: float
    cue: str = ""


class StanceReader(Protocol):
    """Reads how claims in their context stand to what a passage says."""

    def __call__(self, pairs: Sequence[tuple[Claim, Document, Passage]]) -> list[StanceReading]:
        """Return one reading a pair, in order."""
        ...


class DistortionReader(Protocol):
    """Reads how a claim differs from the evidence it leans on."""

    def __call__(self, claim: str, passage: str, *, claim_language: str, passage_language: str) -> tuple[Difference, ...]:
        """Return the typed differences, none for a faithful paraphrase."""
        ...


class Matcher(Protocol):
    """Decides what a claim is to the passages that may be about it."""

    def __call__(self, claim: Claim, document: Document, candidates: Sequence[Candidate]) -> Finding:
        """Return the one finding of ``claim``; ``UNCHECKED`` without a citation when nothing is close enough."""
        ...
