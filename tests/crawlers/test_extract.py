import json
import unicodedata
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers._dates import parse_instant, plausible
from crawlers._encoding import decode
from crawlers._extract import Extracted, Unread, read_page
from factdesk.records import Capture, CaptureKind, Outcome

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
URL = "https://www.courier.example/2026/flood-talk"
PARAGRAPHS = (
    "The river Lume rose by two metres on Tuesday after three days of rain, the water authority said in its bulletin.",
    "About twelve hundred people in Ostrava Vale left their homes before the evening, and two schools serve as shelters.",
    "Engineers inspected the Karsk dam twice and found no damage; the next inspection is planned for Thursday morning.",
)


def page(head: str = "", *, body: str = "", attributes: str = 'lang="en"') -> str:
    text = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
    return (
        f"<!DOCTYPE html><html {attributes}><head><meta charset=utf-8>{head}</head><body><nav><a href=/>Home</a></nav>"
        f"<article>{body}{text}</article><footer>All rights reserved</footer></body></html>"
    )


def capture(
    content: str | bytes, *, charset: str | None = None, media_type: str = "text/html", published: datetime | None = None
) -> Capture:
    body = content.encode() if isinstance(content, str) else content
    return Capture(
        id=1,
        source_id=1,
        kind=CaptureKind.PAGE,
        url=URL,
        fetched_at=NOW,
        status=200,
        media_type=media_type,
        charset=charset,
        digest="0" * 64,
        body=body,
        hint_published=published,
        hint_title="Title of the listing",
    )


def read(content: str | bytes, *, charset: str | None = None, published: datetime | None = None) -> Extracted:
    result = read_page(capture(content, charset=charset, published=published))
    assert isinstance(result, Extracted), result
    return result


def test_a_page_gives_its_text_without_its_furniture() -> None:
    result = read(page("<title>Flood - The Courier</title>"))
    assert all(paragraph in result.text for paragraph in PARAGRAPHS)
    assert "Home" not in result.text
    assert "All rights reserved" not in result.text
    assert result.language_hint == "en"


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        ('<meta property="og:title" content="Dam &amp; river hold">', "<h1>Other</h1>", "Dam & river hold"),
        ("<title>Page | Courier</title>", "<h1>Dam holds</h1>", "Dam holds"),
        ('<meta property="og:site_name" content="The Courier"><title>Dam holds | The Courier</title>', "", "Dam holds"),
        ("<title>Dam holds</title>", "", "Dam holds"),
        ("", "", "Title of the listing"),
    ],
)
def test_the_title_falls_back_from_the_best_to_the_listing(head: str, body: str, title: str) -> None:
    assert read(page(head, body=body)).title == title


@pytest.mark.parametrize(
    ("head", "url"),
    [
        ('<link rel="canonical" href="https://courier.example/flood?utm_source=x">', "https://courier.example/flood"),
        ('<meta property="og:url" content="https://m.courier.example/flood">', "https://m.courier.example/flood"),
        ('<link rel="canonical" href="/flood">', "https://www.courier.example/flood"),
        ('<link rel="canonical" href="https://thief.example/flood">', URL),
        ('<link rel="canonical" href="https://www.courier.example/">', URL),
        ('<link rel="canonical" href="javascript:alert(1)">', URL),
        ("", URL),
    ],
)
def test_the_canonical_address_counts_on_the_same_site_only(head: str, url: str) -> None:
    assert read(page(head)).url == url


LINKED = json.dumps({"@graph": [{"@type": "NewsArticle", "datePublished": "2026-03-14T08:30:00+07:00"}]})


