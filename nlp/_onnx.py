"""Loads a shipped ONNX model with its tokenizer: one thread, one text or pair at a time, since int8 depends on its batch."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nlp.models import model_file

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Encoding, Tokenizer


def load_session(name: str) -> "InferenceSession":
    """Return the model of the file ``name``. Raises ``ModelError`` when it is absent or altered."""
    import onnxruntime  # noqa: PLC0415 # a page view must not load it

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(model_file(name)), options, providers=["CPUExecutionProvider"])


def load_tokenizer(name: str, *, most: int) -> "Tokenizer":
    """Return the tokenizer of the file ``name``, which keeps ``most`` pieces of a pair and pads nothing."""
    from tokenizers import Tokenizer  # noqa: PLC0415 # the same

    tokenizer = Tokenizer.from_file(str(model_file(name)))
    tokenizer.no_padding()
    tokenizer.enable_truncation(most)
    return tokenizer


def logits(session: "InferenceSession", read: "Encoding") -> NDArray[np.float32]:
    """Return the logits of one text or pair; it is read alone, for beside others the int8 model gives other numbers."""
    feed = {"input_ids": read.ids, "attention_mask": read.attention_mask, "token_type_ids": read.type_ids}
    wanted = {one.name for one in session.get_inputs()}
    rows = {name: np.array([row], np.int64) for name, row in feed.items() if name in wanted}
    found: NDArray[np.float32] = session.run(None, rows)[0][0]
    return found
