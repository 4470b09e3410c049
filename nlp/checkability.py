"""Says why a sentence is not checkable: opinion, criticism, questions, predictions, wishes and satire are never flagged.

The rules read only the language's word lists, so that a language is added by a file; every refusal has its reason in words.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from nlp.languages import Language, language

_TOKEN = re.compile(r"[^\W_]+['’]?")
_WIDE = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_NUMBER = re.compile(r"\d")
_YEAR = re.compile(r"\b(?:1[6-9]|20)\d\d\b")
_MONEY = re.compile(r"[%‰€$£¥₫﷼٪]")
_LINK = re.compile(r"https?://\S+|www\.\S+")
_QUOTE = re.compile(r"[\"“”«»„]")
_MARK = re.compile(r"[?？؟]+[\"'”’»)\s]*\Z")
_FEWEST_WORDS = 4
_OPENING = 3
_EDGE = 160
_SHARED_TAGS = frozenset({"#satire", "#parody", "#parodie", "#sátira", "#satira"})


@dataclass(frozen=True, slots=True)
class Wording:
    """A sentence as words: ``tokens`` case-folded and ``padded`` as one string between spaces, for finding phrases."""

    text: str
    tokens: tuple[str, ...]
    padded: str

    def has(self, lexicon: "Lexicon") -> bool:
        """Whether any word or phrase of ``lexicon`` occurs."""
        return not lexicon.singles.isdisjoint(self.tokens) or any(phrase in self.padded for phrase in lexicon.phrases)

    def count(self, lexicon: "Lexicon") -> int:
        """Return how many different words and phrases of ``lexicon`` occur."""
        return len(lexicon.singles.intersection(self.tokens)) + sum(phrase in self.padded for phrase in lexicon.phrases)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """A word list cut like the sentences it is looked up in."""

    singles: frozenset[str]
    phrases: tuple[str, ...]


def read_wording(text: str, spoken: Language) -> Wording:
    """Cut ``text`` into case-folded words (``n'a`` gives ``n'`` and ``a``); Arabic words also without a joined *and*."""
    tokens = _tokens(text)
    padded = f" {' '.join(tokens)} "
    if spoken.code == "ar":
        bare = tuple(token[1:] if len(token) > 3 and token[0] in "وف" else token for token in tokens)
        padded, tokens = f"{padded} {' '.join(bare)} ", tokens + bare
    return Wording(text, tokens, padded)


@cache
def lexicon(listed: frozenset[str]) -> Lexicon:
    """Return ``listed`` cut into words and phrases."""
    cut = [_tokens(entry) for entry in sorted(listed)]
    singles = frozenset(tokens[0] for tokens in cut if len(tokens) == 1)
    return Lexicon(singles, tuple(f" {' '.join(tokens)} " for tokens in cut if len(tokens) > 1))


def why_not_checkable(text: str, code: str) -> str | None:
    """Return why the sentence states nothing checkable (``question``, ``opinion`` …), or ``None`` where it may."""
    spoken = language(code)
    return refusal(read_wording(_LINK.sub(" ", text), spoken), spoken)


def refusal(wording: Wording, spoken: Language) -> str | None:
    """Return the reason of ``why_not_checkable`` for a sentence already cut into words."""
    if _is_short(wording, spoken):
        return "too short"
    if _is_question(wording, spoken):
        return "question"
    if wording.has(lexicon(spoken.opinion_markers)):
        return "opinion"
    if wording.has(lexicon(spoken.evaluations)) and not _NUMBER.search(wording.text):
        return "opinion"
    if wording.has(lexicon(spoken.future_markers)) and not _is_announcement(wording, spoken):
        return "prediction"
    return "wish" if _is_wish(wording, spoken) else None


def is_satire(title: str, text: str, code: str) -> bool:
    """Whether a document says of itself, in its title, first or last words or a hashtag, that it is satire."""
    folded = f"{title}\n{text}".casefold()
    if any(tag in folded for tag in _SHARED_TAGS | _tags(code)):
        return True
    marks = lexicon(language(code).satire_markers | language("en").satire_markers)
    edges = (title, text[:_EDGE], text[-_EDGE:])
    return any(read_wording(edge, language(code)).has(marks) for edge in edges)


def surface(wording: Wording, spoken: Language) -> list[float]:
    """Return 18 numbers about how a sentence is made, alike in every language: figures, names, quotes, persons, cues."""
    text = wording.text
    words = [word for word in text.split() if word[:1].isalpha()]
    capitals = sum(word[0].isupper() for word in words[1:]) / max(1, len(words) - 1)
    figures = len(_NUMBER.findall(text))
    lists: Iterable[frozenset[str]] = (
        spoken.first_person,
        spoken.negations,
        spoken.hedges,
        spoken.report_words,
        spoken.cause_words,
        spoken.denial_words,
        spoken.evaluations | spoken.opinion_markers,
        spoken.future_markers,
    )
    return [
        min(len(wording.tokens), 60) / 20,
        float(len(wording.tokens) < 8),
        min(figures, 6) / 3,
        float(figures > 0),
        float(_YEAR.search(text) is not None),
        float(_MONEY.search(text) is not None),
        float(any(token in spoken.number_words for token in wording.tokens)),
        capitals if capitals < 0.8 else 0.0,
        float(_QUOTE.search(text) is not None),
        float("!" in text),
        *(min(wording.count(lexicon(listed)), 3) / 2 for listed in lists),
    ]


def _tokens(text: str) -> tuple[str, ...]:
    return tuple(_TOKEN.findall(text.casefold().replace("’", "'")))


def _is_short(wording: Wording, spoken: Language) -> bool:
    """Whether there are too few words to state anything (letters, where words are not spaced)."""
    if not spoken.spaced or _WIDE.search(wording.text):
        return sum(map(str.isalpha, wording.text)) < 2 * _FEWEST_WORDS
    return len(wording.text.split()) < _FEWEST_WORDS


def _is_question(wording: Wording, spoken: Language) -> bool:
    if _MARK.search(wording.text) or (spoken.code == "es" and "¿" in wording.text):
        return True
    return wording.padded.startswith(_asking(spoken.code))


def _is_announcement(wording: Wording, spoken: Language) -> bool:
    """Whether a sentence about the future tells what somebody said, with a figure or date that can be compared."""
    return _NUMBER.search(wording.text) is not None and wording.has(lexicon(spoken.report_words))


@cache
def _asking(code: str) -> tuple[str, ...]:
    """Return the openings that make a question even without its mark: ``did you know``, ``is it true``."""
    return tuple(phrase for phrase in lexicon(language(code).question_words).phrases if phrase.count(" ") > 2)


def _is_wish(wording: Wording, spoken: Language) -> bool:
    """Whether a sentence opens with a plea, a prayer, thanks or a call to act."""
    opening = wording.tokens[: _OPENING + 2]
    first = Wording(wording.text, opening[:_OPENING], f" {' '.join(opening)} ")
    return first.has(lexicon(spoken.wishes))


@cache
def _tags(code: str) -> frozenset[str]:
    return frozenset(mark for mark in language(code).satire_markers if mark.startswith("#"))
