"""What believing a false claim could cost: a weight by subject from the desk's policy file, with the subject as its reason.

The policy (``config/policy.toml``) is data that a desk can read, discuss and replace. It weighs what a claim is about and knows
nothing of who said it. It orders a queue and decides nothing.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from factdesk.errors import SettingsError
from factdesk.records import Finding
from factdesk.settings import config_folder

_FORM = 'Each [[harm]] has subject = "…", name = "…", weight = 1.5 (over 0, up to 10) and words.LANGUAGE = ["…"].'
_MOST = 10.0
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Subject:
    """A subject of the policy: its key, what it is in words, its weight, and what tells it."""

    key: str
    name: str
    weight: float
    tells: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Policy:
    """The subjects, heaviest first."""

    subjects: tuple[Subject, ...]

    def weigh(self, finding: Finding, claim: str) -> tuple[float, str]:
        """Return the weight of a flagged claim and the key of its subject; 1 and nothing where no subject is told.

        The citation is read too: an English fact-check tells the subject of a claim in a language without words here.
        """
        cited = finding.citation
        text = folded(f"{claim} {cited.title} {cited.text}" if cited else claim)
        found = next((subject for subject in self.subjects if subject.tells.search(text)), None)
        return (found.weight, found.key) if found else (1.0, "")


def load_policy(path: Path | None) -> Policy:
    """Return the policy of ``path``, or the one that ships. Raises ``SettingsError`` that names what is wrong in it."""
    return _load(path or config_folder() / "policy.toml")


@lru_cache(maxsize=8)
def _load(path: Path) -> Policy:
    try:
        with path.open("rb") as file:
            told = tomllib.load(file)
        subjects = [_subject(one) for one in told["harm"]]
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"The policy {path} cannot be read: {error}.", remedy="Correct it, or unset policy.") from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise SettingsError(f"The policy {path} is not of its form ({error}).", remedy=_FORM) from error
    return Policy(tuple(sorted(subjects, key=lambda subject: -subject.weight)))


def _subject(told: dict[str, object]) -> Subject:
    key, name, weight, words = told["subject"], told["name"], told["weight"], told["words"]
    if not (isinstance(key, str) and isinstance(name, str) and isinstance(weight, int | float) and isinstance(words, dict)):
        raise TypeError(f"a value of {key!r} is of the wrong kind")
    if not 0 < weight <= _MOST or not re.fullmatch(r"[a-z_]{1,40}", key):
        raise ValueError(f"the weight or the name of {key!r}")
    return Subject(key, name, float(weight), _pattern(word for listed in words.values() for word in listed))


def _pattern(words: Iterable[str]) -> re.Pattern[str]:
    """Return what finds any of the words in a folded text; ``*`` at the end lets a word go on."""
    parts = []
    for word in words:
        plain = re.escape(folded(word))
        parts.append(rf"{plain}\w*" if word.endswith("*") else plain)
    if not parts:
        raise ValueError("a subject without words")
    return re.compile(rf"(?<!\w)(?:{'|'.join(sorted(parts, key=len, reverse=True))})(?!\w)")


def folded(text: str) -> str:
    """Return a text's words in small letters without accents, one blank apart."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("đ", "d"))
    return " ".join(_WORD.findall("".join(char for char in plain if not unicodedata.combining(char))))
