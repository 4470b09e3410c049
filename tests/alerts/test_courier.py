"""The courier, on a clock that tests move: from the outbox to real receivers, through failures, pauses and its own death."""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from factdesk.alerts.courier import Courier
from factdesk.serve import alert, crew
from factdesk.settings import Settings
from factdesk.store import alerts
from factdesk.store.alert_times import Every, Pace
from factdesk.store.database import writing
from factdesk.store.saved_searches import SavedSearch, Wanted
from tests.alerts.conftest import Mailbox, Outbox, numbered, settings_for
from tests.stores import NOW

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
MAILED = Wanted("Dams", {"q": "dam"}, email="night@desk.example")


@dataclass
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **length: float) -> None:
        self.now += timedelta(**length)


@dataclass
class Sending:
    """A courier on a clock of ours, with what it sends to."""

    outbox: Outbox
    mailbox: Mailbox
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        settings = settings_for(self.mailbox.port, most_attempts=3)
        self.courier = Courier(settings, self.outbox.engine, self.clock)

    def told(self, search: SavedSearch) -> list[tuple[str, str, int]]:
        sent = alerts.deliveries_of(self.outbox.engine, search.id)
        return [(one.channel, one.state, one.attempts) for one in sent]


@pytest.fixture
def sending(outbox: Outbox, mailbox: Mailbox) -> Iterator[Sending]:
    made = Sending(outbox, mailbox)
    yield made
    made.courier.close()


@pytest.fixture
def hooks() -> Iterator[HTTPServer]:
    with HTTPServer(host="localhost") as server:
        yield server


def test_each_channel_gets_what_matched_once(sending: Sending, hooks: HTTPServer) -> None:
    hooks.expect_request("/in").respond_with_data("")
    search = sending.outbox.save(replace(MAILED, hook_url=hooks.url_for("/in")))
    sending.outbox.arrive(search)
    assert sending.courier.send_all() == 2
    assert [letter["Subject"] for letter in sending.mailbox.letters] == ["[River Desk] Dams: Dam breaks above Lissow"]
    assert [asked.get_json()["items"][0]["id"] for asked, _ in hooks.log] == ["d1"]
    assert sorted(sending.told(search)) == [("email", "sent", 1), ("webhook", "sent", 1)]
    assert sending.courier.send_all() == 0
    sending.outbox.arrive(search)
    sending.clock.pass_by(days=2)
    assert sending.courier.send_all() == 0


def test_a_receiver_that_fails_is_tried_again_with_the_same_words_and_then_given_up(
    sending: Sending, hooks: HTTPServer
) -> None:
    hooks.expect_request("/in").respond_with_data("", status=503)
    search = sending.outbox.save(replace(MAILED, email="", hook_url=hooks.url_for("/in")))
    sending.outbox.arrive(search)
    assert sending.courier.send_all() == 1
    sending.outbox.arrive(search, numbered(2))  # what came meanwhile is another message
    for wait in (30, 60, 120):
        sending.clock.pass_by(seconds=wait)
        sending.courier.send_all()
    bodies = [asked.get_data() for asked, _ in hooks.log]
    first = [body for body in bodies if json.loads(body)["items"][0]["id"] == "d1"]
    assert (len(bodies), len(first), len(set(first))) == (6, 3, 1)
    assert sending.told(search) == [("webhook", "given_up", 3)] * 2
    assert alerts.deliveries_of(sending.outbox.engine, search.id)[0].reason == "The webhook answered HTTP 503."


def test_a_receiver_that_comes_back_gets_what_waited(sending: Sending) -> None:
    search = sending.outbox.save(MAILED)
    sending.mailbox.answer = "452 later"
    sending.outbox.arrive(search)
    sending.courier.send_all()
    assert sending.told(search) == [("email", "waiting", 1)]
    sending.mailbox.answer = ""
    sending.clock.pass_by(seconds=30)
    sending.courier.send_all()
    assert (len(sending.mailbox.letters), sending.told(search)) == (1, [("email", "sent", 2)])


