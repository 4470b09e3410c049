"""What is shown of an entry, which parts of it matched, and by which part of the query: the same for every backend."""

from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

from index._matching import FoldedText, Spans
from index._tree import Leaf, Wording
from index.base import Reason

SNIPPET_LENGTH = 240
_LEAD = 80
_READ = 100_000


class Shown(NamedTuple):
    """The matched spans of a title, a verbatim part of the text with those in it, and why the entry was found."""

    title_spans: Spans
    snippet: str
    snippet_spans: Spans
    reasons: tuple[Reason, ...]


def show(title: str, text: str, *, leaves: Sequence[Leaf], held: frozenset[Leaf]) -> Shown:
    """Return what a hit shows: about `SNIPPET_LENGTH` characters around the place where most of the query stands together.

    ``held`` are the leaves that are no words (a language, a day) and that the entry fits.
    """
    parts = [leaf for leaf in leaves if isinstance(leaf, Wording)]
    in_text = [part for part in parts if not part.title_only]
    titled, body = FoldedText(title), FoldedText(text[:_READ] if in_text else "")
    each = [body.spans([part]) for part in in_text]
    spans = body.spans(in_text)
    start, end = _window(text, spans=spans, each=each)
    inside = tuple((max(low, start) - start, min(high, end) - start) for low, high in spans if low < end and high > start)
    reasons = [_reason(leaf, titled, body=body, held=held) for leaf in leaves]
    return Shown(titled.spans(parts), text[start:end], inside, tuple(one for one in reasons if one is not None))


def _reason(leaf: Leaf, titled: FoldedText, *, body: FoldedText, held: frozenset[Leaf]) -> Reason | None:
    if not isinstance(leaf, Wording):
        return Reason(leaf.typed) if leaf in held else None
    words = titled.written(leaf)
    words = words if leaf.title_only else tuple({word.casefold(): word for word in (*words, *body.written(leaf))}.values())
    return Reason(leaf.typed, words[:3]) if words else None


def _window(text: str, *, spans: Spans, each: Sequence[Spans]) -> tuple[int, int]:
    """Return the part of ``text`` to show: the first that holds as many different parts of the query as any."""
    best, most = 0, 0
    for low, _ in spans:
        limit = low + SNIPPET_LENGTH - _LEAD
        parts = sum(_stands_within(one, low=low, limit=limit) for one in each)
        if parts > most:
            best, most = low, parts
        if most == len(each):
            break
    start = _window_start(text, first=best)
    end = min(len(text), start + SNIPPET_LENGTH)
    if end < len(text):
        blank = text.rfind(" ", start + SNIPPET_LENGTH // 2, end)
        end = blank if blank > start else end
    return start, end


def _stands_within(spans: Spans, *, low: int, limit: int) -> bool:
    at = bisect_left(spans, (low, 0))
    return at < len(spans) and spans[at][0] < limit


def _window_start(text: str, *, first: int) -> int:
    if first <= _LEAD:
        return 0
    blank = text.find(" ", first - _LEAD, first)
    return first - _LEAD if blank < 0 else blank + 1
