"""What a host's robots.txt says to us (RFC 9309): read by protego, kept a day, and when in doubt we wait."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from protego import Protego

from crawlers._http import PRODUCT
from factdesk.store.hosts import HostState

KEPT = timedelta(hours=24)
UNREACHABLE_KEPT = timedelta(minutes=10)
MOST_BYTES = 512_000  # RFC 9309 asks for at least 500 KiB
_LONGEST_DELAY_S = 600.0


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one host: ``reachable`` is false when robots.txt could not be had, and then nothing is fetched."""

    reachable: bool
    parsed: Protego | None = None

    def allows(self, url: str) -> bool:
        """Whether we may fetch ``url``."""
        return self.parsed is None or bool(self.parsed.can_fetch(url, PRODUCT))

    @property
    def delay_s(self) -> float:
        """The Crawl-delay asked of us, in seconds; 0 when none."""
        told = self.parsed.crawl_delay(PRODUCT) if self.parsed else None
        return min(float(told), _LONGEST_DELAY_S) if told else 0.0

    @property
    def sitemaps(self) -> tuple[str, ...]:
        """The sitemaps that robots.txt names."""
        return tuple(self.parsed.sitemaps) if self.parsed else ()


def is_fresh(state: HostState, *, now: datetime) -> bool:
    """Whether the stored robots.txt still holds: a day, or ten minutes when the host did not give it."""
    if state.robots_fetched_at is None or state.robots_status is None:
        return False
    kept = UNREACHABLE_KEPT if unreachable(state.robots_status) else KEPT
    return now - state.robots_fetched_at < kept


def unreachable(status: int) -> bool:
    """Whether a status of robots.txt (0: no answer) means that the host must not be asked now."""
    return status == 0 or status == 429 or status >= 500  # noqa: PLR1714 # three different reasons


def rules_of(state: HostState) -> Rules:
    """Read the stored robots.txt: 4xx allows everything, 5xx and no answer forbid for now, anything else is parsed."""
    status = state.robots_status or 0
    if unreachable(status):
        return Rules(reachable=False)
    if status >= 300 or not state.robots_body:
        return Rules(reachable=True)
    return Rules(reachable=True, parsed=Protego.parse(state.robots_body))
