"""Says in which language a text is written.

A small linear model answers nearly always (66,000 texts a second); where it is unsure, langidentify, which is better on short
text but takes seconds to load, is asked as well. A hint (what the source says of itself) decides between close answers.
"""

import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from nlp._neighbours import settled
from nlp.languages import read_languages
from nlp.models import model_file

if TYPE_CHECKING:
    import fasttext
    from langidentify import Detector, Model

UNKNOWN = ("und", 0.0)
_FIRST_MODEL = "lid.176.ftz"
_READ_CHARACTERS = 1200
_SURE = 0.60
_CONFUSED = frozenset({"da", "no", "sv", "id", "tl", "gl", "ca", "sk", "cs"})  # it takes these for their neighbours
_SURE_OF_CONFUSED = 0.90
_LONG = 240  # characters from which the small model is right by itself
_CLEAR = 0.40  # enough for a language that the second model does not know
_HINT_WEIGHT = 0.25
_SECOND_WEIGHT = 0.6
_SECOND = "en,vi,es,fr,ar,de,pt,it,nl,pl,tr,id,ru,sv,da,no,fi,cs,ro,hu,uk,bg,ca,fa,ur"
_NOISE = re.compile(r"https?://\S+|www\.\S+|[@#]\w+|[\d_]+|[\r\n\t]+")
_SAME = {
    "arz": "ar",
    "zh-hans": "zh",
    "zh-hant": "zh",
    "nn": "no",
    "nb": "no",
    "yue": "zh",
    "wuu": "zh",
    "ms": "id",
    "pnb": "pa",
}


def supported() -> tuple[str, ...]:
    """Return the codes of the languages whose claims the line reads; others are counted as not read."""
    return read_languages()


def identify(texts: Sequence[str], *, hints: Sequence[str | None] | None = None) -> list[tuple[str, float]]:
    """Return ``(ISO 639-1 code, probability)`` for each text; ``("und", 0.0)`` for one without letters.

    ``hints`` are the languages that the sources name, one a text or ``None``; they only tip close decisions.
    Only the first 1,200 characters are read, links, hashtags and digits left out. Raises ``ModelError`` for an altered model.
    """
    given = hints if hints is not None else [None] * len(texts)
    return [_identify(text, _short(hint)) for text, hint in zip(texts, given, strict=True)]


def _identify(text: str, hint: str | None) -> tuple[str, float]:
    plain = " ".join(_NOISE.sub(" ", text[: 2 * _READ_CHARACTERS]).split())[:_READ_CHARACTERS]
    plain = plain.encode("utf-8", "ignore").decode("utf-8")
    if sum(map(str.isalpha, plain)) < 2:
        return (hint, 0.5) if hint else UNKNOWN
    scores = _first(plain if not plain.isupper() else plain.lower())
    told = settled(plain, scores) if len(plain) < _LONG else scores
    if told is not scores:
        return _best(_hinted(told, hint))
    best = max(scores, key=lambda code: scores[code])
    sure = _SURE_OF_CONFUSED if best in _CONFUSED else _SURE
    doubtful = scores[best] < sure and best != hint and len(plain) < _LONG
    if doubtful and (scores[best] < _CLEAR or best in _SECOND.split(",")):
        scores = _with_second(plain, scores)
    return _best(_hinted(scores, hint))


def _hinted(scores: dict[str, float], hint: str | None) -> dict[str, float]:
    return {**scores, hint: scores.get(hint, 0.0) + _HINT_WEIGHT} if hint else scores


def _best(scores: dict[str, float]) -> tuple[str, float]:
    """Return the best code with its share of all scores, at most 1."""
    code = min(scores, key=lambda found: (-scores[found], found))
    return code, round(min(1.0, scores[code] / max(1.0, sum(scores.values()))), 4)


def _first(plain: str) -> dict[str, float]:
    """Return the small model's probabilities, dialects joined to their language."""
    scores: dict[str, float] = {}
    for label, probability in zip(*_linear().predict(plain, k=5), strict=True):
        code = label.removeprefix("__label__")
        code = _SAME.get(code, code)
        scores[code] = scores.get(code, 0.0) + min(1.0, probability)
    return scores


def _with_second(plain: str, scores: dict[str, float]) -> dict[str, float]:
    """Return the scores mixed with langidentify's answer, weighed by how clearly it leads."""
    code, lead = _second().read(plain)
    if not code:
        return scores
    weight = _SECOND_WEIGHT * min(1.0, 0.5 + 4 * lead)
    mixed = {found: (1 - weight) * score for found, score in scores.items()}
    mixed[code] = mixed.get(code, 0.0) + weight
    return mixed


@dataclass(frozen=True, slots=True)
class _Second:
    model: "Model"

    def read(self, plain: str) -> tuple[str, float]:
        """Return langidentify's code and lead (0 … 1) over the next; an empty code when it cannot tell."""
        detector = self._detector()
        found = detector.detect(plain)
        code = found.iso_code or ""
        return _SAME.get(code, code), float(detector.results.gap)

    def _detector(self) -> "Detector":
        from langidentify import Detector  # noqa: PLC0415 # costs seconds, needed seldom

        return Detector(self.model)  # one a call: it is not safe for threads


@cache
def _linear() -> "fasttext._FastText":
    import fasttext  # noqa: PLC0415 # a page view must not load it

    return fasttext.load_model(str(model_file(_FIRST_MODEL)))


@cache
def _second() -> _Second:
    from langidentify import Language, Model  # noqa: PLC0415 # costs seconds, needed seldom

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # it leaves its files for the interpreter to close
        return _Second(Model.load(Language.from_comma_separated(_SECOND)))


def _short(hint: str | None) -> str | None:
    """Return ``pt-BR`` as ``pt``; nothing for what is no code."""
    code = (hint or "").replace("_", "-").split("-")[0].strip().casefold()
    return _SAME.get(code, code) if code.isalpha() and 2 <= len(code) <= 3 else None
