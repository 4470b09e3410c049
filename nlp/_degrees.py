"""Differences of degree: a claim surer than its evidence, wider than it, or without the condition that it stood under."""

import re
from itertools import pairwise

from factdesk.records import Difference, DifferenceKind
from nlp._beside import Beside, Clause, Mark, Span, around, common, content, difference, marks, things
from nlp._cues import negated_keys
from nlp._numbers import quantities
from nlp._words import Reading, Word
from nlp.languages import language

_LEVELS = ("some", "many", "most", "whole")
_WIDER = {"whole": ("some", "many", "most"), "most": ("some",)}
_ALMOST = (
    "nearly", "almost", "not", "casi", "no", "presque", "pas", "fast", "nicht", "beinahe", "gần như", "gần", "hầu như",
    "hầu", "không phải", "không",
)  # fmt: skip
_BEFORE_NOUN = 5
_STATED = 0.5
_STATED_SURE = 0.34
_STATED_BARE = 0.6
_CLOSE_CALL = 0.12
_FEWEST = 2
_SOFTENS = 24
_SPELLED = re.compile(r"(?<!\w)(\w+) (?:trong|trên|trong số) \w+(?: \w+)?(?= )", re.IGNORECASE)
_OF = re.compile(r"(?<!\w)(?:of|out of|over|de|sur|von|trên|trong)\s\Z", re.IGNORECASE)
_CONDITIONS = ("condition", "for a time", "tried on")


def certainty_raised(pair: Beside) -> list[Difference]:
    """Return a difference where the evidence hedges what the claim, in its words, states outright."""
    claim = pair.claim
    sure = unhedged(marks(claim.text, "sure", claim.language), claim)
    soft = marks(claim.text, "hedged", claim.language) or (not sure and marks(claim.text, "hedged too", claim.language))
    if soft and not sure:
        return []
    for clause in pair.clauses:
        if pair.share(clause) < pair.share(pair.best) - _CLOSE_CALL:
            break
        hedges = list(marks(clause.reading.text, "hedged", clause.reading.language))
        if not hedges or (marks(clause.reading.text, "sure", clause.reading.language) and not _denied(hedges)):
            continue
        near = [hedge for hedge in hedges if _about(claim, clause.reading, hedge)]
        if near and things(claim, clause.reading) >= (_STATED_SURE if sure else _STATED_BARE):
            return [
                difference(
                    DifferenceKind.CERTAINTY,
                    pair,
                    (_stating(claim, clause, hedge=near[0], sure=sure), clause.span(near[0].span)),
                )
            ]
    return []


def unhedged(found: tuple[Mark, ...], claim: Reading) -> tuple[Mark, ...]:
    """Return the marks that no negation or doubt stands before."""
    text = claim.text.lower()
    soft = [mark.end for mark in marks(claim.text, "hedged too", claim.language)]
    return tuple(
        mark
        for mark in found
        if not text[max(0, mark.start - 12) : mark.start].rstrip().endswith(_ALMOST)
        and not any(0 <= mark.start - end <= _SOFTENS for end in soft)
    )


def _denied(hedges: list[Mark]) -> bool:
    """Say whether a hedge is a denied confirmation, which holds the word of the confirmation too."""
    return any(" " in hedge.words for hedge in hedges)


def _about(claim: Reading, clause: Reading, hedge: Mark) -> bool:
    """Say whether what is hedged, the content words about the hedge, stands in the claim."""
    near = around(clause, hedge.span, before=4, after=5)
    shared = {word.key for word in near} & common(clause, claim) - clause.names
    return len(shared) >= min(_FEWEST, len({word.key for word in content(claim)}))


def _stating(claim: Reading, clause: Clause, *, hedge: Mark, sure: tuple[Mark, ...]) -> Span:
    """Return the span of the claim that is too sure: its booster, or the first word that the evidence hedges."""
    if sure:
        return sure[0].span
    keys = {word.key for word in around(clause.reading, hedge.span, before=0, after=4)} & claim.keys - claim.names
    return next(((word.start, word.end) for word in content(claim) if word.key in keys), (0, len(claim.text)))


def scope_widened(pair: Beside) -> list[Difference]:
    """Return a difference where the claim says all (or most) of what the evidence says of some."""
    for level, weaker in _WIDER.items():
        for mark in unhedged(marks(pair.claim.text, level, pair.claim.language), pair.claim):
            found = _narrower(pair, mark, weaker)
            if found:
                return [difference(DifferenceKind.SCOPE, pair, (mark.span, found))]
    part = _part_taken_whole(pair)
    return [difference(DifferenceKind.SCOPE, pair, part)] if part else []


def _narrower(pair: Beside, mark: Mark, weaker: tuple[str, ...]) -> Span | None:
    """Return where the evidence says the same noun of fewer."""
    noun = _noun_after(pair.claim, mark.end)
    for clause in pair.clauses:
        text, code = clause.reading.text, clause.reading.language
        if pair.share(clause) < _STATED and pair.share(clause) < pair.share(pair.best):
            break
        place = _place_of(clause.reading, noun, pair.claim)
        if things(pair.claim, clause.reading) < (_STATED_SURE if place is not None else _STATED):
            continue
        if any(_governs(clause.reading, other, place) for other in unhedged(marks(text, "whole", code), clause.reading)):
            return None
        parts = [other for kind in weaker for other in marks(text, kind, code) if _governs(clause.reading, other, place)]
        if parts:
            return clause.span(min(parts, key=lambda other: other.start).span)
        part = fraction(clause.reading)
        if part and (place is None or abs(place - part[0][1]) < _BEFORE_NOUN * 8) and not fraction(pair.claim):
            return clause.span(part[0])
    return None


