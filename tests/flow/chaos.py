"""A crew that is killed again and again: ``python -m tests.flow.chaos SEED KILLS QUIET STORMY`` (settings as JSON).

Two desks are worked beside each other until nothing is left to do, the second one with that many kills. A desk is the real
supervisor with the real collector and reader; all are forked from this process, which has loaded everything, so that a new life
begins in a fraction of a second. The dice choose who dies, after how many more of its steps, and how long after the last one.
Sources are let in as the kills go on, so that there is always something to kill for, however fast the machine.
"""

import ctypes
import json
import multiprocessing
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, Pipe, wait
from pathlib import Path
from unittest import mock

from sqlalchemy import Engine, func, update
from sqlalchemy import select as query

from factdesk import extracting, schedule, serve
from factdesk.logs import configure_logs
from factdesk.settings import Settings
from factdesk.store.database import open_store, reading, writing
from factdesk.store.tables import captures, items, sources
from nlp.claims import load_claim_finder
from nlp.encoders import load_encoder
from nlp.language import identify
from nlp.match import load_matcher

LIMIT_S = float(os.environ.get("FACTDESK_CHAOS_LIMIT_S", "240"))
JOBS = {"collector": serve.collect, "reader": serve.read}
VICTIMS = ("collector", "collector", "reader", "extractor", "crew")
_GLANCE_S = 0.02
_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG of prctl(2)
_FORK = multiprocessing.get_context("fork")


@dataclass(frozen=True)
class Work:
    """What was done and what is left: steps of the collector, captures in a reader's hands, and what nobody did yet."""

    collected: int
    claimed: int
    read: int
    to_collect: int
    to_read: int

    @property
    def left(self) -> int:
        return self.to_collect + self.to_read


def look(engine: Engine) -> Work:
    with reading(engine) as connection:

        def count(table: object, *where: object) -> int:
            found = query(func.count()).select_from(table).where(*where)  # type: ignore[arg-type] # tables and conditions
            return int(connection.execute(found).scalar_one())

        return Work(
            collected=count(sources, sources.c.polls > 0) + count(captures),
            claimed=count(captures, captures.c.read_at.is_(None), captures.c.claimed_by.is_not(None)),
            read=count(captures, captures.c.read_at.is_not(None)),
            to_collect=count(sources, sources.c.polls == 0, sources.c.enabled) + count(items, items.c.retry_at.is_not(None)),
            to_read=count(captures, captures.c.read_at.is_(None)),
        )


def die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)


def supervise(settings: Settings, told: Connection) -> None:
    """Be the supervisor: start whoever is missing, and tell each one's number."""
    die_with_parent()
    with serve.crew(settings) as hands:
        while not hands.stop.is_set():
            for name, job in JOBS.items():
                if name not in hands.members or not hands.members[name].is_alive():
                    ended = hands.members[name].exitcode if name in hands.members else None
                    hands.start(name, _dying(job))
                    told.send((name, hands.members[name].pid, ended))
            wait([hands.stop.heard, *(child.sentinel for child in hands.members.values())])


def _dying(job: Callable[..., None]) -> Callable[..., None]:
    def run(*given: object) -> None:
        die_with_parent()
        job(*given)

    return run


@dataclass
class Crew:
    """The supervisor and what it told of its children."""

    settings: Settings
    pid: int = 0
    members: dict[str, int] = field(default_factory=dict)

    def start(self) -> None:
        self._told, told = Pipe(duplex=False)
        self.pid = os.fork()
        if self.pid == 0:
            try:
                supervise(self.settings, told)
            finally:
                os._exit(0)
        told.close()
        self.members = {}
        while len(self.members) < len(JOBS):
            self._hear()

    def _hear(self) -> None:
        name, pid, ended = self._told.recv()
        if ended not in {None, -signal.SIGKILL}:
            msg = f"The {name} fell by itself: {ended}"
            raise RuntimeError(msg)
        self.members[name] = pid

    def kill(self, victim: str, *, dice: random.Random) -> bool:
        """Kill one of them; whoever is missing is started again before this returns."""
        if victim == "crew":
            children = [os.pidfd_open(pid) for pid in self.members.values()]
            os.kill(self.pid, signal.SIGKILL)  # its children die with it
            os.waitpid(self.pid, 0)
            for handle in children:
                wait([handle])
                os.close(handle)
            self._told.close()
            self.start()
            return True
        pids = self.extractors() if victim == "extractor" else [self.members[victim]]
        if not pids:
            return False
        os.kill(dice.choice(pids), signal.SIGKILL)
        while victim != "extractor" and self.members[victim] == pids[0]:
            self._hear()
        return True

    def extractors(self) -> list[int]:
        reader = self.members["reader"]
        return [int(told) for told in Path(f"/proc/{reader}/task/{reader}/children").read_text().split()]

    def wait(self, seconds: float) -> None:
        """Wait, and hear whether a child fell by itself meanwhile."""
        if self._told.poll(seconds):
            self._hear()

    def stop(self) -> None:
        os.kill(self.pid, signal.SIGTERM)
        os.waitpid(self.pid, 0)


