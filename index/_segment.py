"""A segment: some entries made ready for comparison, in arrays that lie in memory or, as one file, are mapped into it."""

import json
import math
import mmap
import os
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index._postings import MOST_ROWS, Hashes, Postings
from index._vectors import cosines, distances, signs

_MAGIC = b"FDSEG 1\n"
_ALIGN = 64
_HEAD = len(_MAGIC) + 16
_PLAIN = ("rowids", "alive", "lengths", "word_sizes", "gram_sizes", "codes", "steps", "signs")
_LISTS = ("words", "grams", "article")
_PARTS = ("terms", "starts", "rows", "times")
MOST_POSTINGS = 16_000_000


class SegmentError(ValueError):
    """A segment's file is not what was written."""


@dataclass(frozen=True, slots=True)
class Comparable:
    """One entry as it is stored for comparison: sets of hashed words and 4-grams, the article's words, the vector as bytes."""

    rowid: int
    words: Hashes
    grams: Hashes
    article: Hashes
    code: NDArray[np.int8] | None
    step: float = 0.0


@dataclass(frozen=True, slots=True)
class Segment:
    """Entries in order of rowid; ``alive`` is cleared where one was removed. Sizes count terms, lengths an article's words."""

    rowids: NDArray[np.int64]
    alive: NDArray[np.bool_]
    lengths: NDArray[np.int32]
    word_sizes: NDArray[np.int32]
    gram_sizes: NDArray[np.int32]
    codes: NDArray[np.int8]
    steps: NDArray[np.float32]
    signs: NDArray[np.uint64]
    words: Postings
    grams: Postings
    article: Postings

    def __len__(self) -> int:
        return len(self.rowids)

    @property
    def postings(self) -> int:
        """Return how many postings it holds: what it costs."""
        return sum(len(one.rows) for one in (self.words, self.grams, self.article))

    @classmethod
    def of(cls, entries: Sequence[Comparable], *, dim: int) -> "Segment":
        """Build a segment of ``entries`` in order of rowid."""
        codes = np.zeros((len(entries), dim), dtype=np.int8)
        for place, entry in enumerate(entries):
            if entry.code is not None:
                codes[place] = entry.code
        steps = np.array([entry.step for entry in entries], dtype=np.float32)
        return cls(
            np.array([entry.rowid for entry in entries], dtype=np.int64),
            np.ones(len(entries), dtype=np.bool_),
            np.array([len(entry.article) for entry in entries], dtype=np.int32),
            np.array([len(entry.words) for entry in entries], dtype=np.int32),
            np.array([len(entry.grams) for entry in entries], dtype=np.int32),
            *(codes, steps, signs(codes.astype(np.float32))),
            Postings.of([entry.words for entry in entries]),
            Postings.of([entry.grams for entry in entries]),
            Postings.of([entry.article for entry in entries], counted=True),
        )

    def meaning(self, places: NDArray[np.int64], vector: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the cosine of the vectors at ``places`` with a unit ``vector``, 0 … 1; 0 where an entry was removed."""
        told = cosines(self.codes, vector, places=places) * self.steps[places] * self.alive[places]
        return np.asarray(told.clip(0.0, 1.0), dtype=np.float32)

    def distances(self, asked: NDArray[np.uint64]) -> NDArray[np.uint16]:
        """Return in how many signs each entry's vector differs; one that was removed, or has none, differs in all."""
        told = distances(asked, self.signs)
        told[~self.alive | (self.steps == 0)] = self.signs.shape[0] * 64
        return told


def can_join(older: Segment, newer: Segment) -> bool:
    """Whether two neighbours should become one: not much unlike in size, and together not too large for the memory."""
    both = len(older) + len(newer) <= MOST_ROWS and older.postings + newer.postings <= MOST_POSTINGS
    return both and len(older) <= 2 * len(newer)


def joined(older: Segment, newer: Segment) -> Segment:
    """Return one segment of the living entries of two, the newer's rowids above the older's."""
    parts, keep = (older, newer), np.concatenate([older.alive, newer.alive])
    moved = np.where(keep, np.cumsum(keep) - 1, -1)
    places = (moved[: len(older)], moved[len(older) :])

    def stacked(name: str) -> NDArray[Any]:
        values: NDArray[Any] = np.concatenate([getattr(one, name)[one.alive] for one in parts])
        return values

    def merged(name: str) -> Postings:
        return Postings.merged([(getattr(one, name), moved) for one, moved in zip(parts, places, strict=True)])

    plain = {name: stacked(name) for name in _PLAIN if name != "signs"}
    plain["signs"] = np.concatenate([one.signs[:, one.alive] for one in parts], axis=1)
    return Segment(**plain, words=merged("words"), grams=merged("grams"), article=merged("article"))


def write_segment(segment: Segment, path: Path) -> None:
    """Write ``segment`` to ``path`` and see it on the disk; the caller gives the file its name afterwards."""
    table, at = [], 0
    for name, values in _arrays(segment):
        table.append([name, values.dtype.str, list(values.shape), at, _checksum(values)])
        at += _padded(values.nbytes)
    header = json.dumps({"size": at, "arrays": table}).encode()
    head = _MAGIC + len(header).to_bytes(8, "little") + zlib.crc32(header).to_bytes(8, "little") + header
    with path.open("wb") as file:
        file.write(head.ljust(_padded(len(head)), b"\0"))
        for _, values in _arrays(segment):
            values.tofile(file)
            file.write(bytes(_padded(values.nbytes) - values.nbytes))
        file.flush()
        os.fsync(file.fileno())


def open_segment(path: Path) -> Segment:
    """Map the file at ``path``. Raises `SegmentError` when it is cut off or is none, `OSError` when it cannot be read."""
    return _segment({name: values for name, values, _ in _mapped(path)})


def is_damaged(path: Path) -> bool:
    """Read the file at ``path`` as a whole and say whether any of it is not as it was written."""
    try:
        return any(_checksum(values) != told for _, values, told in _mapped(path))
    except (OSError, SegmentError):
        return True


def _mapped(path: Path) -> list[tuple[str, NDArray[np.generic], int]]:
    with path.open("rb") as file:
        if not os.fstat(file.fileno()).st_size:
            raise SegmentError(f"{path.name} is empty")
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    size, told = (int.from_bytes(mapped[at : at + 8], "little") for at in (len(_MAGIC), len(_MAGIC) + 8))
    header, start = mapped[_HEAD : _HEAD + size], _padded(_HEAD + size)
    if mapped[: len(_MAGIC)] != _MAGIC or zlib.crc32(header) != told:
        raise SegmentError(f"{path.name} begins as no segment does")
    fields = json.loads(header)
    if len(mapped) != start + fields["size"]:
        raise SegmentError(f"{path.name} has {len(mapped)} bytes, not {start + fields['size']}")
    return [
        (name, _view(mapped, np.dtype(kind), shape=shape, at=start + at), checksum)
        for name, kind, shape, at, checksum in fields["arrays"]
    ]


def _view(mapped: mmap.mmap, kind: np.dtype[np.generic], *, shape: list[int], at: int) -> NDArray[np.generic]:
    return np.frombuffer(mapped, dtype=kind, count=math.prod(shape), offset=at).reshape(shape)


def _checksum(values: NDArray[np.generic]) -> int:
    return zlib.crc32(values.reshape(-1).view(np.uint8).data)


def _padded(size: int) -> int:
    return -(-size // _ALIGN) * _ALIGN


def _arrays(segment: Segment) -> Iterator[tuple[str, NDArray[np.generic]]]:
    for name in _PLAIN:
        yield name, getattr(segment, name)
    for name in _LISTS:
        for part in _PARTS:
            yield f"{name}.{part}", getattr(getattr(segment, name), part)


def _segment(arrays: Mapping[str, NDArray[Any]]) -> Segment:
    plain = {name: arrays[name] for name in _PLAIN} | {"alive": arrays["alive"].copy()}
    words, grams, article = (Postings(*(arrays[f"{name}.{part}"] for part in _PARTS)) for name in _LISTS)
    return Segment(**plain, words=words, grams=grams, article=article)
