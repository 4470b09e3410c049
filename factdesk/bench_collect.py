"""Measures collection against the bars it has to keep: speed, manners, memory, and what many sources cost.

*End to end* means: a page was fetched by the collector, archived, read by the reader's processes (text, date, language), and
its outcome stands in the ledger. Checking claims is another matter (``factdesk bench line``). All of it runs on a farm of
invented outlets on loopback, whose server sees each request and is no part of what is measured.
"""

import json
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path

from sqlalchemy import Connection, Engine, func, insert, select

from crawlers import read_page
from factdesk import serve
from factdesk.bench_farm import Farm, FarmProcess, Seen, page, served
from factdesk.bench_jobs import collect_counted, read_only
from factdesk.errors import FactdeskError
from factdesk.process_load import Load, cpu_seconds
from factdesk.records import Capture, CaptureKind
from factdesk.rounds import FIRST_REVIEW
from factdesk.serve import Crew, crew
from factdesk.settings import CollectorSettings, Settings, load_settings
from factdesk.store import sources
from factdesk.store.database import open_store, reading, writing
from factdesk.store.sources import NewSource
from factdesk.store.tables import captures as capture_rows
from factdesk.store.tables import items
from factdesk.store.tables import sources as source_rows

_TICK_S = 1.0
_SCALE = 10
_PAGES_A_SOURCE = 20  # where the cost of ten times the sources is measured
_PATIENCE_S = 7200.0
_SETTLED_S = FIRST_REVIEW.total_seconds() + 15  # all sources are looked at once after a start: that is not idle time
_Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class CollectPlan:
    """What is measured: ``idle_sources`` are those of the scheduler that has nothing to do for ``idle_s`` seconds (0: none).

    The cost of ten times the sources is measured from ten hosts on.
    """

    hosts: int = 300
    pages: int = 20_000
    delay_s: float = 1.0
    workers: int = 1
    idle_sources: int = 50_000
    idle_s: float = 60.0


@dataclass(frozen=True, slots=True)
class CollectReport:
    """What was found, beside the bars.

    ``ratio`` compares pages per second with as many extracting processes (``workers``) in both runs; ``cpu_ratio`` compares
    processor seconds: extraction alone over all that the product's processes used, so it does not depend on the number of cores
    or on what else runs. ``least_gap_s`` is between the starts of two requests to one host, as its server saw them.
    ``peak_mb`` is the sum of each process's own peak (collector, reader, extractors).
    """

    hosts: int
    pages: int
    ended: dict[str, int]
    extraction_pages_per_s: float
    line_pages_per_s: float
    ratio: float
    cpu_ratio: float
    extraction_cpu_ms: float
    line_cpu_ms: dict[str, float]
    requests: int
    delay_s: float
    most_at_once: int
    least_gap_s: float
    most_connections: int
    peak_mb: float
    idle_sources: int
    idle_cpu_percent: float | None
    start_s: float | None
    start_cpu_s: float | None
    ten_times_cpu: float | None
    failed: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """Return the fields for printing as JSON."""
        return asdict(self)


def bench_collect(plan: CollectPlan, *, say: _Say = lambda _: None) -> CollectReport:
    """Measure ``plan`` and return the report; ``failed`` names the bars that were missed. Raises ``FactdeskError``."""
    farm = Farm(plan.hosts, plan.pages)
    half = [(host, place) for host in farm.names() for place in range(len(farm.paths(host)))]
    say(f"extraction alone: {plan.pages // 2} pages")
    first = _extraction(half[::2])
    say(f"extraction alone: {first.pages / first.wall_s:.1f} pages/s; now end to end: {plan.pages} pages of {plan.hosts} hosts")
    line = _line(plan, farm, say=say)
    say("extraction alone: the other half")
    alone = first + _extraction(half[1::2])
    say(f"{line.pages / line.wall_s:.1f} of {alone.pages / alone.wall_s:.1f} pages/s end to end")
    growth = _growth(plan, say=say) if plan.hosts >= _SCALE else None
    idle = _idle(plan, say=say) if plan.idle_s else None
    report = CollectReport(
        hosts=plan.hosts,
        pages=line.pages,
        ended=line.ended,
        extraction_pages_per_s=round(alone.pages / alone.wall_s, 2),
        line_pages_per_s=round(line.pages / line.wall_s, 2),
        ratio=round(line.pages / line.wall_s / (alone.pages / alone.wall_s) / plan.workers, 3),
        cpu_ratio=round(alone.cpu_s / alone.pages / (line.load.seconds / line.pages), 3),
        extraction_cpu_ms=round(1000 * alone.cpu_s / alone.pages, 2),
        line_cpu_ms={name: round(1000 * seconds / line.pages, 2) for name, seconds in line.by_job.items()},
        requests=line.seen.requests,
        delay_s=plan.delay_s,
        most_at_once=line.seen.most_at_once,
        least_gap_s=line.seen.least_gap_s,
        most_connections=line.seen.most_connections,
        peak_mb=round(line.load.peak_mb, 1),
        idle_sources=plan.idle_sources,
        idle_cpu_percent=round(100 * idle.share, 3) if idle else None,
        start_s=round(idle.start_s, 2) if idle else None,
        start_cpu_s=round(idle.start_cpu_s, 2) if idle else None,
        ten_times_cpu=round(growth, 2) if growth else None,
    )
    return replace(report, failed=tuple(missed(report)))


