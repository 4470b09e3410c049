"""Keeps what each origin tells robots: robots.txt and tdmrep.json, asked once a day and remembered across restarts."""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Protocol

from crawlers._codings import TooLargeError, decoded
from crawlers._http import origin
from crawlers._optouts import TDMREP
from crawlers._robots import UNREACHABLE_KEPT, Rules, is_fresh, rules_of
from crawlers._robots_txt import MOST_BYTES
from factdesk.store.hosts import HostState

ROBOTS = "/robots.txt"
MOST_ON_THE_WIRE = 5_000_000  # bytes: a larger file is taken for none, and then nothing is fetched
_MOST_ORIGINS = 2_000
_LONGEST_KEY = 255


class States(Protocol):
    """Where the files outlive the process."""

    async def load(self, host: str) -> HostState:
        """Return what is known of ``host``."""
        ...

    def save(self, state: HostState) -> None:
        """Keep ``state`` with the next write."""
        ...


@dataclass(slots=True)
class _Origin:
    """The files of one origin; their text is let go once read."""

    robots: HostState
    tdmrep: HostState
    rules: Rules | None = None
    asking: asyncio.Lock = field(default_factory=asyncio.Lock)


class OriginRules:
    """The rules of origins. ``ask`` fetches one address with its redirects and returns its status (0: none) and text."""

    def __init__(self, ask: Callable[[str], Awaitable[tuple[int, str]]], states: States) -> None:
        self._ask = ask
        self._states = states
        self._origins: OrderedDict[str, _Origin] = OrderedDict()
        self._opening = asyncio.Lock()

    async def of(self, url: str) -> Rules:
        """Return the rules of the origin of ``url``."""
        where = origin(url)
        known = await self._opened(where)
        async with known.asking:
            now = datetime.now(UTC)
            stale = not is_fresh(known.robots, now=now)
            if stale:
                known.robots = await self._asked(known.robots, f"{where}{ROBOTS}")
            rules = rules_of(known.robots)
            if rules.reachable and not is_fresh(known.tdmrep, now=now) and rules.allows(f"{where}{TDMREP}"):
                known.tdmrep = await self._asked(known.tdmrep, f"{where}{TDMREP}")
                stale = True
            if known.rules is None or stale:
                known.rules = rules_of(known.robots, tdmrep=known.tdmrep)
            return known.rules

    async def unheard_until(self, url: str) -> datetime:
        """Return when an origin whose robots.txt does not answer is asked for it again."""
        known = await self._opened(origin(url))
        return (known.robots.robots_fetched_at or datetime.now(UTC)) + UNREACHABLE_KEPT

    async def _asked(self, state: HostState, address: str) -> HostState:
        status, body = await self._ask(address)
        state = replace(state, robots_status=status, robots_body=body, robots_fetched_at=datetime.now(UTC))
        self._states.save(state)
        return state

    async def _opened(self, where: str) -> _Origin:
        async with self._opening:
            if where not in self._origins:
                robots = await self._states.load(_key(f"{where}{ROBOTS}"))
                self._origins[where] = _Origin(robots, await self._states.load(_key(f"{where}{TDMREP}")))
                self._forget()
            self._origins.move_to_end(where)
            return self._origins[where]

    def _forget(self) -> None:
        """Let the origin go that was asked for the longest time ago; the store still knows it."""
        idle = (where for where, known in self._origins.items() if not known.asking.locked())
        if len(self._origins) > _MOST_ORIGINS and (oldest := next(idle, None)) is not None:
            del self._origins[oldest]


def opened_text(body: bytes, coding: str) -> str | None:
    """Return the first 500 KiB of a file as text, or ``None`` when it cannot be unpacked."""
    try:
        body = decoded(body, coding, limit=MOST_BYTES)
    except TooLargeError as error:
        body = bytes(error.taken)
    except ValueError:
        return None
    encoding = "utf-16" if body.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8"
    return body[:MOST_BYTES].decode(encoding, "replace").replace("\x00", "")


def _key(address: str) -> str:
    """The key a file is stored under: its address, or for one longer than the column its digest."""
    return address if len(address) <= _LONGEST_KEY else hashlib.sha256(address.encode()).hexdigest()
