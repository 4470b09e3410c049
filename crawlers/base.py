"""The seam of collection: a file in this folder is a kind of source, written as pure functions of what was fetched.

Retrieving and parsing are two seams. A collector says what to ask (``requests``) and reads what came (``parse``); the engine
asks, politely, and knows nothing of feeds or timelines. What cannot be read is a value (``Unlisted``), not an exception.
"""

import json
import pkgutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Protocol

from factdesk.errors import SettingsError, UnreadableError
from factdesk.records import Source, SourceRole

POST_MEDIA_TYPE = "application/vnd.factdesk.post+json"
FEED_ACCEPT = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"
_NOT_KINDS = frozenset({"base", "claimreview", "detect", "opml"})  # readers and tools beside the kinds; some load slowly


@dataclass(frozen=True, slots=True)
class Credential:
    """A header that a request needs and the *name* of the secret in it; the value is put in by the engine alone.

    The header sent is ``prefix`` and the secret, such as ``Authorization: Bearer …``.
    """

    header: str
    secret: str
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class ListingRequest:
    """One address to ask for a listing. ``conditional`` requests carry the ETag and date of the last answer."""

    url: str
    accept: str = FEED_ACCEPT
    conditional: bool = False
    credential: Credential | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer: ``url`` after redirects, headers with lower-case names in their order, ``body`` without content coding."""

    url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    fetched_at: datetime

    def header(self, name: str) -> str:
        """Return the values of header ``name`` (lower case) joined by commas, or an empty string."""
        return ", ".join(value for key, value in self.headers if key == name)

    @property
    def media_type(self) -> str:
        """The media type in lower case, without parameters; an empty string when none was given."""
        return self.header("content-type").split(",")[0].split(";")[0].strip().lower()

    @property
    def charset(self) -> str | None:
        """The charset parameter of the media type."""
        for part in self.header("content-type").split(";")[1:]:
            name, _, value = part.partition("=")
            if name.strip().lower() == "charset" and value.strip():
                return value.split(",")[0].strip().strip("\"'").lower()[:60] or None
        return None


@dataclass(frozen=True, slots=True)
class ItemLink:
    """An article that a listing names. ``updated`` later than the last fetch means that it was corrected."""

    url: str
    title: str | None = None
    published: datetime | None = None
    updated: datetime | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Post:
    """A public post, reduced before anything is stored: no name, handle, avatar or account (never 2).

    ``text`` has each mention replaced by ``@…``; ``url`` is for the person who verifies it only; ``voice`` is the keyed hash of
    the account, whose key is destroyed after its week. ``address`` is what the ledger and the archive call the post: it never
    spells an account, so it is a ``urn:`` where the platform has no such link. ``views`` are told apart from what readers did.
    """

    platform: str
    instance: str
    id: str
    text: str
    language: str | None
    published: datetime
    edited: datetime | None
    replies: int
    shares: int
    likes: int
    url: str
    hashtags: tuple[str, ...]
    voice: str | None
    scheme: str = "https"
    address: str = ""
    views: int = 0

    @property
    def api_url(self) -> str:
        """The address that names the post without its account; posts archived before it was stored are Mastodon's."""
        return self.address or f"{self.scheme}://{self.instance}/api/v1/statuses/{self.id}"

    def to_json(self) -> bytes:
        """Return the bytes that are archived."""
        fields = asdict(self) | {
            "published": self.published.isoformat(),
            "edited": self.edited.isoformat() if self.edited else None,
        }
        return json.dumps(fields, ensure_ascii=False, sort_keys=True).encode("utf-8", "replace")

    @classmethod
    def from_json(cls, body: bytes) -> "Post":
        """Read what ``to_json`` wrote. Raises ``UnreadableError``."""
        try:
            fields = json.loads(body)
            edited = fields["edited"]
            return cls(
                **(
                    fields
                    | {
                        "published": datetime.fromisoformat(fields["published"]),
                        "edited": datetime.fromisoformat(edited) if edited else None,
                        "hashtags": tuple(fields["hashtags"]),
                    }
                )
            )
        except (ValueError, TypeError, KeyError) as error:
            raise UnreadableError(f"A reduced post cannot be read: {error}.", remedy="Replay its source.") from error


