"""How candidates are scored, once for every backend: the engine proposes, Python scores.

Two texts are compared three ways. ``covered`` is how much of the probe's words the passage holds, weighted by rarity (inverse
document frequency, Spärck Jones 1972). ``letters`` is close to the cosine of their sets of character 4-grams, weighted the same
way (typos, inflection, scripts without spaces; a lone common gram says nothing). ``meaning`` is the cosine of the vectors.
``words``, which the matcher is told, is the mean of the first two. The score weighs them with what the whole article says
(`index._article`): where there is an article, mostly that; where there is only a short text, mostly the text.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index._article import Reading, Weighted, read_articles
from index._folding import fold, gram_hashes, tokens, word_hashes
from index._passages import unit_vector
from index._spoken import spoken
from index.base import Probe

RECALL_DEPTH = 60
MAX_PROBE_WORDS = 120
# letters, fit, meaning; the article's BM25, best window, and words anywhere
_WEIGHTS_ARTICLE = np.array([1.0, 0.0, 0.5, 1.0, 2.0, 1.0], dtype=np.float32) / 5.5
_WEIGHTS_SHORT = np.array([2.0, 0.0, 1.0, 1.0, 1.0, 0.0], dtype=np.float32) / 5
_WEIGHTS_OF_LONG = np.array([2.0, 1.0, 1.0, 0.0, 0.0, 0.0], dtype=np.float32) / 4  # a long post cannot stand in a short text
_LONG_FROM, _LONG_TO = 2.0, 6.0
FIT_BESIDE_LETTERS = 0.3
_SEATS = 4


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
    text = spoken(probe.text[:4_000])
    words = tuple(dict.fromkeys(tokens(text)))[:MAX_PROBE_WORDS]
    grams = gram_hashes(fold(text[:2_000]))
    return Asked(words, word_hashes(words), grams, vector if vector is not None and vector.shape == (dim,) else None)


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


@dataclass(frozen=True, slots=True)
class Terms:
    """The rarity of each of a probe's terms, and whether any entry holds it."""

    rarities: NDArray[np.float32]
    known: NDArray[np.bool_]

    @classmethod
    def of(cls, counts: NDArray[np.int64], *, total: int) -> "Terms":
        """Return the terms that ``counts`` of ``total`` entries hold; rarity is ``ln(1 + (N - n + 0.5) / (n + 0.5))``."""
        held = np.minimum(counts, total).astype(np.float64)
        return cls(np.log1p((total - held + 0.5) / (held + 0.5)).astype(np.float32), counts > 0)

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
    sizes = np.fromiter((len(one) for one in texts), dtype=np.int64, count=len(texts))
    if not len(asked):
        return Held(np.zeros(len(texts), dtype=np.float32), sizes.astype(np.float32))
    flat = np.concatenate([*texts, np.zeros(0, dtype=np.uint32)])
    order = np.argsort(asked)
    at = order[np.minimum(np.searchsorted(asked, flat, sorter=order), len(asked) - 1)]
    told = np.where(asked[at] == flat, terms.rarities[at], np.float32(0))
    weight = np.bincount(np.repeat(np.arange(len(texts)), sizes), told, minlength=len(texts))
    return Held(weight.astype(np.float32), sizes.astype(np.float32))


def fuse(short: Shares, meaning: NDArray[np.float32], *, article: Reading, length: float = 1.0) -> NDArray[np.float32]:
    """Return the scores that order candidates, 0 … 1; ``length`` of the probe is in usual short texts.

    The weights are set by hand; see docs/decisions.md.
    """
    told = np.stack([short.letters, short.fit, meaning, article.bm25, article.nearby, article.anywhere])
    long = min(1.0, max(0.0, (length - _LONG_FROM) / (_LONG_TO - _LONG_FROM)))
    weights = long * _WEIGHTS_OF_LONG + (1.0 - long) * _WEIGHTS_SHORT
    return np.asarray(article.body * (_WEIGHTS_ARTICLE @ told) + (1.0 - article.body) * (weights @ told), dtype=np.float32)


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


@dataclass(frozen=True, slots=True)
class Statistics:
    """In how many of ``total`` entries each of a probe's words and 4-grams stands; ``usual_length`` is their articles'."""

    total: int
    words: NDArray[np.int64]
    grams: NDArray[np.int64]
    article: NDArray[np.int64]
    usual_length: float

    @property
    def terms(self) -> tuple[Terms, Terms]:
        """Return words and 4-grams as they are weighed in short texts."""
        return Terms.of(self.words, total=self.total), Terms.of(self.grams, total=self.total)


@dataclass(frozen=True, slots=True)
class Proposals:
    """Entries to be scored: of each its key, its sets of words and 4-grams, its article's words in order, and its meaning."""

    keys: Sequence[str]
    words: Sequence[NDArray[np.uint32]]
    grams: Sequence[NDArray[np.uint32]]
    articles: Sequence[NDArray[np.uint32]]
    meaning: NDArray[np.float32]


def scored(probe: Asked, proposals: Proposals, *, known: Statistics) -> list[Scored]:
    """Return the entries with their shares and their score, in the order in which they were proposed."""
    words, grams = known.terms
    short = shares(
        held(probe.hashes, words, texts=proposals.words),
        held(probe.grams, grams, texts=proposals.grams),
        terms=(words, grams),
    )
    article = read_articles(_weighted(probe, known), proposals.articles)
    usual = sum(len(one) for one in proposals.words) / max(len(proposals.words), 1)
    score = fuse(short, proposals.meaning, article=article, length=len(probe.words) / max(usual, 1.0))
    columns = (short.words.tolist(), proposals.meaning.tolist(), score.tolist())
    return [Scored(*one) for one in zip(proposals.keys, *columns, strict=True)]


def _weighted(asked: Asked, known: Statistics) -> Weighted:
    """Return the words of a probe as articles are read for them; one that stands in none is left out."""
    found = known.article > 0
    return Weighted(asked.hashes[found], Terms.of(known.article[found], total=known.total).rarities, known.usual_length)
