"""Groups claims and titles into stories as they arrive, in one pass: by meaning (any language) and by shared words.

Each item joins the story with the best score or opens one. The score is (m · cosine to the story's mean vector + (1 - m) ·
share of the item's word weight that the story has) · 2^(-age / half-life), m weighing meaning; a word weighs by its inverse
document frequency over what was seen so far. The same stream gives the same stories.
"""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from factdesk.records import digest_id

_WORD = re.compile(r"[^\W\d_]{2,}|\d+")
_FULL_SHARE = 0.15  # a word that this share of a story's items have counts fully


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
class NarrativeBuilder:
    """The stories so far. Items are ``(id, text, unit vector, time or None)``; without a time a story does not age."""

    tuning: Tuning = field(default_factory=Tuning)
    _names: list[str] = field(default_factory=list)
    _at: dict[str, int] = field(default_factory=dict)
    _sizes: list[int] = field(default_factory=list)
    _seen: list[datetime | None] = field(default_factory=list)
    _sums: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    _lengths: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))
    _words: dict[str, dict[int, int]] = field(default_factory=dict)
    _frequency: dict[str, int] = field(default_factory=dict)
    _items: int = 0
    _members: list[Member] = field(default_factory=list)

    def add(self, items: Sequence[tuple[str, str, NDArray[np.float32], datetime | None]]) -> list[str]:
        """Put items into stories in the order given; return the story's id of each (that of its first item's digest)."""
        return [self._add(Member(item_id, text, vector, time, "")) for item_id, text, vector, time in items]

    def dump(self) -> tuple[Member, ...]:
        """Return all items with their stories, in the order they came."""
        return tuple(self._members)

    def resume(self, members: Iterable[Member]) -> None:
        """Take up stored items, oldest first, each into the story that it has; equal to having added them."""
        for member in members:
            if member.narrative not in self._at:
                self._open(member.narrative, len(member.vector))
            self._put(self._at[member.narrative], member)

    def _add(self, item: Member) -> str:
        best, score = self._best(_words_of(item.text), item.vector, item.time)
        if score < self.tuning.threshold:
            best = self._open(digest_id("narrative", item.id), len(item.vector))
        self._put(best, replace(item, narrative=self._names[best]))
        return self._names[best]

    def _best(self, words: frozenset[str], vector: NDArray[np.float32], time: datetime | None) -> tuple[int, float]:
        """Return the story with the best score, the older one when equal; ``(-1, -1.0)`` when there is none."""
        count = len(self._names)
        if not count:
            return -1, -1.0
        near = self._sums[:count] @ vector / np.maximum(self._lengths[:count], 1e-9)
        scores = self.tuning.meaning * near + (1 - self.tuning.meaning) * self._shared(words)
        if time is not None:
            scores = scores * self._freshness(time)
        best = int(scores.argmax())
        return best, float(scores[best])

    def _shared(self, words: frozenset[str]) -> NDArray[np.float32]:
        """Return for each story the share (0 … 1) of the words' weight that it has."""
        shares = np.zeros(len(self._names), np.float32)
        weights = {word: self._rarity(word) ** 2 for word in sorted(words)}
        for word, weight in weights.items():
            for at, count in self._words.get(word, {}).items():
                shares[at] += weight * min(1.0, count / (_FULL_SHARE * (self._sizes[at] - 1) + 1))
        return shares / np.float32(sum(weights.values()) or 1)

    def _rarity(self, word: str) -> float:
        return math.log((1 + self._items) / (1 + self._frequency.get(word, 0))) + 0.5

    def _freshness(self, time: datetime) -> NDArray[np.float32]:
        """Return each story's decay: 1 for one seen now, one half after a half-life of silence."""
        ages = np.array([(time - seen) / self.tuning.half_life if seen else 0.0 for seen in self._seen], np.float32)
        decay: NDArray[np.float32] = np.exp2(-np.maximum(ages, 0))
        return decay

    def _open(self, name: str, dim: int) -> int:
        at = len(self._names)
        self._names.append(name)
        self._sizes.append(0)
        self._seen.append(None)
        self._at[name] = at
        if at >= len(self._sums):
            rows = np.zeros((max(64, 2 * at), dim), np.float32)
            lengths = np.zeros(len(rows), np.float32)
            if at:
                rows[:at], lengths[:at] = self._sums, self._lengths
            self._sums, self._lengths = rows, lengths
        return at

    def _put(self, at: int, member: Member) -> None:
        """Count an item into a story."""
        self._sums[at] += member.vector
        self._lengths[at] = np.linalg.norm(self._sums[at])
        self._sizes[at] += 1
        last = self._seen[at]
        self._seen[at] = max(last, member.time) if last and member.time else member.time or last
        for word in _words_of(member.text):
            self._frequency[word] = self._frequency.get(word, 0) + 1
            held = self._words.setdefault(word, {})
            held[at] = held.get(at, 0) + 1
        self._items += 1
        self._members.append(member)


def _words_of(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.casefold()))
