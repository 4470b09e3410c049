"""``factdesk doctor --deep`` names every kind of damage by its place, and mends only what is safe to mend."""

import gzip
import hashlib
import json
import os
import sqlite3
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import Engine, delete, insert, select, update
from typer.testing import CliRunner

from crawlers._archive import Archive, Exchange, Resource, repair
from crawlers._archive_proof import Damage, prove
from factdesk.agreement import Disagreement, Inspection, mend
from factdesk.cli import app, run
from factdesk.records import digest_id
from factdesk.reindex import reindex
from factdesk.settings import Settings
from factdesk.store.database import writing
from factdesk.store.passages import packed
from factdesk.store.tables import captures, claims, documents, items, passages, polls, secrets, sources
from index import open_index
from tests.stores import add_finding, add_passage, postgres_store, sqlite_store

PAGES = ("one", "two", "three", "four")
NOW = datetime.now(UTC)


@dataclass
class Desk:
    """Four pages and a post in two files of the archive, read, and in the index."""

    settings: Settings
    engine: Engine

    def archive_all(self) -> None:
        archive = Archive(self.settings.archive)
        for number, name in enumerate(PAGES):
            self._page(name, archive)
            if number == 1:
                archive.sync()
                archive.close()
        archive.sync()
        archive.close()
        unwritten = select(captures.c.item_id).where(captures.c.warc_file == "a.warc.gz")  # what makes a row complete, no more
        self.change(delete(items).where(items.c.id.in_(unwritten)))

    def _page(self, name: str, archive: Archive) -> None:
        kind = "post" if name == "four" else "page"
        body, url = f"<p>{name}</p>".encode() * 40, f"https://press.example/{name}"
        page = Exchange(url, NOW, 200, (("Content-Encoding", "gzip"),), gzip.compress(body))
        place = archive.append(Resource(url, NOW, "application/json", body) if kind == "post" else page)
        archive.append(Exchange(url, NOW, 304, (), b"", revisit=True))
        add_finding(self.engine, name, passage=add_passage(self.engine, f"About {name}"))
        digest = hashlib.sha256(body).hexdigest()
        mine = select(documents.c.capture_id).where(documents.c.id == digest_id("document", name)).scalar_subquery()
        told = {"warc_file": place.file, "warc_offset": place.offset, "url": url, "digest": digest, "kind": kind}
        with writing(self.engine) as connection:
            connection.execute(update(captures).where(captures.c.id == mine).values(**told, read_at=NOW, outcome="kept"))
            item = select(captures.c.item_id).where(captures.c.url == url).scalar_subquery()
            ended = {"digest": digest, "outcome": "kept", "ended_at": NOW, "url": url}
            connection.execute(update(items).where(items.c.id == item).values(**ended))

    def index_all(self) -> None:
        with writing(self.engine) as connection:
            for table in (claims, passages):
                for number, key in enumerate(connection.execute(select(table.c.id)).scalars().all()):
                    vector = np.eye(self.settings.check.dimensions, dtype=np.float32)[number]
                    connection.execute(update(table).where(table.c.id == key).values(vector=packed(vector)))
        reindex(self.settings)

    def change(self, *statements: object) -> None:
        with writing(self.engine) as connection:
            for statement in statements:
                connection.execute(statement)  # type: ignore[call-overload] # any statement

    def behind_its_back(self, *statements: str) -> None:
        """Change the file as no program of ours can: without its rules."""
        file = sqlite3.connect(self.settings.data / "store.sqlite3")
        for statement in statements:
            file.execute(statement)
        file.commit()
        file.close()

    def found(self) -> list[Disagreement]:
        return list(Inspection(self.settings).disagreements())

    def names(self) -> list[str]:
        return [found.name for found in self.found()]

    @property
    def files(self) -> list[Path]:
        return Archive(self.settings.archive).files()

    def place(self, name: str) -> tuple[Path, int]:
        with writing(self.engine) as connection:
            row = connection.execute(select(captures).where(captures.c.url.endswith(f"/{name}"))).one()
        return self.settings.archive / row.warc_file, row.warc_offset

    def flip(self, name: str, *, at: int = 40) -> None:
        path, offset = self.place(name)
        data = bytearray(path.read_bytes())
        data[offset + at] ^= 0x10
        path.write_bytes(data)


@contextmanager
def desk_in(folder: Path, engine: Engine) -> Iterator[Desk]:
    address = engine.url.render_as_string(hide_password=False)
    made = Desk(Settings(data=folder, store=address, index=f"sqlite:///{folder}/index.sqlite3"), engine)
    made.archive_all()
    made.index_all()
    yield made


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with sqlite_store(tmp_path) as engine, desk_in(tmp_path, engine) as made:
        yield made


