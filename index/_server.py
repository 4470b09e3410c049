"""The connection to an Elasticsearch server: its address, its index behind an alias, and its errors in words."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import unquote, urlsplit

from elasticsearch import ApiError, BadRequestError, Elasticsearch, NotFoundError, TransportError

from factdesk.errors import IndexUnavailableError, SettingsError
from index._mapping import VERSION, entry_format, mappings, settings

_PREFIX = re.compile(r"[a-z0-9][a-z0-9_.-]{0,100}\Z")
_TIMEOUT_S = 60


def connect(url: str, *, api_key: str | None) -> Elasticsearch:
    """Return a client of the server in ``url``; nothing is sent yet."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 9200)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    user = None if parts.username is None else (unquote(parts.username), unquote(parts.password or ""))
    return Elasticsearch(
        f"{parts.scheme}://{host}:{port}",
        basic_auth=None if api_key else user,
        api_key=api_key,
        request_timeout=_TIMEOUT_S,
        retry_on_timeout=True,
        max_retries=2,
    )


def alias_of(url: str) -> str:
    """Return the alias that the path of ``url`` names, ``factdesk`` without one."""
    alias = unquote(urlsplit(url).path).strip("/") or "factdesk"
    if not _PREFIX.match(alias):
        raise SettingsError(f"{alias[:60]} cannot name an index.", remedy="Use small letters, digits, - and _ after the host.")
    return alias


def standing_of(alias: str) -> str:
    """Return the name of the index that holds the standing queries beside ``alias``."""
    return f"{alias}-standing"


@contextmanager
def reachable(url: str) -> Iterator[None]:
    """Turn what the client raises into `IndexUnavailableError` with what to do."""
    host = urlsplit(url).hostname
    try:
        yield
    except TransportError as error:
        remedy = "Check that it runs and that the address is right; what waits is indexed later."
        raise IndexUnavailableError(f"Elasticsearch at {host} cannot be reached: {error.message}.", remedy=remedy) from error
    except ApiError as error:
        remedy = "Check the user's rights and the server's log; factdesk reindex builds the index again."
        raise IndexUnavailableError(f"Elasticsearch at {host} refused: {error}.", remedy=remedy) from error


def ensure_index(client: Elasticsearch, alias: str, *, dim: int) -> None:
    """Make the index behind ``alias`` when there is none. Raises `IndexUnavailableError` for one of another format."""
    if not client.indices.exists_alias(name=alias):
        _create(client, alias, number=1, dim=dim)
    for found in client.indices.get_mapping(index=alias).values():
        format_found = found["mappings"].get("_meta", {}).get("format")
        if format_found != entry_format(dim):
            what = f"The index {alias} has format {format_found}, not {entry_format(dim)}."
            raise IndexUnavailableError(what, remedy="Run factdesk reindex to build it again.")


def renew_index(client: Elasticsearch, alias: str, *, dim: int) -> None:
    """Put an empty index behind ``alias``; searches never see none."""
    old = sorted(client.indices.get_alias(name=alias))
    number = max(int(name.rpartition("-")[2]) for name in old) + 1
    fresh = f"{alias}-v{VERSION}-{number}"
    client.indices.create(index=fresh, mappings=mappings(dim), settings=settings())
    client.indices.update_aliases(
        actions=[{"add": {"index": fresh, "alias": alias}}, *({"remove_index": {"index": name}} for name in old)]
    )


def discard_remote(url: str, *, api_key: str | None) -> None:
    """Delete the index that ``url`` names, with its alias; none is no error."""
    alias = alias_of(url)
    with reachable(url), connect(url, api_key=api_key) as client:
        client.indices.delete(index=standing_of(alias), ignore_unavailable=True)
        try:
            names = sorted(client.indices.get_alias(name=alias))
        except NotFoundError:
            return
        client.indices.delete(index=names, ignore_unavailable=True)


def _create(client: Elasticsearch, alias: str, *, number: int, dim: int) -> None:
    try:
        client.indices.create(
            index=f"{alias}-v{VERSION}-{number}",
            mappings=mappings(dim),
            settings=settings(),
            aliases={alias: {"is_write_index": True}},
        )
    except BadRequestError as error:
        if error.error != "resource_already_exists_exception":
            raise
