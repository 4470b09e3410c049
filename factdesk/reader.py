"""A worker that takes waiting captures down the line until it is told to stop."""

import os
from collections import Counter
from typing import Protocol

import structlog

from factdesk.errors import ArchiveError, IndexUnavailableError, StoreError
from factdesk.flow import process
from factdesk.line import Line
from factdesk.records import Capture, Outcome
from factdesk.store import captures
from factdesk.store.captures import WaitingCapture

_log = structlog.get_logger("factdesk.reader")
_BATCH = 16
_IDLE_S = 0.2
_BACKOFF_S = 5.0


class Stop(Protocol):
    """Tells a long-running loop to end: a ``threading`` or ``multiprocessing`` event."""

    def is_set(self) -> bool:
        """Say whether it is time to end."""
        ...

    def wait(self, timeout: float) -> bool:
        """Wait up to ``timeout`` seconds for the end."""
        ...


def run_reader(line: Line, *, stop: Stop) -> Counter[Outcome]:
    """Read what waits until ``stop`` is set; a store or index that is away is asked again later. Returns outcomes."""
    outcomes: Counter[Outcome] = Counter()
    name, away = f"reader-{os.getpid()}", False
    while not stop.is_set():
        try:
            done = read_batch(line, worker=name)
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
    return outcomes


def drain(line: Line) -> Counter[Outcome]:
    """Read everything that waits now; returns outcomes. Raises ``IndexUnavailableError`` or ``StoreError`` on an outage."""
    outcomes: Counter[Outcome] = Counter()
    while done := read_batch(line, worker=f"reader-{os.getpid()}"):
        outcomes += done
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
