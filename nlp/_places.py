"""Differences of where and in which order: another place in the same slot, another side, before for after."""

import re
from functools import cache

from factdesk.records import Difference, DifferenceKind
from nlp._beside import Beside, Clause, Mark, Span, content, difference, marks, things
from nlp._gazetteer import is_place, same_place
from nlp._numbers import agrees, moments, quantities
from nlp._words import Reading, Word, plain, read
from nlp.languages import language

_STATED = 0.5
_ELSE_SAME = 0.6
_SIDES = (("side.north", "side.south", "side.east", "side.west"), ("side.up", "side.down"))
_SLOT = re.compile(r"(?P<last>[^\W\d_]+)(?:['’]|\s+)(?:(?:the|el|la|los|las|le|les|l['’]|der|die|das|dem|den)\s+)?\Z")
_SAME_LETTERS = 4


def place_moved(pair: Beside) -> list[Difference]:
    """Return a difference where a name, or a side, stands in the slot in which the evidence has another."""
    for clause in (pair.best, *pair.sentences[:1]):
        if things(pair.claim, clause.reading) < _ELSE_SAME or not _figures_agree(pair):
            continue
        spans = other_names(pair, clause) or other_side(pair, clause)
        if spans:
            return [difference(DifferenceKind.PLACE, pair, spans)]
    return []


def _figures_agree(pair: Beside) -> bool:
    """Say whether each figure and day of the claim stands in the passage: with others it is another event."""
    claim, passage = pair.claim, pair.passage
    stated = quantities(passage.text, passage.language)
    told = {(one.kind, one.value) for one in moments(passage.text, passage.language)}
    days = [(one.kind, one.value) for one in moments(claim.text, claim.language)]
    return all(day in told for day in days) and all(
        any(agrees(one, other) for other in stated) for one in quantities(claim.text, claim.language)
    )


def other_names(pair: Beside, clause: Clause) -> tuple[Span, Span] | None:
    """Return the spans of two place names, each absent from the other text, in the same kind of slot."""
    mine = [word for word in _placed(pair.claim) if not _known(word, pair.passage, code=pair.claim.language)]
    yours = [word for word in _placed(clause.reading) if not _known(word, pair.claim, code=clause.reading.language)]
    if not mine or not yours:
        return None
    for word in mine:
        for other in yours:
            if pair.claim.language != pair.passage.language or _slot(pair.claim, word) & _slot(clause.reading, other):
                return (word.start, word.end), clause.span((other.start, other.end))
    return None


def listed_place(pair: Beside) -> tuple[Span, Span] | None:
    """Return the spans of two countries or large cities, by the CLDR, where each text alone names its one."""
    mine = [word for word in _listed(pair.claim) if not _known(word, pair.passage, code=pair.claim.language)]
    yours = [word for word in _listed(pair.passage) if not _known(word, pair.claim, code=pair.passage.language)]
    if len(mine) != 1 or len(yours) != 1:
        return None
    return (mine[0].start, mine[0].end), (yours[0].start, yours[0].end)


def _listed(reading: Reading) -> list[Word]:
    """Return the names that are listed; a Vietnamese syllable at the beginning is written large whatever it is."""
    words = reading.words[1:] if reading.language == "vi" else reading.words
    return [word for word in words if _is_name(reading, word) and is_place(word.fold, reading.language)]


def _placed(reading: Reading) -> list[Word]:
    """Return the names that stand after a word of place."""
    return [word for word in reading.words if _is_name(reading, word) and _slot(reading, word)]


def _is_name(reading: Reading, word: Word) -> bool:
    raw = reading.text[word.start : word.end]
    return raw[:1].isupper() and not word.digits and word.key == plain(raw)[:7] and word.key not in _no_names(reading.language)


@cache
def _no_names(code: str) -> frozenset[str]:
    """Return the keys of months and weekdays, which are written like names in some languages."""
    spoken = language(code)
    listed = (name for names in (*spoken.months, *spoken.weekdays) for name in names)
    return frozenset(word.key for name in listed for word in read(name.title(), code).words)


def _slot(reading: Reading, word: Word) -> frozenset[str]:
    """Return what kind of slot a name stands in: after a preposition of place (one class), or a noun of place (itself)."""
    before = reading.text[: word.start]
    last = _SLOT.search(before)
    found = set()
    tail = before[-24:].lower()
    if last:
        ends = len(tail)
        for which in ("at", "heads", "belongs"):
            if any(ends - mark.end <= len(last.group()) and mark.end <= ends for mark in marks(tail, which, reading.language)):
                found.add("of" if which == "belongs" else "place")
    return frozenset(found)


def _known(word: Word, other: Reading, *, code: str) -> bool:
    """Say whether a name of language ``code`` stands in ``other``, in whole, by its beginning, or as it is called there."""
    form = plain(word.fold)
    if word.key in other.keys or any(plain(known.fold)[:_SAME_LETTERS] == form[:_SAME_LETTERS] for known in other.words):
        return True
    return code != other.language and any(
        same_place(word.fold, named.fold, codes=(code, other.language)) for named in other.words if _is_named(other, named)
    )


def _is_named(reading: Reading, word: Word) -> bool:
    """Say whether a word is a name; in German, where every noun is written like one, only in a slot or of a listed place."""
    named = reading.language != "de" or word.name or bool(_slot(reading, word)) or is_place(word.fold, "de")
    return named and _is_name(reading, word)


def other_side(pair: Beside, clause: Clause) -> tuple[Span, Span] | None:
    """Return the spans of two opposite or different sides, where each text names exactly one."""
    for group in _SIDES:
        mine = [(which, mark) for which in group for mark in marks(pair.claim.text, which, "")]
        yours = [(which, mark) for which in group for mark in marks(clause.reading.text, which, "")]
        if len(mine) == 1 and len(yours) == 1 and mine[0][0] != yours[0][0]:
            return mine[0][1].span, clause.span(yours[0][1].span)
    return None


def order_turned(pair: Beside) -> list[Difference]:
    """Return a difference where the claim says before and the evidence after of the same two events, or the reverse."""
    for mine, yours in (("before", "after"), ("after", "before")):
        for mark in marks(pair.claim.text, mine, pair.claim.language):
            for clause in pair.sentences[:2]:
                other = _turned(pair, mark, clause, lists=(mine, yours))
                if other:
                    return [difference(DifferenceKind.DATE, pair, (mark.span, clause.span(other.span)))]
    return []


def _turned(pair: Beside, mark: Mark, clause: Clause, *, lists: tuple[str, str]) -> Mark | None:
    """Return the opposite word of the clause, where the same events stand on the same sides of both."""
    if things(pair.claim, clause.reading) < _STATED or marks(clause.reading.text, lists[0], clause.reading.language):
        return None
    left, right = _sides(pair.claim, mark)
    for other in marks(clause.reading.text, lists[1], clause.reading.language):
        theirs = _sides(clause.reading, other)
        straight = len(left & theirs[0]) + len(right & theirs[1])
        crossed = len(left & theirs[1]) + len(right & theirs[0])
        if straight > crossed and left & theirs[0] and right & theirs[1]:
            return other
    return None


def _sides(reading: Reading, mark: Mark) -> tuple[set[str], set[str]]:
    """Return the content before and after a mark; what opens a sentence reaches to its first comma."""
    words = content(reading)
    comma = reading.text.find(",", mark.end)
    if mark.start <= 1 and comma > 0:
        return {word.key for word in words if word.start > comma}, {word.key for word in words if word.end <= comma}
    return {word.key for word in words if word.end <= mark.start}, {word.key for word in words if word.start >= mark.end}
