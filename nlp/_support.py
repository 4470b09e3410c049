"""Does a piece of evidence support a claim, refute it, or say too little? A linear head, beside a cross-encoder for English.

The head reads words, figures and closeness in meaning and sees an altered word or figure where the cross-encoder, which reads
both texts together, is taken in by their likeness. Neither raises a flag: flags come from named differences only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from nlp._cues import absences, doubts, false_cues, negated_keys
from nlp._numbers import agrees, quantities
from nlp._overlap import covered, opposed, shared_keys
from nlp._pairs import load_pairs
from nlp._words import Reading, read, sentences
from nlp.base import Encoder
from nlp.languages import language, phrases
from nlp.models import model_file

LABELS = ("supports", "refutes", "neutral")
FILE = "stance.npz"
_HEAD_SHARE = 0.25
_LEAST = 1e-4


@dataclass(frozen=True, slots=True)
class SupportHead:
    """A logistic regression; ``mean`` and ``scale`` standardise its input."""

    mean: NDArray[np.float32]
    scale: NDArray[np.float32]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]

    def __call__(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return ``float32[n, 3]``: probabilities in the order of ``LABELS``."""
        z = (features - self.mean) / self.scale @ self.weights + self.bias
        powers = np.exp(z - z.max(axis=1, keepdims=True))
        result: NDArray[np.float32] = (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32)
        return result


@cache
def load_support() -> SupportHead:
    """Return the shipped head. Raises ``ModelError`` when its file is absent or altered."""
    with np.load(model_file(FILE), allow_pickle=False) as arrays:
        return SupportHead(**{name: arrays[name] for name in SupportHead.__slots__})


def support(claims: Sequence[str], evidence: Sequence[str], *, encoder: Encoder, code: str = "en") -> NDArray[np.float32]:
    """Return ``float32[n, 3]``: probabilities in the order of ``LABELS`` for claims beside evidence in the language ``code``.

    Raises ``ModelError`` when a model file is absent or altered.
    """
    told = load_support()(features(claims, evidence, encoder=encoder, code=code))
    if code != "en" or not len(told):
        return told
    mixed = (1 - _HEAD_SHARE) * np.log(load_pairs()(claims, evidence) + _LEAST) + _HEAD_SHARE * np.log(told + _LEAST)
    powers = np.exp(mixed)
    result: NDArray[np.float32] = (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32)
    return result


def features(claims: Sequence[str], evidence: Sequence[str], *, encoder: Encoder, code: str = "en") -> NDArray[np.float32]:
    """Return ``float32[n, m]``: closeness in meaning to the evidence and to its best sentence, then ``word_features``."""
    left, right = encoder(claims), encoder(evidence)
    best = np.array([best_sentence(claim, text, code) for claim, text in zip(claims, evidence, strict=True)], dtype=object)
    near = encoder([str(text) for text in best])
    cosines = np.stack([(left * right).sum(axis=1), (left * near).sum(axis=1)], axis=1)
    words = np.array([word_features(claim, text, code) for claim, text in zip(claims, evidence, strict=True)], dtype=np.float32)
    return np.hstack([cosines, words]).astype(np.float32)


def best_sentence(claim: str, evidence: str, code: str) -> str:
    """Return the sentence of ``evidence`` that covers most of ``claim``."""
    mine = read(claim, code)
    return max((evidence[start:end] for start, end in sentences(evidence)), key=lambda part: covered(mine, read(part, code)))


def word_features(claim: str, evidence: str, code: str) -> list[float]:
    """Return overlap, polarity, figures, names, hedges and lengths of a pair, each about 0 … 1."""
    mine, whole, near = read(claim, code), read(evidence, code), read(best_sentence(claim, evidence, code), code)
    shares = [covered(mine, near), covered(mine, whole), covered(near, mine)]
    return [
        *shares,
        *_polarity(mine, near),
        *_figures(mine, whole),
        *_names(mine, whole),
        *_manner(mine, near, code),
        len(mine.keys) / 20,
    ]


def _polarity(mine: Reading, near: Reading) -> list[float]:
    ours, theirs, common = set(negated_keys(mine)), set(negated_keys(near)), shared_keys(mine, near)
    return [
        float(bool(ours)),
        float(bool(theirs)),
        float(bool(ours) != bool(theirs)),
        float(bool(ours & common) != bool(theirs & common)),
        float(opposed(mine, near) is not None),
        float(bool(absences(near.text, near.language))),
        float(bool(false_cues(near.text, near.language, weak=True))),
    ]


def _figures(mine: Reading, whole: Reading) -> list[float]:
    ours, theirs = quantities(mine.text, mine.language), quantities(whole.text, whole.language)
    held = [any(agrees(one, other) for other in theirs) for one in ours]
    return [float(bool(ours)), float(bool(held) and all(held)), float(bool(held) and not all(held) and bool(theirs))]


def _names(mine: Reading, whole: Reading) -> list[float]:
    absent = mine.names - whole.keys
    return [len(absent) / len(mine.names) if mine.names else 0.0, float(bool(mine.names))]


def _manner(mine: Reading, near: Reading, code: str) -> list[float]:
    hedges = phrases(language(code).hedges)
    sure = [bool(hedges.search(reading.text.casefold())) or bool(doubts(reading.text, code)) for reading in (mine, near)]
    only = [
        any(word.fold in {"only", "all", "every", "never", "always", "exclusively"} for word in part.words)
        for part in (mine, near)
    ]
    return [float(sure[0]), float(sure[1]), float(only[0]), float(only[0] and not only[1])]
