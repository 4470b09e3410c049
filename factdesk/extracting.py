"""Reads captures in processes of their own, a batch ahead of the checks: extraction is half of the line's work.

Only reading is shared out. Copies, narratives and findings are decided in one process, in the order the captures came.
"""

import faulthandler
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from multiprocessing.connection import wait
from pathlib import Path
from types import TracebackType
from typing import Self

import structlog

from factdesk.errors import FactdeskError
from factdesk.reading import Read, read_captures
from factdesk.records import Capture, Outcome, Source
from nlp.language import identify

_log = structlog.get_logger("factdesk.extracting")
_TRIES = 3
_STARTS = 20  # times that a process may end before it read anything
_PAGE_S = 20.0  # an article takes a fiftieth of one second
_AGAIN_S = 1.0
_SPAWN = multiprocessing.get_context("spawn")  # a fork would copy the models' threads


class PageTimeoutError(FactdeskError):
    """A page took longer to read than any page deserves."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Captures that are being read, with their sources."""

    captures: tuple[Capture, ...]
    sources: dict[int, Source]
    future: Future[list[Read]]


@dataclass(slots=True)
class Extractor:
    """A pool of ``processes`` that read captures; ``languages`` as in ``read_captures``. Close it, or use it in ``with``.

    A capture that takes longer than ``page_s`` seconds to read is quarantined.
    """

    processes: int
    languages: tuple[str, ...] = ()
    page_s: float = _PAGE_S
    _pool: ProcessPoolExecutor = field(init=False)

    def __post_init__(self) -> None:
        self._pool = self._open(self.processes)

    def begin(self, captures: Sequence[Capture], sources: dict[int, Source]) -> Batch:
        """Begin to read captures; returns at once."""
        return Batch(tuple(captures), sources, self._submit(captures, sources))

    def finish(self, batch: Batch) -> list[Read]:
        """Return what the captures of ``batch`` became, in order; one that ends the process that reads it is quarantined."""
        try:
            return batch.future.result()
        except BrokenProcessPool:
            return self._one_by_one(batch)

    def close(self) -> None:
        """End the processes; what they are reading is thrown away."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _one_by_one(self, batch: Batch) -> list[Read]:
        """Read captures in a process apart, one at a time, so that none is blamed for another."""
        reads: list[Read] = []
        tries = starts = 0
        while len(reads) < len(batch.captures):
            with self._open(1) as apart:
                if starts < _STARTS and not _begun(apart):
                    starts += 1
                    continue  # it ended before any page was before it: no page is to blame
                for capture in batch.captures[len(reads) :]:
                    began = time.monotonic()
                    try:
                        reads += apart.submit(_read, [capture], batch.sources, self._how()).result()
                        tries = 0
                    except BrokenProcessPool:
                        tries, took = tries + 1, time.monotonic() - began
                        if tries == _TRIES or took >= 2 * self.page_s:  # once may be an operator's kill, or want of memory
                            reads.append(self._ended(capture, took))
                            tries = 0
                        break
        return reads

    def _ended(self, capture: Capture, seconds: float) -> Read:
        """A capture that ended the process that read it, or that was ended with it for taking too long."""
        late = seconds >= 2 * self.page_s
        reason = f"It took longer than {self.page_s:g} s to read." if late else "It ended the process that read it."
        _log.warning("capture quarantined", capture=capture.id, reason=reason)
        return Read(replace(capture, body=b""), Outcome.QUARANTINED, reason)

    def _submit(self, captures: Sequence[Capture], sources: dict[int, Source]) -> Future[list[Read]]:
        try:
            return self._pool.submit(_read, captures, sources, self._how())
        except BrokenProcessPool:
            self._pool.shutdown(wait=False)
            self._pool = self._open(self.processes)
            return self._pool.submit(_read, captures, sources, self._how())

    def _how(self) -> "_How":
        return _How(self.languages, self.page_s)

    def _open(self, processes: int) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(processes, mp_context=_SPAWN, initializer=_begin)


@dataclass(frozen=True, slots=True)
class _How:
    """How captures are read: ``languages`` to keep, seconds a page may take."""

    languages: tuple[str, ...]
    page_s: float


def _begun(pool: ProcessPoolExecutor) -> bool:
    """Whether the pool's process is up and has loaded what it needs."""
    try:
        return pool.submit(bool, "up").result()
    except BrokenProcessPool:
        return False


def _read(captures: Sequence[Capture], sources: dict[int, Source], how: _How) -> list[Read]:
    """Read captures in a process of the pool; the bytes are not sent back."""
    reads = [_in_time(capture, sources, how) for capture in captures]
    return [replace(read, capture=replace(read.capture, body=b"")) for read in reads]


def _in_time(capture: Capture, sources: dict[int, Source], how: _How) -> Read:
    """Read one capture, or quarantine it when that takes too long."""
    try:
        with _limited(capture.id, how.page_s):
            return read_captures([capture], sources, languages=how.languages)[0]
    except PageTimeoutError as error:
        return Read(capture, Outcome.QUARANTINED, str(error))


@contextmanager
def _limited(capture: int, seconds: float) -> Iterator[None]:
    """Interrupt what takes longer than ``seconds``, and end this process when even that does not help.

    The first works wherever Python or ``re`` runs; the second also inside a library that does not come back.
    """

    def interrupt(*_: object) -> None:
        _log.warning("a page takes too long", capture=capture)
        raise PageTimeoutError(f"It took longer than {seconds:g} s to read.")

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, seconds, _AGAIN_S)  # again, because a library may swallow the first
    with Path(os.devnull).open("w") as nowhere:  # the traceback would name nothing but a library's inside
        faulthandler.dump_traceback_later(2 * seconds, exit=True, file=nowhere)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            faulthandler.cancel_dump_traceback_later()
            signal.signal(signal.SIGALRM, before)


def _begin() -> None:
    """Leave Ctrl-C to the supervisor, and end with the process that the pool belongs to, also when that is killed.

    What the first page would wait for is loaded here, outside its time.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, name="end-with-parent", daemon=True).start()
    identify(["The river rose."], hints=[None])


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
