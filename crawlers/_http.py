"""What every request obeys: who we say we are, which addresses are never asked, how much is taken, and who opted out."""

import ipaddress
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from fnmatch import fnmatchcase
from importlib.metadata import PackageNotFoundError, version
from urllib.parse import urlsplit

from factdesk.records import Outcome
from factdesk.settings import CollectorSettings

PRODUCT = "Factdesk"
_PORTS = {"http": 80, "https": 443}
_LONGEST_WAIT = timedelta(days=1)
_META = re.compile(rb"<meta\b[^>]{0,300}>", re.IGNORECASE)
_META_NAME = re.compile(rb"name\s*=\s*[\"']?(robots|factdesk|tdm-reservation)\b", re.IGNORECASE)
_META_CONTENT = re.compile(rb"content\s*=\s*[\"']?([^\"'>]{1,200})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Refused:
    """What was not fetched, or not kept, and will not be asked again."""

    outcome: Outcome
    reason: str
    status: int | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """What may succeed later; ``after`` is when the host wants to be asked again. ``waits`` counts no attempt."""

    reason: str
    status: int | None = None
    after: datetime | None = None
    waits: bool = False


def user_agent(settings: CollectorSettings) -> str:
    """Return the User-Agent: the program, its version, and how to reach who runs it."""
    try:
        number = version("factdesk")
    except PackageNotFoundError:
        number = "0"
    contact = "".join(character for character in settings.contact if character.isprintable()).strip()
    return f"{PRODUCT}/{number} (+{contact})" if contact else f"{PRODUCT}/{number}"


def authority(url: str) -> str:
    """Return the host in lower case, with its port when that is not the scheme's own."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    return f"{host}:{parts.port}" if parts.port and parts.port != _PORTS.get(parts.scheme) else host


@dataclass(frozen=True, slots=True)
class Guard:
    """Which addresses may be asked: private ones only by name, and no public one without a contact."""

    allowed: tuple[str, ...]
    contact: bool

    @classmethod
    def of(cls, settings: CollectorSettings) -> "Guard":
        """Return the guard that ``settings`` ask for."""
        return cls(tuple(pattern.lower() for pattern in settings.allow_private_hosts), bool(settings.contact.strip()))

    def names(self, host: str) -> bool:
        """Whether the settings allow ``host`` on a private address."""
        return any(fnmatchcase(host, pattern) for pattern in self.allowed)

    def is_public(self, url: str) -> bool:
        """Whether ``url`` asks a host other than this machine's own names and the allowed private ones."""
        host = (urlsplit(url).hostname or "").lower()
        return not (self.names(host) or is_local_name(host) or private_literal(host))

    def refusal(self, url: str) -> Refused | None:
        """Say why ``url`` must not be asked, judged by its spelling; the resolver judges addresses."""
        try:
            parts = urlsplit(url)
            host, _ = (parts.hostname or "").lower(), parts.port
        except ValueError:
            return Refused(Outcome.REFUSED_ADDRESS, "The address is malformed.")
        if parts.scheme not in _PORTS or not host:
            return Refused(
                Outcome.REFUSED_ADDRESS, f"Only http and https are fetched, not {parts.scheme or 'a relative address'}."
            )
        if parts.username or parts.password:
            return Refused(Outcome.REFUSED_ADDRESS, "The address carries a user name.")
        return None if self.names(host) else self._unnamed(host)

    def _unnamed(self, host: str) -> Refused | None:
        if is_local_name(host) or private_literal(host):
            return Refused(Outcome.REFUSED_ADDRESS, f"{host} is a private address; allow it in collector.allow_private_hosts.")
        if not self.contact:
            return Refused(Outcome.REFUSED_ADDRESS, "No public host is asked before collector.contact is set.")
        return None


def is_local_name(host: str) -> bool:
    """Whether ``host`` names this machine by definition (RFC 6761)."""
    return host == "localhost" or host.endswith(".localhost")


def is_private(address: str) -> bool:
    """Whether an IP address is anything but a public unicast one."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return True
    inner = getattr(parsed, "ipv4_mapped", None) or getattr(parsed, "sixtofour", None) or parsed
    return not inner.is_global or inner.is_multicast or inner.is_reserved


def private_literal(host: str) -> bool:
    """Whether ``host`` is written as an IP address, and a private one."""
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return is_private(host)


def opted_out(headers: Sequence[tuple[str, str]], body: bytes = b"") -> str | None:
    """Say how a page asks not to be mined, if it does: X-Robots-Tag ``noai``, TDM-Reservation, or the same as ``<meta>``."""
    for name, value in headers:
        if name == "tdm-reservation" and value.strip() == "1":
            return "TDM-Reservation: 1"
        if name == "x-robots-tag" and _noai(value):
            return f"X-Robots-Tag: {value.strip()[:80]}"
    for tag in _META.findall(body[:65536]):
        found, content = _META_NAME.search(tag), _META_CONTENT.search(tag)
        if not found or not content:
            continue
        told = content[1].decode("ascii", "replace").strip().lower()
        if (found[1].lower() == b"tdm-reservation" and told == "1") or "noai" in re.split(r"[\s,]+", told):
            return f"<meta> {found[1].decode('ascii').lower()}: {told[:80]}"
    return None


def _noai(value: str) -> bool:
    """Whether a tag's value for everybody, or for us by name, holds ``noai``."""
    named, _, rules = value.rpartition(":")
    agent = named.strip().lower()
    return agent in {"", "*", PRODUCT.lower()} and "noai" in re.split(r"[\s,]+", rules.strip().lower())


class TooLargeError(ValueError):
    """More came out of a compressed answer than is taken."""


def decoded(body: bytes, coding: str, *, limit: int) -> bytes:
    """Undo gzip and deflate. Raises ``TooLargeError`` over ``limit`` bytes, ``ValueError`` for a bad stream."""
    for name in reversed([part.strip().lower() for part in coding.split(",") if part.strip()]):
        if name in {"gzip", "x-gzip"}:
            body = inflated(body, limit=limit)
        elif name == "deflate":
            body = _deflated(body, limit=limit)
        elif name != "identity":
            msg = f"unknown content coding {name}"
            raise ValueError(msg)
    return body


def inflated(body: bytes, *, limit: int) -> bytes:
    """Unpack gzip (all members). Raises ``TooLargeError`` over ``limit`` bytes, ``ValueError`` for a bad stream."""
    out: list[bytes] = []
    size = 0
    rest = body
    while rest.strip(b"\x00"):
        engine = zlib.decompressobj(wbits=31)
        try:
            part = engine.decompress(rest, limit - size + 1)
        except zlib.error as error:
            if out:
                break  # trailing garbage after a good member
            raise ValueError(str(error)) from error
        size += len(part)
        if size > limit:
            raise TooLargeError
        out.append(part)
        rest = engine.unused_data if engine.eof else b""
    return b"".join(out)


def _deflated(body: bytes, *, limit: int) -> bytes:
    """Unpack deflate, with or without the zlib header (servers do both)."""
    for wbits in (15, -15):
        try:
            out = zlib.decompressobj(wbits=wbits).decompress(body, limit + 1)
        except zlib.error:
            continue
        if len(out) > limit:
            raise TooLargeError
        return out
    msg = "a bad deflate stream"
    raise ValueError(msg)


def retry_after(value: str, *, now: datetime) -> datetime | None:
    """Read a Retry-After header (seconds or a date); a wait of more than a day is cut to a day."""
    value = value.strip()
    if not value:
        return None
    if value.isdigit():
        wait = timedelta(seconds=min(int(value), int(_LONGEST_WAIT.total_seconds())))
        return now + wait
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(max(at, now), now + _LONGEST_WAIT)
