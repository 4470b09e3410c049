"""How candidates are scored, once for every backend: the engine proposes, Python scores.

``words`` is half how much of the probe's words the passage covers, weighted by rarity (inverse document frequency, Spärck
Jones 1972), half the cosine of their sets of character trigrams (typos, inflection, scripts without spaces). ``meaning`` is the
cosine of the vectors. BM25 over the whole article (Robertson and Zaragoza 2009) is brought to 0 … 1 by its upper bound.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index._folding import fold, gram_hashes, tokens, word_hashes
from index._passages import unit_vector
from index.base import Probe

RECALL_DEPTH = 60
MAX_PROBE_WORDS = 60
MAX_LOOKUPS = 24
COMMON_SHARE = 0.1
_LEAST_BUDGET = 400
_BUDGET_SHARE = 8
_WEIGHT_WORDS = 0.25
_WEIGHT_MEANING = 0.25
_WEIGHT_ARTICLE = 0.50
_MEANING_SEATS = 4
_COVERAGE_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Asked:
    """A probe made ready: its distinct folded words with their hashes, its trigrams and its unit vector."""

    words: tuple[str, ...]
    hashes: NDArray[np.uint32] = field(compare=False)
    grams: NDArray[np.uint32] = field(compare=False)
    vector: NDArray[np.float32] | None = field(compare=False)


def ask(probe: Probe, *, dim: int) -> Asked:
    """Return ``probe`` ready for comparison; a vector of another size than ``dim`` is left out."""
    vector = unit_vector(probe.vector)
    words = tuple(dict.fromkeys(tokens(probe.text[:4_000])))[:MAX_PROBE_WORDS]
    grams = gram_hashes(fold(probe.text[:2_000]))
    return Asked(words, word_hashes(words), grams, vector if vector is not None and vector.shape == (dim,) else None)


def rarity(frequency: int, *, total: int) -> float:
    """Return the inverse document frequency ``ln(1 + (N - n + 0.5) / (n + 0.5))`` of a word in n of N entries."""
    known = min(frequency, total)
    return math.log(1.0 + (total - known + 0.5) / (known + 0.5))


def informative(frequencies: Mapping[str, int], *, total: int) -> list[str]:
    """Return the words worth looking up, rarest first: known, not in a tenth of all entries, few enough to stay quick."""
    budget = max(_LEAST_BUDGET, total // _BUDGET_SHARE)
    common = max(20, int(total * COMMON_SHARE))
    chosen: list[str] = []
    for word in sorted((word for word, count in frequencies.items() if count), key=lambda word: (frequencies[word], word)):
        budget -= frequencies[word]
        if chosen and (budget < 0 or frequencies[word] > common or len(chosen) >= MAX_LOOKUPS):
            break
        chosen.append(word)
    return chosen


def lexical(coverage: NDArray[np.floating], trigrams: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return ``words``, 0 … 1, of coverage and trigram cosine (arrays of one shape)."""
    return np.clip(_COVERAGE_SHARE * coverage + (1.0 - _COVERAGE_SHARE) * trigrams, 0.0, 1.0).astype(np.float32)


def overlap(asked: Asked, weights: Mapping[str, float], *, short: str) -> float:
    """Return ``words`` of a probe and one short text; ``weights`` are the rarities of the probe's words."""
    held, grams = set(tokens(short)), gram_hashes(fold(short))
    covered = sum(weight for word, weight in weights.items() if word in held) / max(sum(weights.values()), 1e-6)
    shared = len(np.intersect1d(asked.grams, grams, assume_unique=True))
    cosine = shared / math.sqrt(max(len(asked.grams) * len(grams), 1))
    return float(lexical(np.array([covered]), np.array([cosine]))[0])


def article_share(bm25: float, *, bound: float) -> float:
    """Return a BM25 sum (without its constant ``k1 + 1``) as a share of its upper ``bound``, the sum of the words' rarities."""
    return min(1.0, max(0.0, bm25 / bound)) if bound > 0 else 0.0


def fuse(words: float, meaning: float, *, article: float) -> float:
    """Return the score that orders candidates, 0 … 1."""
    return words * _WEIGHT_WORDS + meaning * _WEIGHT_MEANING + _WEIGHT_ARTICLE * article


class Scored(NamedTuple):
    """An entry, by its identifier (or a number that stands for it), with its shares and its score."""

    key: str
    words: float
    meaning: float
    score: float


def best(scored: Sequence[Scored], *, limit: int) -> list[Scored]:
    """Return the ``limit`` best, ties by key. A quarter of the seats is kept for the nearest in meaning.

    Without these seats an unlike passage in the claim's own language, which shares some words with it, could crowd out the
    right one in another language, which can share none.
    """
    by_meaning = sorted(scored, key=lambda one: (-one.meaning, one.key))[: limit // _MEANING_SEATS]
    seated = {one.key for one in by_meaning if one.meaning > 0}
    ranked = sorted(scored, key=lambda one: (-one.score, one.key))
    others = {one.key for one in [one for one in ranked if one.key not in seated][: limit - len(seated)]}
    return [one for one in ranked if one.key in seated or one.key in others]
