"""Runs the collector: APScheduler says what is due, the ledger what is left to do, and a stop finishes what is under way."""

import asyncio
import contextlib
import signal
import threading
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy import Connection, Engine

from crawlers._archive import Archive, only_collector
from crawlers._engine import Download, run_engine
from crawlers._engine_collect import Collection, ItemEvent, Notice, PollEvent
from crawlers._engine_recorder import Recorder
from crawlers._http import Guard, authority
from crawlers._rendering import check_rendering, fetching
from factdesk.errors import FactdeskError, SettingsError
from factdesk.expiry import expire
from factdesk.records import Outcome, Source
from factdesk.rounds import FIRST_REVIEW, REVIEW_EVERY, WATCH_EVERY, Rounds
from factdesk.settings import Settings
from factdesk.stop import Stop
from factdesk.store import ledger, sources
from factdesk.store.database import open_store
from factdesk.store.ledger import OpenItem, Share
from factdesk.store.runs import SEEN_EVERY
from factdesk.store.sources import Polling

__all__ = ["CollectorSummary", "ItemEvent", "PollEvent", "run_collector"]

_log = structlog.get_logger("factdesk.schedule")
_TICK_S = 5
_MOST_IN_HAND = 2000  # items, and as many polls: what waits beyond them waits in the ledger, not in memory
_MOST_OF_A_SOURCE = 16
_MOST_OF_A_HOST = 64
_MOST_DUE = 5000  # sources looked at in one tick
_FIRST_EXPIRY_S = 60


@dataclass(frozen=True, slots=True)
class CollectorSummary:
    """What one run did. ``captured`` wait for a reader, ``ended`` have an outcome, ``put_off`` come again."""

    polls: dict[Outcome, int] = field(default_factory=dict)
    captured: int = 0
    ended: dict[Outcome, int] = field(default_factory=dict)
    put_off: int = 0


@dataclass(slots=True)
class _Tally:
    """Counts events on their way to whoever listens."""

    listener: Notice | None
    polls: Counter[Outcome] = field(default_factory=Counter)
    ended: Counter[Outcome] = field(default_factory=Counter)
    captured: int = 0
    put_off: int = 0

    def __call__(self, event: PollEvent | ItemEvent) -> None:
        if isinstance(event, PollEvent):
            self.polls[event.outcome] += 1
        elif event.retry_at:
            self.put_off += 1
        elif event.outcome is None:
            self.captured += 1
        else:
            self.ended[event.outcome] += 1
        if self.listener is not None:
            self.listener(event)

    def summary(self) -> CollectorSummary:
        return CollectorSummary(dict(self.polls), self.captured, dict(self.ended), self.put_off)


def run_collector(
    settings: Settings,
    *,
    once: bool = False,
    stop: Stop | None = None,
    on_event: Notice | None = None,
    only: Sequence[int] = (),
) -> CollectorSummary:
    """Collect until ``stop`` is set or SIGTERM or SIGINT comes; with ``once`` poll each enabled source once and take its items.

    ``only`` limits it to these sources. One call a process: the reactor cannot start again. Raises ``SettingsError`` when a
    public host is to be polled and no contact is set, ``StoreError`` when the store cannot be opened,
    ``ArchiveError`` when another collector works on the same archive.
    """
    engine = open_store(settings.store)
    tally = _Tally(on_event)
    try:
        _check_contact(settings, engine, only)
        check_rendering(settings.collector)

        async def main(download: Download) -> None:
            recorder = Recorder(engine, Archive(settings.archive), patient=not once)
            kept, every = timedelta(days=settings.collector.keep_polls_days), timedelta(hours=settings.collector.watch_hours)
            rounds = Rounds(engine, keep_polls=kept, watch=every)
            try:
                async with fetching(recorder.gated(download), settings=settings.collector, hosts=recorder) as fetcher:
                    collection = Collection(fetcher, recorder, settings=settings.collector, notice=tally)
                    shift = _Shift(collection, recorder, only=frozenset(only), settings=settings, rounds=rounds)
                    await shift.run(once=once, stop=stop)
            finally:
                await recorder.close()

        with only_collector(settings.archive):
            run_engine(main, settings=settings.collector, secrets=settings.secrets)
    finally:
        engine.dispose()
    return tally.summary()


