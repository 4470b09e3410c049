"""Groups claims and titles into stories as they arrive, in one pass: by meaning (any language) and by shared words.

Each item joins the story with the best score or opens one. The score is (m · cosine to the story's mean vector + (1 - m) ·
share of the item's word weight that the story has) · 2^(-age / half-life), m weighing meaning; a word weighs by its inverse
document frequency over what was seen so far. The same stream gives the same stories.
"""

import math
import re
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from factdesk.records import digest_id

_WORD = re.compile(r"[^\W\d_]{2,}|\d+")
_FULL_SHARE = 0.15  # a word that this share of a story's items have counts fully
_BATCH = 256  # items compared with all stories in one product
_ROUGH = 1e-4  # scores of a matrix product closer than this are compared exactly: it rounds otherwise for another batch
_LEAST_LENGTH = 1e-9
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)
_NEVER = np.iinfo(np.int64).min  # the time of a story none of whose items has one


@dataclass(frozen=True, slots=True)
class Tuning:
    """How stories form: weight of ``meaning`` against words, least score to join, and the half-life of a silent story."""

    meaning: float = 0.7
    threshold: float = 0.38
    half_life: timedelta = timedelta(days=30)


@dataclass(frozen=True, slots=True, eq=False)
class Member:
    """An item that already has its story, as it is stored: the state from which a builder resumes."""

    id: str
    text: str
    vector: NDArray[np.float32]
    time: datetime | None
    narrative: str


@dataclass(slots=True)
class _Holders:
    """The stories that hold a word, in the order they first did, and how many of their items have it."""

    places: dict[int, int] = field(default_factory=dict)
    stories: "array[int]" = field(default_factory=lambda: array("q"))
    counts: "array[int]" = field(default_factory=lambda: array("q"))

    def add(self, story: int) -> None:
        """Count one more item of ``story``."""
        place = self.places.setdefault(story, len(self.stories))
        if place < len(self.stories):
            self.counts[place] += 1
        else:
            self.stories.append(story)
            self.counts.append(1)


@dataclass(frozen=True, slots=True, eq=False)
class _Near:
    """Rough cosines ``float32[stories, items]`` of a batch, as its stories were at the start, and the stories changed since."""

    rough: NDArray[np.float32]
    changed: set[int] = field(default_factory=set)


