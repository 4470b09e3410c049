"""Tells languages apart that lie close together, where the first model takes one for its neighbour.

Each group has a model of its own that knows these languages alone (langidentify): quick to load and surer than one that knows
many. Serbian and Croatian in Latin letters, and Galician, which it lacks, are told by words that only the one of them has.
"""

import re
import warnings
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from langidentify import Model

GROUPS = (frozenset({"cs", "sk"}), frozenset({"da", "no", "sv"}), frozenset({"ru", "uk", "bg", "sr", "mk"}))
_BALKAN = frozenset({"hr", "sr", "bs", "sh"})
_SURE = 0.97
_LEAST = 0.03  # of the lead over the next
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_CROATIAN = re.compile(
    r"\b(?:tko|netko|kruh\w*|tjed\w*|tisuć\w*|izvješ\w*|svugdje|povjer\w*|siječ\w*|ožuj\w*|\w*(?:ije|cije|vje|dje)\w*)\b",
    re.IGNORECASE,
)
_SERBIAN = re.compile(
    r"\b(?:šta|neko|hleb\w*|nedelj\w*|hiljad\w*|izvešt\w*|svuda|dec[aeiu]|mlek\w*|vreme\w*|uvek|rek[aeiu]|posle|predsedni\w*|de[sl]\w*)\b",
    re.IGNORECASE,
)
_GALICIAN = re.compile(
    r"\b(?:unha|dunha|nunha|unhas|non|máis|dixo|dixeron|dixéronnos|dous|dúas|xa|hai|tamén|despois|coa|coas|xente|xoves|xunta|"
    r"nenos|nenas|pechad[ao]s?|quedou|volveron|rexeit\w+|prezos?|ningún|ata|cando|onde|algunha|el[ei]xi\w+)\b",
    re.IGNORECASE,
)
_NOT_GALICIAN = re.compile(r"[ãõçÃÕÇ]|\b(?:y|el|los|las|del|una|muy|uma|não|mais|é um|são)\b|lh", re.IGNORECASE)
_SOME = 0.04


def settled(plain: str, scores: dict[str, float]) -> dict[str, float]:
    """Return ``scores`` with the neighbours of the best answer told apart: their sum goes to the one that the text is in."""
    best = max(scores, key=lambda code: scores[code])
    if best in _BALKAN and not _CYRILLIC.search(plain):
        return _given(scores, _BALKAN, _balkan(plain, scores))
    if best in {"pt", "es", "gl"} and scores[best] < _SURE and _is_galician(plain, scores):
        return _given(scores, frozenset({"pt", "es", "gl"}), "gl")
    group = next((group for group in GROUPS if best in group), None)
    if group is None or scores[best] >= _SURE:
        return scores
    code = _asked(plain, group)
    return _given(scores, group, code) if code else scores


def _given(scores: dict[str, float], group: frozenset[str], code: str) -> dict[str, float]:
    kept = {found: score for found, score in scores.items() if found not in group}
    return {**kept, code: sum(score for found, score in scores.items() if found in group)}


def _balkan(plain: str, scores: dict[str, float]) -> str:
    croatian, serbian = len(_CROATIAN.findall(plain)), len(_SERBIAN.findall(plain))
    if croatian == serbian:
        return "sr" if scores.get("sr", 0.0) > scores.get("hr", 0.0) + scores.get("sh", 0.0) else "hr"
    return "hr" if croatian > serbian else "sr"


def _is_galician(plain: str, scores: dict[str, float]) -> bool:
    own = len(_GALICIAN.findall(plain))
    return (own > 1 or (own == 1 and scores.get("gl", 0.0) >= _SOME)) and not _NOT_GALICIAN.search(plain)


def _asked(plain: str, group: frozenset[str]) -> str:
    """Return the code that the group's model gives, empty where it cannot tell."""
    from langidentify import Detector  # noqa: PLC0415 # needed seldom

    detector = Detector(_model(group))  # one a call: it is not safe for threads
    found = detector.detect(plain)
    lead = float(detector.results.gap)
    code = found.iso_code or ""
    return {"nb": "no", "nn": "no"}.get(code, code) if lead >= _LEAST else ""


@cache
def _model(group: frozenset[str]) -> "Model":
    from langidentify import Language, Model  # noqa: PLC0415 # the same

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # it leaves its files for the interpreter to close
        return Model.load(Language.from_comma_separated(",".join(sorted(group))))
