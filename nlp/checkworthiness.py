"""Scores how check-worthy sentences are: a probability from the words, the surface and, in the end, the sentence's meaning.

Logistic models trained by ``scripts/train_claims.py`` with scikit-learn and shipped as plain coefficients (no pickle):
``words`` and ``surface`` are cheap and choose what is worth encoding; ``meaning`` reads the sentence vector and works in
every language of the encoder. Posts have weights of their own: what is worth checking in a debate is not what is in a post.
"""

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from nlp.checkability import Wording, read_wording, surface
from nlp.languages import language
from nlp.models import model_file

MODEL = "claims.npz"
BUCKETS = 1 << 16
_NUMBER = "0"
_ARRAYS = (
    "surface_mean", "surface_scale", "surface_weights", "word_weights", "meaning_weights", "biases",
    "post_meaning", "post_surface",
)  # fmt: skip
_LINK = re.compile(r"https?://\S+|www\.\S+")
_POST_MARK = re.compile(r"https?://\S+|(?:^|\s)[#@]\w")
_POSTS_SHARE = 0.3


@dataclass(frozen=True, slots=True, eq=False)
class Checkworthiness:
    """The shipped coefficients. ``mix`` weighs meaning against words for English (0 … 1); thresholds are probabilities.

    ``threshold`` and ``post_threshold`` are for a balance of precision and recall; ``line_threshold`` is the lower one of the
    line, where a missed claim costs more than one that matches nothing.
    """

    surface_mean: NDArray[np.float32]
    surface_scale: NDArray[np.float32]
    surface_weights: NDArray[np.float32]
    word_weights: NDArray[np.float32]
    meaning_weights: NDArray[np.float32]
    biases: NDArray[np.float32]
    post_meaning: NDArray[np.float32]
    post_surface: NDArray[np.float32]
    mix: float
    threshold: float
    line_threshold: float
    post_bias: float
    post_threshold: float

    def features(self, wordings: Sequence[Wording], code: str) -> NDArray[np.float32]:
        """Return ``float32[n, 19]``: the standardised surface and, last, the weight of the words (English; else 0)."""
        rows = np.array([surface(wording, language(code)) for wording in wordings], np.float32)
        plain = (rows.reshape(len(wordings), len(self.surface_mean)) - self.surface_mean) / self.surface_scale
        words = self._words(wordings) if code == "en" else np.zeros(len(wordings), np.float32)
        return np.column_stack([plain, words]).astype(np.float32)

    def quick(self, features: NDArray[np.float32], code: str) -> NDArray[np.float32]:
        """Return logits ``float32[n]`` from words (English) or surface (other languages) alone, without the encoder."""
        which = 1 if code == "en" else 0
        logits: NDArray[np.float32] = features[:, :-1] @ self.surface_weights[which] + features[:, -1] + self.biases[which]
        return logits

    def score(self, features: NDArray[np.float32], code: str, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return probabilities ``float32[n]``; ``vectors[n, dim]`` are the bundled encoder's."""
        logits = vectors @ self.meaning_weights + features[:, :-1] @ self.surface_weights[2] + self.biases[2]
        if code == "en":
            logits = self.mix * logits + (1 - self.mix) * self.quick(features, code)
        return probability(logits)

    def score_posts(self, features: NDArray[np.float32], vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return probabilities ``float32[n]`` of posts in any language; ``vectors[n, dim]`` are the bundled encoder's."""
        logits = vectors @ self.post_meaning + features[:, :-1] @ self.post_surface + self.post_bias
        return probability(logits.astype(np.float32))

    def _words(self, wordings: Sequence[Wording]) -> NDArray[np.float32]:
        sums = [self.word_weights[at].sum() / max(1, len(at)) ** 0.5 for at in map(word_buckets, wordings)]
        return np.array(sums, np.float32)


def probability(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the logistic function of ``logits``."""
    return (1 / (1 + np.exp(-logits))).astype(np.float32)


def word_buckets(wording: Wording) -> NDArray[np.int64]:
    """Return the distinct hashed buckets (CRC-32, 2^16) of a sentence's words and word pairs; figures read alike."""
    tokens = [_NUMBER if token[0].isdigit() else token for token in wording.tokens]
    grams = {*tokens, *map(" ".join, zip(["^", *tokens], [*tokens, "$"], strict=True))}
    return np.array(sorted({zlib.crc32(gram.encode("utf-8", "replace")) % BUCKETS for gram in grams}), np.int64)


def read_wordings(texts: Sequence[str], code: str) -> list[Wording]:
    """Cut texts of one language into words."""
    spoken = language(code)
    return [read_wording(text, spoken) for text in texts]


def are_posts(texts: Sequence[str]) -> bool:
    """Say whether texts are social posts: enough of them hold a link, a hashtag or a mention."""
    return sum(_POST_MARK.search(text) is not None for text in texts) > _POSTS_SHARE * len(texts)


def without_links(text: str) -> str:
    """Return a post without its links, as the model was taught."""
    return " ".join(_LINK.sub(" ", text).split())


@cache
def load_checkworthiness() -> Checkworthiness:
    """Return the shipped model, read once a process. Raises ``ModelError`` when its file is absent or altered."""
    with np.load(model_file(MODEL), allow_pickle=False) as stored:
        arrays = {name: stored[name].astype(np.float32) for name in _ARRAYS}
        return Checkworthiness(
            **arrays,
            mix=float(stored["mix"]),
            threshold=float(stored["threshold"]),
            line_threshold=float(stored["line_threshold"]),
            post_bias=float(stored["post_bias"]),
            post_threshold=float(stored["post_threshold"]),
        )