@pytest.mark.parametrize(
    ("head", "body", "expected"),
    [
        (f'<script type="application/ld+json">{LINKED}</script>', "", ("2026-03-14T08:30:00", "metadata")),
        ('<meta property="article:published_time" content="2026-03-15T10:00:00Z">', "", ("2026-03-15T10:00:00", "metadata")),
        ("", '<time datetime="2026-03-16">yesterday</time>', ("2026-03-16T00:00:00", "text")),
        ("", "<p class=date>17 March 2026</p>", ("2026-03-17T00:00:00", "text")),
        ("", '<img src="/up/2026-02-17-river.jpg">', ("2026-02-17T00:00:00", "estimated")),
        ("", '<img src="/uploads/2025/05/river.jpg"><footer>Copyright 2019</footer>', ("2025-05-01T00:00:00", "year")),
        ('<meta property="article:published_time" content="2031-01-01">', "", ("2026-03-20T12:00:00", "fetched")),
        ('<meta property="article:published_time" content="1970-01-01">', "", ("2026-03-20T12:00:00", "fetched")),
    ],
)
def test_the_date_comes_from_the_best_place_and_is_never_in_the_future(head: str, body: str, expected: tuple[str, str]) -> None:
    result = read(page(head, body=body))
    assert (result.published_at.isoformat()[:19], result.published_how) == expected


def test_the_listing_knows_the_date_best_when_it_is_plausible() -> None:
    head = '<meta property="article:published_time" content="2026-03-15T10:00:00Z">'
    told = NOW - timedelta(days=2)
    assert (read(page(head), published=told).published_at, read(page(head), published=told).published_how) == (told, "listing")
    assert read(page(head), published=NOW + timedelta(days=40)).published_how == "metadata"


@pytest.mark.parametrize(
    "byline",
    [
        '<span class="byline">By Quilla Verano and Tam Osei</span>',
        '<div class="article-author"><a href="/people/q" rel="author">Quilla Verano</a></div>',
        '<p itemprop="author" itemscope><span itemprop="name">Quilla Verano</span></p>',
        "<p>By Quilla Verano</p>",
        "<p>Von Quilla Verano</p>",
        "<p>Tác giả: Quilla Verano</p>",
        "<p>Quilla Verano, staff writer</p>",
    ],
)
def test_the_byline_is_not_in_the_text(byline: str) -> None:
    head = '<meta name="author" content="Quilla Verano"><meta property="og:title" content="Flood">'
    result = read(page(head, body=byline))
    assert "Verano" not in "".join(str(getattr(result, name)) for name in result.__slots__)
    assert all(paragraph in result.text for paragraph in PARAGRAPHS)


@pytest.mark.parametrize("mark", ['class="byline"', 'class="c-Author__name"', 'rel="author"', 'itemprop="author name"'])
def test_the_marks_alone_tell_a_byline(mark: str) -> None:
    result = read(page(body=f"<p><a {mark}>Quilla Verano</a> in the valley of the Lume, where the water rose in a night</p>"))
    assert "Verano" not in result.text
    assert "valley of the Lume" in result.text


def test_a_sentence_that_begins_like_a_byline_stays() -> None:
    body = "<p>By Tuesday evening the water had risen by two metres.</p><p>Von Montag an bleiben Schulen zu.</p>"
    assert "By Tuesday evening the water" in read(page(body=body)).text


ARABIC = "ارتفع منسوب المياه في النهر بعد الأمطار الغزيرة وطلبت السلطات من السكان إخلاء المنازل القريبة من السد قبل المساء. "
FRENCH = "Le niveau de l'eau a monté après de fortes pluies, et les autorités ont demandé aux habitants d'évacuer. "
RUSSIAN = "Уровень воды в реке поднялся после дождей, и власти попросили жителей покинуть дома рядом с плотиной. "
VIETNAMESE = "Mực nước sông dâng cao sau mưa lớn, chính quyền yêu cầu người dân sơ tán khỏi các ngôi nhà gần đập. "


def _cp1258(text: str) -> bytes:
    """Vietnamese as windows-1258 writes it: base letters with combining tones."""
    written = bytearray()
    for letter in text:
        decomposed = unicodedata.normalize("NFD", letter)
        base, marks = decomposed[0], decomposed[1:]
        tones = "".join(mark for mark in marks if mark in "\u0300\u0301\u0303\u0309\u0323")
        kept = unicodedata.normalize("NFC", base + "".join(mark for mark in marks if mark not in tones))
        written += (kept + tones).encode("cp1258")
    return bytes(written)