@dataclass
class Storm:
    """The kills of one desk."""

    settings: Settings
    dice: random.Random
    kills: int
    done: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._engine = open_store(self.settings.store)
        self._crew = Crew(self.settings)
        self._until = time.monotonic() + LIMIT_S

    def run(self) -> dict[str, object]:
        began = time.monotonic()
        waiting = self._close_sources() if self.kills else []
        self._crew.start()
        for number in range(self.kills):
            self._open(waiting, leave=len(waiting) * (self.kills - number - 1) // (self.kills - number))
            self._strike(waiting)
        self._open(waiting, leave=0)
        for _ in self._watched():
            if not look(self._engine).left:
                break
        self._crew.stop()
        left = look(self._engine).left
        self._engine.dispose()
        took = round(time.monotonic() - began, 1)
        return {"kills": self.done.total(), "by": dict(self.done), "left": left, "seconds": took}

    def _close_sources(self) -> list[int]:
        with writing(self._engine) as connection:
            connection.execute(update(sources).values(enabled=False))
            waiting = list(connection.execute(query(sources.c.id).order_by(sources.c.id)).scalars())
        self.dice.shuffle(waiting)
        return waiting

    def _open(self, waiting: list[int], *, leave: int) -> None:
        opened, waiting[:] = waiting[leave:], waiting[:leave]
        if opened:
            with writing(self._engine) as connection:
                connection.execute(update(sources).where(sources.c.id.in_(opened)).values(enabled=True))

    def _strike(self, waiting: list[int]) -> None:
        """Choose who dies, wait until it has done some more steps and a little longer, and kill it."""
        victim, kill = self.dice.choice(VICTIMS), False
        who = self.dice.choice(tuple(JOBS)) if victim == "crew" else victim
        before, steps = look(self._engine), self.dice.randint(0, 2)
        longer = self.dice.uniform(0, 0.06 if who == "collector" else 0.2)
        for _ in self._watched():
            now = look(self._engine)
            if who == "collector":
                at_work = now.to_collect > 0 and now.collected >= before.collected + steps
                idle = not now.to_collect
            else:
                at_work = bool(now.claimed) and (who == "reader" or bool(self._crew.extractors()))
                idle = not now.left
            if idle:
                self._open(waiting, leave=max(0, len(waiting) - 1))
                if not waiting:
                    at_work = True  # all was let in and done: it dies at rest
            if at_work:
                self._crew.wait(longer if victim != "extractor" else longer / 10)
                kill = self._crew.kill(victim, dice=self.dice)
            if kill:
                break
        self.done[victim] += kill

    def _watched(self) -> Iterator[None]:
        while time.monotonic() < self._until:
            yield
            self._crew.wait(_GLANCE_S)


def play(settings: Settings, *, kills: int, seed: int, told: Connection) -> None:
    die_with_parent()
    told.send(Storm(settings, random.Random(seed), kills).run())  # noqa: S311 # dice, no secret


def main() -> None:
    seed, kills, *told = sys.argv[1:]
    quiet, stormy = (Settings(**json.loads(one)) for one in told)
    configure_logs("warning")
    encoder = load_encoder(quiet.check.encoder, threads=1)
    finder, matcher = load_claim_finder(encoder, limit=quiet.check.claims_per_document), load_matcher(encoder)
    identify(["The river rose."], hints=[None])
    with ExitStack() as patches:
        for name, value in (("load_encoder", encoder), ("load_claim_finder", finder), ("load_matcher", matcher)):
            patches.enter_context(mock.patch(f"factdesk.line.{name}", return_value=value))
        patches.enter_context(mock.patch.object(extracting, "_SPAWN", _FORK))  # a new interpreter takes seconds
        patches.enter_context(mock.patch.object(serve, "_SPAWN", _FORK))
        patches.enter_context(mock.patch.object(schedule, "_TICK_S", 0.2))
        patches.enter_context(mock.patch("factdesk.reader._BATCH", 4))  # more ends of batches to die between
        desks = []
        for settings, number in ((quiet, 0), (stormy, int(kills))):
            reader, writer = Pipe(duplex=False)
            desk = _FORK.Process(target=play, args=(settings,), kwargs={"kills": number, "seed": int(seed), "told": writer})
            desk.start()
            writer.close()
            desks.append((desk, reader))
        ends = [reader.recv() for _, reader in desks]
        for desk, _ in desks:
            desk.join()
    print(json.dumps({"ends": ends}))


if __name__ == "__main__":
    main()
