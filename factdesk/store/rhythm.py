"""A source's own rhythm: when it brings something new, and how long a silence it has never kept. Pure functions on frozen data.

Learned poll by poll: for each hour of a working day and of a weekend day (UTC), how many polls brought something and for how
long the source was watched, both halved every fourteen days. A silence is measured not in hours but in arrivals that this
profile expects (the time-rescaling of point processes: Brown, Barbieri, Ventura, Kass, Frank 2002, Neural Computation 14),
so that a night or a weekend is no silence.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from math import sqrt
from statistics import median, quantiles

HALF_LIFE = timedelta(days=14)
MOST_GAPS = 42
LEAST_GAPS = 8
_LEAST_WATCHED_H = 72.0
_BUCKETS = 48
_PRIOR = 2.0  # arrivals of the source's overall rate that each hour of the profile starts with
_MOST_BATCH = 50
_LONGEST_SILENCE = timedelta(days=60)
_ONCE_A_YEAR_Z = 2.7779  # of the normal distribution at 1 - 1/365
_DECILE_Z = 1.2816  # of the normal distribution's upper decile
_LEAST_EXPECTED = 3.0
_HEAD = struct.Struct("<dddff")


@dataclass(frozen=True, slots=True)
class Rhythm:
    """What was learned up to ``at``; ``gaps`` are its last silences and ``open_gap`` the present one, in arrivals expected.

    ``batch`` is how many items an arrival brings. ``arrived`` and ``watched`` (in hours) are by UTC hour, weekends after 24.
    """

    since: datetime
    at: datetime
    last_at: datetime | None = None
    batch: float = 1.0
    open_gap: float = 0.0
    arrived: tuple[float, ...] = (0.0,) * _BUCKETS
    watched: tuple[float, ...] = (0.0,) * _BUCKETS
    gaps: tuple[float, ...] = ()

    def to_bytes(self) -> bytes:
        """Return it as it is stored: 0.6 kB at most."""
        last = self.last_at.timestamp() if self.last_at else 0.0
        head = _HEAD.pack(self.since.timestamp(), self.at.timestamp(), last, self.batch, self.open_gap)
        numbers = (*self.arrived, *self.watched, *self.gaps)
        return head + struct.pack(f"<{len(numbers)}f", *numbers)

    @classmethod
    def from_bytes(cls, stored: bytes) -> "Rhythm":
        """Read what ``to_bytes`` wrote."""
        since, at, last, batch, open_gap = _HEAD.unpack_from(stored)
        numbers = struct.unpack(f"<{(len(stored) - _HEAD.size) // 4}f", stored[_HEAD.size :])
        return cls(
            since=datetime.fromtimestamp(since, UTC),
            at=datetime.fromtimestamp(at, UTC),
            last_at=datetime.fromtimestamp(last, UTC) if last else None,
            batch=batch,
            open_gap=open_gap,
            arrived=numbers[:_BUCKETS],
            watched=numbers[_BUCKETS : 2 * _BUCKETS],
            gaps=numbers[2 * _BUCKETS :],
        )

    def per_hour(self, at: datetime | None = None) -> float:
        """Return the arrivals expected an hour, overall or at an instant: the hour's own rate drawn to the overall one."""
        hours = sum(self.watched)
        overall = (sum(self.arrived) + 0.5) / (hours + 1.0)
        if at is None:
            return overall
        bucket = _bucket(at)
        return (self.arrived[bucket] + _PRIOR) / (self.watched[bucket] + _PRIOR / overall)

    @property
    def items_per_day(self) -> float | None:
        """Items expected a day; ``None`` before three days were watched."""
        return None if sum(self.watched) < _LEAST_WATCHED_H else self.per_hour() * 24 * self.batch


def started(now: datetime) -> Rhythm:
    """Return the rhythm of a source whose first poll ends now: what it lists then is no news."""
    return Rhythm(since=now, at=now)


