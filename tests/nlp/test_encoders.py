import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from factdesk.errors import ModelError
from nlp.base import Encoder
from nlp.encoders import BUNDLED, CachedEncoder, load_encoder
from nlp.models import FOLDER, manifest, model_file
from tests.nlp._tiny_onnx import WORDS, write_model


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return load_encoder(threads=2)


class CountingEncoder:
    name, dim = "counting", 2

    def __init__(self) -> None:
        self.seen: list[str] = []

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.seen.extend(texts)
        return np.array([[len(text), 1] for text in texts], np.float32)


def test_rows_have_length_one_and_empty_text_is_zero(encoder: Encoder) -> None:
    vectors = encoder(["The dam has broken.", "", "   ", "Vỡ đập ở thượng nguồn."])
    assert vectors.shape == (4, encoder.dim)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 0, 0, 1], abs=1e-5)


def test_no_texts_give_no_rows(encoder: Encoder) -> None:
    assert encoder([]).shape == (0, encoder.dim)


def test_a_vector_does_not_depend_on_its_neighbours(encoder: Encoder) -> None:
    texts = [f"The river rose {n} metres at gauge {n} during the night." for n in range(20)]
    together, alone = encoder(texts), np.vstack([encoder([text]) for text in texts])
    assert (together == alone).all()


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("La presa se ha roto y el pueblo está inundado.", "Vaccines are free for children."),
        ("Le barrage a cédé et le village est inondé.", "Vaccines are free for children."),
        ("انهار السد وغمرت المياه القرية.", "Vaccines are free for children."),
    ],
)
def test_the_same_meaning_is_close_across_languages(encoder: Encoder, text: str, other: str) -> None:
    near, far, here = encoder(["The dam broke and the village is flooded.", other, text])
    assert here @ near > here @ far + 0.2


def test_hostile_text_is_encoded(encoder: Encoder) -> None:
    vectors = encoder(["\ud800 broken half", "x" * 1_000_000, "\x00", "a\u202eb"])
    assert np.isfinite(vectors).all()


def test_a_cached_text_is_encoded_once() -> None:
    inner = CountingEncoder()
    cached = CachedEncoder(inner)
    first = cached(["aa", "b", "aa"])
    second = cached(["b", "ccc"])
    assert inner.seen == ["aa", "b", "ccc"]
    assert first.tolist() == [[2, 1], [1, 1], [2, 1]]
    assert second.tolist() == [[1, 1], [3, 1]]
    assert cached([]).shape == (0, 2)


def test_the_cache_is_bounded_and_forgets_the_least_recent() -> None:
    inner = CountingEncoder()
    cached = CachedEncoder(inner, most=2)
    cached(["a"])
    cached(["b"])
    cached(["a"])
    cached(["c"])
    assert cached(["a", "b"]).shape == (2, 2)
    assert inner.seen == ["a", "b", "c", "b"]


def test_a_local_hub_model_is_mean_pooled(tmp_path: Path) -> None:
    table = np.eye(len(WORDS), dtype=np.float32)
    loaded = load_encoder(f"hub:{write_model(tmp_path / 'tiny', table=table)}", threads=1)
    vectors = loaded(["river flood", "dam", "", "bread oven bread"])
    assert loaded.dim == len(WORDS)
    half = 0.5**0.5
    assert vectors[0, 2:4] == pytest.approx([half, half])
    assert vectors[1, 4] == pytest.approx(1)
    assert not vectors[2].any()
    assert vectors[3, 5:7] == pytest.approx([2 / 5**0.5, 1 / 5**0.5])


def test_an_unreadable_hub_model_says_what_to_do(tmp_path: Path) -> None:
    folder = write_model(tmp_path / "tiny", table=np.eye(len(WORDS), dtype=np.float32))
    (folder / "model.onnx").write_bytes(b"not a model")
    with pytest.raises(ModelError, match="not a readable ONNX model"):
        load_encoder(f"hub:{folder}")


def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"has none of .* Name a model with an ONNX export"):
        load_encoder(f"hub:{tmp_path}")


@pytest.mark.parametrize("name", ["", "hub:", "torch"])
def test_an_unknown_encoder_is_refused(name: str) -> None:
    with pytest.raises(ModelError, match=r"check\.encoder"):
        load_encoder(name)


def test_an_altered_model_file_is_refused(tmp_path: Path) -> None:
    shutil.copy(FOLDER / "MANIFEST.json", tmp_path)
    with pytest.raises(ModelError, match="absent"):
        model_file(BUNDLED, folder=tmp_path)
    (tmp_path / BUNDLED).write_bytes(b"altered")
    with pytest.raises(ModelError, match=r"was altered .*git checkout"):
        model_file(BUNDLED, folder=tmp_path)


def test_a_malformed_manifest_is_refused(tmp_path: Path) -> None:
    (tmp_path / "MANIFEST.json").write_text(json.dumps([{"file": "x"}]))
    with pytest.raises(ModelError, match="manifest"):
        manifest(tmp_path)


def test_every_shipped_model_is_in_the_manifest_with_licence_and_origin() -> None:
    shipped = {path.name for path in FOLDER.iterdir() if path.suffix in {".onnx", ".ftz", ".npz", ".json"}} - {"MANIFEST.json"}
    assert {entry.file for entry in manifest()} == shipped
    assert all(entry.licence and entry.origin and entry.what for entry in manifest())
    assert all(model_file(name) == FOLDER / name for name in shipped)


def test_importing_the_module_loads_no_run_time() -> None:
    program = "import sys, nlp.encoders; print([m for m in ('onnxruntime', 'tokenizers', 'spacy') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
