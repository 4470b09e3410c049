"""Reads how a claim differs from the evidence it leans on: each difference has its kind, both spans and words for a person.

A difference is named only where claim and passage speak of the same thing: a number of the same noun or unit beside the same
verb, a date of the same event. What merely is not in the passage is no difference.
"""

import re
from dataclasses import dataclass, replace

from factdesk.messages import tell
from factdesk.records import Difference, DifferenceKind
from nlp._across import differs_across
from nlp._beside import beside, marks, things
from nlp._causes import cause_claimed, split_cause
from nlp._cues import negated_keys
from nlp._degrees import certainty_raised, qualifiers_dropped, scope_widened
from nlp._denials import SentencePair, denials, shifted
from nlp._numbers import Moment, agrees, lone_numbers, moments, quantities
from nlp._overlap import covered, shared_keys, weight
from nlp._places import order_turned, place_moved
from nlp._quantity import Quantity
from nlp._quotes import QUOTED, quotation_altered, speaker_moved
from nlp._typed import Encode
from nlp._words import Reading, Word, read, sentences

_SAME_SUBJECT = 0.4
_SAME_EVENT = 0.5
_MEASURED = 1.5
_SAME_CAUSE = 0.6
# A difference of the one kind is told by any of the others already.
_SAID_BY = {
    DifferenceKind.NEGATION: frozenset(
        {DifferenceKind.CERTAINTY, DifferenceKind.QUOTATION, DifferenceKind.SCOPE, DifferenceKind.DATE}
    ),
    DifferenceKind.CAUSE: frozenset({DifferenceKind.CERTAINTY}),
    DifferenceKind.QUALIFIER: frozenset({DifferenceKind.CERTAINTY, DifferenceKind.SCOPE}),
}
_CLAUSE = re.compile(r"[;؛،]|:(?!\d)|,\s(?!\d)|\.\s")


@dataclass(frozen=True, slots=True)
class RuleDistortionReader:
    """The ``DistortionReader`` by rules; ``encode`` finds what texts in two languages have in common. See the module."""

    encode: Encode | None = None

    def __call__(self, claim: str, passage: str, *, claim_language: str, passage_language: str) -> tuple[Difference, ...]:
        """Return the typed differences, none for a faithful paraphrase or for texts about different things."""
        found = self._by_words(claim, passage, claim_language=claim_language, passage_language=passage_language)
        if found or self.encode is None or claim_language == passage_language:
            return found
        return tuple(differs_across(beside(read(claim, claim_language), passage, passage_language), self.encode))

    def _by_words(self, claim: str, passage: str, *, claim_language: str, passage_language: str) -> tuple[Difference, ...]:
        reading = read(claim, claim_language)
        pairs = [SentencePair(reading, read(passage[start:end], passage_language), start) for start, end in sentences(passage)]
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
            *denials(pairs, passage),
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


def load_distortion(encode: Encode | None = None) -> RuleDistortionReader:
    """Return the distortion reader that the line uses; without ``encode`` two languages are compared by words alone."""
    return RuleDistortionReader(encode)


def _elsewhere(claim: Reading, passage: Reading) -> bool:
    """Say whether the claim names places or bodies of which the passage names none, though it names others."""
    return bool(claim.names and passage.names and not shared_keys(claim, passage) & claim.names)


# numbers


def _numbers(claim: Reading, passage: str, code: str) -> list[Difference]:
    """Return a difference for each quantity of the claim that the same quantity of the passage contradicts."""
    stated = quantities(passage, code)
    whole = read(passage, code)
    found = []
    own = quantities(claim.text, claim.language)
    free = [other for other in stated if not any(agrees(one, other) for one in own)]
    lone = lone_numbers(passage, code) if code != claim.language else frozenset()
    for quantity in own:
        if any(agrees(quantity, other) for other in stated) or quantity.value in lone:
            continue
        rivals = [other for other in free if _same_thing((claim, quantity), (whole, other))]
        if len({rival.value for rival in rivals}) == 1 and not _other_time(claim, whole):
            found.append(_number_difference(claim.text, quantity, (passage, rivals[0])))
    return found


def _number_difference(text: str, quantity: Quantity, rival: tuple[str, Quantity]) -> Difference:
    passage, other = rival
    mine, yours = text[quantity.start : quantity.end], passage[other.start : other.end]
    words = tell("The claim says %(claim)s, the evidence %(evidence)s.", claim=mine, evidence=yours)
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


def _dates(pair: SentencePair) -> list[Difference]:
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


def _numbers_agree(pair: SentencePair) -> bool:
    stated = quantities(pair.sentence.text, pair.sentence.language)
    return all(any(agrees(one, other) for other in stated) for one in quantities(pair.claim.text, pair.claim.language))


def _level(pair: SentencePair) -> bool:
    """Say whether the claim is a repeated measurement without its number: another day is another fact then."""
    measured = pair.claim.keys & {"=level", "=rise", "=fall", "=rain", "=measure"}
    return bool(measured) and not pair.claim.keys & {"=peak"} and not quantities(pair.claim.text, pair.claim.language)


def _date_difference(pair: SentencePair, moment: Moment, other: Moment) -> Difference:
    mine, yours = pair.claim.text[moment.start : moment.end], pair.sentence.text[other.start : other.end]
    words = tell("The claim says %(claim)s, the evidence %(evidence)s.", claim=mine, evidence=yours)
    return Difference(DifferenceKind.DATE, (moment.start, moment.end), shifted((other.start, other.end), pair.offset), words)


# cause


def _causes(pair: SentencePair, passage: str) -> list[Difference]:
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
    words = tell("The claim names a cause («%(claim)s»), the evidence another («%(evidence)s»).", claim=named, evidence=other)
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
            return shifted(stated.span, start)
    return None
