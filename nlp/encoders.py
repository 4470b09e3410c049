"""Turns texts into vectors of their meaning: the bundled multilingual model, any hub model by name, and a cache around either.

The bundled model's vector of a text never depends on what is encoded beside it: it quantises its activations over a whole batch
(two sentences together come out up to 0.005 away from each alone), so it is run one text at a time, side by side on threads.
"""

import hashlib
import os
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from factdesk.errors import ModelError
from nlp.base import Encoder
from nlp.models import model_file

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

BUNDLED = "use-multilingual-v3.int8.onnx"
_MOST_CHARACTERS = 2000
_BATCH = 32
_MOST_TOKENS = 256


_BUNDLED_NAME = "use-multilingual-v3"
# The languages of the bundled model; vectors of others are close for sharing a language, not a meaning.
_BUNDLED_LANGUAGES = frozenset(("ar", "de", "en", "es", "fr", "it", "ja", "ko", "nl", "pl", "pt", "ru", "th", "tr", "zh"))


def understood(encoder: Encoder, vector: NDArray[np.float32], code: str) -> NDArray[np.float32]:
    """Return the vector of a text in the language ``code``, or zeros where the encoder does not know the language.

    An encoder from the hub is taken at its word.
    """
    return np.zeros_like(vector) if encoder.name == _BUNDLED_NAME and code not in _BUNDLED_LANGUAGES else vector


def load_encoder(name: str = "bundled", *, threads: int = 0) -> Encoder:
    """Return the encoder that the settings name: ``bundled``, or ``hub:<model name or local folder>``.

    ``threads`` 0 means one a core. Raises ``ModelError`` when the model is absent, altered or of a form that cannot be read.
    """
    count = threads or os.cpu_count() or 1
    if name == "bundled":
        return BundledEncoder(_session(model_file(BUNDLED), threads=1), threads=count)
    if name.startswith("hub:") and len(name) > len("hub:"):
        return _load_hub(name.removeprefix("hub:"), threads=count)
    raise ModelError(
        f"There is no encoder named {name!r}.", remedy="Use 'bundled' or 'hub:<name>' in the setting check.encoder."
    )


class BundledEncoder:
    """Universal Sentence Encoder Multilingual v3, int8 ONNX: 16 languages, 512 dimensions; reads the first 2,000 characters."""

    name = _BUNDLED_NAME
    dim = 512

    def __init__(self, session: "InferenceSession", *, threads: int) -> None:
        self._session = session
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="encoder") if threads > 1 else None

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return ``float32[len(texts), 512]``, rows of length 1, a zero row for an empty text."""
        vectors = np.zeros((len(texts), self.dim), np.float32)
        spoken = [at for at, text in enumerate(texts) if text.strip()]
        if self._pool is None or len(spoken) < 2:
            rows: Iterable[NDArray[np.float32]] = map(self._one, (texts[at] for at in spoken))
        else:
            rows = self._pool.map(self._one, (texts[at] for at in spoken))
        for at, row in zip(spoken, rows, strict=True):
            vectors[at] = row
        return _unit(vectors)

    def _one(self, text: str) -> NDArray[np.float32]:
        row: NDArray[np.float32] = self._session.run(None, {"inputs": np.array([_readable(text)])})[0][0]
        return row


class HubEncoder:
    """A sentence encoder in ONNX form with its tokenizer: mean pooling over tokens unless the model pools by itself."""

    def __init__(self, name: str, *, session: "InferenceSession", tokenizer: "Tokenizer") -> None:
        self.name = name
        self._session = session
        self._tokenizer = tokenizer
        self._inputs = {entry.name for entry in session.get_inputs()}
        self.dim = int(self._batch(["a"]).shape[1])

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return ``float32[len(texts), dim]``, rows of length 1, a zero row for an empty text."""
        vectors = np.zeros((len(texts), self.dim), np.float32)
        order = sorted((at for at, text in enumerate(texts) if text.strip()), key=lambda at: (len(texts[at]), at))
        for start in range(0, len(order), _BATCH):
            chosen = order[start : start + _BATCH]
            vectors[chosen] = self._batch([_readable(texts[at]) for at in chosen])
        return _unit(vectors)

    def _batch(self, texts: list[str]) -> NDArray[np.float32]:
        """Return one pooled row a text, not yet of length 1."""
        encodings = self._tokenizer.encode_batch(texts)
        mask = np.array([encoding.attention_mask for encoding in encodings], np.int64)
        feed = {
            "input_ids": np.array([encoding.ids for encoding in encodings], np.int64),
            "attention_mask": mask,
            "token_type_ids": np.zeros_like(mask),
        }
        output = self._session.run(None, {name: value for name, value in feed.items() if name in self._inputs})[0]
        pooled: NDArray[np.float32] = output if output.ndim == 2 else _mean(output, mask)
        return pooled.astype(np.float32)


