from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import Engine, select

from factdesk.errors import NotFoundError, StateError
from factdesk.records import CaptureKind, Outcome, SourceRole
from factdesk.store import captures, hosts, ledger, pace, sources
from factdesk.store.captures import NewCapture
from factdesk.store.database import reading, writing
from factdesk.store.hosts import HostState
from factdesk.store.ledger import Listed, OpenItem, Poll
from factdesk.store.sources import Answered, NewSource
from factdesk.store.tables import items, secrets
from factdesk.store.unseen import gaps
from factdesk.store.voices import voice_key

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def _source(store: Engine, name: str = "courier", **more: object) -> int:
    with writing(store) as connection:
        new = NewSource("feed", f"https://{name}.example/feed", name, **more)  # type: ignore[arg-type] # a test's shorthand
        return sources.add(connection, new, now=NOW).id


def _list(store: Engine, source: int, *links: Listed, now: datetime = NOW) -> ledger.Arrived:
    with writing(store) as connection:
        return ledger.add_items(connection, source, links, now=now)


def _capture(store: Engine, item: OpenItem, *, digest: str = "d" * 64) -> int:
    new = NewCapture(item.source_id, item.id, CaptureKind.PAGE, item.url, NOW, 200, "text/html", None, digest, "f", 0)
    with writing(store) as connection:
        return captures.add(connection, new)


def test_sources_are_added_once_listed_switched_and_removed(store: Engine) -> None:
    first, second = _source(store), _source(store, "herald", role=SourceRole.EVIDENCE, event="flood")
    with writing(store) as connection:
        with pytest.raises(StateError, match="already source 1"):
            sources.add(connection, NewSource("feed", "https://courier.example/feed", "again"), now=NOW)
        sources.enable(connection, first, enabled=False)
    assert [source.id for source in sources.list_sources(store)] == [first, second]
    assert [source.role for source in sources.list_sources(store, enabled=True)] == [SourceRole.EVIDENCE]
    with writing(store) as connection:
        sources.remove(connection, first, now=NOW)
        with pytest.raises(NotFoundError):
            sources.get(connection, first)
        with pytest.raises(NotFoundError):
            sources.remove(connection, 99, now=NOW)


def test_a_dead_source_is_asked_ever_more_rarely_and_at_most_a_week_later() -> None:
    waits = [pace.retry_due(600, failures=failures, now=NOW) - NOW for failures in (1, 2, 3, 30)]
    assert waits == [timedelta(minutes=20), timedelta(minutes=40), timedelta(minutes=80), timedelta(days=7)]
    assert timedelta(minutes=5) < pace.next_due(600, place=0.3, now=NOW) - NOW <= timedelta(minutes=15)


def test_sources_of_one_interval_spread_over_it(store: Engine) -> None:
    numbers = [_source(store, f"paper{number}", interval_s=900) for number in range(60)]
    with writing(store) as connection:
        for polling in sources.due(connection, now=NOW):
            sources.mark_polled(connection, polling, Answered(etag='"x"'), now=NOW)
        assert sources.due(connection, now=NOW) == []
        after = [len(sources.due(connection, now=NOW + 3 * MINUTE * step)) for step in range(9)]
    assert after[-1] == len(numbers)
    assert all(later - sooner < 30 for sooner, later in pairwise(after))


def test_a_failed_poll_keeps_the_validators(store: Engine) -> None:
    _source(store)
    with writing(store) as connection:
        (polling,) = sources.due(connection, now=NOW)
        sources.mark_polled(connection, polling, Answered(etag='"1"', cursor="7"), now=NOW)
        (polling,) = sources.pollings(connection)
        sources.mark_polled(connection, polling, Answered(Outcome.FAILED, retry_after=NOW + timedelta(days=2)), now=NOW)
        (polling,) = sources.pollings(connection)
    assert (polling.etag, polling.cursor, polling.polls, polling.failures) == ('"1"', "7", 2, 1)
    assert polling.next_due_at == NOW + timedelta(days=2)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("HTTPS://News.Example:443/a?utm_source=x&b=1#top", "https://news.example/a?b=1"),
        ("http://news.example", "http://news.example/"),
        ("https://news.example/a?x=1&y=", "https://news.example/a?x=1&y="),
    ],
)
def test_one_address_has_one_spelling(one: str, other: str) -> None:
    assert ledger.normal_url(one) == ledger.normal_url(other) == other if other.endswith("/") else True
    assert ledger.url_digest(one) == ledger.url_digest(other)
    assert ledger.url_digest(one) != ledger.url_digest(other + "x")


