"""Splits a sentence into an effect and the cause it is put down to."""

from dataclasses import dataclass
from functools import lru_cache

from nlp._words import Reading, read, word_lists
from nlp.languages import language, phrases


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
