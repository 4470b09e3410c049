"""One exchange: what is asked of an address, what came as it came, and who does the asking."""

from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from crawlers._http import Failed, Refused
from crawlers.base import Credential, Fetched
from factdesk.errors import FactdeskError
from factdesk.store.hosts import HostState

LISTING, ITEM = 0, 1  # priorities in a lane


@dataclass(frozen=True, slots=True)
class Ask:
    """One address to fetch. The validators make the request conditional. ``obey`` is false for robots.txt alone.

    ``credential`` goes to the origin of ``url`` alone: a redirect to another one is followed without it.
    """

    url: str
    accept: str = "text/html,application/xhtml+xml,*/*;q=0.5"
    etag: str | None = None
    last_modified: str | None = None
    priority: int = ITEM
    obey: bool = True
    credential: Credential | None = None


@dataclass(frozen=True, slots=True)
class Raw:
    """An answer as it came: ``body`` with its content coding, the headers sent, ``url`` of this very hop."""

    url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    sent: tuple[tuple[str, str], ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class Got:
    """A fetched answer, decoded, with the raw exchange for the archive.

    ``moved_permanently_to`` is where permanent redirects alone led, as far as the chain from the first address had no other.
    """

    fetched: Fetched
    raw: Raw
    moved_permanently_to: str | None = None


class Download(Protocol):
    """Asks one address once. Raises ``DownloadError``."""

    def __call__(self, ask: Ask) -> Awaitable[Raw]:
        """Return the answer to one request, redirects not followed."""
        ...


class DownloadError(FactdeskError):
    """A request that brought no answer, as the outcome it means."""

    def __init__(self, result: Refused | Failed) -> None:
        self.result = result
        super().__init__(result.reason)


class Hosts(Protocol):
    """Where the manners of hosts outlive the process."""

    async def load(self, host: str) -> HostState:
        """Return what is known of ``host``."""
        ...

    def save(self, state: HostState) -> None:
        """Keep ``state`` with the next write."""
        ...