@dataclass(frozen=True, slots=True)
class Listing:
    """What one fetched listing says. ``next`` are follow-up requests of the same poll; ``cursor`` is kept for the next poll.

    ``left_out`` counts posts that are not public or whose account asks not to be indexed.
    """

    links: tuple[ItemLink, ...] = ()
    posts: tuple[Post, ...] = ()
    next: tuple[ListingRequest, ...] = ()
    cursor: str | None = None
    title: str | None = None
    language: str | None = None
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Unlisted:
    """A listing that cannot be read, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What a parser may know: the source, its cursor, how many items are wanted, and the key that makes voices."""

    source: Source
    cursor: str | None = None
    limit: int = 100
    voice_key: bytes = b""


@dataclass(frozen=True, slots=True)
class Detection:
    """What stands behind an address: how it can be polled. ``note`` is what the person who adds it should know."""

    kind: str
    url: str
    name: str
    language: str | None = None
    role: SourceRole = SourceRole.PRESS
    note: str = ""


class Collector(Protocol):
    """A kind of source. All methods are pure. A kind subclasses this and says only what differs from the defaults."""

    @property
    def kind(self) -> str:
        """The word that names it in ``sources``."""
        ...

    @property
    def social(self) -> bool:
        """Whether its items are posts, reduced here, each with the keyed hash of its account."""
        return False

    @property
    def role(self) -> SourceRole:
        """What a source of this kind is to the desk when nobody says otherwise."""
        return SourceRole.SOCIAL if self.social else SourceRole.PRESS

    def requests(self, asked: Asked) -> tuple[ListingRequest, ...]:
        """Return what to ask first at a poll; nothing when the source's address is none of this kind."""
        ...

    def parse(self, fetched: Fetched, asked: Asked) -> Listing | Unlisted:
        """Read one answer with status 200, also one that ``again`` asked for."""
        ...

    def detect(self, fetched: Fetched) -> Detection | None:
        """Say whether ``fetched`` is a listing of this kind."""
        del fetched
        return None

    def recognise(self, url: str) -> Detection | None:
        """Say from the address alone, without a request, whether this kind is meant.

        Raises ``FetchError`` when it is an address of the platform that is not followed, such as one person's.
        """
        del url
        return None

    def again(self, address: str, asked: Asked) -> ListingRequest | None:
        """Return the request whose answer gives the one post at ``address`` again; ``None`` when there is no such request."""
        del address, asked
        return None


@cache
def collectors() -> Mapping[str, Collector]:
    """Return the kinds of sources: every module of this package without underscore that has a ``COLLECTOR``."""
    folders = [str(Path(__file__).parent)]
    found: dict[str, Collector] = {}
    for module in sorted(pkgutil.iter_modules(folders), key=lambda module: module.name):
        if module.name.startswith("_") or module.name in _NOT_KINDS:
            continue
        kind: Collector | None = getattr(import_module(f"crawlers.{module.name}"), "COLLECTOR", None)
        if kind is not None:
            found[kind.kind] = kind
    return found


def collector(kind: str) -> Collector:
    """Return the collector of ``kind``. Raises ``SettingsError`` that lists the kinds there are."""
    try:
        return collectors()[kind]
    except KeyError:
        known = ", ".join(collectors())
        raise SettingsError(f"There is no kind of source {kind!r}.", remedy=f"Use one of: {known}.") from None


def instant(value: datetime | None) -> datetime | None:
    """Return ``value`` in UTC when it is a plausible date of publication, else ``None``."""
    if value is None:
        return None
    value = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    return value if value.year > 1994 else None
