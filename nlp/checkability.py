"""Says why a sentence is not checkable: opinion, criticism, questions, predictions, wishes and satire are never flagged.

The rules read only the language's word lists, so that a language is added by a file; every refusal has its reason in words.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from nlp.languages import Language, language, phrases

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
_JOINS = {"en": " and ", "es": " y ", "fr": " et ", "vi": " và "}
_STATEMENT = 5
_FEW = 19  # number words up to this also name days and hours, and are no figure to compare
_ADDRESSED = frozenset(
    {"you", "your", "vous", "tu", "usted", "vives", "vive", "bạn", "كنت", "كنتم"}
)  # a warning, no supposition
_SHARED_TAGS = frozenset({"#satire", "#parody", "#parodie", "#sátira", "#satira", "#humour", "#humor"})
_SARCASM = re.compile(r"(?:^|\s)/s(?=\s|$)")


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
    if _is_opinion(wording, spoken):
        return "opinion"
    if looks_ahead(wording.text, spoken.code) and not _is_announcement(wording, spoken):
        return "prediction"
    if wording.padded.startswith(_supposing(spoken.code)) and not _ADDRESSED.intersection(wording.tokens[:3]):
        return "conditional"
    return "wish" if _opens_with(wording, spoken.wishes) else None


def _is_opinion(wording: Wording, spoken: Language) -> bool:
    """Whether a sentence judges: by a marker whatever else it says, by an evaluation only where it names no number."""
    if wording.has(lexicon(spoken.opinion_markers)):
        return True
    return wording.has(lexicon(spoken.evaluations)) and not _NUMBER.search(wording.text)


def looks_ahead(text: str, code: str) -> bool:
    """Whether a text speaks of the future: by a word, or by the form of a verb where a language has one for it."""
    spoken, folded = language(code), text.casefold()
    found = phrases(spoken.future_markers).search(folded) or _future(spoken.future_forms).search(folded)
    return found is not None and not _is_afterthought(folded[: found.start()], spoken)


def _is_afterthought(before: str, spoken: Language) -> bool:
    """Whether a whole statement stands before the future and is only joined to it ("the wall is split *and* will go")."""
    stated, joined, _ = before.rpartition(_JOINS.get(spoken.code, "\n"))
    return (
        bool(joined) and len(stated.split()) >= _STATEMENT and not phrases(spoken.report_words | spoken.hedges).search(stated)
    )


def is_satire(title: str, text: str, code: str) -> bool:
    """Whether a document says of itself, in its title, first or last words or a hashtag, that it is satire."""
    folded = f"{title}\n{text}".casefold()
    if any(tag in folded for tag in _SHARED_TAGS | _tags(code)) or _SARCASM.search(folded):
        return True
    marks = _satire_words(code)
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
    """Whether a sentence about the future can be compared with an announcement: it has a figure, or somebody's own words."""
    if _NUMBER.search(wording.text) or any(spoken.number_words.get(token, 0) > _FEW for token in wording.tokens):
        return True
    return _QUOTE.search(wording.text) is not None and wording.has(lexicon(spoken.report_words))


@cache
def _future(forms: str) -> re.Pattern[str]:
    return re.compile(forms or r"(?!)")


@cache
def _asking(code: str) -> tuple[str, ...]:
    """Return the openings that make a question even without its mark: ``did you know``, ``is it true``."""
    return tuple(phrase for phrase in lexicon(language(code).question_words).phrases if phrase.count(" ") > 2)


def _opens_with(wording: Wording, listed: frozenset[str]) -> bool:
    """Whether a sentence opens with any of ``listed``: a plea, a prayer, thanks or a call to act; or a supposition."""
    opening = wording.tokens[: _OPENING + 2]
    first = Wording(wording.text, opening[:_OPENING], f" {' '.join(opening)} ")
    return first.has(lexicon(listed))


@cache
def _supposing(code: str) -> tuple[str, ...]:
    """Return the openings that only suppose: ``if``, ``had the …``."""
    listed = lexicon(language(code).conditionals)
    return (*(f" {word} " for word in sorted(listed.singles)), *listed.phrases)


@cache
def _satire_words(code: str) -> Lexicon:
    """Return the language's and English markers that are words: ``/s`` or a tag cut into letters would meet any ``it's``."""
    listed = language(code).satire_markers | language("en").satire_markers
    return lexicon(frozenset(mark for mark in listed if mark[0].isalpha()))


@cache
def _tags(code: str) -> frozenset[str]:
    return frozenset(mark for mark in language(code).satire_markers if mark.startswith("#"))
