"""How many letters set two words apart, as Lucene counts them, so that both engines find the same misspellings."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_LETTERS = 63


def distances(word: str, others: Sequence[str]) -> NDArray[np.int16]:
    """Return the optimal string alignment distance from ``word`` to each of ``others`` (all of them at once)."""
    if not others:
        return np.zeros(0, dtype=np.int16)
    width = max(map(len, others))
    lengths = np.fromiter(map(len, others), dtype=np.int64, count=len(others))
    codes = _codes(others, width=width)
    before: NDArray[np.int16] | None = None
    previous = np.broadcast_to(np.arange(width + 1, dtype=np.int16), (len(others), width + 1)).copy()
    for row, letter in enumerate(map(ord, word), start=1):
        current = np.empty_like(previous)
        current[:, 0] = row
        changed = previous[:, :-1] + (codes != letter)
        best = np.minimum(changed, previous[:, 1:] + 1)
        if before is not None:
            swapped = (codes[:, 1:] == ord(word[row - 2])) & (codes[:, :-1] == letter)
            best[:, 1:] = np.where(swapped, np.minimum(best[:, 1:], before[:, :-2] + 1), best[:, 1:])
        for column in range(width):
            np.minimum(best[:, column], current[:, column] + 1, out=current[:, column + 1])
        before, previous = previous, current
    return np.asarray(previous[np.arange(len(others)), lengths], dtype=np.int16)


def _codes(words: Sequence[str], *, width: int) -> NDArray[np.uint32]:
    return np.array(words, dtype=f"U{max(width, 1)}").view(np.uint32).reshape(len(words), max(width, 1))[:, :width]


def letter_sets(words: Sequence[str]) -> NDArray[np.uint64]:
    """Return, for each word, the set of its letters as bits (different letters may share one)."""
    if not words:
        return np.zeros(0, dtype=np.uint64)
    lengths = np.fromiter(map(len, words), dtype=np.int64, count=len(words))
    codes = np.frombuffer("".join(words).encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    bits = np.uint64(1) << (codes * np.uint64(0x9E3779B1) >> np.uint64(7)) % np.uint64(_LETTERS)
    starts = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(lengths)[:-1]])
    return np.bitwise_or.reduceat(bits, starts)