def _check_contact(settings: Settings, engine: Engine, only: Sequence[int]) -> None:
    guard = Guard.of(settings.collector)
    if guard.contact:
        return
    enabled = sources.list_sources(engine, enabled=True)
    public = [source.url for source in enabled if (not only or source.id in only) and guard.is_public(source.url)]
    if public:
        raise SettingsError(
            f"{public[0]} and {len(public) - 1} more sources are public, and nobody could reach you about your collector.",
            remedy="Set collector.contact to your e-mail address or URL.",
        )


class _Shift:
    """The tasks of one run: each source and each item at most once at a time, and no more of a host than it can soon serve."""

    def __init__(
        self, collection: Collection, recorder: Recorder, *, only: frozenset[int], settings: Settings, rounds: Rounds
    ) -> None:
        self._rounds = rounds
        self._settings = settings
        self._collection = collection
        self._recorder = recorder
        self._only = only
        self._tasks: dict[tuple[str, int], asyncio.Task[None]] = {}
        self._in_hand: Counter[str] = Counter()  # tasks by what they are, and by what and host
        self._freed = asyncio.Event()
        self._left, self._low = False, 0  # whether due items wait for room, and at how few in hand they are looked for

    async def run(self, *, once: bool, stop: Stop | None) -> None:
        ended = asyncio.Event()
        with _signals(ended), told(stop, ended):
            work = asyncio.create_task(self._once() if once else self._serve())
            watch = asyncio.create_task(ended.wait())
            await asyncio.wait({work, watch}, return_when=asyncio.FIRST_COMPLETED)
            for task in (work, watch, *self._tasks.values()):
                task.cancel()
            await asyncio.gather(work, watch, *self._tasks.values(), return_exceptions=True)
        if work.done() and not work.cancelled() and (error := work.exception()) is not None:
            raise error

    async def _once(self) -> None:
        """Poll each source once, take each item once: one that stays due (a disk refuses) waits for the next run."""
        taken: set[int] = set()
        await self._rounds.watch()
        for polling in await self._recorder.read(lambda connection: sources.pollings(connection, enabled=True)):
            if self._wanted(polling.source.id):
                while self._in_hand["poll"] >= _MOST_IN_HAND:
                    await self._until_freed()
                self._start_poll(polling)
        await self._take_due(taken)
        while self._tasks or self._left:
            if self._hungry:
                await self._take_due(taken)
            else:
                await self._until_freed()
        await self._rounds.review()

    async def _until_freed(self) -> None:
        self._freed.clear()
        await self._freed.wait()

    @property
    def _hungry(self) -> bool:
        return self._left and self._in_hand["item"] <= self._low

    async def _serve(self) -> None:
        scheduler = AsyncIOScheduler(timezone=UTC)
        scheduler.add_job(self._tick, "interval", seconds=_TICK_S, max_instances=1, coalesce=True, misfire_grace_time=None)
        ended = threading.Event()
        first = datetime.now(UTC) + timedelta(seconds=_FIRST_EXPIRY_S)
        scheduler.add_job(self._expire, "interval", args=[ended], days=1, next_run_time=first, misfire_grace_time=None)
        await self._rounds.begin()
        self._keep_rounds(scheduler)
        await self._tick()
        scheduler.start()
        try:
            while True:
                await self._until_freed()
                if self._hungry:
                    await self._refill()
        finally:
            ended.set()
            scheduler.shutdown(wait=False)
            await self._rounds.end()

    def _keep_rounds(self, scheduler: AsyncIOScheduler) -> None:
        first = datetime.now(UTC) + FIRST_REVIEW
        every = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        scheduler.add_job(self._rounds.beat, "interval", seconds=SEEN_EVERY.total_seconds(), **every)
        scheduler.add_job(self._rounds.watch, "interval", seconds=WATCH_EVERY.total_seconds(), next_run_time=first, **every)
        scheduler.add_job(self._rounds.review, "interval", seconds=REVIEW_EVERY.total_seconds(), next_run_time=first, **every)

    async def _expire(self, ended: threading.Event) -> None:
        """Delete old captures beside the polling; what is refused is tried again the next day."""
        try:
            done = await asyncio.to_thread(expire, self._settings, now=datetime.now(UTC), stopped=ended.is_set)
            _log.info("expired", files=done.files, captures=done.records, kept=done.kept)
        except FactdeskError as error:
            _log.warning("nothing expired", why=str(error))
        await self._rounds.sum_up()

    async def _tick(self) -> None:
        """Start what is due now. A store that is locked now is asked again at the next tick."""
        now = datetime.now(UTC)
        try:
            for polling in await self._recorder.read(lambda connection: sources.due(connection, now=now, limit=_MOST_DUE)):
                if self._wanted(polling.source.id) and self._has_room("poll", polling.source.url):
                    self._start_poll(polling)
        except FactdeskError as error:
            _log.warning("nothing started", why=str(error))
        await self._refill()

    async def _refill(self) -> None:
        try:
            await self._take_due(set())
        except FactdeskError as error:
            _log.warning("nothing started", why=str(error))

    async def _take_due(self, taken: set[int]) -> None:
        """Start due items, of each source some, until enough are in hand; ``taken`` are left out, and grow."""
        now = datetime.now(UTC)
        share = Share(limit=_MOST_IN_HAND, each=_MOST_OF_A_SOURCE, only=self._only)

        def look(connection: Connection) -> tuple[list[OpenItem], dict[int, Source]]:
            items = ledger.due_items(connection, now=now, share=share)
            return items, sources.some(connection, {item.source_id for item in items})

        self._left = False
        items, known = await self._recorder.read(look)
        fresh = [item for item in items if item.id not in taken]
        self._start_items(fresh, known)
        taken.update(item.id for item in fresh if ("item", item.id) in self._tasks)
        self._left = self._left or bool(fresh)
        self._low = self._in_hand["item"] // 2

    def _wanted(self, source_id: int) -> bool:
        return not self._only or source_id in self._only

    def _start_poll(self, polling: Polling) -> None:
        self._start(("poll", polling.source.id), polling.source.url, lambda: self._poll(polling))

    async def _poll(self, polling: Polling) -> None:
        items = await self._collection.poll(polling)
        self._start_items(items[:_MOST_OF_A_SOURCE], {polling.source.id: polling.source})
        self._left = self._left or len(items) > _MOST_OF_A_SOURCE

    def _start_items(self, items: Sequence[OpenItem], known: Mapping[int, Source]) -> None:
        for item in items:
            if self._has_room("item", item.url):
                job = partial(self._collection.take, item, known[item.source_id])
                self._start(("item", item.id), item.url, job)
            else:
                self._left = True

    def _has_room(self, what: str, url: str) -> bool:
        of_host = self._in_hand[f"{what} {authority(url)}"]
        return self._in_hand[what] < _MOST_IN_HAND and of_host < _MOST_OF_A_HOST

    def _start(self, key: tuple[str, int], url: str, job: Callable[[], Coroutine[None, None, None]]) -> None:
        if key not in self._tasks:
            names = (key[0], f"{key[0]} {authority(url)}")
            self._in_hand.update(names)
            self._tasks[key] = asyncio.create_task(self._safely(key, job, names=names))

    async def _safely(
        self, key: tuple[str, int], job: Callable[[], Coroutine[None, None, None]], *, names: tuple[str, str]
    ) -> None:
        """Run a job to its end; what the store or the disk refuses stays due in the ledger."""
        try:
            await job()
        except FactdeskError as error:
            _log.warning("put off", what=key[0], number=key[1], why=str(error))
        except Exception:  # noqa: BLE001 # one job's surprise must not end the collector; the item stays in the ledger
            _log.exception("put off", what=key[0], number=key[1])
        finally:
            self._tasks.pop(key, None)
            self._in_hand.subtract(names)
            if not self._in_hand[names[1]]:
                del self._in_hand[names[1]]
            self._freed.set()


@contextlib.contextmanager
def told(stop: Stop | None, ended: asyncio.Event) -> Iterator[None]:
    """Hear the stop of another process: looking for it ten times a second was most of what an idle collector cost."""
    loop, numbers = asyncio.get_running_loop(), stop.filenos() if stop is not None else ()

    def hear() -> None:
        ended.set()
        for number in numbers:
            loop.remove_reader(number)  # a byte that nobody reads would wake the loop for ever

    for number in numbers:
        loop.add_reader(number, hear)
    try:
        yield
    finally:
        for number in numbers:
            loop.remove_reader(number)


@contextlib.contextmanager
def _signals(ended: asyncio.Event) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    try:
        yield
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)
