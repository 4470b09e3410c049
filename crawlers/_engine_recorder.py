"""Writes what was fetched, in batches, on one thread: first the archive onto the disk, then the store in one transaction.

While one batch is written the next one gathers, so that a slow disk or a busy database makes batches larger, not more. A
patient recorder outlasts a full disk, a locked or an absent database: what was fetched waits, nothing more is asked for, and
the log says so once.
"""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar, cast

import structlog
from sqlalchemy import Connection, Engine

from crawlers._archive import Archive, Exchange, Location, Resource
from factdesk.errors import ArchiveError, StoreError
from factdesk.store import hosts
from factdesk.store.database import reading, writing
from factdesk.store.hosts import HostState

if TYPE_CHECKING:
    from crawlers._engine import Ask, Download, Raw

_T = TypeVar("_T")
Record = Exchange | Resource
_End = tuple[object, BaseException | None]
_BATCH = 64
_AGAIN_S = 2.0
_OUTAGES = (ArchiveError, StoreError)

_log = structlog.get_logger("factdesk.collector")


@dataclass(slots=True, eq=False)
class _Job(Generic[_T]):
    records: Sequence[Record]
    apply: Callable[[Connection, Sequence[Location]], _T]
    done: "asyncio.Future[_T]"
    places: Sequence[Location] | None = None  # on the disk: not written again when the store is tried again


class Recorder:
    """The collector's only way to the archive and the store."""

    def __init__(self, engine: Engine, archive: Archive, *, patient: bool = False) -> None:
        self._engine = engine
        self._archive = archive
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="recorder")
        self._jobs: list[_Job[object]] = []
        self._states: dict[str, HostState] = {}
        self._worker: asyncio.Task[None] | None = None
        self._patient = patient
        self._failing: set[str] = set()
        self._well = asyncio.Event()
        self._well.set()
        self._closing = asyncio.Event()

    async def write(self, apply: Callable[[Connection, Sequence[Location]], _T], records: Sequence[Record] = ()) -> _T:
        """Archive ``records``, then run ``apply`` with their locations in a transaction.

        Raises what ``apply`` raises (its changes are undone, others' kept), ``ArchiveError`` or ``StoreError``; a patient one
        tries those again until it is closed.
        """
        done: asyncio.Future[_T] = asyncio.get_running_loop().create_future()
        self._jobs.append(cast("_Job[object]", _Job(records, apply, done)))
        if self._worker is None:
            self._worker = asyncio.create_task(self._work())
        return await done

    async def read(self, query: Callable[[Connection], _T]) -> _T:
        """Run ``query`` on the store. Raises ``StoreError``."""

        def within() -> _T:
            with reading(self._engine) as connection:
                return query(connection)

        while True:
            try:
                told = await asyncio.get_running_loop().run_in_executor(self._thread, within)
            except StoreError as error:
                if not await self._outlast(error, "read"):
                    raise
            else:
                self._hear_well("read")
                return told

    def gated(self, download: "Download") -> "Download":
        """Let ``download`` ask for nothing while nothing can be kept."""

        async def wait_and_download(ask: "Ask") -> "Raw":
            await self._well.wait()
            return await download(ask)

        return wait_and_download

    async def load(self, host: str) -> HostState:
        """Return what is known of ``host``."""
        if (state := self._states.get(host)) is not None:
            return state
        return await self.read(lambda connection: hosts.load(connection, host))

    def save(self, state: HostState) -> None:
        """Keep ``state`` with the next batch."""
        self._states[state.host] = state

    async def close(self) -> None:
        """Write what is left and finish the archive's file."""
        self._closing.set()
        while self._worker is not None:
            await self._worker
        await asyncio.get_running_loop().run_in_executor(self._thread, self._finish)
        self._thread.shutdown(wait=True)

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        while self._jobs:
            jobs, self._jobs = self._jobs[:_BATCH], self._jobs[_BATCH:]
            states, self._states = self._states, {}
            ends = await loop.run_in_executor(self._thread, self._batch, jobs, list(states.values()))
            outages = [job for job, (_, error) in zip(jobs, ends, strict=True) if isinstance(error, _OUTAGES)]
            if outages and await self._outlast(next(error for _, error in ends if isinstance(error, _OUTAGES)), "write"):
                self._jobs = [job for job in outages if not job.done.cancelled()] + self._jobs
                self._states = states | self._states
            else:
                if not outages:
                    self._hear_well("read", "write")
                outages = []
            _hand_out([(job, end) for job, end in zip(jobs, ends, strict=True) if job not in outages])
        self._failing.discard("write")  # nobody waits for one any more
        self._hear_well()
        self._worker = None

    async def _outlast(self, error: BaseException, what: str) -> bool:
        """Wait before the next try, and say once that it is so; ``False`` when there is none."""
        if not self._patient or self._closing.is_set():
            return False
        if self._well.is_set():
            _log.warning("collection waits", why=str(error))
            self._well.clear()
        self._failing.add(what)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._closing.wait(), _AGAIN_S)
        return True

    def _hear_well(self, *what: str) -> None:
        self._failing.difference_update(what)
        if not self._failing and not self._well.is_set():
            _log.warning("collection goes on")
            self._well.set()

    def _batch(self, jobs: Sequence[_Job[object]], states: Sequence[HostState]) -> list[_End]:
        """Write all jobs together; when that fails each by itself, so that one cannot spoil the others."""
        try:
            fresh = [job for job in jobs if job.places is None]
            places = [[self._archive.append(record) for record in job.records] for job in fresh]
            self._archive.sync()
        except Exception as error:  # noqa: BLE001 # handed to those who wait
            return [(None, error) for _ in jobs]
        for job, place in zip(fresh, places, strict=True):
            job.places = place
        try:
            return [(result, None) for result in self._commit(jobs, states)]
        except _OUTAGES as error:
            return [(None, error) for _ in jobs]
        except Exception as error:  # noqa: BLE001 # the same
            return [self._alone(job) for job in jobs] if len(jobs) > 1 else [(None, error)]

    def _alone(self, job: _Job[object]) -> _End:
        try:
            return self._commit([job], ())[0], None
        except Exception as error:  # noqa: BLE001 # handed to the one who waits
            return None, error

    def _commit(self, jobs: Sequence[_Job[object]], states: Sequence[HostState]) -> list[object]:
        with writing(self._engine) as connection:
            hosts.save(connection, states)
            return [job.apply(connection, job.places or ()) for job in jobs]

    def _finish(self) -> None:
        try:
            self._archive.sync()
            self._archive.close()
            if self._states:
                with writing(self._engine) as connection:
                    hosts.save(connection, list(self._states.values()))
        except _OUTAGES:
            if self._well.is_set():  # otherwise it was said, and nothing that is lost here is named anywhere
                raise


def _hand_out(ended: Sequence[tuple[_Job[object], _End]]) -> None:
    for job, (result, error) in ended:
        if job.done.cancelled():
            continue
        if error is None:
            job.done.set_result(result)
        else:
            job.done.set_exception(error)
