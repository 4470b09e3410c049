"""Train the reader that tells supports, refutes and neutral apart, and write it to ``nlp/models`` with its digests.

    python scripts/train_stance.py --fever fever.pairs.tsv --liar liar_plus.test2.jsonl.gz --base MPNET_FOLDER --work FOLDER

It needs torch, tokenizers, safetensors, onnx and onnxruntime in an environment of its own; the product needs none but
onnxruntime. ``--base`` is all-mpnet-base-v2 (Apache-2.0): its safetensors and tokenizer. Trained on FEVER pairs (CC BY-SA 3.0),
LIAR-plus (CC0), invented pairs on health science and pairs made by rule; the mean of several runs is kept. Pairs that nothing
was trained on set the temperature. A run takes a minute on a data-centre GPU and hours on two cores.
"""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
import torch
from mpnet import StanceEncoder, read_pairs, read_tokenizer
from stance_grammar import Pair, invented_pairs
from stance_health import health_pairs, near_misses
from stance_pairs import altered, fever_pairs, liar_pairs, too_little
from tokenizers import Tokenizer

SEED, SEEDS = 7, (1, 2, 3, 4)
HELD = 800  # FEVER pairs that nothing is trained on


@dataclass(frozen=True, slots=True)
class Recipe:
    """How much of what is learned from, and how."""

    fever: int = 6600
    too_little: int = 3800
    altered: int = 2000
    invented: int = 4000
    health_times: int = 5  # the invented pairs on health are shown so often
    misses: int = 1500
    layers: int = 8
    frozen: int = 0
    rate: float = 3e-5
    decay: float = 0.9  # of the rate, a layer further down
    head_rate: float = 3e-4
    batch: int = 32
    warm: int = 100
    smoothing: float = 0.1


@dataclass(frozen=True, slots=True)
class Material:
    """The pairs to learn from by kind, and those kept apart."""

    fever: list[Pair]
    fever_held: list[Pair]
    liar: list[Pair]
    health: list[Pair]
    health_held: list[Pair]


def material(fever: Path, liar: Path) -> Material:
    """Return what is learned from and what is kept apart."""
    pairs = fever_pairs(fever)
    Random(SEED).shuffle(pairs)  # noqa: S311 # reproducible, not secret
    learned, held = health_pairs(seed=SEED)
    return Material(pairs[HELD:], pairs[:HELD], liar_pairs([liar]), learned, held)


def training(told: Material, recipe: Recipe, *, seed: int) -> list[Pair]:
    """Return the training pairs in the order they are learned."""
    data = [
        *Random(seed).sample(told.fever, recipe.fever),  # noqa: S311 # the same
        *too_little(told.fever, count=recipe.too_little, seed=seed),
        *altered(told.fever, count=recipe.altered, seed=seed),
        *told.liar,
        *invented_pairs(recipe.invented, seed=seed),
        *told.health * recipe.health_times,
        *near_misses(told.health, count=recipe.misses, seed=seed),
    ]
    Random(seed).shuffle(data)  # noqa: S311 # the same
    return data


def batches(data: Sequence[Pair], size: int) -> list[list[Pair]]:
    """Return batches of pairs of about one length."""
    found: list[list[Pair]] = []
    for start in range(0, len(data), size * 16):
        part = sorted(data[start : start + size * 16], key=lambda pair: len(pair.claim) + min(len(pair.evidence), 900))
        near = [part[at : at + size] for at in range(0, len(part), size)]
        Random(start).shuffle(near)  # noqa: S311 # the same
        found += near
    return found


def groups(model: StanceEncoder, recipe: Recipe) -> list[dict[str, object]]:
    """Return the weights that are learned, each layer at a rate of its own; the embeddings stay."""
    for part in (model.word, model.norm, *list(model.layers)[: recipe.frozen]):
        part.requires_grad_(requires_grad=False)
    kept = list(model.layers)[recipe.frozen :]
    own = [
        {"params": list(layer.parameters()), "lr": recipe.rate * recipe.decay ** (len(kept) - 1 - at)}
        for at, layer in enumerate(kept)
    ]
    head = {"params": model.head.parameters(), "lr": recipe.head_rate}
    return [*own, {"params": model.near.parameters(), "lr": recipe.rate}, head]


