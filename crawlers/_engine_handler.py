"""Scrapy's own HTTP/1.1 with two checks on the connection itself: whom it leads to, and how long the head of an answer is.

The resolver hands out public addresses only. Asking the connected socket once more, before a byte is sent, makes that hold for
whatever else may connect: a kept connection, a hosts file, a resolver of tomorrow.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
)
from scrapy.crawler import Crawler
from scrapy.exceptions import ResponseDataLossError
from twisted.internet.defer import Deferred, fail
from twisted.internet.interfaces import IAddress
from twisted.python.failure import Failure
from twisted.web._newclient import BODY, DONE, Request
from twisted.web.iweb import IResponse

from crawlers._http import Guard

MOST_HEAD_BYTES = 262_144
_Admits = Callable[[str, str], bool]


class PrivatePeerError(Exception):
    """A connection led to a private address; nothing was sent on it."""


class HeadTooLargeError(Exception):
    """The head of an answer has no end."""


class GuardedHandler(HTTP11DownloadHandler):
    """Downloads over connections that are checked. Behind a proxy the proxy connects, and only the head is bounded."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        guard = Guard(tuple(crawler.settings.getlist("FACTDESK_ALLOWED_HOSTS")), contact=True)
        proxied = crawler.settings.getbool("FACTDESK_PROXIED")
        made = partial(_Factory, _anyone if proxied else guard.admits)
        self._pool._factory = made  # type: ignore[assignment] # noqa: SLF001 # as Scrapy sets its own


class _Factory(_LenientHTTP11ClientFactory):
    noisy = False

    def __init__(self, admits: _Admits, *given: object) -> None:
        super().__init__(*given)  # type: ignore[no-untyped-call] # Twisted's
        self._admits = admits

    def buildProtocol(self, addr: IAddress | None) -> "_Protocol":  # noqa: N802 # Twisted's name
        del addr
        return _Protocol(self._admits, self._quiescentCallback)


class _Protocol(_LenientHTTP11ClientProtocol):
    """One connection."""

    def __init__(self, admits: _Admits, *given: object) -> None:
        super().__init__(*given)  # type: ignore[no-untyped-call] # Twisted's
        self._admits = admits
        self._head = 0

    def request(self, request: Request) -> "Deferred[IResponse]":
        """Send ``request``, unless the socket leads where it must not."""
        self._head = 0
        transport: Any = self.transport  # Twisted's interfaces describe no instances
        peer = str(getattr(transport.getPeer(), "host", ""))
        host = (request.headers.getRawHeaders(b"host") or [b""])[0].decode("latin-1").lower()
        if not self._admits(_without_port(host), peer):
            transport.abortConnection()
            return fail(PrivatePeerError(f"{host} leads to {peer}"))
        return super().request(request)

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 # Twisted's name
        """Take what came; a head without end ends the connection."""
        if self._parser is not None and self._parser.state not in {BODY, DONE}:
            self._head += len(data)
        if self._head > MOST_HEAD_BYTES:
            error = HeadTooLargeError(f"more than {MOST_HEAD_BYTES} bytes of headers")
            self._giveUp(Failure(error))  # type: ignore[no-untyped-call] # the same
            return
        super().dataReceived(data)  # type: ignore[no-untyped-call] # the same


def caused_by(error: BaseException, kind: type[Exception]) -> bool:
    """Whether ``error`` came of one of ``kind``, through what Scrapy and Twisted wrapped around it."""
    if any(isinstance(getattr(reason, "value", None), kind) for reason in _reasons(error)):
        return True
    seen: BaseException | None = error
    while seen is not None and not isinstance(seen, kind):
        seen = seen.__cause__ or seen.__context__
    return seen is not None


def told(error: BaseException) -> str:
    """Return what went wrong in words for an operator, without the names of the libraries around it."""
    if isinstance(error, ResponseDataLossError):
        return "The answer was cut off."
    inner = next((reason.value for reason in _reasons(error) if isinstance(reason, Failure)), error)
    words = " ".join(str(inner).split())[:200]
    return f"{type(inner).__name__}: {words}" if words else type(inner).__name__


def _reasons(error: BaseException | None) -> Iterator[object]:
    """What Twisted gathered as the reasons of ``error`` or of what it was raised from."""
    while error is not None:
        yield from getattr(error, "reasons", ())
        error = error.__cause__ or error.__context__


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].removesuffix(".")


def _anyone(host: str, address: str) -> bool:
    del host, address
    return True
