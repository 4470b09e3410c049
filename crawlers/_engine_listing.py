"""One poll's listing, over all its pages: what it lists, or why nothing could be read."""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime

from crawlers._engine import LISTING, Ask, Fetcher, Got
from crawlers._http import Failed, Refused
from crawlers.base import Asked, ItemLink, Listing, ListingRequest, Post, Unlisted, collector
from factdesk.records import Outcome
from factdesk.settings import CollectorSettings
from factdesk.store.sources import Polling

_MOST_PAGES = 12
_OLDEST = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Read:
    """What the pages of one poll gave together."""

    links: list[ItemLink] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    cursor: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    status: int | None = None
    bytes: int = 0
    left_out: int = 0
    pages: int = 0
    end: Refused | Failed | Unlisted | None = None
    unchanged: bool = False
    conditional: bool = False
    moved_to: str | None = None
    cut_off: bool = False

    @property
    def size(self) -> int:
        return len(self.links) + len(self.posts)


class ListingReader:
    """Asks for listings and reads them; enters nothing."""

    def __init__(self, fetcher: Fetcher, *, settings: CollectorSettings) -> None:
        self._fetcher = fetcher
        self._settings = settings

    async def read(self, polling: Polling, *, voice_key: bytes = b"") -> Read:
        """Ask for the listing and what it names as following, up to the number of items wanted."""
        read = Read(cursor=polling.cursor)
        kind = collector(polling.source.kind)
        limit = self._settings.max_items_per_poll
        asked = Asked(polling.source, polling.cursor, limit, voice_key)
        following = deque(kind.requests(asked))
        if not following:
            read.end = Unlisted(f"The address is none that {kind.kind} can poll.")
        seen: set[str] = set()
        while following and read.pages < _MOST_PAGES and read.size < limit:
            request = following.popleft()
            if request.url in seen:
                continue
            seen.add(request.url)
            ask = self._ask(request, polling)
            read.conditional = read.conditional or bool(ask.etag or ask.last_modified)
            result = await self._fetcher.fetch(ask)
            if not isinstance(result, Got):
                read.end = result
                break
            if request.url == polling.source.url:
                read.moved_to = result.moved_permanently_to
            listing = await self._parsed(result, read, asked)
            if listing is None:
                break
            if asked.cursor and listing.posts == () and not listing.links and not listing.left_out and read.pages > 1:
                break
            following.extend(listing.next)
        full = read.size >= limit or read.pages >= _MOST_PAGES
        read.cut_off = full and bool(following) and asked.cursor is not None
        _cut(read, limit)
        if read.end is not None:  # what a failed page holds is asked for again
            read.cursor = polling.cursor
        return read

    async def _parsed(self, got: Got, read: Read, asked: Asked) -> Listing | None:
        """Read one answer into ``read``; ``None`` when there is nothing more to ask."""
        read.status = got.fetched.status
        read.bytes += len(got.raw.body)
        if got.fetched.status == 304:
            read.unchanged = True
            return None
        listing = await asyncio.to_thread(collector(asked.source.kind).parse, got.fetched, asked)
        if isinstance(listing, Unlisted):
            read.end = listing
            return None
        if read.pages == 0:
            read.etag = got.fetched.header("etag")[:500] or None
            read.last_modified = got.fetched.header("last-modified")[:200] or None
        read.pages += 1
        read.links.extend(listing.links)
        read.posts.extend(listing.posts)
        read.left_out += listing.left_out
        if listing.cursor is not None:
            read.cursor = max(read.cursor or "", listing.cursor, key=lambda cursor: (len(cursor), cursor))
        return listing

    def _ask(self, request: ListingRequest, polling: Polling) -> Ask:
        conditional = request.conditional and polling.conditional_polls + 1 < self._settings.full_get_every
        return Ask(
            request.url,
            accept=request.accept,
            etag=polling.etag if conditional else None,
            last_modified=polling.last_modified if conditional else None,
            priority=LISTING,
            credential=request.credential,
        )


def _cut(read: Read, limit: int) -> None:
    """Keep each post once, and the newest items: by date where there are dates, else in the listing's order."""
    read.posts = list({post.api_url: post for post in read.posts}.values())
    if len(read.links) > limit:
        dated = any(link.published or link.updated for link in read.links)
        key = (lambda link: link.published or link.updated or _OLDEST) if dated else (lambda _: _OLDEST)
        read.links = sorted(read.links, key=key, reverse=True)[:limit] if dated else read.links[:limit]


def poll_outcome(read: Read) -> tuple[Outcome, str]:
    """The one outcome of a poll. A later page that failed leaves what the first ones gave."""
    if read.end is not None and read.pages == 0:
        if isinstance(read.end, Refused):
            return read.end.outcome, read.end.reason
        waits = isinstance(read.end, Failed) and read.end.waits
        return Outcome.PUT_OFF if waits else Outcome.FAILED, read.end.reason
    if read.unchanged and read.pages == 0:
        return Outcome.UNCHANGED, ""
    notes = [f"A later page failed: {read.end.reason}"] if read.end is not None else []
    left_out = "posts are not public, only repeat another one, or asked not to be indexed."
    notes += [f"{read.left_out} {left_out}"] if read.left_out else []
    notes += ["More came than is taken at one poll (collector.max_items_per_poll)."] if read.cut_off else []
    return Outcome.POLLED, " ".join(notes)
