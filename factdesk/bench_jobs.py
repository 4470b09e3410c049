"""What child processes do while collection is measured: read without checking, and count what collecting costs."""

import json
import os
import time
from collections import deque
from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import Engine

from crawlers import Archive
from factdesk.extracting import Batch, Extractor
from factdesk.reading import Read
from factdesk.schedule import run_collector
from factdesk.settings import Settings
from factdesk.stop import Stop
from factdesk.store import captures, documents, sources
from factdesk.store.database import open_store, writing
from factdesk.store.ledger import end_item

_BATCH = 16


def read_only(settings: Settings, stop: Stop) -> None:
    """Read what waits and end it in the ledger, without checking it (a child's job)."""
    engine, archive = open_store(settings.store), Archive(settings.archive)
    known = {source.id: source for source in sources.list_sources(engine)}
    begun: deque[Batch] = deque()
    with Extractor(settings.workers) as extractor:
        while not stop.is_set():
            while len(begun) <= extractor.processes:
                rows = captures.waiting(engine, limit=_BATCH, worker=f"reader-{os.getpid()}")
                if not rows:
                    break
                begun.append(extractor.begin([captures.load(archive, row) for row in rows], known))
            if begun:
                _end(engine, extractor.finish(begun.popleft()))
            else:
                stop.wait(0.2)
    engine.dispose()


def _end(engine: Engine, reads: Iterable[Read]) -> None:
    at = datetime.now(UTC)
    with writing(engine) as connection:
        for read in reads:
            documents.put_documents(connection, [(read.document, None)] if read.document else [])
            captures.done(connection, read.capture.id, outcome=read.outcome, reason=read.reason, at=at)
            end_item(connection, read.capture.item_id, outcome=read.outcome, reason=read.reason, at=at)


def collect_counted(settings: Settings, stop: Stop) -> None:
    """Poll each source once and write down the processor seconds from the first event on (a child's job)."""
    moments: list[float] = []
    run_collector(settings, once=True, stop=stop, on_event=lambda _: moments.append(time.process_time()))
    spent = time.process_time() - (moments[0] if moments else 0.0)
    (settings.data / "cpu.json").write_text(json.dumps(spent), encoding="ascii")
