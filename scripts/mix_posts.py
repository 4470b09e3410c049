"""Weighs the reader of posts with a linear head and writes ``nlp/models/posts.npz``.

    python scripts/mix_posts.py

After ``train_posts.py``, in the product's environment. The head on sentence vectors and surface learns from the same invented
posts; the weights of the three are fitted on those kept apart. These are told apart too easily, so the stated probability is
tempered, and it assumes that one post in ten is worth checking, where a third of the invented ones are.
"""

import io

import numpy as np
from claims_posts import invented_posts, written_posts
from manifest import record
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from nlp._onnx import load_session, load_tokenizer, logits
from nlp.assertion import TOKENIZER
from nlp.checkworthiness import load_checkworthiness, read_wordings, without_links
from nlp.encoders import load_encoder
from nlp.models import FOLDER
from nlp.posts import MODEL, WEIGHTS

SEED = 5  # as train_posts.py has it: the same posts are kept apart
Array = NDArray[np.float32]
MADE, MADE_WEIGHT = 4000, 0.3
STRENGTH, SURFACE_SHARE, SPREAD = 0.05, 0.5, 4  # of the head; vectors are of length 1, surface numbers of about 1 each
MIX_STRENGTH = 1.0
TRUST, SHARE = 0.4, 0.1


def main() -> None:
    """Train the head, weigh the three, write and record them."""
    learned, held = written_posts(seed=SEED)
    meaning, surface, bias = head(learned)
    texts, codes, gold = [row[1] for row in held], [row[0] for row in held], np.array([row[2] for row in held])
    vectors, features = looks(texts, codes)
    table = np.column_stack([answers(texts), vectors @ meaning + features @ surface + bias])
    mix = weighed(table, gold)
    odds = np.log(SHARE / (1 - SHARE))
    threshold = float(1 / (1 + np.exp(-(1 - TRUST) * odds)))
    write({"meaning": meaning, "surface": surface, "bias": bias, "mix": mix, "threshold": threshold})


def head(posts: list[tuple[str, str, int]]) -> tuple[Array, Array, float]:
    """Return the weights of vector and surface and the bias, from written posts and posts by rule."""
    made, worth = invented_posts(MADE, seed=1)
    texts, codes = [*(row[1] for row in posts), *made], [*(row[0] for row in posts), *["en"] * len(made)]
    labels = np.array([*(row[2] for row in posts), *worth])
    weights = np.array([*[1.0] * len(posts), *[MADE_WEIGHT] * len(made)])
    vectors, features = looks(texts, codes)
    model = LogisticRegression(C=STRENGTH, max_iter=500).fit(
        np.hstack([vectors * SPREAD, features * SURFACE_SHARE]), labels, sample_weight=weights
    )
    own, dim = model.coef_[0], vectors.shape[1]
    return own[:dim] * SPREAD, own[dim:] * SURFACE_SHARE, float(model.intercept_[0])


def looks(texts: list[str], codes: list[str]) -> tuple[Array, Array]:
    """Return sentence vectors ``[n, dim]`` and standardised surface ``[n, 18]``."""
    model, plain = load_checkworthiness(), [without_links(text) for text in texts]
    rows = [model.features(read_wordings([text], code), code)[0, :-1] for text, code in zip(plain, codes, strict=True)]
    return load_encoder()(plain), np.array(rows, np.float32)


def answers(texts: list[str]) -> Array:
    """Return the two answers ``[n, 2]`` of the encoder."""
    session, tokenizer = load_session(MODEL), load_tokenizer(TOKENIZER, most=96)
    return np.array([logits(session, tokenizer.encode(without_links(text))) for text in texts], np.float32)


def weighed(table: Array, gold: NDArray[np.int64]) -> Array:
    """Return the weights of the two answers and the head, and the bias, for the stated probability."""
    model = LogisticRegression(C=MIX_STRENGTH, max_iter=500).fit(table, gold)
    print("on posts kept apart:", model.coef_[0].round(2), float(model.score(table, gold)))
    own = gold.mean()
    bias = model.intercept_[0] - np.log(own / (1 - own))
    return np.array([*model.coef_[0] * TRUST, bias * TRUST + np.log(SHARE / (1 - SHARE))], np.float32)


def write(arrays: dict[str, Array | float]) -> None:
    """Write the weights and renew their digest in the manifest."""
    stream = io.BytesIO()
    np.savez_compressed(stream, allow_pickle=False, **{name: np.asarray(value, np.float32) for name, value in arrays.items()})
    (FOLDER / WEIGHTS).write_bytes(stream.getvalue())
    record({WEIGHTS: ("Apache-2.0", "scripts/mix_posts.py on invented posts", "what weighs the reader of posts")})


if __name__ == "__main__":
    main()
