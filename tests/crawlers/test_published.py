"""Of the dates that a page shows the one of its publication is found, on the day that readers saw."""

import json
from datetime import UTC, datetime

import pytest
from lxml import html

from crawlers._page_head import read_head
from crawlers._published import published_of
from factdesk.reading import read_captures
from factdesk.records import Source
from tests.crawlers.test_extract import capture

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
URL = "https://courier.example/dam"
BODY = "<p>" + "The dam held through the night, engineers of the water authority said. " * 5 + "</p>"


def told(body: str, *, head: str = "", url: str = URL) -> tuple[str, str]:
    tree = html.fromstring(f"<html><head>{head}</head><body>{body}{BODY}</body></html>")
    found = published_of(read_head(tree), tree, url=url, now=NOW)
    return (found[0].isoformat()[:16], found[1]) if found else ("", "")


def linked(written: str, *, kind: str = "NewsArticle") -> str:
    return f'<script type="application/ld+json">{json.dumps({"@type": kind, "datePublished": written})}</script>'


COMMENT = '<div id="comments"><time datetime="2026-03-09">9 March 2026</time></div>'
TEASER = '<div class="related-teaser"><time datetime="2026-03-10">10 March 2026</time></div>'


@pytest.mark.parametrize(
    ("body", "day"),
    [
        (f"{COMMENT}<h1>The dam holds</h1><span>4 March 2026</span>", "2026-03-04"),
        (f'{TEASER}<h1>The dam holds</h1><p class="meta">By a reporter | 4 March 2026, 18:50</p>{COMMENT}', "2026-03-04"),
        (f"<p>4 March 2026</p><h1>The dam holds</h1>{TEASER}", "2026-03-04"),
        (f"<h1>The dam holds</h1>{TEASER}<div class=info>VERÖFFENTLICHT AM 4.3.2026</div>", "2026-03-04"),
        (f"<h1>The dam holds</h1>{TEASER}<aside><b>Published on</b> <i>4 March 2026</i></aside>", "2026-03-04"),
        ("<h1>The dam holds</h1><p>Last updated 7 March 2026</p><p>4 March 2026</p>", "2026-03-04"),
        ("<h1>The dam holds</h1><p>Deadline: 7 March 2026</p><p>4 March 2026</p>", "2026-03-04"),
        ("<h1>Notes of 7 March 2026</h1><time datetime=2026-03-04>Wednesday</time>", "2026-03-04"),
        (
            f"<h1>The dam holds</h1><p>Orvell, 04.03.2026 - Speech of the head of the authority, {'as it was held, ' * 5}</p>",
            "2026-03-04",
        ),
    ],
)
def test_what_stands_beside_the_heading_or_is_called_so_is_the_date(body: str, day: str) -> None:
    found, how = told(body)
    assert (found[:10], how) == (day, "text")


def test_a_universal_hour_falls_on_the_day_that_readers_saw() -> None:
    late = linked("2026-03-05T02:25:00Z")
    assert told("<h1>The dam holds</h1><p>March 4, 2026 | 9:25pm</p>", head=late) == ("2026-03-04T23:25", "metadata")
    assert told("", head=late, url="https://courier.example/2026/03/04/dam") == ("2026-03-04T23:25", "metadata")
    assert told("<h1>The dam holds</h1>", head=linked("2026-03-04T23:11:00+00:00"))[0] == "2026-03-04T23:11"
    assert told("<h1>The dam holds</h1><p>5.3.2026</p>", head=linked("2026-03-04T23:11:00+00:00"))[0] == "2026-03-05T00:11"


def test_a_day_that_is_written_with_its_zone_is_kept() -> None:
    assert told("<h1>The dam holds</h1><p>5 March 2026</p>", head=linked("2026-03-04T23:50:00-05:00"))[0] == "2026-03-04T23:50"


def test_the_day_in_the_address_does_not_move_with_a_correction() -> None:
    address = "https://courier.example/2026/02/18/dam"
    assert told("", head=linked("2026-02-19T18:37:00+01:00"), url=address) == ("2026-02-18T00:00", "metadata")
    canonical = f'<link rel="canonical" href="{address}">'
    assert told("", head=canonical) == ("2026-02-18T00:00", "metadata")


def test_the_month_in_the_address_chooses() -> None:
    body = "<h1>The dam holds</h1><p>7 January 2026</p><div class=sidebar>4 February 2026</div>"
    assert told(body, url="https://courier.example/2026/02/dam.html") == ("2026-02-04T00:00", "text")


def test_the_articles_word_counts_before_the_pages() -> None:
    both = linked("2020-01-01T08:00:00Z", kind="WebPage") + linked("2026-03-04T08:00:00Z")
    assert told("", head=both)[0] == "2026-03-04T08:00"


def test_scripts_tell_where_nothing_is_shown() -> None:
    assert told('<script>var page = {"publishedAt": "2026-03-04T08:00:00Z"};</script>') == ("2026-03-04T08:00", "text")


def test_a_page_of_years_alone_says_so_and_one_without_dates_says_nothing() -> None:
    assert told("<footer>Copyright 2019</footer>") == ("2019-01-01T00:00", "year")
    assert told("") == ("", "")


def test_a_year_alone_dates_no_document() -> None:
    source = Source(1, "feed", "https://courier.example/feed", "Courier")
    body = f"<html><body><h1>The dam holds</h1>{BODY}<footer>Copyright 2019</footer></body></html>"
    (read,) = read_captures([capture(body)], {1: source}, languages=())
    assert read.document is not None
    assert (read.document.published_at, read.document.published_how) == (read.document.seen_at, "fetched")