def _noun_after(claim: Reading, end: int) -> Word | None:
    return next((word for word in content(claim) if word.start >= end), None)


def _place_of(clause: Reading, noun: Word | None, claim: Reading) -> int | None:
    if noun is None or noun.key not in common(claim, clause):
        return None
    return next((word.start for word in clause.words if word.key == noun.key), None)


def _governs(clause: Reading, mark: Mark, place: int | None) -> bool:
    """Say whether a quantifier stands shortly before the noun (anywhere, where the noun is not found); "some 200" is none."""
    if clause.text[mark.end : mark.end + 2].strip()[:1].isdigit():
        return False
    if place is None:
        return True
    return mark.end <= place and sum(mark.end <= word.start < place for word in clause.words) <= _BEFORE_NOUN


def fraction(reading: Reading) -> tuple[Span, float, float] | None:
    """Return the span and the numbers of "two of nine", or ``None``."""
    found = [one for one in quantities(reading.text, reading.language) if one.dimension == "count" and one.value >= 1]
    spelled = _SPELLED.search(reading.text) if reading.language == "vi" else None
    if spelled:
        part = _vi_value(spelled.group(1))
        whole = next((one.value for one in found if one.start <= spelled.end() - 1 < one.end), 0.0)
        return (spelled.span(), part, whole) if part and part < whole else None
    for one, other in pairwise(found):
        between = reading.text[one.end : other.start].lower().split()
        joined = bool(marks(" ".join(between), "of", reading.language))
        if one.value < other.value and joined and len(between) <= _FEWEST + 1:
            return (one.start, other.end), one.value, other.value
    return None


def _vi_value(word: str) -> float:
    return language("vi").number_words.get(word.lower(), 0.0)


def _part_taken_whole(pair: Beside) -> tuple[Span, Span] | None:
    """Return the spans where the evidence says two of nine and the claim speaks of the nine without the two."""
    if fraction(pair.claim):
        return None
    stated = quantities(pair.claim.text, pair.claim.language)
    for clause in pair.clauses:
        found = fraction(clause.reading)
        if found is None or things(pair.claim, clause.reading) < _STATED:
            continue
        span, part, whole = found
        said = next((one for one in stated if one.value == whole), None)
        if said and all(one.value != part for one in stated) and not _OF.search(pair.claim.text[: said.start]):
            return (said.start, said.end), clause.span(span)
    return None


def qualifiers_dropped(pair: Beside) -> list[Difference]:
    """Return a difference where the claim leaves out the condition, the short time or the test subjects of the evidence."""
    for which in _CONDITIONS:
        found = _dropped(pair, which)
        if found:
            return [found]
    found = _restriction(pair)
    return [found] if found else []


def _dropped(pair: Beside, which: str) -> Difference | None:
    claim = pair.claim
    if any(marks(claim.text, kind, claim.language) for kind in (which, f"{which} too", f"{which} done")):
        return None
    parts = pair.sentences if which == "tried on" else pair.clauses
    clause = parts[0]
    if things(claim, clause.reading) < _STATED or len(common(claim, clause.reading)) < _FEWEST or negated_keys(claim):
        return None
    for mark in marks(clause.reading.text, f"{which} done", clause.reading.language):
        if _near(clause.reading, mark, claim, reach=6):
            return difference(DifferenceKind.QUALIFIER, pair, (_unqualified(claim, clause), clause.span(mark.span)))
    for mark in marks(clause.reading.text, which, clause.reading.language):
        after = _same_segment(clause.reading, mark, around(clause.reading, mark.span, before=0, after=2))
        if which == "condition" and after and {word.key for word in after} & claim.keys:
            continue
        if _near(clause.reading, mark, claim, reach=12 if which == "tried on" else 6):
            return difference(DifferenceKind.QUALIFIER, pair, (_unqualified(claim, clause), clause.span(mark.span)))
    return None


def _near(clause: Reading, mark: Mark, claim: Reading, *, reach: int) -> bool:
    near = around(clause, mark.span, before=reach, after=reach)
    near = near if reach > _BEFORE_NOUN * 2 else _same_segment(clause, mark, near)
    return bool({word.key for word in near} & (common(clause, claim) - clause.names))


def _same_segment(clause: Reading, mark: Mark, near: tuple[Word, ...]) -> tuple[Word, ...]:
    """Return the words of ``near`` that no comma stands between and the mark."""
    return tuple(word for word in near if ", " not in clause.text[min(word.start, mark.end) : max(word.end, mark.start)])


def _unqualified(claim: Reading, clause: Clause) -> Span:
    """Return the span of the claim from its first to its last word that the clause shares."""
    kept = [word for word in content(claim) if word.key in common(claim, clause.reading)]
    return (kept[0].start, kept[-1].end) if kept else (0, len(claim.text))


def _restriction(pair: Beside) -> Difference | None:
    """Return a difference where "only" and part of what it holds to are left out."""
    claim, clause = pair.claim, pair.best
    if marks(claim.text, "only", claim.language) or things(claim, clause.reading) < _STATED:
        return None
    for mark in marks(clause.reading.text, "only", clause.reading.language):
        held = around(clause.reading, mark.span, before=0, after=3)
        kept = [word for word in held if word.key in common(clause.reading, claim)]
        if kept and len(kept) < len(held) and not negated_keys(claim):
            span = next(((word.start, word.end) for word in claim.words if word.key == kept[0].key), (0, len(claim.text)))
            return difference(DifferenceKind.QUALIFIER, pair, (span, clause.span(mark.span)))
    return None
