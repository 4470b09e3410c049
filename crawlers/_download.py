"""One address fetched once for the person who typed it, by the same rules as the collector: guard, robots.txt, size, time.

The collector is the engine for everything that is polled; this is for a command that needs one file and then ends.
"""

import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import IO
from urllib.error import HTTPError, URLError
from urllib.parse import urljoin
from urllib.request import HTTPHandler, HTTPRedirectHandler, HTTPSHandler, OpenerDirector, ProxyHandler, Request, build_opener

from crawlers._addresses import host_of
from crawlers._http import PRODUCT, Guard, origin, user_agent
from crawlers._optouts import opted_out
from crawlers._robots_txt import MOST_BYTES, RobotsTxt, read_robots_txt
from factdesk.errors import FetchError
from factdesk.settings import CollectorSettings

_MOST_HOPS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PIECE = 1_000_000
_SLOWEST = 10_000  # bytes a second: a large file may take longer than one timeout, but not for ever


@dataclass(frozen=True, slots=True)
class Downloaded:
    """What an address gave, and the address it gave it at."""

    url: str
    body: bytes
    media_type: str


class Downloader:
    """Fetches single addresses; remembers each origin's robots.txt while it lives."""

    def __init__(self, settings: CollectorSettings, *, limit: int = 400_000_000) -> None:
        self._settings, self._limit = settings, limit
        self._guard = Guard.of(settings)
        self._agent = user_agent(settings)
        self._robots: dict[str, RobotsTxt] = {}

    def __call__(self, url: str) -> Downloaded:
        """Fetch ``url``. Raises ``FetchError`` that says why not: address, robots.txt, opt-out, status, size, time."""
        return self._followed(url, limit=self._limit, obey=True)

    def _followed(self, url: str, *, limit: int, obey: bool) -> Downloaded:
        """Fetch ``url`` and what it redirects to; each hop is judged like the address itself."""
        for _ in range(_MOST_HOPS + 1):
            self._check(url)
            if obey and not self._rules(url).group(PRODUCT).allows(url):
                raise FetchError(f"{url} is refused by its robots.txt.", remedy="Ask the publisher for a file.", retry=False)
            found = self._get(url, limit=limit, obey=obey)
            if isinstance(found, Downloaded):
                return found
            url = found
        raise FetchError(f"{url} redirects without end.", remedy="Check the address.", retry=False)

    def _check(self, url: str) -> None:
        """Refuse private addresses by spelling; the connection refuses them by number (a proxy resolves for itself)."""
        if refused := self._guard.refusal(url):
            raise FetchError(f"{url} is not fetched. {refused.reason}", retry=False)

    def _rules(self, url: str) -> RobotsTxt:
        where = origin(url)
        if where not in self._robots:
            self._robots[where] = read_robots_txt(self._robots_text(f"{where}/robots.txt"))
        return self._robots[where]

    def _robots_text(self, url: str) -> str:
        """The rules as text; a missing file (4xx) allows all, a broken host (5xx) nothing (RFC 9309)."""
        try:
            return self._followed(url, limit=MOST_BYTES, obey=False).body.decode("utf-8", "replace")
        except FetchError as error:
            return "" if not error.retry else "User-agent: *\nDisallow: /"

    def _get(self, url: str, *, limit: int, obey: bool) -> Downloaded | str:
        """Ask once: what came, or where it redirects to."""
        request = Request(url, headers={"User-Agent": self._agent, "Accept": "*/*"})  # noqa: S310 # the guard let http(s) through
        try:
            with self._opener().open(request, timeout=self._settings.timeout_s) as answer:
                headers = [(name.lower(), value) for name, value in answer.headers.items()]
                if obey and (how := opted_out(headers)) is not None:
                    raise FetchError(f"{url} is opted out by {how}.", remedy="Ask the publisher for a file.", retry=False)
                body = self._body(answer, url, limit=limit if obey else None)
                return Downloaded(url, body[:limit], answer.headers.get("Content-Type", ""))
        except HTTPError as error:
            error.close()
            if error.code in _REDIRECTS and (target := error.headers.get("Location")):
                return urljoin(url, target)
            raise FetchError(f"{url} answers {error.code}.", remedy="Check the address.", retry=error.code >= 500) from error
        except (URLError, OSError, HTTPException, ValueError) as error:
            raise FetchError(f"{url} does not answer: {getattr(error, 'reason', error)}.", remedy="Try again later.") from error

    def _body(self, answer: IO[bytes], url: str, *, limit: int | None) -> bytes:
        """Read up to ``limit`` bytes, or without one the part of a robots.txt that is read, in the time that size deserves."""
        most = MOST_BYTES if limit is None else limit
        body, began = bytearray(), time.monotonic()
        while piece := answer.read1(min(_PIECE, most + 1 - len(body))):  # type: ignore[attr-defined] # urllib gives HTTPResponse
            body += piece
            if time.monotonic() - began > self._settings.timeout_s + len(body) / _SLOWEST:
                raise FetchError(f"{url} gives its answer too slowly.", remedy="Try again later.")
            if len(body) > most:
                break
        if limit is not None and len(body) > limit:
            raise FetchError(f"{url} gives more than {limit} bytes.", remedy="Download it and import the file.", retry=False)
        return bytes(body)

    def _opener(self) -> OpenerDirector:
        proxy = self._settings.proxy
        proxies = ProxyHandler({"http": proxy, "https": proxy} if proxy else {})
        connect = socket.create_connection if proxy else partial(_connected, self._guard)
        return build_opener(proxies, _Http(connect), _Https(connect), _NoRedirects())


