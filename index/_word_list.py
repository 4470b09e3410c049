"""Some words in order, held in few bytes, that can be asked which begin so and which are spelled nearly so."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from index._fuzzy import distances_of, letter_sets, letter_sets_of

_AFTER = "\U0010ffff"
_CODES = ((0xFF, "latin-1", np.uint8), (0xFFFF, "utf-16-le", np.uint16), (0x10FFFF, "utf-32-le", np.uint32))


class WordList:
    """Sorted words: their letters laid end to end (one, two or four bytes each), where each begins, its letters as bits."""

    def __init__(self, words: Sequence[str]) -> None:
        """Take ``words``, which are sorted."""
        text = "".join(words)
        highest = ord(max(text, default="\0"))
        self._encoding, kind = next((name, kind) for limit, name, kind in _CODES if highest <= limit)
        self._codes: NDArray[np.unsignedinteger] = np.frombuffer(text.encode(self._encoding), dtype=kind)
        self._lengths = np.fromiter(map(len, words), dtype=np.int16, count=len(words))
        self._starts = np.cumsum(self._lengths, dtype=np.int32) - self._lengths

    @cached_property
    def _letters(self) -> NDArray[np.uint64]:
        return letter_sets_of(self._codes, self._lengths)

    def __len__(self) -> int:
        return len(self._lengths)

    def word(self, at: int) -> str:
        """Return the word at a place."""
        start = int(self._starts[at])
        return self._codes[start : start + int(self._lengths[at])].tobytes().decode(self._encoding)

    def beginning(self, prefix: str, *, most: int) -> Iterator[str]:
        """Yield the first ``most`` words that begin with ``prefix``."""
        places = range(len(self))
        first = bisect_left(places, prefix, key=self.word)
        last = bisect_left(places, prefix + _AFTER, lo=first, key=self.word)
        yield from map(self.word, places[first : min(last, first + most)])

    def near(self, word: str, *, edits: int) -> Iterator[tuple[str, int]]:
        """Yield the words that at most ``edits`` set apart from ``word``, and how many do."""
        fits = np.bitwise_count(self._letters ^ letter_sets([word])[0]) <= 2 * edits
        for length in range(max(1, len(word) - edits), len(word) + edits + 1):
            places = np.flatnonzero(fits & (self._lengths == length))
            if len(places):
                columns = self._codes[self._starts[places] + np.arange(length, dtype=np.int32)[:, None]]
                apart = distances_of(word, columns)
                few = np.flatnonzero(apart <= edits)
                yield from zip(map(self.word, places[few].tolist()), apart[few].tolist(), strict=True)
