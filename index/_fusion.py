"""How candidates are scored, once for every backend: the engine proposes, Python scores.

Two texts are compared three ways. ``covered`` is how much of the probe's words the passage holds, weighted by rarity (inverse
document frequency, Spärck Jones 1972). ``letters`` is close to the cosine of their sets of character 4-grams, weighted the same
way (typos, inflection, scripts without spaces; a lone common gram says nothing). ``meaning`` is the cosine of the vectors.
``words``, which the matcher is told, is the mean of the first two. The score weighs them with what the whole article says
(`index._article`): where there is an article, mostly that; where there is only a short text, mostly the text.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index._article import Reading, Weighted
from index._folding import fold, gram_hashes, tokens, word_hashes
from index._passages import unit_vector
from index.base import Probe

RECALL_DEPTH = 60
MAX_PROBE_WORDS = 120
MAX_LOOKUPS = 24
COMMON_SHARE = 0.1
_LEAST_BUDGET = 400
_BUDGET_SHARE = 8
# letters, fit, meaning; the article's BM25, best window, and words anywhere
_WEIGHTS_ARTICLE = np.array([0.8, 0.2, 0.5, 1.0, 2.5, 1.0], dtype=np.float32) / 6
_WEIGHTS_SHORT = np.array([0.9, 0.2, 0.9, 1.0, 0.0, 0.0], dtype=np.float32) / 3
_FIT_BESIDE_LETTERS = 0.3
_SEATS = 4
_LINK = re.compile(r"https?://\S+|\bpic\.twitter\.com/\S+")


@dataclass(frozen=True, slots=True)
class Asked:
    """A probe made ready: its distinct folded words with their hashes, its 4-grams and its unit vector."""

    words: tuple[str, ...]
    hashes: NDArray[np.uint32] = field(compare=False)
    grams: NDArray[np.uint32] = field(compare=False)
    vector: NDArray[np.float32] | None = field(compare=False)


def ask(probe: Probe, *, dim: int) -> Asked:
    """Return ``probe`` ready for comparison, without links; a vector of another size than ``dim`` is left out."""
    vector = unit_vector(probe.vector)
    text = _LINK.sub(" ", probe.text[:4_000])
    words = tuple(dict.fromkeys(tokens(text)))[:MAX_PROBE_WORDS]
    grams = gram_hashes(fold(text[:2_000]))
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


@dataclass(frozen=True, slots=True)
class Shares:
    """How far short texts (title and claim) agree with a probe: arrays of shares, 0 … 1, one number a text.

    ``covered``: of the probe's words; ``fit``: of the text's own words; ``letters``: cosine of the 4-grams.
    """

    covered: NDArray[np.float32]
    fit: NDArray[np.float32]
    letters: NDArray[np.float32]

    @property
    def words(self) -> NDArray[np.float32]:
        """Return the one figure that a candidate carries."""
        return np.clip((self.covered + self.letters) / 2, 0.0, 1.0).astype(np.float32)

    @property
    def near(self) -> NDArray[np.float32]:
        """Return what chooses among all texts those that are looked at."""
        return self.letters + _FIT_BESIDE_LETTERS * self.fit

    def at(self, places: NDArray[np.int64]) -> "Shares":
        """Return the shares at some places."""
        return Shares(self.covered[places], self.fit[places], self.letters[places])


@dataclass(frozen=True, slots=True)
class Terms:
    """The rarity of each of a probe's terms, and whether any entry holds it."""

    rarities: NDArray[np.float32]
    known: NDArray[np.bool_]

    @classmethod
    def of(cls, counts: Sequence[int], *, total: int) -> "Terms":
        """Return the terms that ``counts`` of ``total`` entries hold."""
        rarities = np.array([rarity(count, total=total) for count in counts], dtype=np.float32)
        return cls(rarities, np.array(counts, dtype=np.int64) > 0)

    @property
    def usual(self) -> float:
        """Return the mean rarity of the known terms, 1 without any."""
        return float(self.rarities[self.known].mean()) if self.known.any() else 1.0