def heard(rhythm: Rhythm, *, now: datetime, new: int, longest: timedelta) -> Rhythm:
    """Return the rhythm after a good poll at ``now`` that brought ``new`` items.

    When more than ``longest`` lies between two good polls the source was not watched: what comes then says nothing of silence.
    """
    gone = now - rhythm.at
    if gone <= timedelta(0):
        return rhythm
    keep = 0.5 ** (gone / HALF_LIFE)
    arrived = [number * keep for number in rhythm.arrived]
    watched = [number * keep for number in rhythm.watched]
    if gone > longest:
        return replace(rhythm, at=now, arrived=tuple(arrived), watched=tuple(watched), open_gap=0.0)
    gap = rhythm.open_gap + expected(rhythm, since=rhythm.at, until=now)
    for start, hours in _hours(rhythm.at, now):
        watched[_bucket(start)] += hours
        if new:
            arrived[_bucket(start)] += hours * timedelta(hours=1) / gone
    if not new:
        return replace(rhythm, at=now, arrived=tuple(arrived), watched=tuple(watched), open_gap=gap)
    same_day = rhythm.gaps and rhythm.last_at is not None and rhythm.last_at.date() == now.date()
    gaps = (*rhythm.gaps[:-1], max(rhythm.gaps[-1], gap)) if same_day else (*rhythm.gaps, gap)
    return replace(
        rhythm,
        at=now,
        last_at=now,
        batch=0.9 * rhythm.batch + 0.1 * min(new, _MOST_BATCH),
        open_gap=0.0,
        arrived=tuple(arrived),
        watched=tuple(watched),
        gaps=gaps[-MOST_GAPS:],
    )


def expected(rhythm: Rhythm, *, since: datetime, until: datetime) -> float:
    """Return how many arrivals the profile expects between two instants."""
    return sum(rhythm.per_hour(start) * hours for start, hours in _hours(since, until))


def longest_gap(rhythm: Rhythm) -> float | None:
    """Return the silence, in arrivals expected, that is out of character; ``None`` with too little history.

    From the longest silence of each of the last days: what comes once in a year of such days is extrapolated on the log scale
    (bursty silences are near to log-normal) from their median and upper decile, which a few odd days do not move. It is never
    less than three arrivals or one and a half of the longest remembered (two while few are), and never over four of it.
    """
    gaps = rhythm.gaps
    if len(gaps) < LEAST_GAPS or sum(rhythm.watched) < _LEAST_WATCHED_H:
        return None
    longest, middle = max(gaps), max(median(gaps), 0.05)
    decile = max(quantiles(gaps, n=10, method="inclusive")[8], middle)
    extrapolated: float = middle * (decile / middle) ** (_ONCE_A_YEAR_Z / _DECILE_Z)
    least = longest * (1.5 if len(gaps) >= MOST_GAPS // 2 else 2.0)
    return max(_LEAST_EXPECTED, least, min(extrapolated, 4 * longest))


def silent_at(rhythm: Rhythm) -> datetime | None:
    """Return when a source that brings nothing more from ``rhythm.at`` on has been silent for longer than is its way."""
    limit = longest_gap(rhythm)
    if limit is None:
        return None
    left = limit - rhythm.open_gap
    for start, hours in _hours(rhythm.at, rhythm.at + _LONGEST_SILENCE):
        rate = rhythm.per_hour(start)
        if rate * hours >= left:
            return start + timedelta(hours=max(left, 0.0) / rate)
        left -= rate * hours
    return None


def suited_interval(rhythm: Rhythm | None, *, base_s: int, now: datetime) -> float:
    """Return the seconds between two polls that suit the rhythm, before bounds: ``base_s`` while little is known.

    Polls are spent best by the square root of the rate (Sia, Cho, Cho 2007, IEEE TKDE 19(7)); a source whose items are two
    base intervals apart keeps its base interval.
    """
    if rhythm is None or sum(rhythm.watched) < 24:
        return base_s
    apart_s = 3600 / max(rhythm.per_hour(now) * rhythm.batch, 1e-6)
    return base_s * sqrt(apart_s / (2 * base_s))


def _bucket(at: datetime) -> int:
    return at.hour + (24 if at.weekday() >= 5 else 0)


def _hours(since: datetime, until: datetime) -> Iterator[tuple[datetime, float]]:
    """Cut a time into pieces within one UTC hour each: their beginning and their length in hours."""
    while since < until:
        end = min(since.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1), until)
        yield since, (end - since) / timedelta(hours=1)
        since = end
