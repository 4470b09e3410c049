"""Words, 4-grams and vectors of passages (or claims) in memory, for exact comparison with many probes at once.

Entries arrive in segments that are merged as they grow (a log-structured merge: each entry is copied about log n times), so
that what another process adds costs little here.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index._fusion import Asked, Held, Shares, Terms, shares

Hashes = NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Comparable:
    """One entry as it is stored for comparison."""

    rowid: int
    words: Hashes
    grams: Hashes
    vector: NDArray[np.float32] | None
    length: int = 0


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

    def held(self, wanted: Hashes, rarities: NDArray[np.float32]) -> Held:
        """Return, for each entry, the summed rarity of the ``wanted`` terms it holds."""
        begin, end = self.spans(wanted)
        found = [self.rows[low:high] for low, high in zip(begin.tolist(), end.tolist(), strict=True) if high > low]
        if not found:
            return Held(np.zeros(len(self.sizes), dtype=np.float32), self.sizes)
        weights = np.repeat(rarities, end - begin)
        sums = np.bincount(np.concatenate(found), weights=weights, minlength=len(self.sizes))
        return Held(sums.astype(np.float32), self.sizes)


@dataclass(frozen=True, slots=True)
class Segment:
    """Some entries; ``alive`` is cleared where one was removed. ``lengths`` counts the words of their articles."""

    rowids: NDArray[np.int64]
    alive: NDArray[np.bool_]
    lengths: NDArray[np.int32]
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
        lengths = np.fromiter((entry.length for entry in entries), dtype=np.int32, count=len(entries))
        words, grams = Lists.of([entry.words for entry in entries]), Lists.of([entry.grams for entry in entries])
        return cls(rowids, np.ones(len(entries), dtype=np.bool_), lengths, words, grams, vectors)


@dataclass(frozen=True, slots=True)
class Closeness:
    """How close each entry is to one probe: arrays over all entries of a `Shelf`."""

    rowids: NDArray[np.int64]
    short: Shares
    near: NDArray[np.float32]
    meaning: NDArray[np.float32]

    def nearest(self, depth: int) -> NDArray[np.int64]:
        """Return positions of the ``depth`` nearest by words and as many by meaning, without those that share nothing."""
        return np.union1d(_top(self.near, depth), _top(self.meaning, depth))


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
        return self._counts(hashes, [segment.words for segment in self._segments])

    def usual_length(self) -> float:
        """Return how many words an entry's article has on average."""
        whole = sum(int(segment.lengths[segment.alive].sum()) for segment in self._segments)
        return whole / max(len(self), 1)

    def compare(self, probes: Sequence[Asked]) -> list[Closeness]:
        """Return how close all entries are to each probe."""
        rowids = np.concatenate([segment.rowids for segment in self._segments] or [np.zeros(0, dtype=np.int64)])
        meaning = self._meaning(probes)
        alive = np.concatenate([segment.alive for segment in self._segments] or [np.zeros(0, dtype=np.bool_)])
        return [self._close(probe, rowids=rowids, alive=alive, meaning=meaning[:, at]) for at, probe in enumerate(probes)]

    def _close(
        self, probe: Asked, *, rowids: NDArray[np.int64], alive: NDArray[np.bool_], meaning: NDArray[np.float32]
    ) -> Closeness:
        short = self._short(probe)
        return Closeness(rowids, short, np.where(alive, short.near, np.float32(0)), meaning)

    def _meaning(self, probes: Sequence[Asked]) -> NDArray[np.float32]:
        nothing = np.zeros(self._dim, dtype=np.float32)
        asked = np.stack([nothing if probe.vector is None else probe.vector for probe in probes], axis=1)
        parts = [np.where(one.alive[:, None], one.vectors @ asked, 0) for one in self._segments]
        stacked: NDArray[np.float32] = np.concatenate([*parts, np.zeros((0, len(probes)), dtype=np.float32)])
        return np.asarray(stacked.clip(0.0, 1.0), dtype=np.float32)

    def _short(self, probe: Asked) -> Shares:
        total = len(self)
        words = Terms.of(self.frequency(probe.hashes).tolist(), total=total)
        counts = self._counts(probe.grams, [segment.grams for segment in self._segments])
        grams = Terms.of(counts.tolist(), total=total)
        return shares(
            _joined([one.words.held(probe.hashes, words.rarities) for one in self._segments]),
            _joined([one.grams.held(probe.grams, grams.rarities) for one in self._segments]),
            terms=(words, grams),
        )

    @staticmethod
    def _counts(hashes: Hashes, lists: Sequence[Lists]) -> NDArray[np.int64]:
        counts = np.zeros(len(hashes), dtype=np.int64)
        for one in lists:
            begin, end = one.spans(hashes)
            counts += end - begin
        return counts


def _joined(parts: Sequence[Held]) -> Held:
    nothing = np.zeros(0, dtype=np.float32)
    return Held(
        np.concatenate([nothing, *(one.weight for one in parts)]), np.concatenate([nothing, *(one.size for one in parts)])
    )


def _merged(older: Segment, newer: Segment) -> Segment:
    keep = np.concatenate([older.alive, newer.alive])
    moved = np.where(keep, np.cumsum(keep) - 1, -1).astype(np.int32)
    return Segment(
        np.concatenate([older.rowids, newer.rowids])[keep],
        np.ones(int(keep.sum()), dtype=np.bool_),
        np.concatenate([older.lengths, newer.lengths])[keep],
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
