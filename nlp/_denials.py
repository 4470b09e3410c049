"""Differences of denial: one text denies, or says the opposite of, what the other states of the same thing."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from factdesk.messages import tell
from factdesk.records import Difference, DifferenceKind
from nlp._beside import Span, common, marks
from nlp._cues import absences, negated_keys
from nlp._overlap import core, covered, opposed, shared_keys
from nlp._words import Reading, read, sentences

_SAME_EVENT = 0.5
_SHORT = 5
_MOST_DENIED = 0.6
_MARKS = ",;:،؛—"
_AS_MUCH = re.compile(
    r"[^.;]{0,60}?\b(?:as|so|such|tan|tanto|tanta|aussi|autant|tel|telle|như|đến thế)\b"
    r"[^.;]{0,80}?(?:\d{4}|\bas\b|\bcomo\b|\bque\b|\bwie\b)"
)
WITHOUT = frozenset({"without", "sans", "sin", "ohne"})


@dataclass(frozen=True, slots=True)
class SentencePair:
    """A claim beside one sentence of the passage; ``offset`` is where that sentence starts in the passage."""

    claim: Reading
    sentence: Reading
    offset: int

    @property
    def share(self) -> float:
        return max(covered(self.claim, self.sentence), covered(core(self.claim), self.sentence))


def shifted(span: Span, offset: int) -> Span:
    """Return a span of a sentence as one of the passage."""
    return span[0] + offset, span[1] + offset


def denials(pairs: Sequence[SentencePair], passage: str) -> list[Difference]:
    """Return the denial that the nearest sentence holds; of another, only one that denies two things of the claim."""
    ordered = sorted(pairs, key=lambda pair: -pair.share)
    found = _negations(ordered[0], passage)
    for pair in ordered[1:] if not found else ():
        denied = _without(pair.sentence, negated_keys(pair.sentence))
        if len(set(denied) & common(pair.sentence, pair.claim)) > 1 and not negated_keys(pair.claim):
            found = found or _negations(pair, passage)
    return found


def _negations(pair: SentencePair, passage: str) -> list[Difference]:
    """Return a difference where one text denies, or says the opposite of, what the other states."""
    if pair.share < _SAME_EVENT:
        few = len(pair.claim.keys) <= _SHORT and bool(shared_keys(pair.claim, pair.sentence))
        keys = opposed(pair.claim, pair.sentence) if few else None
        return [_opposite(pair, keys)] if keys and not _taken_away(pair, keys) else []
    mine, yours = negated_keys(pair.claim), negated_keys(pair.sentence)
    if absences(pair.claim.text, pair.claim.language) or absences(pair.sentence.text, pair.sentence.language):
        return []
    things = shared_keys(pair.claim, pair.sentence) - pair.claim.names
    mine, yours = _without(pair.claim, mine), _without(pair.sentence, yours)
    both_deny = mine and yours and not set(mine) & things  # the claim in words that the evidence does not share
    if both_deny or _elsewhere_denied(pair, set(mine) & things, passage) or _only_doubted(pair, mine, yours):
        return []
    if any(_compares(reading, denied) for reading, denied in ((pair.claim, mine), (pair.sentence, yours))):
        return []  # "had not been so hot since" says that it was the hottest
    for key in sorted(things):
        if (key in mine) != (key in yours) and not (set(mine) & things and set(yours) & things):
            denied = mine if key in mine else yours
            if _same_denied(pair, denied, key) and not _said_otherwise(pair, key):
                return [_negation(pair, key, denied[key], denied_by_claim=key in mine)]
    pair_of = opposed(pair.claim, pair.sentence)
    stands = pair_of and not {*mine, *yours} & set(pair_of) and not _taken_away(pair, pair_of)
    return [_opposite(pair, pair_of)] if pair_of and stands else []


def _taken_away(pair: SentencePair, keys: tuple[str, str]) -> bool:
    """Say whether either of two opposites is denied where it stands: "sans danger" is no danger."""
    return keys[0] in negated_keys(pair.claim) or keys[1] in negated_keys(pair.sentence)


def _said_otherwise(pair: SentencePair, key: str) -> bool:
    """Say whether, beside ``key``, one text alone holds a word that denies by itself or tells that a state goes on.

    Such are ``refused`` and ``stays``: beside them a negation says the same, and only their own clause counts.
    """
    mine, yours = (
        {mark.words for mark in marks(_clause(reading, key), "counter", reading.language)}
        for reading in (pair.claim, pair.sentence)
    )
    return bool(mine ^ yours)


def _clause(reading: Reading, key: str) -> str:
    """Return the clause that ``key`` stands in."""
    start, end = _place(reading, key)
    left = max(reading.text.rfind(mark, 0, start) for mark in _MARKS)
    right = min((at for at in (reading.text.find(mark, end) for mark in _MARKS) if at >= 0), default=len(reading.text))
    return reading.text[left + 1 : right]


def _same_denied(pair: SentencePair, denied: dict[str, Span], key: str) -> bool:
    """Say whether what the one text denies is what the other states: its first word, and most of what is denied with it."""
    reached = [other for other, span in denied.items() if span == denied[key]]
    held = common(pair.claim, pair.sentence) | common(pair.sentence, pair.claim)
    return reached[0] in held and sum(other in held for other in reached) >= _MOST_DENIED * len(reached)


def _without(reading: Reading, denied: dict[str, Span]) -> dict[str, Span]:
    """Return the denied keys without those that a "without" takes away: that denies a thing, not the statement."""
    return {key: span for key, span in denied.items() if reading.text[slice(*span)].casefold() not in WITHOUT}


def _elsewhere_denied(pair: SentencePair, mine: set[str], passage: str) -> bool:
    """Say whether another sentence of the passage denies what the claim denies."""
    others = [read(passage[start:end], pair.sentence.language) for start, end in sentences(passage)]
    return bool(mine) and any(set(negated_keys(other)) & mine for other in others)


def _only_doubted(pair: SentencePair, mine: dict[str, Span], yours: dict[str, Span]) -> bool:
    """Say whether a denial is that of a confirmation ("not confirmed"), which is a matter of certainty."""
    for reading, denied in ((pair.claim, mine), (pair.sentence, yours)):
        doubts = [mark.span for mark in marks(reading.text, "hedged", reading.language)]
        if any(start <= span[0] < end for span in denied.values() for start, end in doubts):
            return True
    return False


def _compares(reading: Reading, denied: dict[str, Span]) -> bool:
    """Say whether a denial is one half of a comparison."""
    return bool(denied) and bool(_AS_MUCH.match(reading.text.lower(), min(span[1] for span in denied.values())))


def _negation(pair: SentencePair, key: str, cue: tuple[int, int], *, denied_by_claim: bool) -> Difference:
    place_mine, place_yours = _place(pair.claim, key), _place(pair.sentence, key)
    denied = (pair.claim if denied_by_claim else pair.sentence).text[cue[0] : cue[1]]
    words = (
        tell("The claim denies it («%(cue)s»), the evidence states it.", cue=denied)
        if denied_by_claim
        else tell("The evidence denies it («%(cue)s»), the claim states it.", cue=denied)
    )
    spans = (cue, place_yours) if denied_by_claim else (place_mine, cue)
    return Difference(DifferenceKind.NEGATION, spans[0], shifted(spans[1], pair.offset), words)


def _opposite(pair: SentencePair, keys: tuple[str, str]) -> Difference:
    mine, yours = _place(pair.claim, keys[0]), _place(pair.sentence, keys[1])
    told = {"claim": pair.claim.text[slice(*mine)], "evidence": pair.sentence.text[slice(*yours)]}
    words = tell("The claim says «%(claim)s», the evidence «%(evidence)s».", **told)
    return Difference(DifferenceKind.NEGATION, mine, shifted(yours, pair.offset), words)


def _place(reading: Reading, key: str) -> tuple[int, int]:
    return next(((word.start, word.end) for word in reading.words if word.key == key), (0, len(reading.text)))