def missed(report: CollectReport) -> Iterator[str]:
    """Yield, in words, each bar that the report misses."""
    bars = (
        (report.ended.get("kept", 0) < report.pages, "not every page was kept"),
        (report.ratio < 0.75, "end to end is slower than 0.75 of extraction alone"),
        (report.most_at_once > 1, "a host saw two requests at once"),
        (report.least_gap_s < report.delay_s, "a host saw two requests closer than its delay"),
        (report.peak_mb > 700, "more than 700 MB"),
        ((report.idle_cpu_percent or 0) >= 1, "the idle scheduler needs 1 % of a core or more"),
        ((report.start_s or 0) >= 5, "the scheduler starts in 5 s or more"),
        ((report.ten_times_cpu or 0) > 11, "ten times the sources cost more than eleven times the processor time"),
    )
    yield from (words for miss, words in bars if miss)


# -- extraction alone -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Alone:
    pages: int
    wall_s: float
    cpu_s: float

    def __add__(self, other: "_Alone") -> "_Alone":
        return _Alone(self.pages + other.pages, self.wall_s + other.wall_s, self.cpu_s + other.cpu_s)


def _extraction(addresses: Iterable[tuple[str, int]]) -> _Alone:
    """Extract pages one after the other in this process; making them is not counted."""
    total = _Alone(0, 0.0, 0.0)
    _read("outlet-0.localhost", 0)  # imports and caches are not what is measured
    for host, place in addresses:
        total += _read(host, place)
    return total


def _read(host: str, place: int) -> _Alone:
    capture = Capture(
        id=1,
        source_id=1,
        kind=CaptureKind.PAGE,
        url=f"http://{host}/{place}",
        fetched_at=datetime.now(UTC),
        status=200,
        media_type="text/html",
        charset="utf-8",
        digest="",
        body=page(host, place),
    )
    wall, cpu = time.perf_counter(), time.process_time()
    read_page(capture)
    return _Alone(1, time.perf_counter() - wall, time.process_time() - cpu)


# -- end to end -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Line:
    pages: int
    wall_s: float
    ended: dict[str, int]
    load: Load
    by_job: dict[str, float]
    seen: Seen


def _line(plan: CollectPlan, farm: Farm, *, say: _Say) -> _Line:
    with served(farm) as server, _desk(plan) as settings:
        engine = open_store(settings.store)
        _add_sources(engine, farm, server)
        with crew(settings) as hands:
            hands.start("reader", read_only)
            hands.start("collector", serve.collect_once)
            load, by_job = _watched(hands, engine, wanted=plan.pages, say=say)
        seconds, ended = _ended(engine)
        engine.dispose()
        return _Line(sum(ended.values()), seconds, ended, load, by_job, server.seen())


def _watched(hands: Crew, engine: Engine, *, wanted: int, say: _Say) -> tuple[Load, dict[str, float]]:
    """Wait until the collector is done and every item has ended; return what it cost, starting not included."""
    load, by_job, before = Load(), {name: Load() for name in hands.members}, dict.fromkeys(hands.members, 0.0)
    began, told = time.monotonic(), 0.0
    while True:
        _still_well(hands, began)
        fetched, ended = _counts(engine)
        for name, child in hands.members.items():
            by_job[name].look([child.pid] if child.pid else [])
            load.look([child.pid] if child.pid else [])
            before[name] = by_job[name].seconds if not fetched else before[name]
        if ended >= wanted or (hands.members["collector"].exitcode == 0 and ended >= fetched > 0):
            break
        if time.monotonic() - told > 10:
            told = time.monotonic()
            say(f"{told - began:.0f} s: {fetched} fetched, {ended} ended, {load.seconds:.0f} s of processor")
    return load, {name: by_job[name].seconds - before[name] for name in by_job}


def _still_well(hands: Crew, began: float, *, tick_s: float = _TICK_S) -> None:
    if hands.stop.wait(tick_s):
        raise FactdeskError("The measurement was interrupted.")
    if fallen := hands.fallen():
        raise FactdeskError(f"The {fallen[0]} process ended.", remedy="The lines above say why.")
    if time.monotonic() - began > _PATIENCE_S:
        raise FactdeskError("The collection did not end within two hours.", remedy="Measure fewer pages.")


def _counts(engine: Engine) -> tuple[int, int]:
    with reading(engine) as connection:
        fetched = connection.execute(select(func.max(capture_rows.c.id))).scalar() or 0
        ended = connection.execute(select(func.count()).where(items.c.outcome.is_not(None))).scalar_one()
    return fetched, ended


