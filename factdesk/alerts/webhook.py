"""An alert by webhook: a signed POST to an address that a member of the desk gave, and never to the desk's own network.

The host is resolved here and only an address that the guard admits is connected to, so that a name which changes what it leads
to (DNS rebinding) gains nothing. Redirects are not followed.
"""

import hashlib
import hmac
import http.client
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from crawlers._addresses import host_of
from crawlers._http import Guard, user_agent
from factdesk.errors import DeliveryError, NotAllowedError
from factdesk.messages import tell
from factdesk.settings import Settings

SIGNATURE = "Factdesk-Signature"
_TIMEOUT_S = 10
_LONGEST_S = 20
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Call:
    """What is posted, to where, and the key under which it may come twice."""

    url: str
    body: bytes
    secret: str
    key: str
    attempt: int


def require_hook(settings: Settings, url: str) -> None:
    """Raise ``NotAllowedError`` for an address that no webhook may have, judged by its spelling; the socket judges the rest."""
    guard = _guard(settings)
    refused = guard.refusal(url)
    if refused is not None:
        raise NotAllowedError(refused.reason.replace("collector.", "alerts."), remedy="Give another address.")
    if urlsplit(url).scheme != "https" and not guard.names(host_of(url)):
        raise NotAllowedError("A webhook's address begins with https.", remedy="alerts.allow_private_hosts names exceptions.")


def sign(body: bytes, *, secret: str, at: datetime) -> str:
    """Return the signature header: ``t`` (Unix seconds) and ``v1``, HMAC-SHA256 in hexadecimal over ``t.body``."""
    moment = str(int(at.timestamp()))
    digest = hmac.new(secret.encode(), moment.encode() + b"." + body, hashlib.sha256).hexdigest()
    return f"t={moment},v1={digest}"


def post(settings: Settings, call: Call, *, at: datetime) -> str:
    """Post a signed body; return what was answered.

    Raises ``DeliveryError`` for any answer but 2xx, final for 410 (Gone) and for an address that is not allowed.
    """
    try:
        require_hook(settings, call.url)
    except NotAllowedError as error:
        raise DeliveryError(str(error), final=True) from error
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": user_agent(settings.collector),
        "Factdesk-Delivery": call.key,
        "Factdesk-Attempt": str(call.attempt),
        SIGNATURE: sign(call.body, secret=call.secret, at=at),
    }
    try:
        status = _status(_guard(settings), call, headers)
    except (OSError, http.client.HTTPException) as error:
        raise DeliveryError(tell("The webhook's host cannot be used: %(why)s.", why=_told(error))) from error
    if 200 <= status < 300:
        return f"HTTP {status}"
    what = tell("The webhook answered HTTP %(status)s.", status=status)
    if 300 <= status < 400:
        what = tell("The webhook answered a redirect, which is not followed.")
    raise DeliveryError(what, final=status == http.HTTPStatus.GONE)


def _status(guard: Guard, call: Call, headers: Mapping[str, str]) -> int:
    parts = urlsplit(call.url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection = _Guarded(guard, host_of(call.url), parts.port or _PORTS[parts.scheme], tls=parts.scheme == "https")
    with closing(connection):
        end = threading.Timer(_LONGEST_S, connection.cut)  # one that answers a byte at a time
        end.daemon = True
        end.start()
        try:
            connection.request("POST", target, body=call.body, headers=dict(headers))
            return connection.getresponse().status
        finally:
            end.cancel()


class _Guarded(http.client.HTTPConnection):
    """A connection to an address of the host that the guard admits."""

    def __init__(self, guard: Guard, host: str, port: int, *, tls: bool) -> None:
        super().__init__(host, port, timeout=_TIMEOUT_S)
        self.default_port = _PORTS["https" if tls else "http"]  # what is left out of the Host header
        self._guard = guard
        self._tls = tls

    def connect(self) -> None:
        """Resolve, judge, and connect to what was judged."""
        found = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        admitted = [str(address[0]) for *_, address in found if self._guard.admits(self.host, str(address[0]))]
        if not admitted:
            raise DeliveryError(
                tell("%(host)s leads to a private address.", host=self.host),
                remedy="alerts.allow_private_hosts names exceptions.",
                final=True,
            )
        self.sock = socket.create_connection((admitted[0], self.port), timeout=_TIMEOUT_S)
        if self._tls:
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)

    def cut(self) -> None:
        """End what takes too long."""
        with suppress(OSError, AttributeError):
            self.sock.shutdown(socket.SHUT_RDWR)


def _guard(settings: Settings) -> Guard:
    return Guard(tuple(pattern.lower() for pattern in settings.alerts.allow_private_hosts), contact=True)


def _told(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error or type(error).__name__)[:200].rstrip(".")
