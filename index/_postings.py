"""Words, trigrams and vectors of passages (or claims) in memory, for exact comparison with many probes at once.

Entries arrive in segments that are merged as they grow (a log-structured merge: each entry is copied about log n times), so
that what another process adds costs little here.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index._fusion import Asked, lexical, rarity

Hashes = NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Comparable:
    """One entry as it is stored for comparison."""

    rowid: int
    words: Hashes
    grams: Hashes
    vector: NDArray[np.float32] | None


@dataclass(frozen=True, slots=True)
class Lists:
    """For each distinct term the positions of the entries that hold it (``rows[starts[i]:starts[i + 1]]`` for ``terms[i]``)."""

    terms: Hashes
    starts: NDArray[np.int64]
    rows: NDArray[np.int32]
    sizes: NDArray[np.float32]

    @classmethod
    def of(cls, sets: Sequence[Hashes]) -> "Lists":
        """Invert ``sets``, one set of terms an entry."""
        sizes = np.fromiter((len(one) for one in sets), dtype=np.int32, count=len(sets))
        flat = np.concatenate([*sets, np.zeros(0, dtype=np.uint32)])
        rows = np.repeat(np.arange(len(sets), dtype=np.int32), sizes)
        return cls._sorted(flat, rows, sizes=sizes.astype(np.float32))

    @classmethod
    def _sorted(cls, flat: Hashes, rows: NDArray[np.int32], *, sizes: NDArray[np.float32]) -> "Lists":
        order = np.argsort(flat, kind="stable")
        terms, starts = np.unique(flat[order], return_index=True)
        return cls(terms, np.append(starts, len(flat)).astype(np.int64), rows[order], sizes)

    def flat(self) -> Hashes:
        """Return the term of each posting."""
        return np.repeat(self.terms, np.diff(self.starts))

    def spans(self, wanted: Hashes) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return begin and end of the postings of each of ``wanted``; both equal for an unknown term."""
        if not len(self.terms):
            nothing = np.zeros(len(wanted), dtype=np.int64)
            return nothing, nothing
        at = np.minimum(np.searchsorted(self.terms, wanted), len(self.terms) - 1)
        known = self.terms[at] == wanted
        begin = self.starts[at]
        return begin, np.where(known, self.starts[at + 1], begin)

    def sums(self, wanted: Hashes, weights: NDArray[np.float32] | None = None) -> NDArray[np.float32]:
        """Return, for each entry, the sum of the weights (1 without) of the ``wanted`` terms it holds."""
        begin, end = self.spans(wanted)
        found = [self.rows[low:high] for low, high in zip(begin.tolist(), end.tolist(), strict=True) if high > low]
        if not found:
            return np.zeros(len(self.sizes), dtype=np.float32)
        rows = np.concatenate(found)
        each = None if weights is None else np.repeat(weights, end - begin)
        return np.bincount(rows, weights=each, minlength=len(self.sizes)).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Segment:
    """Some entries; ``alive`` is cleared where one was removed."""

    rowids: NDArray[np.int64]
    alive: NDArray[np.bool_]
    words: Lists
    grams: Lists
    vectors: NDArray[np.float32]

    @classmethod
    def of(cls, entries: Sequence[Comparable], *, dim: int) -> "Segment":
        """Build a segment of ``entries`` in order of rowid."""
        vectors = np.zeros((len(entries), dim), dtype=np.float32)
        for position, entry in enumerate(entries):
            if entry.vector is not None:
                vectors[position] = entry.vector
        rowids = np.fromiter((entry.rowid for entry in entries), dtype=np.int64, count=len(entries))
        words, grams = Lists.of([entry.words for entry in entries]), Lists.of([entry.grams for entry in entries])
        return cls(rowids, np.ones(len(entries), dtype=np.bool_), words, grams, vectors)


@dataclass(frozen=True, slots=True)
class Closeness:
    """How close each entry is to one probe: arrays over all entries of a `Shelf`."""

    rowids: NDArray[np.int64]
    words: NDArray[np.float32]
    meaning: NDArray[np.float32]

    def nearest(self, depth: int) -> NDArray[np.int64]:
        """Return positions of the ``depth`` nearest by words and as many by meaning, without those that share nothing."""
        return np.union1d(_top(self.words, depth), _top(self.meaning, depth))


