"""What an outlet shows at one moment: its items with their addresses, instants and, once corrected, their corrected words.

The pages, feeds and API answers are all made from these entries, so that they agree with each other.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

from factdesk.demo.world import Item, Outlet, World, instant

FEED_PATHS = {
    "rss": "/feed.xml",
    "brokenxml": "/feed.xml",
    "latin1": "/feed.xml",
    "factcheck": "/feed.xml",
    "authority": "/feed.xml",
    "forbidden": "/feed.xml",
    "error500": "/feed.xml",
    "atom": "/atom.xml",
    "jsonfeed": "/feed.json",
}
FEED_TYPES = {"/feed.xml": "application/rss+xml", "/atom.xml": "application/atom+xml", "/feed.json": "application/feed+json"}
SITEMAP_PATH = "/news-sitemap.xml"


@dataclass(frozen=True, slots=True)
class Entry:
    """An item as it stands now. ``number`` is the ascending id that the Mastodon API gives it."""

    item: Item
    url: str
    published: datetime
    updated: datetime
    paragraphs: tuple[str, ...]
    note: str
    number: int

    @property
    def lead(self) -> str:
        """The summary, or the first paragraph where there is none."""
        return self.item.summary or (self.paragraphs[0] if self.paragraphs else self.item.text)


@dataclass(frozen=True, slots=True)
class Edition:
    """An outlet at one moment: where it is reached and its entries, newest first."""

    outlet: Outlet
    base: str
    entries: tuple[Entry, ...]
    updated: datetime

    @property
    def language(self) -> str:
        """Language of the outlet's own words."""
        return self.outlet.languages[0] if self.outlet.languages else "en"

    @property
    def feed_path(self) -> str:
        """Path of the feed, or an empty string."""
        return FEED_PATHS.get(self.outlet.serves, "")

    def at(self, path: str) -> Entry | None:
        """Return the entry whose page has ``path``."""
        return next((entry for entry in self.entries if entry.url == self.base + path), None)


def edition(world: World, outlet: Outlet, *, port: int, now: datetime, corrected_at: datetime | None = None) -> Edition:
    """Build what ``outlet`` shows at ``now``; corrections show once ``corrected_at`` is set, and date the listings."""
    base = f"http://{outlet.host}:{port}"
    entries = [
        _entry(item, base, now=now, order=order, corrected=corrected_at is not None)
        for order, item in enumerate(world.items[outlet.key])
    ]
    entries.sort(key=lambda entry: entry.number, reverse=True)
    times = [entry.updated for entry in entries]
    if corrected_at and any(entry.note for entry in entries):
        times.append(corrected_at)
    return Edition(outlet, base, tuple(entries), max(times, default=now - timedelta(days=7)))


def _entry(item: Item, base: str, *, now: datetime, order: int, corrected: bool) -> Entry:
    published = instant(item, now)
    correction = item.corrected if corrected else None
    return Entry(
        item=item,
        url=base + address(item),
        published=published,
        updated=max(published, instant(correction, now)) if correction else published,
        paragraphs=correction.paragraphs if correction else item.paragraphs,
        note=(correction.note or "Corrected.") if correction else "",
        number=(int(published.timestamp() * 1000) << 16) + order,
    )


def address(item: Item) -> str:
    """Path of the item's page; a post's spells its handle, as on a real instance."""
    if item.kind == "post" and item.account:
        return f"/@{item.account.username}/{item.id}"
    return quote(item.path, safe="/%@~")
