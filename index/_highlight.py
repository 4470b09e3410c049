"""Which parts of a shown text matched: the same for every backend, computed from the original text."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from index._folding import Piece, pieces
from index.query import Words

SNIPPET_LENGTH = 240
_LEAD = 80
_READ = 20_000
Spans = tuple[tuple[int, int], ...]


class Snippet(NamedTuple):
    """A verbatim part of a text, and the matched spans in it."""

    text: str
    spans: Spans


def matched_spans(text: str, words: Sequence[Words]) -> Spans:
    """Return the half-open character spans of ``text`` that match any of ``words``, merged and in order."""
    if not words:
        return ()
    found = list(pieces(text))
    starting: dict[str, list[Words]] = {}
    growing = [wanted for wanted in words if wanted.prefix and len(wanted.tokens) == 1]
    for wanted in words:
        starting.setdefault(wanted.tokens[0], []).append(wanted)
    spans: list[tuple[int, int]] = []
    for at, piece in enumerate(found):
        here = [wanted for wanted in starting.get(piece.token, ()) if _continues(found, wanted, at=at)]
        spans.extend((piece.start, found[at + len(wanted.tokens) - 1].end) for wanted in here)
        if any(piece.token.startswith(wanted.tokens[0]) for wanted in growing):
            spans.append((piece.start, piece.end))
    return _merged(spans)


def snippet(text: str, words: Sequence[Words]) -> Snippet:
    """Return about `SNIPPET_LENGTH` characters of ``text`` around its first match (its beginning when there is none)."""
    spans = matched_spans(text[:_READ], words)
    start = _window_start(text, first=spans[0][0] if spans else 0)
    end = min(len(text), start + SNIPPET_LENGTH)
    if end < len(text):
        blank = text.rfind(" ", start + SNIPPET_LENGTH // 2, end)
        end = blank if blank > start else end
    inside = tuple((max(low, start) - start, min(high, end) - start) for low, high in spans if low < end and high > start)
    return Snippet(text[start:end], inside)


def _window_start(text: str, *, first: int) -> int:
    if first <= _LEAD:
        return 0
    blank = text.find(" ", first - _LEAD, first)
    return first - _LEAD if blank < 0 else blank + 1


def _continues(found: list[Piece], wanted: Words, *, at: int) -> bool:
    length = len(wanted.tokens)
    if at + length > len(found):
        return False
    if any(found[at + step].token != wanted.tokens[step] for step in range(length - 1)):
        return False
    last, target = found[at + length - 1].token, wanted.tokens[-1]
    return last.startswith(target) if wanted.prefix else last == target


def _merged(spans: Iterable[tuple[int, int]]) -> Spans:
    merged: list[tuple[int, int]] = []
    for low, high in sorted(spans):
        if merged and low < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return tuple(merged)
