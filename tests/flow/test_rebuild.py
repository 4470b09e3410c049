"""A rebuild on both engines: searches go on with what was there, writes go to both, and what serves changes in one step."""

import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, update

from factdesk import reindex as rebuilding
from factdesk.entries import claim_entry, document_entry
from factdesk.errors import EntriesRefusedError, IndexUnavailableError
from factdesk.records import Passage, digest_id
from factdesk.reindex import abandon, migrate, reindex
from factdesk.settings import Settings, load_settings
from factdesk.store import documents as stored
from factdesk.store.database import open_store, reading, writing
from factdesk.store.tables import claims, documents
from index import SearchIndex, Server, discard_index, inspect_file, open_index
from index.base import Entry, EntryKind, Query
from index.rebuild import begin_rebuild, look_at_index
from index.state import IndexState
from tests.stores import add_finding, add_passage

_BEFORE = 40
ENGINES = ("sqlite", pytest.param("elastic", marks=pytest.mark.elastic))


@dataclass
class Desk:
    """A store with documents and the index of them, as a process holds it that runs all the time."""

    settings: Settings
    engine: Engine
    index: SearchIndex
    passage: Passage

    def arrive(self, words: str) -> str:
        """A document comes: into the store, then into the index."""
        add_finding(self.engine, words, passage=self.passage)
        return self.put(digest_id("document", words))

    def put(self, document_id: str, *, text: str = "") -> str:
        with writing(self.engine) as connection:
            if text:
                connection.execute(update(documents).where(documents.c.id == document_id).values(text=text))
        self.index.add(self.entries(document_id))
        return document_id

    def entries(self, document_id: str) -> list[Entry]:
        """The document's entry and its claim's."""
        with reading(self.engine) as connection:
            document = stored.known_documents(connection, [document_id])[document_id]
            claimed = stored.claims_of(connection, [document_id])[document_id]
        told = {"source": "Press", "finding": "repeats", "narrative": None}
        made = [claim_entry(claim, document, vector, **told) for claim, vector in claimed]  # type: ignore[arg-type] # as told
        return [document_entry(document, source="Press", findings=["repeats"]), *made]

    def found(self, words: str, *, index: SearchIndex | None = None) -> set[str]:
        return {hit.id for hit in (index or self.index).search(Query(words, limit=200)).hits}

    def state(self) -> IndexState:
        return look_at_index(self.settings.index, dim=self.settings.check.dimensions, server=Server.of(self.settings))

    def ids(self, kind: EntryKind) -> set[str]:
        return set(self.index.ids(kind, limit=1000))

    def require_whole(self) -> None:
        with reading(self.engine) as connection:
            assert self.ids(EntryKind.DOCUMENT) == set(connection.execute(select(documents.c.id)).scalars())
            assert self.ids(EntryKind.CLAIM) == set(connection.execute(select(claims.c.id)).scalars())
        assert self.ids(EntryKind.FACTCHECK) == {self.passage.id}


