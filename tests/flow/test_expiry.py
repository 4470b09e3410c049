"""Old captures leave the disk, cited ones stay readable, and a crash between two steps loses nothing."""

import asyncio
import gzip
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NoReturn

import pytest
from sqlalchemy import Engine, insert, select, update
from typer.testing import CliRunner

from crawlers._archive import Archive, Exchange
from crawlers._archive_scan import scan
from crawlers._engine import Fetcher
from crawlers._engine_collect import Collection
from crawlers._engine_recorder import Recorder
from factdesk import expiry, schedule
from factdesk.cli import app
from factdesk.errors import ArchiveError
from factdesk.expiry import Expired, expire
from factdesk.records import digest_id
from factdesk.rounds import Rounds
from factdesk.settings import Settings
from factdesk.stop import Stop
from factdesk.store import archived
from factdesk.store import captures as capturing
from factdesk.store import documents as dropping
from factdesk.store.database import reading, writing
from factdesk.store.tables import captures, citations, documents, passages, revisions, statement_findings, statements
from tests.stores import add_finding, add_passage, add_person, postgres_store, sqlite_store

NOW = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)
OLD = NOW - timedelta(days=91)


@dataclass
class World:
    settings: Settings
    engine: Engine

    @property
    def files(self) -> list[Path]:
        return Archive(self.settings.archive).files()

    def page(self, name: str, archive: Archive, *, at: datetime = OLD, read: bool = True) -> str:
        """Archive a page by ``name`` with its capture, document and finding; return the finding's id."""
        body = f"<p>By Byline {name}</p>".encode()
        request = (("User-Agent", f"asked for {name}"),)
        place = archive.append(Exchange(f"https://press.example/{name}", at, 200, (), body, request))
        archive.sync()
        finding_id = add_finding(self.engine, name, passage=add_passage(self.engine, f"About {name}", archived=False))
        told = {"fetched_at": at, "read_at": at if read else None, "digest": hashlib.sha256(body).hexdigest()}
        with writing(self.engine) as connection:
            where = {"warc_file": place.file, "warc_offset": place.offset, "url": f"https://press.example/{name}"}
            mine = select(documents.c.capture_id).where(documents.c.id == digest_id("document", name)).scalar_subquery()
            connection.execute(update(captures).where(captures.c.id == mine).values(**told, **where))
        return finding_id

    def file(self, *names: str, at: datetime = OLD, read: bool = True) -> list[str]:
        archive = Archive(self.settings.archive)
        made = [self.page(name, archive, at=at, read=read) for name in names]
        archive.close()
        return made

    def state_finding(self, finding_id: str) -> None:
        statement = self._statement()
        with writing(self.engine) as connection:
            connection.execute(insert(statement_findings).values(statement_id=statement, finding_id=finding_id))

    def state_citation(self, name: str) -> None:
        """Cite a passage of the page in a first revision; the second one cites nothing."""
        statement = self._statement()
        with writing(self.engine) as connection:
            connection.execute(
                update(passages).where(passages.c.text == f"About {name}").values(document_id=digest_id("document", name))
            )
            passage = connection.execute(select(passages.c.id).where(passages.c.text == f"About {name}")).scalar_one()
            row = {"statement_id": statement, "revision": 1, "position": 0, "passage_id": passage}
            connection.execute(insert(citations).values(row))

    def _statement(self) -> int:
        person = add_person(self.engine, f"editor{datetime.now(UTC).timestamp()}")
        with writing(self.engine) as connection:
            values = {"slug": str(person), "state": "draft", "revision": 2, "language": "en", "claim_text": "x"}
            made = insert(statements).values(**values, created_by=person, created_at=NOW).returning(statements.c.id)
            number: int = connection.execute(made).scalar_one()
            text = {"title": "t", "body": "b", "rating": "false", "digest": "0" * 64, "at": NOW, "author_id": person}
            connection.execute(insert(revisions), [{"statement_id": number, "number": n, **text} for n in (1, 2)])
        return number

    def places(self) -> dict[str, tuple[str, int]]:
        with reading(self.engine) as connection:
            rows = connection.execute(select(captures)).all()
        return {row.url.rsplit("/", 1)[1]: (row.warc_file, row.warc_offset) for row in rows}

    def on_disk(self) -> str:
        return "".join(gzip.decompress(path.read_bytes()).decode() for path in self.files)

    def is_sound(self, name: str) -> bool:
        """Whether the store's place of ``name`` has the bytes its digest tells."""
        with reading(self.engine) as connection:
            row = connection.execute(select(captures).where(captures.c.url.endswith(f"/{name}"))).one()
        body = Archive(self.settings.archive).read(row.warc_file, row.warc_offset).body
        return bool(hashlib.sha256(body).hexdigest() == row.digest)

    def expire(self) -> Expired:
        return expire(self.settings, now=NOW)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def world(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[World]:
    with (
        sqlite_store(tmp_path)
        if request.param == "sqlite"
        else postgres_store(request.getfixturevalue("postgres_url")) as engine
    ):
        settings = Settings(data=tmp_path, store=engine.url.render_as_string(hide_password=False), index="")
        yield World(settings, engine)


def test_the_old_goes_and_the_cited_stays_readable(world: World) -> None:
    _, by_finding, _ = world.file("gone", "found", "quoted")
    world.state_finding(by_finding)
    world.state_citation("quoted")
    world.file("also-gone")
    world.file("young", at=NOW - timedelta(days=89))
    young = world.files[-1].read_bytes()
    assert world.expire() == Expired(files=2, records=2, kept=2)
    told = world.on_disk()
    assert "Byline gone" not in told
    assert "asked for gone" not in told
    assert "Byline also-gone" not in told
    assert told.count("Byline found") == told.count("asked for found") == 1
    assert world.is_sound("found")
    assert world.is_sound("quoted")
    assert world.places()["gone"] == world.places()["also-gone"] == ("", 0)
    assert world.files[0].read_bytes() == young
    with reading(world.engine) as connection:
        assert len(connection.execute(select(documents.c.id)).all()) == 4 + 1
    before = {path: path.read_bytes() for path in world.files}
    assert world.expire() == Expired()
    assert {path: path.read_bytes() for path in world.files} == before


def test_what_is_unread_or_being_written_is_untouched(world: World) -> None:
    world.file("waiting", read=False)
    archive = Archive(world.settings.archive)
    world.page("open", archive)
    assert world.expire() == Expired()
    assert world.is_sound("waiting")
    assert world.is_sound("open")
    archive.close()
    assert world.expire() == Expired(files=1, records=1)
    assert "Byline open" not in world.on_disk()


def test_a_reader_is_never_handed_an_expired_capture(world: World) -> None:
    world.file("gone")
    world.file("young", at=NOW)
    world.expire()
    with writing(world.engine) as connection:
        assert capturing.reopen(connection) == 1
    handed = capturing.waiting(world.engine, limit=10, worker="test")
    assert [row.url for row in handed] == ["https://press.example/young"]


def test_an_earlier_version_of_a_cited_page_stays(world: World) -> None:
    first, _ = world.file("page", "other")
    world.state_finding(first)
    with writing(world.engine) as connection:
        row = connection.execute(select(captures).where(captures.c.url.endswith("/page"))).one()
        again = {
            **row._mapping,
            "id": row.id + 100,
            "url": "https://press.example/again",
            "fetched_at": NOW,
            "warc_file": "later",
        }
        made = connection.execute(insert(captures).values(again).returning(captures.c.id)).scalar_one()
        connection.execute(update(documents).where(documents.c.capture_id == row.id).values(capture_id=made))
    assert world.expire() == Expired(files=1, records=1, kept=1)
    assert world.is_sound("page")


def test_a_page_stays_when_its_finding_was_dropped_with_its_old_text(world: World) -> None:
    first, _ = world.file("page", "other")
    world.state_finding(first)
    with writing(world.engine) as connection:
        assert len(dropping.drop_claims(connection, [digest_id("document", "page"), digest_id("document", "other")])) == 2
    assert world.expire() == Expired(files=1, records=1, kept=1)
    assert world.is_sound("page")


def test_revisits_and_records_nobody_names_go_with_their_file(world: World) -> None:
    archive = Archive(world.settings.archive)
    cited = world.page("cited", archive)
    archive.append(Exchange("https://press.example/cited", OLD, 304, (("X-Author", "Byline seen"),), b"", revisit=True))
    archive.append(Exchange("https://press.example/lost", OLD, 200, (), b"Byline lost"))
    archive.sync()
    archive.close()
    world.state_finding(cited)
    assert world.expire() == Expired(files=1, records=0, kept=1)
    assert "Byline seen" not in world.on_disk()
    assert "Byline lost" not in world.on_disk()
    assert world.is_sound("cited")


@pytest.mark.parametrize("step", ["sync_folder", "forget", "unlink"])
def test_a_crash_between_two_steps_loses_nothing(world: World, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    cited, _ = world.file("cited", "gone")
    world.state_finding(cited)

    def crash(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr({"sync_folder": expiry, "forget": archived, "unlink": Path}[step], step, crash)
        with pytest.raises(KeyboardInterrupt):
            world.expire()
    assert world.is_sound("cited")
    world.expire()
    assert world.is_sound("cited")
    assert "Byline gone" not in world.on_disk()
    assert world.on_disk().count("Byline cited") == 1
    assert world.expire() == Expired()


def test_a_torn_end_goes_too_and_a_damaged_cited_record_stays_where_it_is(world: World) -> None:
    world.file("gone", "torn")
    torn = world.files[0]
    torn.write_bytes(torn.read_bytes()[:-200])
    (cited,) = world.file("damaged")
    world.state_finding(cited)
    damaged = world.files[1]
    damaged.write_bytes(damaged.read_bytes()[:-700])
    kept = damaged.read_bytes()
    assert world.expire() == Expired(files=1, records=2)
    assert not torn.exists()
    assert damaged.read_bytes() == kept


def test_two_runs_are_never_at_work_together(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.file("gone")
    refused: list[ArchiveError] = []

    def second(path: Path) -> object:
        with pytest.raises(ArchiveError) as caught:
            world.expire()
        refused.append(caught.value)
        return real(path)

    real = scan
    monkeypatch.setattr(expiry, "scan", second)
    assert world.expire().files == 1
    assert "already" in str(refused[0])


def test_a_file_holds_one_day(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = Archive(world.settings.archive)
    world.page("first", archive)
    monkeypatch.setattr(archive, "_day", archive._day - timedelta(days=1))  # midnight cannot be waited for
    archive.sync()
    world.page("second", archive)
    archive.close()
    assert world.places()["first"][0] != world.places()["second"][0]


def test_the_collector_expires_by_itself_and_so_does_the_command(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.file("gone", at=datetime.now(UTC) - timedelta(days=100))
    monkeypatch.setattr(schedule, "_FIRST_EXPIRY_S", 0)
    real = expire

    def expire_and_end(settings: Settings, *, now: datetime, stopped: Callable[[], bool]) -> Expired:
        try:
            return real(settings, now=now, stopped=stopped)
        finally:
            stop.set()

    monkeypatch.setattr("factdesk.schedule.expire", expire_and_end)

    async def serve() -> None:
        recorder = Recorder(world.engine, Archive(world.settings.archive))
        fetcher = Fetcher(never, settings=world.settings.collector, hosts=recorder)
        collection = Collection(fetcher, recorder, settings=world.settings.collector, notice=lambda _: None)
        rounds = Rounds(world.engine, keep_polls=timedelta(days=1))
        shift = schedule._Shift(collection, recorder, only=frozenset(), settings=world.settings, rounds=rounds)
        await asyncio.wait_for(shift.run(once=False, stop=stop), 30)
        await recorder.close()

    async def never(*_: object, **__: object) -> NoReturn:
        raise NotImplementedError

    with Stop() as stop:
        asyncio.run(serve())
    assert world.files == []
    monkeypatch.setenv("FACTDESK_DATA", str(world.settings.data))
    monkeypatch.setenv("FACTDESK_STORE", world.settings.store)
    shown = CliRunner().invoke(app, ["expire"])
    assert shown.output == "0 captures expired, 0 are cited and kept, 0 files deleted.\n"
