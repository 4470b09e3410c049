"""Does a cited passage back a sentence of an official statement? Words, figures, days, names and polarity must agree.

Stricter than matching: here a person has chosen the passage and signs the sentence, so whatever cannot be found in the passage
is named. No model is loaded; the same texts always give the same answer.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from factdesk.messages import tell
from factdesk.records import Difference, DifferenceKind, Passage, PassageKind
from nlp._cues import doubts, false_cues, negated_keys, unsure
from nlp._numbers import agrees, moments, quantities
from nlp._overlap import covered, shared_keys
from nlp._words import Reading, read, sentences
from nlp.checkability import why_not_checkable
from nlp.distortion import load_distortion

_ENOUGH = 0.6  # share of a sentence's content that the passage must hold
_ENOUGH_ABROAD = 0.35  # the same across languages, where words are compared by the things they stand for
_SAME_CLAIM, _MOST_OF_CLAIM = 0.75, 0.5
_NEAR = 0.25  # share of a sentence from which a passage is worth showing beside it
_LOW = 0.5  # a rating below says that the reviewed claim does not hold
_MARKS = str.maketrans("’‘“”«»\u00a0", '\'\'"""" ')
_SAYS_NO = re.compile(r"^(?:no|nope|nein|non|não|không|لا|faux|falso|false|fake|myth|bulo)\s*[:,;.!،–—]", re.IGNORECASE)
_FREE = frozenset({"question", "too short", "wish"})


@dataclass(frozen=True, slots=True)
class Backing:
    """How one passage backs a sentence: ``share`` (0 … 1) of its content, what it lacks, and what it says otherwise.

    ``lacks`` are half-open spans in the sentence (figures, days and names first). ``passage`` is its place among those given.
    """

    passage: int
    share: float
    enough: float
    lacks: tuple[tuple[int, int], ...]
    differences: tuple[Difference, ...]

    @property
    def holds(self) -> bool:
        """Whether the sentence may stand on this passage."""
        return self.share >= self.enough and not self.lacks and not self.differences


def states_nothing(text: str, code: str) -> str | None:
    """Return why ``text`` needs no evidence (a question, a wish, a label), or ``None``; an opinion is not exempt.

    A few words are a label only where they do not end like a sentence: "Nobody died." states something.
    """
    reason = why_not_checkable(text, code)
    if reason == "too short" and text.rstrip().endswith((".", "!", "。", "؟")):
        return None
    return reason if reason in _FREE and not quantities(text, code) else None


def backings(text: str, code: str, *, passages: Sequence[Passage]) -> tuple[Backing, ...]:
    """Return how each of ``passages`` backs the sentence ``text``, best first (those that hold, then by share)."""
    found = [_backing(text, code, passage=passage, place=place) for place, passage in enumerate(passages)]
    return tuple(sorted(found, key=lambda one: (not one.holds, len(one.lacks) + len(one.differences), -one.share, one.passage)))


def restates(text: str, code: str, *, claim: str, claim_code: str) -> bool:
    """Say whether a sentence tells ``claim`` as if it held: nearly its words, nothing denied, doubted or different."""
    mine, theirs = read(text, code), read(claim, claim_code)
    if covered(mine, theirs) < _MOST_OF_CLAIM or covered(theirs, mine) < _SAME_CLAIM:
        return False
    if _SAYS_NO.match(text) or false_cues(text, code, weak=True) or doubts(text, code) or unsure(text, code):
        return False
    if bool(negated_keys(mine)) != bool(negated_keys(theirs)):
        return False
    return not _differences(text, code, other=claim, other_code=claim_code)


def verbatim(quote: str, passages: Sequence[Passage]) -> bool:
    """Say whether ``quote`` stands word for word in one of ``passages`` (spaces and kinds of quotation marks aside)."""
    wanted = _plain_marks(quote)
    return any(wanted in _plain_marks(f"{passage.title} {passage.text} {passage.detail}") for passage in passages)


def closest(text: str, code: str, *, passages: Sequence[Passage], most: int) -> tuple[Passage, ...]:
    """Return those of ``passages`` that hold most of the content of ``text``, best first; none that holds next to nothing."""
    mine = read(text, code)
    shares = [(covered(mine, read(_told(passage), passage.language)), passage.id, passage) for passage in passages]
    near = sorted((one for one in shares if one[0] >= _NEAR), key=lambda one: (-one[0], one[1]))
    return tuple(passage for _, _, passage in near[:most])


