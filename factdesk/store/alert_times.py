"""When an alert goes out: at once or gathered into a digest, and not in the hours that a person keeps quiet.

Pure: instants go in and come out in UTC; a set time is one on the wall of the desk's time zone, also when its clocks change.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

DAY_MINUTES = 24 * 60
_DAY = timedelta(days=1)


class Every(StrEnum):
    """How alerts are gathered."""

    AT_ONCE = "at_once"
    HOURLY = "hourly"
    DAILY = "daily"
    WEEKLY = "weekly"


@dataclass(frozen=True, slots=True)
class Pace:
    """When the alerts of a search go out.

    ``at_minute`` is the minute of the day (of the hour for hourly digests), ``weekday`` 0 … 6 from Monday; ``quiet`` are the
    minutes of the day from which (included) to which (excluded) nothing is sent, over midnight when the second is less.
    """

    every: Every = Every.AT_ONCE
    at_minute: int = 8 * 60
    weekday: int = 0
    quiet: tuple[int, int] | None = None


def due(pace: Pace, at: datetime, *, zone: ZoneInfo) -> datetime:
    """Return when what matched at ``at`` is sent: at once, or at the first set time after it; never in quiet hours."""
    local = at.astimezone(zone)
    if pace.every is Every.AT_ONCE:
        return after_quiet(pace, at, zone=zone)
    if pace.every is Every.HOURLY:
        moment = local.replace(minute=pace.at_minute % 60, second=0, microsecond=0).astimezone(UTC)
        return after_quiet(pace, moment if moment > at else moment + timedelta(hours=1), zone=zone)
    moment = _on_the_wall(local, pace.at_minute, zone=zone)
    while moment <= at or (pace.every is Every.WEEKLY and moment.astimezone(zone).weekday() != pace.weekday):
        local += _DAY
        moment = _on_the_wall(local, pace.at_minute, zone=zone)
    return after_quiet(pace, moment, zone=zone)


def after_quiet(pace: Pace, at: datetime, *, zone: ZoneInfo) -> datetime:
    """Return ``at``, or the end of the quiet hours that it falls into."""
    if pace.quiet is None or not is_quiet(pace.quiet, at, zone=zone):
        return at
    local = at.astimezone(zone)
    ends = (_on_the_wall(day, pace.quiet[1], zone=zone, fold=fold) for day in (local, local + _DAY) for fold in (0, 1))
    return next(end for end in ends if end > at)


def is_quiet(quiet: tuple[int, int], at: datetime, *, zone: ZoneInfo) -> bool:
    """Whether ``at`` falls between the two minutes of the day; the same minute twice means never."""
    local = at.astimezone(zone)
    minute, (start, end) = local.hour * 60 + local.minute, quiet
    return start <= minute < end if start <= end else not end <= minute < start


def _on_the_wall(local: datetime, minute: int, *, zone: ZoneInfo, fold: int = 0) -> datetime:
    """Return the instant at which the day of ``local`` shows that minute; ``fold`` 1 is the second one when clocks go back."""
    hour, rest = divmod(minute % DAY_MINUTES, 60)
    return datetime.combine(local.date(), time(hour, rest, fold=fold), tzinfo=zone).astimezone(UTC)
