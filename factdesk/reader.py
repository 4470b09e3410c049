"""A worker that takes waiting captures down the line until it is told to stop."""

import contextlib
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

import structlog
from sqlalchemy import Engine

from factdesk.editorial.watch import review
from factdesk.editorial.working import expire
from factdesk.errors import ArchiveError, IndexUnavailableError, StoreError
from factdesk.extracting import Batch, Extractor
from factdesk.flow import process, process_reads
from factdesk.line import Line
from factdesk.records import Capture, Outcome
from factdesk.settings import Settings
from factdesk.store import captures
from factdesk.store.captures import WaitingCapture

_log = structlog.get_logger("factdesk.reader")
_BATCH = 16
_IDLE_S = 0.2
_BACKOFF_S = 5.0
_WATCH_S = 300.0
_TIDY_S = 21_600.0


class Stop(Protocol):
    """Tells a long-running loop to end: a ``threading`` or ``multiprocessing`` event."""

    def is_set(self) -> bool:
        """Say whether it is time to end."""
        ...

    def wait(self, timeout: float) -> bool:
        """Wait up to ``timeout`` seconds for the end."""
        ...


def run_reader(line: Line, *, stop: Stop) -> Counter[Outcome]:
    """Read what waits until ``stop`` is set; a store or index that is away is asked again later. Returns outcomes.

    Pages are read in processes of their own, a batch ahead; everything is decided here, in order.
    """
    outcomes: Counter[Outcome] = Counter()
    away = False
    with contextlib.suppress(StoreError):  # it is away: said below, and the claims run out by themselves
        captures.free_dead(line.engine)
    with Extractor(line.settings.workers, line.settings.check.languages) as extractor:
        ahead, watch, tidy = _Ahead(line, extractor), _Watch(line.engine), _Tidy(line.engine, line.settings)
        while not stop.is_set():
            try:
                done = ahead.next()
                watch.look()
                tidy.look()
            except (IndexUnavailableError, StoreError) as error:
                if not away:
                    _log.warning("the line waits", why=str(error))
                away = True
                stop.wait(_BACKOFF_S)
                continue
            if away:
                _log.warning("the line goes on")
            away = False
            outcomes += done
            if not done:
                stop.wait(_IDLE_S)
        ahead.give_back()
    return outcomes


@dataclass(slots=True)
class _Watch:
    """Looks every so often whether what was read, or is gone, is evidence that a statement stands on."""

    engine: Engine
    _next: float = 0.0

    def look(self) -> None:
        """Tell of new changes when it is time. Raises ``StoreError``."""
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + _WATCH_S
        try:
            if found := review(self.engine, at=datetime.now(UTC)):
                _log.warning("evidence changed that statements stand on", changes=found)
        except StoreError:
            raise
        except Exception:  # noqa: BLE001 # what a page says must not stop the reading of all others
            _log.exception("the evidence could not be compared")


@dataclass(slots=True)
class _Tidy:
    """Forgets every few hours what was typed on the desk, never saved and not touched for long."""

    engine: Engine
    settings: Settings
    _next: float = 0.0

    def look(self) -> None:
        """Forget when it is time. Raises ``StoreError``."""
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + _TIDY_S
        expire(self.engine, keep=timedelta(days=self.settings.desk.keep_unsaved_days), at=datetime.now(UTC))


@dataclass(slots=True)
class _Ahead:
    """Batches that are being read while an earlier one is checked."""

    line: Line
    extractor: Extractor
    _name: str = field(default_factory=captures.worker_name)
    _begun: deque[tuple[list[int], Batch]] = field(default_factory=deque)

    def next(self) -> Counter[Outcome]:
        """Take the oldest batch down the line, having begun the next ones; none when nothing waits. Raises on an outage."""
        outcomes = self._begin()
        if not self._begun:
            return outcomes
        ids, batch = self._begun.popleft()
        try:
            outcomes.update(read.outcome for read in process_reads(self.line, self.extractor.finish(batch)))
        except (IndexUnavailableError, StoreError):
            self._release(ids)
            self.give_back()
            raise
        return outcomes

    def give_back(self) -> None:
        """Give back what was begun and not taken down the line."""
        self._release([capture_id for ids, _ in self._begun for capture_id in ids])
        self._begun.clear()

    def _begin(self) -> Counter[Outcome]:
        broken: Counter[Outcome] = Counter()
        while len(self._begun) <= self.extractor.processes:
            rows = captures.waiting(self.line.engine, limit=_BATCH, worker=self._name)
            if not rows:
                break
            loaded, failed = _loaded(self.line, rows)
            broken += failed
            if loaded:
                sources = {capture.source_id: self.line.source(capture.source_id) for capture in loaded}
                self._begun.append(([capture.id for capture in loaded], self.extractor.begin(loaded, sources)))
        return broken

    def _release(self, ids: list[int]) -> None:
        with contextlib.suppress(StoreError):  # it is away: the claims run out by themselves
            captures.release(self.line.engine, ids)


def drain(line: Line) -> Counter[Outcome]:
    """Read everything that waits now; returns outcomes. Raises ``IndexUnavailableError`` or ``StoreError`` on an outage."""
    outcomes: Counter[Outcome] = Counter()
    captures.free_dead(line.engine)
    while done := read_batch(line, worker=captures.worker_name()):
        outcomes += done
    _Watch(line.engine).look()
    return outcomes


def read_batch(line: Line, *, worker: str) -> Counter[Outcome]:
    """Take one batch down the line; on an outage its captures are given back."""
    rows = captures.waiting(line.engine, limit=_BATCH, worker=worker)
    if not rows:
        return Counter()
    loaded, outcomes = _loaded(line, rows)
    try:
        outcomes.update(read.outcome for read in process(line, loaded)) if loaded else None
    except (IndexUnavailableError, StoreError):
        captures.release(line.engine, [row.id for row in rows])
        raise
    return outcomes


def _loaded(line: Line, rows: list[WaitingCapture]) -> tuple[list[Capture], Counter[Outcome]]:
    """Load captures from the archive; one that cannot be read is quarantined."""
    loaded: list[Capture] = []
    broken: Counter[Outcome] = Counter()
    for row in rows:
        try:
            loaded.append(captures.load(line.archive, row))
        except ArchiveError as error:
            captures.quarantine(line.engine, row, reason=str(error))
            broken[Outcome.QUARANTINED] += 1
    return loaded, broken