def nearest(text: str, code: str, *, passage: Passage) -> str:
    """Return the sentence that ``passage`` stands for which holds most of ``text``."""
    body = _stands_for(passage)
    return _nearest(read(text, code), body, passage.language).strip() if body else ""


def telling_words(text: str, code: str, *, most: int = 12) -> tuple[str, ...]:
    """Return the words of ``text`` that say what it is about, as they stand there: names and figures first."""
    words = [word for word in read(text, code).words if not word.stop]
    words.sort(key=lambda word: not (word.name or word.digits))
    return tuple(dict.fromkeys(text[word.start : word.end] for word in words))[:most]


def _told(passage: Passage) -> str:
    return "\n".join(filter(None, (passage.title, passage.text, passage.detail)))


def _backing(text: str, code: str, *, passage: Passage, place: int) -> Backing:
    body = _stands_for(passage)
    mine, whole = read(text, code), read(body, passage.language)
    near = _nearest(mine, body, passage.language)
    differences = tuple(
        difference
        for difference in _differences(text, code, other=near, other_code=passage.language)
        if not _stated_elsewhere(difference, text, code, body=body, other_code=passage.language)
    )
    if not any(one.kind is DifferenceKind.NEGATION for one in differences):
        differences += _turned(mine, near, passage.language)
    enough = _ENOUGH if code == passage.language else _ENOUGH_ABROAD
    lacks = (*_figures(text, code, body=body, other_code=passage.language), *_names(mine, whole))
    return Backing(place, round(covered(mine, whole), 4), enough, lacks, differences)


def _turned(mine: Reading, near: str, code: str) -> tuple[Difference, ...]:
    """Return a difference where one of the two denies what the other says, also where a rumour would be let off."""
    theirs = read(near, code)
    shared = shared_keys(mine, theirs)
    if not (negated_keys(mine).keys() ^ negated_keys(theirs).keys()) & shared:
        return ()
    words = tell("One of the two denies what the other says.")
    return (Difference(DifferenceKind.NEGATION, (0, len(mine.text)), (0, len(near)), words),)


@lru_cache(maxsize=2000)
def _stands_for(passage: Passage) -> str:
    """Return the words the passage's publisher stands for: of a fact-check that rates a claim low, not the claim."""
    if passage.kind is PassageKind.FACTCHECK and passage.rating_value is not None and passage.rating_value >= _LOW:
        return "\n".join(filter(None, (passage.text, passage.detail, passage.publisher, passage.rating)))
    if passage.kind is PassageKind.FACTCHECK:
        return "\n".join(filter(None, (passage.title, passage.detail, passage.publisher, passage.rating)))
    return "\n".join(filter(None, (passage.text, passage.detail, passage.publisher)))


@lru_cache(maxsize=4000)
def _nearest(mine: Reading, body: str, code: str) -> str:
    """Return the sentence of ``body`` that holds most of the reading."""
    return max((body[start:end] for start, end in sentences(body)), key=lambda part: covered(mine, read(part, code)))


@lru_cache(maxsize=4000)
def _differences(text: str, code: str, *, other: str, other_code: str) -> tuple[Difference, ...]:
    return load_distortion()(text, other, claim_language=code, passage_language=other_code)


def _stated_elsewhere(difference: Difference, text: str, code: str, *, body: str, other_code: str) -> bool:
    """Whether a figure that the nearest sentence gives otherwise stands elsewhere in the passage."""
    if difference.kind is not DifferenceKind.NUMBER:
        return False
    return not _figures(text, code, body=body, other_code=other_code)


def _figures(text: str, code: str, *, body: str, other_code: str) -> list[tuple[int, int]]:
    """Return the spans of the figures and days of ``text`` that ``body`` does not give."""
    theirs, days = quantities(body, other_code), {(one.kind, one.value) for one in moments(body, other_code)}
    absent = [
        (one.start, one.end) for one in quantities(text, code) if not any(agrees(one, other) for other in theirs)
    ]  # fmt: skip
    return absent + [(one.start, one.end) for one in moments(text, code) if (one.kind, one.value) not in days]


def _names(mine: Reading, whole: Reading) -> list[tuple[int, int]]:
    absent = (mine.names & mine.keys) - shared_keys(mine, whole)
    return [(word.start, word.end) for word in mine.words if word.name and word.key in absent and not word.stop]


def _plain_marks(text: str) -> str:
    return " ".join(text.translate(_MARKS).split()).casefold().strip(' ".')
