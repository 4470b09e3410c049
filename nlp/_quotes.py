"""Differences of quotation: words put into the quotation marks, and words moved into another role's mouth."""

import re

from factdesk.messages import tell
from factdesk.records import Difference, DifferenceKind
from nlp._beside import Beside, Mark, common, content, difference, marks
from nlp._cues import negated_keys
from nlp._words import Reading, fold, read, word_lists

QUOTED = re.compile(r"[\"“«„]\s*([^\"”»“«„]{12,}?)\s*[\"”»“]")
_KEPT = 0.4
_SAID = 0.45
_REACH = 40
_BESIDE_QUOTE = 4


def quotation_altered(pair: Beside) -> list[Difference]:
    """Return a difference where a quotation of the claim keeps many words of the passage's but not all of its own."""
    if pair.claim.language != pair.passage.language:
        return []
    code = pair.claim.language
    for mine in QUOTED.finditer(pair.claim.text):
        for yours in QUOTED.finditer(pair.passage.text):
            if _is_altered(read(mine.group(1), code), read(yours.group(1), code)):
                told = {"claim": mine.group(1), "evidence": yours.group(1)}
                words = tell("The claim quotes «%(claim)s», the evidence «%(evidence)s».", **told)
                return [Difference(DifferenceKind.QUOTATION, mine.span(1), yours.span(1), words)]
    return []


def _is_altered(mine: Reading, yours: Reading) -> bool:
    common, new = mine.keys & yours.keys, mine.keys - yours.keys
    if fold(mine.text, mine.language).strip(" .,") in yours.folded or len(common) < min(2, len(yours.keys)):
        return False
    if len(common) < len(mine.keys) * _KEPT:
        return False
    flipped = bool(negated_keys(mine)) != bool(negated_keys(yours)) and len(common) * 2 >= len(mine.keys)
    return bool(new) or flipped


def speaker_moved(pair: Beside) -> list[Difference]:
    """Return a difference where what one role says in the evidence is said by another in the claim; no role, no difference."""
    mine = speakers(pair.claim)
    if not mine:
        return []
    for clause in pair.sentences[:1]:
        yours = speakers(clause.reading)
        if yours and not (mine.keys() & roles(clause.reading).keys()) and not (yours.keys() & roles(pair.claim).keys()):
            said = _spoken(pair.claim, mine) & common(pair.claim, clause.reading)
            if len(said) >= _SAID * len(_spoken(pair.claim, mine)) and len(said) > 1:
                spans = next(iter(mine.values())).span, clause.span(next(iter(yours.values())).span)
                return [difference(DifferenceKind.QUOTATION, pair, spans)]
    return []


def roles(reading: Reading) -> dict[str, Mark]:
    """Return the roles that a text names, the longest name of one where names overlap."""
    listed = (entry for entry in word_lists() if entry.startswith("role."))
    found = [(entry, mark) for entry in listed for mark in marks(reading.text, entry, "")]
    kept = [
        (entry, mark)
        for entry, mark in found
        if not any(other.start <= mark.start and mark.end <= other.end and other != mark for _, other in found)
    ]
    return dict(reversed(kept))


def speakers(reading: Reading) -> dict[str, Mark]:
    """Return the roles beside a word of saying or a quotation."""
    says = marks(reading.text, "say", reading.language)
    quotes = [match.span() for match in QUOTED.finditer(reading.text)]
    return {
        role: mark
        for role, mark in roles(reading).items()
        if any(_gap(mark, say.span) <= _REACH for say in says) or any(_gap(mark, quote) <= _BESIDE_QUOTE for quote in quotes)
    }


def _gap(mark: Mark, span: tuple[int, int]) -> int:
    return max(mark.start - span[1], span[0] - mark.end, 0)


def _spoken(reading: Reading, roles: dict[str, Mark]) -> frozenset[str]:
    """Return the content of a text without the words of its roles and of saying."""
    taken = [mark.span for mark in (*roles.values(), *marks(reading.text, "say", reading.language))]
    return frozenset(word.key for word in content(reading) if not any(start <= word.start < end for start, end in taken))
