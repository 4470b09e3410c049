"""Measures check-worthiness, language identification and narratives on labelled files, in the forms that others publish."""

import csv
import gzip
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TextIO

import numpy as np
from numpy.typing import NDArray

from factdesk.errors import UnreadableError
from factdesk.evaluation.calibration import calibration_error, risk_coverage
from nlp.checkability import refusal
from nlp.checkworthiness import Checkworthiness, are_posts, load_checkworthiness, read_wordings, without_links
from nlp.encoders import load_encoder
from nlp.language import identify
from nlp.languages import language
from nlp.narratives import NarrativeBuilder
from nlp.posts import Posts, post_threshold, score_posts

_BATCH = 500

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class ClaimsReport:
    """Check-worthiness at the shipped threshold. ``*_with_rules`` also applies the rules against opinion and questions.

    ``genre`` says which weights were used, those of sentences or those of posts; ``risk_coverage`` pairs the share of texts
    that are answered, surest first, with the share of these answers that are wrong.
    """

    f1: float
    precision: float
    recall: float
    average_precision: float
    threshold: float
    f1_with_rules: float
    precision_with_rules: float
    recall_with_rules: float
    texts: int
    positives: int
    sentences_per_second: float
    language: str
    genre: str
    calibration_error: float
    risk_coverage: list[list[float]]


@dataclass(frozen=True, slots=True)
class LanguageReport:
    """Share of texts whose language was told rightly, over all and by language, and the commonest confusions."""

    accuracy: float
    texts: int
    by_language: dict[str, float]
    confusions: dict[str, int]
    texts_per_second: float


@dataclass(frozen=True, slots=True)
class NarrativesReport:
    """How well stories formed as they streamed; ``items_per_second`` counts encoding and grouping."""

    nmi: float
    ari: float
    homogeneity: float
    completeness: float
    items: int
    stories: int
    gold_stories: int
    items_per_second: float


@dataclass(frozen=True, slots=True)
class Labels:
    """Which columns of a labelled table hold the text and the label, and which label is positive."""

    text: str
    label: str
    positive: str


def evaluate_claims(path: Path, *, labels: Labels, out: Path | None = None, say: Say = lambda _: None) -> ClaimsReport:
    """Score each text of a tab-separated file with a header; ``out`` takes one JSON line a text.

    The language is identified over the whole file. Raises ``UnreadableError`` for a missing file, column or positive label.
    """
    texts, gold = _labelled(path, labels)
    code, posts = _language_of(texts), are_posts(texts)
    genre = "posts" if posts else "sentences"
    say(f"{len(texts)} {genre} in {code}, {int(gold.sum())} positive")
    model, start = load_checkworthiness(), time.perf_counter()
    read_as = [without_links(text) for text in texts] if posts else texts
    scores = _scored(read_as, code, model=model, posts=posts, say=say)
    seconds = time.perf_counter() - start
    allowed = np.array([refusal(wording, language(code)) is None for wording in read_wordings(read_as, code)])
    threshold = post_threshold(code) if posts else model.threshold
    said = scores >= threshold
    if out is not None:
        _write(
            out,
            [{"text": t, "score": round(float(s), 4), "said": bool(v)} for t, s, v in zip(texts, scores, said, strict=True)],
        )
    plain, ruled = _figures(gold, said), _figures(gold, said & allowed)
    return ClaimsReport(
        *plain,
        _average_precision(gold, scores),
        round(threshold, 4),
        *ruled,
        len(texts),
        int(gold.sum()),
        round(len(texts) / seconds, 1),
        code,
        genre,
        round(calibration_error(scores, gold), 4),
        risk_coverage(np.abs(_logits(scores) - _logits(np.array([threshold]))), said == gold),
    )


def _scored(texts: Sequence[str], code: str, *, model: Checkworthiness, posts: bool, say: Say) -> NDArray[np.float32]:
    """Return the probability of each text by the weights for posts or for sentences."""
    encoder, scores = load_encoder(), np.zeros(len(texts), np.float32)
    wordings = read_wordings(texts, code)
    for at in range(0, len(texts), _BATCH):
        part = slice(at, at + _BATCH)
        features, vectors = model.features(wordings[part], code), encoder(texts[part])
        if posts:
            scores[part] = score_posts(Posts(texts[part], code, features, vectors), model)
        else:
            scores[part] = model.score(features, code, vectors)
        say(f"scored {min(at + _BATCH, len(texts))} of {len(texts)}")
    return scores


def _logits(probabilities: NDArray[np.floating]) -> NDArray[np.float64]:
    held = np.clip(np.asarray(probabilities, np.float64), 1e-6, 1 - 1e-6)
    result: NDArray[np.float64] = np.log(held / (1 - held))
    return result


def evaluate_language(path: Path, *, out: Path | None = None, say: Say = lambda _: None) -> LanguageReport:
    """Identify each line of a JSONL file with ``text`` and ``language`` (or ``lang``); ``out`` takes one JSON line a text.

    Raises ``UnreadableError`` for a missing file or field.
    """
    rows = list(_lines(path))
    texts = [_field(path, row, ("text", "sentence")) for row in rows]
    gold = [_field(path, row, ("language", "lang", "label")).split("-")[0].casefold() for row in rows]
    say(f"{len(texts)} texts in {len(set(gold))} languages")
    start = time.perf_counter()
    found = identify(texts)
    seconds = time.perf_counter() - start
    right = [code == wanted for (code, _), wanted in zip(found, gold, strict=True)]
    if out is not None:
        _write(out, [{"text": t, "language": c, "probability": p} for t, (c, p) in zip(texts, found, strict=True)])
    wrong = Counter(f"{wanted}>{code}" for (code, _), wanted in zip(found, gold, strict=True) if code != wanted)
    return LanguageReport(
        accuracy=round(sum(right) / max(1, len(right)), 4),
        texts=len(texts),
        by_language={code: _share(right, gold, code) for code in sorted(set(gold))},
        confusions=dict(wrong.most_common(20)),
        texts_per_second=round(len(texts) / max(seconds, 1e-9), 1),
    )


