"""What a collector does beside polling: it leaves its trace, reviews how the sources are, and sums old polls up."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import structlog
from sqlalchemy import Connection, Engine

from factdesk.errors import FactdeskError
from factdesk.store import coverage, days, runs, watched
from factdesk.store.database import reading, writing

_T = TypeVar("_T")
REVIEW_EVERY = timedelta(minutes=10)
FULL_REVIEW_EVERY = 36  # six hours
FIRST_REVIEW = timedelta(seconds=30)
WATCH_EVERY = timedelta(hours=1)  # a look at whose day is over
_log = structlog.get_logger("factdesk.schedule")


class Rounds:
    """The bookkeeping of one run. A locked store is no reason to stop: what failed is done the next time round."""

    def __init__(self, engine: Engine, *, keep_polls: timedelta, watch: timedelta = timedelta(days=1)) -> None:
        self._engine = engine
        self._keep_polls = keep_polls
        self._watch = watch
        self._run: int | None = None
        self._newest, self._reviews = 0, 0

    async def begin(self) -> None:
        """Enter the run, and the time in which none ran."""
        self._run = await self._write(lambda connection: runs.start_run(connection, now=datetime.now(UTC)))

    async def beat(self) -> None:
        """Note that the run is alive; a run that could not be entered is entered now."""
        run = self._run
        if run is None:
            await self.begin()
        else:
            await self._write(lambda connection: runs.keep_run(connection, run, now=datetime.now(UTC)))

    async def end(self) -> None:
        """Note that the run ended in good order."""
        if (run := self._run) is not None:
            await self._write(lambda connection: runs.keep_run(connection, run, now=datetime.now(UTC), stopped=True))

    async def review(self) -> None:
        """Raise what needs a person and note what recovered; writes only when something changed.

        Every so often all sources are looked at, else those that were polled since: fifty thousand at rest cost nothing.
        """
        now, after = datetime.now(UTC), self._newest if self._reviews % FULL_REVIEW_EVERY else None
        self._reviews += 1
        found = await self._done(lambda: self._look(now, after=after))
        if found is not None and (found.raised or found.recovered):
            await self._write(lambda connection: coverage.note(connection, found, now=now))

    async def watch(self) -> None:
        """Make pages due again that statements stand on."""
        asked = await self._write(lambda connection: watched.ask_again(connection, now=datetime.now(UTC), every=self._watch))
        if asked:
            _log.info("cited pages are asked for again", pages=asked)

    async def sum_up(self) -> None:
        """Sum up polls that are older than they are kept one by one, a day at a time."""
        before = datetime.now(UTC) - self._keep_polls
        while await self._write(lambda connection: days.sum_up(connection, before=before)):
            pass

    def _look(self, now: datetime, *, after: int | None) -> coverage.Changes:
        with reading(self._engine) as connection:
            newest = coverage.newest_poll(connection)
            found = coverage.changes(connection, now=now, after=after)
        self._newest = newest
        return found

    async def _write(self, change: Callable[[Connection], _T]) -> _T | None:
        def within() -> _T:
            with writing(self._engine) as connection:
                return change(connection)

        return await self._done(within)

    async def _done(self, job: Callable[[], _T]) -> _T | None:
        try:
            return await asyncio.to_thread(job)
        except FactdeskError as error:
            _log.warning("bookkeeping put off", why=str(error))
            return None
