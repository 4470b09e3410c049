"""Speed as ratios within one run: the whole line against extraction alone, on the same recorded pages."""

import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, func, select

from crawlers import read_page
from factdesk.errors import FactdeskError
from factdesk.process_load import peak_mb, with_children
from factdesk.records import Capture, CaptureKind
from factdesk.replay import RecordedPage, ReplayServer
from factdesk.serve import Crew, collect_once, crew, read
from factdesk.settings import CollectorSettings, Settings, load_settings
from factdesk.store import sources
from factdesk.store.database import open_store, reading, writing
from factdesk.store.progress import Progress, progress
from factdesk.store.sources import NewSource
from factdesk.store.tables import captures, items

_TICK_S = 0.2
_QUIET_TICKS = 5
_PATIENCE_S = 900.0


@dataclass(frozen=True, slots=True)
class LineReport:
    """Pages per second of extraction alone and of the whole line, their ratio, and what became of the pages.

    ``line_seconds`` runs from the first page fetched to the last one ended (processes and models are up by then);
    ``peak_mb`` is the sum of each process's own peak of resident memory, the extraction's run not included.
    """

    pages: int
    extraction_seconds: float
    extraction_pages_per_s: float
    line_seconds: float
    line_pages_per_s: float
    ratio: float
    peak_mb: float
    outcomes: dict[str, int]

    def to_dict(self) -> dict[str, object]:
        """Return the fields for printing as JSON."""
        return asdict(self)


def bench_line(archive: Path, *, say: Callable[[str], None] = lambda _: None) -> LineReport:
    """Measure both on the pages of ``archive`` (a recording as ``factdesk replay`` takes it). Raises ``UnreadableError``."""
    with ReplayServer(archive) as server, tempfile.TemporaryDirectory(prefix="factdesk-bench-") as folder:
        say(f"extraction alone: {server.pages} pages")
        extraction = _extraction(server.recorded)
        say(f"extraction alone: {server.pages / extraction:.1f} pages/s; now the whole line")
        settings = _settings(Path(folder), proxy=server.url)
        engine = open_store(settings.store)
        with writing(engine) as connection:
            for source in server.sources():
                sources.add(connection, NewSource(source.kind, source.url, source.name), now=datetime.now(UTC))
        with crew(settings) as hands:
            hands.start("reader", read)
            hands.start("collector", collect_once)
            done = _settled(hands, engine, say=say)
            peak = _peak_mb(hands)
        seconds, ended = _line_seconds(engine)
        engine.dispose()
    rate, alone = ended / seconds, server.pages / extraction
    return LineReport(
        pages=ended,
        extraction_seconds=round(extraction, 2),
        extraction_pages_per_s=round(alone, 2),
        line_seconds=round(seconds, 2),
        line_pages_per_s=round(rate, 2),
        ratio=round(rate / alone, 3),
        peak_mb=round(peak, 1),
        outcomes=dict(done.outcomes),
    )


def _extraction(pages: tuple[RecordedPage, ...]) -> float:
    """Return the seconds that one process needs to extract all pages that lie in memory."""
    loaded = [capture_of(number, page) for number, page in enumerate(pages, start=1)]
    read_page(loaded[0])  # imports and caches are not what is measured
    began = time.perf_counter()
    for capture in loaded:
        read_page(capture)
    return time.perf_counter() - began


def capture_of(number: int, page: RecordedPage) -> Capture:
    """Return a recorded page as a capture with its bytes."""
    return Capture(
        id=number,
        source_id=1,
        kind=CaptureKind.PAGE,
        url=page.url,
        fetched_at=datetime.now(UTC),
        status=200,
        media_type=page.media_type.split(";")[0],
        charset=None,
        digest="",
        body=page.body.read_bytes(),
    )


def _settings(folder: Path, *, proxy: str) -> Settings:
    collector = CollectorSettings(
        contact="bench@factdesk.localhost", delay_s=0, concurrency=64, proxy=proxy, max_items_per_poll=10_000
    )
    return load_settings(data=folder, store="", index="", log_level="error", collector=collector)


def _settled(hands: Crew, engine: Engine, *, say: Callable[[str], None]) -> Progress:
    began, quiet, told = time.monotonic(), 0, 0.0
    while quiet < _QUIET_TICKS:
        if hands.stop.wait(_TICK_S):
            raise FactdeskError("The measurement was interrupted.")
        if fallen := hands.fallen():
            raise FactdeskError(f"The {fallen[0]} process ended.", remedy="The lines above say why.")
        now, elapsed = progress(engine), time.monotonic() - began
        quiet = quiet + 1 if now.settled else 0
        if elapsed - told > 5:
            told = elapsed
            say(f"{elapsed:.0f} s: {now.fetched} fetched, {sum(now.outcomes.values())} ended, {now.claims} claims")
        if elapsed > _PATIENCE_S:
            raise FactdeskError("The line did not settle within fifteen minutes.", remedy="Run factdesk doctor.")
    return now


def _line_seconds(engine: Engine) -> tuple[float, int]:
    with reading(engine) as connection:
        first = connection.execute(select(func.min(captures.c.fetched_at))).scalar()
        last = connection.execute(select(func.max(items.c.ended_at))).scalar()
        ended = connection.execute(select(func.count()).where(items.c.outcome.is_not(None))).scalar_one()
    if first is None or last is None:
        raise FactdeskError("Nothing was collected.", remedy="Look at the lines above.")
    return max((last - first).total_seconds(), 0.001), ended


def _peak_mb(hands: Crew) -> float:
    return sum(peak_mb(pid) for child in hands.members.values() if child.pid for pid in with_children(child.pid))
