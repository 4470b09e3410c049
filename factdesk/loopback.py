"""A small HTTP server on loopback that answers for many host names on one port, for the demo world and for recorded pages.

It is a forward proxy too (``GET http://host/path``), because plain name resolution knows no ``courier.localhost``. It keeps
connections alive, answers conditional requests, prints nothing, and counts each request so that a test can check a
collector's manners.
"""

import asyncio
import hashlib
import itertools
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, urlsplit

import uvicorn
from starlette.types import Receive, Scope, Send

from factdesk.errors import SettingsError

_KEPT_VISITS = 100_000


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked: ``host`` in lower case without port, ``path`` and ``query`` as sent (still percent-encoded)."""

    method: str
    host: str
    path: str
    query: str = ""
    headers: tuple[tuple[str, str], ...] = ()

    def header(self, name: str) -> str:
        """Return the header ``name`` (lower case), or an empty string."""
        return next((value for key, value in self.headers if key == name), "")

    @property
    def arguments(self) -> dict[str, str]:
        """The query's arguments; of a repeated one the last."""
        return dict(parse_qsl(self.query, keep_blank_values=True))


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent back. ``media_type`` is the whole Content-Type; a 200 gets an ETag of its body's SHA-256."""

    body: bytes
    media_type: str = "text/html; charset=utf-8"
    status: int = 200
    modified: datetime | None = None
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Visit:
    """One request as the server saw it; ``started_s`` and ``ended_s`` are seconds of a monotonic clock."""

    host: str
    target: str
    status: int
    agent: str
    connection: int
    started_s: float
    ended_s: float


@dataclass(frozen=True, slots=True)
class Tally:
    """A host's requests counted: how many, on how many connections, how many at once, least seconds between two starts."""

    count: int = 0
    connections: int = 0
    max_simultaneous: int = 0
    min_gap_s: float = float("inf")


def tally(visits: tuple[Visit, ...]) -> Tally:
    """Count ``visits`` (of one host, or of all)."""
    starts = sorted(visit.started_s for visit in visits)
    edges = sorted([(visit.started_s, 1) for visit in visits] + [(visit.ended_s, -1) for visit in visits])
    at_once = most = 0
    for _, step in edges:
        at_once += step
        most = max(most, at_once)
    return Tally(
        count=len(visits),
        connections=len({visit.connection for visit in visits}),
        max_simultaneous=most,
        min_gap_s=min((b - a for a, b in itertools.pairwise(starts)), default=float("inf")),
    )


class RequestLog:
    """The last 100,000 requests, in the order in which they ended; safe to read from another thread."""

    def __init__(self) -> None:
        self._visits: deque[Visit] = deque(maxlen=_KEPT_VISITS)
        self._lock = threading.Lock()

    def add(self, visit: Visit) -> None:
        """Remember ``visit``."""
        with self._lock:
            self._visits.append(visit)

    def clear(self) -> None:
        """Forget all, so that a second poll can be looked at alone."""
        with self._lock:
            self._visits.clear()

    def visits(self, host: str | None = None) -> tuple[Visit, ...]:
        """Return the requests to ``host``, or all."""
        with self._lock:
            return tuple(visit for visit in self._visits if host in (None, visit.host))

    def tally(self, host: str | None = None) -> Tally:
        """Count the requests to ``host``, or all."""
        return tally(self.visits(host))


