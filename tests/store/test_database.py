import multiprocessing
import sqlite3
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, event, insert, select, text
from sqlalchemy.exc import IntegrityError

from factdesk.errors import StoreError
from factdesk.store import alert_tables, coverage, sources, staff_tables  # noqa: F401 # its tables are on the same metadata
from factdesk.store.database import open_store, reading, schema_version, writing
from factdesk.store.migrating import alembic_config
from factdesk.store.sources import Answered
from factdesk.store.tables import findings, items, metadata, reviews, secrets, sessions, users
from factdesk.store.tables import sources as source_rows
from tests.stores import NOW, add_finding, add_passage, add_person, review


def test_the_migrations_make_the_tables_of_the_program(store: Engine) -> None:
    with store.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    present, known = schema_version(store)
    assert present == known == ScriptDirectory.from_config(alembic_config()).get_current_head()


def test_a_store_that_is_up_to_date_is_opened_without_alembic(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'x.db'}"
    open_store(url).dispose()
    script = (
        "import sys; from factdesk.store.database import open_store, schema_version; "
        f"engine = open_store({url!r}); assert len(set(schema_version(engine))) == 1; sys.exit('alembic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_no_table_has_room_for_an_author() -> None:
    forbidden = ("author", "handle", "avatar", "byline", "account", "follower")
    staff = {"revisions.author_id"}  # the desk's own editor
    named = {f"{table.name}.{column.name}" for table in metadata.sorted_tables for column in table.columns}
    assert {name for name in named - staff if any(word in name for word in forbidden)} == set()


def test_a_failed_transaction_leaves_nothing(store: Engine) -> None:
    with pytest.raises(ZeroDivisionError):
        _write_and_fail(store)
    with reading(store) as connection:
        assert connection.execute(select(secrets)).all() == []


def test_instants_come_back_with_their_zone(store: Engine) -> None:
    add_person(store, "writer")
    with reading(store) as connection:
        assert connection.execute(select(users.c.created_at)).scalar() == NOW


def test_a_flag_without_a_citation_is_refused_by_the_database(store: Engine) -> None:
    finding_id = add_finding(store, "It fell.", passage=add_passage(store, "It fell"))
    with reading(store) as connection:
        row = connection.execute(select(findings.c.id).where(findings.c.id == finding_id)).one()
    with pytest.raises(IntegrityError), writing(store) as connection:
        connection.execute(findings.update().where(findings.c.id == row.id).values(passage_id=None))


def _write_and_fail(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(insert(secrets).values(name="a", value=b"1", created_at=NOW))
        raise ZeroDivisionError


def _count(url: str, times: int) -> None:
    engine = open_store(url)
    for _ in range(times):
        with writing(engine) as connection:
            value = int(connection.execute(select(secrets.c.value)).scalar_one())
            connection.execute(secrets.update().values(value=str(value + 1).encode()))
    engine.dispose()


def test_writers_of_two_processes_queue_up(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'shared.sqlite3'}"
    engine = open_store(url)
    with writing(engine) as connection:
        connection.execute(insert(secrets).values(name="count", value=b"0", created_at=NOW))
    spawn = multiprocessing.get_context("spawn")
    workers = [spawn.Process(target=_count, args=(url, 50)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    with reading(engine) as connection:
        assert connection.execute(select(secrets.c.value)).scalar_one() == b"100"
    engine.dispose()


def test_a_locked_database_is_one_clear_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("factdesk.store.database._BUSY_MS", 50)
    engine = open_store(f"sqlite:///{tmp_path / 'locked.sqlite3'}")
    other = sqlite3.connect(tmp_path / "locked.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="is locked") as caught, writing(engine):
        pass
    assert "\n" not in str(caught.value)
    other.close()
    engine.dispose()


@pytest.mark.parametrize("url", ["nonsense", "mysql://somewhere/db", "sqlite:////proc/no/such/place.sqlite3"])
def test_a_bad_address_says_what_to_use(url: str) -> None:
    with pytest.raises(StoreError) as caught:
        open_store(url)
    assert caught.value.remedy


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "notes.sqlite3"
    path.write_text("these are notes " * 200)
    with pytest.raises(StoreError, match=r"notes\.sqlite3 is not a readable"):
        open_store(f"sqlite:///{path}")


def test_a_populated_store_of_the_first_version_is_brought_up_to_date(store: Engine) -> None:
    """What is there stays; each source gets its host, its place and its last poll, and can be polled at once."""
    _to_version(store, "0001", down=True)
    with writing(store) as connection:
        for number in (1, 2, 3):
            row = {"id": number, "url": f"https://press.example/{number}", "at": NOW, "on": True}
            connection.execute(text(_OLD_SOURCE), row)
            connection.execute(text(_OLD_POLL), {"source": number, "at": NOW, "outcome": "failed" if number == 3 else "polled"})
        connection.execute(text(_OLD_ITEM), {"at": NOW})
    _to_version(store, "head", down=False)
    with reading(store) as connection:
        found = sources.pollings(connection)
        rows = connection.execute(select(source_rows).order_by(source_rows.c.id)).all()
        told = coverage.survey(connection, now=NOW)
    assert {row.host for row in rows} == {"press.example"}
    assert len({row.place for row in rows}) == 3
    assert [row.last_good_at for row in rows] == [NOW, NOW, None]
    assert [one.facts.last_outcome for one in sorted(told, key=lambda one: one.id)] == ["polled", "polled", "failed"]
    with writing(store) as connection:
        sources.mark_polled(connection, found[0], Answered(), now=NOW)
        assert connection.execute(select(items.c.url)).scalar() == "https://press.example/1/a"


_OLD_SOURCE = (
    "INSERT INTO sources (id, kind, url, name, role, interval_s, enabled, created_at, polls, failures) "
    "VALUES (:id, 'feed', :url, 'Press', 'press', 900, :on, :at, 1, 0)"
)
_OLD_POLL = (
    "INSERT INTO polls (source_id, started_at, outcome, bytes, items_listed, items_new, reason) "
    "VALUES (:source, :at, :outcome, 1, 1, 1, '')"
)
_OLD_ITEM = (
    "INSERT INTO items (source_id, url_digest, url, first_seen_at, reason, attempts, listing) "
    "VALUES (1, 'd', 'https://press.example/1/a', :at, '', 0, '{}')"
)


_OLD_PERSON = (
    "INSERT INTO users (name, display_name, role, password_hash, active, created_at) "
    "VALUES ('second', 'Second', :role, 'unused', :on, :at)"
)


def _to_version(engine: Engine, version: str, *, down: bool) -> None:
    config = alembic_config()
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        (command.downgrade if down else command.upgrade)(config, version)


def test_people_and_their_work_survive_the_new_roles(store: Engine) -> None:
    """What refers to a person still does; a new role is taken, an invented one is not; and back again."""
    person = add_person(store, "writer")
    finding_id = add_finding(store, "It fell.", passage=add_passage(store, "It fell"))
    review(store, finding_id, user_id=person)
    with writing(store) as connection:
        row = {"token_digest": "d", "user_id": person, "csrf": "c", "created_at": NOW, "expires_at": NOW}
        connection.execute(insert(sessions).values(**row))
    _to_version(store, "0007", down=True)
    with pytest.raises(IntegrityError), writing(store) as connection:
        connection.execute(text(_OLD_PERSON), {"role": "approver", "at": NOW.replace(tzinfo=None), "on": True})
    _to_version(store, "head", down=False)
    add_person(store, "second", role="approver")
    with pytest.raises(IntegrityError):
        add_person(store, "third", role="owner")
    with reading(store) as connection:
        assert connection.execute(select(users.c.id, users.c.role).order_by(users.c.id)).all()[0] == (person, "editor")
        assert connection.execute(select(reviews.c.user_id)).scalars().all() == [person]
        assert connection.execute(select(sessions.c.user_id)).scalars().all() == [person]
    with pytest.raises(IntegrityError):
        review(store, finding_id, user_id=999)
    _to_version(store, "0007", down=True)
    with reading(store) as connection:
        assert connection.execute(select(users.c.role).order_by(users.c.id)).scalars().all() == ["editor", "manager"]
    _to_version(store, "head", down=False)


def test_as_many_connections_to_a_file_are_kept_as_a_desk_has_threads(tmp_path: Path) -> None:
    engine = open_store(f"sqlite:///{tmp_path / 'store.sqlite3'}")
    opened: list[object] = []
    event.listen(engine, "connect", lambda connection, _: opened.append(connection))
    for _ in range(2):
        with ExitStack() as together:
            for _ in range(30):
                together.enter_context(reading(engine))
    engine.dispose()
    assert 29 <= len(opened) <= 30  # opening the store left one
