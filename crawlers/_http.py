"""What every request obeys: who we say we are, which addresses are never asked, and when a host wants to be asked again."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from importlib.metadata import PackageNotFoundError, version
from urllib.parse import urlsplit

from crawlers._addresses import host_of, is_inner_name, is_metadata, is_private, literal
from factdesk.records import Outcome
from factdesk.settings import CollectorSettings

__all__ = ["Failed", "Guard", "Refused", "authority", "origin", "retry_after", "user_agent"]

PRODUCT = "Factdesk"
LONGEST_URL = 12_000  # characters; servers take 8,000, and a longer one is an attack or a mistake
_PORTS = {"http": 80, "https": 443}
_LONGEST_WAIT = timedelta(days=1)


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


def origin(url: str) -> str:
    """Return what one robots.txt speaks for: scheme, host and, when unusual, port. Raises ``ValueError``."""
    parts, host = urlsplit(url), host_of(url)
    shown = f"[{host}]" if ":" in host else host
    port = f":{parts.port}" if parts.port and parts.port != _PORTS.get(parts.scheme) else ""
    return f"{parts.scheme}://{shown}{port}"


def authority(url: str) -> str:
    """Return what shares one delay: the host, whatever its scheme, port or leading ``www.``; empty when there is none."""
    try:
        return host_of(url).removeprefix("www.")
    except ValueError:
        return ""


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
        """Whether the settings allow ``host`` on a private address: by its own name, or ``*.name`` for what is below it."""
        return any(host == pattern or (pattern[:2] == "*." and host.endswith(pattern[1:])) for pattern in self.allowed)

    def admits(self, host: str, address: str) -> bool:
        """Whether a connection to ``address`` may be made when ``host`` was asked for."""
        if is_metadata(address):
            return host in self.allowed
        return self.names(host) or not is_private(address)

    def is_public(self, url: str) -> bool:
        """Whether ``url`` asks a host other than this machine's own names and the allowed private ones."""
        try:
            host = host_of(url)
        except ValueError:
            return False
        return not (self.names(host) or is_inner_name(host) or (literal(host) and is_private(host)))

    def refusal(self, url: str) -> Refused | None:
        """Say why ``url`` must not be asked, judged by its spelling; the resolver and the socket judge addresses."""
        if len(url) > LONGEST_URL:
            return Refused(Outcome.REFUSED_ADDRESS, f"The address has {len(url)} characters, more than {LONGEST_URL}.")
        try:
            parts = urlsplit(url)
            host, _ = host_of(url), parts.port
        except ValueError as error:
            return Refused(Outcome.REFUSED_ADDRESS, f"The address is malformed: {str(error)[:80]}.")
        if parts.scheme not in _PORTS or not host:
            return Refused(
                Outcome.REFUSED_ADDRESS, f"Only http and https are fetched, not {parts.scheme or 'a relative address'}."
            )
        if "@" in parts.netloc:
            return Refused(Outcome.REFUSED_ADDRESS, "The address carries a user name.")
        return None if self.names(host) else self._unnamed(host)

    def _unnamed(self, host: str) -> Refused | None:
        if is_inner_name(host) or (literal(host) and is_private(host)):
            return Refused(Outcome.REFUSED_ADDRESS, f"{host} is a private address; allow it in collector.allow_private_hosts.")
        if not self.contact:
            return Refused(Outcome.REFUSED_ADDRESS, "No public host is asked before collector.contact is set.")
        return None


def retry_after(value: str, *, now: datetime) -> datetime | None:
    """Read a Retry-After header (seconds or a date); a wait of more than a day is cut to a day."""
    value = value.strip()[:60]
    if not value:
        return None
    if value.isascii() and value.isdigit():
        wait = timedelta(seconds=min(int(value), int(_LONGEST_WAIT.total_seconds())))
        return now + wait
    try:
        at = parsedate_to_datetime(value)
        at = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError, TypeError):
        return None
    return min(max(at, now), now + _LONGEST_WAIT)
