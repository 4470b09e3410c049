import json
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given

from crawlers.base import Detection, Listing, Unlisted, collector
from factdesk.errors import FetchError
from factdesk.records import SourceRole
from tests.crawlers.posts import answer, asking, assert_unnamed, broken_json, ends, fetched, often, read, survives, torn

SEARCH = asking("bluesky", "https://bsky.app/search?q=upper+dam")
FEED = asking("bluesky", "https://bsky.app/profile/did:plc:maker/feed/dam")
LAST = "2026-03-04T10:00:00.321Z"


def arguments(url: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(url).query)


def test_a_search_gives_posts_without_their_accounts() -> None:
    found = read(SEARCH, answer("bluesky_search.json"))
    assert_unnamed(found.posts)
    first, reply, quoting = found.posts
    assert first.text == "@… says the upper dam lost two of its five gates #dam https://water.example/gates"
    assert (first.replies, first.shares, first.likes, first.language, first.hashtags) == (2, 6, 9, "en", ("dam",))
    assert first.published == datetime(2026, 3, 4, 10, 10, 29, 321000, UTC)
    assert (reply.text, reply.language) == ("No, three gates. I stood there; ask @….", None)
    assert quoting.text == "This is a quote of another post."
    assert first.voice == quoting.voice != reply.voice
    assert found.left_out == 1, "one account asks not to be shown to everyone"


def test_the_ledger_knows_a_post_by_its_record_and_only_the_link_leads_to_the_account() -> None:
    first, *others = read(SEARCH, answer("bluesky_search.json")).posts
    again = read(FEED, answer("bluesky_feed.json")).posts[0]
    assert first.api_url == again.api_url
    assert first.api_url.startswith("urn:factdesk:bluesky:")
    assert len({post.api_url for post in (first, *others)}) == 3
    assert first.url == "https://bsky.app/profile/did:plc:quillonharrowaaaaaaaaaaa/post/3lqaaaaaaaa22"
    assert collector("bluesky").again(first.api_url, SEARCH) is None


def test_older_pages_are_asked_for_by_time_until_the_last_poll_is_reached() -> None:
    (request,) = collector("bluesky").requests(asking("bluesky", "https://bsky.app/hashtag/dam", language="vi", limit=30))
    assert request.url == "https://api.bsky.app/xrpc/app.bsky.feed.searchPosts?q=%23dam&sort=latest&limit=30&lang=vi"
    found = read(SEARCH, answer("bluesky_search.json"))
    assert found.cursor == "2026-03-04T10:10:29.321Z"
    assert arguments(found.next[0].url)["until"] == ["2026-03-04T09:50:00.321Z"]
    later = asking("bluesky", SEARCH.source.url, cursor=LAST)
    (request,) = collector("bluesky").requests(later)
    assert arguments(request.url)["since"] == ["2026-03-04T09:45:00.321Z"], "the search index lags"
    assert read(later, answer("bluesky_search.json")).next == ()


def test_a_feed_is_read_without_what_its_readers_repeat() -> None:
    found = read(FEED, answer("bluesky_feed.json"))
    assert_unnamed(found.posts)
    assert [post.text[:16] for post in found.posts] == ["@… says the uppe", "No, three gates."]
    assert found.left_out == 1
    assert arguments(found.next[0].url)["cursor"] == ["2026-03-02T10:05:00.321Z::bafyreid3lqaaaaaaaa15zzzz"]
    assert urlsplit(found.next[0].url).path.endswith("getFeed")
    assert read(asking("bluesky", FEED.source.url, cursor=LAST), answer("bluesky_feed.json"), at=found.next[0].url).next != ()
    assert read(asking("bluesky", FEED.source.url, cursor="2026-03-04T10:06:00.000Z"), answer("bluesky_feed.json")).next == ()


def test_a_feed_named_by_its_makers_handle_is_looked_up_first() -> None:
    asked = asking("bluesky", "http://bsky.localhost:8000/profile/maker.example/feed/dam")
    (request,) = collector("bluesky").requests(asked)
    assert request.url == "http://bsky.localhost:8000/xrpc/com.atproto.identity.resolveHandle?handle=maker.example"
    found = read(asked, b'{"did": "did:plc:maker"}')
    assert arguments(found.next[0].url)["feed"] == ["at://did:plc:maker/app.bsky.feed.generator/dam"]
    assert isinstance(collector("bluesky").parse(fetched(b'{"did": 3}', request.url), asked), Unlisted)


def test_what_only_says_that_it_is_of_tomorrow_does_not_stop_the_search() -> None:
    told = json.loads(answer("bluesky_search.json"))
    told["posts"][0]["record"]["createdAt"] = told["posts"][0]["indexedAt"] = "2126-03-04T10:00:00Z"
    assert read(SEARCH, json.dumps(told).encode()).cursor == "2026-03-04T12:00:00.000Z"


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"error": "NotFound", "message": "XRPC"}', b'{"posts": 3}', b"<html>"])
def test_what_is_no_listing_is_a_value(body: bytes) -> None:
    assert isinstance(collector("bluesky").parse(fetched(body, "https://api.bsky.app/"), SEARCH), Unlisted)
    assert read(SEARCH, b'{"posts": []}') == Listing()


def test_searches_and_feeds_are_recognised_and_nobody_is_followed() -> None:
    kind = collector("bluesky")
    found = kind.recognise("https://bsky.app/hashtag/dam?author=x")
    assert found is not None
    assert (found.url, found.role, found.name) == ("https://bsky.app/search?q=%23dam", SourceRole.SOCIAL, "Bluesky: #dam")
    feed = "https://bsky.app/profile/maker.example/feed/dam"
    assert kind.recognise(feed) == Detection("bluesky", feed, "Bluesky feed dam", role=SourceRole.SOCIAL)
    assert kind.recognise("https://pond.example/search?q=dam") is None
    for path in (
        "profile/x.example",
        "profile/x.example/post/3l",
        "profile/x.example/lists/3l",
        "search?q=from:x.example",
        "search",
        "search?q=dam+from:me",
        "search?q=@x.example",
        "search?q=mentions:x",
        "search?q=did:plc:x",
        "",
    ):
        with pytest.raises(FetchError, match="no person is followed"):
            kind.recognise(f"https://bsky.app/{path}")
        assert kind.requests(asking("bluesky", f"https://bsky.app/{path}")) == ()


@often
@given(broken_json("bluesky_search.json"))
def test_a_broken_search_leaks_nothing(body: bytes) -> None:
    survives(SEARCH, body)


@often
@given(broken_json("bluesky_feed.json"))
def test_a_broken_feed_leaks_nothing(body: bytes) -> None:
    survives(FEED, body)


@often
@given(torn("bluesky_search.json"))
def test_a_torn_answer_is_read_or_refused(body: bytes) -> None:
    ends(SEARCH, body)
