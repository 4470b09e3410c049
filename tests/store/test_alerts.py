"""Saved searches and the outbox on both databases: an item counts once, and each delivery ends once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, select, update

from factdesk.errors import NotFoundError, StateError
from factdesk.store import alerts, saved_searches
from factdesk.store.alert_tables import deliveries
from factdesk.store.alert_times import Every, Pace
from factdesk.store.alerts import Answer, Delivery
from factdesk.store.database import reading, writing
from factdesk.store.saved_searches import SavedSearch, Wanted
from factdesk.store.tables import users
from tests.stores import NOW, add_person

ZONE = ZoneInfo("UTC")
HOOK = "https://hooks.example/in"
WANTED = Wanted("Dams", {"q": "dam", "language": "en"}, email="night@desk.example", hook_url=HOOK, feed=True)


def answer(item: str) -> Answer:
    return Answer(
        *(item, item, "document", "Dam news", "Courier", "en", NOW, ("repeats",), "the dam"),
        title_spans=((0, 3),),
        snippet_spans=((4, 7),),
    )


def saved(store: Engine, wanted: Wanted = WANTED, *, login: str = "ana") -> SavedSearch:
    return saved_searches.save(store, add_person(store, login, "analyst"), wanted, at=NOW)


def arrive(store: Engine, search: SavedSearch, *items: str, at: datetime = NOW) -> int:
    with writing(store) as connection:
        return alerts.keep(connection, search, [answer(item) for item in items], at=at, zone=ZONE)


def take(store: Engine, at: datetime) -> list[Delivery]:
    with writing(store) as connection:
        return alerts.claim(connection, now=at)


def fail(store: Engine, delivery: Delivery, at: datetime, *, final: bool = False) -> bool:
    with writing(store) as connection:
        return alerts.failed(connection, delivery, at=at, reason="HTTP 500", zone=ZONE, most=3, final=final)


def test_what_a_person_saved_comes_back_and_is_theirs_alone(store: Engine) -> None:
    mine = saved(store)
    other = add_person(store, "ben", "manager")
    assert mine.wanted == WANTED
    assert (mine.channels, len(mine.hook_secret), len(mine.feed_token) > 40) == (("email", "webhook"), 64, True)
    assert saved_searches.of_person(store, mine.user_id) == [mine]
    assert saved_searches.of_person(store, other) == []
    with reading(store) as connection, pytest.raises(NotFoundError):
        saved_searches.owned(connection, mine.id, user_id=other)
    with pytest.raises(NotFoundError):
        saved_searches.remove(store, mine.id, user_id=other)
    with pytest.raises(NotFoundError):
        saved_searches.set_running(store, mine.id, user_id=other, active=False)


UNSOUND = (
    Wanted("", {}),
    Wanted("x" * 121, {}),
    Wanted("a", {}, email="not an address"),
    Wanted("a", {}, email="a@b.example\nBcc: c@d.example"),
    Wanted("a", {}, email="a@b.example, c@d.example"),
    Wanted("a", {}, hook_url="ftp://hooks.example"),
    Wanted("a", {}, hook_url="https://hooks.example/" + "x" * 2000),
    Wanted("a", {}, Pace(at_minute=1440)),
    Wanted("a", {}, Pace(quiet=(-1, 5))),
)


def test_a_value_that_does_not_do_is_refused_in_words(store: Engine) -> None:
    user_id = add_person(store, "ana", "analyst")
    for wanted in UNSOUND:
        with pytest.raises(StateError) as caught:
            saved_searches.save(store, user_id, wanted, at=NOW)
        assert caught.value.remedy


def test_secrets_stay_with_their_channel_and_can_be_made_anew(store: Engine) -> None:
    first = saved(store)
    with writing(store) as connection:
        renamed = saved_searches.change(
            connection, first.id, Wanted("Weirs", {"q": "weir"}, hook_url=HOOK, feed=True), user_id=first.user_id
        )
        moved = saved_searches.change(
            connection, first.id, Wanted("Weirs", {"q": "weir"}, hook_url=f"{HOOK}/2"), user_id=first.user_id
        )
        fed = saved_searches.change(connection, first.id, WANTED, user_id=first.user_id)
        renewed = saved_searches.renew(connection, first.id, user_id=first.user_id)
    assert (renamed.hook_secret, renamed.feed_token) == (first.hook_secret, first.feed_token)
    assert (moved.hook_secret != first.hook_secret, moved.feed_token) == (True, "")
    assert len({first.feed_token, fed.feed_token, renewed.feed_token}) == 3
    assert renewed.hook_secret != fed.hook_secret
    assert saved_searches.by_feed(store, renewed.feed_token).id == first.id
    for token in ("", first.feed_token, "nonsense"):
        with pytest.raises(NotFoundError):
            saved_searches.by_feed(store, token)


def test_an_item_answers_a_search_once(store: Engine) -> None:
    search = saved(store)
    assert arrive(store, search, "a", "b") == 2
    assert arrive(store, search, "b", "c") == 1
    assert arrive(store, search, "a", "c") == 0
    found, total = alerts.answers_of(store, search.id)
    assert ([one.item for one in found], total) == (["c", "b", "a"], 3)
    assert found[0] == replace(answer("c"), at=NOW)
    sent = take(store, NOW)
    assert sorted((one.channel, one.total, one.attempts) for one in sent) == [("email", 3, 1), ("webhook", 3, 1)]
    assert len({one.key for one in sent}) == 2


def test_what_is_under_way_is_taken_once_and_what_arrives_meanwhile_goes_apart(store: Engine) -> None:
    search = saved(store, Wanted("Dams", {"q": "dam"}, email="a@b.example"))
    arrive(store, search, "a")
    (first,) = take(store, NOW)
    assert take(store, NOW) == []
    arrive(store, search, "b")
    (second,) = take(store, NOW)
    assert ([one.item for one in first.answers], [one.item for one in second.answers]) == (["a"], ["b"])


def test_a_delivery_whose_sender_died_is_taken_again_under_the_same_key(store: Engine) -> None:
    search = saved(store, Wanted("Dams", {"q": "dam"}, email="a@b.example"))
    arrive(store, search, "a")
    (first,) = take(store, NOW)
    assert take(store, NOW + alerts.LEASE - timedelta(seconds=1)) == []
    (again,) = take(store, NOW + alerts.LEASE)
    assert (again.key, again.answers, again.attempts) == (first.key, first.answers, 2)
    with writing(store) as connection:
        alerts.sent(connection, again, at=NOW)
    assert take(store, NOW + timedelta(days=1)) == []


def test_failures_wait_twice_as_long_each_time_until_it_is_given_up_and_a_person_sends_it_again(store: Engine) -> None:
    search = saved(store, Wanted("Dams", {"q": "dam"}, email="a@b.example"))
    arrive(store, search, "a")
    at = NOW
    for wait in (30, 60):
        (delivery,) = take(store, at)
        assert not fail(store, delivery, at)
        assert take(store, at + timedelta(seconds=wait - 1)) == []
        at += timedelta(seconds=wait)
    (delivery,) = take(store, at)
    assert fail(store, delivery, at)
    assert take(store, at + timedelta(days=9)) == []
    (told,) = alerts.deliveries_of(store, search.id)
    assert (told.state, told.attempts, told.reason, told.matches) == ("given_up", 3, "HTTP 500", 1)
    assert alerts.standing_of(store, [search.id, 99]) == {search.id: (1, NOW, 1), 99: (0, None, 0)}
    with writing(store) as connection:
        with pytest.raises(NotFoundError):
            alerts.retry(connection, told.id, user_id=search.user_id + 1, at=at)
        alerts.retry(connection, told.id, user_id=search.user_id, at=at)
    (delivery,) = take(store, at)
    assert delivery.attempts == 1


def test_a_final_no_is_not_asked_again(store: Engine) -> None:
    search = saved(store, Wanted("Dams", {"q": "dam"}, email="a@b.example"))
    arrive(store, search, "a")
    assert fail(store, take(store, NOW)[0], NOW, final=True)


def test_a_digest_gathers_until_it_is_due(store: Engine) -> None:
    search = saved(store, Wanted("Dams", {"q": "dam"}, Pace(Every.DAILY, 18 * 60), email="a@b.example"))
    for hour in range(5):
        arrive(store, search, f"a{hour}", at=NOW + timedelta(hours=hour))
    six = datetime(2026, 3, 4, 18, tzinfo=UTC)
    assert take(store, six - timedelta(seconds=1)) == []
    (digest,) = take(store, six)
    assert [one.item for one in digest.answers] == ["a0", "a1", "a2", "a3", "a4"]
    with writing(store) as connection:
        alerts.sent(connection, digest, at=six)
    arrive(store, search, "b", at=six)
    assert take(store, six + timedelta(hours=23)) == []
    assert len(take(store, six + timedelta(hours=24))) == 1


def test_quiet_hours_hold_back_and_retries_too(store: Engine) -> None:
    quiet = Pace(quiet=(22 * 60, 6 * 60))
    search = saved(store, Wanted("Dams", {"q": "dam"}, quiet, email="a@b.example"))
    night, morning = datetime(2026, 3, 4, 23, tzinfo=UTC), datetime(2026, 3, 5, 6, tzinfo=UTC)
    arrive(store, search, "a", at=night)
    arrive(store, search, "b", at=night + timedelta(hours=1))
    assert take(store, morning - timedelta(seconds=1)) == []
    (held,) = take(store, morning)
    assert held.total == 2
    late = datetime(2026, 3, 5, 21, 59, 50, tzinfo=UTC)
    assert not fail(store, held, late)
    assert take(store, morning + timedelta(days=1) - timedelta(seconds=1)) == []
    assert len(take(store, morning + timedelta(days=1))) == 1


def test_a_changed_pace_applies_to_what_waits_and_a_channel_that_is_off_sends_nothing(store: Engine) -> None:
    search = saved(store, Wanted("Dams", {"q": "dam"}, Pace(Every.WEEKLY), email="a@b.example", hook_url=HOOK))
    arrive(store, search, "a")
    assert take(store, NOW) == []
    with writing(store) as connection:
        hurried = saved_searches.change(
            connection, search.id, Wanted("Dams", {"q": "dam"}, hook_url=HOOK), user_id=search.user_id
        )
        alerts.reschedule(connection, hurried, at=NOW, zone=ZONE)
    assert [one.channel for one in take(store, NOW)] == ["webhook"]


def test_a_paused_search_and_one_of_a_closed_login_do_not_run_and_do_not_send(store: Engine) -> None:
    paused, closed = saved(store), saved(store, login="ben")
    for search in (paused, closed):
        arrive(store, search, "a")
    saved_searches.set_running(store, paused.id, user_id=paused.user_id, active=False)
    with writing(store) as connection:
        connection.execute(update(users).where(users.c.id == closed.user_id).values(active=False))
        assert saved_searches.running(connection) == []
    assert take(store, NOW) == []
    with pytest.raises(NotFoundError):
        saved_searches.by_feed(store, closed.feed_token)
    saved_searches.set_running(store, paused.id, user_id=paused.user_id, active=True)
    assert len(take(store, NOW)) == 2


def test_a_trial_goes_to_each_channel_at_once_and_not_twice_in_a_row(store: Engine) -> None:
    search = saved(store, Wanted("Dams", {}, Pace(Every.WEEKLY, quiet=(0, 1439)), email="a@b.example", hook_url=HOOK))
    with writing(store) as connection:
        assert alerts.try_out(connection, search, at=NOW) == 2
        with pytest.raises(StateError, match="just now"):
            alerts.try_out(connection, search, at=NOW + timedelta(seconds=9))
    arrive(store, search, "a")
    sent = take(store, NOW)
    assert [(one.channel, one.trial, one.total) for one in sent] == [("email", True, 0), ("webhook", True, 0)]


def test_a_long_digest_is_told_in_part_and_counted_in_full(store: Engine) -> None:
    search = saved(store, Wanted("Dams", {}, email="a@b.example"))
    arrive(store, search, *(f"a{number:03}" for number in range(alerts.SHOWN + 7)))
    (delivery,) = take(store, NOW)
    assert (len(delivery.answers), delivery.total) == (alerts.SHOWN, alerts.SHOWN + 7)


def test_deliveries_are_forgotten_and_matches_are_not(store: Engine) -> None:
    search = saved(store, Wanted("Dams", {}, email="a@b.example"))
    arrive(store, search, "a")
    with writing(store) as connection:
        alerts.sent(connection, alerts.claim(connection, now=NOW)[0], at=NOW)
        assert alerts.forget_ended(connection, before=NOW) == 0
        assert alerts.forget_ended(connection, before=NOW + timedelta(seconds=1)) == 1
    assert arrive(store, search, "a") == 0


def test_a_search_is_deleted_with_all_that_hangs_on_it(store: Engine) -> None:
    search = saved(store)
    arrive(store, search, "a")
    saved_searches.remove(store, search.id, user_id=search.user_id)
    with reading(store) as connection:
        assert connection.execute(select(deliveries.c.id)).all() == []


def test_a_person_has_not_more_searches_than_are_read(store: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved_searches, "MOST", 1)
    search = saved(store)
    with pytest.raises(StateError, match="1 saved"):
        saved_searches.save(store, search.user_id, WANTED, at=NOW)