@pytest.mark.postgres
def test_on_postgresql_the_same_is_found(tmp_path: Path, postgres_url: str) -> None:
    damages = (_flipped_bit, _stuck_item, _late_source, _future_poll, _old_key, _gone_from_the_index, _torn_end)
    with postgres_store(postgres_url) as engine, desk_in(tmp_path, engine) as desk:
        assert desk.found() == []
        wanted = [damage(desk) for damage in damages]
        told = [str(found) for found in desk.found()]
        assert len(told) == len(damages)
        assert all(any(line.startswith(start) for line in told) for start in wanted)
        assert len(list(mend(desk.settings))) == 4
        assert sorted(desk.names()) == ["not in the index", "poll in the future", "record damaged"]


def test_a_sound_desk_has_no_disagreement_and_all_was_looked_at(desk: Desk) -> None:
    inspection = Inspection(desk.settings)
    assert list(inspection.disagreements()) == []
    assert inspection.counts == {"files": 2, "captures": 4}


def _missing_file(desk: Desk) -> str:
    desk.files[0].unlink()
    return f"file missing: {desk.place('one')[0].name}: 2 captures lie in it"


def _unreadable_file(desk: Desk) -> str:
    (desk.settings.archive / "factdesk-9.warc.gz").mkdir()
    return "file unreadable: factdesk-9.warc.gz: Is a directory."


def _flipped_bit(desk: Desk) -> str:
    desk.flip("one")
    path, offset = desk.place("one")
    return f"record damaged: {path.name}:{offset}: it cannot be read"


def _flipped_bit_in_a_revisit(desk: Desk) -> str:
    path, offset = desk.place("one")
    following = next(found.offset for found in prove(path) if found.offset > offset)
    data = bytearray(path.read_bytes())
    data[following + 30] ^= 0x10
    path.write_bytes(data)
    return f"record damaged: {path.name}:{following}"


def _truncated_in_a_record(desk: Desk) -> str:
    path, offset = desk.place("four")
    os.truncate(path, offset + 50)
    return f"record damaged: {path.name}:{offset}: it cannot be read (The record has no end.)"


def _truncated_before_a_record(desk: Desk) -> str:
    path, offset = desk.place("four")
    os.truncate(path, offset)
    return f"record missing: {path.name}:{offset}: no record begins here"


def _torn_end(desk: Desk) -> str:
    path = desk.files[1]
    size = path.stat().st_size
    path.write_bytes(path.read_bytes() + gzip.compress(b"x" * 900)[:17])
    return f"end torn: {path.name}:{size}"


def _swapped_offsets(desk: Desk) -> str:
    (path, one), (_, two) = desk.place("one"), desk.place("two")
    for name, offset in (("one", two), ("two", one)):
        desk.change(update(captures).where(captures.c.url.endswith(f"/{name}")).values(warc_offset=offset))
    return f"record different: {path.name}:{one}"


def _wrong_offset(desk: Desk) -> str:
    path, offset = desk.place("two")
    desk.change(update(captures).where(captures.c.url.endswith("/two")).values(warc_offset=offset + 3))
    return f"record missing: {path.name}:{offset + 3}"


def _other_digest(desk: Desk) -> str:
    desk.change(update(captures).where(captures.c.url.endswith("/two")).values(digest="0" * 64))
    return f"record different: {desk.place('two')[0].name}:{desk.place('two')[1]}: capture"


def _other_kind(desk: Desk) -> str:
    desk.change(update(captures).where(captures.c.url.endswith("/two")).values(kind="post"))
    return f"record different: {desk.place('two')[0].name}:{desk.place('two')[1]}: capture"


def _one_record_twice(desk: Desk) -> str:
    path, offset = desk.place("one")
    told = {"warc_file": path.name, "warc_offset": offset, "url": "https://press.example/one"}
    digest = select(captures.c.digest).where(captures.c.url.endswith("/one")).scalar_subquery()
    desk.change(update(captures).where(captures.c.url.endswith("/two")).values(**told, digest=digest))
    return f"record named twice: {path.name}:{offset}: it is captures "


def _lost_row(desk: Desk) -> str:
    path, offset = desk.place("one")
    desk.change(
        update(items).where(items.c.url.endswith("/one")).values(url_digest=digest_id("item", "https://press.example/one")),
        delete(captures).where(captures.c.url.endswith("/one")),
    )
    return f"capture lost: {path.name}:{offset}: item "


