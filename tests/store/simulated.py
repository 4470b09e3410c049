"""Invented sources that bring items by a known law, and polls of them: seeded, so that a figure is the same on every run."""

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from factdesk.store import pace, rhythm
from factdesk.store.pace import Pace

START = datetime(2026, 1, 5, tzinfo=UTC)
Law = Callable[[random.Random, float, int], list[float]]


def seeded(*names: object) -> random.Random:
    """Return the same chance on every run."""
    return random.Random(" ".join(map(str, names)))  # noqa: S311 # nothing is kept secret with it


def regular(rng: random.Random, per_day: float, days: int) -> list[float]:
    """One item after the other, each within half an hour of its time. Hours since the start."""
    return [number * 24 / per_day + rng.uniform(-0.5, 0.5) for number in range(1, int(days * per_day))]


def steady(rng: random.Random, per_day: float, days: int) -> list[float]:
    """Items at random, the same by day and night (Poisson)."""
    return _thinned(rng, per_day / 24, days, shape=lambda _: 1.0)


def office(rng: random.Random, per_day: float, days: int) -> list[float]:
    """A newsroom: mostly by day, little at weekends."""
    return _thinned(rng, per_day / 24, days, shape=_office_hours)


def _office_hours(hour: int) -> float:
    return (2.2 if 6 <= hour % 24 < 18 else 0.15) * (0.35 if hour // 24 >= 5 else 1.2)


def bursty(rng: random.Random, per_day: float, days: int) -> list[float]:
    """Log-normal silences with a long tail."""
    at, found = 0.0, []
    while at < days * 24:
        at += rng.lognormvariate(math.log(24 / per_day) - 1.125, 1.5)
        found.append(at)
    return found


def clustered(rng: random.Random, per_day: float, days: int) -> list[float]:
    """An agency's bursts: about six items within some hours, then nothing."""
    found: list[float] = []
    for start in _thinned(rng, per_day / 144, days, shape=lambda _: 1.0):
        found += [start + rng.expovariate(1) for _ in range(1 + int(rng.expovariate(1 / 5)))]
    return sorted(found)


def _thinned(rng: random.Random, per_hour: float, days: int, *, shape: Callable[[int], float]) -> list[float]:
    peak = max(shape(hour) for hour in range(168))
    at, found = 0.0, []
    while at < days * 24:
        at += rng.expovariate(per_hour * peak)
        if rng.random() < shape(int(at) % 168) / peak:
            found.append(at)
    return found


@dataclass(frozen=True, slots=True)
class Watched:
    """What watching a source brought: false alarms while it lived, and days until its death was told (``None``: not)."""

    alarms: int
    delay_days: float | None


def watch(times: Sequence[float], *, dies_at_day: int, hours: float = 1.0) -> Watched:
    """Poll a source every ``hours`` that dies on a day, until its silence is told or sixty days have gone."""
    left = [at for at in times if at < dies_at_day * 24][::-1]
    heard, alarm, told, alarms, at = rhythm.started(START), None, False, 0, 0.0
    while at < (dies_at_day + 60) * 24:
        at += hours
        new = 0
        while left and left[-1] <= at:
            left.pop()
            new += 1
        now = START + timedelta(hours=at)
        if alarm is not None and now > alarm:
            if at >= dies_at_day * 24:
                return Watched(alarms, (at - dies_at_day * 24) / 24)
            alarms += not told
            told = True
        heard = rhythm.heard(heard, now=now, new=new, longest=timedelta(days=1))
        if new:
            alarm, told = rhythm.silent_at(heard), False
    return Watched(alarms, None)


@dataclass(frozen=True, slots=True)
class Polled:
    """What polling a source cost and brought: polls, items, and the hours that items waited to be seen, in sum."""

    polls: int
    items: int
    waited_h: float


def polled(times: Sequence[float], *, days: int, bounds: Pace, base_s: int = 900, place: float = 0.0) -> Polled:
    """Poll a source at the pace that its rhythm suggests; figures are of the time after the first week."""
    left = list(times)[::-1]
    heard, now, polls, items, waited = rhythm.started(START), START, 0, 0, 0.0
    while (now - START) / timedelta(hours=1) < days * 24:
        step = pace.interval(heard, base_s=base_s, now=now, pace=bounds)
        now = pace.next_due(step, place=place, now=now)
        at = (now - START) / timedelta(hours=1)
        new = 0
        counts = at > 7 * 24
        polls += counts
        while left and left[-1] <= at:
            came = left.pop()
            new += 1
            items += counts
            waited += (at - came) * counts
        heard = rhythm.heard(heard, now=now, new=new, longest=timedelta(hours=6))
    return Polled(polls, items, waited)
