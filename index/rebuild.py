"""An index as a whole: looked at, brought up to date, or built anew beside the one that serves and put in its place.

While a rebuild is under way, whoever writes to the index writes to both. So a rebuild only adds what is not there: an entry
that is there came later than the copy that the rebuild read.
"""

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from factdesk.errors import IndexUnavailableError
from index import file_of
from index._exchange import NextFile, files_of, served_file
from index.base import Entry, SearchIndex
from index.server import Server
from index.sqlite import SqliteIndex
from index.state import IndexPart, IndexState


class Rebuild(Protocol):
    """The next index, from when it was begun: kept current by all who write, and filled with what was there before."""

    @property
    def index(self) -> SearchIndex:
        """The next index, to be read and to remove from."""
        ...

    def fill(self, entries: Sequence[Entry]) -> None:
        """Add those of ``entries`` that it does not have. Raises ``EntriesRefusedError`` when all others are in."""
        ...

    def commit(self) -> None:
        """Put it in the place of the one that serves, in one step, and delete that."""
        ...

    def abandon(self) -> None:
        """Delete it; what serves stays."""
        ...

    def close(self) -> None:
        """Release it as it is: the next rebuild goes on with it."""
        ...


def begin_rebuild(url: str, *, dim: int, server: Server) -> Rebuild:
    """Begin a rebuild of the index at ``url``, or go on with one. Raises ``IndexUnavailableError`` and ``SettingsError``."""
    if urlsplit(url).scheme == "sqlite":
        return NextFile(file_of(url), dim=dim)
    from index._remote import NextGeneration  # noqa: PLC0415 - its client takes a second to import; few desks need it

    return NextGeneration(url, dim=dim, server=server)


def adapt_index(url: str, *, dim: int, server: Server) -> bool:
    """Make the index when there is none, bring it up to the settings, and say whether that is enough: else it is rebuilt."""
    if urlsplit(url).scheme != "sqlite":
        from index._remote import adapt_remote  # noqa: PLC0415 - the same

        return adapt_remote(url, dim=dim, server=server)
    try:
        SqliteIndex(served_file(file_of(url)), dim=dim).close()
    except IndexUnavailableError:
        return False
    return True


def look_at_index(url: str, *, dim: int, server: Server) -> IndexState:
    """Return what is at ``url`` and what is wrong with it. Raises ``IndexUnavailableError`` for a server that is away."""
    if urlsplit(url).scheme != "sqlite":
        from index._remote import look_at_remote  # noqa: PLC0415 - the same

        return look_at_remote(url, dim=dim, server=server)
    path = file_of(url)
    served = served_file(path)
    looked = [(file, *_look_at(file, dim=dim)) for file in files_of(path)]
    serving = [part for file, part, _ in looked if file == served]
    others = [part for file, part, _ in looked if file != served]
    return IndexState(
        f"SQLite {sqlite3.sqlite_version}", tuple(serving), tuple(others), tuple(why for _, _, why in looked if why)
    )


def _look_at(file: Path, *, dim: int) -> tuple[IndexPart, str]:
    size = sum(one.stat().st_size for one in (file, file.with_name(file.name + "-wal")) if one.exists())
    try:
        index = SqliteIndex(file, dim=dim)
        try:
            return IndexPart(str(file), sum(index.counts().values()), size), ""
        finally:
            index.close()
    except IndexUnavailableError as error:
        return IndexPart(str(file), 0, size), str(error)
