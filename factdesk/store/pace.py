"""When a source is due again: by its own rhythm, an event's wish, its failures, and its own place among those of its host."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import log2

from factdesk.records import digest_id
from factdesk.store.rhythm import Rhythm, suited_interval

LONGEST_WAIT = timedelta(days=7)
SHORTEST_S = 60
_GOLDEN = 0.6180339887498949
_REACH = 4  # a source is polled at most so many times as often, or as rarely, as its own interval says


@dataclass(frozen=True, slots=True)
class Pace:
    """The bounds of adaptive intervals, in seconds; ``adaptive`` off keeps every source at its own interval."""

    shortest_s: int = 300
    longest_s: int = 10_800
    adaptive: bool = True


@dataclass(frozen=True, slots=True)
class Boost:
    """An event's wish: its sources are polled at least every ``interval_s`` between two instants."""

    starts_at: datetime
    ends_at: datetime
    interval_s: int

    def holds(self, at: datetime) -> bool:
        """Whether ``at`` lies within."""
        return self.starts_at <= at < self.ends_at


def interval(rhythm: Rhythm | None, *, base_s: int, now: datetime, pace: Pace) -> int:
    """Return the seconds between two polls now: the suited ones, in half octaves of ``base_s``, within the bounds.

    A base outside the bounds widens them: nobody is polled less often than asked because of the rhythm's noise alone.
    """
    if not pace.adaptive:
        return base_s
    least = max(min(base_s, pace.shortest_s), base_s / _REACH)
    most = min(max(base_s, pace.longest_s), base_s * _REACH)
    steps = round(2 * log2(suited_interval(rhythm, base_s=base_s, now=now) / base_s))
    return round(min(max(base_s * 2 ** (steps / 2), least), most))


def place(host: str, rank: int) -> float:
    """Return the part of its interval, in [0, 1), at which the ``rank``-th source of ``host`` is polled.

    Multiples of the golden section lie far apart for any number of sources (the three-distance theorem).
    """
    return (int(digest_id("place", host)[:8], 16) / 2**32 + rank * _GOLDEN) % 1.0


def boosted(interval_s: int, *, now: datetime, boost: Boost | None) -> int:
    """Return the interval that holds now, an event's wish heeded."""
    if boost is None or not boost.holds(now):
        return interval_s
    return max(SHORTEST_S, min(interval_s, boost.interval_s))


def next_due(interval_s: int, *, place: float, now: datetime, boost: Boost | None = None) -> datetime:
    """Return the next poll after a good one: at the source's place in its interval, about one interval from now.

    When an event begins before that, the poll is brought forward into the event's first interval.
    """
    at = _placed(boosted(interval_s, now=now, boost=boost), place=place, now=now)
    if boost is not None and now < boost.starts_at < at:
        return min(at, boost.starts_at + timedelta(seconds=place * max(SHORTEST_S, boost.interval_s)))
    return at


def retry_due(interval_s: int, *, failures: int, now: datetime) -> datetime:
    """Return the next poll after ``failures`` bad ones in a row: the interval doubled for each, a week at most."""
    step = timedelta(seconds=min(interval_s * 2 ** min(failures, 20), LONGEST_WAIT.total_seconds()))
    return now + step


def _placed(interval_s: int, *, place: float, now: datetime) -> datetime:
    wait = (place * interval_s - now.timestamp()) % interval_s
    return now + timedelta(seconds=wait if wait > interval_s / 2 else wait + interval_s)
