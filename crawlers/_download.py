"""One address fetched once for the person who typed it, by the same rules as the collector: guard, robots.txt, size, time.

The collector is the engine for everything that is polled; this is for a command that needs one file and then ends.
"""

import socket
import ssl
from dataclasses import dataclass
from http.client import HTTPException, HTTPMessage
from typing import IO
from urllib.error import HTTPError, URLError
from urllib.parse import urljoin, urlsplit
from urllib.request import HTTPRedirectHandler, HTTPSHandler, OpenerDirector, ProxyHandler, Request, build_opener

from protego import Protego

from crawlers._http import Guard, is_private, user_agent
from factdesk.errors import FetchError
from factdesk.settings import CollectorSettings


@dataclass(frozen=True, slots=True)
class Downloaded:
    """What an address gave, and the address it gave it at."""

    url: str
    body: bytes
    media_type: str


class Downloader:
    """Fetches single addresses; remembers each host's robots.txt while it lives."""

    def __init__(self, settings: CollectorSettings, *, limit: int = 400_000_000) -> None:
        self._settings, self._limit = settings, limit
        self._guard = Guard.of(settings)
        self._agent = user_agent(settings)
        self._robots: dict[str, Protego] = {}

    def __call__(self, url: str) -> Downloaded:
        """Fetch ``url``. Raises ``FetchError`` that says why not: address, robots.txt, status, size, time."""
        self._check(url)
        if not self._rules(url).can_fetch(url, self._agent):
            raise FetchError(f"{url} is refused by its robots.txt.", remedy="Ask the publisher for a file.", retry=False)
        return self._get(url, limit=self._limit)

    def _check(self, url: str) -> None:
        """Refuse private addresses by spelling and by what the name resolves to (a proxy resolves for itself)."""
        if refused := self._guard.refusal(url):
            raise FetchError(f"{url} is not fetched. {refused.reason}", retry=False)
        host = (urlsplit(url).hostname or "").lower()
        if self._settings.proxy or self._guard.names(host):
            return
        try:
            addresses = {str(found[4][0]) for found in socket.getaddrinfo(host, None)}
        except OSError as error:
            raise FetchError(f"{host} is not known.", remedy="Check the address.") from error
        if any(is_private(address) for address in addresses):
            raise FetchError(f"{host} lies on a private network; allow it in collector.allow_private_hosts.", retry=False)

    def _rules(self, url: str) -> Protego:
        host = urljoin(url, "/")
        if host not in self._robots:
            self._robots[host] = Protego.parse(self._robots_text(urljoin(host, "/robots.txt")))
        return self._robots[host]

    def _robots_text(self, url: str) -> str:
        """The rules as text; a missing file (4xx) allows all, a broken host (5xx) nothing (RFC 9309)."""
        try:
            return self._get(url, limit=500_000).body.decode("utf-8", "replace")
        except FetchError as error:
            return "" if not error.retry else "User-agent: *\nDisallow: /"

    def _get(self, url: str, *, limit: int) -> Downloaded:
        request = Request(url, headers={"User-Agent": self._agent, "Accept": "*/*"})  # noqa: S310 # the guard let http(s) through
        try:
            with self._opener().open(request, timeout=self._settings.timeout_s) as answer:
                body = answer.read(limit + 1)
                found = Downloaded(answer.url, body, answer.headers.get("Content-Type", ""))
        except HTTPError as error:
            error.close()
            raise FetchError(f"{url} answers {error.code}.", remedy="Check the address.", retry=error.code >= 500) from error
        except (URLError, OSError, HTTPException, ValueError) as error:
            raise FetchError(f"{url} does not answer: {getattr(error, 'reason', error)}.", remedy="Try again later.") from error
        if len(body) > limit:
            raise FetchError(f"{url} gives more than {limit} bytes.", remedy="Download it and import the file.", retry=False)
        return found

    def _opener(self) -> OpenerDirector:
        proxy = self._settings.proxy
        proxies = ProxyHandler({"http": proxy, "https": proxy} if proxy else {})
        return build_opener(proxies, HTTPSHandler(context=ssl.create_default_context()), _Redirects(self))


class _Redirects(HTTPRedirectHandler):
    """Where an answer points is checked like the address itself."""

    def __init__(self, downloader: Downloader) -> None:
        self._downloader = downloader

    def redirect_request(  # noqa: PLR0917 # the standard library's signature
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Request | None:
        """Follow to an address that may be asked."""
        self._downloader._check(newurl)  # noqa: SLF001 # one class in two, as urllib wants it
        return super().redirect_request(req, fp, code, msg, headers, newurl)
