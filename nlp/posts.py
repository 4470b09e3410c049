"""Scores how worth checking a post is in languages where meaning and surface alone say too little.

A small multilingual encoder reads the post, and its two answers (as a sentence of a debate, as a post) are weighed with a
linear head on the sentence vector and the surface. English and languages that it was not taught keep the weights of
``nlp.checkworthiness``. Trained by ``scripts/train_posts.py`` and ``scripts/mix_posts.py``; loaded at the first such post. The
line, which keeps nearly every sentence of a post, does without it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nlp._onnx import load_session, load_tokenizer, logits
from nlp.assertion import TOKENIZER
from nlp.checkworthiness import Checkworthiness, load_checkworthiness, probability, without_links
from nlp.models import model_file

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

MODEL, WEIGHTS = "posts.int8.onnx", "posts.npz"
READ = frozenset({"bg", "es", "tr"})  # it read Dutch worse than the head alone and Arabic no better (model card)
_MOST_TOKENS = 96


@dataclass(frozen=True, slots=True, eq=False)
class PostReader:
    """The encoder and what weighs it: ``mix`` holds the weights of its two answers and of the head, and a bias.

    ``threshold`` is the stated probability from which a post counts as worth checking.
    """

    session: "InferenceSession"
    tokenizer: "Tokenizer"
    meaning: NDArray[np.float32]
    surface: NDArray[np.float32]
    bias: float
    mix: NDArray[np.float32]
    threshold: float

    def __call__(
        self, texts: Sequence[str], features: NDArray[np.float32], vectors: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Return probabilities ``float32[n]``; ``features`` and ``vectors`` as ``Checkworthiness.score_posts`` takes them."""
        head = vectors @ self.meaning + features[:, :-1] @ self.surface + self.bias
        answers = [logits(self.session, self.tokenizer.encode(without_links(text))) for text in texts]
        table = np.column_stack([np.array(answers, np.float32).reshape(len(texts), 2), head])
        return probability(table @ self.mix[:-1] + self.mix[-1])


@cache
def load_posts() -> PostReader:
    """Return the shipped reader, read once a process. Raises ``ModelError`` when a file is absent or altered."""
    with np.load(model_file(WEIGHTS), allow_pickle=False) as stored:
        meaning, surface, mix = (stored[name].astype(np.float32) for name in ("meaning", "surface", "mix"))
        bias, threshold = float(stored["bias"]), float(stored["threshold"])
    return PostReader(
        load_session(MODEL), load_tokenizer(TOKENIZER, most=_MOST_TOKENS), meaning, surface, bias, mix, threshold
    )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Posts:
    """Posts of one language that are scored together: cheap features ``float32[n, 19]`` and vectors ``float32[n, dim]``."""

    texts: Sequence[str]
    code: str
    features: NDArray[np.float32]
    vectors: NDArray[np.float32]


def score_posts(posts: Posts, model: Checkworthiness) -> NDArray[np.float32]:
    """Return probabilities ``float32[n]`` by whatever reads the posts' language best."""
    if posts.code in READ and len(posts.texts):
        return load_posts()(posts.texts, posts.features, posts.vectors)
    return model.score_posts(posts.features, posts.vectors)


def post_threshold(code: str) -> float:
    """Return the stated probability from which a post of a language counts as worth checking."""
    return load_posts().threshold if code in READ else load_checkworthiness().post_threshold
