"""No source waits for another's backlog: what is in hand is shared out, the rest waits in the ledger, not in memory."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar, cast

import pytest
from sqlalchemy import Connection, Engine, select

from crawlers._engine_collect import Collection
from crawlers._engine_recorder import Recorder
from factdesk import schedule
from factdesk.records import Outcome, Source
from factdesk.rounds import Rounds
from factdesk.schedule import _Shift
from factdesk.settings import Settings
from factdesk.store import ledger, sources
from factdesk.store.database import open_store, reading, writing
from factdesk.store.ledger import Listed, OpenItem, Share
from factdesk.store.sources import NewSource, Polling
from factdesk.store.tables import items

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
_T = TypeVar("_T")


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_store(f"sqlite:///{tmp_path / 'store.sqlite3'}")
    yield engine
    engine.dispose()


def _source(connection: Connection, host: str, *, listed: int = 0, now: datetime = NOW) -> Source:
    source = sources.add(connection, NewSource("feed", f"http://{host}.example/feed", host), now=NOW)
    entries = [Listed(f"http://{host}.example/{number}") for number in range(listed)]
    ledger.add_items(connection, source.id, entries, now=now)
    return source


def test_a_source_with_a_backlog_keeps_no_other_waiting(engine: Engine) -> None:
    with writing(engine) as connection:
        large = _source(connection, "large", listed=50, now=NOW - timedelta(hours=1))
        small = _source(connection, "small", listed=2)
        due = ledger.due_items(connection, now=NOW, share=Share(limit=10))
        assert Counter(item.source_id for item in due) == {large.id: 8, small.id: 2}
        each = ledger.due_items(connection, now=NOW, share=Share(limit=10, each=3))
        assert Counter(item.source_id for item in each) == {large.id: 3, small.id: 2}
        only = ledger.due_items(connection, now=NOW, share=Share(only=frozenset({small.id})))
        assert {item.source_id for item in only} == {small.id}


def test_what_a_disabled_source_left_is_not_due(engine: Engine) -> None:
    with writing(engine) as connection:
        asleep = _source(connection, "asleep", listed=600, now=NOW - timedelta(hours=1))
        awake = _source(connection, "awake", listed=1)
        sources.enable(connection, asleep.id, enabled=False)
        assert [item.source_id for item in ledger.due_items(connection, now=NOW)] == [awake.id]


class _Store:
    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    async def read(self, query: Callable[[Connection], _T]) -> _T:
        await asyncio.sleep(0)
        with reading(self.engine) as connection:
            return query(connection)


class _Work:
    """Polls that list ``listed`` items each, and items that end one after the other; what was under way at once is counted."""

    def __init__(self, engine: Engine, *, listed: int) -> None:
        self.engine, self.listed = engine, listed
        self.taken: list[int] = []
        self.under_way: Counter[int] = Counter()
        self.most = self.most_of_one = 0

    async def poll(self, polling: Polling) -> tuple[OpenItem, ...]:
        entries = [Listed(f"{polling.source.url}/{number}") for number in range(self.listed)]
        await asyncio.sleep(0)
        with writing(self.engine) as connection:
            return ledger.add_items(connection, polling.source.id, entries, now=datetime.now(UTC)).to_fetch

    async def take(self, item: OpenItem, source: Source) -> None:
        self.taken.append(item.id)
        self.under_way[source.id] += 1
        self.most = max(self.most, self.under_way.total())
        self.most_of_one = max(self.most_of_one, self.under_way[source.id])
        await asyncio.sleep(0)
        with writing(self.engine) as connection:
            ledger.end_item(connection, item.id, outcome=Outcome.GONE, at=datetime.now(UTC))
        self.under_way[source.id] -= 1


def test_one_run_takes_every_item_once_with_few_in_hand(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule, "_MOST_IN_HAND", 6)
    monkeypatch.setattr(schedule, "_MOST_OF_A_SOURCE", 3)
    monkeypatch.setattr(schedule, "_MOST_OF_A_HOST", 2)
    with writing(engine) as connection:
        for number in range(8):
            _source(connection, f"host-{number}")
    work = _Work(engine, listed=10)
    shift = _Shift(
        cast("Collection", work),
        cast("Recorder", _Store(engine)),
        only=frozenset(),
        settings=Settings(store="", index=""),
        rounds=Rounds(engine, keep_polls=timedelta(days=30)),
    )
    asyncio.run(shift.run(once=True, stop=None))
    assert sorted(work.taken) == sorted(set(work.taken))
    with reading(engine) as connection:
        assert connection.execute(select(items.c.id).where(items.c.outcome.is_(None))).all() == []
    assert len(work.taken) == 80
    assert work.most <= 6
    assert work.most_of_one <= 2
