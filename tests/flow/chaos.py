"""A collector and a reader that are killed again and again: ``python -m tests.flow.chaos SEED KILLS SETTINGS…`` (JSON).

Both are forked from this process, which has loaded everything, so that a new life begins in a fraction of a second. Each desk
is worked until nothing is left to do; the last one with that many kills, the others undisturbed. It prints one JSON object.
"""

import json
import multiprocessing
import os
import random
import select
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

from sqlalchemy import Engine, func
from sqlalchemy import select as query

from factdesk import extracting, schedule
from factdesk.line import open_line
from factdesk.logs import configure_logs
from factdesk.reader import run_reader
from factdesk.settings import Settings
from factdesk.stop import Stop
from factdesk.store.database import open_store, reading
from factdesk.store.tables import captures, items, sources
from nlp.claims import load_claim_finder
from nlp.encoders import load_encoder
from nlp.match import load_matcher

LIMIT_S = float(os.environ.get("FACTDESK_CHAOS_LIMIT_S", "240"))
VICTIMS = ("collector", "collector", "reader", "reader", "both", "extractor")


def collect(settings: Settings) -> None:
    schedule.run_collector(settings)


def read(settings: Settings) -> None:
    with Stop() as stop:
        signal.signal(signal.SIGTERM, lambda *_: stop.set())
        line = open_line(settings, threads=1)
        run_reader(line, stop=stop)
        line.close()


@dataclass(frozen=True)
class Left:
    """What is still to be done: sources without a poll and items without an end, and captures that nobody read."""

    to_collect: int
    to_read: int
    share_read: float = 0.0

    @property
    def total(self) -> int:
        return self.to_collect + self.to_read


def left(engine: Engine) -> Left:
    with reading(engine) as connection:
        unpolled = connection.execute(query(func.count()).select_from(sources).where(sources.c.polls == 0)).scalar_one()
        due = query(func.count()).select_from(items).where(items.c.retry_at.is_not(None))
        unread = query(func.count()).select_from(captures).where(captures.c.read_at.is_(None))
        read = connection.execute(query(func.count()).select_from(captures).where(captures.c.read_at.is_not(None))).scalar_one()
        known = [connection.execute(query(func.count()).select_from(table)).scalar_one() for table in (sources, items)]
        to_collect = unpolled + connection.execute(due).scalar_one()
        return Left(to_collect, connection.execute(unread).scalar_one(), read / max(*known, 1))


@dataclass
class Crew:
    """The two children; each leads a process group, so that what it started dies with it."""

    settings: Settings
    children: dict[str, int] = field(default_factory=dict)

    def start(self, name: str, job: Callable[[Settings], None]) -> None:
        pid = os.fork()
        if pid == 0:
            os.setsid()
            try:
                job(self.settings)
            finally:
                sys.stdout.flush()
                os._exit(0)
        self.children[name] = pid

    def start_missing(self) -> None:
        for name, job in (("collector", collect), ("reader", read)):
            if name not in self.children:
                self.start(name, job)

    def kill(self, name: str) -> None:
        pid = self.children.pop(name)
        os.killpg(pid, signal.SIGKILL)
        os.waitpid(pid, 0)

    def kill_an_extractor(self, dice: random.Random) -> bool:
        reader = self.children["reader"]
        told = Path(f"/proc/{reader}/task/{reader}/children").read_text().split()
        if told:
            os.kill(int(dice.choice(told)), signal.SIGKILL)
        return bool(told)

    def wait(self, seconds: float) -> None:
        """Wait, and see whether a child fell by itself meanwhile."""
        handles = {name: os.pidfd_open(pid) for name, pid in self.children.items()}
        fallen, _, _ = select.select(list(handles.values()), [], [], seconds)
        for handle in handles.values():
            os.close(handle)
        if fallen:
            msg = f"{[name for name, handle in handles.items() if handle in fallen]} fell by itself"
            raise RuntimeError(msg)

    def stop(self) -> None:
        for pid in self.children.values():
            os.kill(pid, signal.SIGTERM)
        for pid in self.children.values():
            os.waitpid(pid, 0)


def work(settings: Settings, *, kills: int, dice: random.Random) -> dict[str, object]:
    """Work a desk to the end and kill on the way, at random moments, as long as there is something to kill for."""
    engine = open_store(settings.store)
    crew, done, began, mean = Crew(settings), Counter[str](), time.monotonic(), 0.35
    crew.start_missing()
    before = left(engine)
    while (now := left(engine)).total and time.monotonic() - began < LIMIT_S:
        if done.total() == kills:
            crew.wait(0.1)
            continue
        crew.wait(dice.uniform(0.02, 2 * mean))
        now = left(engine)
        if _kill(crew, now, done, dice=dice):
            crew.start_missing()
            behind = done.total() < kills * (now.share_read + 0.15)  # so that the kills are spread over the work
            mean = min(3.0, mean * 1.25) if now == before and not behind else max(0.1, mean * (0.7 if behind else 1.05))
            before = now
    crew.wait(0.1)
    crew.stop()
    engine.dispose()
    return {"kills": done.total(), "by": done, "left": left(engine).total, "seconds": round(time.monotonic() - began, 1)}


def _kill(crew: Crew, now: Left, done: Counter[str], *, dice: random.Random) -> bool:
    """Kill one of those who have something to do."""
    busy = {
        "collector": now.to_collect,
        "reader": now.to_read,
        "both": now.to_collect and now.to_read,
        "extractor": now.to_read,
    }
    victims = [name for name in VICTIMS if busy[name]]
    if not victims:
        return False
    victim = dice.choice(victims)
    if victim == "extractor":
        if not crew.kill_an_extractor(dice):
            return False
    else:
        for name in ("collector", "reader") if victim == "both" else (victim,):
            crew.kill(name)
    done[victim] += 1
    return True


def main() -> None:
    seed, kills, *told = sys.argv[1:]
    desks = [Settings(**json.loads(one)) for one in told]
    configure_logs("error")
    extracting._SPAWN = multiprocessing.get_context("fork")  # type: ignore[assignment] # a new interpreter takes seconds
    encoder = load_encoder(desks[0].check.encoder, threads=1)
    finder, matcher = load_claim_finder(encoder, limit=desks[0].check.claims_per_document), load_matcher(encoder)
    with (
        mock.patch("factdesk.line.load_encoder", return_value=encoder),
        mock.patch("factdesk.line.load_claim_finder", return_value=finder),
        mock.patch("factdesk.line.load_matcher", return_value=matcher),
    ):
        dice = random.Random(int(seed))  # noqa: S311 # dice, no secret
        ends = [work(desk, kills=int(kills) if desk is desks[-1] else 0, dice=dice) for desk in desks]
    print(json.dumps({"ends": ends}))


if __name__ == "__main__":
    main()
