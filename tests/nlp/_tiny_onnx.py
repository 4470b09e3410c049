"""Writes a tiny ONNX sentence model to disk (a table looked up by token), field by field as onnx.proto numbers them."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

WORDS = ("[PAD]", "[UNK]", "river", "flood", "dam", "bread", "oven")


def write_model(folder: Path, *, table: NDArray[np.float32]) -> Path:
    """Write ``model.onnx`` and ``tokenizer.json`` into ``folder``; row i of ``table`` is the vector of ``WORDS[i]``."""
    folder.mkdir(parents=True, exist_ok=True)
    weights = (
        b"".join(_number(1, side) for side in table.shape) + _number(2, 1) + _text(8, "table") + _block(9, table.tobytes())
    )
    node = _text(1, "table") + _text(1, "input_ids") + _text(2, "last_hidden_state") + _text(4, "Gather")
    inputs = b"".join(_block(11, _value(name, 7, ("n", "t"))) for name in ("input_ids", "attention_mask"))
    output = _block(12, _value("last_hidden_state", 1, ("n", "t", "d")))
    graph = _block(1, node) + _text(2, "tiny") + _block(5, weights) + inputs + output
    (folder / "model.onnx").write_bytes(_number(1, 8) + _block(7, graph) + _block(8, _number(2, 13)))
    tokenizer = Tokenizer(WordLevel({word: at for at, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


def _varint(value: int) -> bytes:
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _block(field: int, body: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(body)) + body


def _text(field: int, text: str) -> bytes:
    return _block(field, text.encode())


def _value(name: str, kind: int, sides: tuple[str, ...]) -> bytes:
    shape = b"".join(_block(1, _text(2, side)) for side in sides)
    return _text(1, name) + _block(2, _block(1, _number(1, kind) + _block(2, shape)))
