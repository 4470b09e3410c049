"""What is left of a post's text and counts (never 2)."""

import time

import pytest

from crawlers._reduce import LONGEST, count, hashtags, masked, short_count, urn, voice, words


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Ask @someone@far.example. Then go.", "Ask @…. Then go."),
        ("by @someone, ＠someone and (@some.one)", "by @…, @… and (@…)"),
        ("write to some.one+desk@far.example now", "write to @… now"),
        ("see https://t.me/someone/12?single and t.me/someone.", "see @… and @…"),
        ("https://x.com/someone/status/12 m.facebook.com/someone www.instagram.com/someone/", "@… @… @…"),
        ("youtube.com/@someone youtube.com/channel/UC12 https://youtu.be/abc", "@… @… https://youtu.be/abc"),
        ("https://bsky.app/profile/some.one/post/3l some-one.bsky.social did:plc:abc123", "@… @… @…"),
        ("u/someone and /u/some-one and /user/someone", "@… and @… and @…"),
        ("[Some One](https://www.reddit.com/user/someone) says", "@… says"),
        ("https://far.example/users/someone/statuses/1 far.example/@someone/1", "@… far.example/@…/1"),
        ("and/or 24/7, 3 u/h, 5 @ 3 each, netflix.com/film, water.example/gates", None),
        ("r/riverton, the t.message and a user/password form", None),
    ],
)
def test_mentions_and_links_to_people_are_left_out(text: str, left: str | None) -> None:
    assert masked(text) == (text if left is None else left)
    assert masked(masked(text)) == masked(text)


@pytest.mark.parametrize("piece", ["a", "a.", "@", "@a", "a@", "u/", "t.me/", "[", "[a](", "did:plc:", "x.com/@", "https://"])
def test_masking_takes_no_longer_than_the_text_is_long(piece: str) -> None:
    started = time.process_time()
    assert len(masked(piece * 60_000)) <= LONGEST
    assert time.process_time() - started < 2


def test_markup_becomes_lines_and_links_to_accounts_are_mentions() -> None:
    assert words("<p>One<br>two</p><script>three</script><p><!-- four -->five</p>") == "One\ntwo\nfive"
    assert words('<a href="https://t.me/someone">Some One</a> and <a href="tg://user?id=1">Two</a> and') == "@… and @… and"
    assert words('<a class="u-url mention" href="https://far.example/x">Some One</a>') == "@…"
    assert words('<a class="mention hashtag">#dam</a> <a href="https://t.me/news/12">before</a>') == "#dam before"
    assert words('<a href="https://[::1">broken</a>') == "broken"
    assert words(None) == words("  ") == words("<!-- -->") == ""
    assert words("<i>" * 200 + "deep") == "deep"
    assert words("<i>" * 50_000 + "too deep") == ""


def test_counts_are_what_the_store_can_hold() -> None:
    assert [count(value) for value in (3, -1, True, "3", None, 10**30)] == [3, 0, 0, 0, 0, 2**31 - 1]
    assert count(2**31 - 1, 5) == 2**31 - 1
    written = ("873", "4.02K", "1.2M", "1,5K", "3B", "", None, "many", "1.2.3", "٣")
    assert [short_count(value) for value in written] == [873, 4020, 1_200_000, 1500, 2**31 - 1, 0, 0, 0, 0, 0]


def test_hashtags_are_few_short_and_nobody() -> None:
    assert hashtags(["#dam", "dam", "", "@someone", "x" * 300]) == ("dam", "@…", "x" * 100)
    assert len(hashtags(str(number) for number in range(10**6))) == 50


def test_a_voice_needs_an_account_and_a_key_and_an_address_leads_to_nobody() -> None:
    assert voice("someone@pond.example", key=b"k") == voice("SomeOne@pond.example", key=b"k")
    assert voice("", key=b"k") is voice(None, key=b"k") is voice("someone", key=b"") is None
    assert urn("pond", "a", "b") == urn("pond", "a", "b") != urn("pond", "ab")
