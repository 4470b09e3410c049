"""Splits a sentence into an effect and the cause it is put down to, and sees a cause made of mere company."""

from dataclasses import dataclass
from functools import lru_cache

from factdesk.records import Difference, DifferenceKind
from nlp._beside import Beside, Clause, Mark, common, content, difference, marks, things
from nlp._cues import negated_keys
from nlp._words import Reading, read, word_lists
from nlp.languages import language, phrases

_BOTH_TOLD = 0.5
_MOST = 0.6


@dataclass(frozen=True, slots=True)
class CauseSplit:
    """An effect, the cause named for it, and the span of the cause in the sentence."""

    effect: Reading
    cause: Reading
    span: tuple[int, int]


@lru_cache(maxsize=20_000)
def split_cause(reading: Reading) -> CauseSplit | None:
    """Return the effect and cause of "effect because cause", or ``None``; words that also mean "after" are left out."""
    vague = word_lists().get("vague cause.all", ())
    for match in phrases(language(reading.language).cause_words).finditer(reading.text.casefold()):
        effect, cause = reading.text[: match.start()], reading.text[match.end() :]
        left, right = read(effect, reading.language), read(cause, reading.language)
        if match.group() not in vague and left.keys and right.keys:
            return CauseSplit(left, right, (match.end(), len(reading.text.rstrip(" ."))))
    return None


def cause_claimed(pair: Beside) -> list[Difference]:
    """Return a difference where the claim makes a cause of what the evidence only tells beside the effect."""
    claim = pair.claim
    if marks(claim.text, "hedged", claim.language) or negated_keys(claim) or things(claim, pair.passage) < _BOTH_TOLD:
        return []
    for clause in (*pair.clauses[:3], pair.sentences[0]):
        if any(marks(clause.reading.text, which, clause.reading.language) for which in ("causes", "causes told")):
            continue
        for mark in marks(claim.text, "causes", claim.language):
            company = _company(pair, clause, mark)
            if company:
                return [difference(DifferenceKind.CAUSE, pair, (mark.span, clause.span(company)))]
    return []


def _company(pair: Beside, clause: Clause, mark: Mark) -> tuple[int, int] | None:
    """Return where the evidence joins the two that stand on either side of a causal word, or ``None``.

    Both stand in the clause; or most of one does, beside a word of company, and the other elsewhere in the passage.
    """
    claim = pair.claim
    sides = [{word.key for word in content(claim) if word.end <= mark.start},
             {word.key for word in content(claim) if word.start >= mark.end}]  # fmt: skip
    here, told = common(claim, clause.reading), common(claim, pair.passage)
    links = marks(clause.reading.text, "linked", clause.reading.language)
    both = all(side & here for side in sides)
    one = any(len(side & here) >= max(_MOST * len(side), 1) for side in sides) and all(side & told for side in sides)
    if not both and not (one and links):
        return None
    if links:
        return links[0].span
    words = [word for word in clause.reading.words if word.key in (sides[1] & here)]
    return (words[0].start, words[-1].end) if words else None
