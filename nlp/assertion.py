"""Says how likely a sentence asserts the claim that it holds the words of, rather than jokes, hopes, asks or believes it.

A small multilingual encoder reads the sentence and the claim together, so that word order, mood and what stands around the
claim's words all count. Trained by ``scripts/train_assertion.py`` on invented sentences around invented claims. It can only
take a flag away, never make one, and is loaded when the first flag is about to be raised.
"""

import json
from dataclasses import dataclass
from functools import cache, lru_cache
from math import exp
from typing import TYPE_CHECKING

from factdesk.errors import ModelError
from nlp._onnx import load_session, load_tokenizer, logits
from nlp._words import plain
from nlp.models import model_file

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

MODEL, TOKENIZER, READING = "assertion.int8.onnx", "assertion.tokenizer.json", "assertion.json"
TRAINED = frozenset({"en", "vi", "es", "fr", "de", "pt", "ar"})
BOUNDS = ("post", "press", "post_across", "press_across", "differing")
_MOST_TOKENS = 96
_REMEDY = "Install Factdesk again."


@dataclass(frozen=True, slots=True, eq=False)
class Assertion:
    """The reader, with the probabilities below which a flag is taken away.

    ``post`` and ``press`` are for repeating a claim in a post or a page, ``post_across`` and ``press_across`` where claim and
    passage are in two languages, ``differing`` for differing from evidence.
    """

    session: "InferenceSession"
    tokenizer: "Tokenizer"
    post: float
    press: float
    post_across: float
    press_across: float
    differing: float

    def __call__(self, text: str, passage: str) -> float:
        """Return the probability (0 … 1) that ``text`` asserts ``passage``; the same words assert it."""
        return 1.0 if plain(text).strip(" .") == plain(passage).strip(" .") else _probability(self, text, passage)


@lru_cache(maxsize=4_000)
def _probability(model: Assertion, text: str, passage: str) -> float:
    """Return what the encoder says, kept: documents quote one another."""
    found = float(logits(model.session, model.tokenizer.encode(text, passage))[0])
    return 1 / (1 + exp(-found))


@cache
def load_assertion() -> Assertion:
    """Return the shipped model, read once a process. Raises ``ModelError`` when a file is absent, altered or malformed."""
    try:
        told = json.loads(model_file(READING).read_text(encoding="utf-8"))
        bounds = [float(told[name]) for name in BOUNDS]
    except (ValueError, KeyError, TypeError) as error:
        raise ModelError(f"{READING} is malformed: {error}.", remedy=_REMEDY) from error
    return Assertion(load_session(MODEL), load_tokenizer(TOKENIZER, most=_MOST_TOKENS), *bounds)
