"""The flags in memory are those of the database, whoever wrote last."""

import threading
from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import Engine, update

from factdesk.store.board import _KEPT, board_of
from factdesk.store.board_reading import read
from factdesk.store.database import open_store, reading, writing
from factdesk.store.flags import Board, equal, groups
from factdesk.store.reviews import decide, undo
from factdesk.store.shared_work import assign
from factdesk.store.tables import documents, findings
from factdesk.store.users import add_user
from index.sqlite import SqliteIndex
from tests.dashboards import world


@pytest.fixture
def filled(store: Engine, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    index = SqliteIndex(tmp_path_factory.mktemp("board") / "index.sqlite3", dim=4)
    world.fill(store, index)
    index.close()
    return store


def test_what_is_written_by_anybody_is_on_the_board_at_once(filled: Engine) -> None:
    before = board_of(filled)
    assert board_of(filled) is before
    other = open_store(filled.url.render_as_string(hide_password=False), migrate=False)
    with writing(other) as connection:
        connection.execute(update(documents).where(documents.c.id == world.document_id("number")).values(shares=5_000))
    other.dispose()
    after = board_of(filled)
    assert int(after.spread[after.ids.index(world.finding_id("number"))]) == 5_001


def test_a_board_may_lag_behind_what_is_collected_but_never_behind_a_decision(filled: Engine) -> None:
    person = add_user(filled, name="ana", display_name="Ana", role="analyst", password=world.PASSWORD, at=world.NOW)
    before = board_of(filled)
    with writing(filled) as connection:
        connection.execute(update(documents).where(documents.c.id == world.document_id("number")).values(shares=9))
    assert board_of(filled, stale_s=60) is before
    decide(filled, [world.finding_id("number")], user_id=person.id, decision="rejected", at=world.NOW)
    decided = board_of(filled, stale_s=60)
    assert [decided.ids[place] for place in equal(decided, "state", "rejected").nonzero()[0]] == [world.finding_id("number")]


def work(board: Board) -> dict[str, tuple[object, object]]:
    state, assignee = board.columns["state"], board.columns["assignee"]
    return {one: (state.value(place), assignee.value(place)) for one, place in board.places.items()}


def test_what_people_do_reaches_columns_that_were_read_before(filled: Engine) -> None:
    ana = add_user(filled, name="ana", display_name="Ana", role="analyst", password=world.PASSWORD, at=world.NOW)
    board = board_of(filled)
    story = str(board.columns["story"].value(board.places[world.finding_id("gates-en")]))
    later, last = world.NOW + timedelta(minutes=1), world.NOW + timedelta(minutes=2)
    steps = (
        lambda: decide(filled, [world.finding_id("number")], user_id=ana.id, decision="rejected", at=world.NOW),
        lambda: decide(filled, [world.finding_id("number")], user_id=ana.id, decision="confirmed", at=later),
        lambda: decide(filled, [world.finding_id("hostile"), "gone"], user_id=ana.id, decision="confirmed", at=later),
        lambda: assign(filled, [story], to=ana.id, by=ana.id, at=later),
        lambda: undo(filled, user_id=ana.id, decided_at=later, at=last),
        lambda: assign(filled, [story], to=None, by=ana.id, at=last),
    )
    told = []
    for step in steps:
        step()
        board = board_of(filled, stale_s=600)
        with reading(filled) as connection:
            assert work(board) == work(read(connection))
        told.append(work(board))
    assert all(one != other for one, other in pairwise(told))
    assert told[3][world.finding_id("gates-en")] == ("open", ana.id)


def test_columns_are_read_aside_while_the_old_ones_serve_and_at_once_when_they_are_too_old(filled: Engine) -> None:
    before = board_of(filled)
    place = before.places[world.finding_id("number")]
    keeper = _KEPT[filled]
    for shares, age in ((5_000, 4.0), (7_000, 90.0)):
        with writing(filled) as connection:
            connection.execute(update(documents).where(documents.c.id == world.document_id("number")).values(shares=shares))
        keeper.took_s = 0.0
        keeper.read_at -= age
        at_once = board_of(filled, stale_s=6)
        assert (at_once is before) is (age < 6)
        for thread in [one for one in threading.enumerate() if one.name == "board"]:
            thread.join(30)
        assert int(board_of(filled, stale_s=6).spread[place]) == shares + 1


def test_stories_are_ordered_sliced_and_told_by_when_they_came(filled: Engine) -> None:
    later = world.NOW + timedelta(hours=1)
    with writing(filled) as connection:
        connection.execute(update(findings).where(findings.c.id == world.finding_id("hostile")).values(found_at=later))
    board = board_of(filled)
    stories = groups(board, equal(board, "kind", "repeats"))
    first, second = stories.some(2)
    assert (stories.total, first.sightings, first.spread) == (3, 3, 1174)
    assert first.priority > second.priority
    assert stories.some(1, offset=1) == [second]
    (new,) = groups(board, equal(board, "state", "open"), since=world.NOW).some(9)
    assert [board.ids[place] for place in new.rows] == [world.finding_id("hostile")]
    assert groups(board, equal(board, "state", "no such state")).total == 0