def _ended(engine: Engine) -> tuple[float, dict[str, int]]:
    """Return the seconds from the first page fetched to the last one ended, and the items by outcome."""
    with reading(engine) as connection:
        first = connection.execute(select(func.min(capture_rows.c.fetched_at))).scalar()
        last = connection.execute(select(func.max(items.c.ended_at))).scalar()
        query = select(items.c.outcome, func.count()).group_by(items.c.outcome)
        ended = {str(kind): count for kind, count in connection.execute(query).all()}
    if first is None or last is None:
        raise FactdeskError("Nothing was collected.", remedy="Look at the lines above.")
    return max((last - first).total_seconds(), 0.001), ended


# -- many sources -----------------------------------------------------------------------------------------------------------


def _growth(plan: CollectPlan, *, say: _Say) -> float:
    """Return how many times the processor seconds ten times the sources cost the collector (starting not included)."""
    say("now the cost of ten times the sources")
    few = max(plan.hosts // _SCALE, 1)
    pages = min(_PAGES_A_SOURCE, max(plan.pages // plan.hosts, 1))
    spent = []
    for hosts in (few, few * _SCALE):
        farm = Farm(hosts, hosts * pages)
        with served(farm) as server, _desk(plan) as settings:
            engine = open_store(settings.store)
            _add_sources(engine, farm, server)
            engine.dispose()
            with crew(settings) as hands:
                hands.start("collector", collect_counted)
                began = time.monotonic()
                while hands.members["collector"].exitcode is None:
                    _still_well(hands, began)
            spent.append(float(json.loads((settings.data / "cpu.json").read_bytes())))
        say(f"{hosts} sources, {hosts * pages} pages: {spent[-1]:.2f} s of processor")
    return spent[1] / spent[0]


@dataclass(frozen=True, slots=True)
class _Idle:
    """Seconds, by the clock and of processor, to the scheduler's first request, and its share of a core when idle."""

    start_s: float
    start_cpu_s: float
    share: float


def _idle(plan: CollectPlan, *, say: _Say) -> _Idle:
    say(f"now a scheduler with {plan.idle_sources} sources, of which one is due")
    farm = Farm(1, 1)
    with served(farm) as server, _desk(plan) as settings:
        engine = open_store(settings.store)
        _add_sources(engine, farm, server)
        with writing(engine) as connection:
            _add_idle(connection, plan.idle_sources - 1, port=server.port)
        with crew(settings) as hands:
            asked = time.monotonic()
            hands.start("collector", serve.collect)
            child = hands.members["collector"]
            while (first := server.seen().first_s) is None:
                _still_well(hands, asked, tick_s=0.1)
            spent = cpu_seconds(child.pid or 0)
            say(f"asked first after {first - asked:.1f} s, {spent:.1f} s of processor")
            hands.stop.wait(min(plan.idle_s, _SETTLED_S))
            share = _share(child, hands, seconds=plan.idle_s)
        engine.dispose()
    return _Idle(first - asked, spent, share)


def _share(child: BaseProcess, hands: Crew, *, seconds: float) -> float:
    pid = child.pid or 0
    began, before = time.monotonic(), cpu_seconds(pid)
    hands.stop.wait(seconds)
    return (cpu_seconds(pid) - before) / (time.monotonic() - began)


def _add_idle(connection: Connection, count: int, *, port: int) -> None:
    """Add sources that are due tomorrow."""
    now = datetime.now(UTC)
    common = {"kind": "feed", "role": "press", "interval_s": 900, "enabled": True, "created_at": now, "polls": 1, "failures": 0}
    rows = [
        common
        | {
            "url": f"http://idle-{number}.localhost:{port}/feed.xml",
            "name": f"Outlet {number}",
            "next_due_at": now + timedelta(days=1, seconds=number % 900),
        }
        for number in range(count)
    ]
    if rows:
        connection.execute(insert(source_rows), rows)


# -- the desk of a measurement ------------------------------------------------------------------------------------------------


@contextmanager
def _desk(plan: CollectPlan) -> Iterator[Settings]:
    """Settings as they are by default, with a data folder that goes with the block."""
    collector = CollectorSettings(
        contact="bench@factdesk.localhost",
        delay_s=plan.delay_s,
        allow_private_hosts=("*.localhost",),
        max_items_per_poll=10_000,
    )
    with tempfile.TemporaryDirectory(prefix="factdesk-bench-") as folder:
        yield load_settings(data=Path(folder), store="", index="", log_level="error", workers=plan.workers, collector=collector)


def _add_sources(engine: Engine, farm: Farm, server: FarmProcess) -> None:
    now = datetime.now(UTC)
    with writing(engine) as connection:
        for host in farm.names():
            sources.add(connection, NewSource("feed", f"http://{host}:{server.port}/feed.xml", host), now=now)
