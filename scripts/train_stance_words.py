"""Trains the head that tells supports, refutes and neutral apart: FEVER pairs (CC BY-SA); near misses make the neutral ones.

Usage: python scripts/train_stance_words.py --fever FEVER.tsv --out nlp/models/stance.npz
"""

import argparse
import csv
import hashlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score

from nlp._support import LABELS, features
from nlp.base import Encoder
from nlp.encoders import load_encoder

SEED = 7


def main() -> None:
    """Read the pairs, train, print the macro-F1 on a tenth kept apart, write the arrays."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fever", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--limit", type=int, default=4000)
    asked = parser.parse_args()
    encoder = load_encoder("bundled")
    claims, evidence, labels = pairs(asked.fever, limit=asked.limit)
    near = misses(claims, evidence, encoder=encoder)
    claims, evidence, labels = claims + claims[: len(near)], evidence + near, labels + [2] * len(near)
    table = features(claims, evidence, encoder=encoder)
    target = np.array(labels)
    train(table, target, out=asked.out)


def pairs(path: Path, *, limit: int) -> tuple[list[str], list[str], list[int]]:
    """Return claims, evidence and labels (0 supports, 1 refutes), each claim's text trimmed of the corpus' brackets."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    order = np.random.default_rng(SEED).permutation(len(rows))[:limit]
    chosen = [rows[place] for place in order]
    tidy = [
        row["evidence"].replace("-LSB-", "[").replace("-RSB-", "]").replace("-LRB-", "(").replace("-RRB-", ")")
        for row in chosen
    ]
    return [row["claim"] for row in chosen], tidy, [0 if row["label"] == "entailment" else 1 for row in chosen]


def misses(claims: list[str], evidence: list[str], *, encoder: Encoder) -> list[str]:
    """Return, for the first half of the claims, the nearest evidence that belongs to another subject: what says too little."""
    count = len(claims) // 2
    left, right = encoder(claims[:count]), encoder(evidence)
    scores = left @ right.T
    own = right[:count] @ right.T
    scores[own > 0.8] = -1
    return [evidence[place] for place in scores.argmax(axis=1)]


def train(table: NDArray[np.float32], target: NDArray[np.int64], *, out: Path) -> None:
    """Fit the regression on nine tenths, print its macro-F1 on the last, and write it with its digest."""
    order = np.random.default_rng(SEED).permutation(len(table))
    cut = len(table) // 10
    test, rest = order[:cut], order[cut:]
    mean, scale = table[rest].mean(axis=0), table[rest].std(axis=0) + 1e-3
    model = LogisticRegression(C=0.3, max_iter=500)
    model.fit((table[rest] - mean) / scale, target[rest])
    told = model.predict((table[test] - mean) / scale)
    print("held out, macro-F1 over", LABELS, round(f1_score(target[test], told, average="macro"), 4))
    weights, bias = model.coef_.T.astype(np.float32), model.intercept_.astype(np.float32)
    np.savez_compressed(out, mean=mean, scale=scale, weights=weights, bias=bias)
    print(out, hashlib.sha256(out.read_bytes()).hexdigest())


if __name__ == "__main__":
    main()
