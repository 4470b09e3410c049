"""Reads the invented world of the demo and refuses one that is not whole, so that the server can trust every field.

A world is a folder: ``outlets.json`` lists the outlets, ``<outlet key>.json`` the items of each. Everything in it is invented.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from datetime import time as clock
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import Field, TypeAdapter, ValidationError

from factdesk.errors import UnreadableError
from factdesk.records import SourceRole

LAST_DAY = 6
_T = TypeVar("_T")

Serves = Literal[
    "rss", "atom", "jsonfeed", "sitemap", "page", "mastodon", "factcheck", "authority", "error500", "forbidden", "brokenxml",
    "latin1",
]  # fmt: skip
Day = Annotated[int, Field(ge=0, le=LAST_DAY)]
Time = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
Count = Annotated[int, Field(ge=0)]


@dataclass(frozen=True, slots=True)
class Outlet:
    """A publisher of the world; ``serves`` names the one listing it has, or what is wrong with it."""

    key: str
    name: str
    host: Annotated[str, Field(pattern=r"^[a-z0-9-]+\.localhost$")]
    serves: Serves
    role: SourceRole
    languages: tuple[str, ...]
    about: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    """The ClaimReview of a fact-check, under schema.org's names."""

    claimReviewed: str  # noqa: N815 # schema.org's name
    ratingValue: float  # noqa: N815 # schema.org's name
    bestRating: float  # noqa: N815 # schema.org's name
    worstRating: float  # noqa: N815 # schema.org's name
    alternateName: str  # noqa: N815 # schema.org's name


@dataclass(frozen=True, slots=True)
class Correction:
    """What an article says after it was corrected, and the note its newsroom added."""

    day: Day
    time: Time
    paragraphs: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """Who posted: shown by the invented platform so that dropping it is exercised; nothing of it may be stored."""

    username: Annotated[str, Field(pattern=r"^\w+$")]
    display_name: str


@dataclass(frozen=True, slots=True)
class Item:
    """One article, post, fact-check or bulletin. ``day`` 0 is six days before the last; ``time`` is UTC."""

    id: str
    kind: Literal["article", "post", "factcheck", "bulletin"]
    language: str
    day: Day
    time: Time
    path: str = ""
    title: str = ""
    summary: str = ""
    paragraphs: tuple[str, ...] = ()
    byline: str = ""
    section: Literal["news", "opinion", "satire"] = "news"
    copy_of: str | None = None
    corrected: Correction | None = None
    text: str = ""
    account: Account | None = None
    replies: Count = 0
    shares: Count = 0
    likes: Count = 0
    hashtags: tuple[str, ...] = ()
    claimreview: Review | None = None
    claimLanguage: str = ""  # noqa: N815 # schema.org's spelling, as in the file

    @property
    def tags(self) -> tuple[str, ...]:
        """The hashtags without their sign."""
        return tuple(tag.lstrip("#") for tag in self.hashtags)


@dataclass(frozen=True, slots=True)
class World:
    """The outlets and, by outlet key, their items in the order of the event."""

    outlets: tuple[Outlet, ...]
    items: dict[str, tuple[Item, ...]]

    @property
    def count(self) -> int:
        """Number of items of all outlets."""
        return sum(map(len, self.items.values()))


def load_world(folder: Path | None = None) -> World:
    """Read the world in ``folder``, or the one that comes with Factdesk.

    Raises ``UnreadableError`` that names the file, the item and the field that is wrong.
    """
    folder = folder or Path(__file__).parent / "world"
    outlets = _outlets(folder / "outlets.json")
    world = World(outlets, {outlet.key: _items(folder / f"{outlet.key}.json") for outlet in outlets})
    fault = next(_faults(world), None)
    if fault:
        raise UnreadableError(f"The demo world in {folder.name} is not whole: {fault}.", remedy="Correct its JSON files.")
    return world


def instant(item: Item | Correction, now: datetime) -> datetime:
    """Return when ``item`` appeared if the last day is the day of ``now``: UTC, never later than ``now``.

    The last day is pressed into the part of it that has passed, so that order is kept and nothing lies ahead.
    """
    now = now.astimezone(UTC)
    midnight = datetime.combine(now.date(), clock(), tzinfo=UTC)
    hours, minutes = (int(part) for part in item.time.split(":"))
    into = timedelta(hours=hours, minutes=minutes)
    if item.day == LAST_DAY:
        return (midnight + (now - midnight) * (into / timedelta(days=1))).replace(microsecond=0)
    return midnight - timedelta(days=LAST_DAY - item.day) + into


def _outlets(path: Path) -> tuple[Outlet, ...]:
    return _checked(TypeAdapter(tuple[Outlet, ...]), path)


def _items(path: Path) -> tuple[Item, ...]:
    return tuple(sorted(_checked(TypeAdapter(tuple[Item, ...]), path), key=lambda item: (item.day, item.time, item.id)))


def _checked(adapter: TypeAdapter[_T], path: Path) -> _T:
    try:
        return adapter.validate_json(path.read_bytes())
    except OSError as error:
        raise UnreadableError(f"{path.name} of the demo world cannot be read: {error.strerror}.") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the file"
        raise UnreadableError(f"{path.name}, {place}: {first['msg']}.", remedy="Correct the file.") from error


def _faults(world: World) -> Iterator[str]:
    everything = [item for items in world.items.values() for item in items]
    names = {item.id for item in everything}
    yield from (f"{key} is there twice" for key in _twice([item.id for item in everything]))
    yield from (f"host {host} is there twice" for host in _twice([outlet.host for outlet in world.outlets]))
    for outlet in world.outlets:
        items = world.items[outlet.key]
        yield from (f"{outlet.key} has {path} twice" for path in _twice([item.path for item in items if item.path]))
        yield from (f"{item.id} {what}" for item in items for what in _item_faults(item, names))


def _item_faults(item: Item, names: set[str]) -> Iterator[str]:
    if item.copy_of and item.copy_of not in names:
        yield f"copies {item.copy_of}, which does not exist"
    if item.kind == "post":
        if not item.text or item.account is None:
            yield "is a post and lacks its text or account"
        return
    if not (item.title and item.paragraphs):
        yield "lacks its title or paragraphs"
    if not item.path.startswith("/") or item.path == "/":
        yield f"has the path {item.path!r}, which must begin with / and name a page"
    if item.kind == "factcheck" and item.claimreview is None:
        yield "is a fact-check and lacks its claimreview"


def _twice(names: list[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]
