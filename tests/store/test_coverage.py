"""The coverage ledger: no gap is silent, what needs a person is raised once, and a source that moved keeps its past."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine, func, select, update
from structlog.testing import capture_logs

from factdesk.errors import NotFoundError, StateError
from factdesk.records import Outcome, Source
from factdesk.store import captures, coverage, days, event_windows, ledger, moves, runs, sources
from factdesk.store.captures import NewCapture
from factdesk.store.database import reading, writing
from factdesk.store.event_windows import EventWindow
from factdesk.store.health import State
from factdesk.store.ledger import Listed, Poll
from factdesk.store.poll_lines import lines_of
from factdesk.store.sources import Answered, NewSource, Polling
from factdesk.store.tables import collector_runs, former_addresses, items, poll_days, polls, raised
from factdesk.store.tables import sources as source_rows
from factdesk.store.trends import gaps
from factdesk.store.unseen import gaps as unseen_gaps

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def _source(store: Engine, name: str = "courier", **more: object) -> int:
    with writing(store) as connection:
        new = NewSource("feed", f"https://{name}.example/feed", name, **more)  # type: ignore[arg-type] # a test's shorthand
        return sources.add(connection, new, now=NOW).id


def _polling(store: Engine, number: int) -> Polling:
    with reading(store) as connection:
        return next(polling for polling in sources.pollings(connection) if polling.source.id == number)


def _poll(store: Engine, number: int, *, at: datetime, outcome: Outcome = Outcome.POLLED, **more: object) -> datetime:
    """Record a poll as the collector does; returns when the next is due."""
    polling = _polling(store, number)
    new = more.get("new", 0)
    reason = "" if outcome in sources.GOOD else "HTTP status 500."
    told = Poll(number, at, at, outcome, 200, 10, 3, int(str(new)), reason, polling.next_due_at)
    with writing(store) as connection:
        runs.note_late(connection, polling, started=at)
        poll_id = ledger.record_poll(connection, told)
        answered = Answered(outcome, poll_id=poll_id, started_at=at, **more)  # type: ignore[arg-type] # a test's shorthand
        return sources.mark_polled(connection, polling, answered, now=at)


def _review(store: Engine, *, now: datetime) -> tuple[list[str], list[str]]:
    with reading(store) as connection:
        found = coverage.changes(connection, now=now)
    with writing(store) as connection:
        coverage.note(connection, found, now=now)
    return [one.name for one in found.raised], [one.name for one in found.recovered]


def _state(store: Engine, number: int, *, now: datetime) -> State:
    with reading(store) as connection:
        return coverage.survey(connection, now=now, only=[number])[0].verdict.state


def _outcomes(store: Engine) -> Sequence[str]:
    with reading(store) as connection:
        return connection.execute(select(polls.c.outcome).order_by(polls.c.id)).scalars().all()


def test_a_time_without_a_collector_is_one_row_a_source(store: Engine) -> None:
    due, later, off = _source(store), _source(store, "later"), _source(store, "off")
    with writing(store) as connection:
        sources.enable(connection, off, enabled=False)
        connection.execute(update(source_rows).where(source_rows.c.id == later).values(next_due_at=NOW + DAY))
        first = runs.start_run(connection, now=NOW)
        runs.keep_run(connection, first, now=NOW + MINUTE)
    assert _outcomes(store) == []
    with writing(store) as connection:
        runs.start_run(connection, now=NOW + 5 * HOUR)
    with reading(store) as connection:
        (row,) = connection.execute(select(polls)).all()
        assert runs.last_seen(connection) == NOW + 5 * HOUR
    assert (row.source_id, row.outcome, row.due_at, row.finished_at) == (due, "missed", NOW, NOW + 5 * HOUR)
    assert row.reason == "Not polled from 2026-03-04 12:01 to 2026-03-04 17:00 UTC: the collector was not running."
    assert _polling(store, due).next_due_at == NOW + 5 * HOUR
    _poll(store, due, at=NOW + 5 * HOUR)
    assert _outcomes(store) == ["missed", "polled"]  # and no second row for the same gap


def test_a_poll_that_comes_an_interval_late_says_so(store: Engine) -> None:
    number = _source(store)
    with writing(store) as connection:
        run = runs.start_run(connection, now=NOW)
    due = _poll(store, number, at=NOW)
    _poll(store, number, at=due + 10 * MINUTE)
    assert _outcomes(store) == ["polled", "polled"]
    due = _polling(store, number).next_due_at or NOW
    with writing(store) as connection:
        runs.keep_run(connection, run, now=due + 2 * HOUR)
    _poll(store, number, at=due + 2 * HOUR)
    with reading(store) as connection:
        row = connection.execute(select(polls).where(polls.c.outcome == "missed")).one()
        assert connection.execute(select(func.count()).select_from(collector_runs)).scalar() == 1
    assert (row.due_at, row.finished_at) == (due, due + 2 * HOUR)
    assert "the collector was late" in row.reason


def test_a_row_says_when_it_was_due_what_came_and_what_became_of_it(store: Engine) -> None:
    number = _source(store)
    with writing(store) as connection:
        poll = ledger.record_poll(connection, Poll(number, NOW, NOW, Outcome.POLLED, 200, 900, 5, due_at=NOW - MINUTE))
        links = [Listed(f"https://x.example/{n}") for n in range(4)]
        arrived = ledger.add_items(connection, number, links, now=NOW, poll_id=poll)
        for item, outcome in zip(arrived.to_fetch, (Outcome.REFUSED_ROBOTS, Outcome.QUARANTINED, Outcome.KEPT), strict=False):
            ledger.end_item(connection, item.id, outcome=outcome, at=NOW)
        told = Poll(number, NOW, NOW, Outcome.POLLED, 200, 900, 5, 4, "", NOW - MINUTE, NOW + HOUR, 1, 2)
        ledger.amend_poll(connection, poll, told)
        (line,) = lines_of(connection, [number])[number].last
    assert (line.due_at, line.next_due_at, line.bytes) == (NOW - MINUTE, NOW + HOUR, 900)
    assert (line.listed, line.new, line.unchanged, line.refused, line.failed) == (5, 4, 1, 3, 1)


def test_a_dead_source_is_raised_once_and_so_is_its_recovery(store: Engine) -> None:
    number, at = _source(store), NOW
    _poll(store, number, at=at)
    waits = []
    with capture_logs() as logs:
        for _ in range(6):
            due = _polling(store, number).next_due_at
            assert due is not None
            at = due
            waits.append(_poll(store, number, at=at, outcome=Outcome.FAILED) - at)
            _review(store, now=at)
    assert waits == [timedelta(seconds=900 * 2**n) for n in range(1, 7)]
    assert [log["event"] for log in logs] == ["a source needs a person"]
    with writing(store) as connection:
        coverage.acknowledge(connection, number, now=at, user_id=None)
        with pytest.raises(NotFoundError):
            coverage.acknowledge(connection, number, now=at)
    with reading(store) as connection:
        (one,) = coverage.survey(connection, now=at)
    assert (one.verdict.state, one.waits_for_person, one.acknowledged_at) == (State.BROKEN, False, at)
    _poll(store, number, at=at + HOUR)
    assert _review(store, now=at + HOUR) == ([], ["courier"])
    assert _review(store, now=at + HOUR) == ([], [])
    with reading(store) as connection:
        (row,) = connection.execute(select(raised)).all()
    assert (row.state, row.recovered_at) == ("broken", at + HOUR)


def test_a_host_that_asks_to_wait_is_no_failure_for_a_day(store: Engine) -> None:
    number = _source(store)
    _poll(store, number, at=NOW)
    _poll(store, number, at=NOW + HOUR, outcome=Outcome.PUT_OFF, retry_after=NOW + 3 * HOUR)
    polling = _polling(store, number)
    assert (polling.failures, polling.next_due_at) == (0, NOW + 3 * HOUR)
    assert _state(store, number, now=NOW + HOUR) is State.OK
    for hours in (26, 30, 40):
        _poll(store, number, at=NOW + hours * HOUR, outcome=Outcome.PUT_OFF)
    assert _state(store, number, now=NOW + 40 * HOUR) is State.BROKEN


def test_silence_against_its_own_history_is_raised(store: Engine) -> None:
    number, at = _source(store), NOW
    for hour in range(24 * 14):
        at = NOW + hour * HOUR
        _poll(store, number, at=at, new=1 if hour % 3 == 0 else 0)
    assert _polling(store, number).rhythm is not None
    assert _state(store, number, now=at) is State.OK
    last = at
    for hour in range(1, 40):
        at = last + hour * HOUR
        _poll(store, number, at=at)
        if _state(store, number, now=at) is State.SILENT:
            break
    assert 6 <= (at - last) / HOUR <= 14
    assert _review(store, now=at)[0] == ["courier"]
    with reading(store) as connection:
        (one,) = coverage.survey(connection, now=at)
    told = one.shortfall(at)
    assert told is not None
    assert told.expected == pytest.approx(8 * 7, rel=0.25)
    assert "about 8 a day are usual" in one.verdict.reason
    _poll(store, number, at=at + HOUR, new=2)
    assert _review(store, now=at + HOUR)[1] == ["courier"]


def test_a_full_get_comes_back_however_polls_end(store: Engine) -> None:
    number = _source(store)
    told = []
    unchanged, ends = (Outcome.UNCHANGED, True), [(Outcome.POLLED, False)]
    for hour, (outcome, conditional) in enumerate([*ends, unchanged, (Outcome.FAILED, True), unchanged, *ends]):
        _poll(store, number, at=NOW + hour * HOUR, outcome=outcome, conditional=conditional)
        told.append(_polling(store, number).conditional_polls)
    assert told == [0, 1, 1, 2, 0]


def test_a_permanent_redirect_that_lasts_changes_the_address(store: Engine) -> None:
    number, to = _source(store), "https://new.example/feed"
    for hours in (0, 1, 2):
        _poll(store, number, at=NOW + hours * HOUR, moved_to=to)
    assert _state(store, number, now=NOW + 2 * HOUR) is State.MOVED
    _poll(store, number, at=NOW + 3 * HOUR)  # once not: it begins anew
    for hours in (4, 5, 6, 27):
        _poll(store, number, at=NOW + hours * HOUR, moved_to=to)
        assert _polling(store, number).source.url == "https://courier.example/feed"
    _poll(store, number, at=NOW + 29 * HOUR, moved_to=to)
    assert _polling(store, number).source.url == to
    with writing(store) as connection:
        assert connection.execute(select(former_addresses.c.url)).scalars().all() == ["https://courier.example/feed"]
        with pytest.raises(StateError, match=f"already source {number}"):
            sources.add(connection, NewSource("feed", "https://courier.example/feed", "again"), now=NOW)
    with reading(store) as connection:
        (one,) = coverage.survey(connection, now=NOW + 29 * HOUR)
    assert (one.verdict.state, one.verdict.needs_person) == (State.MOVED, False)
    assert "from https://courier.example/feed" in one.verdict.reason
    back = "https://courier.example/feed"
    for hours in (31, 40, 60):
        _poll(store, number, at=NOW + hours * HOUR, moved_to=back)
    assert _polling(store, number).source.url == back


def test_two_sources_that_move_to_one_address_do_not_collide(store: Engine) -> None:
    first, second, to = _source(store), _source(store, "herald"), "https://new.example/feed"
    for number in (first, second):
        for hours in (0, 13, 26, 39):
            _poll(store, number, at=NOW + hours * HOUR, moved_to=to)
    assert [_polling(store, number).source.url for number in (first, second)] == [to, "https://herald.example/feed"]
    assert _review(store, now=NOW + 39 * HOUR)[0] == ["herald"]
    with reading(store) as connection:
        told = coverage.survey(connection, now=NOW + 39 * HOUR, only=[second])[0].verdict
        assert moves.holder(connection, to, but=second) == first
    assert "another source has" in told.reason


def test_an_event_brings_polls_forward(store: Engine) -> None:
    number, other = _source(store, event="flood", interval_s=14_400), _source(store, "other", interval_s=14_400)
    for one in (number, other):
        _poll(store, one, at=NOW)
    window = EventWindow("flood", NOW + HOUR, NOW + DAY, 300)
    with writing(store) as connection:
        assert event_windows.set_window(connection, window, now=NOW) == 1
        with pytest.raises(StateError):
            event_windows.set_window(connection, EventWindow("x", NOW, NOW, 300), now=NOW)
        assert event_windows.list_windows(connection) == [EventWindow("flood", NOW + HOUR, NOW + DAY, 300, 1)]
    due = _polling(store, number).next_due_at
    assert due is not None
    assert NOW + HOUR <= due <= NOW + HOUR + 5 * MINUTE
    assert _poll(store, number, at=due) - due <= 8 * MINUTE
    assert (_polling(store, other).next_due_at or NOW) > NOW + HOUR
    with writing(store) as connection:
        event_windows.remove_window(connection, "flood")
        with pytest.raises(NotFoundError):
            event_windows.remove_window(connection, "flood")
    assert _poll(store, number, at=due) - due > HOUR


def test_old_polls_become_sums_and_count_as_before(store: Engine) -> None:
    number = _source(store)
    for hours in range(0, 96, 6):
        at = NOW - 4 * DAY + hours * HOUR
        _poll(store, number, at=at, outcome=Outcome.FAILED if hours % 24 == 0 else Outcome.POLLED, new=2)
    with reading(store) as connection:
        before = unseen_gaps(connection, since=datetime(2026, 2, 28, tzinfo=UTC)).sources
    with writing(store) as connection:
        done = [days.sum_up(connection, before=NOW - DAY) for _ in range(5)]
    assert done[0] > 0
    assert done[-1] == 0
    with reading(store) as connection:
        assert unseen_gaps(connection, since=datetime(2026, 2, 28, tzinfo=UTC)).sources == before
        assert days.first_kept(connection) == datetime(2026, 3, 3, tzinfo=UTC)
        assert connection.execute(select(func.max(poll_days.c.day))).scalar() == date(2026, 3, 2)
        assert connection.execute(select(func.sum(poll_days.c.polls))).scalar() == sum(done)
    assert before[0].polls_bad[Outcome.FAILED] == 4
    assert gaps(store, since=datetime(2026, 2, 28, tzinfo=UTC))[0].failed_polls == before[0].polls_failed


def test_removing_a_source_reopens_what_others_listed_too(store: Engine) -> None:
    first, second, third = _source(store), _source(store, "herald"), _source(store, "echo")
    shared, own = Listed("https://x.example/shared"), Listed("https://x.example/own")
    with writing(store) as connection:
        arrived = ledger.add_items(connection, first, [shared, own], now=NOW)
        for item in arrived.to_fetch:
            captures.add(connection, _capture(item.id, sources.get(connection, first)))
            ledger.end_item(connection, item.id, outcome=Outcome.KEPT, at=NOW)
        ledger.add_items(connection, second, [shared], now=NOW)
        ledger.add_items(connection, third, [shared], now=NOW)
        sources.remove(connection, first, now=NOW + HOUR)
    with reading(store) as connection:
        rows = connection.execute(select(items).order_by(items.c.id)).all()
        due = ledger.due_items(connection, now=NOW + HOUR)
    assert [(row.source_id, row.outcome) for row in rows] == [(second, None), (third, "duplicate")]
    assert [(item.source_id, item.url) for item in due] == [(second, "https://x.example/shared")]


def _capture(item: int, source: Source) -> NewCapture:
    from factdesk.records import CaptureKind  # noqa: PLC0415 # beside its only use

    return NewCapture(source.id, item, CaptureKind.PAGE, source.url, NOW, 200, "text/html", None, "d" * 64, "f", 0)