@dataclass(slots=True)
class NarrativeBuilder:
    """The stories so far. Items are ``(id, text, unit vector, time or None)``; without a time a story does not age.

    A zero vector says that the encoder does not understand the language: words alone decide then.

    A batch is compared with all stories by one matrix product; stories that change within the batch are compared anew, and
    those close to the best are compared exactly, so that the batches into which a stream is cut change nothing.
    """

    tuning: Tuning = field(default_factory=Tuning)
    _names: list[str] = field(default_factory=list)
    _at: dict[str, int] = field(default_factory=dict)
    _sizes: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    _seen: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    _sums: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    _lengths: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))
    _words: dict[str, _Holders] = field(default_factory=dict)
    _frequency: dict[str, int] = field(default_factory=dict)
    _items: int = 0
    _members: list[Member] = field(default_factory=list)

    def add(self, items: Sequence[tuple[str, str, NDArray[np.float32], datetime | None]]) -> list[str]:
        """Put items into stories in the order given; return the story's id of each (that of its first item's digest)."""
        return [name for start in range(0, len(items), _BATCH) for name in self._add_batch(items[start : start + _BATCH])]

    def dump(self) -> tuple[Member, ...]:
        """Return all items with their stories, in the order they came."""
        return tuple(self._members)

    def resume(self, members: Iterable[Member]) -> None:
        """Take up stored items, oldest first, each into the story that it has; equal to having added them."""
        for member in members:
            if member.narrative not in self._at:
                self._open(member.narrative, len(member.vector))
            self._put(self._at[member.narrative], member)

    def _add_batch(self, items: Sequence[tuple[str, str, NDArray[np.float32], datetime | None]]) -> list[str]:
        count = len(self._names)
        near = _Near(np.zeros((0, len(items)), np.float32))
        if count and items:
            product: NDArray[np.float32] = self._sums[:count] @ np.array([item[2] for item in items], np.float32).T
            product /= np.maximum(self._lengths[:count, None], np.float32(_LEAST_LENGTH))
            near = _Near(product)
        members = [Member(item_id, text, vector, time, "") for item_id, text, vector, time in items]
        return [self._add(member, near, at) for at, member in enumerate(members)]

    def _add(self, item: Member, near: _Near, column: int) -> str:
        words = _words_of(item.text)
        best, score = self._best(item, words, self._rough(item.vector, near, column))
        if score < self.tuning.threshold:
            best = self._open(digest_id("narrative", item.id), len(item.vector))
        near.changed.add(best)
        self._put(best, replace(item, narrative=self._names[best]), words=words)
        return self._names[best]

    def _rough(self, vector: NDArray[np.float32], near: _Near, column: int) -> NDArray[np.float32]:
        """Return the cosine to each story, right to about a millionth."""
        cosines = np.zeros(len(self._names), np.float32)
        cosines[: len(near.rough)] = near.rough[:, column]
        if near.changed:
            changed = sorted(near.changed)
            cosines[changed] = self._sums[changed] @ vector / np.maximum(self._lengths[changed], _LEAST_LENGTH)
        return cosines

    def _best(self, item: Member, words: frozenset[str], rough: NDArray[np.float32]) -> tuple[int, float]:
        """Return the story with the best score, the older one when equal; ``(-1, -1.0)`` when there is none."""
        if not len(rough):
            return -1, -1.0
        shared, fresh = self._shared(words), self._freshness(item.time)
        meaning = self.tuning.meaning if item.vector.any() else 0.0
        scores = (meaning * rough + (1 - meaning) * shared) * fresh
        exact = item.vector.astype(np.float64)
        best, most = -1, -math.inf
        for at in np.flatnonzero(scores >= scores.max() - _ROUGH).tolist():
            cosine = float(self._sums[at].astype(np.float64) @ exact) / max(float(self._lengths[at]), _LEAST_LENGTH)
            score = (meaning * cosine + (1 - meaning) * float(shared[at])) * float(fresh[at])
            if score > most:
                best, most = at, score
        return best, most

    def _shared(self, words: frozenset[str]) -> NDArray[np.float64]:
        """Return for each story the share (0 … 1) of the words' weight that it has."""
        known = [(word, self._rarity(word) ** 2) for word in sorted(words)]
        held = [(self._words[word], weight) for word, weight in known if word in self._words]
        if not held:
            return np.zeros(len(self._names))
        stories = np.concatenate([np.frombuffer(one.stories, np.int64) for one, _ in held])
        counts = np.concatenate([np.frombuffer(one.counts, np.int64) for one, _ in held])
        weights = np.repeat([weight for _, weight in held], [len(one.stories) for one, _ in held])
        full = _FULL_SHARE * (self._sizes[stories] - 1) + 1
        shares = np.bincount(stories, weights=weights * np.minimum(1.0, counts / full), minlength=len(self._names))
        return shares / sum(weight for _, weight in known)

    def _rarity(self, word: str) -> float:
        return math.log((1 + self._items) / (1 + self._frequency.get(word, 0))) + 0.5

    def _freshness(self, time: datetime | None) -> NDArray[np.float64]:
        """Return each story's decay: 1 for one seen now, one half after a half-life of silence."""
        if time is None:
            return np.ones(len(self._names))
        seen = self._seen[: len(self._names)]
        ages = np.where(seen == _NEVER, 0, (time - _EPOCH) // _TICK - seen) / (self.tuning.half_life / _TICK)
        return np.exp2(-np.maximum(ages, 0))

    def _open(self, name: str, dim: int) -> int:
        at = len(self._names)
        self._names.append(name)
        self._at[name] = at
        if at >= len(self._sums):
            more = max(64, at)
            self._sums = np.concatenate([self._sums.reshape(at, dim), np.zeros((more, dim), np.float32)])
            self._lengths = np.concatenate([self._lengths, np.zeros(more, np.float32)])
            self._sizes = np.concatenate([self._sizes, np.zeros(more, np.int64)])
            self._seen = np.concatenate([self._seen, np.full(more, _NEVER, np.int64)])
        return at

    def _put(self, at: int, member: Member, *, words: frozenset[str] | None = None) -> None:
        """Count an item into a story."""
        self._sums[at] += member.vector
        self._lengths[at] = np.linalg.norm(self._sums[at])
        self._sizes[at] += 1
        if member.time is not None:
            self._seen[at] = max(int(self._seen[at]), (member.time - _EPOCH) // _TICK)
        for word in _words_of(member.text) if words is None else words:
            self._frequency[word] = self._frequency.get(word, 0) + 1
            if word not in self._words:
                self._words[word] = _Holders()
            self._words[word].add(at)
        self._items += 1
        self._members.append(member)


def _words_of(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.casefold()))
