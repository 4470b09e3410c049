"""A source's own rhythm: what it learns, when silence is told, and what adaptive intervals cost and bring."""

from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise, product

import pytest

from factdesk.store import pace, rhythm
from factdesk.store.pace import Boost, Pace
from factdesk.store.rhythm import Rhythm
from tests.store.simulated import START, Law, bursty, clustered, office, polled, regular, seeded, steady, watch

HOUR = timedelta(hours=1)


def _learned(law: Law, per_day: float, days: int) -> Rhythm:
    times, heard = law(seeded(7), per_day, days)[::-1], rhythm.started(START)
    for hour in range(1, days * 24):
        new = 0
        while times and times[-1] <= hour:
            times.pop()
            new += 1
        heard = rhythm.heard(heard, now=START + hour * HOUR, new=new, longest=timedelta(days=1))
    return heard


def test_it_is_stored_small_and_read_back() -> None:
    learned = _learned(office, 12, 40)
    stored = learned.to_bytes()
    again = Rhythm.from_bytes(stored)
    assert len(stored) < 700
    assert again.to_bytes() == stored
    assert (again.at, again.last_at, len(again.gaps)) == (learned.at, learned.last_at, len(learned.gaps))
    assert rhythm.started(START) == Rhythm.from_bytes(rhythm.started(START).to_bytes())


def test_it_learns_how_much_comes_and_when() -> None:
    learned = _learned(office, 24, 40)
    assert learned.items_per_day == pytest.approx(24, rel=0.25)
    noon, night = datetime(2026, 3, 4, 12, tzinfo=START.tzinfo), datetime(2026, 3, 4, 2, tzinfo=START.tzinfo)
    assert learned.per_hour(noon) > 3 * learned.per_hour(night)
    worked, off = (sum(learned.per_hour(noon + timedelta(days=day, hours=h)) for h in range(-6, 6)) for day in (0, 3))
    assert worked > 1.5 * off  # a Wednesday, a Saturday


def test_too_little_history_says_nothing() -> None:
    young = _learned(steady, 24, 2)
    assert (rhythm.longest_gap(young), rhythm.silent_at(young), young.items_per_day) == (None, None, None)


def test_a_night_is_no_silence_and_an_outage_of_ours_is_none_either() -> None:
    learned = _learned(office, 30, 40)
    told = rhythm.silent_at(learned)
    assert told is not None
    assert told - learned.at > timedelta(hours=6)
    later = rhythm.heard(learned, now=learned.at + timedelta(days=9), new=0, longest=timedelta(days=1))
    assert later.open_gap == 0
    assert later.gaps == learned.gaps
    after = rhythm.silent_at(later)
    assert after is not None
    assert after > later.at + timedelta(hours=6)


@pytest.mark.parametrize(
    ("law", "alarms_a_year", "days_until_told"),
    [(regular, 0.1, 0.7), (steady, 1.6, 3), (office, 1.6, 4), (bursty, 3, 13), (clustered, 2.3, 11)],
)
def test_silence_is_told_by_a_sources_own_history_and_seldom_falsely(
    law: Law, alarms_a_year: float, days_until_told: float
) -> None:
    """Eight sources each, of 4 and 20 items a day, watched for 120 days before they die."""
    runs = [
        watch(law(seeded(law.__name__, per_day, seed), per_day, 120), dies_at_day=120, hours=2)
        for per_day in (4, 20)
        for seed in range(4)
    ]
    assert sum(run.alarms for run in runs) / len(runs) * 365 / 120 <= alarms_a_year
    assert max(60 if run.delay_days is None else run.delay_days for run in runs) <= days_until_told


def test_adaptive_intervals_see_items_sooner_with_fewer_polls() -> None:
    """Twelve sources of 0.3 to 200 items a day over four weeks, the first left out: polls, and minutes an item waits."""
    told = {}
    for adaptive in (False, True):
        runs = {
            (law.__name__, per_day): polled(
                law(seeded(law.__name__, per_day), per_day, 28),
                days=28,
                bounds=Pace(adaptive=adaptive),
                place=number * 0.618 % 1,
            )
            for number, (law, per_day) in enumerate(product((steady, office, bursty), (0.3, 5, 40, 200)))
        }
        polls = sum(run.polls for run in runs.values())
        wait = 60 * sum(run.waited_h for run in runs.values()) / sum(run.items for run in runs.values())
        told[adaptive] = (polls, wait, runs)
    assert told[True][0] < 0.9 * told[False][0]
    assert told[True][1] < 0.8 * told[False][1]
    runs = told[True][2]
    for law in ("steady", "office", "bursty"):
        assert runs[law, 200].polls > 1.5 * 96 * 21
        assert runs[law, 0.3].polls < 0.3 * 96 * 21


def test_intervals_keep_to_their_bounds() -> None:
    busy, quiet = _learned(steady, 300, 6), _learned(steady, 0.2, 6)
    now = START + timedelta(days=6)

    def interval(learned: Rhythm | None, base_s: int = 900, bounds: Pace = Pace()) -> int:  # noqa: B008 # frozen
        return pace.interval(learned, base_s=base_s, now=now, pace=bounds)

    assert (interval(None), interval(rhythm.started(START))) == (900, 900)
    assert (interval(busy), interval(quiet)) == (318, 3600)  # half octaves of the base
    assert interval(quiet, 3600) == 10_800
    assert interval(quiet, 14_400) >= 14_400
    assert interval(busy, 120) == 120
    assert interval(busy, bounds=Pace(adaptive=False)) == 900


def test_feeds_of_one_host_are_spread_over_the_interval() -> None:
    now = START + timedelta(hours=3, seconds=7)
    for number in (2, 10, 100):
        places = [pace.place("press.example", rank) for rank in range(number)]
        due = sorted(pace.next_due(900, place=place, now=now).timestamp() % 900 for place in places)
        gaps = [later - sooner for sooner, later in pairwise([*due, due[0] + 900])]
        assert max(gaps) < 2.7 * 900 / number
        assert min(gaps) > 900 / number / 2.7
    spread = Counter(int(pace.place(f"host{number}.example", 0) * 10) for number in range(500))
    assert max(spread.values()) < 80


def test_an_event_polls_its_sources_more_often_in_its_time_alone() -> None:
    boost = Boost(START + HOUR, START + 5 * HOUR, 120)
    within, before, after = START + 2 * HOUR, START + HOUR / 2, START + 6 * HOUR
    assert pace.next_due(900, place=0.5, now=within, boost=boost) - within <= timedelta(seconds=180)
    assert pace.next_due(900, place=0.5, now=after, boost=boost) - after >= timedelta(seconds=450)
    early = pace.next_due(14_400, place=0.5, now=before, boost=boost)
    assert START + HOUR <= early <= START + HOUR + timedelta(minutes=2)
    assert pace.boosted(60, now=within, boost=boost) == 60
    assert pace.boosted(900, now=within, boost=Boost(START, after, 1)) == pace.SHORTEST_S
