"""Is a passage about the very thing a claim says? A logistic score over words, names, numbers and meaning.

Weights are set by hand for four cases (fact-check or evidence, same language or two) and measured by the evaluation.
"""

from dataclasses import dataclass
from math import exp

from factdesk.records import Candidate, Claim, PassageKind
from nlp._causes import split_cause
from nlp._numbers import agrees, moments, quantities
from nlp._overlap import core, covered, grams_of, shared_keys
from nlp._quantity import Quantity
from nlp._words import Reading, read, sentences


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights of the closeness score; each feature is in 0 … 1."""

    bias: float
    passage: float
    claim: float
    meaning: float
    letters: float
    names_missing: float = -1.2
    names_conflict: float = -2.5
    names_differ: float = -1.2
    numbers_conflict: float = -2.0
    numbers_missing: float = -1.0
    action_missing: float = -1.2
    numbers_agree: float = 0.7


_TITLED = 0.85
_YEARS = range(1900, 2100)
# Concepts of what is done or happens: a text that shares a passage's subjects and none of these says something else of them.
_DONE = """
open close release contaminate hide collapse crack leak burn switch force refuse escape loot delay dump ban arrest steal sell
pay stop destroy damage hit cancel cut receive cure explosion evacuate build break restore deliver send win
"""
_ACTIONS = frozenset(f"={name}" for name in _DONE.split())
_SAME = Weights(bias=-5.4, passage=4.0, claim=1.6, meaning=4.0, letters=1.2)
_CROSS = Weights(bias=-4.4, passage=4.6, claim=1.6, meaning=3.6, letters=0.0)
_EVIDENCE_SAME = Weights(
    bias=-4.4, passage=1.4, claim=4.2, meaning=2.4, letters=0.8, numbers_conflict=0.0, numbers_missing=0.0, action_missing=0.0
)
_EVIDENCE_CROSS = Weights(
    bias=-3.8, passage=1.6, claim=4.2, meaning=2.6, letters=0.0, numbers_conflict=0.0, numbers_missing=0.0, action_missing=0.0
)


@dataclass(frozen=True, slots=True)
class Closeness:
    """How close a candidate is: ``probability`` that it is about the same thing, and the features behind it."""

    candidate: Candidate
    probability: float
    passage_share: float
    claim_share: float
    meaning: float
    shared: frozenset[str]


def closeness(claim: Claim, candidate: Candidate, *, setting: str = "") -> Closeness:
    """Return how close ``candidate`` is to ``claim``; ``setting`` (title, neighbours) may name what the sentence leaves out."""
    passage = candidate.passage
    mine = read(claim.text, claim.language)
    yours = read(passage.text, passage.language)
    if passage.kind is PassageKind.EVIDENCE:
        yours = _nearest(mine, yours)
    same = claim.language == passage.language
    weights = _weights(passage.kind, same=same)
    around = read(setting, claim.language)
    shares = covered(yours, mine), _claim_share(mine, yours, passage.kind)
    if passage.kind is PassageKind.EVIDENCE and passage.title:
        titled = read(f"{yours.text}\n{passage.title}", passage.language)
        shares = shares[0], max(shares[1], _TITLED * _claim_share(mine, titled, passage.kind))
    letters = _letters(claim, yours) if same else 0.0
    z = weights.bias + weights.passage * shares[0] + weights.claim * shares[1]
    z += weights.meaning * candidate.meaning + weights.letters * letters + _misfit(weights, (mine, around, yours))
    return Closeness(candidate, 1 / (1 + exp(-z)), *shares, candidate.meaning, shared_keys(mine, yours))


def _claim_share(mine: Reading, yours: Reading, kind: PassageKind) -> float:
    """Return the share of the claim in the passage; beside evidence, an effect counts without the cause claimed for it."""
    whole = max(covered(mine, yours), covered(core(mine), yours))
    parts = split_cause(mine) if kind is PassageKind.EVIDENCE else None
    return max(whole, 0.9 * covered(parts.effect, yours)) if parts and len(parts.effect.keys) > 1 else whole


def _weights(kind: PassageKind, *, same: bool) -> Weights:
    if kind is PassageKind.EVIDENCE:
        return _EVIDENCE_SAME if same else _EVIDENCE_CROSS
    return _SAME if same else _CROSS


def _nearest(claim: Reading, passage: Reading) -> Reading:
    """Return the sentence of an evidence passage that covers most of the claim."""
    parts = [read(passage.text[start:end], passage.language) for start, end in sentences(passage.text)]
    return max(parts, key=lambda part: covered(claim, part))


def _letters(claim: Claim, passage: Reading) -> float:
    """Return the share of the passage's character 3-grams that stand in the claim."""
    theirs = grams_of(passage.text, passage.language)
    return len(theirs & grams_of(claim.text, claim.language)) / len(theirs) if theirs else 0.0


def _misfit(weights: Weights, readings: tuple[Reading, Reading, Reading]) -> float:
    """Return what is taken off when the passage's names are absent, others stand in their place, or its numbers differ."""
    mine, around, yours = readings
    heard = (shared_keys(yours, mine) | shared_keys(yours, around)) & yours.names
    loss = 0.0
    if yours.names and not heard:
        loss += weights.names_conflict if mine.names else weights.names_missing
    elif yours.names - heard and mine.names - shared_keys(mine, yours):
        loss += weights.names_differ
    done = yours.keys & _ACTIONS
    if done and not done & (mine.keys | around.keys):
        loss += weights.action_missing
    return loss + _figures(weights, mine, yours)


def _counted(reading: Reading) -> tuple[Quantity, ...]:
    """Return the quantities of a text without what looks like a year: sharing a year says nothing."""
    found = quantities(reading.text, reading.language)
    return tuple(one for one in found if not (one.dimension == "count" and one.bound == "=" and one.value in _YEARS))


def _figures(weights: Weights, mine: Reading, yours: Reading) -> float:
    """Return what shared figures (numbers, days, clock times) add, or what figures of one kind that all differ take off."""
    theirs, own = (_counted(reading) for reading in (yours, mine))
    agreed = sum(any(agrees(one, other) for other in theirs) for one in own)
    stated = {moment.value for moment in moments(yours.text, yours.language)}
    agreed += len(stated & {moment.value for moment in moments(mine.text, mine.language)})
    if agreed:
        return weights.numbers_agree * min(agreed, 3)
    if {one.dimension for one in own} & {one.dimension for one in theirs}:
        return weights.numbers_conflict
    return weights.numbers_missing if theirs and not mine.names & yours.names else 0.0