@pytest.mark.parametrize("declared", [None, "utf-8", "iso-8859-1", "no-such-charset"])
@pytest.mark.parametrize(
    ("text", "encoding"), [(ARABIC, "cp1256"), (FRENCH, "latin-1"), (RUSSIAN, "cp1251"), (FRENCH, "utf-8"), (ARABIC, "utf-8")]
)
def test_a_lie_about_the_encoding_is_seen_through(text: str, encoding: str, declared: str | None) -> None:
    body = f"<html><body><article><p>{text * 4}</p></article></body></html>".encode(encoding)
    assert text.strip() in decode(body, charset=declared)


@pytest.mark.parametrize("declared", ["utf-8", "windows-1258", None])
def test_vietnamese_in_its_old_encoding_is_read_and_composed(declared: str | None) -> None:
    body = b'<html lang="vi"><body><article><p>' + _cp1258(VIETNAMESE * 4) + b"</p></article></body></html>"
    assert VIETNAMESE.strip() in read(body, charset=declared).text


def test_marks_and_metadata_tell_the_encoding() -> None:
    assert decode("đập".encode("utf-16")) == "đập"
    assert decode(b"\xef\xbb\xbf" + "đập".encode()) == "đập"
    assert "šťastný" in decode('<meta charset="windows-1250"><p>šťastný'.encode("cp1250"))
    assert decode(b"caf\xe9 cr\xe8me") == "café crème"
    assert decode(("é" * 100).encode() + b"\xff") == "é" * 100 + "\ufffd"


@pytest.mark.parametrize(
    ("content", "media_type", "outcome"),
    [
        (b"", "text/html", Outcome.TOO_SHORT),
        (b"\x00" * 50, "text/html", Outcome.TOO_SHORT),
        (b"<p>Short.</p>", "text/html", Outcome.TOO_SHORT),
        (b"%PDF-1.7 ...", "text/html", Outcome.NOT_TEXT),
        (page().encode(), "image/png", Outcome.NOT_TEXT),
        (b"<p>x" * 3_000_000, "text/html", Outcome.TOO_LARGE),
        (page('<meta name="tdm-reservation" content="1">').encode(), "text/html", Outcome.REFUSED_OPT_OUT),
        (page('<meta name="robots" content="index, noai">').encode(), "text/html", Outcome.REFUSED_OPT_OUT),
    ],
)
def test_what_is_not_read_says_why(content: bytes, media_type: str, outcome: Outcome) -> None:
    result = read_page(capture(content, media_type=media_type))
    assert isinstance(result, Unread)
    assert result.outcome is outcome
    assert result.reason.endswith(".")


CHOKING = {
    "deep": "<div>" * 100_000 + "x" * 300,
    "paragraphs": "<p>word " * 200_000,
    "bylines": "<div class=author>" * 50_000,
    "captions": "<i class=caption>word " * 60_000,
    "marks": '<div class="comment teaser date">4 March 2026' * 50_000,
    "tables": "<table><tr><td>" * 30_000 + "text",
    "links": "<a href=x>" * 200_000,
    "flat": "x" * 5_000_000,
    "comments": "<!--" * 500_000,
    "json": "<script type='application/ld+json'>" + "[" * 500_000 + "</script>" + page(),
    "nul": "\x00<html>\x00" + page(),
    "unclosed": "<html><head><title>" + page(),
    "entities": "&#0;&#xD800;&#x110000;" * 1000 + page(),
    "expansion": "<!DOCTYPE html [<!ENTITY a 'aaaaaaaaaa'>" + "<!ENTITY b '&a;&a;&a;'>" * 30 + "]>&b;" + page(),
    "attribute": f'<p class="{"author caption " * 70_000}" title="{"x" * 1_000_000}">x</p>' + page(),
    "years": page(
        '<meta name="date" content="0000-01-01"><meta property="article:published_time" content="9999-12-31T23:59:59+23:59">',
        body="<h1>0000</h1><time datetime='0000-00-00'>31 December 9999</time>",
    ),
    "title": f"<title>{'word ' * 40_000}</title><h1>{'word ' * 40_000}</h1>" + page(),
}


