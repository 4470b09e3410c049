"""All comparable entries of one kind: proposes, for a probe, the few that are worth scoring.

Each way of looking (letters and words of the short text, words of the article, meaning) proposes by itself. A common term
proposes little and costs much: terms are looked up rarest first within a budget of postings. What was proposed is scored with
all of them.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from index._article import saturation
from index._fusion import FIT_BESIDE_LETTERS, RECALL_DEPTH, Asked, Statistics, Terms
from index._postings import Spans
from index._segment import Segment
from index._vectors import few, signs

_N = TypeVar("_N", bound=np.generic)
_TEXT_BUDGET = 300_000
_ARTICLE_BUDGET = 150_000
_STRIDES = 64
_NOWHERE = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Proposed:
    """Entries worth scoring, in order of rowid, with the cosine of their vectors, and what is known of the probe's terms."""

    rowids: NDArray[np.int64]
    meaning: NDArray[np.float32]
    known: Statistics


@dataclass(frozen=True, slots=True)
class _Found:
    """Where a probe's words and 4-grams stand: of each segment the spans of their postings."""

    words: Sequence[Spans]
    grams: Sequence[Spans]
    article: Sequence[Spans]
    known: Statistics


class Shelf:
    """Some segments, looked at together."""

    def __init__(self, segments: Sequence[Segment]) -> None:
        self.segments = tuple(segments)
        self._starts = np.cumsum([0, *(len(one) for one in self.segments)])
        self._letters = [1 / np.sqrt(np.maximum(one.gram_sizes, 1), dtype=np.float32) for one in self.segments]
        self._fits = [1 / np.maximum(one.word_sizes, 1).astype(np.float32) for one in self.segments]
        self._count()

    def __len__(self) -> int:
        return self._total

    def discard(self, rowids: NDArray[np.int64]) -> None:
        """Forget the entries with these rowids; unknown ones are ignored."""
        for segment in self.segments:
            segment.alive[np.isin(segment.rowids, rowids)] = False
        self._count()

    def propose(self, probe: Asked) -> Proposed:
        """Return what is near to ``probe`` in some way."""
        found = self._look_up(probe)
        places = np.unique(np.concatenate([self._by_text(found), self._by_article(found), self._by_meaning(probe)]))
        return Proposed(self._rowids(places), self._meaning(probe, places), found.known)

    def _count(self) -> None:
        self._total = int(sum(int(one.alive.sum()) for one in self.segments))
        lengths = sum(int(one.lengths[one.alive].sum()) for one in self.segments)
        self._usual_length = lengths / max(self._total, 1)
        self._norms = [saturation(one.lengths, usual=self._usual_length) for one in self.segments]

    def _look_up(self, probe: Asked) -> _Found:
        words = [one.words.spans(probe.hashes) for one in self.segments]
        grams = [one.grams.spans(probe.grams) for one in self.segments]
        article = [one.article.spans(probe.hashes) for one in self.segments]
        counts = [_counts(spans, len(asked)) for spans, asked in ((words, probe.words), (grams, probe.grams))]
        articles = _counts(article, len(probe.words))
        known = Statistics(self._total, counts[0], counts[1], article=articles, usual_length=self._usual_length)
        return _Found(words, grams, article, known)

    def _by_text(self, found: _Found) -> NDArray[np.int64]:
        """Return the places whose short text is nearest by letters and words."""
        words, letters = found.known.terms
        by_letters, by_words = affordable(found.known.grams, _TEXT_BUDGET), affordable(found.known.words, _TEXT_BUDGET)
        if not (len(by_letters) or len(by_words)):
            return _NOWHERE
        scale = 1 / math.sqrt(max(float(letters.rarities[letters.known].sum()) * letters.usual, 1e-6))
        letter_weights = letters.rarities[by_letters] * np.float32(scale)
        word_weights = words.rarities[by_words] * np.float32(FIT_BESIDE_LETTERS / words.usual)

        def near(at: int, one: Segment) -> NDArray[np.float32]:
            held = one.grams.weigh(_some(found.grams[at], by_letters), letter_weights, entries=len(one))
            fit = one.words.weigh(_some(found.words[at], by_words), word_weights, entries=len(one))
            return np.asarray(held * self._letters[at] + fit * self._fits[at], dtype=np.float32)

        return self._nearest(near)

    def _by_article(self, found: _Found) -> NDArray[np.int64]:
        """Return the places whose article is nearest by its words (BM25)."""
        asked = affordable(found.known.article, _ARTICLE_BUDGET)
        if not len(asked):
            return _NOWHERE
        rarities = Terms.of(found.known.article[asked], total=self._total).rarities

        def near(at: int, one: Segment) -> NDArray[np.float32]:
            return one.article.saturate(_some(found.article[at], asked), rarities, norm=self._norms[at])

        return self._nearest(near)

    def alike(self, probe: Asked, *, depth: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Return cosine and rowid of the ``depth`` nearest in meaning, in no order."""
        places = self._by_meaning(probe, depth)
        return self._meaning(probe, places), self._rowids(places)

    def _by_meaning(self, probe: Asked, depth: int = RECALL_DEPTH) -> NDArray[np.int64]:
        """Return the places whose vector is nearest, of the few that have nearly the same signs."""
        if probe.vector is None or not self._total:
            return _NOWHERE
        asked = signs(probe.vector[None, :])[:, 0]
        places = few(np.concatenate([one.distances(asked) for one in self.segments]))
        return places[_top(self._meaning(probe, places), depth)]

    def _rowids(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        return self._over(places, lambda segment, at: segment.rowids[at], dtype=np.int64)

    def _nearest(self, near: Callable[[int, Segment], NDArray[np.float32]]) -> NDArray[np.int64]:
        told = [near(at, one) * one.alive for at, one in enumerate(self.segments)]
        return _top(np.concatenate([*told, np.zeros(0, dtype=np.float32)]), RECALL_DEPTH)

    def _meaning(self, probe: Asked, places: NDArray[np.int64]) -> NDArray[np.float32]:
        vector = probe.vector
        if vector is None:
            return np.zeros(len(places), dtype=np.float32)
        return self._over(places, lambda segment, at: segment.meaning(at, vector), dtype=np.float32)

    def _over(
        self, places: NDArray[np.int64], told: Callable[[Segment, NDArray[np.int64]], NDArray[_N]], *, dtype: type[_N]
    ) -> NDArray[_N]:
        """Return what each segment tells of its own among ``places``, which are in order."""
        bounds = np.searchsorted(places, self._starts)
        values = np.zeros(len(places), dtype=dtype)
        for segment, start, low, high in zip(self.segments, self._starts, bounds, bounds[1:], strict=False):
            if high > low:
                values[low:high] = told(segment, places[low:high] - start)
        return values


def _counts(spans: Sequence[Spans], terms: int) -> NDArray[np.int64]:
    return np.asarray(sum((end - begin for begin, end in spans), np.zeros(terms, dtype=np.int64)), dtype=np.int64)


def _some(spans: Spans, chosen: NDArray[np.int64]) -> Spans:
    begin, end = spans
    return begin[chosen], end[chosen]


def affordable(counts: NDArray[np.int64], budget: int) -> NDArray[np.int64]:
    """Return which terms are looked up, rarest first: within the budget, at least one, none that nothing holds."""
    order = np.argsort(counts, kind="stable")
    order = order[counts[order] > 0]
    return order[: max(1, int(np.searchsorted(np.cumsum(counts[order]), budget, side="right")))]


def _top(values: NDArray[np.float32], depth: int) -> NDArray[np.int64]:
    """Return the places of the ``depth`` greatest values above 0, in order; few strides hold them all, so these come first."""
    whole = len(values) // _STRIDES
    places = np.arange(len(values))
    if whole > depth:
        greatest = values[: whole * _STRIDES].reshape(_STRIDES, whole).max(axis=0)
        columns = np.argpartition(greatest, -depth)[-depth:]
        places = np.concatenate([(columns + whole * np.arange(_STRIDES)[:, None]).ravel(), places[whole * _STRIDES :]])
    if len(places) > depth:
        places = places[np.argpartition(values[places], -depth)[-depth:]]
    return np.sort(places[values[places] > 0])
