"""Train the check-worthiness model and write ``nlp/models/claims.npz`` with its digest in the manifest.

    python scripts/train_claims.py --train en.checkworthy.train.tsv --dev en.checkworthy.dev.tsv

Both files have the columns Text and class_label (Yes/No): the ClaimBuster debate sentences (CC BY 4.0). The training file
alone sets the weights, the development file the mix and the threshold. The weights for posts come from invented posts
(``claims_posts.py``) with the debate sentences beside them. The same files give the same model.
"""

import argparse
import csv
import hashlib
import io
import json
from pathlib import Path

import numpy as np
from claims_posts import invented_posts
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, f1_score, precision_score, recall_score

from nlp.checkability import Wording, surface
from nlp.checkworthiness import BUCKETS, MODEL, Checkworthiness, read_wordings, word_buckets
from nlp.encoders import load_encoder
from nlp.languages import language
from nlp.models import FOLDER

Array = NDArray[np.float32]
WORD_STRENGTH, MEANING_STRENGTH = 3.0, 1.0
EVEN = 0.002  # average precisions this close are equal: the greater share of meaning carries further to other topics
LIFT = 0.35  # added to every logit: later debates hold more claims than those trained on, and the model says too little there
SLACK = 0.05  # of F1 on these debates, given up for recall on others
LINE_THRESHOLD = 0.05  # news differs from debates: only the surely unworthy is left out, the cap a document does the rest
POSTS, POST_SEED, POST_STRENGTH = 4000, 1, 0.05
DEBATE_WEIGHT = 0.05  # of a debate sentence beside an invented post
SURFACE_SHARE = 0.2  # how far the surface may speak beside the meaning
POST_TRUST, POST_SHARE = (
    0.4,
    0.25,
)  # invented posts are told apart too easily, and half of them are worth checking: of real ones fewer


def read(path: Path) -> tuple[list[str], NDArray[np.int64]]:
    """Return texts and labels (1 is check-worthy) of a ClaimBuster file."""
    with path.open(encoding="utf-8", newline="") as stream:
        rows = [
            row for row in csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE) if row["class_label"] in {"Yes", "No"}
        ]
    return [row["Text"] for row in rows], np.array([row["class_label"] == "Yes" for row in rows], np.int64)


def word_matrix(wordings: list[Wording]) -> csr_matrix:
    """Return hashed word and word-pair rows of length 1, as ``Checkworthiness`` reads them."""
    buckets = [word_buckets(wording) for wording in wordings]
    rows = np.repeat(np.arange(len(buckets)), [len(row) for row in buckets])
    values = np.concatenate([np.full(len(row), 1 / max(1, len(row)) ** 0.5, np.float32) for row in buckets])
    return csr_matrix((values, (rows, np.concatenate(buckets))), shape=(len(buckets), BUCKETS))


def fit(features: object, labels: NDArray[np.int64], *, strength: float) -> LogisticRegression:
    """Return a logistic regression; ``strength`` is the inverse of the ridge penalty."""
    return LogisticRegression(C=strength, max_iter=400, tol=1e-4, random_state=0).fit(features, labels)


def train(path: Path) -> dict[str, Array]:
    """Return the coefficients of the three models: surface alone, words and surface, meaning and surface."""
    texts, labels = read(path)
    wordings = read_wordings(texts, "en")
    rows = np.array([surface(wording, language("en")) for wording in wordings], np.float32)
    mean, scale = rows.mean(axis=0), np.maximum(rows.std(axis=0), 0.05)
    rows = (rows - mean) / scale
    print(f"{len(texts)} sentences, {labels.mean():.1%} check-worthy; encoding", flush=True)
    vectors = load_encoder()(texts)
    plain = fit(rows, labels, strength=1.0)
    words = fit(hstack([word_matrix(wordings), csr_matrix(rows)]).tocsr(), labels, strength=WORD_STRENGTH)
    meaning = fit(np.hstack([vectors * 4, rows]), labels, strength=MEANING_STRENGTH)
    dim = vectors.shape[1]
    post_meaning, post_surface, post_bias = train_posts(vectors, rows, labels, standard=(mean, scale))
    return {
        "surface_mean": mean,
        "surface_scale": scale,
        "surface_weights": np.stack([plain.coef_[0], words.coef_[0][BUCKETS:], meaning.coef_[0][dim:]]),
        "word_weights": words.coef_[0][:BUCKETS].astype(np.float16),
        "meaning_weights": meaning.coef_[0][:dim] * 4,
        "biases": np.array([plain.intercept_[0], words.intercept_[0], meaning.intercept_[0]]) + LIFT,
        "post_meaning": post_meaning,
        "post_surface": post_surface,
        "post_bias": post_bias,
    }


