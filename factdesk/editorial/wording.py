"""Two wordings of a passage: which words differ, which other passage is closest, and what hints at a correction."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from factdesk.records import Passage
from nlp.sentences import split

_TOKEN = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]|\d+(?:[.,]\d+)*|\w+|[^\w\s]")
_MOST_WORDS = 400  # of a wording: more than a person compares at a glance
_CLOSE = 0.3
_BEGIN = 30  # characters of a sentence
_HINT = re.compile(
    r"\b(?:retract(?:ed|ion)|withdrawn|correct(?:ed|ion)|corrigendum|erratum|retractad[oa]|retirad[oa]|corrección|rectificación|"
    r"fe de erratas|rétract(?:é|ation)|retirée?|rectificatif|rectification|"
    r"đính chính|cải chính|rút lại|gỡ bỏ)\b|تصحيح|تم سحب|تراجع",
    re.IGNORECASE,
)
_BEGIN_REPLACED = 80  # "Bulletin 14 of 9 May has been superseded by …"
_REPLACED = re.compile(
    r"\b(?:superseded|replaced by|no longer current|out of date|sustituid[oa] por|reemplazad[oa] por|ya no está vigente|"
    r"remplacée? par|n[’']est plus à jour|thay thế bởi|được thay thế|hết hiệu lực)\b|حل محله|حلت محله|لم يعد ساريًا",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Wording:
    """A text with the half-open spans of the words that the other wording does not have."""

    text: str = ""
    differs: tuple[tuple[int, int], ...] = ()


def plain(text: str) -> str:
    """Return ``text`` with single spaces: what a page's layout alone changed is no change."""
    return " ".join(text.split())


def compared(before: str, after: str) -> tuple[Wording, Wording]:
    """Return both texts, each cut to its first words, with the words that differ."""
    old, new = _cut(before), _cut(after)
    here, there = list(_TOKEN.finditer(old)), list(_TOKEN.finditer(new))
    matcher = SequenceMatcher(None, [word[0] for word in here], [word[0] for word in there], autojunk=False)
    steps = [step for step in matcher.get_opcodes() if step[0] != "equal"]
    mine = tuple((here[a].start(), here[b - 1].end()) for _, a, b, _, _ in steps if a < b)
    theirs = tuple((there[c].start(), there[d - 1].end()) for _, _, _, c, d in steps if c < d)
    return Wording(old, mine), Wording(new, theirs)


def differing(before: str, after: str, *, language: str) -> tuple[str, str]:
    """Return the sentences of each text that the other does not hold."""
    old, new = (_sentences(text, language) for text in (before, after))
    return " ".join(one for one in old if one not in new), " ".join(one for one in new if one not in old)


def closest(passage: Passage, others: Sequence[Passage]) -> Passage | None:
    """Return which of ``others`` has most words in common with ``passage``, or ``None`` when none comes near."""
    words = _words(passage.text)
    scored = [(_alike(words, _words(other.text)), other.id, other) for other in others if other.kind is passage.kind]
    score, _, best = max(scored, default=(0.0, "", None), key=lambda one: one[:2])
    return best if score >= _CLOSE else None


def hint(before: Passage, after: Passage) -> str:
    """Return the word with which a new title, or a new sentence's beginning, tells of a correction or a withdrawal."""
    return _new_word(_HINT, before, after, begin=_BEGIN)


def replaced(before: Passage, after: Passage) -> str:
    """Return the word with which a new title, or a new sentence's beginning, says that something newer holds instead."""
    return _new_word(_REPLACED, before, after, begin=_BEGIN_REPLACED)


def _new_word(pattern: re.Pattern[str], before: Passage, after: Passage, *, begin: int) -> str:
    old = f"{before.title} {before.detail}".casefold()
    _, new = differing(before.detail, after.detail, language=after.language)
    title = after.title if after.title != before.title else ""
    begins = [title, *(new[start : start + begin] for start, _ in split(new, after.language))]
    found = (match[0] for text in begins for match in pattern.finditer(text))
    return next((word for word in found if word.casefold() not in old), "")


def _cut(text: str) -> str:
    words = [word.end() for _, word in zip(range(_MOST_WORDS + 1), _TOKEN.finditer(text), strict=False)]
    return text if len(words) <= _MOST_WORDS else f"{text[: words[_MOST_WORDS - 1]]} …"


def _sentences(text: str, language: str) -> dict[str, None]:
    return dict.fromkeys(plain(text[start:end]) for start, end in split(text, language))


def _words(text: str) -> frozenset[str]:
    return frozenset(word[0].casefold() for word in _TOKEN.finditer(text))


def _alike(one: frozenset[str], other: frozenset[str]) -> float:
    return 2 * len(one & other) / (len(one) + len(other)) if one and other else 0.0
