"""Set the temperature of the evidence reader on claims of another kind than it was trained on, and renew its digest.

    python scripts/calibrate_stance.py --liar liar_plus.val2.jsonl.gz

Confidence on the corpus it was trained on says too much, and these claims are harder than most: the geometric mean of both
temperatures is taken. LIAR-plus' second half (politicians' claims beside a fact-checker's
reasons, CC0) was not trained on; for every second of 150 claims, the reasons given on another claim
make a neutral pair.
"""

import argparse
import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from stance_grammar import NEUTRAL, Pair
from stance_pairs import liar_pairs

from factdesk.evaluation.calibration import calibration_error
from nlp._pairs import READING, load_pairs
from nlp.models import FOLDER

_MOST = 150  # claims: each is read in several pieces
_LEAST = 1e-9
_SAY = 0.75  # the share of the reader beside the linear head, by which mixing both flattens what it says
_APART = 7  # places between a claim and the reasons it borrows


def main() -> None:
    """Read the pairs, find the temperature of least log loss, write it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--liar", type=Path, required=True)
    pairs = with_neutral(liar_pairs([parser.parse_args().liar])[:_MOST])
    gold = np.array([pair.label for pair in pairs])
    reader, best, found = replace(load_pairs(), temperature=1.0), np.inf, 1.0
    read = np.log(reader([pair.claim for pair in pairs], [pair.evidence for pair in pairs]) + _LEAST)
    for tried in (0.4, 0.6, 0.8, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0):
        powers = np.exp(read / tried)
        told = (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32)
        loss, error = log_loss(told, gold), calibration_error(told.max(axis=1), told.argmax(axis=1) == gold)
        print(f"temperature {tried}: log loss {loss:.4f}, calibration error {error:.3f}", flush=True)
        if loss < best:
            best, found = loss, tried
    held_out = float(json.loads((FOLDER / READING).read_text(encoding="utf-8"))["held_out"])
    write(round(_SAY * (held_out * found) ** 0.5, 1), held_out=held_out)


def with_neutral(pairs: Sequence[Pair]) -> list[Pair]:
    """Return the pairs and, for every second claim, a neutral pair with reasons given on another one."""
    borrowed = [Pair(pair.claim, pairs[at - _APART].evidence, NEUTRAL) for at, pair in enumerate(pairs) if at % 2]
    return [*pairs, *borrowed]


def log_loss(told: NDArray[np.float32], gold: NDArray[np.int64]) -> float:
    """Return the mean log loss of the right labels."""
    return float(-np.log(np.maximum(told[np.arange(len(gold)), gold], 1e-6)).mean())


def write(temperature: float, *, held_out: float) -> None:
    """Write the temperature and renew its digest."""
    raw = (json.dumps({"temperature": temperature, "held_out": held_out}) + "\n").encode()
    (FOLDER / READING).write_bytes(raw)
    manifest = FOLDER / "MANIFEST.json"
    listed = json.loads(manifest.read_text(encoding="utf-8"))
    for entry in listed:
        if entry["file"] == READING:
            entry["sha256"] = hashlib.sha256(raw).hexdigest()
    manifest.write_text(json.dumps(listed, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
