"""Reads the invented evidence-claim pairs on health science, and makes from them further pairs that say too little.

``stance_health.jsonl`` was written by hand; nothing in it is taken from a data set. Several claims stand beside one piece of
evidence, so a part kept apart is chosen by evidence: no passage is both learned from and asked about.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from random import Random

from stance_grammar import NEUTRAL, REFUTES, SUPPORTS, Pair
from stance_pairs import words

PAIRS = Path(__file__).parent / "stance_health.jsonl"
_LABELS = {"supports": SUPPORTS, "refutes": REFUTES, "neutral": NEUTRAL}
_HELD = 0.15  # of the pieces of evidence
_NEAREST = 5
_ALIKE = 0.5  # passages that share so many words may tell the same study


def health_pairs(path: Path = PAIRS, *, seed: int) -> tuple[list[Pair], list[Pair]]:
    """Return the pairs that may be learned from and those kept apart."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    pairs = [Pair(row["claim"].strip(), " ".join(row["evidence"].split()), _LABELS[row["label"]]) for row in rows]
    passages = sorted({pair.evidence for pair in pairs})
    Random(seed).shuffle(passages)  # noqa: S311 # reproducible, not secret
    held = set(passages[: int(_HELD * len(passages))])
    return [pair for pair in pairs if pair.evidence not in held], [pair for pair in pairs if pair.evidence in held]


def near_misses(pairs: Sequence[Pair], *, count: int, seed: int) -> list[Pair]:
    """Return ``count`` claims beside evidence given for other claims that shares the most words with them."""
    rng = Random(seed)  # noqa: S311 # the same
    passages = {pair.evidence: words(pair.evidence) for pair in pairs}
    made = []
    for pair in rng.choices(pairs, k=count):
        mine = words(pair.claim)
        own = passages[pair.evidence]
        others = (
            (text, found) for text, found in passages.items() if text != pair.evidence and len(own & found) < _ALIKE * len(own)
        )
        ranked = sorted(((len(mine & found), text) for text, found in others), reverse=True)
        if ranked:
            made.append(Pair(pair.claim, rng.choice(ranked[:_NEAREST])[1], NEUTRAL))
    return made