def learn(model: StanceEncoder, tokenizer: Tokenizer, data: Sequence[Pair], *, recipe: Recipe, device: str) -> None:
    """Go once over the data; the learning rate rises for some steps and then falls to nothing."""
    optimizer, steps = torch.optim.AdamW(groups(model, recipe), weight_decay=0.01), batches(data, recipe.batch)
    pace = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda at: min(1, (at + 1) / recipe.warm) * max(0.02, 1 - at / len(steps))
    )
    model.to(device).train()
    for at, batch in enumerate(steps, 1):
        with torch.autocast(device, dtype=torch.bfloat16):
            logits = model(*read(tokenizer, batch, device=device)).float()
        gold = torch.tensor([pair.label for pair in batch], device=device)
        loss = torch.nn.functional.cross_entropy(logits, gold, label_smoothing=recipe.smoothing)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        pace.step()
        optimizer.zero_grad()
        if at % 200 == 0 or at == len(steps):
            print(f"{at}/{len(steps)} loss {loss.item():.3f}", flush=True)
    model.eval()


def read(tokenizer: Tokenizer, batch: Sequence[Pair], *, device: str) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the tokens and the mask of a batch."""
    ids, mask = read_pairs(tokenizer, [(pair.claim, pair.evidence) for pair in batch])
    return ids.to(device), mask.to(device)


def told_by(model: StanceEncoder, tokenizer: Tokenizer, pairs: Sequence[Pair], *, device: str, size: int = 128) -> torch.Tensor:
    """Return the logits ``float32[n, 3]`` of pairs."""
    with torch.no_grad(), torch.autocast(device, dtype=torch.bfloat16):
        parts = [model(*read(tokenizer, pairs[at : at + size], device=device)).float() for at in range(0, len(pairs), size)]
    return torch.cat(parts).cpu()


def mean_of(states: Sequence[Mapping[str, torch.Tensor]]) -> dict[str, torch.Tensor]:
    """Return the mean of several runs' weights, which reads unseen topics better than any of them."""
    return {
        name: torch.stack([state[name].float() for state in states]).mean(0) if value.is_floating_point() else value
        for name, value in states[0].items()
    }


def macro_f1(logits: torch.Tensor, gold: Sequence[int]) -> float:
    """Return the mean F1 of the labels that ``gold`` holds."""
    present = sorted(set(gold))
    said = np.array(present)[logits[:, present].argmax(1).numpy()]
    right, scores = np.array(gold), []
    for label in present:
        both = ((said == label) & (right == label)).sum()
        scores.append(2 * both / max(1, (said == label).sum() + (right == label).sum()))
    return float(np.mean(scores))


def held_out(told: Material) -> list[Pair]:
    """Return pairs that nothing was learned from: FEVER, near misses of it, and the health pairs kept apart."""
    return [*told.fever_held, *too_little(told.fever_held, count=len(told.fever_held) // 2, seed=SEED), *told.health_held]


def main() -> None:
    """Read the arguments, train once a seed, keep the mean."""
    from safetensors.torch import load_file  # noqa: PLC0415 # only here

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("fever", "liar", "base", "work"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    asked = parser.parse_args()
    told, recipe, tokenizer = material(asked.fever, asked.liar), Recipe(), read_tokenizer(asked.base / "tokenizer.json")
    runs = []
    for seed in SEEDS:
        torch.manual_seed(seed)
        model = StanceEncoder(load_file(asked.base / "model.safetensors"), layers=recipe.layers)
        learn(model, tokenizer, training(told, recipe, seed=seed), recipe=recipe, device=asked.device)
        runs.append(model.cpu().state_dict())
        report(model.to(asked.device), tokenizer, told, device=asked.device)
    model.load_state_dict(mean_of(runs))
    report(model, tokenizer, told, device=asked.device)
    torch.save(model.cpu().state_dict(), asked.work / "stance.pt")


def report(model: StanceEncoder, tokenizer: Tokenizer, told: Material, *, device: str) -> None:
    """Print the macro-F1 on what was kept apart."""
    for name, pairs in (("health", told.health_held), ("FEVER", told.fever_held)):
        found = macro_f1(told_by(model, tokenizer, pairs, device=device), [pair.label for pair in pairs])
        print(f"kept apart, {name}: macro-F1 {found:.3f} of {len(pairs)}", flush=True)


if __name__ == "__main__":
    main()
