import pytest
from hypothesis import given

from crawlers.base import Listing, Unlisted, collector
from factdesk.errors import FetchError
from factdesk.records import SourceRole
from tests.crawlers.posts import answer, asking, assert_unnamed, broken_markup, ends, fetched, often, read, survives, torn

PAGE = "https://t.me/s/harrowmill"
ASKED = asking("telegram", PAGE)


def test_a_preview_gives_posts_without_who_signed_or_first_wrote_them() -> None:
    found = read(ASKED, answer("telegram_channel.html"))
    assert_unnamed(found.posts)
    own, forwarded, reply, album, picture = found.posts
    assert own.text.splitlines() == [
        "🔔 The upper dam lost two of its five gates",
        "The office warned 4,000 people. #dam More: HERE.",
        "@…",
    ]
    assert (own.views, own.likes, own.hashtags) == (3700, 1512, ("dam",))
    assert forwarded.text == "Words that came from another channel: the road is closed until Friday."
    assert reply.text == "No, three gates; @… saw it, and @… too."
    assert (reply.edited, own.edited) == (reply.published, None)
    assert (album.text, album.views) == ("An album of the flooded mill.", 1_200_000)
    assert picture.text == ""
    assert {post.voice for post in found.posts} == {own.voice}
    assert found.left_out == 0, "what the channel's service says is no post"


def test_the_ledger_does_not_spell_the_channel() -> None:
    own = read(ASKED, answer("telegram_channel.html")).posts[0]
    assert own.api_url.startswith("urn:factdesk:telegram:")
    assert own.url == "https://t.me/harrowmill/4656"
    assert collector("telegram").again(own.api_url, ASKED) is None
    other = answer("telegram_channel.html").replace(b'data-post="harrowmill/4656"', b'data-post="HarrowMill/4656"')
    assert read(ASKED, other).posts[0].api_url == own.api_url


def test_pages_lead_back_to_the_last_poll() -> None:
    (request,) = collector("telegram").requests(asking("telegram", "http://telegram.localhost:8000/harrowmill/12"))
    assert request.url == "http://telegram.localhost:8000/s/harrowmill"
    found = read(ASKED, answer("telegram_channel.html"))
    assert (found.cursor, [request.url for request in found.next]) == ("4660", [f"{PAGE}?before=4655"])
    assert read(asking("telegram", PAGE, cursor="4654"), answer("telegram_channel.html")).next != ()
    assert read(asking("telegram", PAGE, cursor="4656"), answer("telegram_channel.html")).next == ()


def test_what_has_no_preview_is_a_value_and_an_empty_channel_is_none() -> None:
    for body in (answer("telegram_person.html"), b"", b"<html></html>", b"{}"):
        found = collector("telegram").parse(fetched(body, PAGE), ASKED)
        assert isinstance(found, Unlisted)
    assert read(ASKED, answer("telegram_empty.html")) == Listing()


def test_channels_are_recognised_and_groups_and_people_are_not() -> None:
    kind = collector("telegram")
    for address in ("https://t.me/harrowmill", "https://telegram.me/s/harrowmill/4656", "http://t.me/s/harrowmill?before=9"):
        found = kind.recognise(address)
        assert found is not None
        assert (found.url, found.role) == (PAGE, SourceRole.SOCIAL)
    named = kind.detect(fetched(answer("telegram_channel.html"), "http://telegram.localhost/s/harrowmill?before=9"))
    assert named is not None
    assert (named.name, named.url) == ("Harrow Mill News", "http://telegram.localhost/s/harrowmill")
    assert kind.detect(fetched(answer("telegram_person.html"), "https://t.me/s/mirellevant")) is None
    assert kind.recognise("https://pond.example/s/harrowmill") is None
    for path in ("", "+AbCdEf", "joinchat/AbCdEf", "c/1234567/8", "s/", "addstickers/x", "s/4you"):
        with pytest.raises(FetchError, match="no group or person is read"):
            kind.recognise(f"https://t.me/{path}")
        assert kind.requests(asking("telegram", f"https://t.me/{path}")) == ()


@often
@given(broken_markup("telegram_channel.html"))
def test_a_broken_page_is_read_or_refused(body: bytes) -> None:
    survives(ASKED, body)


@often
@given(torn("telegram_channel.html"))
def test_a_torn_page_is_read_or_refused(body: bytes) -> None:
    ends(ASKED, body)


def test_the_words_that_are_answered_are_left_out_however_they_are_marked() -> None:
    body = answer("telegram_channel.html").replace(b"js-message_reply_text", b"js-message_text")
    assert "Words that are answered" not in "".join(post.text for post in read(ASKED, body).posts)
