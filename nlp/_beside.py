"""A claim beside its evidence, cut into clauses, and the words of the ledger's lists found in either."""

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from factdesk.messages import tell
from factdesk.records import Difference, DifferenceKind
from nlp._overlap import covered, shared_keys
from nlp._words import Reading, Word, read, sentences, word_lists
from nlp.languages import phrases

_BREAK = re.compile(
    r";\s|:\s(?!\d)|\s[—–]\s|,\s(?=(?:but|while|whereas|though|and|pero|mientras|aunque|mais|tandis|doch|aber|während|nhưng|còn|song)\b)"
)
_QUOTED = re.compile(r"[\"“«„][^\"”»“«„]+[\"”»“]")
_BEGINNING = 5
_BESIDE_DAY = re.compile(r"\d\s?may\b|\bmay\s\d")  # the month, no hedge

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Mark:
    """A word or phrase of a list, with its span in the text."""

    start: int
    end: int
    words: str

    @property
    def span(self) -> Span:
        return self.start, self.end


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause of the passage: its reading, and where it starts there."""

    reading: Reading
    offset: int

    def span(self, inner: Span) -> Span:
        """Return a span of the clause as one of the passage."""
        return inner[0] + self.offset, inner[1] + self.offset


@dataclass(frozen=True, slots=True)
class Beside:
    """A claim beside a passage: clauses and whole sentences, those that cover most of the claim first."""

    claim: Reading
    passage: Reading
    clauses: tuple[Clause, ...]
    sentences: tuple[Clause, ...]

    @property
    def best(self) -> Clause:
        return self.clauses[0]

    def share(self, clause: Clause) -> float:
        """Return the share of the claim that stands in ``clause``."""
        return covered(self.claim, clause.reading)


@lru_cache(maxsize=4_000)
def beside(claim: Reading, passage: str, code: str) -> Beside:
    """Return ``claim`` beside ``passage`` (language ``code``)."""
    spans = sentences(passage)
    whole = [Clause(read(passage[start:end], code), start) for start, end in spans]
    cut = [Clause(read(passage[start:end], code), start) for span in spans for start, end in _clauses(passage, span)]
    ordered = [
        tuple(sorted(parts, key=lambda part: (-covered(claim, part.reading), len(part.reading.text)))) for parts in (cut, whole)
    ]
    return Beside(claim, read(passage, code), ordered[0], ordered[1])


def _clauses(passage: str, span: Span) -> list[Span]:
    """Return the clauses of a sentence; a quotation is never cut."""
    start, end = span
    quoted = [(match.start() + start, match.end() + start) for match in _QUOTED.finditer(passage[start:end])]
    found: list[Span] = []
    for gap in _BREAK.finditer(passage, start, end):
        if not any(left < gap.start() < right for left, right in quoted):
            found.append((start, gap.start()))
            start = gap.end()
    return [*found, (start, end)]


@lru_cache(maxsize=50_000)
def marks(text: str, which: str, code: str) -> tuple[Mark, ...]:
    """Return where the words of the list ``which`` of a language (and of the list of all) stand in ``text``."""
    lowered = text.lower()
    if len(lowered) != len(text):  # a letter that grows when lowered: spans would shift
        return ()
    found = (Mark(match.start(), match.end(), match.group()) for match in _listed(which, code).finditer(lowered))
    return tuple(mark for mark in found if not _BESIDE_DAY.search(lowered, max(0, mark.start - 3), mark.end + 3))


@cache
def _listed(which: str, code: str) -> re.Pattern[str]:
    lists = word_lists()
    return phrases(frozenset(form.lower() for key in (which, f"{which}.{code}", f"{which}.all") for form in lists.get(key, ())))


def content(reading: Reading) -> tuple[Word, ...]:
    """Return the words that say something: no stop words, no figures."""
    return tuple(word for word in reading.words if not word.stop and not word.digits and not word.key.startswith("#"))


def around(reading: Reading, span: Span, *, before: int, after: int) -> tuple[Word, ...]:
    """Return the content words next to a span, at most ``before`` and ``after`` of them."""
    words = content(reading)
    left = [word for word in words if word.end <= span[0]]
    right = [word for word in words if word.start >= span[1]]
    return (*left[max(0, len(left) - before) :], *right[:after])


@lru_cache(maxsize=20_000)
def _beginnings(reading: Reading) -> frozenset[str]:
    return frozenset(word.fold[:_BEGINNING] for word in reading.words if not word.stop and len(word.fold) >= _BEGINNING)


@lru_cache(maxsize=20_000)
def common(claim: Reading, other: Reading) -> frozenset[str]:
    """Return the keys of the claim that ``other`` holds too, words that only begin alike (inflected, or cognate) among them."""
    theirs = _beginnings(other)
    alike = {
        word.key for word in claim.words if not word.stop and len(word.fold) >= _BEGINNING and word.fold[:_BEGINNING] in theirs
    }
    return shared_keys(claim, other) | alike


def things(claim: Reading, other: Reading) -> float:
    """Return the share of the claim's content, names left out, that stands in ``other``."""
    mine = {word.key for word in content(claim)} - claim.names
    return len(mine & common(claim, other)) / len(mine) if mine else 0.0


def difference(kind: DifferenceKind, pair: Beside, spans: tuple[Span, Span]) -> Difference:
    """Return a difference in words: what the claim says, and what the evidence does."""
    mine, yours = pair.claim.text[slice(*spans[0])].strip(), pair.passage.text[slice(*spans[1])].strip()
    words = tell("The claim says «%(claim)s», the evidence «%(evidence)s».", claim=mine, evidence=yours)
    return Difference(kind, spans[0], spans[1], words)
