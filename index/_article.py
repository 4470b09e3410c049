"""How a probe's words stand in a whole article: how many, how often (BM25), and how near to each other.

An article that is about a post mostly quotes it, so that its words stand close together somewhere; words scattered over a long
article say little. The engine only proposes articles; they are read here, from the sequence of hashed words stored with each.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_K1 = 2.0
_B = 0.9
_WINDOW = 40
_BUCKETS = np.uint32(1 << 16)
_SHORT = 60
_LONG = 160
_HEARD = 0.4


@dataclass(frozen=True, slots=True)
class Weighted:
    """The probe's distinct words, hashed, with their rarity in articles, and how many words an article has on average."""

    hashes: NDArray[np.uint32]
    rarities: NDArray[np.float32]
    usual_length: float


@dataclass(frozen=True, slots=True)
class Reading:
    """Shares (0 … 1) of the probe in each article: BM25 of its bound, in the best window, anywhere; and how long it is."""

    bm25: NDArray[np.float32]
    nearby: NDArray[np.float32]
    anywhere: NDArray[np.float32]
    length: NDArray[np.float32]

    @property
    def body(self) -> NDArray[np.float32]:
        """Return how far each is to be judged as an article (1) rather than as a short text (0).

        An article that holds few of the words, as one in another language does, is silent rather than against.
        """
        long = np.clip((self.length - _SHORT) / (_LONG - _SHORT), 0.0, 1.0)
        return np.asarray(long * np.clip(self.anywhere / _HEARD, 0.0, 1.0), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class _Found:
    """Places where a word of the probe stands: which article, which word, which place (articles a window apart)."""

    article: NDArray[np.int64]
    word: NDArray[np.int64]
    place: NDArray[np.int64]


def read_articles(probe: Weighted, sequences: Sequence[NDArray[np.uint32]]) -> Reading:
    """Return how ``probe`` stands in each of ``sequences``, hashed words in order. BM25 as in Robertson and Zaragoza (2009)."""
    lengths = np.fromiter((len(one) for one in sequences), dtype=np.int64, count=len(sequences))
    found = _find(probe.hashes, sequences, lengths=lengths)
    words = len(probe.hashes)
    times = np.bincount(found.article * words + found.word, minlength=len(sequences) * words).reshape(len(sequences), words)
    bound = max(float(probe.rarities.sum()), 1e-6)
    norm = saturation(lengths, usual=probe.usual_length)
    bm25 = (times / (times + norm[:, None] + 1e-9)) @ probe.rarities
    anywhere = (times > 0) @ probe.rarities
    nearby = _best_windows(found, probe.rarities, articles=len(sequences))
    told = [(one / bound).clip(0.0, 1.0).astype(np.float32) for one in (bm25, nearby, anywhere)]
    return Reading(told[0], told[1], told[2], lengths.astype(np.float32))


def saturation(lengths: NDArray[np.integer], *, usual: float) -> NDArray[np.float32]:
    """Return BM25's ``k1 (1 - b + b length / usual)`` of articles."""
    return (_K1 * (1.0 - _B) + _K1 * _B / max(usual, 1.0) * lengths).astype(np.float32)


def _find(hashes: NDArray[np.uint32], sequences: Sequence[NDArray[np.uint32]], *, lengths: NDArray[np.int64]) -> _Found:
    order = np.argsort(hashes)
    flat = np.concatenate([*sequences, np.zeros(0, dtype=np.uint32)])
    wanted = np.zeros(_BUCKETS, dtype=np.bool_)
    wanted[hashes % _BUCKETS] = True
    maybe = np.flatnonzero(
        wanted[flat % _BUCKETS]
    )  # few words of an article are the probe's: a look at half of each hash tells
    at = np.minimum(np.searchsorted(hashes[order], flat[maybe]), max(len(hashes) - 1, 0))
    same = hashes[order][at] == flat[maybe] if len(hashes) else np.zeros(0, dtype=np.bool_)
    hit = maybe[same]
    article = np.searchsorted(np.cumsum(lengths), hit, side="right")
    return _Found(article, order[at[same]], hit + article * _WINDOW)


def _best_windows(found: _Found, rarities: NDArray[np.float32], *, articles: int) -> NDArray[np.float64]:
    """Return, for each article, the greatest sum of rarities of distinct words within a window.

    A word counts in every window that ends at or after it, until it falls out of the window or stands there again.
    """
    best = np.zeros(articles, dtype=np.float64)
    count = len(found.place)
    if not count:
        return best
    worth = rarities[found.word].astype(np.float64)
    gains = worth - np.bincount(_ends(found), worth, minlength=count + 1)[:count]
    first = np.flatnonzero(np.diff(found.article, prepend=-1))
    best[found.article[first]] = np.maximum.reduceat(np.cumsum(gains), first)
    return best


def _ends(found: _Found) -> NDArray[np.int64]:
    """Return, for each place, the first place whose window no longer counts it."""
    count = len(found.place)
    again = np.full(count, count, dtype=np.int64)
    same = found.article * (int(found.word.max()) + 1) + found.word
    order = np.argsort(same, kind="stable")
    repeated = same[order][1:] == same[order][:-1]
    again[order[:-1][repeated]] = order[1:][repeated]
    return np.minimum(again, np.searchsorted(found.place, found.place + _WINDOW, side="left"))
