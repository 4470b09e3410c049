"""Word lists, one file a language: the only place where the line knows how a language denies, hedges, asks or counts."""

import re
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from nlp.languages._form import Language, names, numbers, words

__all__ = ["Language", "language", "names", "numbers", "phrases", "read_languages", "words"]

# Prefixes that Arabic writes without a space before a word: and, so, with, to, like, and the article.
_ARABIC_PREFIX = "(?:[وف]?(?:[بكل]?ال|لل|[بكل])?)"


def read_languages() -> tuple[str, ...]:
    """Return the codes (ISO 639-1) of the languages that have a file here, sorted."""
    return tuple(sorted(found.name for found in iter_modules(__path__) if not found.name.startswith("_")))


@cache
def language(code: str) -> Language:
    """Return the word lists of ``code`` (``pt-BR`` reads as ``pt``); an unknown code gives a neutral language without words."""
    short = code.replace("_", "-").split("-")[0].casefold()
    if short not in read_languages():
        return Language(code=short or "und", name=short or "unknown")
    found: Language = import_module(f"{__name__}.{short}").LANGUAGE
    return found


@cache
def phrases(listed: frozenset[str]) -> re.Pattern[str]:
    """Return a pattern that finds any of ``listed`` as whole words in case-folded text; an empty list never matches."""
    if not listed:
        return re.compile(r"(?!)")
    ordered = sorted(listed, key=lambda phrase: (-len(phrase), phrase))
    return re.compile("|".join(_phrase(phrase) for phrase in ordered))


def _phrase(phrase: str) -> str:
    """Return the pattern of one phrase, with a word boundary only where it begins or ends in a letter of a spaced script."""
    body = re.escape(phrase).replace(r"\ ", r"\s+").replace("'", "['’]")
    if "؀" <= phrase[0] <= "ۿ":
        return rf"(?<!\w){_ARABIC_PREFIX}{body}(?!\w)"
    before = r"(?<!\w)" if phrase[0].isalnum() else ""
    after = r"(?!\w)" if phrase[-1].isalnum() else ""
    return f"{before}{body}{after}"
