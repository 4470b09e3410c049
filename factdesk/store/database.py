"""Opens the relational store on SQLite or PostgreSQL, brings its tables up to date, and gives short transactions.

On SQLite several processes share one file: readers never wait (WAL), and a writer takes the write lock when its
transaction begins (``BEGIN IMMEDIATE``), so that two writers queue up instead of failing half-way.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, inspect
from sqlalchemy import text as sql
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from factdesk.errors import StoreError

_BUSY_MS = 15_000
_KEPT = 40  # connections to a file, one for each thread of the desk: opening one costs as much as ten small queries
_WRITE = "factdesk_write"
_VERSIONS = "alembic_version"


def open_store(url: str, *, migrate: bool = True) -> Engine:
    """Open the store at ``url`` (``sqlite:///PATH`` or ``postgresql+psycopg://…``) and migrate it to this version.

    Raises ``StoreError`` for a malformed URL, an unreadable, damaged or locked file, or a server that does not answer.
    """
    engine = _engine(_parsed(url))
    try:
        if migrate:
            _migrate(engine)
        with engine.connect():
            pass
    except (OperationalError, DatabaseError, sqlite3.Error, OSError) as error:
        engine.dispose()
        raise store_error(error, url) from error
    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Give a connection for reads: a consistent view that blocks nobody. Raises ``StoreError`` when the database is away."""
    try:
        with engine.connect() as connection:
            yield connection
    except OperationalError as error:
        raise store_error(error, engine.url.render_as_string(hide_password=True)) from error


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Give a connection inside one write transaction; commits at the end, rolls back on an error.

    Raises ``StoreError`` when the database stays locked, is full or read-only.
    """
    try:
        with engine.connect().execution_options(**{_WRITE: True}) as connection, connection.begin():
            yield connection
    except OperationalError as error:
        raise store_error(error, engine.url.render_as_string(hide_password=True)) from error


def is_writing(connection: Connection) -> bool:
    """Whether ``connection`` is inside a write transaction of ``writing``."""
    return bool(connection.get_execution_options().get(_WRITE))


def schema_version(engine: Engine) -> tuple[str | None, str | None]:
    """Return the version of the store's tables and the one this program knows."""
    with engine.connect() as connection:
        known = inspect(connection).has_table(_VERSIONS)
        present = connection.execute(sql(f"SELECT version_num FROM {_VERSIONS}")).scalar() if known else None  # ours
    return present, _newest()


def store_error(error: Exception, url: str) -> StoreError:
    """Say in one line what is wrong with the database at ``url`` and what to do."""
    text = str(getattr(error, "orig", error)).splitlines()[0]
    where = make_url(url).render_as_string(hide_password=True) if "://" in url else url
    if "locked" in text:
        return StoreError(f"The database {where} is locked.", remedy="Another program holds it: stop that, or try again.")
    if "not a database" in text or "malformed" in text:
        return StoreError(f"The file of {where} is not a readable SQLite database.", remedy="Restore it from a backup.")
    if "unable to open" in text or "readonly" in text or "read-only" in text:
        return StoreError(f"The database {where} cannot be written.", remedy="Check the folder and its permissions.")
    return StoreError(f"The database {where} fails: {text}.", remedy="Run factdesk doctor.")


def _parsed(url: str) -> URL:
    use = "Use sqlite:///PATH or postgresql+psycopg://USER@HOST/NAME."
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StoreError(f"{url!r} is not a database URL.", remedy=use) from error
    if parsed.get_backend_name() not in ("sqlite", "postgresql"):
        raise StoreError(f"A database of kind {parsed.get_backend_name()!r} is not known.", remedy=use)
    if parsed.get_backend_name() == "postgresql" and parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    return parsed


def _engine(url: URL) -> Engine:
    if url.get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True)
    if url.database:
        try:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                f"The folder of {url.database} cannot be made: {error.strerror}.", remedy="Check its path."
            ) from error
    kept = {"pool_size": _KEPT} if url.database else {}
    engine = create_engine(url, connect_args={"timeout": _BUSY_MS / 1000, "check_same_thread": False}, **kept)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
    del entry
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", "synchronous=NORMAL", "temp_store=MEMORY", "mmap_size=268435456"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get(_WRITE) else "BEGIN")


def _newest() -> str:
    """The newest migration, whose file begins with its version."""
    versions = (resources.files("factdesk.store") / "migrations" / "versions").iterdir()
    return max(file.name.partition("_")[0] for file in versions if file.name[:1].isdigit())


def _migrate(engine: Engine) -> None:
    present, newest = schema_version(engine)
    if present == newest:
        return
    from factdesk.store.migrating import upgrade  # noqa: PLC0415 # slow to load, and seldom needed

    with writing(engine) as connection:
        upgrade(connection)