@pytest.mark.timeout(60)
@pytest.mark.parametrize("content", CHOKING.values(), ids=CHOKING)
def test_a_page_made_to_choke_ends_in_bounded_time(content: str) -> None:
    assert isinstance(read_page(capture(content)), Extracted | Unread)


_TAGS = st.sampled_from(
    ["<p>", "</p>", "<div class='author'>", "<table>", "<!--", "]]>", "<script>", "&#0;", "\x00", "<html>", "<"]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(_TAGS, st.text(max_size=30)), max_size=40).map("".join), st.sampled_from([None, "utf-16", "x"]))
def test_no_input_raises(content: str, charset: str | None) -> None:
    result = read_page(capture(content.encode("utf-8", "surrogatepass"), charset=charset))
    assert isinstance(result, Extracted | Unread)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_raise(content: bytes) -> None:
    assert isinstance(read_page(capture(content)), Extracted | Unread)


def test_reviews_on_a_page_come_along_without_persons() -> None:
    review = {
        "@type": "ClaimReview",
        "claimReviewed": "The Karsk dam has burst.",
        "author": {"@type": "Organization", "name": "Lume Check"},
        "reviewRating": {"alternateName": "False"},
        "itemReviewed": {"@type": "Claim", "author": {"@type": "Person", "name": "Quilla Verano"}},
    }
    result = read(page(f'<script type="application/ld+json">{json.dumps(review)}</script>'))
    assert [(found.claim, found.rating_value, found.publisher, found.url) for found in result.claim_reviews] == [
        ("The Karsk dam has burst.", 0.0, "Lume Check", URL)
    ]
    assert "Verano" not in str(result)


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("2018-03-17T07:02+0100", "2018-03-17T06:02"),
        ("Sat, 14 Mar 2026 10:00:00 +0700", "2026-03-14T03:00"),
        ("Publié le 26/10/18 à 17h13", "2018-10-26T17:13"),
        ("Oct 29, 2018 3:15 PM PHT", "2018-10-29T07:15"),
        ("30 de Dez, 2018 às 10:39 PST", "2018-12-30T18:39"),
        ("14 tháng 3 năm 2026", "2026-03-14T00:00"),
        ("١٤ مارس ٢٠٢٦", "2026-03-14T00:00"),
        ("OCT. 4, 2016", "2016-10-04T00:00"),
        ("3. März 2024", "2024-03-03T00:00"),
        ("03/25/2020", "2020-03-25T00:00"),
        ("20260314", "2026-03-14T00:00"),
    ],
)
def test_dates_as_people_write_them(written: str, read_as: str) -> None:
    moment = parse_instant(written)
    assert moment is not None
    assert moment.isoformat()[:16] == read_as


@given(st.text(max_size=60))
def test_no_date_raises_and_none_is_implausible(written: str) -> None:
    moment = plausible(parse_instant(written), now=NOW)
    assert moment is None or moment <= NOW
    assert parse_instant("2020-02-30") is None


def test_captions_are_not_the_articles_words_but_a_table_or_heading_stays() -> None:
    caption = "Engineers of the authority look at the second gate of the Orvell dam on Tuesday evening."
    body = f'<div class="media__description"><p>{caption}</p></div><h2 class="caption-like">Second gate of the dam</h2>'
    result = read(page(body=body))
    assert caption not in result.text
    assert "Second gate of the dam" in result.text


def test_a_short_text_keeps_its_title() -> None:
    title = "The water authority opened the second gate of the dam in the night"
    result = read(
        f"<title>{title}</title><article><h1>{title}</h1><p>Nobody was hurt, it said, and the river falls.</p></article>"
    )
    assert title in result.text