def evaluate_narratives(path: Path, *, out: Path | None = None, say: Say = lambda _: None) -> NarrativesReport:
    """Group a JSONL stream (id, text, gold cluster; the field names of the usual sets are known) and compare.

    Raises ``UnreadableError`` for a missing file or field.
    """
    rows = list(_lines(path))
    texts = [_field(path, row, ("text", "textCleaned", "title")) for row in rows]
    names = [_field(path, row, ("id", "Id", "ID")) for row in rows]
    gold = [_field(path, row, ("cluster", "gold", "clusterNo", "gold_cluster")) for row in rows]
    encoder, builder, start = load_encoder(), NarrativeBuilder(), time.perf_counter()
    found: list[str] = []
    for at in range(0, len(rows), _BATCH):
        part = slice(at, at + _BATCH)
        vectors = encoder(texts[part])
        found += builder.add([(n, t, v, None) for n, t, v in zip(names[part], texts[part], vectors, strict=True)])
        say(f"grouped {len(found)} of {len(rows)} into {len(set(found))} stories")
    seconds = time.perf_counter() - start
    if out is not None:
        _write(out, [{"id": name, "narrative": story} for name, story in zip(names, found, strict=True)])
    return _compared(gold, found, seconds=seconds)


def _compared(gold: Sequence[str], found: Sequence[str], *, seconds: float) -> NarrativesReport:
    from sklearn import metrics  # noqa: PLC0415 # measuring only

    homogeneity, completeness, nmi = metrics.homogeneity_completeness_v_measure(gold, found)
    return NarrativesReport(
        nmi=round(float(nmi), 4),
        ari=round(float(metrics.adjusted_rand_score(gold, found)), 4),
        homogeneity=round(float(homogeneity), 4),
        completeness=round(float(completeness), 4),
        items=len(gold),
        stories=len(set(found)),
        gold_stories=len(set(gold)),
        items_per_second=round(len(gold) / max(seconds, 1e-9), 1),
    )


def _average_precision(gold: NDArray[np.bool_], scores: NDArray[np.float32]) -> float:
    from sklearn.metrics import average_precision_score  # noqa: PLC0415 # measuring only

    return round(float(average_precision_score(gold, scores)), 4)


def _figures(gold: NDArray[np.bool_], said: NDArray[np.bool_]) -> tuple[float, float, float]:
    """Return F1, precision and recall of the positive label, 0 where undefined."""
    hits = int((gold & said).sum())
    precision, recall = hits / max(1, int(said.sum())), hits / max(1, int(gold.sum()))
    f1 = 2 * precision * recall / (precision + recall) if hits else 0.0
    return round(f1, 4), round(precision, 4), round(recall, 4)


def _share(right: Sequence[bool], gold: Sequence[str], code: str) -> float:
    own = [hit for hit, wanted in zip(right, gold, strict=True) if wanted == code]
    return round(sum(own) / len(own), 4)


def _language_of(texts: Sequence[str]) -> str:
    """Return the language that most texts are in."""
    return Counter(code for code, _ in identify(texts[:200])).most_common(1)[0][0]


def _labelled(path: Path, labels: Labels) -> tuple[list[str], NDArray[np.bool_]]:
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UnreadableError(f"{path} cannot be read: {error}.", remedy="Name a tab-separated UTF-8 file.") from error
    if not rows or not {labels.text, labels.label} <= set(rows[0]):
        known = ", ".join(rows[0]) if rows else "none"
        raise UnreadableError(f"{path} lacks the column {labels.text} or {labels.label}.", remedy=f"It has: {known}.")
    gold = np.array([row[labels.label] == labels.positive for row in rows])
    if not gold.any():
        raise UnreadableError(f"No label in {path} is {labels.positive!r}.", remedy="Name the positive label with --positive.")
    return [row[labels.text] or "" for row in rows], gold


def _lines(path: Path) -> Iterator[dict[str, object]]:
    """Yield the objects of a JSONL file, gzipped or not."""
    try:
        with _open(path) as stream:
            for line in stream:
                row = json.loads(line)
                if not isinstance(row, dict):
                    raise UnreadableError(f"{path} holds a line that is no object.", remedy="Name a JSONL file.")
                yield row
    except (OSError, ValueError) as error:
        raise UnreadableError(f"{path} cannot be read: {error}.", remedy="Name a JSONL file (or .jsonl.gz).") from error


def _open(path: Path) -> TextIO:
    return gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8")


def _field(path: Path, row: dict[str, object], names: Sequence[str]) -> str:
    """Return the first of the named fields as text."""
    for name in names:
        if row.get(name) is not None:
            return str(row[name])
    raise UnreadableError(f"A line of {path} has none of {', '.join(names)}.", remedy="Rename its fields.")


def _write(out: Path, rows: Sequence[dict[str, object]]) -> None:
    try:
        out.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    except OSError as error:
        raise UnreadableError(f"{out} cannot be written: {error}.", remedy="Name another file with --out.") from error


def to_dict(report: ClaimsReport | LanguageReport | NarrativesReport) -> dict[str, object]:
    """Return a report as the JSON object that the command prints."""
    return asdict(report)