@pytest.fixture(params=ENGINES)
def desk(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setattr(rebuilding, "_BATCH", 5)
    url = f"{request.getfixturevalue('elastic_url')}/rebuild-{uuid.uuid4().hex[:8]}" if request.param == "elastic" else ""
    settings = load_settings(data=tmp_path, store="", index=url, log_level="error")
    engine = open_store(settings.store)
    passage = add_passage(engine, "The gates were opened on purpose.", archived=False)
    with writing(engine) as connection:
        stored.put_documents(connection, [])
        connection.exec_driver_sql("UPDATE passages SET vector = zeroblob(1024)")
    for number in range(_BEFORE):
        add_finding(engine, f"river {number}", passage=passage)
    index = open_index(settings.index, dim=settings.check.dimensions)
    yield Desk(settings, engine, index, passage)
    index.close()
    engine.dispose()
    discard_index(settings.index)


def after(batches: int, do: Callable[[], object]) -> Callable[[int], None]:
    """Do something once when the rebuild has taken so many batches."""
    left = [batches]

    def report(taken: int) -> None:
        del taken
        left[0] -= 1
        if left[0] == 0:
            do()

    return report


def test_searches_and_writes_go_on_during_a_rebuild(desk: Desk) -> None:
    reindex(desk.settings)
    seen: list[int] = []
    done = threading.Event()

    def search() -> None:
        while not done.is_set():
            seen.append(desk.index.search(Query("river", limit=1)).total)

    with reading(desk.engine) as connection:
        ids = sorted(connection.execute(select(documents.c.id)).scalars())

    def meanwhile() -> None:
        desk.arrive("river and a bridge")
        for early_or_late in (ids[0], ids[-1]):
            desk.put(early_or_late, text="river and a ferry")
        assert len(desk.state().unfinished) > 0

    searching = threading.Thread(target=search)
    searching.start()
    try:
        counts = reindex(desk.settings, report=after(3, meanwhile))
    finally:
        done.set()
        searching.join()
    assert len(seen) > 3
    assert set(seen) <= {_BEFORE, _BEFORE + 1}
    assert counts[EntryKind.DOCUMENT] == _BEFORE + 1
    assert desk.found("ferry") == {ids[0], ids[-1]}
    assert len(desk.found("bridge")) == 1
    desk.require_whole()
    state = desk.state()
    assert (state.unfinished, state.complaints) == ((), ())
    assert sum(part.entries for part in state.parts) == 2 * (_BEFORE + 1) + 1


def test_what_is_dropped_during_a_rebuild_does_not_come_back(desk: Desk) -> None:
    reindex(desk.settings)
    document, claim = desk.entries(digest_id("document", "river 1"))
    stale = [claim, replace(document, id="f" * 64)]

    def meanwhile() -> None:
        with writing(desk.engine) as connection:
            dropped = stored.drop_claims(connection, [document.id])
        desk.index.remove(dropped)
        rebuild = begin_rebuild(desk.settings.index, dim=desk.settings.check.dimensions, server=Server())
        rebuild.fill(stale)  # read before the drop, written after it
        rebuild.close()

    reindex(desk.settings, report=after(11, meanwhile))
    desk.require_whole()


def test_a_rebuild_that_was_cut_off_is_gone_on_with(desk: Desk) -> None:
    reindex(desk.settings)

    def fall() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        reindex(desk.settings, report=after(4, fall))
    begun = desk.state().unfinished
    assert 0 < sum(part.entries for part in begun) < _BEFORE
    desk.arrive("river and a bridge")
    assert len(desk.found("river")) == _BEFORE + 1
    reindex(desk.settings)
    desk.require_whole()
    assert {part.name for part in begun} == {part.name for part in desk.state().parts}


def test_an_abandoned_rebuild_leaves_what_serves(desk: Desk) -> None:
    reindex(desk.settings)
    with pytest.raises(KeyboardInterrupt):
        reindex(desk.settings, report=after(4, lambda: (_ for _ in ()).throw(KeyboardInterrupt)))
    before = desk.state().parts
    abandon(desk.settings)
    assert (desk.state().unfinished, [part.name for part in desk.state().parts]) == ((), [part.name for part in before])
    desk.arrive("river and a bridge")
    desk.require_whole()


def test_another_format_is_migrated_by_a_rebuild_and_the_same_in_place(desk: Desk) -> None:
    reindex(desk.settings)
    assert migrate(desk.settings) is None
    wider = desk.settings.model_copy(update={"check": desk.settings.check.model_copy(update={"dimensions": 768})})
    with pytest.raises(IndexUnavailableError, match="has format"):
        open_index(wider.index, dim=768)
    assert migrate(wider) is not None
    index = open_index(wider.index, dim=768)
    assert len(desk.found("river", index=index)) == _BEFORE
    index.close()


def test_two_rebuilds_at_once_do_the_same_work_on_one_index(desk: Desk) -> None:
    """The second goes on with what the first has begun; the first to end puts it in its place, the other changes nothing."""
    reindex(desk.settings)
    told = {"dim": desk.settings.check.dimensions, "server": Server()}
    inner: list[int] = []

    def meanwhile() -> None:
        late = begin_rebuild(desk.settings.index, **told)  # type: ignore[arg-type] # as told
        inner.append(sum(reindex(desk.settings).values()))
        late.abandon()

    assert sum(reindex(desk.settings, report=after(4, meanwhile)).values()) == inner[0]
    desk.require_whole()
    assert desk.state().unfinished == ()


def test_processes_that_make_an_index_at_once_make_one(desk: Desk) -> None:
    discard_index(desk.settings.index)
    opened: list[SearchIndex] = []
    threads = [
        threading.Thread(target=lambda: opened.append(open_index(desk.settings.index, dim=desk.settings.check.dimensions)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(opened) == 4
    for index in opened:
        index.close()
    desk.index.close()
    desk.index = open_index(desk.settings.index, dim=desk.settings.check.dimensions)
    desk.put(digest_id("document", "river 1"))
    assert sum(part.entries for part in desk.state().parts) == 2
    assert len(desk.state().parts) in {1, 2}


def test_no_write_is_lost_however_often_the_index_is_exchanged(desk: Desk) -> None:
    """One writes all the time, another rebuilds again and again: each document that came is there at the end."""
    rebuilt = threading.Event()
    written: list[str] = []

    def write() -> None:
        while not rebuilt.is_set():
            written.append(desk.arrive(f"arrived {len(written)}"))

    writing_ = threading.Thread(target=write)
    writing_.start()
    try:
        for _ in range(3):
            reindex(desk.settings)
    finally:
        rebuilt.set()
        writing_.join()
    assert written
    desk.require_whole()


def test_one_refused_entry_does_not_stop_a_rebuild(desk: Desk) -> None:
    with writing(desk.engine) as connection:
        long = update(documents).where(documents.c.id == digest_id("document", "river 1"))
        connection.execute(long.values(language="x" * 40_000))
    counts = reindex(desk.settings)
    assert counts[EntryKind.DOCUMENT] >= _BEFORE - 1
    assert len(desk.found("river")) >= _BEFORE - 1


@pytest.mark.parametrize("cut", [True, False])
def test_files_that_are_no_longer_used_are_deleted(tmp_path: Path, *, cut: bool) -> None:
    settings = load_settings(data=tmp_path, store="", index="", log_level="error")
    index = open_index(settings.index)
    for _ in range(2):
        if cut:
            begin_rebuild(settings.index, dim=512, server=Server()).close()
        reindex(settings)
    assert index.counts() == dict.fromkeys(EntryKind, 0)
    index.close()
    names = sorted(file.name for file in tmp_path.iterdir() if file.name.startswith("index."))
    assert names == ["index.sqlite3", "index.sqlite3.3"]
    discard_index(settings.index)
    assert not [file for file in tmp_path.iterdir() if file.name.startswith("index.")]


def test_an_index_on_another_disk_stays_there(tmp_path: Path) -> None:
    (tmp_path / "big").mkdir()
    (tmp_path / "index.sqlite3").symlink_to(tmp_path / "big" / "desk.sqlite3")
    settings = load_settings(data=tmp_path, store="", index="", log_level="error")
    open_index(settings.index).close()
    reindex(settings)
    assert (tmp_path / "index.sqlite3").readlink() == tmp_path / "big" / "desk.sqlite3"
    assert sorted(file.name for file in (tmp_path / "big").iterdir()) == ["desk.sqlite3", "desk.sqlite3.2"]


def test_a_damaged_file_is_said_by_the_status_and_rebuilt(tmp_path: Path) -> None:
    settings = load_settings(data=tmp_path, store="", index="", log_level="error")
    (tmp_path / "index.sqlite3").write_bytes(b"no database at all " * 400)
    state = look_at_index(settings.index, dim=512, server=Server())
    assert "factdesk reindex" in state.complaints[0]
    assert migrate(settings) is not None
    assert look_at_index(settings.index, dim=512, server=Server()).complaints == ()


def test_refusals_are_told_in_one_line() -> None:
    error = EntriesRefusedError({"a": "too long", "b": "too long"})
    assert str(error) == "The search index refused a and 1 more: too long. See the log for each."


@pytest.mark.parametrize("at", [0.0, 0.2, 0.5, 0.8])
@pytest.mark.parametrize("desk", ["sqlite"], indirect=True)
def test_bytes_overwritten_anywhere_are_mended_by_one_command(desk: Desk, at: float) -> None:
    reindex(desk.settings)
    path = Path(desk.settings.index.removeprefix("sqlite:///")).resolve()
    desk.index.close()
    content = path.read_bytes()
    start = int(at * len(content))
    path.write_bytes(content[:start] + b"\xa5" * 30_000 + content[start + 30_000 :])
    with pytest.raises(IndexUnavailableError, match="factdesk reindex"):
        inspect_file(desk.settings.index, dim=desk.settings.check.dimensions)
    reindex(desk.settings)
    desk.index = open_index(desk.settings.index, dim=desk.settings.check.dimensions)
    desk.require_whole()
    assert len(desk.found("river")) == _BEFORE