@dataclass(slots=True)
class CachedEncoder:
    """Wraps an encoder so that no text is encoded twice while it is among the last ``most`` texts seen."""

    encoder: Encoder
    most: int = 20_000
    name: str = field(init=False)
    dim: int = field(init=False)
    _rows: OrderedDict[bytes, NDArray[np.float32]] = field(init=False, default_factory=OrderedDict)
    _lock: Lock = field(init=False, default_factory=Lock)

    def __post_init__(self) -> None:
        self.name, self.dim = self.encoder.name, self.encoder.dim

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return ``float32[len(texts), dim]`` as the wrapped encoder would; only texts not seen lately reach it, each once."""
        keys = [hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest() for text in texts]
        with self._lock:
            known = {key: self._rows[key] for key in keys if key in self._rows}
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        if missing:
            known.update(zip(missing, self.encoder(list(missing.values())), strict=True))
        self._remember(known)
        return np.array([known[key] for key in keys], np.float32).reshape(len(texts), self.dim)

    def _remember(self, known: dict[bytes, NDArray[np.float32]]) -> None:
        with self._lock:
            for key, row in known.items():
                self._rows[key] = row
                self._rows.move_to_end(key)
            while len(self._rows) > self.most:
                self._rows.popitem(last=False)


def _readable(text: str) -> str:
    """Return the part of ``text`` that is read, without lone surrogates (the model's tokenizer takes UTF-8)."""
    return text[:_MOST_CHARACTERS].encode("utf-8", "replace").decode("utf-8")


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: NDArray[np.float32] = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
    return unit


def _mean(output: NDArray[np.float32], mask: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return the mean of the token vectors ``output[n, tokens, dim]`` where ``mask[n, tokens]`` is 1."""
    weights = mask[:, :, None].astype(np.float32)
    pooled: NDArray[np.float32] = (output * weights).sum(axis=1) / np.maximum(weights.sum(axis=1), 1)
    return pooled


def _session(path: Path, *, threads: int) -> "InferenceSession":
    """Open an ONNX file on ``threads`` threads of the CPU; imported here because the run time costs 0.2 s."""
    import onnxruntime  # noqa: PLC0415 # a page view must not load it
    import onnxruntime_extensions  # noqa: PLC0415 # the bundled model's text operators

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.register_custom_ops_library(onnxruntime_extensions.get_library_path())
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # the run time's own exception classes share no base but Exception
        raise ModelError(f"{path.name} is not a readable ONNX model: {error}.", remedy="Name another encoder.") from error


def _load_hub(name: str, *, threads: int) -> HubEncoder:
    """Open a hub model by name, or a local folder of the same form."""
    from tokenizers import Tokenizer  # noqa: PLC0415 # only hub models need it

    folder = Path(name)
    model = _first(name, folder, ("onnx/model_quantized.onnx", "onnx/model.onnx", "model_quantized.onnx", "model.onnx"))
    tokenizer = Tokenizer.from_file(str(_first(name, folder, ("tokenizer.json",))))
    tokenizer.enable_padding()
    tokenizer.enable_truncation(_MOST_TOKENS)
    return HubEncoder(name, session=_session(model, threads=threads), tokenizer=tokenizer)


def _first(name: str, folder: Path, files: tuple[str, ...]) -> Path:
    """Return the first of ``files`` that the local folder, or else the hub's model ``name``, has."""
    if folder.is_dir():
        found = next((folder / file for file in files if (folder / file).is_file()), None)
    else:
        found = next((path for file in files if (path := _download(name, file)) is not None), None)
    if found is None:
        raise ModelError(
            f"The encoder {name} has none of {', '.join(files)}, or cannot be reached.",
            remedy="Name a model with an ONNX export, or a local folder that holds one.",
        )
    return found


def _download(name: str, file: str) -> Path | None:
    """Return the hub's ``file``, from its cache when it is there; ``None`` when it has none or cannot be reached."""
    from huggingface_hub import hf_hub_download  # noqa: PLC0415 # only hub models need it

    try:
        return Path(hf_hub_download(name, file))
    except Exception:  # noqa: BLE001 # connection, absence and bad names all mean: not to be had
        return None
