"""Reads a claim beside English evidence with a small cross-encoder: both texts together, so that word order and negation count.

Evidence of a few sentences is read as a whole, longer evidence in pieces of which the one that says most decides; where none
says enough, the answer is *neutral*. Trained by ``scripts/train_stance.py``; it never raises a flag.
"""

import json
import os
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from factdesk.errors import ModelError
from nlp._onnx import load_session, load_tokenizer, logits
from nlp.models import model_file

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

MODEL, TOKENIZER, READING = "stance.int4.onnx", "stance.tokenizer.json", "stance.json"
_MOST_TOKENS = 192
_MOST_PIECES = 6
_PIECE = 600  # characters of evidence read at once, as long as what was learned from
_NEUTRAL = 2
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9\"(])")


@dataclass(frozen=True, slots=True, eq=False)
class PairReader:
    """The cross-encoder; ``temperature`` tempers its confidence to what held-out claims of another kind bear out."""

    session: "InferenceSession"
    tokenizer: "Tokenizer"
    temperature: float
    pool: ThreadPoolExecutor

    def __call__(self, claims: Sequence[str], evidence: Sequence[str]) -> NDArray[np.float32]:
        """Return ``float32[n, 3]``: probabilities of supports, refutes and neutral; empty evidence is neutral."""
        cut = [_pieces(text) for text in evidence]
        jobs = [(claim, piece) for claim, pieces in zip(claims, cut, strict=True) for piece in pieces]
        logits = np.array(list(self.pool.map(self._logits, jobs)), np.float32).reshape(len(jobs), 3)
        read = _softmax(logits / self.temperature)
        ends = np.cumsum([0, *map(len, cut)])
        parts = [read[start:end] for start, end in pairwise(ends)]
        return np.array([_surest(part) for part in parts], np.float32).reshape(len(claims), 3)

    def _logits(self, pair: tuple[str, str]) -> NDArray[np.float32]:
        """Read one pair alone: the quantised model would give it other numbers beside others."""
        return logits(self.session, self.tokenizer.encode(*pair))


@cache
def load_pairs() -> PairReader:
    """Return the shipped reader. Raises ``ModelError`` when a file is absent, altered or malformed."""
    pool = ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="pairs")
    return PairReader(load_session(MODEL), load_tokenizer(TOKENIZER, most=_MOST_TOKENS), _temperature(), pool)


def _temperature() -> float:
    try:
        return float(json.loads(model_file(READING).read_text(encoding="utf-8"))["temperature"])
    except (ValueError, KeyError, TypeError) as error:
        raise ModelError(f"{READING} is malformed: {error}.", remedy="Install Factdesk again.") from error


def _pieces(text: str) -> list[str]:
    """Return the first pieces that may be read, of whole sentences where these are not too long; none for an empty text."""
    clean = " ".join(text.encode("utf-8", "replace").decode("utf-8").split())
    pieces: list[str] = []
    for sentence in filter(None, _SENTENCE_END.split(clean)):
        if pieces and len(pieces[-1]) + len(sentence) < _PIECE:
            pieces[-1] += f" {sentence}"
        else:
            pieces.append(sentence)
    return pieces[:_MOST_PIECES]


def _surest(read: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the row that says most for or against; certain neutrality without any row."""
    if not len(read):
        return np.array([0, 0, 1], np.float32)
    chosen: NDArray[np.float32] = read[int(read[:, :_NEUTRAL].max(axis=1).argmax())]
    return chosen


def _softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True)) if len(logits) else logits
    result: NDArray[np.float32] = (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32)
    return result
