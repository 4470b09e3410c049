"""Several people on one queue: holds, assignments, many decisions at once, and what is taken back."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from factdesk.errors import StateError
from factdesk.store.database import writing
from factdesk.store.findings_view import QueueFilter, arrived, queue
from factdesk.store.reviews import decide, reviews_of, undo
from factdesk.store.shared_work import HELD, HeldError, hold, take_over, taken
from factdesk.store.tables import findings
from tests.dashboards import world
from tests.dashboards.conftest import House, post

_NUMBER, _ARABIC = world.finding_id("number"), world.finding_id("gates-ar")


def people(house: House) -> dict[str, int]:
    from factdesk.store.users import list_users  # noqa: PLC0415 # only this asks for it

    return {user.name: user.id for user in list_users(house.engine)}


def states(house: House) -> dict[str, str]:
    rows = queue(house.engine, QueueFilter(state=None)).rows
    return {sighting.finding.id: sighting.state for row in rows for sighting in row.sightings}


def test_a_colleagues_row_is_held_until_they_leave_it_or_it_is_taken_over(house: House) -> None:
    ana, edda = people(house)["ana"], people(house)["edda"]
    story = queue(house.engine, QueueFilter(kind="distorts")).rows[0].story
    assert hold(house.engine, story, user_id=ana, at=house.clock()).holder == ana
    assert hold(house.engine, story, user_id=edda, at=house.clock()).holder == ana
    with pytest.raises(HeldError, match="Ana Analyst has this story open"):
        decide(house.engine, [_NUMBER], user_id=edda, decision="rejected", at=house.clock())
    assert "Ana Analyst has this open" in house.as_("edda").get("/queue").text
    answer = post(house.as_("edda"), "/decisions", finding=_NUMBER, decision="rejected")
    assert (answer.status_code, states(house)[_NUMBER]) == (409, "open")
    assert post(house.as_("edda"), "/decisions", finding=_NUMBER, decision="rejected", take="1").status_code == 200
    assert states(house)[_NUMBER] == "rejected"
    assert taken(house.engine, [story], at=house.clock())[story].holder == edda


def test_a_hold_ends_by_itself_and_a_person_holds_one_row_at_a_time(house: House) -> None:
    ana, edda = people(house)["ana"], people(house)["edda"]
    first, second = (row.story for row in queue(house.engine, QueueFilter()).rows[:2])
    hold(house.engine, first, user_id=ana, at=house.clock())
    hold(house.engine, second, user_id=ana, at=house.clock())
    assert set(taken(house.engine, [first, second], at=house.clock())) == {second}
    take_over(house.engine, [_NUMBER], user_id=ana, at=house.clock())
    house.clock.now += HELD + timedelta(seconds=1)
    assert hold(house.engine, second, user_id=edda, at=house.clock()).holder == edda
    post(house.as_("edda"), "/queue/hold", story=second, leave="1")
    assert taken(house.engine, [second], at=house.clock()) == {}


def test_a_story_is_assigned_filtered_by_and_given_back(house: House) -> None:
    story = queue(house.engine, QueueFilter(language="ar")).rows[0].story
    post(house.as_("edda"), "/queue/assign", story=story, assignee=str(people(house)["ana"]), back="/queue")
    mine = house.as_("ana").get("/queue?assignee=me").text
    assert mine.count('<li class="flag ') == 1
    assert "Yours</span>" in mine
    assert "With Ana Analyst" in house.as_("edda").get("/queue?language=ar").text
    assert house.as_("edda").get("/queue?assignee=nobody").text.count('<li class="flag ') == 3
    post(house.as_("ana"), "/queue/assign", story=story, assignee="nobody")
    assert house.as_("ana").get("/queue?assignee=me").text.count('<li class="flag ') == 0
    assert post(house.as_("ana"), "/queue/assign", story=story, assignee="999").status_code == 404


def test_many_are_decided_at_once_and_taken_back_as_one(house: House) -> None:
    ids = f"{_NUMBER} {_ARABIC}"
    answer = post(house.as_("ana"), "/decisions/bulk", rows=ids, decision="confirmed", back="/queue?state=all")
    moment = re.search(r'name="decided" value="([^"]+)', answer.text)
    assert moment
    assert "Your decision is saved." in answer.text
    assert {states(house)[one] for one in ids.split()} == {"confirmed"}
    back = post(house.as_("ana"), "/decisions/undo", decided=moment[1], back="/queue")
    assert back.url.path == "/queue"
    assert {states(house)[one] for one in ids.split()} == {"open"}
    assert post(house.as_("ana"), "/decisions/undo", decided=moment[1]).status_code == 409
    assert post(house.as_("ana"), "/decisions/undo", decided="yesterday").status_code == 404
    assert post(house.as_("ana"), "/decisions/bulk", rows="", decision="confirmed").status_code == 404


def test_taking_back_brings_the_decision_before_and_only_ones_own(house: House) -> None:
    ana, edda = people(house)["ana"], people(house)["edda"]
    first, second = house.clock(), house.clock() + timedelta(minutes=1)
    decide(house.engine, [_NUMBER], user_id=ana, decision="needs_evidence", at=first)
    decide(house.engine, [_NUMBER], user_id=edda, decision="rejected", at=second)
    for person, moment in ((ana, second), (ana, first)):  # not hers; hers, but Edda decided anew
        with pytest.raises(StateError, match="nothing to take back"):
            undo(house.engine, user_id=person, decided_at=moment, at=second)
    assert undo(house.engine, user_id=edda, decided_at=second, at=second) == [_NUMBER]
    assert states(house)[_NUMBER] == "needs_evidence"
    assert [(one.decision, one.undone) for one in reviews_of(house.engine, [_NUMBER])[_NUMBER]] == [
        ("rejected", True),
        ("needs_evidence", False),
    ]
    assert "taken back" in house.as_("ana").get(f"/items/{world.document_id('number')}").text


def test_what_came_in_since_is_told_and_shown_without_the_rest(house: House) -> None:
    since = world.NOW + timedelta(minutes=1)
    browser, address = house.as_("ana"), f"/queue/news?since={since:%Y-%m-%dT%H:%M:%S}"
    assert "new stor" not in browser.get(address).text
    with writing(house.engine) as connection:
        later = since + timedelta(seconds=5)
        connection.execute(findings.update().where(findings.c.id == _ARABIC).values(found_at=later))
    assert [row.first.finding.id for row in arrived(house.engine, QueueFilter(), since=since)] == [_ARABIC]
    assert "1 new story" in browser.get(address).text
    assert 'id="f-' not in browser.get(address).text
    assert "new stor" not in browser.get(f"{address}&kind=distorts").text
    shown = browser.get(f"{address}&show=1").text
    assert re.findall(r'id="f-(\w+)"', shown) == [_ARABIC]
    assert 'hx-swap-oob="afterbegin:ol.flags[data-rows]"' in shown


def test_nobody_who_only_reads_decides_holds_or_assigns(house: House) -> None:
    for address in ("/decisions/bulk", "/decisions/undo", "/queue/hold", "/queue/assign", f"/findings/{_NUMBER}/citation"):
        assert post(house.as_("mara"), address, rows=_NUMBER, decision="confirmed", story="x").status_code == 403
    assert house.as_("mara").get(f"/findings/{_NUMBER}/others").status_code == 403
    page = house.as_("mara").get("/queue").text
    assert "data-tick" not in page
    assert "Assign" not in page.replace("Assigned to", "")


def test_a_hold_of_a_person_who_is_gone_is_gone(house: House) -> None:
    from factdesk.store.tables import users  # noqa: PLC0415 # only this asks for it

    with writing(house.engine) as connection:
        row = connection.execute(select(users).limit(1)).one()._asdict()
        made = connection.execute(insert(users).values({**row, "id": 99, "name": "gone"}))
        assert made.rowcount == 1
    hold(house.engine, "story", user_id=99, at=house.clock())
    with writing(house.engine) as connection:
        connection.execute(users.delete().where(users.c.id == 99))
    assert taken(house.engine, ["story"], at=house.clock()) == {}
