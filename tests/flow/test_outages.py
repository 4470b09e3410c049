"""A full disk, a locked or absent database: what was fetched is kept once when it ends, and the operator hears of it once."""

import asyncio
import errno
import hashlib
import os
import socket
import sqlite3
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import FileIO
from pathlib import Path

import pytest
import structlog
from sqlalchemy import Connection, Engine, event, func, select, text
from sqlalchemy.engine.interfaces import DBAPIConnection

from crawlers import _archive, _engine_recorder
from crawlers._archive import Archive, Exchange, Location, only_collector
from crawlers._archive_proof import Damage, Proof, prove
from crawlers._engine import Ask, Raw
from crawlers._engine_recorder import Recorder
from factdesk.agreement import Inspection
from factdesk.errors import ArchiveError, StoreError
from factdesk.records import CaptureKind
from factdesk.settings import Settings
from factdesk.store import captures, database, ledger, sources
from factdesk.store.captures import NewCapture, WaitingCapture
from factdesk.store.database import reading, writing
from factdesk.store.ledger import Listed, OpenItem
from factdesk.store.sources import NewSource
from factdesk.store.tables import captures as rows
from tests.crawlers.collecting import page, rig
from tests.stores import postgres_store, sqlite_store

NOW = datetime.now(UTC)
PAGES = 12
WORDS = ["collection waits", "collection goes on"]


@dataclass
class Rack:
    """A store with open items, an archive, and a recorder between them."""

    engine: Engine
    settings: Settings
    items: tuple[OpenItem, ...]

    def write_all(
        self,
        *,
        meanwhile: Callable[[], object] | None = None,
        first: Callable[[Connection], None] | None = None,
        watched: bool = True,
    ) -> None:
        """Record every item's page; ``meanwhile`` happens when the recorder waits, ``first`` within the first transaction."""
        asyncio.run(self._write_all(meanwhile, first, watched=watched))

    async def _write_all(
        self, meanwhile: Callable[[], object] | None, first: Callable[[Connection], None] | None, *, watched: bool
    ) -> None:
        recorder = Recorder(self.engine, Archive(self.settings.archive), patient=True)
        hooks = [first] if first else []
        asked: list[str] = []

        async def download(ask: Ask) -> Raw:
            asked.append(ask.url)
            raise NotImplementedError

        async def watch() -> None:
            while recorder._well.is_set():  # noqa: ASYNC110 # it is cleared by what is watched
                await asyncio.sleep(0)
            gated = asyncio.ensure_future(recorder.gated(download)(Ask("https://press.example/next")))
            await asyncio.sleep(0)
            assert not asked, "a site was asked while nothing could be kept"
            gated.cancel()
            if meanwhile:
                meanwhile()

        def enter(item: OpenItem, body: bytes) -> Callable[[Connection, Sequence[Location]], int]:
            def apply(connection: Connection, places: Sequence[Location]) -> int:
                if hooks:
                    hooks.pop()(connection)
                told = {"kind": CaptureKind.PAGE, "url": item.url, "fetched_at": NOW, "status": 200, "media_type": "text/html"}
                place = {"warc_file": places[0].file, "warc_offset": places[0].offset, "charset": None}
                digest = hashlib.sha256(body).hexdigest()
                new = NewCapture(source_id=item.source_id, item_id=item.id, digest=digest, **told, **place)  # type: ignore[arg-type] # as told
                return captures.add(connection, new)

            return apply

        watching = asyncio.create_task(watch())
        jobs = []
        for item in self.items:
            body = f"<p>{item.url}</p>".encode() * 50
            jobs.append(recorder.write(enter(item, body), [Exchange(item.url, NOW, 200, (), body)]))
        await asyncio.gather(*jobs)
        if watched:
            await watching
        watching.cancel()
        await recorder.close()

    def require_all_once(self) -> None:
        with reading(self.engine) as connection:
            urls = connection.execute(select(rows.c.url)).scalars().all()
        assert sorted(urls) == sorted(item.url for item in self.items)
        assert [str(found) for found in Inspection(self.settings).disagreements()] == []
        records = [found for path in Archive(self.settings.archive).files() for found in prove(path)]
        assert not [found for found in records if isinstance(found, Damage)]
        assert len([found for found in records if isinstance(found, Proof) and found.kind == "response"]) == PAGES


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_engine_recorder, "_AGAIN_S", 0.01)
    monkeypatch.setattr(database, "_BUSY_MS", 50)


def _rack(engine: Engine, folder: Path) -> Rack:
    with writing(engine) as connection:
        source = sources.add(connection, NewSource("feed", "https://press.example/feed", "Press"), now=NOW)
        listed = [Listed(f"https://press.example/{number}") for number in range(PAGES)]
        arrived = ledger.add_items(connection, source.id, listed, now=NOW)
    address = engine.url.render_as_string(hide_password=False)
    return Rack(engine, Settings(data=folder, store=address, index=f"sqlite:///{folder}/index.sqlite3"), arrived.to_fetch)