def _stuck_item(desk: Desk) -> str:
    desk.change(update(items).where(items.c.url.endswith("/two")).values(outcome=None, ended_at=None))
    return "item stuck: item "


def _late_item(desk: Desk) -> str:
    desk.change(update(items).where(items.c.url.endswith("/two")).values(outcome=None, retry_at=NOW + timedelta(days=400)))
    return "item put off too far: item "


def _late_source(desk: Desk) -> str:
    first = select(sources.c.id).limit(1).scalar_subquery()
    desk.change(update(sources).where(sources.c.id == first).values(next_due_at=NOW + timedelta(days=400)))
    return "source put off too far: source "


def _dead_claim(desk: Desk) -> str:
    claim = {"read_at": None, "claimed_by": "reader-x", "claimed_at": NOW - timedelta(minutes=6)}
    desk.change(update(captures).where(captures.c.url.endswith("/two")).values(**claim))
    return "claim dead: capture "


def _claim_of_the_future(desk: Desk) -> str:
    claim = {"read_at": None, "claimed_by": "reader-x", "claimed_at": NOW + timedelta(days=6)}
    desk.change(update(captures).where(captures.c.url.endswith("/two")).values(**claim))
    return "claim dead: capture "


def _two_documents_of_one_capture(desk: Desk) -> str:
    first = select(documents.c.capture_id).where(documents.c.id == digest_id("document", "one")).scalar_subquery()
    desk.change(update(documents).where(documents.c.id == digest_id("document", "two")).values(capture_id=first))
    return "capture read twice: capture "


def _future_poll(desk: Desk) -> str:
    first = select(sources.c.id).limit(1).scalar_subquery()
    desk.change(insert(polls).values(source_id=first, started_at=NOW + timedelta(days=2), outcome="polled"))
    return "poll in the future: poll "


def _old_key(desk: Desk) -> str:
    desk.change(insert(secrets).values(name="voice-2020-W01", value=b"x", created_at=NOW))
    return "voice key kept too long: voice-2020-W01"


def _gone_from_the_index(desk: Desk) -> str:
    index = open_index(desk.settings.index, dim=desk.settings.check.dimensions)
    index.remove([digest_id("document", "two")])
    index.close()
    return f"not in the index: document {digest_id('document', 'two')}"


def _only_in_the_index(desk: Desk) -> str:
    desk.change(delete(claims).where(claims.c.document_id == digest_id("document", "two")))
    return f"only in the index: claim {digest_id('claim', 'two')}"


DAMAGES = [
    _missing_file,
    _unreadable_file,
    _flipped_bit,
    _flipped_bit_in_a_revisit,
    _truncated_in_a_record,
    _truncated_before_a_record,
    _torn_end,
    _swapped_offsets,
    _wrong_offset,
    _other_digest,
    _other_kind,
    _one_record_twice,
    _lost_row,
    _stuck_item,
    _late_item,
    _late_source,
    _dead_claim,
    _claim_of_the_future,
    _two_documents_of_one_capture,
    _future_poll,
    _old_key,
    _gone_from_the_index,
    _only_in_the_index,
]
_TELLS_MORE = {"_swapped_offsets": 2, "_lost_row": 4}  # both places; the item and what the index still has of it


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__.strip("_"))
def test_each_damage_is_found_by_its_name_and_place(desk: Desk, damage: Callable[[Desk], str]) -> None:
    wanted = damage(desk)
    told = [str(found) for found in desk.found()]
    assert any(line.startswith(wanted) for line in told), told
    assert len(told) == _TELLS_MORE.get(damage.__name__, 1), told
    assert all("\n" not in line for line in told)


def test_what_is_changed_behind_the_databases_back_is_found(desk: Desk) -> None:
    desk.behind_its_back("PRAGMA foreign_keys=OFF", "DELETE FROM captures WHERE url LIKE '%/two'")
    told = desk.names()
    assert {"capture lost", "document without capture"} <= set(told)
    assert told.count("reference broken") == 1


def test_a_damaged_database_is_named_and_the_rest_is_looked_at(desk: Desk) -> None:
    desk.engine.dispose()
    desk.behind_its_back(
        "PRAGMA writable_schema=ON",
        "UPDATE sqlite_master SET sql='CREATE INDEX ix_items_outcome ON items (reason)' WHERE name='ix_items_outcome'",
    )
    desk.files[0].unlink()
    assert {"store damaged", "file missing"} <= set(desk.names())


