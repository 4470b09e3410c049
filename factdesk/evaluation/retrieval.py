"""How well the index finds the fact-check that a post is about: the measures of CheckThat! and of BEIR, on labelled queries.

A library is JSON lines (plain, ``.gz`` or ``.xz``) with ``id``, ``title``, ``claim`` or ``text``, ``subtitle``, ``url``;
queries are ``id TAB text``; relevance is ``query TAB 0 TAB id TAB 1``. What is compared is the claim (else the title);
the rest of the article is only searched by words.
"""

import gzip
import json
import lzma
import resource
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TextIO

import numpy as np
from numpy.typing import NDArray

from factdesk.errors import UnreadableError
from factdesk.evaluation.edits import EDITS
from factdesk.records import Passage, PassageKind
from index import spoken
from index.base import Entry, EntryKind, Probe, SearchIndex
from nlp.base import Encoder

_BATCH = 500
_DEPTH = 100
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class RetrievalScores:
    """Means over queries (0 … 1), seconds to index, milliseconds a query (50th and 95th percentile), and peak memory."""

    library: int
    queries: int
    map_at_5: float
    map_at_20: float
    mrr_at_10: float
    success_at_10: float
    recall_at_100: float
    index_seconds: float
    p50_ms: float
    p95_ms: float
    peak_mb: float

    def line(self, losses: Mapping[str, float] | None = None) -> str:
        """Return the scores as one JSON object on one line, named as the field names them (``map@5``), and ``losses``."""
        fields = {name.replace("_at_", "@"): getattr(self, name) for name in self.__dataclass_fields__}
        return json.dumps({name: round(value, 4) for name, value in (fields | dict(losses or {})).items()})


@dataclass(frozen=True, slots=True)
class RetrievalTask:
    """What is measured: a library, queries, and which passages each query is about."""

    library: Path
    queries: Mapping[str, str]
    relevant: Mapping[str, frozenset[str]]
    limit: int | None = None


def read_task(library: Path, *, queries: Path, qrels: Path, limit: int | None = None) -> RetrievalTask:
    """Read queries and relevance. Raises `UnreadableError` naming the file and the line that is not as it should be."""
    texts = {row[0]: row[1] for row in _rows(queries, columns=2)}
    relevant: dict[str, set[str]] = {}
    for query, _, passage, grade in _rows(qrels, columns=4):
        if grade.strip() != "0":
            relevant.setdefault(query, set()).add(passage)
    known = {query: text for query, text in texts.items() if query in relevant}
    if not known:
        raise UnreadableError(f"No query of {queries} is in {qrels}.", remedy="Give the relevance file of these queries.")
    return RetrievalTask(library, known, {query: frozenset(ids) for query, ids in relevant.items()}, limit)


def measure_retrieval(task: RetrievalTask, index: SearchIndex, *, encoder: Encoder, say: Say) -> RetrievalScores:
    """Index the library, ask every query by itself, and score the order; ``say`` is told the progress."""
    started = time.perf_counter()
    size = 0
    for batch in _batched(read_library(task.library, limit=task.limit)):
        vectors = encoder([passage.text for passage in batch])
        index.add([_entry(passage, vector) for passage, vector in zip(batch, vectors, strict=True)])
        size += len(batch)
        say(f"{size} passages indexed, {size / (time.perf_counter() - started):.0f} a second")
    index.candidates([_probe("warm", encoder=encoder)])  # what is derived is made, or made ready, by the first to ask
    indexed = time.perf_counter() - started
    ranked, milliseconds = _ask(task, index, encoder=encoder, say=say)
    map_5, map_20, mrr, success, recall = _means(
        [_scores(found, relevant=task.relevant[query]) for query, found in ranked.items()]
    )
    return RetrievalScores(
        *(size, len(ranked)),
        *(map_5, map_20, mrr, success, recall),
        index_seconds=indexed,
        p50_ms=_percentile(milliseconds, 50),
        p95_ms=_percentile(milliseconds, 95),
        peak_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    )


def measure_losses(task: RetrievalTask, index: SearchIndex, *, encoder: Encoder, say: Say) -> dict[str, float]:
    """Ask the indexed library about altered queries too; return what each kind of edit takes from map@5, and their mean."""
    kinds: dict[str, Callable[[str], str]] = {"unedited": str, **EDITS}
    found = {}
    for kind, edit in kinds.items():
        say(f"queries as they are altered by {kind}")
        edited = replace(task, queries={query: edit(text) for query, text in task.queries.items()})
        ranked, _ = _ask(edited, index, encoder=encoder, say=say)
        found[kind] = _means([_scores(ids, relevant=task.relevant[query]) for query, ids in ranked.items()])[0]
    losses = {f"loss_{kind}": found["unedited"] - found[kind] for kind in EDITS}
    return {"loss": sum(losses.values()) / len(losses), **losses}


