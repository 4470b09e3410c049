"""The encoder all-mpnet-base-v2 reading two English texts together: in torch for training and for writing what ships.

Input is ``<s> claim </s></s> evidence </s>``. Three logits are read off the first token and the mean of all. Positions count
twice: as embeddings and as a bias of the attention by distance (Song et al., 2020, arXiv:2004.09297).
"""

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from pair_encoder import Layer
from tokenizers import Tokenizer
from torch import nn
from torch.nn import functional

HIDDEN, HEADS, INNER, LAYERS = 768, 12, 3072, 12
LEAST_VARIANCE = 1e-5  # of its layer norms
PAD, FIRST_PLACE = 1, 2
MOST_TOKENS = 192
_BUCKETS, _FARTHEST = 32, 128
_DROPOUT = 0.1
_PARTS = {
    "q": "attention.attn.q", "k": "attention.attn.k", "v": "attention.attn.v", "ao": "attention.attn.o",
    "fi": "intermediate.dense", "fo": "output.dense", "aln": "attention.LayerNorm", "oln": "output.LayerNorm",
}  # fmt: skip


class StanceEncoder(nn.Module):
    """The encoder with three logits: supports, refutes, neutral."""

    def __init__(self, tensors: Mapping[str, torch.Tensor], *, layers: int = LAYERS) -> None:
        super().__init__()
        self.word = nn.Embedding.from_pretrained(tensors["embeddings.word_embeddings.weight"].float(), freeze=True)
        places = tensors["embeddings.position_embeddings.weight"].float()[FIRST_PLACE : FIRST_PLACE + MOST_TOKENS]
        self.place = nn.Parameter(places.clone(), requires_grad=False)
        self.near = nn.Embedding.from_pretrained(tensors["encoder.relative_attention_bias.weight"].float(), freeze=False)
        self.register_buffer("buckets", distance_buckets(MOST_TOKENS))
        self.norm = nn.LayerNorm(HIDDEN, LEAST_VARIANCE)
        _fill(self.norm, tensors, "embeddings.LayerNorm")
        self.layers = nn.ModuleList(_layer(tensors, at) for at in range(layers))
        self.head = nn.Linear(2 * HIDDEN, 3)

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """Return logits ``float32[n, 3]`` of ``int64[n, tokens]``."""
        count = input_ids.shape[1]
        states = functional.dropout(self.norm(self.word(input_ids) + self.place[:count]), _DROPOUT, self.training)
        nearness = self.near(self.buckets[:count, :count]).permute(2, 0, 1)[None]
        mask = nearness + (1.0 - attention_mask[:, None, None, :].float()) * -1e4
        for layer in self.layers:
            states = layer(states, mask)
        held = attention_mask[:, :, None].to(states.dtype)
        mean = (states * held).sum(1) / held.sum(1)
        both = torch.cat([states[:, 0], mean], dim=1)
        return self.head(functional.dropout(both, _DROPOUT, self.training)).float()


def distance_buckets(most: int) -> torch.Tensor:
    """Return ``int64[most, most]``: near distances have a bucket each, far ones share them by logarithm, by direction."""
    at = torch.arange(most)
    distance = at[:, None] - at[None, :]
    half, exact = _BUCKETS // 2, _BUCKETS // 4
    size = distance.abs()
    far = exact + (torch.log(size.clamp(min=1) / exact) / math.log(_FARTHEST / exact) * (half - exact)).long()
    return (distance < 0).long() * half + torch.where(size < exact, size, far.clamp(max=half - 1))


def read_tokenizer(path: Path) -> Tokenizer:
    """Return the tokenizer, padding to the longest of a batch and cutting the longer text first."""
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.enable_truncation(MOST_TOKENS, strategy="longest_first")
    tokenizer.enable_padding(pad_id=PAD, pad_token="<pad>")  # noqa: S106 # a token of text
    return tokenizer


def read_pairs(tokenizer: Tokenizer, pairs: Sequence[tuple[str, str]]) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the tokens and the mask of pairs, padded together."""
    read = tokenizer.encode_batch(list(pairs))
    return torch.tensor([one.ids for one in read]), torch.tensor([one.attention_mask for one in read])


def write_tokenizer(whole: Path, out: Path) -> None:
    """Write the tokenizer without its padding and truncation, which the product sets itself."""
    told = json.loads(whole.read_text(encoding="utf-8"))
    told["truncation"] = told["padding"] = None
    out.write_text(json.dumps(told, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")


def _fill(part: nn.Module, tensors: Mapping[str, torch.Tensor], name: str) -> None:
    part.load_state_dict({kind: tensors[f"{name}.{kind}"].float() for kind in ("weight", "bias")})


def _layer(tensors: Mapping[str, torch.Tensor], at: int) -> Layer:
    layer = Layer(HIDDEN, HEADS, INNER)
    layer.aln.eps = layer.oln.eps = LEAST_VARIANCE
    for part, name in _PARTS.items():
        _fill(getattr(layer, part), tensors, f"encoder.layer.{at}.{name}")
    return layer
