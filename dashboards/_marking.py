"""Cuts a text into runs that carry marks, so that a template can escape each run and wrap it: no HTML is built here."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from factdesk.records import Finding

_WORD = re.compile(r"\w[\w'’]*")


@dataclass(frozen=True, slots=True)
class Mark:
    """A half-open span of a text; ``name`` is ``shared``, ``differs``, ``claim`` …, ``anchor`` where it links."""

    start: int
    end: int
    name: str
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text under the same marks."""

    text: str
    names: tuple[str, ...] = ()
    anchor: str = ""


def runs(text: str, marks: Iterable[Mark]) -> list[Run]:
    """Return ``text`` as runs that join up to it again; marks outside the text are cut to it."""
    kept = [mark for mark in marks if 0 <= mark.start < min(mark.end, len(text))]
    edges = sorted({0, len(text), *(mark.start for mark in kept), *(min(mark.end, len(text)) for mark in kept)})
    cut = [_run(text, start, kept, end=end) for start, end in pairwise(edges)]
    joined = (list(same) for _, same in groupby(cut, key=lambda run: (run.names, run.anchor)))
    return [Run("".join(run.text for run in same), same[0].names, same[0].anchor) for same in joined]


def spans(text: str, found: Sequence[Sequence[int]], name: str = "hit") -> list[Run]:
    """Return ``text`` as runs with plain (start, end) spans marked ``name``."""
    return runs(text, [Mark(span[0], span[1], name) for span in found])


def claim_runs(text: str, finding: Finding | None) -> list[Run]:
    """Return a claim's text with what it shares with its citation and where it differs."""
    if finding is None:
        return runs(text, ())
    differing = [Mark(*difference.claim_span, "differs") for difference in finding.differences]
    return runs(text, [*differing, *(Mark(start, end, "shared") for start, end in finding.shared_spans)])


def passage_runs(finding: Finding, claim: str) -> list[Run]:
    """Return the citation's text with the places that the claim differs from, and the words that the claim shares with it."""
    if finding.citation is None:
        return []
    text = finding.citation.text
    differing = [Mark(*difference.passage_span, "differs") for difference in finding.differences]
    return runs(text, [*differing, *_same_words(text, finding, claim=claim)])


def _same_words(text: str, finding: Finding, *, claim: str) -> list[Mark]:
    """Mark the words of the citation that stand in the shared spans of the claim; other languages share names and numbers."""
    shared = {word.casefold() for start, end in finding.shared_spans for word in _WORD.findall(claim[start:end])}
    same = [found.span() for found in _WORD.finditer(text) if found[0].casefold() in shared]
    gaps = [(left[1], right[0]) for left, right in pairwise(same) if text[left[1] : right[0]].isspace()]
    return [Mark(start, end, "shared") for start, end in (*same, *gaps)]


def _run(text: str, start: int, marks: Sequence[Mark], *, end: int) -> Run:
    over = [mark for mark in marks if mark.start <= start and mark.end >= end]
    names = tuple(dict.fromkeys(mark.name for mark in over))
    return Run(text[start:end], ("differs",) if "differs" in names else names, next((m.anchor for m in over if m.anchor), ""))
