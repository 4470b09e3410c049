"""The words by which a writer denies a claim, stands back from it or urges it; and how far a negation reaches."""

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from nlp._words import Reading, word_lists
from nlp.languages import language, phrases

_SCOPE = 3
_REFUSAL = 9  # characters around a "no" in which it is somebody's refusal
_FOR_PURPOSE = re.compile(
    r"(?:^|\s)(?:(?:so|để|حتى|كي|لكي)"
    r"|(?:so that|lest|in order that|para que|a fin de que|pour que|afin que|để|لكي)(?:\s+[^\s,;.]+){0,4})\s+$"
)
_ONLY = re.compile(
    r"(?:ne\s|n['’])(?:(?!pas\b|plus\b|jamais\b|rien\b)[^\s,;.]+\s+){1,2}qu(?:e\b|['’])|no\s+(?:[^\s,;.]+\s+){1,2}más\s+que\b"
)
_PURPOSE = re.compile(r"(?:^|\s)(?:so|so that|in order that)(?:\s+[^\s,;.]+){0,5}\s+$")
_BESIDE_DAY = re.compile(r"\d\s?may\b|\bmay\s\d")  # the month
_SAID_NO = re.compile(r"(?:\bsaid no to|\bque no a|\bdi(?:t|sent) non à|nói không với)\b")


@dataclass(frozen=True, slots=True)
class Cue:
    """A cue with its span in the folded text it was found in."""

    start: int
    end: int
    words: str


@lru_cache(maxsize=20_000)
def false_cues(text: str, code: str, *, weak: bool = False) -> tuple[Cue, ...]:
    """Return the words that call something false, those under a negation ("not a rumour") left out.

    ``weak`` adds the language's other denial words (denies, rejected …). Words only found in ``text`` count.
    """
    folded = text.casefold()
    found = _found(_pattern(code, "false"), folded)
    if weak:
        found += _found(phrases(language(code).denial_words), folded)
    return tuple(cue for cue in found if not _denied(folded, cue, code))


def distant_cues(text: str, code: str) -> list[Cue]:
    """Return the words that pass a claim on as somebody else's, without standing for it."""
    return _found(_pattern(code, "distant"), text.casefold())


def neutral_cues(text: str, code: str) -> list[Cue]:
    """Return the words that name who says something (``said``, ``according to``)."""
    folded = text.casefold()
    found = _found(phrases(language(code).report_words), folded)
    return [cue for cue in found if not _SAID_NO.search(folded, cue.start, cue.end + _REFUSAL)]


def endorsements(text: str, code: str) -> list[Cue]:
    """Return the words that urge readers to take a claim for true."""
    return _found(_pattern(code, "endorsed"), text.casefold())


def hearsay(text: str, code: str) -> list[Cue]:
    """Return the words that lean on somebody the writer knows (``my cousin``), as rumours are passed on."""
    return _found(_pattern(code, "hearsay"), text.casefold())


def absences(text: str, code: str) -> list[Cue]:
    """Return the words that deny without a negation (``negative``, ``free of``): polarity is not read beside them."""
    return _found(_pattern(code, "absence"), text.casefold())


def unsure(text: str, code: str) -> list[Cue]:
    """Return the words by which a writer says that he does not know or believe it (``no idea``)."""
    return _found(_pattern(code, "unsure"), text.casefold())


def doubts(text: str, code: str) -> list[Cue]:
    """Return the words that leave open whether a claim is true; a month (``3 May``) and a purpose (``so that …``) are none."""
    folded = text.casefold()
    found = _found(_pattern(code, "doubt"), folded)
    return [
        cue
        for cue in found
        if not _BESIDE_DAY.search(folded, max(0, cue.start - 3), cue.end + 3) and not _PURPOSE.search(folded[: cue.start])
    ]


@lru_cache(maxsize=20_000)
def negated_keys(reading: Reading) -> dict[str, tuple[int, int]]:
    """Return ``{key: span of the negation}`` for content words in the reach of a negation (three words, same clause)."""
    code = reading.language
    found: dict[str, tuple[int, int]] = {}
    folded = reading.text.casefold()
    for cue in _found(phrases(language(code).negations), folded):
        if "not only" in folded[cue.start : cue.end + 6] or _denial_of_denial(folded, cue, code):
            continue
        if _FOR_PURPOSE.search(folded[: cue.start]) or _ONLY.match(folded, cue.start):
            continue
        if _SAID_NO.search(folded, max(0, cue.start - _REFUSAL), cue.end + _REFUSAL):
            continue
        reached: set[str] = set()
        for word in (word for word in reading.words if word.start >= cue.end and not word.stop):
            reached.add(word.key)
            if len(reached) > _SCOPE:
                break
            if any(mark in reading.text[cue.end : word.start] for mark in ",;:.!?،؛—"):
                break
            found.setdefault(word.key, (cue.start, cue.end))
        if not reached:
            found |= {key: (cue.start, cue.end) for key in _before(reading, cue) if key not in found}
    return found


def _before(reading: Reading, cue: Cue) -> list[str]:
    """Return the content words that a negation at the end of its clause ("found none") reaches back to."""
    left = max((reading.text.rfind(mark, 0, cue.start) for mark in ",;:.!?،؛—"), default=-1)
    return [word.key for word in reading.words if left < word.start < cue.start and not word.stop]


def _denial_of_denial(folded: str, cue: Cue, code: str) -> bool:
    return bool(_pattern(code, "false").search(folded[cue.end : cue.end + 24])) and cue.words not in {"no hay", "không có"}


def _denied(folded: str, cue: Cue, code: str) -> bool:
    """Say whether a negation stands just before a denial ("this is not a rumour"), cancelling it."""
    before = folded[max(0, cue.start - 18) : cue.start]
    last = max((before.rfind(mark) for mark in ".,;:!?،"), default=-1)
    own = phrases(language(code).negations).match(cue.words)
    return not own and bool(phrases(language(code).negations).search(before[last + 1 :]))


def _found(pattern: re.Pattern[str], folded: str) -> list[Cue]:
    return [Cue(match.start(), match.end(), match.group()) for match in pattern.finditer(folded)]


@cache
def _pattern(code: str, which: str) -> re.Pattern[str]:
    return phrases(frozenset(phrase.casefold() for phrase in word_lists().get(f"{which}.{code}", ())))