def test_a_courier_that_died_after_sending_sends_again_under_the_same_key(sending: Sending) -> None:
    search = sending.outbox.save(MAILED)
    sending.outbox.arrive(search)
    (lost,) = sending.outbox.take(NOW)  # taken, and never heard of again
    sending.clock.pass_by(minutes=6)
    assert sending.courier.send_all() == 1
    assert sending.mailbox.letters[0]["Message-ID"] == f"<{lost.key}@desk.example>"


def test_digests_and_quiet_hours_keep_the_desks_time(sending: Sending) -> None:
    """Midday in UTC is seven in the evening at this desk."""
    daily = sending.outbox.save(replace(MAILED, name="Daily", pace=Pace(Every.DAILY, 8 * 60)))
    quiet = sending.outbox.save(replace(MAILED, name="Quiet", pace=Pace(quiet=(18 * 60, 7 * 60))))
    for number, search in ((number, search) for number in range(2) for search in (daily, quiet)):
        with writing(sending.outbox.engine) as connection:
            alerts.keep(connection, search, [numbered(number)], at=NOW + timedelta(hours=number), zone=ZONE)
    assert sending.courier.send_all() == 0
    sending.clock.pass_by(hours=12)  # seven in the morning
    assert [sending.courier.send_all(), sending.mailbox.letters[-1]["Subject"]] == [1, "[River Desk] Quiet: 2 new items"]
    sending.clock.pass_by(hours=1)
    assert [sending.courier.send_all(), sending.mailbox.letters[-1]["Subject"]] == [1, "[River Desk] Daily: 2 new items"]


def test_a_mail_server_that_nobody_set_is_told_on_the_page(outbox: Outbox) -> None:
    courier = Courier(settings_for(9, smtp_host=""), outbox.engine, Clock())
    search = outbox.save(MAILED)
    outbox.arrive(search)
    courier.send_all()
    courier.close()
    (told,) = alerts.deliveries_of(outbox.engine, search.id)
    assert (told.state, told.reason[:25]) == ("waiting", "No mail server is set. Se")


def test_one_slow_receiver_keeps_nobody_waiting(sending: Sending, hooks: HTTPServer) -> None:
    over = threading.Event()

    def hold(request: Request) -> Response:
        del request
        over.wait(20)
        return Response("")

    hooks.expect_request("/slow").respond_with_handler(hold)
    slow = sending.outbox.save(replace(MAILED, email="", hook_url=hooks.url_for("/slow")))
    sending.outbox.arrive(slow)
    assert sending.courier.look() == 1
    quick = sending.outbox.save(MAILED)
    sending.outbox.arrive(quick)
    assert sending.courier.look() == 1
    assert sending.mailbox.came.wait(10)
    assert sending.told(slow) == [("webhook", "sending", 1)]
    over.set()


def test_deliveries_that_ended_long_ago_are_forgotten(sending: Sending) -> None:
    search = sending.outbox.save(MAILED)
    sending.outbox.arrive(search)
    sending.courier.send_all()
    sending.clock.pass_by(days=31)
    sending.courier.tidy()
    assert sending.told(search) == []


def test_an_alert_reaches_its_reader_in_under_five_seconds_through_the_courier_s_own_process(
    outbox: Outbox, mailbox: Mailbox
) -> None:
    settings = _stored(settings_for(mailbox.port), outbox)
    first, second = outbox.save(MAILED), outbox.save(replace(MAILED, name="Second"))
    with crew(settings) as hands:
        hands.start("alerts", alert)
        outbox.arrive(first)
        assert mailbox.came.wait(60)  # it imports first
        mailbox.came.clear()
        began = time.monotonic()
        outbox.arrive(second)
        assert mailbox.came.wait(5)
        print(f"{time.monotonic() - began:.2f} s from the match to the mailbox")
        assert not hands.fallen()
    assert [letter["Subject"].split(": ")[0] for letter in mailbox.letters] == ["[River Desk] Dams", "[River Desk] Second"]


def _stored(settings: Settings, outbox: Outbox) -> Settings:
    return settings.model_copy(update={"store": outbox.engine.url.render_as_string(hide_password=False)})
