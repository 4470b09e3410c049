"""The connection to an Elasticsearch cluster: its addresses, who we are to it, its version, and its errors in words."""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, Self
from urllib.parse import SplitResult, unquote, urlsplit

from elasticsearch import ApiError, AuthorizationException, Elasticsearch, TransportError, UnsupportedProductError

from factdesk.errors import IndexUnavailableError, SettingsError
from index.server import Server

_PREFIX = re.compile(r"[a-z0-9][a-z0-9_.-]{0,100}\Z")
_RETRIES = 2
_API_KEY = "FACTDESK_ELASTIC_API_KEY"
_FULL = "index.blocks.read_only_allow_delete"
_HOST_FORM = "Write each as http(s)://HOST:PORT, without a path and without a password."


class Version(NamedTuple):
    """A server's version, as far as it counts."""

    major: int
    minor: int

    @classmethod
    def of(cls, text: str) -> Self:
        """Return the version in ``8.12.2`` or ``9.1.0-SNAPSHOT``; what is no number counts as 0."""
        numbers = [int(part) if part.isdigit() else 0 for part in text.split(".")[:2]]
        return cls(*[*numbers, 0, 0][:2])


OLDEST = Version(8, 12)


def connect(url: str, server: Server) -> Elasticsearch:
    """Return a client of the nodes in ``url`` and ``server``; nothing is sent yet. Raises `SettingsError`."""
    parts = urlsplit(url)
    nodes = list(dict.fromkeys([_node(parts), *map(_further, server.hosts)]))
    key = server.api_key or os.environ.get(_API_KEY)
    return Elasticsearch(
        nodes,
        basic_auth=None if key else _user(parts, server),
        api_key=key,
        request_timeout=server.timeout_s,
        retry_on_timeout=True,
        max_retries=max(_RETRIES, len(nodes)),
        **_trusting(server.ca),
    )


def _node(parts: SplitResult) -> str:
    port = parts.port or (443 if parts.scheme == "https" else 9200)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{parts.scheme}://{host}:{port}"


def _further(host: str) -> str:
    try:
        parts = urlsplit(host)
        parts.port  # noqa: B018 - reading it checks it
    except ValueError:
        raise SettingsError("An address in elastic.hosts is malformed.", remedy=_HOST_FORM) from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.path.strip("/"):
        raise SettingsError("An address in elastic.hosts is malformed.", remedy=_HOST_FORM)
    return _node(parts)


def _user(parts: SplitResult, server: Server) -> tuple[str, str] | None:
    if server.user:
        return server.user, server.password or ""
    return None if parts.username is None else (unquote(parts.username), unquote(parts.password or ""))


def _trusting(ca: Path | None) -> dict[str, Any]:
    if ca is None:
        return {}
    if not ca.is_file():
        raise SettingsError(f"The certificate {ca} cannot be read.", remedy="Correct elastic.ca_certificate.")
    return {"ca_certs": str(ca)}


def alias_of(url: str) -> str:
    """Return the alias that the path of ``url`` names, ``factdesk`` without one."""
    alias = unquote(urlsplit(url).path).strip("/") or "factdesk"
    if not _PREFIX.match(alias):
        raise SettingsError(f"{alias[:60]} cannot name an index.", remedy="Use small letters, digits, - and _ after the host.")
    return alias


def standing_of(alias: str) -> str:
    """Return the name of the index that holds the standing queries beside ``alias``."""
    return f"{alias}-standing"


def check_version(client: Elasticsearch) -> str:
    """Return the server's version; one that may not be asked for is empty. Raises `IndexUnavailableError` for an old one."""
    try:
        number = str(client.info()["version"]["number"])
    except AuthorizationException:
        return ""
    if Version.of(number) < OLDEST:
        raise IndexUnavailableError(
            f"Elasticsearch {number} is too old.", remedy=f"Factdesk needs {OLDEST.major}.{OLDEST.minor} or newer."
        )
    return number


@contextmanager
def reachable(url: str) -> Iterator[None]:
    """Turn what the client raises into `IndexUnavailableError` with what to do."""
    host = urlsplit(url).hostname
    try:
        yield
    except TransportError as error:
        remedy = "Check that it runs and that the address is right; what waits is indexed later."
        raise IndexUnavailableError(f"Elasticsearch at {host} cannot be reached: {error.message}.", remedy=remedy) from error
    except UnsupportedProductError as error:
        remedy = f"Factdesk works with Elasticsearch {OLDEST.major}.{OLDEST.minor} or newer."
        raise IndexUnavailableError(f"The server at {host} is no Elasticsearch.", remedy=remedy) from error
    except ApiError as error:
        raise _refused(host, error) from error


def _refused(host: str | None, error: ApiError) -> IndexUnavailableError:
    if error.status_code in {401, 403} and error.error != "cluster_block_exception":
        remedy = "Check the API key, or the user and the password, and the privileges that docs/elasticsearch.md lists."
        return IndexUnavailableError(f"Elasticsearch at {host} does not let us in: {_reason(error)}.", remedy=remedy)
    remedy = "Check the server's log; what waits is indexed later, and factdesk index rebuild builds the index again."
    return IndexUnavailableError(f"Elasticsearch at {host} refused: {error.error}: {_reason(error)}.", remedy=remedy)


def _reason(error: ApiError) -> str:
    told = error.body.get("error") if isinstance(error.body, Mapping) else None
    return str(told.get("reason", "") if isinstance(told, Mapping) else error.message)[:300].rstrip(".")


def disk_is_full(names: str) -> IndexUnavailableError:
    """Return what is raised while the server has closed indices to writing because its disk is full."""
    return IndexUnavailableError(
        f"Elasticsearch takes nothing into {names}: its disk is full ({_FULL}).",
        remedy="Make room on the server; it opens them by itself, and what waits is indexed then.",
    )
