"""One poll and one item, from asking to the ledger: each ends in exactly one outcome, whatever the site does."""

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import structlog
from sqlalchemy import Connection

from crawlers._archive import Exchange, Location, Resource
from crawlers._engine import ITEM, Ask, Fetcher, Got
from crawlers._engine_listing import ListingReader, Read, poll_outcome
from crawlers._engine_recorder import Recorder
from crawlers._http import Failed, Refused
from crawlers.base import POST_MEDIA_TYPE, Asked, ListingRequest, Post, Unlisted, collector
from factdesk.errors import FactdeskError
from factdesk.records import CaptureKind, Outcome, Reach, Source, digest_id
from factdesk.settings import CollectorSettings
from factdesk.store import captures, ledger, reach, runs, sources
from factdesk.store.captures import NewCapture
from factdesk.store.ledger import Arrived, Listed, OpenItem, Poll
from factdesk.store.pace import Pace
from factdesk.store.sources import Answered, Polling
from factdesk.store.voices import voice_key

_log = structlog.get_logger("factdesk.collector")
_TEXTS = ("text/", "application/xhtml", "application/xml")


@dataclass(frozen=True, slots=True)
class PollEvent:
    """A poll ended."""

    source: Source
    outcome: Outcome
    items_listed: int = 0
    items_new: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ItemEvent:
    """An item was fetched (``outcome`` is ``None``: its reader will end it), ended, or put off (with ``retry_at``)."""

    source: Source
    url: str
    outcome: Outcome | None = None
    reason: str = ""
    retry_at: bool = False


Notice = Callable[[PollEvent | ItemEvent], None]