def read_library(path: Path, *, limit: int | None = None) -> Iterator[Passage]:
    """Yield the passages of a library file. Raises `UnreadableError` naming the line."""
    with _open(path) as lines:
        for number, line in enumerate(islice(lines, limit), start=1):
            try:
                yield _passage(json.loads(line))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                remedy = "Each line is a JSON object with id and claim, title or text."
                raise UnreadableError(f"Line {number} of {path} cannot be read: {error}.", remedy=remedy) from error


def average_precision(found: Sequence[str], relevant: frozenset[str], *, depth: int) -> float:
    """Return the average precision at ``depth``: the mean, over the relevant, of the precision where each was found."""
    hits, total = 0, 0.0
    for rank, one in enumerate(found[:depth], start=1):
        if one in relevant:
            hits += 1
            total += hits / rank
    return total / min(len(relevant), depth)


def _scores(found: Sequence[str], *, relevant: frozenset[str]) -> tuple[float, ...]:
    first = next((rank for rank, one in enumerate(found[:10], start=1) if one in relevant), None)
    return (
        average_precision(found, relevant, depth=5),
        average_precision(found, relevant, depth=20),
        0.0 if first is None else 1.0 / first,
        0.0 if first is None else 1.0,
        len(relevant.intersection(found[:_DEPTH])) / len(relevant),
    )


def _ask(task: RetrievalTask, index: SearchIndex, *, encoder: Encoder, say: Say) -> tuple[dict[str, list[str]], list[float]]:
    ranked: dict[str, list[str]] = {}
    milliseconds = []
    for number, (query, text) in enumerate(task.queries.items(), start=1):
        probe = _probe(text, encoder=encoder)
        started = time.perf_counter()
        found = index.candidates([probe], limit=_DEPTH)[0]
        milliseconds.append((time.perf_counter() - started) * 1000)
        ranked[query] = [one.passage.id for one in found]
        if number % 100 == 0:
            say(f"{number} of {len(task.queries)} queries asked")
    return ranked, milliseconds


def _probe(text: str, *, encoder: Encoder) -> Probe:
    return Probe(text, "", encoder([spoken(text)])[0])


def _entry(passage: Passage, vector: NDArray[np.float32]) -> Entry:
    when = passage.published_at or _EPOCH
    return Entry(
        *(passage.id, EntryKind.FACTCHECK, passage.title, passage.text, passage.language, when),
        source=passage.publisher,
        passage=passage,
        vector=vector,
    )


def _passage(fields: Mapping[str, str]) -> Passage:
    claim, title = fields.get("claim") or "", fields.get("title") or ""
    detail = "\n".join(part for part in (fields.get("subtitle"), fields.get("text")) if part)
    return Passage(
        *(fields["id"], PassageKind.FACTCHECK, claim or title or detail[:500], fields.get("url") or "", ""),
        fields.get("lang") or "",
        title=title if claim else "",
        detail=detail,
    )


def _open(path: Path) -> TextIO:
    try:
        if path.suffix == ".gz":
            return gzip.open(path, "rt", encoding="utf-8")
        return lzma.open(path, "rt", encoding="utf-8") if path.suffix == ".xz" else path.open(encoding="utf-8")
    except OSError as error:
        raise UnreadableError(f"{path} cannot be opened: {error.strerror}.", remedy="Check the path.") from error


def _rows(path: Path, *, columns: int) -> Iterator[list[str]]:
    with _open(path) as lines:
        for number, line in enumerate(lines, start=1):
            row = line.rstrip("\n").split("\t", columns - 1)
            if len(row) != columns:
                remedy = f"Each line has {columns} columns with tabs between them."
                raise UnreadableError(f"Line {number} of {path} has {len(row)} columns.", remedy=remedy)
            yield row


def _batched(passages: Iterable[Passage]) -> Iterator[list[Passage]]:
    waiting = iter(passages)
    while batch := list(islice(waiting, _BATCH)):
        yield batch


def _means(rows: Sequence[tuple[float, ...]]) -> list[float]:
    return [sum(column) / len(rows) for column in zip(*rows, strict=True)]


def _percentile(values: Sequence[float], share: int) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * share // 100)]
