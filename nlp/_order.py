"""Which came first, across languages: a claim that says before where the evidence, of the same two events, says after."""

from factdesk.records import Difference, DifferenceKind
from nlp._beside import Beside, Clause, Mark, difference, marks
from nlp._typed import UNREAD, Encode, Near
from nlp._words import Reading

_NEAR = 0.45
_CLEAR = 0.05
_OPENING = 6  # "Erst nachdem …"
_PAIR = (("before", "after"), ("after", "before"))


def order_across(pair: Beside, near: Near, encode: Encode) -> list[Difference]:
    """Return a difference where each text holds the opposite word of time, and the same events stand on the same sides."""
    if UNREAD & {pair.claim.language, pair.passage.language}:
        return []
    for closeness, clause in near.clauses[:1]:
        for mine, yours in _PAIR:
            said, told = _only(pair.claim, mine, yours), _only(clause.reading, yours, mine)
            if said and told and closeness >= _NEAR and _straight(pair.claim, said, clause.reading, other=told, encode=encode):
                return [_difference(pair, said, clause, other=told)]
    return []


def _only(reading: Reading, which: str, opposite: str) -> Mark | None:
    """Return the one mark of a list, where the opposite list has none."""
    if marks(reading.text, opposite, reading.language):
        return None
    found = marks(reading.text, which, reading.language)
    return found[0] if len(found) == 1 else None


def _straight(claim: Reading, said: Mark, clause: Reading, *, other: Mark, encode: Encode) -> bool:
    """Say whether what stands before and after the mark in the one is in the other on the same side, by meaning."""
    mine, yours = _sides(claim, said), _sides(clause, other)
    if not all((*mine, *yours)):
        return False
    left, right, first, second = encode([*mine, *yours])
    return float(left @ first + right @ second) > float(left @ second + right @ first) + _CLEAR


def _sides(reading: Reading, mark: Mark) -> tuple[str, str]:
    """Return the main event and the one that the mark opens; what opens a sentence reaches to its first comma."""
    comma = reading.text.find(",", mark.end)
    if mark.start <= _OPENING and comma > 0:
        return reading.text[comma + 1 :].strip(" .,"), reading.text[mark.end : comma].strip(" .,")
    return reading.text[: mark.start].strip(" .,"), reading.text[mark.end :].strip(" .,")


def _difference(pair: Beside, said: Mark, clause: Clause, *, other: Mark) -> Difference:
    return difference(DifferenceKind.DATE, pair, (said.span, clause.span(other.span)))
