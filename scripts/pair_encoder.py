"""A small multilingual encoder that reads two texts together, in torch for training and as int8 ONNX for the product.

The weights are those of multilingual-e5-small (``e5_weights.py``). Pieces of scripts that no claim is checked in are left out,
so that the shipped file stays small; a word that loses its piece is read by smaller ones.
Input is ``<s> first </s></s> second </s>``, as the encoder was first trained; the answer is read off the first token.
"""

import json
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import torch
from e5_weights import Weights
from onnxruntime.quantization import QuantType, quantize_dynamic
from tokenizers import Tokenizer
from torch import nn
from torch.nn import functional

KEPT_RANK = 80_000
SCRIPTS = frozenset({"LATIN", "ARABIC", "CYRILLIC"})
SPECIALS = 4  # <s>, <pad>, </s>, <unk>
_DROPOUT = 0.1


class Layer(nn.Module):
    """One layer of the encoder: attention, then the two inner products, each added to what came in and normed."""

    def __init__(self, hidden: int, heads: int, inner: int) -> None:
        super().__init__()
        self.heads = heads
        self.q, self.k, self.v, self.ao = (nn.Linear(hidden, hidden) for _ in range(4))
        self.fi, self.fo = nn.Linear(hidden, inner), nn.Linear(inner, hidden)
        self.aln, self.oln = nn.LayerNorm(hidden, 1e-12), nn.LayerNorm(hidden, 1e-12)

    def forward(self, states: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Return the next states ``float[n, tokens, hidden]``; ``mask`` is added to the scores."""
        rows, tokens, hidden = states.shape
        split = (rows, tokens, self.heads, hidden // self.heads)
        q, k, v = (part(states).view(split).transpose(1, 2) for part in (self.q, self.k, self.v))
        scores = (q @ k.transpose(2, 3)) / split[3] ** 0.5 + mask
        mixed = (scores.softmax(-1) @ v).transpose(1, 2).reshape(rows, tokens, hidden)
        drop = functional.dropout(self.ao(mixed), _DROPOUT, self.training)
        states = self.aln(states + drop)
        drop = functional.dropout(self.fo(functional.gelu(self.fi(states))), _DROPOUT, self.training)
        return self.oln(states + drop)


class PairEncoder(nn.Module):
    """The encoder with ``answers`` logits on its first token; ``layers`` of the twelve are used."""

    def __init__(self, weights: Weights, rows: Sequence[int], *, answers: int, layers: int = 12) -> None:
        super().__init__()
        hidden, _, heads, inner = weights.shape
        word = torch.from_numpy(weights.tensors["emb.word"][list(rows)])
        self.word = nn.Embedding.from_pretrained(word, freeze=True)
        self.place = nn.Embedding.from_pretrained(torch.from_numpy(weights.tensors["emb.pos"]), freeze=True)
        self.kind = nn.Parameter(torch.from_numpy(weights.tensors["emb.type"][:hidden]), requires_grad=False)
        self.norm = _norm(weights, "emb.ln", hidden)
        self.layers = nn.ModuleList(_layer(weights, at, (hidden, heads, inner)) for at in range(layers))
        self.head = nn.Linear(hidden, answers)

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """Return logits ``float32[n, answers]``."""
        return self.head(functional.dropout(self.states(input_ids, attention_mask)[:, 0], _DROPOUT, self.training)).float()

    def states(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """Return the last states ``float[n, tokens, hidden]``."""
        places = torch.arange(input_ids.shape[1], device=input_ids.device)
        states = self.norm(self.word(input_ids) + self.place(places)[None] + self.kind)
        mask = (1.0 - attention_mask[:, None, None, :].float()) * -1e4
        for layer in self.layers:
            states = layer(states, mask)
        return states


def kept_rows(weights: Weights) -> list[int]:
    """Return the rows of the pieces that are kept: the specials, frequent pieces of the kept scripts, and their letters."""
    rows = list(range(SPECIALS))
    for at, (piece, _) in enumerate(weights.pieces[:-1]):
        bare = piece.replace("\u2581", "")
        if at >= SPECIALS and (at < KEPT_RANK or len(bare) == 1) and _scripts(bare) <= SCRIPTS:
            rows.append(at)
    return rows


def cut_tokenizer(whole: Path, rows: Sequence[int], out: Path) -> None:
    """Write the tokenizer with only the pieces of ``rows``, numbered anew in their order."""
    told = json.loads(whole.read_text(encoding="utf-8"))
    told["model"]["vocab"] = [told["model"]["vocab"][row] for row in rows]
    told["added_tokens"] = [item for item in told["added_tokens"] if item["id"] < SPECIALS]
    told["truncation"] = told["padding"] = None
    out.write_text(json.dumps(told, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")


def load_tokenizer(path: Path, *, most: int) -> Tokenizer:
    """Return the cut tokenizer, padding to the longest and cutting the longer text first."""
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.enable_truncation(most, strategy="longest_first")
    tokenizer.enable_padding(pad_id=1, pad_token="<pad>")  # noqa: S106 # a token of text
    return tokenizer


def read_pairs(tokenizer: Tokenizer, pairs: Sequence[tuple[str, str]]) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the tokens and the mask of pairs, padded together."""
    read = tokenizer.encode_batch(list(pairs))
    return torch.tensor([one.ids for one in read]), torch.tensor([one.attention_mask for one in read])


def export(model: PairEncoder, path: Path, *, work: Path) -> None:
    """Write the model as int8 ONNX."""
    sample = torch.ones((2, 16), dtype=torch.int64)
    names = ["input_ids", "attention_mask"]
    axes = {**{name: {0: "pairs", 1: "tokens"} for name in names}, "logits": {0: "pairs"}}
    whole = work / f"{path.stem}.float.onnx"
    torch.onnx.export(
        model.float().eval(), (sample, sample), str(whole), input_names=names, output_names=["logits"], dynamic_axes=axes,
        opset_version=17, dynamo=False,
    )  # fmt: skip
    quantize_dynamic(str(whole), str(path), weight_type=QuantType.QInt8, per_channel=True)


def _scripts(text: str) -> set[str]:
    return {unicodedata.name(letter, "?").split()[0] for letter in text if letter.isalpha()}


def _norm(weights: Weights, name: str, hidden: int) -> nn.LayerNorm:
    norm = nn.LayerNorm(hidden, 1e-12)
    norm.load_state_dict({
        "weight": torch.from_numpy(weights.tensors[f"{name}.w"]), "bias": torch.from_numpy(weights.tensors[f"{name}.b"])
    })  # fmt: skip
    return norm


def _layer(weights: Weights, at: int, shape: tuple[int, int, int]) -> Layer:
    layer = Layer(*shape)
    parts = ("q", "k", "v", "ao", "fi", "fo", "aln", "oln")
    layer.load_state_dict({
        f"{part}.{long}": torch.from_numpy(weights.tensors[f"l{at}.{part}.{short}"])
        for part in parts for long, short in (("weight", "w"), ("bias", "b"))
    })  # fmt: skip
    return layer
