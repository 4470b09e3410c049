"""What arrives reaches the saved searches that it answers, once: through crashes, replays, a growing library and a rebuild."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
from sqlalchemy import Engine

from crawlers import Archive
from crawlers.base import collectors
from factdesk.arrivals import put_to_searches
from factdesk.entries import source_name
from factdesk.errors import IndexUnavailableError
from factdesk.library import add_passages
from factdesk.line import Line, open_line
from factdesk.reader import drain
from factdesk.records import Source, SourceRole
from factdesk.reindex import reindex
from factdesk.serve import alert, crew, read
from factdesk.settings import load_settings
from factdesk.store import alerts, captures, saved_searches
from factdesk.store.database import open_store, writing
from factdesk.store.saved_searches import SavedSearch, Wanted
from factdesk.store.users import add_user
from index import SearchIndex, discard_index, open_index
from index.base import Entry, EntryKind
from tests.alerts.conftest import Mailbox, serving, settings_for
from tests.conformance.test_index import ENGINES, make_url
from tests.flow.parts import read_anew
from tests.flow.test_flow import CHECK, CORRECTED, RUMOUR, arrive, come_in
from tests.index.samples import DIM, claim, document, meaning

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


@dataclass
class Desk:
    """A store with a person, and an index, as the line has them."""

    engine: Engine
    index: SearchIndex
    user_id: int

    @property
    def line(self) -> Line:
        meant = lambda sentences: np.stack([meaning("dam") for _ in sentences])  # noqa: E731 # what the encoder is here
        parts = SimpleNamespace(engine=self.engine, index=self.index, settings=load_settings(), encoder=meant)
        return cast("Line", parts)

    def save(self, name: str = "Dams", *, at: datetime = NOW, **asked: str) -> SavedSearch:
        return saved_searches.save(self.engine, self.user_id, Wanted(name, asked, email="a@b.example"), at=at)

    def put(self, *entries: Entry, before: Sequence[Entry] = (), reread: Sequence[str] = ()) -> int:
        with writing(self.engine) as connection:
            return put_to_searches(connection, self.line, entries, before=before, reread=reread, at=NOW)

    def told(self, search: SavedSearch) -> list[str]:
        return [one.entry for one in alerts.answers_of(self.engine, search.id)[0]]


@pytest.fixture(params=ENGINES)
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    engine = open_store(f"sqlite:///{tmp_path / 'store.sqlite3'}")
    user = add_user(engine, name="ana", display_name="Ana", role="analyst", password="a long password", at=NOW)
    address = make_url(request.param, tmp_path)
    index = open_index(address, dim=DIM)
    yield Desk(engine, index, user.id)
    index.close()
    engine.dispose()
    discard_index(address)


def test_each_search_is_told_what_answers_it_and_no_item_twice(desk: Desk) -> None:
    dams, everything, flags = desk.save(q="dam"), desk.save(q="dam", kind="all"), desk.save(finding="repeats")
    entries = [
        replace(document("d1", "The dam broke."), document_id="d1"),
        replace(claim("c1", "the dam broke"), findings=("repeats",), document_id="d1"),
        replace(document("d2", "Bread is dear.", findings=("repeats",)), document_id="d2"),
    ]
    assert desk.put(*entries) == 3
    assert (desk.told(dams), desk.told(everything), desk.told(flags)) == (["d1"], ["d1"], ["d2"])
    assert desk.put(*entries) == 0
    (told, _) = alerts.answers_of(desk.engine, dams.id)
    assert (told[0].snippet, told[0].snippet_spans, told[0].source) == ("The dam broke.", ((4, 7),), "Marrow Gazette")


def test_what_a_search_found_before_is_no_arrival_and_a_new_finding_is(desk: Desk) -> None:
    dams, flags = desk.save(q="dam"), desk.save(q="dam", finding="repeats")
    old = document("d1", "The dam broke.")
    assert desk.put(replace(old, findings=("repeats",)), before=[old]) == 1
    assert (desk.told(dams), desk.told(flags)) == ([], ["d1"])


def test_a_replayed_item_is_told_only_to_searches_that_are_older(desk: Desk) -> None:
    item = document("d1", "The dam broke.")
    before = desk.save(q="dam", at=item.seen_at - timedelta(minutes=1))
    after = desk.save(q="dam", at=item.seen_at + timedelta(minutes=1))
    assert desk.put(item, reread=["d1"]) == 1
    assert (desk.told(before), desk.told(after)) == (["d1"], [])


def test_a_search_that_cannot_be_read_any_more_stops_nobody(desk: Desk) -> None:
    broken, sound = desk.save(q="(dam"), desk.save(q="dam")
    assert desk.put(document("d1", "The dam broke.")) == 1
    assert (desk.told(broken), desk.told(sound)) == ([], ["d1"])


def test_a_search_by_meaning_is_told_what_means_about_that(desk: Desk) -> None:
    search = desk.save(q='similar:"the barrier gave way"')
    told = replace(document("d1", "Nothing of the kind."), document_id="d1")
    assert desk.put(told, replace(claim("c1", "the dyke was breached", "dam"), document_id="d1")) == 1
    assert desk.put(document("d2", "the barrier gave way")) == 0
    assert desk.told(search) == ["d1"]


def test_paused_searches_are_not_told(desk: Desk) -> None:
    search = desk.save(q="dam")
    saved_searches.set_running(desk.engine, search.id, user_id=desk.user_id, active=False)
    assert desk.put(document("d1", "The dam broke.")) == 0


def test_no_source_that_a_search_can_name_is_one_person_s_channel() -> None:
    """Instances, hashtags and communities are many people's; a channel may be one person's, unless it is an outlet's."""
    for kind in collectors():
        source = Source(1, kind, "https://t.example/somebody", "Somebody", SourceRole.SOCIAL)
        assert (source_name(source) == "Somebody") == (kind not in ("telegram", "youtube"))
        assert source_name(replace(source, role=SourceRole.PRESS)) == "Somebody"


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    opened = open_line(load_settings(data=tmp_path, store="", index="", log_level="error"))
    yield opened
    opened.archive.close()
    opened.close()


