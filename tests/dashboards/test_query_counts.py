"""A page asks the store as many times for much as for little: no list is read row by row."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from sqlalchemy import Connection, event, insert

from factdesk.store.database import writing
from factdesk.store.documents import put_claims, put_documents, put_findings, set_narratives
from factdesk.store.reviews import decide
from factdesk.store.tables import polls, sources
from tests.dashboards import world
from tests.dashboards.conftest import House, post
from tests.dashboards.test_statements import draft

PAGES = {
    "ana": (
        "/queue",
        "/queue?state=all&kind=repeats",
        "/queue/news?since=2031-01-01T00:00:00%2B00:00&show=true",
        f"/items/{world.document_id('gates-en')}",
        "/narratives",
        f"/narratives/{world.GATES}",
        "/events",
        "/sources",
        "/search?q=gates",
    ),
    "edda": ("/desk/statements", "/desk/statements/1", "/desk/statements/1/edit"),
    "mara": ("/trends?days=30",),
}


@contextmanager
def counted(house: House) -> Iterator[list[str]]:
    """Give the statements that the store is asked in the block."""
    asked: list[str] = []

    def note(connection: Connection, cursor: object, statement: str, *more: object) -> None:
        del connection, cursor, more
        asked.append(statement)

    event.listen(house.engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(house.engine, "before_cursor_execute", note)


def asked_by(house: House) -> dict[str, list[str]]:
    """Return what each page asks when nothing was written since it was looked at last."""
    told = {}
    for name, pages in PAGES.items():
        browser = house.as_(name)
        for page in pages:
            assert browser.get(page).status_code == 200, page
            with counted(house) as asked:
                assert browser.get(page).status_code == 200
            told[page] = asked
    return told


def grow(house: House) -> None:
    """Add fifty items of the kinds that are there, twenty sources with polls, and four statements."""
    plain = [one for one in world.TOLD if one.claim and not one.duplicate_of]
    more = [
        replace(plain[number % len(plain)], key=f"more-{number}", hours=5 + number, narrative="gates" if number % 2 else None)
        for number in range(50)
    ]
    with writing(house.engine) as connection:
        made = [world._document(connection, one, 1 + number % 4) for number, one in enumerate(more)]
        put_documents(connection, [(document, None) for document in made])
        pairs = list(zip(more, made, strict=True))
        put_claims(connection, [(world._claim(*pair), np.zeros(4, dtype=np.float32)) for pair in pairs], at=world.NOW)
        put_findings(connection, [world._finding(*pair) for pair in pairs], at=world.NOW)
        set_narratives(connection, {world._claim(*pair).id: world.GATES for pair in pairs if pair[0].narrative})
        for number in range(20):
            add_source(connection, number)
    flags = [one.key for one in more if one.kind is not None and one.kind.is_flag]
    for key in flags[:4]:
        draft(house, key, title=f"Statement about {key}")
    confirm(house, flags[4:10])


def confirm(house: House, keys: Sequence[str]) -> None:
    decide(house.engine, [world.finding_id(key) for key in keys], user_id=1, decision="confirmed", at=house.clock())


def add_source(connection: Connection, number: int) -> None:
    row = {"kind": "feed", "url": f"https://more-{number}.example/list", "name": f"More {number}", "role": "press"}
    added = insert(sources).values(**row, interval_s=900, enabled=True, created_at=world.NOW, polls=3, failures=0)
    source_id = connection.execute(added.returning(sources.c.id)).scalar_one()
    for hours in (1, 2, 3):
        at = world.NOW - timedelta(hours=hours)
        poll = {"source_id": source_id, "started_at": at, "finished_at": at, "outcome": "polled", "status": 200}
        connection.execute(insert(polls).values(**poll))


@pytest.fixture
def begun(house: House) -> House:
    draft(house, "gates-en")
    typed = {"title": "Kept", "body": "Six gates.", "rating": "false", "expected_revision": "1"}
    post(house.as_("edda"), "/desk/statements/1/working", **typed)
    confirm(house, ["number"])
    return house


def test_a_page_asks_as_often_for_much_as_for_little(begun: House) -> None:
    little = asked_by(begun)
    grow(begun)
    much = asked_by(begun)
    assert {page: len(asked) for page, asked in much.items()} == {page: len(asked) for page, asked in little.items()}
    assert max(len(asked) for asked in much.values()) < 60
