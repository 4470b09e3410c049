"""Says how likely a sentence asserts the claim that it holds the words of, rather than jokes, hopes, asks or believes it.

A logistic model over what the sentence adds to the claim: the words around the claim's own (hashed, no word list), and where
the sentence's vector lies from the claim's. Trained by ``scripts/train_assertion.py`` on invented frames around invented
statements in five languages. It can only take a flag away, never make one.
"""

import re
import zlib
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from nlp.models import model_file

MODEL = "assertion.npz"
BUCKETS = 1 << 13
TRAINED = frozenset({"en", "vi", "es", "fr", "de"})
SURFACE = 8
_TOKEN = re.compile(r"[^\W_]+['’]?|[?!:…\"«»“”„]")
_STEM = 5
_HELD = frozenset("=")
_QUOTE = re.compile(r"[\"«»“”„]")


@dataclass(frozen=True, slots=True, eq=False)
class Assertion:
    """The shipped coefficients; ``least`` is the probability below which a flag is taken away."""

    words: NDArray[np.float32]
    surface: NDArray[np.float32]
    meaning: NDArray[np.float32]
    apart: NDArray[np.float32]
    bias: float
    least: float

    def __call__(self, text: str, passage: str, *, vectors: NDArray[np.float32]) -> float:
        """Return the probability (0 … 1) that ``text`` asserts ``passage``; ``vectors[2, dim]`` are theirs, in this order."""
        at = word_buckets(text, passage)
        logit = self.bias + self.words[at].sum() / max(1, len(at)) ** 0.5 + self.surface @ surface(text, passage)
        logit += self.meaning @ vectors[0] + self.apart @ (vectors[0] - vectors[1])
        return float(1 / (1 + np.exp(-logit)))


def word_buckets(text: str, passage: str) -> NDArray[np.int64]:
    """Return the hashed buckets of the words and word pairs of ``text`` that hold a word which ``passage`` lacks."""
    known = {token[:_STEM] for token in _tokens(passage)}
    tokens = ["=" if token[:_STEM] in known else "0" if token[0].isdigit() else token for token in _tokens(text)]
    pairs = (f"{left} {right}" for left, right in zip(["^", *tokens], [*tokens, "$"], strict=True) if left + right != "==")
    grams = {*(token for token in tokens if token not in _HELD), *pairs}
    return np.array(sorted({zlib.crc32(gram.encode()) % BUCKETS for gram in grams}), np.int64)


def surface(text: str, passage: str) -> NDArray[np.float32]:
    """Return 8 numbers about how much, and where, ``text`` adds to ``passage``."""
    known = {token[:_STEM] for token in _tokens(passage)}
    mine = [token for token in _tokens(text) if token[0].isalnum()]
    new = [place for place, token in enumerate(mine) if token[:_STEM] not in known]
    before = sum(place < len(mine) / 3 for place in new)
    after = sum(place > 2 * len(mine) / 3 for place in new)
    held = len({token[:_STEM] for token in mine} & known) / max(1, len(known))
    return np.array(
        [
            len(new) / max(1, len(mine)), min(len(new), 20) / 10, before / 5, after / 5, held,
            float("?" in text), float("!" in text), float(_QUOTE.search(text) is not None),
        ],
        np.float32,
    )  # fmt: skip


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(text.casefold().replace("’", "'"))


@cache
def load_assertion() -> Assertion:
    """Return the shipped model, read once a process. Raises ``ModelError`` when its file is absent or altered."""
    with np.load(model_file(MODEL), allow_pickle=False) as stored:
        arrays = {name: stored[name].astype(np.float32) for name in ("words", "surface", "meaning", "apart")}
        bias, least = float(stored["bias"]), float(stored["least"])
    return Assertion(**arrays, bias=bias, least=least)