def test_the_line_tells_once_through_crashes_replays_late_fact_checks_and_a_rebuilt_index(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = add_user(line.engine, name="ana", display_name="Ana", role="analyst", password="a long password", at=NOW)
    desk = Desk(line.engine, line.index, user.id)
    rivers = desk.save("Rivers", at=datetime.now(UTC), q="Ambrel")
    flags = desk.save("Flags", at=datetime.now(UTC), finding="repeats")

    with monkeypatch.context() as broken:  # the store has it, the index does not take it: the batch is done again
        broken.setattr(line.index, "add", _refuse)
        with pytest.raises(IndexUnavailableError):
            arrive(line, RUMOUR)
    assert len(desk.told(rivers)) == 1
    assert sum(drain(line).values()) == 1
    assert (len(desk.told(rivers)), len(desk.told(flags))) == (1, 0)

    late = desk.save("Saved later", at=datetime.now(UTC), q="Ambrel")
    assert read_anew(line.engine) == 1
    drain(line)
    assert (len(desk.told(rivers)), desk.told(late)) == (1, [])

    add_passages(line, [CHECK])  # the fact-check comes after the rumour: now it is flagged
    assert (len(desk.told(flags)), len(desk.told(rivers)), desk.told(late)) == (1, 1, [])

    reindex(line.settings)
    assert (len(desk.told(flags)), len(desk.told(rivers)), desk.told(late)) == (1, 1, [])

    arrive(line, CORRECTED)  # the same page with another text arrives anew, for a search that was not told of it
    assert (len(desk.told(rivers)), len(desk.told(late))) == (1, 1)
    with writing(line.engine) as connection:
        sent = alerts.claim(connection, now=datetime.now(UTC))
    assert sorted((one.search.wanted.name, one.total) for one in sent) == [("Flags", 1), ("Rivers", 1), ("Saved later", 1)]
    assert {answer.kind for one in sent for answer in one.answers} == {EntryKind.DOCUMENT.value}


def _refuse(entries: Sequence[Entry]) -> None:
    del entries
    raise IndexUnavailableError("The index is away.")


def test_nothing_is_told_or_kept_while_the_engine_that_knows_is_away(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    user = add_user(line.engine, name="ana", display_name="Ana", role="analyst", password="a long password", at=NOW)
    desk = Desk(line.engine, line.index, user.id)
    search = desk.save(at=datetime.now(UTC), q="Ambrel")
    with monkeypatch.context() as broken:
        broken.setattr(line.index, "matching", lambda *_: _refuse([]))
        with pytest.raises(IndexUnavailableError):
            arrive(line, RUMOUR)
    assert desk.told(search) == []
    captures.free_dead(line.engine)
    drain(line)
    assert len(desk.told(search)) == 1


def test_an_item_reaches_its_alert_in_under_five_seconds_through_the_running_processes(tmp_path: Path) -> None:
    """From the capture that the collector leaves to the mailbox: the reader and the courier run as ``serve`` runs them."""
    for mailbox in serving(Mailbox()):
        settings = load_settings(data=tmp_path, store="", index="", log_level="error", alerts=settings_for(mailbox.port).alerts)
        engine, archive = open_store(settings.store), Archive(settings.archive)
        user = add_user(engine, name="ana", display_name="Ana", role="analyst", password="a long password", at=NOW)
        desk = Desk(engine, open_index(settings.index), user.id)
        desk.save("Ambrel", q="Ambrel", at=datetime.now(UTC))
        with crew(settings) as hands:
            hands.start("reader", read)
            hands.start("alerts", alert)
            come_in(archive, engine, RUMOUR)
            assert mailbox.came.wait(120)  # they import, and load their models
            mailbox.came.clear()
            began = time.monotonic()
            come_in(archive, engine, CORRECTED, url="https://courier.example/b")
            assert mailbox.came.wait(5)
            print(f"{time.monotonic() - began:.2f} s from the capture to the mailbox")
            assert not hands.fallen()
        assert len(mailbox.letters) == 2
        desk.index.close()
        archive.close()
        engine.dispose()
