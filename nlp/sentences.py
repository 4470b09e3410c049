"""Cuts a text into sentences with exact offsets, in a millisecond an article.

Punctuation proposes the cuts; whether a period belongs to an abbreviation is told by the language's list and by the words
that spaCy's rules for the language keep whole. They lie beside the lists: loading spaCy itself cost every process seconds
(a second for Indonesian's rules, two to compile French's) and 90 MB.
"""

import re
from functools import cache
from importlib.resources import files

from nlp.languages import Language, language

MOST_CHARACTERS = 400_000
LONGEST = 1500
_CLOSING = "\"'”’»›)\\]」』"
_END = re.compile(rf"[.!?…؟۔।]+(?:[{_CLOSING}]+|\s»)*(?=\s|\Z)|[。！？]+[」』”’）]*|\s*\n\s*")
_LAST_WORD = re.compile(r"[\w.&-]{1,24}\Z")
_MEASURE = re.compile(r"\d\s?[^\W\d_]{1,3}\Z")
_NEXT_WORD = re.compile(r"[\s\"'“‘«‹(\[「『¿¡–—-]*(\w*)")
_INITIALS = re.compile(r"(?:[^\W\d_]\.)*[^\W\d_]\Z")
_NUMBER = re.compile(r"\d{1,2}\Z")
_ORDINALS = frozenset({"de"})
_LONGEST_ABBREVIATION = 5


def split(text: str, code: str) -> list[tuple[int, int]]:
    """Return the half-open offsets of the sentences of ``text`` in the language ``code``, without the space around them.

    Only the first 400,000 characters are cut; a stretch of over 1,500 characters without an end is cut at a space.
    """
    read = text[:MOST_CHARACTERS]
    spoken = language(code)
    ends = [found.end() for found in _END.finditer(read) if _is_end(read, found, spoken)]
    spans: list[tuple[int, int]] = []
    start = 0
    for end in [*ends, len(read)]:
        spans.extend(_trimmed(read, start, end))
        start = end
    return spans


def _is_end(text: str, found: re.Match[str], spoken: Language) -> bool:
    mark = found[0].strip()
    after = _NEXT_WORD.match(text, found.end())
    following = after[1] if after else ""
    if not mark:
        return not (following[:1].islower() and _runs_on(text, found.start()))
    if following[:1].islower():
        return mark[-1] in "。！？"
    return mark != "." or not _keeps_period(text[max(0, found.start() - 24) : found.start()], following, spoken)


def _runs_on(text: str, at: int) -> bool:
    """Whether a line that ends at ``at`` was only wrapped: it ends in a letter or comma."""
    return at > 0 and (text[at - 1].isalpha() or text[at - 1] == ",")


def _keeps_period(before: str, following: str, spoken: Language) -> bool:
    """Whether the period after ``before`` belongs to an abbreviation, an initial or an ordinal."""
    word = _LAST_WORD.search(before)
    if not word or not following:
        return False
    short = word[0].casefold()
    if _MEASURE.search(before):
        return False
    if _NUMBER.match(short):
        return following.casefold() in _months(spoken.code)
    if following.casefold() in spoken.stop_words and not following.isupper():
        return False
    if short in spoken.abbreviations or _INITIALS.match(short):
        return True
    return len(short) <= _LONGEST_ABBREVIATION and _is_abbreviation(word[0], spoken.code)


def _is_abbreviation(word: str, code: str) -> bool:
    """Whether ``word`` keeps its period: a short form, one that ends in a capital (``PhD``), or a German ordinal (``400.``)."""
    listed = _short_forms().get(code)
    if listed is None:
        return False
    capital = word[-1].isupper() and word[-2:-1].islower()
    return capital or word in listed or (code in _ORDINALS and word[-1].isdigit())


@cache
def _short_forms() -> dict[str, frozenset[str]]:
    """Return the entries of ``languages/abbreviations.txt`` by language, case as written."""
    text = files("nlp.languages").joinpath("abbreviations.txt").read_text(encoding="utf-8")
    lines = (line.partition(":") for line in text.splitlines() if not line.startswith("#"))
    return {code: frozenset(words.split()) for code, _, words in lines}


@cache
def _months(code: str) -> frozenset[str]:
    return frozenset(name for month in language(code).months for name in month)


def _trimmed(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return ``[start, end)`` without outer space, in pieces of at most ``LONGEST`` characters; nothing for space alone."""
    piece = text[start:end]
    start += len(piece) - len(piece.lstrip())
    end = start + len(piece.strip())
    spans = []
    while end - start > LONGEST:
        cut = text.rfind(" ", start + 1, start + LONGEST)
        cut = cut if cut > start else start + LONGEST
        spans.append((start, cut))
        start = cut + (text[cut] == " ")
    return [*spans, (start, end)] if end > start else spans