def test_an_item_is_entered_once_and_elsewhere_a_duplicate(store: Engine) -> None:
    courier, herald = _source(store), _source(store, "herald")
    first = _list(store, courier, Listed("https://x.example/a", "A"), Listed("https://x.example/a#b"))
    assert (first.new, len(first.to_fetch)) == (1, 1)
    _capture(store, first.to_fetch[0])
    again = _list(store, courier, Listed("https://x.example/a"))
    assert (again.new, again.to_fetch) == (0, ())
    copy = _list(store, herald, Listed("https://x.example/a"))
    assert (copy.new, copy.duplicates, copy.to_fetch) == (1, 1, ())
    with reading(store) as connection:
        assert ledger.outcomes(connection) == {Outcome.DUPLICATE: 1}
        assert ledger.open_items(connection) == 1


def test_a_later_date_in_the_listing_reopens_an_item(store: Engine) -> None:
    source = _source(store)
    link = Listed("https://x.example/a", published=NOW)
    (item,) = _list(store, source, link).to_fetch
    _capture(store, item)
    with writing(store) as connection:
        ledger.end_item(connection, item.id, outcome=Outcome.KEPT, at=NOW)
    assert _list(store, source, replace(link, updated=NOW)).to_fetch == ()
    (corrected,) = _list(store, source, replace(link, updated=NOW + MINUTE)).to_fetch
    assert (corrected.id, corrected.ended, corrected.digest) == (item.id, True, "d" * 64)
    with writing(store) as connection:
        ledger.leave_item(connection, item.id, reason="unchanged", outcome=Outcome.UNCHANGED, at=NOW)
    assert _list(store, source, replace(link, updated=NOW + MINUTE)).to_fetch == ()


def test_failures_back_off_and_end_in_quarantine_which_can_be_replayed(store: Engine) -> None:
    (item,) = _list(store, _source(store), Listed("https://x.example/a")).to_fetch
    waits = []
    for attempt in range(5):
        with writing(store) as connection:
            ended = ledger.fail_item(connection, replace(item, attempts=attempt), reason="no", at=NOW)
            waits.append(connection.execute(select(items.c.retry_at)).scalar_one())
    assert ended is Outcome.QUARANTINED
    assert [wait - NOW for wait in waits[:4]] == [MINUTE, 5 * MINUTE, 25 * MINUTE, 125 * MINUTE]
    with writing(store) as connection:
        assert ledger.due_items(connection, now=NOW + timedelta(days=9)) == []
        assert ledger.replay(connection, now=NOW) == 1
        assert [due.id for due in ledger.due_items(connection, now=NOW)] == [item.id]
        ledger.postpone_item(connection, item.id, until=NOW + MINUTE, reason="wait")
        assert ledger.due_items(connection, now=NOW) == []


