"""How many letters set two words apart, as Lucene counts them, so that both engines find the same misspellings."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_LETTERS = 63
_LONGEST = 60  # together, of words whose distances fit into a byte whatever is added


def distances(word: str, others: Sequence[str]) -> NDArray[np.int16]:
    """Return the optimal string alignment distance from ``word`` to each of ``others``."""
    told = np.zeros(len(others), dtype=np.int16)
    lengths = np.fromiter(map(len, others), dtype=np.int64, count=len(others))
    for length in np.unique(lengths).tolist():
        places = np.flatnonzero(lengths == length)
        letters = "".join(others[place] for place in places.tolist())
        codes = np.frombuffer(letters.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        told[places] = distances_of(word, codes.reshape(len(places), length).T)
    return told


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
                unlike = other[at - 1] | differs[at - 2]
                np.minimum(best, before[at - 2] + 1, out=best, where=~unlike)
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