class Collection:
    """Polls sources and takes items; the ledger tells what there is to do."""

    def __init__(self, fetcher: Fetcher, recorder: Recorder, *, settings: CollectorSettings, notice: Notice) -> None:
        self._fetcher = fetcher
        self._listings = ListingReader(fetcher, settings=settings)
        self._recorder = recorder
        self._settings = settings
        self._bounds = Pace(settings.shortest_interval_s, settings.longest_interval_s, adaptive=settings.adaptive_intervals)
        self._notice = notice

    async def poll(self, polling: Polling) -> tuple[OpenItem, ...]:
        """Poll a source, enter what it lists, and return the items to take. Raises ``StoreError``, ``ArchiveError``."""
        started = datetime.now(UTC)
        source = polling.source
        try:
            read = await self._listings.read(polling, voice_key=await self._key(source))
        except FactdeskError as error:
            read = Read(end=Failed(str(error)))
        except Exception as error:  # noqa: BLE001 # a parser's surprise is this source's failure, not the collector's
            _log.warning("poll failed", source=source.id, error=repr(error))
            read = Read(end=Failed(f"{type(error).__name__}: {error}"[:300]))
        outcome, reason = poll_outcome(read)
        posts = await self._new_posts(source, read.posts)
        arrived = await self._recorder.write(
            lambda connection, places: self._enter(
                connection, polling, read=read, posts=list(zip(posts, places, strict=True)), started=started
            ),
            [Resource(post.api_url, started, POST_MEDIA_TYPE, post.to_json()) for post in posts],
        )
        self._notice(PollEvent(source, outcome, read.size, arrived.new, reason))
        for post in posts:
            self._notice(ItemEvent(source, post.api_url))
        return arrived.to_fetch

    async def take(self, item: OpenItem, source: Source) -> None:
        """Fetch one item and end it, archive it for its reader, or put it off. Raises ``StoreError``, ``ArchiveError``."""
        if collector(source.kind).social:
            await self._take_post(item, source)
            return
        again = item.digest is not None
        ask = Ask(
            item.url,
            etag=item.etag if again else None,
            last_modified=item.last_modified if again else None,
            priority=ITEM,
        )
        result: Got | Refused | Failed
        try:
            result = _readable(await self._fetcher.fetch(ask))
        except Exception as error:  # noqa: BLE001 # one item's surprise must not stop the rest
            _log.warning("item failed", item=item.id, error=repr(error))
            result = Failed(f"{type(error).__name__}: {error}"[:300])
        if isinstance(result, Refused):
            await self._refuse(item, source, result)
        elif isinstance(result, Failed):
            await self._put_off(item, source, result)
        elif result.fetched.status == 304 or _digest(result.fetched.body) == item.digest:
            await self._unchanged(item, source, result)
        else:
            await self._keep(item, source, result)

    # -- polls

    async def _key(self, source: Source) -> bytes:
        if not collector(source.kind).social:
            return b""
        return await self._recorder.write(lambda connection, _: voice_key(connection, now=datetime.now(UTC)))

    async def _new_posts(self, source: Source, posts: Sequence[Post]) -> list[Post]:
        """Posts that are new or edited: these alone are archived."""
        if not posts:
            return []
        wanted = await self._recorder.read(
            lambda connection: ledger.news(connection, source.id, [_listed_post(post) for post in posts])
        )
        return [post for post in posts if post.api_url in wanted]

    def _enter(
        self,
        connection: Connection,
        polling: Polling,
        *,
        read: Read,
        posts: Sequence[tuple[Post, Location]],
        started: datetime,
    ) -> Arrived:
        """Write a poll into the ledger: its items, the captures of its posts, its row, and when the source is due again."""
        now = datetime.now(UTC)
        source = polling.source
        outcome, reason = poll_outcome(read)
        listed = [Listed(link.url, link.title, link.published, link.updated, link.language) for link in read.links]
        listed += [_listed_post(post) for post in read.posts]
        due = min(polling.next_due_at or started, started)
        status = read.end.status if read.status is None and isinstance(read.end, Refused | Failed) else read.status
        told = Poll(
            source.id, started, now, outcome, status, read.bytes, len(listed), 0, reason, due, items_refused=read.left_out
        )
        runs.note_late(connection, polling, started=started)
        number = ledger.record_poll(connection, told)
        arrived = ledger.add_items(connection, source.id, listed, now=now, poll_id=number)
        if read.posts:
            _enter_posts(connection, source, arrived=arrived, posts=posts, now=now)
            _refresh_counts(connection, read.posts)
            arrived = replace(arrived, to_fetch=())
        answered = replace(_answered(read, polling), outcome=outcome, started_at=started, new=arrived.new, poll_id=number)
        due_again = sources.mark_polled(connection, polling, answered, now=now, bounds=self._bounds)
        known = max(0, len(listed) - arrived.new)
        ledger.amend_poll(
            connection, number, replace(told, items_new=arrived.new, items_unchanged=known, next_due_at=due_again)
        )
        return arrived

    # -- items

    async def _refuse(self, item: OpenItem, source: Source, refused: Refused) -> None:
        now = datetime.now(UTC)
        if item.ended:
            await self._recorder.write(
                lambda connection, _: ledger.leave_item(
                    connection, item.id, reason=refused.reason, outcome=refused.outcome, at=now
                )
            )
        else:
            await self._recorder.write(
                lambda connection, _: ledger.end_item(
                    connection, item.id, outcome=refused.outcome, reason=refused.reason, at=now
                )
            )
        self._notice(ItemEvent(source, item.url, refused.outcome, refused.reason))

    async def _put_off(self, item: OpenItem, source: Source, failed: Failed) -> None:
        now = datetime.now(UTC)
        if failed.waits and failed.after is not None:
            until = failed.after
            await self._recorder.write(
                lambda connection, _: ledger.postpone_item(connection, item.id, until=until, reason=failed.reason)
            )
            outcome = None
        else:
            outcome = await self._recorder.write(
                lambda connection, _: ledger.fail_item(connection, item, reason=failed.reason, at=now, after=failed.after)
            )
        self._notice(ItemEvent(source, item.url, outcome, failed.reason, retry_at=outcome is None))

    async def _unchanged(self, item: OpenItem, source: Source, got: Got) -> None:
        reason, now = "Fetched again and unchanged.", datetime.now(UTC)
        await self._recorder.write(
            lambda connection, _: ledger.leave_item(connection, item.id, reason=reason, outcome=Outcome.UNCHANGED, at=now),
            [_exchange(got, revisit=True)],
        )
        self._notice(ItemEvent(source, item.url, Outcome.UNCHANGED, reason))

    async def _keep(self, item: OpenItem, source: Source, got: Got) -> None:
        fetched = got.fetched

        def enter(connection: Connection, places: Sequence[Location]) -> int:
            new = NewCapture(
                source_id=source.id,
                item_id=item.id,
                kind=CaptureKind.PAGE,
                url=fetched.url,
                fetched_at=fetched.fetched_at,
                status=fetched.status,
                media_type=fetched.media_type[:120] or "text/html",
                charset=(fetched.charset or "")[:60] or None,
                digest=_digest(fetched.body),
                warc_file=places[0].file,
                warc_offset=places[0].offset,
                etag=fetched.header("etag")[:500] or None,
                last_modified=fetched.header("last-modified")[:200] or None,
            )
            return captures.add(connection, new)

        await self._recorder.write(enter, [_exchange(got)])
        self._notice(ItemEvent(source, item.url))

    async def _take_post(self, item: OpenItem, source: Source) -> None:
        """Ask for one post again (a replay) and reduce it; where it cannot be asked for, have its capture read again."""
        asked = Asked(source, voice_key=await self._key(source))
        request = collector(source.kind).again(item.url, asked)
        if request is None and await self._recorder.write(lambda connection, _: captures.read_again(connection, item.id)):
            self._notice(ItemEvent(source, item.url))
            return
        result: Post | Refused | Failed
        try:
            result = await self._single_post(item.url, request, asked=asked)
        except Exception as error:  # noqa: BLE001 # one item's surprise must not stop the rest
            _log.warning("item failed", item=item.id, error=repr(error))
            result = Failed(f"{type(error).__name__}: {error}"[:300])
        if isinstance(result, Refused):
            await self._refuse(item, source, result)
        elif isinstance(result, Failed):
            await self._put_off(item, source, result)
        else:
            await self._keep_post(item, source, result)

    async def _single_post(self, address: str, request: ListingRequest | None, *, asked: Asked) -> Post | Refused | Failed:
        """Return the post at ``address`` as it is now, or why it cannot be had."""
        if request is None:
            return Refused(Outcome.GONE, "Its platform gives no single post without naming its account; its capture expired.")
        kind = collector(asked.source.kind)
        ask = Ask(request.url, accept=request.accept, priority=ITEM, credential=request.credential)
        got = _readable(await self._fetcher.fetch(ask))
        if not isinstance(got, Got):
            return got
        listing = await asyncio.to_thread(kind.parse, got.fetched, asked)
        if isinstance(listing, Unlisted):
            return Failed(listing.reason)
        found = next((post for post in listing.posts if post.api_url == address), None)
        return found or Refused(Outcome.GONE, "The post is no longer public.", got.fetched.status)

    async def _keep_post(self, item: OpenItem, source: Source, post: Post) -> None:
        now = datetime.now(UTC)
        body = post.to_json()
        await self._recorder.write(
            lambda connection, places: captures.add(
                connection, _post_capture(source, item.id, post=post, place=places[0], now=now)
            ),
            [Resource(item.url, now, POST_MEDIA_TYPE, body)],
        )
        self._notice(ItemEvent(source, item.url))


