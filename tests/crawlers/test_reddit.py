import json

import pytest
from hypothesis import given

from crawlers.base import Credential, Listing, Unlisted, collector
from factdesk.errors import FetchError
from factdesk.records import SourceRole
from tests.crawlers.posts import answer, asking, assert_unnamed, broken_json, ends, fetched, often, read, survives, torn

ASKED = asking("reddit", "https://oauth.reddit.com/r/riverton")
PAGE = "https://oauth.reddit.com/r/riverton/new?limit=100&raw_json=1"


def test_a_listing_gives_what_is_public_without_its_accounts() -> None:
    found = read(ASKED, answer("reddit_new.json"))
    assert_unnamed(found.posts)
    own, link, older = found.posts
    assert own.text == "The upper dam lost two of its five gates\nI asked @… and @…. Write to @….\nThe road is closed."
    assert link.text == "Gates closed, says the water office"
    assert (own.replies, own.shares, own.likes) == (7, 2, 41)
    assert own.edited is not None
    assert own.edited > own.published
    assert own.voice == link.voice != older.voice
    assert (own.url, own.api_url) == ("https://www.reddit.com/comments/1rkaaa9", "urn:factdesk:reddit:1rkaaa9")
    assert found.left_out == 6, "deleted, removed, quarantined, crossposted, a person's page, and one not to be indexed"


def test_pages_lead_back_to_the_last_poll() -> None:
    (request,) = collector("reddit").requests(ASKED)
    assert (request.url, request.credential) == (PAGE, Credential("Authorization", "reddit_token", "Bearer "))
    found = read(ASKED, answer("reddit_new.json"))
    assert found.cursor == "1rkaaa9"
    assert [request.url for request in found.next] == [
        "https://oauth.reddit.com/r/riverton/new?limit=100&after=t3_1rkaaa1&raw_json=1"
    ]
    assert found.next[0].credential == request.credential
    assert read(asking("reddit", ASKED.source.url, cursor="1rkaaa3"), answer("reddit_new.json")).next == ()
    assert read(asking("reddit", ASKED.source.url, cursor="zzzz"), answer("reddit_new.json")).next != (), (
        "a shorter one is older"
    )


def test_without_a_token_the_file_is_asked_for() -> None:
    (request,) = collector("reddit").requests(asking("reddit", "http://reddit.localhost:8000/r/riverton+pond/", limit=20))
    assert request.url == "http://reddit.localhost:8000/r/riverton+pond/new.json?limit=20&raw_json=1"
    assert request.credential is None


def test_one_post_is_asked_for_again_by_its_number() -> None:
    request = collector("reddit").again("urn:factdesk:reddit:1rkaaa9", ASKED)
    assert request is not None
    assert request.url == "https://oauth.reddit.com/by_id/t3_1rkaaa9?raw_json=1"
    told = json.loads(answer("reddit_new.json"))
    told["data"]["children"] = told["data"]["children"][:1]
    found = read(ASKED, json.dumps(told).encode(), at=request.url)
    assert [post.api_url for post in found.posts] == ["urn:factdesk:reddit:1rkaaa9"]
    assert (found.next, found.cursor) == ((), None)
    assert collector("reddit").again("https://news.example/a", ASKED) is None


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (answer("reddit_private.json"), "private"),
        (b'{"message": "Not Found", "error": 404}', "404"),
        (b'{"reason": "<b>no</b>"}', "does not answer with a listing"),
        (b'{"kind": "Listing", "data": {"children": {}}}', "does not answer"),
        (b'[{"kind": "Listing"}]', "does not answer"),
        (b"<html>blocked by network security</html>", "does not answer"),
    ],
)
def test_a_refusal_is_a_value_that_says_why(body: bytes, reason: str) -> None:
    found = collector("reddit").parse(fetched(body, PAGE), ASKED)
    assert isinstance(found, Unlisted)
    assert reason in found.reason


def test_an_empty_community_is_a_listing() -> None:
    assert read(ASKED, b'{"kind": "Listing", "data": {"after": null, "children": []}}') == Listing()


def test_communities_are_recognised_and_nobody_is_followed() -> None:
    kind = collector("reddit")
    for address in (
        "https://www.reddit.com/r/riverton/new/",
        "https://old.reddit.com/r/riverton",
        "https://reddit.com/r/riverton/.rss",
    ):
        found = kind.recognise(address)
        assert found is not None
        assert (found.url, found.role, found.name) == ("https://oauth.reddit.com/r/riverton", SourceRole.SOCIAL, "r/riverton")
        assert "reddit_token" in found.note
    assert kind.recognise("https://pond.example/r/riverton") is None
    for path in (
        "",
        "user/somebody",
        "u/somebody",
        "r/u_somebody",
        "r/riverton+u_somebody",
        "r/riverton/comments/1rk",
        "search?q=x",
    ):
        with pytest.raises(FetchError, match="no person is followed"):
            kind.recognise(f"https://www.reddit.com/{path}")
        assert kind.requests(asking("reddit", f"https://www.reddit.com/{path}")) == ()


@often
@given(broken_json("reddit_new.json"))
def test_a_broken_listing_leaks_nothing(body: bytes) -> None:
    survives(ASKED, body)


@often
@given(torn("reddit_new.json"))
def test_a_torn_answer_is_read_or_refused(body: bytes) -> None:
    ends(ASKED, body)


def test_a_link_that_was_taken_down_keeps_its_title_and_is_left_out() -> None:
    told = json.loads(answer("reddit_new.json"))
    told["data"]["children"][1]["data"]["removed_by_category"] = "moderator"
    assert read(ASKED, json.dumps(told).encode()).left_out == 7
