"""How many of the claims that are nearest in meaning the index finds, against comparing all of them, and how fast.

The vectors are mixtures of encoded invented sentences with some noise: neighbours lie dense, as those of real claims do, and a
million of them need not be encoded.
"""

import json
import resource
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import product

import numpy as np
from numpy.typing import NDArray

from index.base import Entry, EntryKind, Probe, SearchIndex
from nlp.base import Encoder

DEPTH = 50
_BATCH = 5_000
_NOISE = 0.02
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WHO = ("The mayor", "A hospital", "The river authority", "A teacher", "The museum", "A bakery", "The army", "A minister",
        "The power company", "A nurse", "The harbour", "A farmer")  # fmt: skip
_DID = ("opened", "hid", "sold", "burned", "poisoned", "counted", "closed", "stole", "paid for", "lost")
_WHAT = ("the dam", "forty ballots", "the vaccine", "a bridge", "the bread", "the schools", "drinking water", "the radio tower",
         "old masks", "the tax records", "a ferry", "the flood wall")  # fmt: skip
Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class MeaningScores:
    """Recall of the nearest 50 (0 … 1), milliseconds a question (percentiles; the first), seconds to index, peak memory.

    ``cpu`` are milliseconds of this process's processor: on a busy machine the others say how busy it was.
    """

    claims: int
    questions: int
    recall_at_50: float
    p50_ms: float
    p95_ms: float
    cpu_p50_ms: float
    cpu_p95_ms: float
    first_ms: float
    index_seconds: float
    peak_mb: float

    def line(self) -> str:
        """Return the scores as one JSON object on one line."""
        return json.dumps({name.replace("_at_", "@"): round(value, 4) for name, value in asdict(self).items()})


def measure_meaning(
    index: SearchIndex, *, claims: int, questions: int, encoder: Encoder, say: Callable[[str], None]
) -> MeaningScores:
    """Index ``claims`` invented claims, ask for those nearest to ``questions`` others, and compare with all of them."""
    seeds = encoder([f"{who} {did} {what}." for who, did, what in product(_WHO, _DID, _WHAT)])
    asked = next(mixtures(seeds, questions, seed=1))
    best = np.zeros((questions, 0), dtype=np.float32)
    names = np.zeros((questions, 0), dtype=np.int64)
    done, spent = 0, 0.0
    for batch in mixtures(seeds, claims, seed=2):
        numbers = np.broadcast_to(np.arange(done, done + len(batch)), (questions, len(batch)))
        best, names = _nearest(np.hstack([best, asked @ batch.T]), np.hstack([names, numbers]))
        started = time.perf_counter()
        index.add([_claim(done + at, vector) for at, vector in enumerate(batch)])
        spent += time.perf_counter() - started
        done += len(batch)
        say(f"{done} claims indexed")
    found, milliseconds, cpu = _ask(index, asked)
    shared = [len(found[at] & {f"c{name}" for name in names[at].tolist()}) / names.shape[1] for at in range(questions)]
    return MeaningScores(
        claims,
        questions,
        recall_at_50=float(np.mean(shared)),
        p50_ms=float(np.percentile(milliseconds[1:], 50)),
        p95_ms=float(np.percentile(milliseconds[1:], 95)),
        cpu_p50_ms=float(np.percentile(cpu[1:], 50)),
        cpu_p95_ms=float(np.percentile(cpu[1:], 95)),
        first_ms=milliseconds[0],
        index_seconds=spent,
        peak_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    )


def mixtures(seeds: Vectors, count: int, *, seed: int) -> Iterator[Vectors]:
    """Yield ``count`` unit vectors in batches, each a mixture of two of ``seeds`` and noise; the same each time."""
    random = np.random.default_rng(seed)
    for start in range(0, count, _BATCH):
        size = min(_BATCH, count - start)
        first, second = (seeds[random.integers(len(seeds), size=size)] for _ in range(2))
        share = random.uniform(0.5, 0.9, (size, 1)).astype(np.float32)
        mixed = share * first + (1 - share) * second
        mixed += _NOISE * random.standard_normal(mixed.shape, dtype=np.float32)
        yield mixed / np.linalg.norm(mixed, axis=1, keepdims=True)


def _ask(index: SearchIndex, asked: Vectors) -> tuple[list[set[str]], list[float], list[float]]:
    """Ask the first question twice: its first time is what a process that has just begun takes."""
    found, milliseconds, cpu = [], [], []
    for vector in [asked[0], *asked]:
        started, busy = time.perf_counter(), time.process_time()
        found.append(set(index.claims_near([Probe("", "", vector)], limit=DEPTH)[0]))
        milliseconds.append((time.perf_counter() - started) * 1000)
        cpu.append((time.process_time() - busy) * 1000)
    return found[1:], milliseconds, cpu


def _nearest(cosines: Vectors, names: NDArray[np.int64]) -> tuple[Vectors, NDArray[np.int64]]:
    order = np.argsort(-cosines, axis=1)[:, :DEPTH]
    return np.take_along_axis(cosines, order, axis=1), np.take_along_axis(names, order, axis=1)


def _claim(number: int, vector: Vectors) -> Entry:
    text = f"Invented claim {number}"
    return Entry(f"c{number}", EntryKind.CLAIM, "", text, "en", _EPOCH, vector=vector, document_id=f"d{number}")