class LoopbackServer:
    """Serves ``answer(request)`` on 127.0.0.1 in a thread of its own; a context manager.

    ``port`` 0 takes a free one. ``latency_s`` holds every answer that long, which lets simultaneous requests show in ``log``.
    Raises ``SettingsError`` when the port is taken.
    """

    def __init__(self, answer: Callable[[Request], Answer], *, port: int = 0, latency_s: float = 0.0) -> None:
        self.log = RequestLog()
        self._answer = answer
        self._latency_s = latency_s
        self._socket = _listen(port)
        self.port: int = self._socket.getsockname()[1]
        self._server = uvicorn.Server(
            uvicorn.Config(
                self._serve,
                interface="asgi3",
                http="h11",
                loop="asyncio",
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=2,
                timeout_keep_alive=30,
            )
        )
        self._thread = threading.Thread(target=self._run, name=f"loopback-{self.port}", daemon=True)

    @property
    def url(self) -> str:
        """Address of the server itself: its index page, and the proxy to set in ``collector.proxy``."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> Self:
        """Begin to answer. Requests are accepted as soon as this returns."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Finish what is being answered, close every connection and free the port; a second call does nothing."""
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join(timeout=5)
        self._socket.close()

    def _run(self) -> None:
        self._server.run(sockets=[self._socket])

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        del receive
        started = time.monotonic()
        request = _request(scope)
        answer = conditional(request, self._answered(request))
        await asyncio.sleep(self._latency_s)
        target = f"{request.path}?{request.query}" if request.query else request.path
        client = scope["client"][1] if scope["client"] else 0
        self.log.add(
            Visit(
                host=request.host,
                target=target,
                status=answer.status,
                agent=request.header("user-agent"),
                connection=client,
                started_s=started,
                ended_s=time.monotonic(),
            )
        )
        headers = [(b"content-type", answer.media_type.encode()), (b"content-length", str(len(answer.body)).encode())]
        if answer.status == 304:
            headers = []
        headers += [(name.lower().encode(), value.encode("latin-1")) for name, value in answer.headers]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if request.method == "HEAD" else answer.body})

    def _answered(self, request: Request) -> Answer:
        if request.method == "CONNECT":
            return Answer(b"This proxy serves http:// addresses only; ask for the http:// form.\n", "text/plain", 501)
        if request.method not in {"GET", "HEAD"}:
            return Answer(b"Only GET and HEAD are answered here.\n", "text/plain", 405, headers=(("allow", "GET, HEAD"),))
        return self._answer(request)


def conditional(request: Request, answer: Answer) -> Answer:
    """Add ETag and Last-Modified to a 200, or return the 304 that the request's validators deserve (RFC 9110, 13.2.2)."""
    if answer.status != 200:
        return answer
    tag = f'"{hashlib.sha256(answer.body).hexdigest()[:24]}"'
    headers = (*answer.headers, ("etag", tag))
    if answer.modified:
        headers += (("last-modified", format_datetime(answer.modified.astimezone(UTC), usegmt=True)),)
    if _unchanged(request, tag=tag, modified=answer.modified):
        return Answer(b"", answer.media_type, 304, headers=headers)
    return Answer(answer.body, answer.media_type, 200, headers=headers)


def _unchanged(request: Request, *, tag: str, modified: datetime | None) -> bool:
    known = request.header("if-none-match")
    if known:
        return known.strip() == "*" or tag in {part.strip().removeprefix("W/") for part in known.split(",")}
    since = request.header("if-modified-since")
    if not since or modified is None:
        return False
    try:
        return modified.replace(microsecond=0) <= parsedate_to_datetime(since)
    except (TypeError, ValueError):  # not a date, or one without a zone: the header is ignored
        return False


def _request(scope: Scope) -> Request:
    headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"])
    target = scope["raw_path"].decode("latin-1")
    authority = next((value for name, value in headers if name == "host"), "")
    if "://" in target[:8]:  # absolute form: a request to a proxy names its host there (RFC 9112, 3.2.2)
        authority, slash, rest = target.partition("://")[2].partition("/")
        target = slash + rest
    return Request(
        method=scope["method"],
        host=_host(authority),
        path=target or "/",
        query=scope["query_string"].decode("latin-1"),
        headers=headers,
    )


def _host(authority: str) -> str:
    try:
        return (urlsplit(f"//{authority}").hostname or "").rstrip(".")
    except ValueError:
        return ""


def _listen(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
        listener.listen(256)
    except (OSError, OverflowError) as error:
        listener.close()
        raise SettingsError(f"Port {port} cannot be used: {error}.", remedy="Name another with --port.") from error
    return listener