@pytest.fixture
def rack(tmp_path: Path) -> Iterator[Rack]:
    with sqlite_store(tmp_path) as engine:
        yield _rack(engine, tmp_path)


def _full(times: int) -> Callable[[FileIO, bytes], None]:
    """A disk that takes half of a record and is full, so many times."""
    left = [times]
    real = _archive._write

    def write(file: FileIO, data: bytes) -> None:
        if left[0]:
            left[0] -= 1
            real(file, data[: len(data) // 2])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(file, data)

    return write


@pytest.mark.parametrize("after", [0, 5])
def test_a_full_disk_is_outlasted(rack: Rack, monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    """Full from the start, and full in the middle of a batch, several times."""
    calls = [0]
    full, real = _full(40), _archive._write

    def write(file: FileIO, data: bytes) -> None:
        calls[0] += 1
        (real if calls[0] <= after else full)(file, data)

    monkeypatch.setattr(_archive, "_write", write)
    with structlog.testing.capture_logs() as logs:
        rack.write_all()
    assert [entry["event"] for entry in logs] == WORDS
    assert "No space left on device" in logs[0]["why"]
    rack.require_all_once()


def test_a_disk_that_does_not_sync_is_outlasted(rack: Rack, monkeypatch: pytest.MonkeyPatch) -> None:
    left, real = [5], os.fsync

    def sync(number: int) -> None:
        if left[0]:
            left[0] -= 1
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        real(number)

    monkeypatch.setattr(os, "fsync", sync)
    with structlog.testing.capture_logs() as logs:
        rack.write_all()
    assert [entry["event"] for entry in logs] == WORDS
    rack.require_all_once()


def test_a_folder_that_cannot_be_written_is_outlasted(rack: Rack) -> None:
    """A file stands where the archive's folder should be: a refusal that even root cannot overrule."""
    rack.settings.archive.write_text("in the way")
    with structlog.testing.capture_logs() as logs:
        rack.write_all(meanwhile=rack.settings.archive.unlink)
    assert [entry["event"] for entry in logs] == WORDS
    assert "cannot be written" in logs[0]["why"]
    rack.require_all_once()


def test_a_locked_database_is_outlasted_and_nothing_is_archived_twice(rack: Rack) -> None:
    other = sqlite3.connect(rack.settings.data / "store.sqlite3", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    with structlog.testing.capture_logs() as logs:
        rack.write_all(meanwhile=lambda: other.execute("ROLLBACK"))
    other.close()
    assert [entry["event"] for entry in logs] == WORDS
    assert "is locked" in logs[0]["why"]
    rack.require_all_once()


def test_a_full_database_is_outlasted(rack: Rack) -> None:
    """SQLite's own limit of pages stands for a full disk: the error is the same."""
    most = [1]

    def limit(connection: DBAPIConnection, *_: object) -> None:
        connection.execute(f"PRAGMA max_page_count={most[0]}")

    event.listen(rack.engine, "checkout", limit)

    def fill(connection: Connection) -> None:
        connection.execute(text("UPDATE items SET reason = hex(zeroblob(200000))"))

    with structlog.testing.capture_logs() as logs:
        rack.write_all(first=fill, meanwhile=lambda: most.__setitem__(0, 1 << 30))
    assert [entry["event"] for entry in logs] == WORDS
    assert "full" in logs[0]["why"]
    rack.require_all_once()


@pytest.mark.postgres
def test_a_postgresql_server_that_ends_its_connections_is_outlasted(tmp_path: Path, postgres_url: str) -> None:
    with postgres_store(postgres_url) as engine:
        rack = _rack(engine, tmp_path)

        def end(connection: Connection) -> None:
            connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

        with structlog.testing.capture_logs() as logs:
            rack.write_all(first=end)
        assert [entry["event"] for entry in logs] == WORDS
        rack.require_all_once()


@pytest.mark.parametrize("patient", [True, False])
def test_a_stop_is_not_held_up_by_an_outage(rack: Rack, monkeypatch: pytest.MonkeyPatch, *, patient: bool) -> None:
    monkeypatch.setattr(_archive, "_write", _full(10**9))
    monkeypatch.setattr(_engine_recorder, "_AGAIN_S", 3600)

    async def stop() -> None:
        recorder = Recorder(rack.engine, Archive(rack.settings.archive), patient=patient)
        job = asyncio.create_task(recorder.write(lambda *_: None, [Exchange("https://press.example/1", NOW, 200, (), b"x")]))
        while patient and recorder._well.is_set():  # noqa: ASYNC110 # the same
            await asyncio.sleep(0)
        closing = asyncio.create_task(recorder.close())
        with pytest.raises(ArchiveError):
            await job
        await closing

    asyncio.run(stop())
    assert Archive(rack.settings.archive).files() == []


def test_on_a_real_disk_that_is_full_nothing_torn_is_left(tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(small)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root may mount a small file system")
    try:
        archive, places = Archive(small), []
        with pytest.raises(ArchiveError, match="No space left"):  # noqa: PT012 # when it is full nobody knows
            while True:
                places.append(archive.append(Exchange("https://press.example/1", NOW, 200, (), os.urandom(20_000))))
                archive.sync()
        assert len(places) > 5
        found = [one for path in archive.files() for one in prove(path)]
        assert not [one for one in found if isinstance(one, Damage)]
        assert [one.offset for one in found if isinstance(one, Proof) and one.kind == "response"] == [p.offset for p in places]
    finally:
        subprocess.run(["umount", str(small)], check=True)


def test_the_archive_is_on_the_disk_before_the_store_names_it(rack: Rack, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    real = os.fsync

    def sync(number: int) -> None:
        told.append("folder" if Path(f"/proc/self/fd/{number}").readlink().name == "archive" else "file")
        real(number)

    monkeypatch.setattr(os, "fsync", sync)

    def committed(connection: Connection) -> None:
        del connection
        told.append("commit")

    event.listen(rack.engine, "commit", committed)
    archive = Archive(rack.settings.archive)

    async def write() -> None:
        recorder = Recorder(rack.engine, archive)
        for number in range(2):
            await recorder.write(
                lambda connection, _: connection.execute(select(func.count()).select_from(rows)).scalar_one(),
                [Exchange(f"https://press.example/{number}", NOW, 200, (), b"x")],
            )
        await recorder.close()

    asyncio.run(write())
    assert told[:5] == ["file", "folder", "commit", "file", "commit"]


def test_files_never_collide_and_a_clock_that_goes_back_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every file is made at one and the same moment, then an hour earlier: each still gets a name and its own records."""

    class Clock(datetime):
        at = datetime(2026, 10, 25, 2, 30, tzinfo=UTC)

        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override] # always UTC
            del tz
            return cls.at

    monkeypatch.setattr(_archive, "datetime", Clock)
    archive, places = Archive(tmp_path, rotate_bytes=1), []
    for number in range(6):
        Clock.at -= timedelta(hours=number == 3)
        places.append(archive.append(Exchange(f"https://press.example/{number}", NOW, 200, (), b"%d" % number)))
        archive.sync()
    assert len({place.file for place in places}) == len(archive.files()) == 6
    assert [archive.read(place.file, place.offset).body for place in places] == [b"%d" % number for number in range(6)]


def test_a_second_collector_is_refused_with_one_line(tmp_path: Path) -> None:
    with rig(tmp_path) as world:
        world.feed("courier", "/a")
        world.put("courier", "/a", page("a"))
        world.source("courier")
        with only_collector(world.settings.archive):
            run = subprocess.run(world.command(), capture_output=True, text=True, check=False)
        assert run.returncode == 1
        assert "Another collector works on" in run.stderr.splitlines()[-1]
        assert not world.server.log.visits()
        assert [event["kind"] for event in world.collect()] == ["poll", "item"]


def test_a_connection_dropped_in_the_middle_of_a_body_is_one_put_off_item(tmp_path: Path) -> None:
    with rig(tmp_path) as world, _dropping() as port:
        world.feed("courier", f"http://broken.localhost:{port}/a", "/b")
        world.put("courier", "/b", page("b"))
        world.source("courier")
        told = world.collect()
        assert [event["kind"] for event in told].count("item") == 2
        with reading(world.engine) as connection:
            assert connection.execute(select(func.count()).select_from(rows)).scalar_one() == 1
            assert ledger.open_items(connection) == 2  # one waits for its reader, one for its next try
        assert [str(found) for found in Inspection(world.settings).disagreements()] == []


class _dropping:  # noqa: N801 # used as a function
    """A server that promises a thousand bytes, sends ten and hangs up."""

    def __enter__(self) -> int:
        self._socket = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._serve, daemon=True).start()
        port: int = self._socket.getsockname()[1]
        return port

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            asked = connection.recv(4096)
            if b"robots.txt" in asked or b"tdmrep" in asked:
                connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            else:
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 1000\r\n\r\n<p>half</p>")
            connection.close()


def test_a_dead_readers_claims_are_free_at_once(rack: Rack) -> None:
    rack.write_all(watched=False)
    dead = subprocess.Popen(["true"])
    dead.wait()
    machine = captures.worker_name().rpartition("-")[0]

    def claim(name: str) -> list[WaitingCapture]:
        return captures.waiting(rack.engine, limit=4, worker=name)

    assert len(claim(f"{machine}-{dead.pid}")) == len(claim(f"{machine}-{os.getppid()}")) == len(claim("reader-other-1")) == 4
    assert claim("me") == []
    assert captures.free_dead(rack.engine) == 4
    assert len(claim("me")) == 4
    assert captures.free_dead(rack.engine) == 0


def test_a_store_error_is_told_to_who_is_not_patient(rack: Rack) -> None:
    other = sqlite3.connect(rack.settings.data / "store.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    async def write() -> None:
        recorder = Recorder(rack.engine, Archive(rack.settings.archive))
        with pytest.raises(StoreError):
            await recorder.write(lambda *_: None, [Exchange("https://press.example/1", NOW, 200, (), b"x")])
        await recorder.close()

    asyncio.run(write())
    other.close()