def test_captures_are_claimed_by_one_worker_and_taken_over_after_its_death(store: Engine) -> None:
    arrived = _list(store, _source(store), *(Listed(f"https://x.example/{n}", f"T{n}", NOW, None, "en") for n in range(3)))
    for item in arrived.to_fetch:
        _capture(store, item)
    one = captures.waiting(store, limit=2, worker="one", now=NOW)
    two = captures.waiting(store, limit=9, worker="two", now=NOW)
    assert (len(one), len(two)) == (2, 1)
    assert (one[0].hint_title, one[0].hint_published, one[0].hint_language) == ("T0", NOW, "en")
    assert captures.waiting(store, limit=9, worker="three", now=NOW + 4 * MINUTE) == []
    captures.release(store, [two[0].id])
    assert [row.id for row in captures.waiting(store, limit=9, worker="two", now=NOW)] == [two[0].id]
    assert len(captures.waiting(store, limit=9, worker="three", now=NOW + 6 * MINUTE)) == 3
    with writing(store) as connection:
        captures.done(connection, one[0].id, outcome=Outcome.KEPT, at=NOW)
        ledger.end_item(connection, one[0].item_id, outcome=Outcome.KEPT, at=NOW)
    captures.quarantine(store, one[1], reason="damaged")
    with reading(store) as connection:
        assert captures.counts(connection) == captures.CaptureCounts(waiting=0, claimed=1, read=2)
        assert ledger.outcomes(connection) == {Outcome.KEPT: 1, Outcome.QUARANTINED: 1}
        assert [row.id for row in captures.find(connection, [one[0].id])] == [one[0].id]


def test_hosts_are_remembered(store: Engine) -> None:
    state = HostState("x.example", 200, "User-agent: *", NOW, NOW, None)
    with writing(store) as connection:
        assert hosts.load(connection, "x.example") == HostState("x.example")
        hosts.save(connection, [state])
        hosts.save(connection, [replace(state, wait_until=NOW)])
        assert hosts.load(connection, "x.example") == replace(state, wait_until=NOW)


def test_a_weeks_key_is_kept_and_the_last_one_destroyed(store: Engine) -> None:
    with writing(store) as connection:
        key = voice_key(connection, now=NOW)
        assert voice_key(connection, now=NOW + timedelta(days=2)) == key
        assert voice_key(connection, now=NOW + timedelta(days=7)) != key
        assert connection.execute(select(secrets.c.name)).scalars().all() == ["voice-2026-W11"]


def test_what_could_not_be_seen_is_told_by_source(store: Engine) -> None:
    good, bad = _source(store, event="flood"), _source(store, "herald")
    arrived = _list(store, good, *(Listed(f"https://x.example/{n}") for n in range(3)))
    first, second, _ = arrived.to_fetch
    with writing(store) as connection:
        ledger.end_item(connection, first.id, outcome=Outcome.UNSUPPORTED_LANGUAGE, reason="The language is 'ja'.", at=NOW)
        ledger.end_item(connection, second.id, outcome=Outcome.KEPT, at=NOW)
        ledger.record_poll(connection, Poll(good, NOW, NOW, Outcome.POLLED, 200, 10, 3, 3))
        for outcome in (Outcome.FAILED, Outcome.REFUSED_ROBOTS):
            ledger.record_poll(connection, Poll(bad, NOW, NOW, outcome, reason=f"it {outcome.value}"))
        told = gaps(connection, since=NOW, until=NOW + MINUTE)
        assert gaps(connection, since=NOW + MINUTE, until=NOW + 2 * MINUTE).languages == {}
        assert [row.source_id for row in gaps(connection, since=NOW, until=NOW + MINUTE, event="flood").sources] == [good]
        assert ledger.poll_outcomes(connection) == {Outcome.POLLED: 1, Outcome.FAILED: 1, Outcome.REFUSED_ROBOTS: 1}
        assert [poll.outcome for poll in ledger.last_polls(connection)] == [Outcome.POLLED, Outcome.REFUSED_ROBOTS]
    paper, herald = told.sources
    assert (paper.polls, paper.items, paper.items_open, paper.items_unread) == (1, 3, 1, {Outcome.UNSUPPORTED_LANGUAGE: 1})
    assert (herald.polls_failed, herald.polls_refused, herald.last_reason) == (1, 1, "it refused_robots")
    assert told.languages == {"ja": 1}
    assert [row.source_id for row in told.incomplete] == [good, bad]
