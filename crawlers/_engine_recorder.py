"""Writes what was fetched, in batches, on one thread: first the archive onto the disk, then the store in one transaction.

While one batch is written the next one gathers, so that a slow disk or a busy database makes batches larger, not more.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Generic, TypeVar, cast

from sqlalchemy import Connection, Engine

from crawlers._archive import Archive, Exchange, Location, Resource
from factdesk.store import hosts
from factdesk.store.database import reading, writing
from factdesk.store.hosts import HostState

_T = TypeVar("_T")
Record = Exchange | Resource
_BATCH = 64


@dataclass(slots=True)
class _Job(Generic[_T]):
    records: Sequence[Record]
    apply: Callable[[Connection, Sequence[Location]], _T]
    done: "asyncio.Future[_T]"
    locations: list[Location] = field(default_factory=list)


class Recorder:
    """The collector's only way to the archive and the store."""

    def __init__(self, engine: Engine, archive: Archive) -> None:
        self._engine = engine
        self._archive = archive
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="recorder")
        self._jobs: list[_Job[object]] = []
        self._states: dict[str, HostState] = {}
        self._worker: asyncio.Task[None] | None = None

    async def write(self, apply: Callable[[Connection, Sequence[Location]], _T], records: Sequence[Record] = ()) -> _T:
        """Archive ``records``, then run ``apply`` with their locations in a transaction.

        Raises what ``apply`` raises (its changes are undone, others' kept), ``ArchiveError`` or ``StoreError``.
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

        return await asyncio.get_running_loop().run_in_executor(self._thread, within)

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
            for job, (result, error) in zip(jobs, ends, strict=True):
                if job.done.cancelled():
                    continue
                if error is None:
                    job.done.set_result(result)
                else:
                    job.done.set_exception(error)
        self._worker = None

    def _batch(self, jobs: Sequence[_Job[object]], states: Sequence[HostState]) -> list[tuple[object, BaseException | None]]:
        """Write all jobs together; when that fails each by itself, so that one cannot spoil the others."""
        try:
            for job in jobs:
                job.locations.extend(self._archive.append(record) for record in job.records)
            self._archive.sync()
        except Exception as error:  # noqa: BLE001 # handed to those who wait
            return [(None, error) for _ in jobs]
        try:
            return [(result, None) for result in self._commit(jobs, states)]
        except Exception as error:  # noqa: BLE001 # the same
            return [self._alone(job) for job in jobs] if len(jobs) > 1 else [(None, error)]

    def _alone(self, job: _Job[object]) -> tuple[object, BaseException | None]:
        try:
            return self._commit([job], ())[0], None
        except Exception as error:  # noqa: BLE001 # handed to the one who waits
            return None, error

    def _commit(self, jobs: Sequence[_Job[object]], states: Sequence[HostState]) -> list[object]:
        with writing(self._engine) as connection:
            hosts.save(connection, states)
            return [job.apply(connection, job.locations) for job in jobs]

    def _finish(self) -> None:
        self._archive.sync()
        self._archive.close()
        if self._states:
            with writing(self._engine) as connection:
                hosts.save(connection, list(self._states.values()))