def _connected(  # noqa: PLR0917 # the standard library's signature, and the guard
    guard: Guard, address: tuple[str, int], timeout: float | None = None, source_address: tuple[str, int] | None = None
) -> socket.socket:
    """Connect to the first of the host's addresses that ``guard`` admits. Raises ``FetchError`` when it admits none."""
    del source_address
    name, port = address
    try:
        found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise FetchError(f"{name} is not known.", remedy="Check the address.") from error
    host = host_of(f"//[{name}]" if ":" in name else f"//{name}")
    admitted = [entry for entry in found if guard.admits(host, str(entry[4][0]))]
    if not admitted:
        raise FetchError(f"{name} lies on a private network; allow it in collector.allow_private_hosts.", retry=False)
    failure = OSError("no address")
    for family, kind, protocol, _, where in admitted:
        opened = socket.socket(family, kind, protocol)
        try:
            opened.settimeout(timeout)
            opened.connect(where)
        except OSError as failed:
            opened.close()
            failure = failed
        else:
            return opened
    raise failure


_Connect = Callable[..., socket.socket]


class _Http(HTTPHandler):
    """Plain HTTP over connections that are judged."""

    def __init__(self, connect: _Connect) -> None:
        super().__init__()
        self._connect = connect

    def http_open(self, req: Request) -> HTTPResponse:
        """Open over a judged connection."""
        return self.do_open(partial(_opened, HTTPConnection, self._connect), req)


class _Https(HTTPSHandler):
    """HTTPS over connections that are judged."""

    def __init__(self, connect: _Connect) -> None:
        super().__init__()
        self._connect = connect

    def https_open(self, req: Request) -> HTTPResponse:
        """Open over a judged connection."""
        made = partial(_opened, HTTPSConnection, self._connect, context=ssl.create_default_context())
        return self.do_open(made, req)


def _opened(kind: Callable[..., HTTPConnection], connect: _Connect, host: str, **more: object) -> HTTPConnection:
    connection = kind(host, **more)
    connection._create_connection = connect  # type: ignore[attr-defined] # noqa: SLF001 # the library's only seam for it
    return connection


class _NoRedirects(HTTPRedirectHandler):
    """Where an answer points is followed by the downloader itself, which judges it like the address."""

    def redirect_request(self, *_given: object, **_named: object) -> None:
        """Follow nowhere."""
