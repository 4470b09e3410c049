from hypothesis import given

from crawlers.base import Listing, collector
from tests.crawlers.posts import answer, asking, assert_unnamed, broken_json, ends, fetched, often, read, survives, torn

ASKED = asking("mastodon", "https://river.example/tags/dam")


def test_a_recorded_timeline_gives_posts_without_their_accounts() -> None:
    found = read(ASKED, answer("mastodon_tag.json"))
    assert_unnamed(found.posts)
    first, quoting = found.posts
    assert first.text == "@… The upper dam lost two of its five gates.\nMore: water.example/gates #dam"
    assert quoting.text == "Flood, by @…\nNobody closed the road by noon."
    assert (first.replies, first.shares, first.likes, first.hashtags) == (2, 5, 9, ("dam",))
    assert first.url == "https://river.example/@quillon_harrow/117440841601474399"
    assert found.left_out == 3, "a boost, one of an account that is not to be indexed, and one for followers"


def test_a_link_that_is_none_is_dropped() -> None:
    body = answer("mastodon_tag.json").replace(b'"url": "https://river.example/@', b'"url": "javascript:alert(1)//@')
    found = collector("mastodon").parse(fetched(body, "https://river.example/api/v1/timelines/tag/dam"), ASKED)
    assert isinstance(found, Listing)
    assert {post.url for post in found.posts} == {""}


@often
@given(broken_json("mastodon_tag.json"))
def test_a_broken_timeline_leaks_nothing(body: bytes) -> None:
    survives(ASKED, body)


@often
@given(torn("mastodon_tag.json"))
def test_a_torn_answer_is_read_or_refused(body: bytes) -> None:
    ends(ASKED, body)
