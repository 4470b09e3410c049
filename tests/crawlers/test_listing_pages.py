"""How the pages of one poll become one listing."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import cast

from crawlers._engine import Ask, Fetcher, Got, Raw
from crawlers._engine_listing import ListingReader, Read, poll_outcome
from crawlers._http import Failed, Refused
from crawlers.base import Fetched
from factdesk.records import Outcome, Source, SourceRole
from factdesk.settings import CollectorSettings
from factdesk.store.sources import Polling

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


class Reddit:
    """A community whose newest post has the number ``newest``, two a page."""

    def __init__(self, newest: int, *, breaks_at: int = 0) -> None:
        self.newest = newest
        self.breaks_at = breaks_at
        self.asked: list[str] = []

    async def fetch(self, ask: Ask) -> Got | Failed | Refused:
        self.asked.append(ask.url)
        if len(self.asked) == self.breaks_at:
            return Failed("HTTP status 500.", 500)
        top = int(ask.url.partition("after=t3_")[2].partition("&")[0] or self.newest + 1) - 1
        children = [_child(number) for number in (top, top - 1)]
        body = json.dumps({"kind": "Listing", "data": {"children": children, "after": f"t3_{top - 1}"}}).encode()
        return Got(Fetched(ask.url, 200, (), body, NOW), Raw(ask.url, 200, (), body, (), NOW))


def _child(number: int) -> dict[str, object]:
    made = (NOW - timedelta(minutes=1000 - number)).timestamp()
    return {"kind": "t3", "data": {"id": str(number), "title": f"Gate {number} is closed", "created_utc": made, "author": "x"}}


def polled(site: Reddit, *, cursor: str | None = None, most: int = 100) -> Read:
    source = Source(1, "reddit", "https://www.reddit.com/r/riverton", "Riverton", SourceRole.SOCIAL)
    polling = Polling(source, None, None, cursor, polls=3, failures=0, next_due_at=None)
    reader = ListingReader(cast("Fetcher", site), settings=CollectorSettings(max_items_per_poll=most))
    return asyncio.run(reader.read(polling, voice_key=b"k"))


def test_pages_are_read_back_to_the_last_poll() -> None:
    site = Reddit(509)
    read = polled(site, cursor="505")
    assert [post.id for post in read.posts] == ["509", "508", "507", "506", "505", "504"]
    assert (read.cursor, len(site.asked), read.cut_off) == ("509", 3, False)
    assert poll_outcome(read) == (Outcome.POLLED, "")


def test_a_page_that_fails_leaves_what_came_and_the_cursor_where_it_was() -> None:
    read = polled(Reddit(509, breaks_at=2), cursor="500")
    assert ([post.id for post in read.posts], read.cursor) == (["509", "508"], "500")
    assert poll_outcome(read) == (Outcome.POLLED, "A later page failed: HTTP status 500.")
    assert polled(Reddit(509), cursor="500").cursor == "509"


def test_more_than_is_taken_at_one_poll_is_said_but_not_at_the_first() -> None:
    read = polled(Reddit(509), cursor="400", most=4)
    assert (len(read.posts), read.cut_off) == (4, True)
    assert "More came than is taken" in poll_outcome(read)[1]
    assert poll_outcome(polled(Reddit(509), most=4)) == (Outcome.POLLED, "")


def test_a_post_that_stands_on_two_pages_is_one() -> None:
    site = Reddit(509)
    plain = site.fetch

    async def shifted(ask: Ask) -> Got | Failed | Refused:
        site.newest += 1  # a new post pushes the others down between two pages
        return await plain(Ask(ask.url.replace("t3_507", "t3_508")))

    site.fetch = shifted  # type: ignore[method-assign] # a site that moves
    read = polled(site, cursor="505")
    assert [post.id for post in read.posts] == sorted({post.id for post in read.posts}, reverse=True)


def test_an_address_that_asks_nothing_fails() -> None:
    source = Source(1, "reddit", "https://www.reddit.com/user/somebody", "Somebody")
    reader = ListingReader(cast("Fetcher", Reddit(1)), settings=CollectorSettings())
    read = asyncio.run(reader.read(Polling(source, None, None, None, polls=0, failures=0, next_due_at=None)))
    assert poll_outcome(read) == (Outcome.FAILED, "The address is none that reddit can poll.")
