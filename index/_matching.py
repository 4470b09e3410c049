"""Where in a text the parts of a query stand: one slow and plain reading of what the engines find by their indexes.

The parts that an entry was found by, and the marks in what is shown, come from here for both engines; the tests compare
both engines with it.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from index._folding import Piece, pieces
from index._fuzzy import within
from index._tree import Fuzzy, Near, Wording, Words

Spans = tuple[tuple[int, int], ...]


class Run(NamedTuple):
    """Folded words number ``first`` to ``last`` (excluded) of a text."""

    first: int
    last: int


class FoldedText:
    """A text with its folded words, ready to be asked for parts of a query."""

    def __init__(self, text: str) -> None:
        """Fold ``text``."""
        self.text = text
        self._pieces: list[Piece] = list(pieces(text))
        self._places: dict[str, list[int]] = {}
        for at, piece in enumerate(self._pieces):
            self._places.setdefault(piece.token, []).append(at)

    def runs(self, part: Wording) -> list[Run]:
        """Return every place where ``part`` stands, in order."""
        if isinstance(part, Near):
            return sorted({run for pair in self._pairs(part) for run in pair})
        if isinstance(part, Fuzzy):
            alike = [token for token in self._places if within(part.token, token, edits=part.edits)]
            return sorted(Run(at, at + 1) for token in alike for at in self._places[token])
        return list(self._in_a_row(part))

    def spans(self, parts: Sequence[Wording]) -> Spans:
        """Return the half-open character spans at which any of ``parts`` stands, merged and in order."""
        return _merged([self._span(run) for part in parts for run in self.runs(part)])

    def written(self, part: Wording, *, most: int = 3) -> tuple[str, ...]:
        """Return the first ``most`` different ways in which ``part`` is written in the text."""
        told: dict[str, str] = {}
        for run in self.runs(part):
            low, high = self._span(run)
            told.setdefault(self.text[low:high].casefold(), self.text[low:high])
            if len(told) >= most:
                break
        return tuple(told.values())

    def _span(self, run: Run) -> tuple[int, int]:
        return self._pieces[run.first].start, self._pieces[run.last - 1].end

    def _in_a_row(self, part: Words) -> Iterator[Run]:
        length = len(part.tokens)
        for at in self._starts(part):
            if at + length <= len(self._pieces) and self._goes_on(part, at):
                yield Run(at, at + length)

    def _starts(self, part: Words) -> list[int]:
        first = part.tokens[0]
        if part.prefix and len(part.tokens) == 1:
            return sorted(at for token, places in self._places.items() if token.startswith(first) for at in places)
        return self._places.get(first, [])

    def _goes_on(self, part: Words, at: int) -> bool:
        *whole, last = part.tokens
        if any(self._pieces[at + step].token != token for step, token in enumerate(whole)):
            return False
        found = self._pieces[at + len(whole)].token
        return found.startswith(last) if part.prefix else found == last

    def _pairs(self, part: Near) -> Iterator[tuple[Run, Run]]:
        rights = list(self._in_a_row(part.right))
        reach = part.distance + len(part.right.tokens)
        for left in self._in_a_row(part.left):
            low = bisect_left(rights, Run(left.first - reach, 0))
            high = bisect_right(rights, Run(left.last + part.distance, len(self._pieces)))
            yield from ((left, right) for right in rights[low:high])


def _merged(spans: Sequence[tuple[int, int]]) -> Spans:
    merged: list[tuple[int, int]] = []
    for low, high in sorted(spans):
        if merged and low < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return tuple(merged)
