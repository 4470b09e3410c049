"""What a host says to us before it is asked anything: robots.txt (RFC 9309) and tdmrep.json, kept a day; in doubt we wait.

A robots.txt that does not answer forbids everything for as long as that lasts. RFC 9309 permits to take it for absent after a
month; a host that has not been heard for a month has not said yes, so that is not done.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from crawlers._http import PRODUCT
from crawlers._optouts import Reservations, read_reservations, signalled
from crawlers._robots_txt import Group, RobotsTxt, read_robots_txt
from factdesk.store.hosts import HostState

KEPT = timedelta(hours=24)
UNREACHABLE_KEPT = timedelta(minutes=10)
_LONGEST_DELAY_S = 600.0


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one origin: ``reachable`` is false when robots.txt could not be had, and then nothing is fetched."""

    reachable: bool
    parsed: RobotsTxt | None = None
    reserved: Reservations = field(default_factory=Reservations)

    def allows(self, url: str) -> bool:
        """Whether we may fetch ``url``."""
        return self._group.allows(url)

    def opted_out(self, url: str) -> str | None:
        """Say which signal reserves ``url`` against mining, if one does."""
        for line in (*self._group.signals, *(self.parsed.general_signals if self.parsed else ())):
            if (signal := signalled(line)) is not None:
                return f"robots.txt: Content-Signal {signal}"
        pattern = self.reserved.reserve(url)
        return f"tdmrep.json: {pattern[:80]}" if pattern else None

    @property
    def delay_s(self) -> float:
        """The Crawl-delay asked of us, in seconds; 0 when none."""
        return min(self._group.delay_s, _LONGEST_DELAY_S)

    @property
    def sitemaps(self) -> tuple[str, ...]:
        """The sitemaps that robots.txt names."""
        return self.parsed.sitemaps if self.parsed else ()

    @property
    def _group(self) -> Group:
        return self.parsed.group(PRODUCT) if self.parsed else Group()


def is_fresh(state: HostState, *, now: datetime) -> bool:
    """Whether the stored file still holds: a day, or ten minutes when the host did not give it."""
    if state.robots_fetched_at is None or state.robots_status is None:
        return False
    kept = UNREACHABLE_KEPT if unreachable(state.robots_status) else KEPT
    return timedelta(0) <= now - state.robots_fetched_at < kept


def unreachable(status: int) -> bool:
    """Whether a status of robots.txt (0: no answer) means that the host must not be asked now."""
    return status == 0 or status == 429 or status >= 500  # noqa: PLR1714 # three different reasons


def rules_of(state: HostState, *, tdmrep: HostState | None = None) -> Rules:
    """Read the stored files: 4xx allows everything, 5xx and no answer forbid for now, anything else is parsed."""
    status = state.robots_status or 0
    if unreachable(status):
        return Rules(reachable=False)
    reserved = read_reservations(tdmrep.robots_body or "") if tdmrep and tdmrep.robots_status == 200 else Reservations()
    if status >= 300 or not state.robots_body:
        return Rules(reachable=True, reserved=reserved)
    return Rules(reachable=True, parsed=read_robots_txt(state.robots_body), reserved=reserved)
