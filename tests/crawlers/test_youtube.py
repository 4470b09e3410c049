from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given

from crawlers.base import Credential, Unlisted, collector
from factdesk.errors import FetchError
from factdesk.records import SourceRole
from tests.crawlers.posts import (
    answer,
    asking,
    assert_unnamed,
    broken_json,
    broken_markup,
    ends,
    fetched,
    often,
    read,
    survives,
    torn,
)

CHANNEL = "UCquillonharrow-aaaaaaaa"
ADDRESS = f"https://www.youtube.com/feeds/videos.xml?channel_id={CHANNEL}"
FEED = asking("youtube", ADDRESS)
API = asking("youtube", "https://www.googleapis.com/youtube/v3/playlistItems?playlistId=UUquillon-aaaaaaa")


def test_a_feed_gives_titles_and_descriptions_without_the_channel() -> None:
    (request,) = collector("youtube").requests(FEED)
    assert (request.url, request.conditional) == (ADDRESS, True)
    found = read(FEED, answer("youtube_feed.xml"))
    assert_unnamed(found.posts)
    video, short = found.posts
    assert video.text.splitlines() == [
        "The upper dam lost two of its five gates",
        "Filmed on Wednesday at noon. #dam",
        "The office says that 4,000 people were warned.",
        "Follow us: @… @… or @…",
        "Write: @…",
    ]
    assert (video.likes, video.views, video.hashtags) == (612, 18237, ("dam",))
    assert video.published == datetime(2026, 3, 4, 10, 0, 7, tzinfo=UTC)
    assert video.edited is None, "its date of change moves with the counts"
    assert video.url == video.api_url == "https://www.youtube.com/watch?v=a1b2c3d4e5F"
    assert short.text == "Water at the mill"
    assert video.voice == short.voice
    assert collector("youtube").again(video.api_url, FEED) is None


def test_the_data_api_gives_the_same_posts_page_by_page() -> None:
    (request,) = collector("youtube").requests(API)
    assert request.credential == Credential("X-Goog-Api-Key", "youtube_key")
    assert parse_qs(urlsplit(request.url).query)["maxResults"] == ["50"]
    found = read(API, answer("youtube_playlist.json"))
    assert_unnamed(found.posts)
    feed = read(FEED, answer("youtube_feed.xml"))
    assert [(post.api_url, post.voice) for post in found.posts] == [(post.api_url, post.voice) for post in feed.posts]
    assert found.left_out == 1, "a video that was made private"
    assert parse_qs(urlsplit(found.next[0].url).query)["pageToken"] == ["EAAaBlBUOkNBVQ"]
    assert found.next[0].credential == request.credential
    later = asking("youtube", API.source.url, cursor=found.cursor)
    assert read(later, answer("youtube_playlist.json")).next == ()


def test_channels_are_found_by_their_address_their_page_and_their_feed() -> None:
    kind = collector("youtube")
    for found in (
        kind.recognise(f"https://www.youtube.com/channel/{CHANNEL}/videos"),
        kind.recognise(f"https://m.youtube.com/feeds/videos.xml?channel_id={CHANNEL}"),
        kind.detect(fetched(answer("youtube_channel.html"), "https://www.youtube.com/@riverton")),
    ):
        assert found is not None
        assert (found.kind, found.url, found.role) == ("youtube", ADDRESS, SourceRole.SOCIAL)
        assert "never one person's" in found.note
    page = kind.detect(fetched(answer("youtube_channel.html"), "https://www.youtube.com/@riverton"))
    feed = kind.detect(fetched(answer("youtube_feed.xml"), ADDRESS))
    assert page is not None
    assert feed is not None
    assert page.name == feed.name == "Riverton Water Office"
    playlist = kind.recognise("https://www.youtube.com/playlist?list=PLabcdefghijk")
    assert playlist is not None
    assert playlist.url == "https://www.youtube.com/feeds/videos.xml?playlist_id=PLabcdefghijk"
    assert kind.recognise("https://www.youtube.com/@riverton") is None, "its page says which channel it is"
    assert kind.detect(fetched(answer("youtube_channel.html"), "https://pond.example/")) is None
    with pytest.raises(FetchError, match="no channel"):
        kind.recognise("https://www.youtube.com/watch?v=a1b2c3d4e5F")
    assert kind.requests(asking("youtube", "https://www.youtube.com/@riverton")) == ()


ENTITY = b'<?xml version="1.0"?><!DOCTYPE feed [<!ENTITY e SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    "body", [b"", b"{}", answer("youtube_error.json"), answer("youtube_channel.html"), b"<feed/>", b"<rss/>"]
)
def test_what_is_no_feed_is_a_value(body: bytes) -> None:
    assert isinstance(collector("youtube").parse(fetched(body, ADDRESS), FEED), Unlisted)


def test_entities_of_a_feed_are_not_followed() -> None:
    body = ENTITY + answer("youtube_feed.xml").partition(b"?>")[2].replace(b"Water at the mill", b"&e; Water")
    assert "root:" not in "".join(post.text for post in read(FEED, body).posts)


@often
@given(broken_markup("youtube_feed.xml"))
def test_a_broken_feed_leaks_nothing(body: bytes) -> None:
    survives(FEED, body)


@often
@given(broken_json("youtube_playlist.json"))
def test_a_broken_page_of_the_api_leaks_nothing(body: bytes) -> None:
    survives(API, body)


@often
@given(torn("youtube_playlist.json"))
def test_a_torn_answer_is_read_or_refused(body: bytes) -> None:
    ends(API, body)


@pytest.mark.parametrize(
    ("kind", "address", "sent"),
    [
        ("youtube", "https://www.googleapis.com/youtube/v3/playlistItems?playlistId=UUquillon-aaaaaaa", True),
        ("youtube", "https://collector.example/youtube/v3/playlistItems?playlistId=UUquillon-aaaaaaa", False),
        ("reddit", "https://oauth.reddit.com/r/riverton", True),
        ("reddit", "https://oauth.collector.example/r/riverton", False),
    ],
)
def test_a_secret_goes_to_its_own_platform_alone(kind: str, address: str, *, sent: bool) -> None:
    (request,) = collector(kind).requests(asking(kind, address))
    assert (request.credential is not None) is sent