def train_posts(
    vectors: Array, rows: Array, labels: NDArray[np.int64], *, standard: tuple[Array, Array]
) -> tuple[Array, Array, Array]:
    """Return the weights of meaning and surface and the bias for posts, tempered as the constants above say."""
    texts, worth = invented_posts(POSTS, seed=POST_SEED)
    wordings = read_wordings(texts, "en")
    own = (np.array([surface(wording, language("en")) for wording in wordings], np.float32) - standard[0]) / standard[1]
    table = np.vstack(
        [np.hstack([load_encoder()(texts) * 4, own * SURFACE_SHARE]), np.hstack([vectors * 4, rows * SURFACE_SHARE])]
    )
    weights = np.concatenate([np.ones(len(texts)), np.full(len(labels), DEBATE_WEIGHT)])
    model = LogisticRegression(C=POST_STRENGTH, max_iter=400).fit(table, np.concatenate([worth, labels]), sample_weight=weights)
    dim, share = vectors.shape[1], np.log(POST_SHARE / (1 - POST_SHARE))
    meaning, made = model.coef_[0][:dim] * 4 * POST_TRUST, model.coef_[0][dim:] * SURFACE_SHARE * POST_TRUST
    return meaning, made, model.intercept_ * POST_TRUST + share


def tune(weights: dict[str, Array], path: Path) -> dict[str, float]:
    """Return the mix and the threshold that serve the development file best, by the tolerances above."""
    texts, labels = read(path)
    wordings, vectors = read_wordings(texts, "en"), load_encoder()(texts)
    arrays = {name: value.astype(np.float32) for name, value in weights.items() if name != "post_bias"}
    post = {"post_bias": float(weights["post_bias"][0]), "post_threshold": POST_SHARE}
    scores = {}
    for mix in np.linspace(0, 1, 11):
        model = Checkworthiness(**arrays, mix=float(mix), threshold=0.5, line_threshold=0.5, **post)
        scores[float(mix)] = model.score(model.features(wordings, "en"), "en", vectors)
        print(f"mix {mix:.1f}: average precision {average_precision_score(labels, scores[float(mix)]):.4f}", flush=True)
    best = max(average_precision_score(labels, tried) for tried in scores.values())
    mix = max(tried for tried, found in scores.items() if average_precision_score(labels, found) >= best - EVEN)
    found = scores[mix]
    cuts = {float(cut): f1_score(labels, found >= cut) for cut in np.arange(0.1, 0.9, 0.01)}
    threshold = min(cut for cut, reached in cuts.items() if reached >= max(cuts.values()) - SLACK)
    for name, cut in (("shipped", threshold), ("line", LINE_THRESHOLD)):
        said = found >= cut
        print(
            f"{name} at {cut:.2f}: F1 {f1_score(labels, said):.4f}, precision {precision_score(labels, said):.4f}, "
            f"recall {recall_score(labels, said):.4f}"
        )
    return {"mix": mix, "threshold": round(float(threshold), 2), "line_threshold": LINE_THRESHOLD, **post}


def write(arrays: dict[str, Array], numbers: dict[str, float]) -> None:
    """Write the model and renew its digest in the manifest."""
    stream = io.BytesIO()
    arrays = {name: value for name, value in arrays.items() if name not in numbers}
    stored = {name: value if value.dtype == np.float16 else value.astype(np.float32) for name, value in arrays.items()}
    np.savez_compressed(stream, allow_pickle=False, **stored, **{name: np.float64(value) for name, value in numbers.items()})
    (FOLDER / MODEL).write_bytes(stream.getvalue())
    entry = {
        "file": MODEL,
        "sha256": hashlib.sha256(stream.getvalue()).hexdigest(),
        "licence": "Apache-2.0",
        "origin": "scripts/train_claims.py on ClaimBuster debate sentences (Arslan et al., 2020, CC BY 4.0) and invented posts",
        "what": "check-worthiness of a sentence or a post",
    }
    manifest = FOLDER / "MANIFEST.json"
    others = [old for old in json.loads(manifest.read_text(encoding="utf-8")) if old["file"] != MODEL]
    manifest.write_text(json.dumps([*others, entry], indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def main() -> None:
    """Read the arguments, train, tune and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--train", type=Path, required=True)
    parser.add_argument("--dev", type=Path, required=True)
    chosen = parser.parse_args()
    weights = train(chosen.train)
    write(weights, tune(weights, chosen.dev))


if __name__ == "__main__":
    main()
