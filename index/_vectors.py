"""Vectors as the index keeps them: one byte a number, and one bit a number to find the few that are worth comparing.

The signs of a turned vector tell its direction roughly (Charikar 2002): where two agree in most signs, the angle is small. The
nearest by signs, many more than are wanted, are compared again by their bytes.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

_STEPS = 127.0
_WORD = 64
_REREAD = 4_000
_REREAD_SHARE = 100
_CHUNK = 8_192
_COMPARED = 32_768
_ROWS = 256


def quantised(vectors: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Return ``vectors[n, dim]`` as bytes and, for each row, what one step is worth; a zero row stays zero."""
    steps = np.abs(vectors).max(axis=1, initial=0.0) / np.float32(_STEPS)
    safe = np.where(steps > 0, steps, np.float32(1))[:, None]
    return np.rint(vectors / safe).astype(np.int8), steps.astype(np.float32)


def pack(vector: NDArray[np.float32]) -> bytes:
    """Return one vector as it is stored: the worth of a step, then a byte a number."""
    codes, steps = quantised(vector[None, :])
    return steps.tobytes() + codes.tobytes()


def unpack(stored: bytes) -> tuple[NDArray[np.int8], float]:
    """Return what `pack` stored."""
    return np.frombuffer(stored, dtype=np.int8, offset=4), float(np.frombuffer(stored, dtype=np.float32, count=1)[0])


@lru_cache(maxsize=4)
def _turn(dim: int) -> NDArray[np.float32]:
    """Return a rotation that is the same everywhere; without it the signs of a mean that all texts share say nothing."""
    random = np.random.RandomState(dim)
    turned: NDArray[np.float32] = np.linalg.qr(random.standard_normal((dim, dim)))[0].astype(np.float32)
    return turned


def signs(vectors: NDArray[np.float32]) -> NDArray[np.uint64]:
    """Return the signs of the turned ``vectors[n, dim]`` as ``uint64[ceil(dim / 64), n]``."""
    count, dim = vectors.shape
    packed = np.zeros((count, -(-dim // _WORD) * 8), dtype=np.uint8)
    for start in range(0, count, _CHUNK):
        told = np.packbits(vectors[start : start + _CHUNK] @ _turn(dim) > 0, axis=1)
        packed[start : start + _CHUNK, : told.shape[1]] = told
    return np.ascontiguousarray(packed.view(np.uint64).T)


def distances(asked: NDArray[np.uint64], held: NDArray[np.uint64]) -> NDArray[np.uint16]:
    """Return in how many signs each column of ``held[words, n]`` differs from ``asked[words]``."""
    total = np.zeros(held.shape[1], dtype=np.uint16)
    for start in range(0, held.shape[1], _COMPARED):
        part = total[start : start + _COMPARED]
        for word, row in zip(asked, held, strict=True):
            part += np.bitwise_count(row[start : start + _COMPARED] ^ word)
    return total


def cosines(codes: NDArray[np.int8], vector: NDArray[np.float32], *, places: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return the products of the rows ``codes[places]`` with ``vector``, a few rows at a time: they stay near the processor."""
    told = np.empty(len(places), dtype=np.float32)
    for start in range(0, len(places), _ROWS):
        rows = codes[places[start : start + _ROWS]].astype(np.float32)
        np.einsum("ij,j->i", rows, vector, out=told[start : start + _ROWS])  # BLAS would wake its threads for this
    return told


def few(distance: NDArray[np.uint16]) -> NDArray[np.int64]:
    """Return the places of the least distances: those worth comparing by their bytes, one in 100 and at least 4,000."""
    wanted = max(_REREAD, len(distance) // _REREAD_SHARE)
    if len(distance) <= wanted:
        return np.arange(len(distance), dtype=np.int64)
    enough = int(np.searchsorted(np.cumsum(np.bincount(distance)), wanted))
    return np.flatnonzero(distance <= enough)
