"""Reads how a claim differs from the evidence it leans on: each difference has its kind, both spans and words for a person.

A difference is named only where claim and passage speak of the same thing: a number of the same noun or unit beside the same
verb, a date of the same event. What merely is not in the passage is no difference.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from factdesk.records import Difference, DifferenceKind
from nlp._beside import beside, common, marks, things
from nlp._causes import cause_claimed, split_cause
from nlp._cues import absences, negated_keys
from nlp._degrees import certainty_raised, qualifiers_dropped, scope_widened
from nlp._numbers import Moment, agrees, moments, quantities
from nlp._overlap import core, covered, opposed, shared_keys, weight
from nlp._places import order_turned, place_moved
from nlp._quantity import Quantity
from nlp._quotes import QUOTED, quotation_altered, speaker_moved
from nlp._words import Reading, Word, read, sentences

_SAME_SUBJECT = 0.4
_SAME_EVENT = 0.5
_MEASURED = 1.5
_SAME_CAUSE = 0.6
_SHORT = 5
_AS_MUCH = re.compile(
    r"[^.;]{0,60}?\b(?:as|so|such|tan|tanto|tanta|aussi|autant|tel|telle|như|đến thế)\b"
    r"[^.;]{0,80}?(?:\d{4}|\bas\b|\bcomo\b|\bque\b|\bwie\b)"
)
_WITHOUT = frozenset({"without", "sans", "sin", "ohne"})
# A difference of the one kind is told by any of the others already.
_SAID_BY = {
    DifferenceKind.NEGATION: frozenset(
        {DifferenceKind.CERTAINTY, DifferenceKind.QUOTATION, DifferenceKind.SCOPE, DifferenceKind.DATE}
    ),
    DifferenceKind.CAUSE: frozenset({DifferenceKind.CERTAINTY}),
    DifferenceKind.QUALIFIER: frozenset({DifferenceKind.CERTAINTY, DifferenceKind.SCOPE}),
}
_CLAUSE = re.compile(r"[;؛،]|:(?!\d)|,\s(?!\d)|\.\s")


Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Pair:
    """A claim beside one sentence of the passage; ``offset`` is where that sentence starts in the passage."""

    claim: Reading
    sentence: Reading
    offset: int

    @property
    def share(self) -> float:
        return max(covered(self.claim, self.sentence), covered(core(self.claim), self.sentence))


@dataclass(frozen=True, slots=True)
class RuleDistortionReader:
    """The ``DistortionReader`` by rules; see the module."""

    def __call__(self, claim: str, passage: str, *, claim_language: str, passage_language: str) -> tuple[Difference, ...]:
        """Return the typed differences, none for a faithful paraphrase or for texts about different things."""
        reading = read(claim, claim_language)
        pairs = [_Pair(reading, read(passage[start:end], passage_language), start) for start, end in sentences(passage)]
        best = max(pairs, key=lambda pair: pair.share)
        whole = covered(reading, read(passage, passage_language))
        cause = split_cause(reading)
        effect = max(_things_shared(cause.effect, pair.sentence) for pair in pairs) if cause else 0.0
        side = beside(reading, passage, passage_language)
        if max(best.share, whole - 0.1, effect, things(reading, side.passage) - 0.1) < _SAME_SUBJECT:
            return ()
        if _elsewhere(reading, side.passage):
            return tuple(place_moved(side))
        found = (
            *_numbers(reading, passage, passage_language),
            *(_dates(best) or order_turned(side)),
            *place_moved(side),
            *certainty_raised(side),
            *scope_widened(side),
            *(quotation_altered(side) or speaker_moved(side)),
            *qualifiers_dropped(side),
            *(_causes(best, passage) or cause_claimed(side)),
            *_denials(pairs, passage),
        )
        return _strongest(found, claim=claim, passage=passage)


def _strongest(found: tuple[Difference, ...], *, claim: str, passage: str) -> tuple[Difference, ...]:
    """Return the differences without those that only say again what another kind says of the same words."""
    found = tuple(replace(one, kind=DifferenceKind.QUOTATION) if _in_quotes(one, claim, passage) else one for one in found)
    kinds = {difference.kind for difference in found}
    return tuple(one for one in found if not kinds & _SAID_BY.get(one.kind, frozenset()))


def _in_quotes(one: Difference, claim: str, passage: str) -> bool:
    """Say whether a denial stands inside what both texts quote: then words were put into a mouth."""
    if one.kind is not DifferenceKind.NEGATION:
        return False
    spans = ((one.claim_span, claim), (one.passage_span, passage))
    return all(
        any(match.start() <= span[0] and span[1] <= match.end() for match in QUOTED.finditer(text)) for span, text in spans
    )


def load_distortion() -> RuleDistortionReader:
    """Return the distortion reader that the line uses."""
    return RuleDistortionReader()


def _elsewhere(claim: Reading, passage: Reading) -> bool:
    """Say whether the claim names places or bodies of which the passage names none, though it names others."""
    return bool(claim.names and passage.names and not shared_keys(claim, passage) & claim.names)


def _shift(span: tuple[int, int], offset: int) -> tuple[int, int]:
    return span[0] + offset, span[1] + offset


# numbers


def _numbers(claim: Reading, passage: str, code: str) -> list[Difference]:
    """Return a difference for each quantity of the claim that the same quantity of the passage contradicts."""
    stated = quantities(passage, code)
    whole = read(passage, code)
    found = []
    own = quantities(claim.text, claim.language)
    free = [other for other in stated if not any(agrees(one, other) for one in own)]
    for quantity in own:
        if any(agrees(quantity, other) for other in stated):
            continue
        rivals = [other for other in free if _same_thing((claim, quantity), (whole, other))]
        if len({rival.value for rival in rivals}) == 1 and not _other_time(claim, whole):
            found.append(_number_difference(claim.text, quantity, (passage, rivals[0])))
    return found


def _number_difference(text: str, quantity: Quantity, rival: tuple[str, Quantity]) -> Difference:
    passage, other = rival
    mine, yours = text[quantity.start : quantity.end], passage[other.start : other.end]
    words = f"The claim says {mine}, the evidence {yours}."
    return Difference(DifferenceKind.NUMBER, (quantity.start, quantity.end), (other.start, other.end), words)


def _same_thing(mine: tuple[Reading, Quantity], yours: tuple[Reading, Quantity]) -> bool:
    """Say whether two quantities count or measure the same thing: the noun after them, and what is said around them."""
    (left, quantity), (right, other) = mine, yours
    if quantity.dimension != other.dimension:
        return False
    near_left, near_right = _near(left, quantity), _near(right, other)
    common = shared_keys(near_left, near_right)
    verbs = common - left.names - right.names
    if quantity.dimension != "count":
        return bool(verbs) and weight(near_left, common) >= _MEASURED
    noun_left, noun_right = _noun(left, quantity), _noun(right, other)
    alike = noun_left and noun_right and noun_left.key == noun_right.key
    return bool(alike and noun_left and (verbs - {noun_left.key}))


def _near(reading: Reading, quantity: Quantity) -> Reading:
    """Return the clause that a quantity stands in."""
    start, end = 0, len(reading.text)
    for mark in _CLAUSE.finditer(reading.text):
        if mark.end() <= quantity.start:
            start = mark.end()
        elif mark.start() >= quantity.end:
            end = mark.start()
            break
    clause = reading.text[start:end]
    outside = clause[: quantity.start - start] + " " * (quantity.end - quantity.start) + clause[quantity.end - start :]
    return read(outside, reading.language)


def _noun(reading: Reading, quantity: Quantity) -> Word | None:
    """Return the counted noun: the first content word after the quantity."""
    return next((word for word in reading.words if word.start >= quantity.end and _counts(word)), None)


def _counts(word: Word) -> bool:
    return not word.digits and (not word.stop or word.fold == "người")


def _other_time(claim: Reading, passage: Reading) -> bool:
    """Say whether the claim states a day that the passage does not, while the passage states one: another measurement."""
    mine, yours = (_days(reading) for reading in (claim, passage))
    return bool(mine and yours and not mine & yours)


def _days(reading: Reading) -> set[tuple[str, tuple[int, ...]]]:
    return {(moment.kind, moment.value) for moment in moments(reading.text, reading.language) if moment.kind != "clock"}


# dates


def _dates(pair: _Pair) -> list[Difference]:
    """Return a difference for a day or clock time that alone differs: numbers agree and nearly all the rest is shared."""
    if pair.share < _SAME_EVENT:
        return []
    stated = moments(pair.sentence.text, pair.sentence.language)
    found = []
    for moment in moments(pair.claim.text, pair.claim.language):
        rivals = [other for other in stated if other.kind == moment.kind]
        if len(rivals) == 1 and rivals[0].value != moment.value and _numbers_agree(pair) and not _level(pair):
            found.append(_date_difference(pair, moment, rivals[0]))
    return found


def _numbers_agree(pair: _Pair) -> bool:
    stated = quantities(pair.sentence.text, pair.sentence.language)
    return all(any(agrees(one, other) for other in stated) for one in quantities(pair.claim.text, pair.claim.language))


def _level(pair: _Pair) -> bool:
    """Say whether the claim is a repeated measurement without its number: another day is another fact then."""
    measured = pair.claim.keys & {"=level", "=rise", "=fall", "=rain", "=measure"}
    return bool(measured) and not pair.claim.keys & {"=peak"} and not quantities(pair.claim.text, pair.claim.language)


def _date_difference(pair: _Pair, moment: Moment, other: Moment) -> Difference:
    mine, yours = pair.claim.text[moment.start : moment.end], pair.sentence.text[other.start : other.end]
    words = f"The claim says {mine}, the evidence {yours}."
    return Difference(DifferenceKind.DATE, (moment.start, moment.end), _shift((other.start, other.end), pair.offset), words)


# negation


def _denials(pairs: Sequence[_Pair], passage: str) -> list[Difference]:
    """Return the denial that the nearest sentence holds; of another, only one that denies two things of the claim."""
    ordered = sorted(pairs, key=lambda pair: -pair.share)
    found = _negations(ordered[0], passage)
    for pair in ordered[1:] if not found else ():
        denied = _without(pair.sentence, negated_keys(pair.sentence))
        if len(set(denied) & common(pair.sentence, pair.claim)) > 1 and not negated_keys(pair.claim):
            found = found or _negations(pair, passage)
    return found


def _negations(pair: _Pair, passage: str) -> list[Difference]:
    """Return a difference where one text denies, or says the opposite of, what the other states."""
    if pair.share < _SAME_EVENT:
        few = len(pair.claim.keys) <= _SHORT and bool(shared_keys(pair.claim, pair.sentence))
        keys = opposed(pair.claim, pair.sentence) if few else None
        return [_opposite(pair, keys)] if keys else []
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
            return [_negation(pair, key, mine.get(key) or yours[key], denied_by_claim=key in mine)]
    pair_of = opposed(pair.claim, pair.sentence)
    return [_opposite(pair, pair_of)] if pair_of else []


def _without(reading: Reading, denied: dict[str, Span]) -> dict[str, Span]:
    """Return the denied keys without those that a "without" takes away: that denies a thing, not the statement."""
    return {key: span for key, span in denied.items() if reading.text[slice(*span)].casefold() not in _WITHOUT}


def _elsewhere_denied(pair: _Pair, mine: set[str], passage: str) -> bool:
    """Say whether another sentence of the passage denies what the claim denies."""
    others = [read(passage[start:end], pair.sentence.language) for start, end in sentences(passage)]
    return bool(mine) and any(set(negated_keys(other)) & mine for other in others)


def _only_doubted(pair: _Pair, mine: dict[str, Span], yours: dict[str, Span]) -> bool:
    """Say whether a denial is that of a confirmation ("not confirmed"), which is a matter of certainty."""
    for reading, denied in ((pair.claim, mine), (pair.sentence, yours)):
        doubts = [mark.span for mark in marks(reading.text, "hedged", reading.language)]
        if any(start <= span[0] < end for span in denied.values() for start, end in doubts):
            return True
    return False


def _compares(reading: Reading, denied: dict[str, Span]) -> bool:
    """Say whether a denial is one half of a comparison."""
    return bool(denied) and bool(_AS_MUCH.match(reading.text.lower(), min(span[1] for span in denied.values())))


def _negation(pair: _Pair, key: str, cue: tuple[int, int], *, denied_by_claim: bool) -> Difference:
    place_mine, place_yours = _place(pair.claim, key), _place(pair.sentence, key)
    denied, other = (pair.claim, "evidence") if denied_by_claim else (pair.sentence, "claim")
    words = (
        f"The {'claim' if denied_by_claim else 'evidence'} denies it («{denied.text[cue[0] : cue[1]]}»), the {other} states it."
    )
    spans = (cue, place_yours) if denied_by_claim else (place_mine, cue)
    return Difference(DifferenceKind.NEGATION, spans[0], _shift(spans[1], pair.offset), words)


def _opposite(pair: _Pair, keys: tuple[str, str]) -> Difference:
    mine, yours = _place(pair.claim, keys[0]), _place(pair.sentence, keys[1])
    words = f"The claim says «{pair.claim.text[slice(*mine)]}», the evidence «{pair.sentence.text[slice(*yours)]}»."
    return Difference(DifferenceKind.NEGATION, mine, _shift(yours, pair.offset), words)


def _place(reading: Reading, key: str) -> tuple[int, int]:
    return next(((word.start, word.end) for word in reading.words if word.key == key), (0, len(reading.text)))


# cause


def _causes(pair: _Pair, passage: str) -> list[Difference]:
    """Return a difference where the claim names a cause and the passage, of the same effect, names or excludes another."""
    mine = split_cause(pair.claim)
    if mine is None or marks(pair.claim.text, "hedged", pair.claim.language):
        return []
    effect, cause, span = mine.effect, mine.cause, mine.span
    whole = read(passage, pair.sentence.language)
    if _things_shared(effect, whole) < _SAME_EVENT:
        return []
    yours = _cause_of(passage, pair.sentence.language, effect)
    if yours is None or _names_cause(cause, read(passage[slice(*yours)], pair.sentence.language)):
        return []
    named, other = pair.claim.text[slice(*span)].strip(), passage[slice(*yours)].strip()
    words = f"The claim names a cause («{named}»), the evidence another («{other}»)."
    return [Difference(DifferenceKind.CAUSE, span, yours, words)]


def _things_shared(effect: Reading, passage: Reading) -> float:
    """Return the share of the effect's words, names left out, that stand in the passage."""
    things = effect.keys - effect.names
    return len(things & passage.keys) / len(things) if things else 0.0


def _names_cause(cause: Reading, stated: Reading) -> bool:
    """Say whether the stated cause, as far as not excluded ("not by …"), is the claimed one: its first word, or most."""
    denied = min((span[0] for span in negated_keys(stated).values()), default=len(stated.text))
    kept = read(stated.text[:denied], stated.language)
    head = next((word.key for word in cause.words if not word.stop and not word.digits), "")
    return head in kept.keys or covered(cause, kept) >= _SAME_CAUSE


def _cause_of(passage: str, code: str, effect: Reading) -> tuple[int, int] | None:
    """Return the span of the cause that ``passage`` states for an effect that shares most of ``effect``."""
    for start, end in sentences(passage):
        stated = split_cause(read(passage[start:end], code))
        if stated and (covered(effect, stated.effect) >= 0.4 or len(stated.effect.keys) <= 2):
            return _shift(stated.span, start)
    return None
