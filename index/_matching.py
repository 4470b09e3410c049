"""Where in a text the parts of a query stand: one slow and plain reading of what the engines find by their indexes.

The parts that an entry was found by, and the marks in what is shown, come from here for both engines; the tests compare
both engines with it. Words in a row are looked for in a plain text without cutting it into words first: a page shows twenty
texts, most words of which nobody asked for.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Container, Iterator, Sequence
from functools import cached_property, lru_cache, reduce
from operator import or_
from typing import NamedTuple

from index._folding import placed_tokens, plainly
from index._fuzzy import distance
from index._tree import Fuzzy, Near, Wording, Words

Spans = tuple[tuple[int, int], ...]


class Run(NamedTuple):
    """Folded words number ``first`` to ``last`` (excluded) of a text."""

    first: int
    last: int


class FoldedText:
    """A text with its folded words, ready to be asked for parts of a query."""

    def __init__(self, text: str) -> None:
        """Take ``text``; it is cut into words when a part needs that."""
        self.text = text
        self._plain = plainly(text)
        self._known: dict[Wording, list[Run]] = {}
        self._places: dict[Wording, list[tuple[int, int]]] = {}

    @cached_property
    def _placed(self) -> tuple[list[str], list[tuple[int, int]]]:
        return placed_tokens(self.text)

    @cached_property
    def _tokens(self) -> list[str]:
        return self._placed[0]

    def runs(self, part: Wording) -> list[Run]:
        """Return every place where ``part`` stands, in order."""
        if part not in self._known:
            self._known[part] = self._runs(part)
        return self._known[part]

    def _runs(self, part: Wording) -> list[Run]:
        if isinstance(part, Near):
            return sorted({run for pair in self._pairs(part) for run in pair})
        if isinstance(part, Fuzzy):
            return [Run(at, at + 1) for at in self._at(self._alike(part))]
        return list(self._in_a_row(part))

    def _at(self, wanted: Container[str]) -> list[int]:
        return [at for at, token in enumerate(self._tokens) if token in wanted]

    def _alike(self, part: Fuzzy) -> frozenset[str]:
        letters, length = _letters(part.token), len(part.token)
        near = [
            token
            for token in frozenset(self._tokens)
            if abs(len(token) - length) <= part.edits and (_letters(token) ^ letters).bit_count() <= 2 * part.edits
        ]
        return frozenset(token for token in near if distance(part.token, token) <= part.edits)

    def spans(self, parts: Sequence[Wording]) -> Spans:
        """Return the half-open character spans at which any of ``parts`` stands, merged and in order."""
        return _merged([place for part in parts for place in self.places(part)])

    def places(self, part: Wording) -> list[tuple[int, int]]:
        """Return the half-open character spans of every place where ``part`` stands, in order."""
        if part not in self._places:
            if self._plain is not None and isinstance(part, Words):
                self._places[part] = list(_in_plain(self._plain, part))
            else:
                self._places[part] = [self._span(run) for run in self.runs(part)]
        return self._places[part]

    def written(self, part: Wording, *, most: int = 3) -> tuple[str, ...]:
        """Return the first ``most`` different ways in which ``part`` is written in the text."""
        told: dict[str, str] = {}
        for low, high in self.places(part):
            told.setdefault(self.text[low:high].casefold(), self.text[low:high])
            if len(told) >= most:
                break
        return tuple(told.values())

    def _span(self, run: Run) -> tuple[int, int]:
        spans = self._placed[1]
        return spans[run.first][0], spans[run.last - 1][1]

    def _in_a_row(self, part: Words) -> Iterator[Run]:
        length = len(part.tokens)
        for at in self._starts(part):
            if at + length <= len(self._tokens) and self._goes_on(part, at):
                yield Run(at, at + length)

    def _starts(self, part: Words) -> list[int]:
        first = part.tokens[0]
        if part.prefix and len(part.tokens) == 1:
            return [at for at, token in enumerate(self._tokens) if token.startswith(first)]
        return [at for at, token in enumerate(self._tokens) if token == first]

    def _goes_on(self, part: Words, at: int) -> bool:
        *whole, last = part.tokens
        if any(self._tokens[at + step] != token for step, token in enumerate(whole)):
            return False
        found = self._tokens[at + len(whole)]
        return found.startswith(last) if part.prefix else found == last

    def _pairs(self, part: Near) -> Iterator[tuple[Run, Run]]:
        rights = list(self._in_a_row(part.right))
        reach = part.distance + len(part.right.tokens)
        for left in self._in_a_row(part.left):
            low = bisect_left(rights, Run(left.first - reach, 0))
            high = bisect_right(rights, Run(left.last + part.distance, len(self._tokens)))
            yield from ((left, right) for right in rights[low:high])


@lru_cache(maxsize=65_536)
def _letters(token: str) -> int:
    """Return the set of the letters of ``token`` as bits (different letters may share one)."""
    return reduce(or_, (1 << ord(letter) % 61 for letter in token), 0)


def _in_plain(text: str, part: Words) -> Iterator[tuple[int, int]]:
    """Yield where ``part`` stands in a text that `plainly` has made: found as letters, then held against the words around."""
    first, pattern = part.tokens[0], _pattern(part.tokens, prefix=part.prefix)
    at = text.find(first)
    while at >= 0:
        if (not at or not text[at - 1].isalnum()) and (match := pattern.match(text, at)):
            yield match.span()
        at = text.find(first, at + 1)


@lru_cache(maxsize=1_024)
def _pattern(tokens: tuple[str, ...], *, prefix: bool) -> re.Pattern[str]:
    return re.compile("[^a-z0-9]+".join(map(re.escape, tokens)) + ("[a-z0-9]*" if prefix else "(?![a-z0-9])"))


def _merged(spans: Sequence[tuple[int, int]]) -> Spans:
    merged: list[tuple[int, int]] = []
    for low, high in sorted(spans):
        if merged and low < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return tuple(merged)