def _answered(read: Read, polling: Polling) -> Answered:
    """What a poll changes at its source. The validators of a listing that was not read to its end are not kept."""
    kept = (polling.etag, polling.last_modified) if read.unchanged else (read.etag, read.last_modified)
    etag, last_modified = (None, None) if read.end is not None else kept
    return Answered(
        etag=etag,
        last_modified=last_modified,
        cursor=None if read.cursor == polling.cursor else read.cursor,
        retry_after=read.end.after if isinstance(read.end, Failed) else None,
        moved_to=read.moved_to,
        conditional=read.conditional,
    )


def _enter_posts(
    connection: Connection, source: Source, *, arrived: Arrived, posts: Sequence[tuple[Post, Location]], now: datetime
) -> None:
    items = {item.url: item for item in arrived.to_fetch}
    for post, place in posts:
        if (item := items.get(post.api_url)) is not None:
            captures.add(connection, _post_capture(source, item.id, post=post, place=place, now=now))


def _refresh_counts(connection: Connection, posts: Sequence[Post]) -> None:
    """A timeline shows posts again with what became of them: their counts are brought up to date, and nothing is archived."""
    counts = {digest_id("document", post.api_url): Reach(post.replies, post.shares, post.likes) for post in posts}
    reach.refresh(connection, counts)


def _post_capture(source: Source, item_id: int, *, post: Post, place: Location, now: datetime) -> NewCapture:
    return NewCapture(
        source_id=source.id,
        item_id=item_id,
        kind=CaptureKind.POST,
        url=post.api_url,
        fetched_at=now,
        status=200,
        media_type=POST_MEDIA_TYPE,
        charset="utf-8",
        digest=_digest(post.to_json()),
        warc_file=place.file,
        warc_offset=place.offset,
    )


def _listed_post(post: Post) -> Listed:
    return Listed(post.api_url, None, post.published, post.edited, post.language)


def _readable(result: Got | Refused | Failed) -> Got | Refused | Failed:
    """Refuse what is no text before it is archived."""
    if not isinstance(result, Got) or result.fetched.status == 304:
        return result
    media_type = result.fetched.media_type
    if media_type and not media_type.startswith((*_TEXTS, "application/json", "application/activity+json")):
        return Refused(Outcome.NOT_TEXT, f"The answer is {media_type[:80]}.", 200)
    if not result.fetched.body.strip():
        return Refused(Outcome.TOO_SHORT, "The answer is empty.", 200)
    return result


def _exchange(got: Got, *, revisit: bool = False) -> Exchange:
    raw = got.raw
    return Exchange(raw.url, raw.at, raw.status, raw.headers, raw.body, raw.sent, revisit=revisit)


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
