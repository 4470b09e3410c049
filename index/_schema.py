"""The SQLite file of an index: its tables, how it is opened, and what its errors mean to a person."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from factdesk.errors import IndexUnavailableError
from index._damage import require_sound
from index._filling import MERGE_AS_IT_GOES
from index._folding import FOLDING_VERSION

_FORMAT = "5"
_BUSY_MS = 15_000
_PAGE = 16_384
_TABLES = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS entries (
  entry INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind INTEGER NOT NULL, language INTEGER NOT NULL,
  source INTEGER NOT NULL, role INTEGER NOT NULL, event INTEGER NOT NULL, narrative INTEGER NOT NULL, findings INTEGER NOT NULL,
  instant INTEGER NOT NULL, seen INTEGER NOT NULL, reach INTEGER NOT NULL, published INTEGER, document_id TEXT);
CREATE TABLE IF NOT EXISTS names (field TEXT NOT NULL, number INTEGER NOT NULL, value TEXT NOT NULL, UNIQUE (field, value));
CREATE TABLE IF NOT EXISTS contents (entry INTEGER PRIMARY KEY, title TEXT NOT NULL, text BLOB NOT NULL, passage TEXT);
CREATE TABLE IF NOT EXISTS blocks (block INTEGER PRIMARY KEY, columns BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS common (word TEXT NOT NULL, block INTEGER NOT NULL, count INTEGER NOT NULL, bits BLOB NOT NULL,
  PRIMARY KEY (word, block)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS vocabulary (number INTEGER PRIMARY KEY AUTOINCREMENT, size INTEGER NOT NULL, words BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS passage_features (entry INTEGER PRIMARY KEY, words BLOB NOT NULL, grams BLOB NOT NULL, vector BLOB,
  article BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS claim_features (entry INTEGER PRIMARY KEY, words BLOB NOT NULL, grams BLOB NOT NULL, vector BLOB,
  article BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS removed (seq INTEGER PRIMARY KEY AUTOINCREMENT, entry INTEGER NOT NULL);
CREATE VIRTUAL TABLE IF NOT EXISTS entry_words USING fts5 (title, text, content='', tokenize='ascii');
"""
_SESSION = """
PRAGMA synchronous = NORMAL;
PRAGMA temp_store = MEMORY;
PRAGMA cache_size = -65536;
PRAGMA wal_autocheckpoint = 512;
PRAGMA journal_size_limit = 8388608;
"""


def open_file(path: Path, *, dim: int) -> sqlite3.Connection:
    """Open (or make) the index file. Raises `IndexUnavailableError` for a damaged, foreign or unreachable file."""
    with readable(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, timeout=_BUSY_MS / 1000, isolation_level=None, check_same_thread=False)
        try:
            _prepare(connection, path, wanted=f"{_FORMAT};{FOLDING_VERSION};dim={dim}")
        except BaseException:
            connection.close()
            raise
        return connection


def open_scratch() -> sqlite3.Connection:
    """Open an empty index in memory, with the tables of the file: it is gone when it is closed."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.executescript(f"{_TABLES} {_SESSION} INSERT INTO meta VALUES ('generation', '0');")
    return connection


def _prepare(connection: sqlite3.Connection, path: Path, *, wanted: str) -> None:
    connection.execute(f"PRAGMA page_size = {_PAGE}")  # of a new file: compressed texts leave little of such pages unused
    connection.execute("PRAGMA journal_mode = WAL").fetchone()
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone():
        known = f"('format', '{wanted}'), ('generation', '0'), ('identity', '{uuid4().hex}')"
        made = f"{_TABLES} {MERGE_AS_IT_GOES} INSERT OR IGNORE INTO meta VALUES {known};"
        connection.executescript(f"BEGIN IMMEDIATE; {made} COMMIT;")  # at once: others may be opening the file
    connection.executescript(_SESSION)
    require_sound(connection, path)
    found = connection.execute("SELECT value FROM meta WHERE key = 'format'").fetchone()
    if found is None or found[0] != wanted:
        what = f"The index {path} has format {found[0] if found else 'unknown'}, not {wanted}."
        raise IndexUnavailableError(what, remedy="Run factdesk reindex to build it again.")


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Turn what SQLite raises about ``path`` into `IndexUnavailableError` with what to do."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if "locked" in str(error) or "busy" in str(error):
            raise IndexUnavailableError(
                f"The index {path} is busy.", remedy="Another process is writing to it; try again."
            ) from error
        raise _damaged(path, error) from error
    except sqlite3.DatabaseError as error:
        raise _damaged(path, error) from error
    except OSError as error:
        raise IndexUnavailableError(
            f"The index {path} cannot be opened: {error.strerror}.", remedy="Check the folder."
        ) from error


def _damaged(path: Path, error: sqlite3.Error) -> IndexUnavailableError:
    remedy = "Check the disk and the folder's permissions; if the file is damaged, run factdesk reindex to build it again."
    return IndexUnavailableError(f"The index {path} cannot be read: {error}.", remedy=remedy)
