"""Differences of kind across two languages: the typed words of each text (a hedge, an "all", a condition) compared by type.

No word need be shared: the clauses of the evidence that are nearest in meaning are taken for the claim's own, and what the
lists of either language mark in the one and not in the other is the difference. Each rule wants its type on one side alone.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from factdesk.records import Difference, DifferenceKind
from nlp._beside import Beside, Clause, Mark, Span, common, content, difference, marks, things
from nlp._cues import absences, negated_keys
from nlp._degrees import fraction, unhedged
from nlp._denials import WITHOUT
from nlp._numbers import quantities
from nlp._overlap import opposed
from nlp._quotes import QUOTED, roles, speakers
from nlp._words import Reading

_NEAR = 0.55
_SURE_NEAR = 0.4
_WORDS = 0.15
_WINDOW, _WIDE, _MOST = 0.1, 0.22, 3
UNREAD = frozenset({"vi"})  # not among the languages of the encoder: words have more of the say
_UNREAD_WORDS = 1.4
_CONDITIONS = ("tried on", "for a time", "condition", "only")
_PARTS = {"whole": ("some", "most", "many"), "most": ("some",)}
_FREE_OF = re.compile(r"(?<!\w)(?:sans|sin|ohne|without|không|free of|not|no|nicht|keine?)(?!\w)", re.IGNORECASE)
_FRENCH_NE = re.compile(r"n(?:e|['’])\Z", re.IGNORECASE)
_FRENCH_NOT = re.compile(r"(?<!\w)(?:pas|plus|jamais|rien|aucune?|personne|ni)(?!\w)", re.IGNORECASE)
_FRENCH_REACH = 40

Encode = Callable[[Sequence[str]], NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Near:
    """The clauses of the evidence nearest in meaning, nearest first, and the nearest sentence, each with how near it is."""

    clauses: tuple[tuple[float, Clause], ...]
    sentence: Clause
    sentence_closeness: float


def nearest(pair: Beside, encode: Encode) -> Near:
    """Return what is nearest in meaning; words that both texts hold, as keys, count too."""
    parts = (*pair.clauses, *pair.sentences)
    vectors = encode([pair.claim.text, _nameless(pair.claim), *(part.reading.text for part in parts)])
    unread = {pair.claim.language, pair.passage.language} & UNREAD
    share = _UNREAD_WORDS if unread else _WORDS
    closeness = [
        float(max(vector @ vectors[0], vector @ vectors[1])) + share * things(pair.claim, part.reading)
        for vector, part in zip(vectors[2:], parts, strict=True)
    ]
    cut = len(pair.clauses)
    ordered = sorted(zip(closeness[:cut], pair.clauses, strict=True), key=lambda one: -one[0])
    best = max(range(cut, len(parts)), key=lambda at: closeness[at])
    return Near(tuple(one for one in ordered if one[0] >= ordered[0][0] - _WIDE)[:_MOST], parts[best], closeness[best])


def _nameless(claim: Reading) -> str:
    """Return the claim without its names, which draw it to whichever sentence introduces them."""
    text = claim.text
    for word in sorted(claim.words, key=lambda word: -word.start):
        if word.key in claim.names:
            text = text[: word.start] + text[word.end :]
    return text


def typed_difference(pair: Beside, near: Near) -> list[Difference]:
    """Return the first difference of type between a claim and the nearest clauses in another language, or none."""
    found = next(_speaker(pair, near), None)
    if found:
        return [found]
    for rule in (_certainty, _scope, _qualifier, _cause, _polarity):
        marked = rule in (_certainty, _scope) and _is_marked(pair.claim)
        for closeness, clause in near.clauses:
            if closeness < near.clauses[0][0] - (_WIDE if marked else _WINDOW):
                break
            found = next(rule(pair, clause, closeness), None)
            if found:
                return [found]
    found = next(_tried_on(pair, near), None)
    return [found] if found else []


def _is_marked(claim: Reading) -> bool:
    """Say whether the claim itself holds a word of certainty or of wholeness: then a clause further off may be meant."""
    return any(unhedged(marks(claim.text, which, claim.language), claim) for which in ("sure", *_PARTS))


def _speaker(pair: Beside, near: Near) -> Iterator[Difference]:
    """Yield a difference where the words are in the mouth of another role."""
    mine, yours = speakers(pair.claim), speakers(near.sentence.reading)
    if not mine or not yours or near.sentence_closeness < _NEAR:
        return
    if not mine.keys() & roles(near.sentence.reading).keys() and not yours.keys() & roles(pair.claim).keys():
        said, other = next(iter(mine.values())), next(iter(yours.values()))
        yield difference(DifferenceKind.QUOTATION, pair, (said.span, near.sentence.span(other.span)))


def _certainty(pair: Beside, clause: Clause, closeness: float) -> Iterator[Difference]:
    """Yield a difference where the claim is sure, or says plainly, what the evidence hedges."""
    claim, other = pair.claim, clause.reading
    sure = unhedged(marks(claim.text, "sure", claim.language), claim)
    soft = any(marks(claim.text, which, claim.language) for which in ("hedged", "hedged too"))
    hedges = marks(other.text, "hedged", other.language)
    if not hedges or (soft and not sure) or unhedged(marks(other.text, "sure", other.language), other):
        return
    if closeness >= (_SURE_NEAR if sure else _NEAR):
        yield difference(DifferenceKind.CERTAINTY, pair, (_stated(claim, sure), clause.span(hedges[0].span)))


def _stated(reading: Reading, found: tuple[Mark, ...]) -> Span:
    """Return the span of the first mark, or of all content."""
    words = content(reading)
    return found[0].span if found else (words[0].start, words[-1].end) if words else (0, len(reading.text))


def _scope(pair: Beside, clause: Clause, closeness: float) -> Iterator[Difference]:
    """Yield a difference where the claim says all, or most, and the evidence some."""
    claim, other = pair.claim, clause.reading
    if closeness < _SURE_NEAR or unhedged(marks(other.text, "whole", other.language), other):
        return
    for level, weaker in _PARTS.items():
        wide = unhedged(marks(claim.text, level, claim.language), claim)
        parts = [mark for which in weaker for mark in marks(other.text, which, other.language)]
        share = None if fraction(claim) else fraction(other)
        said = _whole_of(claim, share[2]) if share and not wide else None
        if said and share and closeness >= _NEAR:
            yield difference(DifferenceKind.SCOPE, pair, (said, clause.span(share[0])))
        if wide and (parts or share):
            yours = min(parts, key=lambda mark: mark.start).span if parts else share[0] if share else (0, 0)
            yield difference(DifferenceKind.SCOPE, pair, (wide[0].span, clause.span(yours)))


def _whole_of(claim: Reading, whole: float) -> Span | None:
    """Return where the claim states the number of which the evidence tells a part, and no other number."""
    stated = quantities(claim.text, claim.language)
    return (stated[0].start, stated[0].end) if [one.value for one in stated] == [whole] else None


def _qualifier(pair: Beside, clause: Clause, closeness: float) -> Iterator[Difference]:
    """Yield a difference where the claim leaves out a condition, a short time or an "only"."""
    for which in _CONDITIONS[1:]:
        held = _left_out(pair.claim, clause.reading, which)
        if held and closeness >= _NEAR:
            yield difference(DifferenceKind.QUALIFIER, pair, (_stated(pair.claim, ()), clause.span(held.span)))


def _tried_on(pair: Beside, near: Near) -> Iterator[Difference]:
    """Yield a difference where the claim leaves out what something was tried on; any clause of the sentence may say it."""
    held = _left_out(pair.claim, near.sentence.reading, "tried on")
    if held and near.sentence_closeness >= _NEAR:
        yield difference(DifferenceKind.QUALIFIER, pair, (_stated(pair.claim, ()), near.sentence.span(held.span)))


def _left_out(claim: Reading, other: Reading, which: str) -> Mark | None:
    kinds = (which, f"{which} too", f"{which} done")
    if _denials(claim) or any(marks(claim.text, kind, claim.language) for kind in kinds):
        return None
    return next(iter(marks(other.text, which, other.language)), None)


def _cause(pair: Beside, clause: Clause, closeness: float) -> Iterator[Difference]:
    """Yield a difference where the claim makes a cause of what the evidence tells beside something."""
    claim, other = pair.claim, clause.reading
    told = marks(claim.text, "causes", claim.language)
    if not told or marks(claim.text, "hedged", claim.language) or negated_keys(claim) or closeness < _NEAR:
        return
    linked = marks(other.text, "linked", other.language)
    if linked and not any(marks(other.text, which, other.language) for which in ("causes", "causes told")):
        yield difference(DifferenceKind.CAUSE, pair, (told[0].span, clause.span(linked[0].span)))


def _polarity(pair: Beside, clause: Clause, closeness: float) -> Iterator[Difference]:
    """Yield a difference where one text alone denies, or both hold opposite things; in what is quoted, one of quotation."""
    claim, other = pair.claim, clause.reading
    if closeness < _NEAR or any(_polarity_unread(one) for one in (claim, other)):
        return
    mine, yours = _denials(claim), _denials(other)
    if bool(mine) != bool(yours) and _meets(claim, other, mine) and _meets(other, claim, yours):
        spans = (mine[0] if mine else _stated(claim, ()), yours[0] if yours else _stated(other, ()))
        quoted = _quoted(claim, mine or None), _quoted(other, yours or None)
        if quoted[0] and quoted[1]:
            yield difference(DifferenceKind.QUOTATION, pair, (quoted[0], clause.span(quoted[1])))
        else:
            yield difference(DifferenceKind.NEGATION, pair, (spans[0], clause.span(spans[1])))
    elif not mine and not _FREE_OF.search(claim.text) and not _FREE_OF.search(other.text) and (keys := opposed(claim, other)):
        spans = _word(claim, keys[0]), clause.span(_word(other, keys[1]))
        yield difference(DifferenceKind.NEGATION, pair, spans)


def _meets(reading: Reading, other: Reading, denied: list[Span]) -> bool:
    """Say whether the first thing that is denied, if any is, stands in the other text: else each speaks of its own thing."""
    reached = [key for key, span in negated_keys(reading).items() if denied and span == denied[0]]
    return not denied or bool(reached and reached[0] in common(reading, other))


def _polarity_unread(reading: Reading) -> bool:
    """Say whether a text denies by other words than a negation, or hedges: then a negation says little."""
    return bool(
        absences(reading.text, reading.language)
        or any(marks(reading.text, which, reading.language) for which in ("counter", "hedged", "before", "only"))
    )


def _denials(reading: Reading) -> list[Span]:
    """Return the negations, no "without", and a French "ne" only where its second word follows."""
    found = sorted(set(negated_keys(reading).values()))
    return [span for span in found if not _lone_ne(reading.text, span) and reading.text[slice(*span)].lower() not in WITHOUT]


def _lone_ne(text: str, span: Span) -> bool:
    return bool(_FRENCH_NE.match(text[slice(*span)])) and not _FRENCH_NOT.search(text[span[1] : span[1] + _FRENCH_REACH])


def _quoted(reading: Reading, denied: list[Span] | None) -> Span | None:
    """Return the span of a quotation that holds the denial, or of the first where nothing is denied."""
    for match in QUOTED.finditer(reading.text):
        if denied is None or match.start() <= denied[0][0] < match.end():
            return match.span(1)
    return None


def _word(reading: Reading, key: str) -> Span:
    return next(((word.start, word.end) for word in reading.words if word.key == key), (0, len(reading.text)))
