"""Posts altered by rules, as people alter what they pass on: how much worse is the fact-check found?

The rules are for English; a post that a rule cannot alter stays as it is. The same post is always altered alike.
"""

import random
import re
from collections.abc import Callable

_AUXILIARY = re.compile(r"\b(is|are|was|were|has|have|had|will|would|can|could|did|does|do|should)\b(?!\s+not)", re.IGNORECASE)
_NEGATED = re.compile(r"\s+not\b|n['’]t\b", re.IGNORECASE)
_NAME = re.compile(r"(?<=[a-z,;] )[A-Z][\w’'-]+(?: [A-Z][\w’'-]+)*")
_WORD = re.compile(r"\w{5,}")
_DIALECT = {
    "going to": "gonna", "want to": "wanna", "have to": "gotta", "because": "cuz", "you": "ya", "your": "yer", "the": "da",
    "them": "dem", "that": "dat", "this": "dis", "with": "wit", "are not": "ain't", "is not": "ain't", "isn't": "ain't",
    "people": "folks", "about": "bout", "something": "somethin", "nothing": "nothin", "going": "goin", "having": "havin",
    "doing": "doin", "never": "neva", "over": "ova", "brother": "bruh", "really": "rly", "before": "b4",
}  # fmt: skip
_SAID_OTHERWISE = {
    "says": "states", "said": "stated", "video": "clip", "photo": "picture", "picture": "photo", "killed": "murdered",
    "president": "head of state", "shows": "depicts", "police": "officers", "people": "persons", "children": "kids",
    "kids": "children", "big": "large", "bought": "purchased", "buy": "purchase", "show": "depict", "new": "recent",
    "fake": "bogus", "news": "reports", "country": "nation", "government": "authorities", "million": "m", "died": "passed away",
    "dead": "deceased", "vaccine": "jab", "doctor": "physician", "house": "home", "want": "wish", "help": "assist",
    "woman": "lady", "man": "guy", "money": "cash", "war": "conflict", "virus": "bug", "law": "rule", "job": "post",
}  # fmt: skip
_LEFT_OUT = re.compile(r"\b(?:the|a|an|just|very|really|that|so|also|now|still|here)\s+", re.IGNORECASE)


def negation(text: str) -> str:
    """Take the first negation away, or put one in."""
    without = _NEGATED.sub("", text, count=1)
    return without if without != text else _AUXILIARY.sub(r"\1 not", text, count=1)


def typos(text: str) -> str:
    """Swap, drop or double a letter in every fourth longer word."""
    dice = random.Random(text)  # noqa: S311 - it only has to be the same each time

    def mistyped(found: re.Match[str]) -> str:
        word, kind, at = found.group(), dice.randrange(12), dice.randrange(1, len(found.group()) - 1)
        swapped = f"{word[:at]}{word[at + 1]}{word[at]}{word[at + 2 :]}"
        return {0: swapped, 1: word[:at] + word[at + 1 :], 2: word[:at] + word[at] + word[at:]}.get(kind, word)

    return _WORD.sub(mistyped, text)


def entities(text: str) -> str:
    """Say *they* for every second name inside a sentence."""
    names = iter(range(10_000))
    return _NAME.sub(lambda found: found.group() if next(names) % 2 else "they", text)


def dialect(text: str) -> str:
    """Write some common words as they are spoken."""
    return _replaced(text, _DIALECT)


def casing(text: str) -> str:
    """Shout a post of even length, whisper another."""
    return text.lower() if len(text) % 2 else text.upper()


def rewriting(text: str) -> str:
    """Say common words otherwise, leave fillers out, and put the last sentence first."""
    said = _replaced(_LEFT_OUT.sub("", text), _SAID_OTHERWISE)
    parts = re.split(r"(?<=[.!?]) +", said)
    return " ".join([parts[-1], *parts[:-1]])


def _replaced(text: str, words: dict[str, str]) -> str:
    known = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    return re.sub(rf"\b(?:{known})\b", lambda found: words[found.group().lower()], text, flags=re.IGNORECASE)


EDITS: dict[str, Callable[[str], str]] = {
    "negation": negation,
    "typos": typos,
    "entities": entities,
    "dialect": dialect,
    "casing": casing,
    "rewriting": rewriting,
}
"""Each kind of edit by its name."""
