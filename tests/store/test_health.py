"""How a source is, judged from frozen facts: each state, its words, and which weighs more."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from factdesk.records import Outcome
from factdesk.store import health
from factdesk.store.health import Facts, Readings, Shortfall, State

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
WELL = Facts(
    enabled=True,
    interval_s=900,
    created_at=NOW - timedelta(days=60),
    next_due_at=NOW + timedelta(minutes=5),
    polls=900,
    last_outcome=Outcome.POLLED,
    last_status=200,
    last_good_at=NOW - timedelta(minutes=10),
    last_new_at=NOW - timedelta(hours=3),
    silent_at=NOW + timedelta(hours=3),
    took_s=2.0,
    items_per_day=12.0,
    seen=80,
)
FAILED = replace(WELL, last_outcome=Outcome.FAILED, last_status=500, last_reason="HTTP status 500.")


def _judged(facts: Facts) -> tuple[State, bool]:
    told = health.verdict(facts, now=NOW)
    assert told.reason.endswith(".")
    return told.state, told.needs_person


@pytest.mark.parametrize(
    ("facts", "state", "needs_person"),
    [
        (WELL, State.OK, False),
        (replace(WELL, enabled=False, failures=9), State.OFF, False),
        (replace(WELL, polls=0, last_outcome=None), State.NEW, False),
        (replace(FAILED, failures=1), State.OK, False),
        (replace(FAILED, failures=3), State.BROKEN, True),
        (replace(FAILED, failures=3, last_good_at=None), State.BROKEN, True),
        (replace(FAILED, last_outcome=Outcome.GONE, last_status=404, failures=2), State.BROKEN, True),
        (replace(FAILED, last_outcome=Outcome.GONE, last_status=403, failures=1), State.REFUSED, True),
        (replace(FAILED, last_outcome=Outcome.REFUSED_ROBOTS, failures=1), State.REFUSED, True),
        (replace(FAILED, last_outcome=Outcome.PUT_OFF, failures=0), State.OK, False),
        (replace(WELL, next_due_at=NOW - timedelta(minutes=40)), State.LATE, True),
        (replace(WELL, next_due_at=NOW - timedelta(minutes=20)), State.OK, False),
        (replace(WELL, silent_at=NOW - timedelta(minutes=1)), State.SILENT, True),
        (replace(WELL, silent_at=NOW - timedelta(minutes=1), last_new_at=None), State.OK, False),
        (replace(WELL, took_s=300.0), State.SLOW, False),
        (replace(WELL, moved_to="https://b.example/", moved_since=NOW - timedelta(hours=1), moved_times=9), State.MOVED, False),
        (replace(WELL, moved_to="https://b.example/", moved_since=NOW - timedelta(days=2), moved_times=9), State.MOVED, True),
        (replace(WELL, moved_from="https://a.example/", moved_at=NOW - timedelta(days=2)), State.MOVED, False),
        (replace(WELL, moved_from="https://a.example/", moved_at=NOW - timedelta(days=9)), State.OK, False),
    ],
)
def test_each_state_has_its_facts(facts: Facts, state: State, *, needs_person: bool) -> None:
    assert _judged(facts) == (state, needs_person)


def test_what_weighs_more_is_told() -> None:
    both = replace(FAILED, failures=5, silent_at=NOW - timedelta(days=1), took_s=900.0)
    assert _judged(both) == (State.BROKEN, True)
    assert "5 polls in a row failed: HTTP status 500. The last good poll was 2026-03-01 12:00 UTC, 3 days ago." in (
        health.verdict(replace(both, last_good_at=NOW - timedelta(days=3)), now=NOW).reason
    )


@pytest.mark.parametrize(
    ("items", "before", "state"),
    [
        (Readings(20, 18), Readings(80, 4), State.UNREAD),
        (Readings(20, 18), Readings(80, 70), State.OK),  # it was always so: known, and told with the gaps
        (Readings(5, 5), Readings(80, 0), State.OK),  # too few to say
        (Readings(20, 6), Readings(80, 4), State.OK),
        (Readings(12, 12), Readings(), State.UNREAD),
        (Readings(900, 700), Readings(4000, 100), State.UNREAD),
        (Readings(900, 50), Readings(4000, 100), State.OK),
    ],
)
def test_items_that_cannot_be_read_are_compared_with_before(items: Readings, before: Readings, state: State) -> None:
    assert _judged(replace(WELL, items=items, items_before=before))[0] is state


def test_what_is_missing_is_more_than_chance() -> None:
    assert health.shortfall(replace(WELL, items_per_day=None), now=NOW) is None
    told = health.shortfall(WELL, now=NOW)
    assert told == Shortfall(84.0, 80)
    assert [Shortfall(84.0, seen).missing for seen in (100, 84, 60, 40, 0)] == [0, 0, 0, 44, 84]
    young = health.shortfall(replace(WELL, created_at=NOW - timedelta(days=2)), now=NOW)
    assert young == Shortfall(24.0, 80)