def test_what_is_safe_is_mended_and_the_rest_stays(desk: Desk) -> None:
    for damage in (_torn_end, _stuck_item, _late_source, _old_key):
        damage(desk)
    claim = {"read_at": None, "claimed_by": "reader-x", "claimed_at": NOW - timedelta(minutes=6)}
    desk.change(update(captures).where(captures.c.url.endswith("/one")).values(**claim))
    desk.flip("three")
    assert len(desk.found()) == 6
    assert len(list(mend(desk.settings))) == 5
    assert desk.names() == ["record damaged"]
    assert list(mend(desk.settings)) == []


@pytest.mark.parametrize("name", ["one", "four"])
def test_a_flipped_bit_never_costs_what_lies_behind_it_nor_the_record_itself(desk: Desk, name: str) -> None:
    desk.flip(name)
    before = {path: path.read_bytes() for path in desk.files}
    assert [repair(path) for path in desk.files] == [0, 0]
    archive = Archive(desk.settings.archive)
    archive.append(Resource("https://press.example/new", NOW, "text/plain", b"new"))  # as a collector does when it starts
    archive.close()
    assert {path: path.read_bytes() for path in before} == before


def test_a_half_written_record_that_a_capture_names_is_not_cut_off(desk: Desk) -> None:
    path, offset = desk.place("four")
    os.truncate(path, offset + 50)
    assert list(mend(desk.settings)) == []
    assert path.stat().st_size == offset + 50


def test_room_without_bytes_at_the_end_is_torn(desk: Desk) -> None:
    path = desk.files[1]
    size = path.stat().st_size
    os.truncate(path, size + 4096)
    assert next(found for found in prove(path) if isinstance(found, Damage)).torn
    assert repair(path) == 4096
    assert path.stat().st_size == size


def test_a_file_that_is_being_written_is_not_torn(desk: Desk) -> None:
    archive = Archive(desk.settings.archive)
    archive.append(Resource("https://press.example/new", NOW, "text/plain", os.urandom(50_000)))
    assert desk.names() == []
    archive.close()


def test_an_expired_or_moved_capture_is_no_disagreement(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file went after the captures were looked up, as expiry does beside a running inspection."""
    found = Inspection(desk.settings).disagreements
    desk.files[0].unlink()
    real = Path.open

    def meanwhile(path: Path, mode: str = "r") -> object:
        if path.suffix == ".gz":
            desk.change(update(captures).where(captures.c.warc_file == path.name).values(warc_file="", warc_offset=0))
        return real(path, mode)

    monkeypatch.setattr(Path, "open", meanwhile)
    assert [told.name for told in found()] == []


def test_memory_stays_flat(tmp_path: Path) -> None:
    """Ten times the records take the same memory: one record at a time."""

    def peak(records: int) -> int:
        archive = Archive(tmp_path / str(records))
        body = bytes(range(256)) * 40
        for number in range(records):
            archive.append(Resource(f"https://press.example/{number}", NOW, "text/plain", body))
        archive.close()
        tracemalloc.start()
        assert sum(1 for _ in prove(archive.files()[0])) == records + 1
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    small = peak(150)
    assert peak(1500) < 1.3 * small


def test_the_command_tells_each_on_a_line_and_ends_with_one(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("data", "store", "index"):
        monkeypatch.setenv(f"FACTDESK_{name.upper()}", str(getattr(desk.settings, name)))
    well = CliRunner().invoke(app, ["doctor", "--deep"])
    assert (
        well.output
        == "ok    archive: 4 captures proved in 2 files, 0 records left over by crashes or removed sources (harmless)\n"
    )
    _old_key(desk)
    desk.files[0].unlink()
    assert run(["doctor", "--deep"]) == 1
    told = [json.loads(line) for line in CliRunner().invoke(app, ["doctor", "--deep", "--json"]).output.splitlines()]
    assert [(line["well"], line["name"]) for line in told] == [
        (False, "voice key kept too long"),
        (False, "file missing"),
        (True, "archive"),
    ]
    assert told[1]["place"] == desk.place("one")[0].name
    assert told[1]["remedy"]
    mended = CliRunner().invoke(app, ["doctor", "--deep", "--repair"]).output.splitlines()
    assert mended[0] == "ok    mended: 1 keys behind voices were destroyed."
    assert len(mended) == 3
    assert run(["doctor", "--repair"]) == 1


def test_an_index_that_is_away_is_named(desk: Desk) -> None:
    away = desk.settings.model_copy(update={"index": "http://127.0.0.1:9/none"})
    assert [found.name for found in Inspection(away).disagreements()] == ["index away"]


def test_a_store_that_cannot_be_opened_is_named(desk: Desk) -> None:
    away = desk.settings.model_copy(update={"store": f"sqlite:///{desk.settings.archive}"})
    assert [found.name for found in Inspection(away).disagreements()] == ["store damaged"]
