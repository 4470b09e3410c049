"""How many entries each hour, day or week of a time zone has."""

from datetime import date, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from index._fields import from_instant
from index.base import Interval

MOST_HOURS = 31 * 24
HOUR = 3_600_000_000
_QUARTER = HOUR // 4  # no zone has changed its time between two quarters of an hour since 1970
_DAY = 24 * HOUR
_MOST_TALLIED = 2_000_000
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_LAST_DAY = date.max.toordinal() - _EPOCH_DAY - 1
Bars = tuple[tuple[str, int], ...]
Instants = NDArray[np.int64]


def bars(instants: Instants, *, zone: str, interval: Interval) -> Bars:
    """Return (label, count) of each interval that has any of ``instants`` (microseconds since 1970), in order.

    By hour, of those alone that began in the `MOST_HOURS` before the newest instant.
    """
    if not len(instants):
        return ()
    since = int(instants.max()) - MOST_HOURS * HOUR
    if interval is Interval.HOUR:
        instants = instants[instants > since]
    shifts = _shifts(instants, zone)
    local = instants + shifts
    if interval is Interval.HOUR:
        hours = (local // HOUR * HOUR - shifts) // _QUARTER
        begun, counts = _tally(hours[hours * _QUARTER > since])
        labels = [hour_label(at * _QUARTER, zone=zone) for at in begun.tolist()]
    else:
        days = local // _DAY
        begun, counts = _tally(days - (days + 3) % 7 if interval is Interval.WEEK else days)
        labels = [_day_label(day) for day in begun.tolist()]
    return tuple(zip(labels, counts.tolist(), strict=True))


def hour_label(microseconds: int, *, zone: str) -> str:
    """Return an hour that begins so many microseconds after 1970, as its local time with the offset."""
    return from_instant(microseconds).astimezone(ZoneInfo(zone)).isoformat(timespec="minutes")


def _day_label(day: int) -> str:
    return date.fromordinal(max(1, _EPOCH_DAY + day)).isoformat()


def _tally(values: Instants) -> tuple[Instants, Instants]:
    """Return the distinct values in order and how often each stands there; without sorting where they lie close together."""
    low, high = int(values.min()), int(values.max())
    if high - low > _MOST_TALLIED:
        return np.unique(values, return_counts=True)
    counts = np.bincount(values - low)
    begun = np.flatnonzero(counts)
    return begun + low, counts[begun]


def _shifts(instants: Instants, zone: str) -> Instants:
    """Return the offsets of ``zone`` from UTC at ``instants``, in microseconds."""
    if zone == "UTC":
        return np.zeros(len(instants), dtype=np.int64)
    days = instants // _DAY
    distinct, _ = _tally(days)
    told = np.array([_shifts_of_day(zone, int(day)) for day in distinct], dtype=np.int64)
    places = np.searchsorted(distinct, days)
    shifts = told[places, 0]
    for at in np.flatnonzero((told[:, 0] != told[:, 1])[places]).tolist():
        shifts[at] = _shift(zone, int(instants[at]) // _QUARTER * _QUARTER)
    return np.asarray(shifts, dtype=np.int64)


@lru_cache(maxsize=65_536)
def _shifts_of_day(zone: str, day: int) -> tuple[int, int]:
    """Return the offsets at the beginning and the end of a day of UTC: they differ where the clock is changed in it."""
    return _shift(zone, day * _DAY), _shift(zone, min(day + 1, _LAST_DAY) * _DAY)


@lru_cache(maxsize=65_536)
def _shift(zone: str, microseconds: int) -> int:
    try:
        told = from_instant(microseconds).astimezone(ZoneInfo(zone)).utcoffset()
    except OverflowError:
        return 0
    return (told or timedelta()) // timedelta(microseconds=1)
