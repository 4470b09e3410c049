"""How many letters set two words apart, as Lucene counts them, so that both engines find the same misspellings."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

_LETTERS = 63
_LONGEST = 60  # together, of words whose distances fit into a byte with ``1 << _FAR`` added
_FAR = 6


@lru_cache(maxsize=65_536)
def distance(one: str, other: str) -> int:
    """Return the optimal string alignment distance of two words."""
    before, previous = list[int](), list(range(len(other) + 1))
    for row, letter in enumerate(one):
        current = [row + 1]
        for at, wanted in enumerate(other):
            best = min(previous[at + 1] + 1, current[at] + 1, previous[at] + (letter != wanted))
            if row and at and letter == other[at - 1] and one[row - 1] == wanted:
                best = min(best, before[at - 1] + 1)
            current.append(best)
        before, previous = previous, current
    return previous[-1]


def distances_of(word: str, columns: NDArray[np.unsignedinteger]) -> NDArray[np.int16]:
    """Return the distance from ``word`` to each of many words of one length: ``columns[length, words]`` are their letters.

    One row of the usual table at a time, for all words at once; each cell is an array of bytes.
    """
    length, count = columns.shape
    kind = np.int8 if length + len(word) <= _LONGEST else np.int16
    columns = np.ascontiguousarray(columns)
    before: list[NDArray[np.signedinteger]] = []
    previous: list[NDArray[np.signedinteger]] = [np.full(count, column, dtype=kind) for column in range(length + 1)]
    other: list[NDArray[np.bool_]] = []
    for row, letter in enumerate(map(ord, word), start=1):
        current: list[NDArray[np.signedinteger]] = [np.full(count, row, dtype=kind)]
        differs = [column != letter for column in columns]
        for at in range(1, length + 1):
            best = np.minimum(previous[at], current[-1])
            best += 1
            np.minimum(best, previous[at - 1] + differs[at - 1], out=best)
            if before and at > 1:
                unlike = (other[at - 1] | differs[at - 2]).view(np.int8) << _FAR
                np.minimum(best, before[at - 2] + 1 + unlike, out=best)
            current.append(best)
        before, previous, other = previous, current, differs
    return previous[length].astype(np.int16)


def letter_sets(words: Sequence[str]) -> NDArray[np.uint64]:
    """Return, for each word, the set of its letters as bits (different letters may share one)."""
    codes = np.frombuffer("".join(words).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    return letter_sets_of(codes, np.fromiter(map(len, words), dtype=np.int64, count=len(words)))


def letter_sets_of(codes: NDArray[np.unsignedinteger], lengths: NDArray[np.signedinteger]) -> NDArray[np.uint64]:
    """Return the same of words whose letters stand end to end in ``codes``; none is empty."""
    if not len(lengths):
        return np.zeros(0, dtype=np.uint64)
    distinct, places = np.unique(codes, return_inverse=True) if codes.dtype.itemsize > 1 else (np.arange(256), codes)
    bits = np.uint64(1) << (distinct.astype(np.uint64) * np.uint64(0x9E3779B1) >> np.uint64(7)) % np.uint64(_LETTERS)
    starts = np.cumsum(lengths, dtype=np.int64) - lengths
    return np.bitwise_or.reduceat(bits[places], starts)