@dataclass(frozen=True, slots=True)
class Held:
    """Of some texts: the summed rarity of the probe's terms that each holds, and how many distinct terms it has."""

    weight: NDArray[np.float32]
    size: NDArray[np.float32]


def shares(words: Held, grams: Held, *, terms: tuple[Terms, Terms]) -> Shares:
    """Return how texts agree with a probe whose words and 4-grams are ``terms``; a text's own term weighs like a known one."""
    mine, letters = terms
    covered = words.weight / max(float(mine.rarities.sum()), 1e-6)
    fit = words.weight / np.maximum(words.size * mine.usual, 1e-6)
    bound = float(letters.rarities[letters.known].sum()) * letters.usual
    cosine = grams.weight / np.sqrt(np.maximum(grams.size * bound, 1e-6))
    parts = (np.clip(one, 0.0, 1.0).astype(np.float32) for one in (covered, fit, cosine))
    return Shares(*parts)


def held(asked: NDArray[np.uint32], terms: Terms, *, texts: Sequence[NDArray[np.uint32]]) -> Held:
    """Return what each of ``texts``, sets of hashed terms, holds of the ``asked`` terms."""
    weight = [float(terms.rarities[np.isin(asked, text)].sum()) for text in texts]
    return Held(np.array(weight, dtype=np.float32), np.array([len(text) for text in texts], dtype=np.float32))


def fuse(short: Shares, meaning: NDArray[np.float32], *, article: Reading) -> NDArray[np.float32]:
    """Return the scores that order candidates, 0 … 1. The weights are set by hand; see docs/decisions.md."""
    told = np.stack([short.letters, short.fit, meaning, article.bm25, article.nearby, article.anywhere])
    body = article.body
    return np.asarray(body * (_WEIGHTS_ARTICLE @ told) + (1.0 - body) * (_WEIGHTS_SHORT @ told), dtype=np.float32)


class Scored(NamedTuple):
    """An entry, by its identifier (or a number that stands for it), with its shares and its score."""

    key: str
    words: float
    meaning: float
    score: float


def best(scored: Sequence[Scored], *, limit: int) -> list[Scored]:
    """Return the ``limit`` best, ties by key. Two quarters are kept: nearest in meaning, nearest text.

    Without these seats an unlike passage in the claim's own language, which shares some words with it, could crowd out the
    right one in another language, which can share none; and long articles could crowd out the sentence that says it.
    """
    share = limit // _SEATS
    by_meaning = sorted(scored, key=lambda one: (-one.meaning, one.key))[:share]
    by_text = sorted(scored, key=lambda one: (-one.words - one.meaning, one.key))[:share]
    seated = {one.key for one in by_meaning if one.meaning > 0} | {one.key for one in by_text}
    order = sorted(scored, key=lambda one: (-one.score, one.key))
    others = {one.key for one in [one for one in order if one.key not in seated][: limit - len(seated)]}
    return [one for one in order if one.key in seated or one.key in others]


def ranked(keys: Sequence[str], short: Shares, meaning: NDArray[np.float32], *, article: Reading) -> list[Scored]:
    """Return the entries with their shares and their score, in the order of ``keys``."""
    columns = (short.words.tolist(), meaning.tolist(), fuse(short, meaning, article=article).tolist())
    return [Scored(*one) for one in zip(keys, *columns, strict=True)]


def weighted(asked: Asked, frequencies: Mapping[str, int], *, total: int, usual_length: float) -> Weighted:
    """Return the words of a probe as articles are read for them: one that stands in no article is left out."""
    kept = [place for place, word in enumerate(asked.words) if frequencies.get(word, 0) > 0]
    rarities = np.array([rarity(frequencies[asked.words[place]], total=total) for place in kept], dtype=np.float32)
    return Weighted(asked.hashes[kept], rarities, usual_length)
