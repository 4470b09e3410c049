"""One lane a host: one request at a time, never sooner than the delay after the last one ended, listings before articles."""

import asyncio
import heapq
import itertools
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from factdesk.store.hosts import HostState


@dataclass(slots=True)
class Lane:
    """The queue before one host. ``free_at`` is on the monotonic clock."""

    state: HostState
    delay_s: float
    free_at: float = 0.0
    _delays: dict[str, float] = field(default_factory=dict)
    _busy: bool = False
    _order: "itertools.count[int]" = field(default_factory=itertools.count)
    _queue: list[tuple[int, int, "asyncio.Future[None]"]] = field(default_factory=list)

    @classmethod
    def resumed(cls, state: HostState, *, delay_s: float) -> "Lane":
        """Return a lane that keeps the delay to the last request of an earlier run."""
        now = datetime.now(UTC)
        waited = (now - state.last_request_at).total_seconds() if state.last_request_at else delay_s
        return cls(state, delay_s, free_at=time.monotonic() + min(max(0.0, delay_s - waited), delay_s))

    def slow_down(self, origin: str, delay_s: float) -> None:
        """Keep the longest delay of the origins on this host, also to a request that an earlier run made."""
        if self._delays.get(origin) == delay_s:
            return
        self._delays[origin] = delay_s
        self.delay_s = max(self._delays.values())
        if self.state.last_request_at is not None:
            waited = max(0.0, (datetime.now(UTC) - self.state.last_request_at).total_seconds())
            self.free_at = max(self.free_at, time.monotonic() + self.delay_s - waited)

    @asynccontextmanager
    async def turn(self, priority: int) -> AsyncIterator[None]:
        """Wait for the turn (a lower ``priority`` first) and for the delay; the next one waits from the end of this one."""
        await self._enter(priority)
        try:
            await asyncio.sleep(max(0.0, self.free_at - time.monotonic()))
            yield
        finally:
            self.free_at = time.monotonic() + self.delay_s
            self._leave()

    async def _enter(self, priority: int) -> None:
        if not self._busy:
            self._busy = True
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._queue, (priority, next(self._order), turn))
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._leave()
            raise

    def _leave(self) -> None:
        while self._queue:
            _, _, turn = heapq.heappop(self._queue)
            if not turn.done():
                turn.set_result(None)
                return
        self._busy = False
