"""Search: one Protocol (`index.base.SearchIndex`) and two engines, SQLite and Elasticsearch; an address alone names which."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from factdesk.errors import IndexUnavailableError, SettingsError
from index._exchange import FileIndex, base_of, discard_files, served_file
from index._late import LateIndex
from index._spoken import spoken
from index.base import SearchIndex
from index.server import Server
from index.sqlite import SqliteIndex

_FORMS = "Use sqlite:///path/index.sqlite3 or http(s)://[user:password@]host:9200/[prefix]."


def open_index(url: str, *, dim: int = 512, server: Server | None = None) -> SearchIndex:
    """Open the search index at ``url`` for vectors of ``dim`` numbers, making it when there is none.

    ``sqlite:///relative/path``, ``sqlite:////absolute/path``, or ``http(s)://[user:password@]host:port/[prefix]`` for
    Elasticsearch, of which ``server`` says more (``Server.of(settings)``). Raises `SettingsError` for another address and
    `IndexUnavailableError` when the engine cannot be opened.
    """
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - reading it checks it
    except ValueError as error:
        raise SettingsError(f"The index address is malformed: {error}.", remedy=_FORMS) from None
    if parts.scheme == "sqlite":
        return FileIndex(file_of(url), dim=dim)
    if parts.scheme in {"http", "https"} and parts.hostname:
        from index.elastic import ElasticIndex  # noqa: PLC0415 - its client takes a second to import; few desks need it

        return ElasticIndex(url, dim=dim, server=server)
    raise SettingsError(f"No search index is known for an address that begins {parts.scheme or url[:20]}:.", remedy=_FORMS)


def open_late(url: str, *, dim: int = 512, server: Server | None = None) -> SearchIndex:
    """Open the index at ``url`` as `open_index` does, also when its engine is away: then each call tries it again.

    Calls raise `IndexUnavailableError` until the engine answers. Raises `SettingsError` for an address of no form.
    """
    try:
        return open_index(url, dim=dim, server=server)
    except IndexUnavailableError:
        return LateIndex(lambda: open_index(url, dim=dim, server=server))


def inspect_file(url: str, *, dim: int = 512) -> None:
    """Read the whole file of an index that is one (a server keeps its own). Raises `IndexUnavailableError` for damage."""
    if urlsplit(url).scheme == "sqlite":
        index = SqliteIndex(served_file(file_of(url)), dim=dim)
        try:
            index.inspect()
        finally:
            index.close()


def discard_index(url: str, *, server: Server | None = None) -> None:
    """Delete the index at ``url`` as a whole, damaged or of another format, so that a rebuild can begin; none is no error."""
    if urlsplit(url).scheme == "sqlite":
        discard_files(file_of(url))
    else:
        from index._remote import discard_remote  # noqa: PLC0415 - the same

        discard_remote(url, server=server or Server())


def file_of(url: str) -> Path:
    """Return the file that a ``sqlite:`` address names. Raises `SettingsError`."""
    parts = urlsplit(url)
    path = unquote(parts.path).removeprefix("/")
    if parts.netloc or not path:
        raise SettingsError("The index address names no file.", remedy=_FORMS)
    return base_of(Path(path))


__all__ = ["SearchIndex", "Server", "discard_index", "file_of", "inspect_file", "open_index", "open_late", "spoken"]
