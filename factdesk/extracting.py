"""Reads captures in processes of their own, a batch ahead of the checks: extraction is half of the line's work.

Only reading is shared out. Copies, narratives and findings are decided in one process, in the order the captures came.
"""

import multiprocessing
import os
import signal
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from multiprocessing.connection import wait
from types import TracebackType
from typing import Self

import structlog

from factdesk.reading import Read, read_captures
from factdesk.records import Capture, Outcome, Source

_log = structlog.get_logger("factdesk.extracting")
_SPAWN = multiprocessing.get_context("spawn")  # a fork would copy the models' threads


@dataclass(frozen=True, slots=True)
class Batch:
    """Captures that are being read, with their sources."""

    captures: tuple[Capture, ...]
    sources: dict[int, Source]
    future: Future[list[Read]]


@dataclass(slots=True)
class Extractor:
    """A pool of ``processes`` that read captures; ``languages`` as in ``read_captures``. Close it, or use it in ``with``."""

    processes: int
    languages: tuple[str, ...] = ()
    _pool: ProcessPoolExecutor = field(init=False)

    def __post_init__(self) -> None:
        self._pool = self._open()

    def begin(self, captures: Sequence[Capture], sources: dict[int, Source]) -> Batch:
        """Begin to read captures; returns at once."""
        return Batch(tuple(captures), sources, self._submit(captures, sources))

    def finish(self, batch: Batch) -> list[Read]:
        """Return what the captures of ``batch`` became, in order; one that ends the process that reads it is quarantined."""
        try:
            return batch.future.result()
        except BrokenProcessPool:
            return [self._alone(capture, batch.sources) for capture in batch.captures]

    def close(self) -> None:
        """End the processes; what they are reading is thrown away."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _alone(self, capture: Capture, sources: dict[int, Source]) -> Read:
        try:
            return self._submit([capture], sources).result()[0]
        except BrokenProcessPool:
            _log.warning("capture quarantined: it ended the process that read it", capture=capture.id)
            return Read(replace(capture, body=b""), Outcome.QUARANTINED, "It ended the process that read it.")

    def _submit(self, captures: Sequence[Capture], sources: dict[int, Source]) -> Future[list[Read]]:
        try:
            return self._pool.submit(_read, captures, sources, self.languages)
        except BrokenProcessPool:
            self._pool.shutdown(wait=False)
            self._pool = self._open()
            return self._pool.submit(_read, captures, sources, self.languages)

    def _open(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(self.processes, mp_context=_SPAWN, initializer=_begin)


def _read(captures: Sequence[Capture], sources: dict[int, Source], languages: tuple[str, ...]) -> list[Read]:
    """Read captures in a process of the pool; the bytes are not sent back."""
    reads = read_captures(captures, sources, languages=languages)
    return [replace(read, capture=replace(read.capture, body=b"")) for read in reads]


def _begin() -> None:
    """Leave Ctrl-C to the supervisor, and end with the process that the pool belongs to, also when that is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, name="end-with-parent", daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