def _top(values: NDArray[np.float32], depth: int) -> NDArray[np.int64]:
    top = np.argpartition(-values, depth)[:depth] if len(values) > depth else np.arange(len(values))
    return np.asarray(top[values[top] > 0], dtype=np.int64)


class Shelf:
    """All comparable entries of one kind, kept up with the index file by its reader."""

    def __init__(self, *, dim: int) -> None:
        self._dim = dim
        self._segments: list[Segment] = []

    def __len__(self) -> int:
        return int(sum(int(segment.alive.sum()) for segment in self._segments))

    def append(self, entries: Sequence[Comparable]) -> None:
        """Take in ``entries``, whose rowids are above all earlier ones."""
        if entries:
            self._segments.append(Segment.of(entries, dim=self._dim))
        while len(self._segments) > 1 and len(self._segments[-2].rowids) <= 2 * len(self._segments[-1].rowids):
            newer, older = self._segments.pop(), self._segments.pop()
            self._segments.append(_merged(older, newer))

    def discard(self, rowids: NDArray[np.int64]) -> None:
        """Forget the entries with these rowids; unknown ones are ignored."""
        for segment in self._segments:
            segment.alive[np.isin(segment.rowids, rowids)] = False

    def frequency(self, hashes: Hashes) -> NDArray[np.int64]:
        """Return how many entries hold each hashed word (removed ones count until their segment is merged)."""
        counts = np.zeros(len(hashes), dtype=np.int64)
        for segment in self._segments:
            begin, end = segment.words.spans(hashes)
            counts += end - begin
        return counts

    def compare(self, probes: Sequence[Asked]) -> list[Closeness]:
        """Return how close all entries are to each probe."""
        rowids = np.concatenate([segment.rowids for segment in self._segments] or [np.zeros(0, dtype=np.int64)])
        meaning = self._meaning(probes)
        return [Closeness(rowids, self._lexical(probe), meaning[:, at]) for at, probe in enumerate(probes)]

    def _meaning(self, probes: Sequence[Asked]) -> NDArray[np.float32]:
        nothing = np.zeros(self._dim, dtype=np.float32)
        asked = np.stack([nothing if probe.vector is None else probe.vector for probe in probes], axis=1)
        parts = [np.where(one.alive[:, None], one.vectors @ asked, 0) for one in self._segments]
        stacked: NDArray[np.float32] = np.concatenate([*parts, np.zeros((0, len(probes)), dtype=np.float32)])
        return np.asarray(stacked.clip(0.0, 1.0), dtype=np.float32)

    def _lexical(self, probe: Asked) -> NDArray[np.float32]:
        total = len(self)
        each = np.array([rarity(count, total=total) for count in self.frequency(probe.hashes).tolist()], dtype=np.float32)
        return np.concatenate([*(_closeness(one, probe, weights=each) for one in self._segments), np.zeros(0, np.float32)])


def _closeness(segment: Segment, probe: Asked, *, weights: NDArray[np.float32]) -> NDArray[np.float32]:
    coverage = segment.words.sums(probe.hashes, weights) / max(float(weights.sum()), 1e-6)
    shared = segment.grams.sums(probe.grams)
    sizes = np.sqrt(np.maximum(segment.grams.sizes * max(len(probe.grams), 1), 1.0))
    trigrams = np.divide(shared, sizes, dtype=np.float32)
    return np.where(segment.alive, lexical(coverage, trigrams), np.float32(0)).astype(np.float32)


def _merged(older: Segment, newer: Segment) -> Segment:
    keep = np.concatenate([older.alive, newer.alive])
    moved = np.where(keep, np.cumsum(keep) - 1, -1).astype(np.int32)
    return Segment(
        np.concatenate([older.rowids, newer.rowids])[keep],
        np.ones(int(keep.sum()), dtype=np.bool_),
        _merged_lists(older.words, newer.words, moved=moved),
        _merged_lists(older.grams, newer.grams, moved=moved),
        np.concatenate([older.vectors, newer.vectors])[keep],
    )


def _merged_lists(older: Lists, newer: Lists, *, moved: NDArray[np.int32]) -> Lists:
    rows = moved[np.concatenate([older.rows, newer.rows + np.int32(len(older.sizes))])]
    flat = np.concatenate([older.flat(), newer.flat()])
    kept = rows >= 0
    sizes = np.concatenate([older.sizes, newer.sizes])[moved >= 0]
    return Lists._sorted(flat[kept], rows[kept], sizes=sizes)  # noqa: SLF001 - the same module builds both
