"""``factdesk bench desk``: many people at one desk at once, on a large collection of invented items."""

import re
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import numpy as np

from factdesk.bench_office import PASSWORD, add_people, add_statements, fill
from factdesk.bench_people import Seen, Shift, work_shift
from factdesk.editorial.statements import get
from factdesk.errors import FactdeskError
from factdesk.serve import crew, desk_address, start_desk, wait_for_desk, with_free_port
from factdesk.settings import Settings, load_settings
from factdesk.store.database import open_store
from factdesk.store.users import User

P95_MS = 300.0
HEAVIEST_KB = 150.0
COLD_MS = 1000.0
_LOADED = re.compile(r'(?:src|href)="(/static/[^"]+\.(?:js|css))"')
_STATEMENTS = 8
_PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True)
class DeskPlan:
    """How large the collection is and how many people work how long; ``think_s`` is the mean pause between two pages."""

    items: int = 200_000
    people: int = 50
    seconds: float = 60.0
    think_s: float = 4.0


@dataclass(frozen=True, slots=True)
class DeskReport:
    """Milliseconds by page and of all, what went wrong, and what a page carries. ``failed`` names the missed bars."""

    items: int
    people: int
    pages: int
    pages_per_s: float
    p50_ms: float
    p95_ms: float
    by_page: dict[str, dict[str, float]]
    errors: tuple[str, ...]
    refused_decisions: int
    left_to_colleagues: int
    edits: int
    conflicts: int
    lost_edits: int
    script_and_style_kb: float
    cold_ms: float
    fill_s: float
    failed: tuple[str, ...] = field(default=())

    def to_dict(self) -> dict[str, object]:
        """Return the fields for printing as JSON."""
        return asdict(self)


def bench_desk(plan: DeskPlan, *, say: Callable[[str], None] = lambda _: None) -> DeskReport:
    """Measure a desk of ``plan.people`` on ``plan.items``. Raises a ``FactdeskError`` when the desk does not start."""
    with tempfile.TemporaryDirectory(prefix="factdesk-bench-") as folder:
        settings = with_free_port(load_settings(data=Path(folder)))
        begun = time.perf_counter()
        people, statements = _furnish(settings, plan, say=say)
        filled = time.perf_counter() - begun
        with crew(settings) as hands:
            start_desk(hands)
            if not wait_for_desk(hands, patience_s=_PATIENCE_S):
                raise FactdeskError("Asked to stop.", remedy="Run it again.")
            url = desk_address(settings)
            weight, cold = _first_visit(url)
            say(f"{plan.people} people work for {plan.seconds:.0f} s")
            told = tuple(
                (person.name, person.role.value, statements[place % len(statements)]) for place, person in enumerate(people)
            )
            seen = work_shift(Shift(url, PASSWORD, told, plan.seconds, plan.think_s))
        lost = _lost(settings, seen)
    return _report(plan, seen, lost=lost, visit=(weight, cold), filled=filled)


def _furnish(settings: Settings, plan: DeskPlan, *, say: Callable[[str], None]) -> tuple[list[User], list[int]]:
    now = datetime.now(UTC)
    say(f"storing and indexing {plan.items} invented items")
    fill(settings, count=plan.items, now=now, say=say)
    engine = open_store(settings.store)
    people = add_people(engine, plan.people, now=now)
    statements = add_statements(engine, people, number=_STATEMENTS, now=now)
    engine.dispose()
    return people, statements


def _first_visit(url: str) -> tuple[float, float]:
    """Return the kilobytes of script and style of the first page, and the milliseconds until all of it is there, uncached."""
    with httpx2.Client(base_url=url, follow_redirects=True) as client:
        page = client.get("/login")
        fields = {"csrf": re.findall(r'name="csrf" value="([^"]+)"', page.text)[0], "name": "person-0", "then": "/queue"}
        client.post("/login", data={**fields, "password": PASSWORD})
        cookies = dict(client.cookies)
    with httpx2.Client(base_url=url, cookies=cookies) as client:
        begun = time.perf_counter()
        page = client.get("/queue")
        parts = [client.get(address) for address in dict.fromkeys(_LOADED.findall(page.text))]
        cold = (time.perf_counter() - begun) * 1000
    return sum(len(part.content) for part in parts) / 1000, cold


def _lost(settings: Settings, seen: Seen) -> int:
    """Return how many paragraphs that the desk had taken stand in no statement now."""
    engine = open_store(settings.store)
    texts = {number: get(engine, number).body for number in seen.written}
    engine.dispose()
    return sum(line not in texts[number] for number, lines in seen.written.items() for line in lines)


def _report(plan: DeskPlan, seen: Seen, *, lost: int, visit: tuple[float, float], filled: float) -> DeskReport:
    every = np.array([one for several in seen.times.values() for one in several] or [0.0])
    p50, p95 = (float(np.percentile(every, share)) for share in (50, 95))
    by_page = {
        name: {
            "pages": len(times),
            "p50_ms": round(float(np.percentile(times, 50)), 1),
            "p95_ms": round(float(np.percentile(times, 95)), 1),
        }
        for name, times in sorted(seen.times.items())
    }
    missed = {
        "p95_ms": p95 > P95_MS,
        "errors": bool(seen.wrong),
        "lost_edits": lost > 0,
        "script_and_style_kb": visit[0] > HEAVIEST_KB,
        "cold_ms": visit[1] > COLD_MS,
    }
    return DeskReport(
        items=plan.items,
        people=plan.people,
        pages=len(every),
        pages_per_s=round(len(every) / plan.seconds, 1),
        p50_ms=round(p50, 1),
        p95_ms=round(p95, 1),
        by_page=by_page,
        errors=tuple(dict.fromkeys(seen.wrong))[:20],
        refused_decisions=seen.refused,
        left_to_colleagues=seen.held,
        edits=sum(map(len, seen.written.values())),
        conflicts=seen.conflicts,
        lost_edits=lost,
        script_and_style_kb=round(visit[0], 1),
        cold_ms=round(visit[1], 1),
        fill_s=round(filled, 1),
        failed=tuple(name for name, fails in missed.items() if fails),
    )
