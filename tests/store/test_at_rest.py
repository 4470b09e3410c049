from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, event, update

from factdesk.records import Outcome
from factdesk.store import coverage, sources
from factdesk.store.database import reading, writing
from factdesk.store.sources import NewSource
from factdesk.store.tables import sources as table
from tests.store.test_coverage import _poll

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


def _add(store: Engine, name: str) -> int:
    with writing(store) as connection:
        return sources.add(connection, NewSource("feed", f"https://{name}.example/feed", name), now=NOW).id


def test_a_review_looks_at_what_was_polled_since_or_is_raised_and_at_no_source_at_rest(store: Engine) -> None:
    broken, quiet = _add(store, "broken"), _add(store, "quiet")
    at = NOW
    for _ in range(6):
        at = _poll(store, broken, at=at, outcome=Outcome.FAILED)
    _poll(store, quiet, at=NOW)
    with reading(store) as connection:
        newest = coverage.newest_poll(connection)
        assert newest == 7
        assert [one.id for one in coverage.changes(connection, now=NOW, after=0).raised] == [broken]
        told = coverage.changes(connection, now=NOW, after=newest)
    assert told == coverage.Changes()
    with writing(store) as connection:
        coverage.note(connection, coverage.changes(connection, now=NOW), now=NOW)
    _poll(store, broken, at=at)
    with reading(store) as connection:
        assert [one.id for one in coverage.changes(connection, now=NOW, after=newest).recovered] == [broken]


def test_sources_at_rest_are_not_read_in_a_review(store: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    number = _add(store, "quiet")
    _poll(store, number, at=NOW)
    monkeypatch.setattr(coverage, "survey", lambda *_, **__: pytest.fail("every source was read"))
    with reading(store) as connection:
        coverage.changes(connection, now=NOW, after=coverage.newest_poll(connection))


def test_sources_never_asked_come_before_those_that_wait_and_both_by_the_index(store: Engine) -> None:
    first, second, third = (_add(store, name) for name in ("first", "second", "third"))
    _poll(store, second, at=NOW)
    with writing(store) as connection:
        connection.execute(update(table).where(table.c.id == third).values(next_due_at=None))
    asked: list[str] = []
    event.listen(store, "before_cursor_execute", lambda _c, _u, words, *_: asked.append(words))
    with reading(store) as connection:
        assert [one.source.id for one in sources.due(connection, now=NOW)] == [third, first]
        assert [one.source.id for one in sources.due(connection, now=NOW, limit=1)] == [third]
        assert len(sources.due(connection, now=NOW + timedelta(days=1))) == 3
    assert not [words for words in asked if " OR " in words]
