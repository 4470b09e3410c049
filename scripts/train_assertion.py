"""Trains ``nlp/models/assertion.npz``: whether a sentence asserts the claim whose words it holds.

Texts: invented statements in the invented frames of ``assertion_frames.txt``, and the ``build`` half of the fairness set; the
``held`` half is never read here; so with the documents that judgement is tried on. Check-worthy ClaimBuster sentences
(CC BY 4.0) show how statements read. Run: ``python scripts/train_assertion.py`` (scikit-learn; the same bytes each time).
"""

import hashlib
import json
import re
from pathlib import Path
from random import Random

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from nlp.assertion import BUCKETS, MODEL, SURFACE, surface, word_buckets
from nlp.encoders import CachedEncoder, load_encoder
from nlp.models import FOLDER

ROOT = Path(__file__).parent
DATA = ROOT.parent / "tests" / "eval" / "data"
LEAST = 0.22  # the highest at which no pinned figure of the demo and of the judged documents falls
_STRENGTH = 0.05
_MEANING = 1.0
_DEBATED = 0.4
_KEPT = 0.6
Row = tuple[str, str, int]


def main() -> None:
    """Train on frames and the build half, print what the build half says, write the model and its manifest line."""
    rows = [*framed(), *opinions(), *repeated(), *debated()]
    table, gold = features(rows), np.array([row[2] for row in rows])
    weights = np.where(gold == 1, 1.0 / gold.mean(), 1.0 / (1 - gold.mean()))
    model = LogisticRegression(C=_STRENGTH, max_iter=2_000).fit(table, gold, sample_weight=weights)
    print(f"{len(rows)} sentences, {gold.sum()} asserted; fit {model.score(table, gold):.3f}")
    coefficients = model.coef_[0].astype(np.float32)
    dim = (len(coefficients) - BUCKETS - SURFACE) // 2
    parts = np.split(coefficients, [BUCKETS, BUCKETS + SURFACE, BUCKETS + SURFACE + dim])
    parts[2:] = [part * _MEANING for part in parts[2:]]
    words, shape, meaning, apart = (part.astype(np.float16) for part in parts)
    path = FOLDER / MODEL
    np.savez_compressed(
        path, words=words, surface=shape, meaning=meaning, apart=apart, bias=np.float32(model.intercept_[0]), least=LEAST
    )
    _list(path)


def framed() -> list[Row]:
    """Return every statement of a language in every frame of it, beside itself and beside itself in another language."""
    random = Random(2)  # noqa: S311 # reproducible, not secret
    facts: dict[str, list[str]] = {}
    frames: list[tuple[str, str, str]] = []
    code = ""
    for line in (ROOT / "assertion_frames.txt").read_text(encoding="utf-8").splitlines():
        head, _, rest = line.partition(" ")
        if head == ">":
            code = rest
        elif head == "F":
            facts.setdefault(code, []).append(rest)
        elif head in "+-" and rest:
            frames.append((code, head, rest))
    rows: list[Row] = []
    for code, head, frame in frames:
        for at, fact in enumerate(facts[code]):
            other = facts[random.choice(sorted(facts))][at]
            rows.extend((_filled(frame, fact), passage, int(head == "+")) for passage in {fact, other})
    rows.extend(
        (fact, facts[other][at], 1) for mine in facts for at, fact in enumerate(facts[mine]) for other in facts for _ in "12"
    )
    return rows


def _filled(frame: str, fact: str) -> str:
    bare = fact.rstrip(".")
    inner = bare if frame.startswith(("{}", "“{}", "«{}", "„{}", '"{}')) else bare[0].lower() + bare[1:]
    return frame.replace("{}", inner) + ("." if frame[-1].isalnum() or frame[-1] == "}" else "")


def opinions() -> list[Row]:
    """Return the build half of the fairness set beside the claims it plays with."""
    library = {row["id"]: row["text"] for row in _rows("fairness_library") if row["half"] == "build"}
    topics = sorted({name.rsplit("-", 1)[0] for name in library})
    rows: list[Row] = []
    for row in _rows("fairness"):
        if row["half"] == "build":
            claims = [library[f"{topic}-{row['language']}"] for topic in topics]
            near = max(claims, key=lambda claim: _shared(claim, row["text"]))
            rows.append((row["text"], near, 0))
    return rows * 3


def repeated() -> list[Row]:
    """Return the claims of the library, and of the ``seen`` half of the judged documents, as asserted."""
    texts = {row["id"]: row["text"] for row in _rows("unseen_library")}
    library = [row for row in _rows("fairness_library") if row["half"] == "build"]
    rows = [
        (row["text"], other["text"], 1)
        for row in library
        for other in library
        if row["id"].rsplit("-", 1)[0] == other["id"].rsplit("-", 1)[0]
    ]
    for row in _rows("unseen"):
        if int(row["id"].partition("-")[2]) % 2 == 0:
            rows.extend((gold["text"], texts[gold["citation"]], 1) for gold in row["findings"] if gold["citation"] in texts)
    rows.extend((str(pair["claim"]), str(pair["evidence"]), 1) for pair in _rows("distortion") if pair["half"] == "build")
    return rows * 3


def debated() -> list[Row]:
    """Return check-worthy debate sentences (ClaimBuster), each beside itself with words left out, when the data are here."""
    path = ROOT.parent.parent / "shared" / "data" / "claims" / "en.checkworthy.train.tsv"
    if not path.exists():
        return []
    random = Random(4)  # noqa: S311 # reproducible, not secret
    rows: list[Row] = []
    for line in path.read_text(encoding="utf-8").splitlines()[1:]:
        text, _, label = line.partition("\t")[2].rpartition("\t")
        if label == "Yes" and not re.search(r"\b(?:I|we|think|believe)\b|\?", text) and random.random() < _DEBATED:
            kept = [word for word in text.split() if random.random() < _KEPT]
            rows.append((text, " ".join(kept) or text, 1))
    return rows


def features(rows: list[Row]) -> NDArray[np.float32]:
    """Return ``float32[n, buckets + surface + 2 dim]``."""
    encoder = CachedEncoder(load_encoder("bundled"))
    mine, yours = encoder([row[0] for row in rows]), encoder([row[1] for row in rows])
    words = np.zeros((len(rows), BUCKETS), np.float32)
    for at, (text, passage, _) in enumerate(rows):
        buckets = word_buckets(text, passage)
        words[at, buckets] = 1 / max(1, len(buckets)) ** 0.5
    shape = np.array([surface(text, passage) for text, passage, _ in rows], np.float32)
    return np.hstack([words, shape, _MEANING * mine, _MEANING * (mine - yours)])


def _shared(claim: str, text: str) -> int:
    return len(set(claim.casefold().split()) & set(text.casefold().split()))


def _rows(name: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in (DATA / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def _list(path: Path) -> None:
    entries = json.loads((FOLDER / "MANIFEST.json").read_text(encoding="utf-8"))
    kept = [entry for entry in entries if entry["file"] != MODEL]
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    kept.append({
        "file": MODEL, "sha256": digest, "licence": "Apache-2.0",
        "origin": "scripts/train_assertion.py on invented sentences in five languages and ClaimBuster debate sentences "
        "(Arslan et al., 2020, CC BY 4.0)",
        "what": "whether a sentence asserts the claim that it holds the words of",
    })  # fmt: skip
    (FOLDER / "MANIFEST.json").write_text(json.dumps(kept, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
