"""Postings: for each hashed term the entries that hold it, in order.

While they are built they are one array of 64-bit keys (term, entry, times), so that inverting and merging are one sort.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint32]
Spans = tuple[NDArray[np.int64], NDArray[np.int64]]
_TERM = np.uint64(32)
_ROW = np.uint64(8)
_TIMES = np.uint64(0xFF)
_MOST_TIMES = 255
_PART = 1 << 20
MOST_ROWS = 1 << 24


@dataclass(frozen=True, slots=True)
class Postings:
    """Rows that hold ``terms[i]`` are ``rows[starts[i]:starts[i + 1]]``, each of them ``times`` (1 … 255) times.

    Of sets, in which a term stands once, ``times`` is empty.
    """

    terms: Hashes
    starts: NDArray[np.int64]
    rows: NDArray[np.int32]
    times: NDArray[np.uint8]

    @classmethod
    def of(cls, texts: Sequence[Hashes], *, counted: bool = False) -> "Postings":
        """Invert ``texts``, hashed terms of one row each (at most 2^24); ``counted`` keeps how often each stands there."""
        sizes = np.fromiter((len(one) for one in texts), dtype=np.int64, count=len(texts))
        flat = np.concatenate([*texts, np.zeros(0, dtype=np.uint32)]).astype(np.uint64)
        keys: NDArray[np.uint64] = (flat << _TERM) | (np.repeat(np.arange(len(texts), dtype=np.uint64), sizes) << _ROW)
        keys.sort()
        first = _firsts(keys)
        times = np.diff(first, append=len(keys))
        return cls._packed(keys[first] | np.minimum(times, _MOST_TIMES).astype(np.uint64), counted=counted)

    @classmethod
    def merged(cls, parts: Sequence[tuple["Postings", NDArray[np.int64]]]) -> "Postings":
        """Join postings whose rows move to the numbers beside them; a row that moves to -1 is left out."""
        keys = np.concatenate([*(one._keys(moved) for one, moved in parts), np.zeros(0, dtype=np.uint64)])  # noqa: SLF001 - its own
        keys.sort()
        return cls._packed(keys, counted=any(len(one.times) for one, _ in parts))

    @classmethod
    def _packed(cls, keys: NDArray[np.uint64], *, counted: bool) -> "Postings":
        terms, rows = np.empty(len(keys), dtype=np.uint32), np.empty(len(keys), dtype=np.int32)
        times = np.empty(len(keys) if counted else 0, dtype=np.uint8)
        for start in range(0, len(keys), _PART):  # whole arrays of 64 bits between them would double what it takes
            part = slice(start, start + _PART)
            terms[part] = keys[part] >> _TERM
            rows[part] = (keys[part] >> _ROW) & np.uint64(MOST_ROWS - 1)
            if counted:
                times[part] = keys[part] & _TIMES
        first = _firsts(terms)
        return cls(terms[first], np.append(first, len(keys)).astype(np.int64), rows, times)

    def _keys(self, moved: NDArray[np.int64]) -> NDArray[np.uint64]:
        keys = np.repeat(self.terms.astype(np.uint64) << _TERM, np.diff(self.starts))
        keys |= self.times if len(self.times) else np.uint64(1)
        rows = moved[self.rows]
        keys |= rows.astype(np.uint64) << _ROW
        return keys if (rows >= 0).all() else keys[rows >= 0]

    def spans(self, wanted: Hashes) -> Spans:
        """Return begin and end of the postings of each of ``wanted``; both equal for an unknown term."""
        if not len(self.terms):
            nothing = np.zeros(len(wanted), dtype=np.int64)
            return nothing, nothing
        at = np.minimum(np.searchsorted(self.terms, wanted), len(self.terms) - 1)
        begin = self.starts[at]
        return begin, np.where(self.terms[at] == wanted, self.starts[at + 1], begin)

    def weigh(self, spans: Spans, weights: NDArray[np.float32], *, entries: int) -> NDArray[np.float32]:
        """Return, for each of ``entries`` rows, the summed weight of the terms of ``spans`` that it holds."""
        begin, end = spans
        rows = _gathered(self.rows, begin, end)
        return np.bincount(rows, np.repeat(weights, end - begin), minlength=entries).astype(np.float32)

    def saturate(self, spans: Spans, weights: NDArray[np.float32], *, norm: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return BM25: for each row the sum of ``weights * times / (times + norm)``, ``norm`` one number a row."""
        begin, end = spans
        rows, times = _gathered(self.rows, begin, end), _gathered(self.times, begin, end).astype(np.float32)
        told = np.repeat(weights, end - begin) * times / (times + norm[rows])
        return np.bincount(rows, told, minlength=len(norm)).astype(np.float32)


def _firsts(values: NDArray[np.unsignedinteger]) -> NDArray[np.int64]:
    """Return where in sorted ``values`` another value begins."""
    return np.flatnonzero(np.concatenate([np.ones(min(1, len(values)), dtype=np.bool_), values[1:] != values[:-1]]))


def _gathered(values: NDArray[np.generic], begin: NDArray[np.int64], end: NDArray[np.int64]) -> NDArray[np.generic]:
    spans = [values[low:high] for low, high in zip(begin.tolist(), end.tolist(), strict=True) if high > low]
    return np.concatenate(spans) if spans else values[:0]
