import json
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from crawlers import Downloader
from factdesk.cli.library import Tally, complete, read_source
from factdesk.errors import FetchError, UnreadableError
from factdesk.settings import CollectorSettings

REVIEW = {"@type": "ClaimReview", "claimReviewed": "The Karsk dam has burst.", "reviewRating": {"alternateName": "False"}}
PAGE = f'<html><head><script type="application/ld+json">{json.dumps(REVIEW)}</script></head><body></body></html>'
LOCAL = CollectorSettings(allow_private_hosts=("localhost", "127.0.0.1"), contact="desk@courier.example")


def imported(source: str, tally: Tally) -> list[str]:
    download = Downloader(LOCAL)
    return [passage.text for passage in read_source(source, fetch=download, links=2, tally=tally)]


def test_a_file_is_read_and_its_bad_rows_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, tally = tmp_path / "mine.jsonl", Tally()
    path.write_text('{"claim": "The dam near Karsk burst at night"}\nnonsense\n')
    assert imported(str(path), tally) == ["The dam near Karsk burst at night"]
    assert (tally.rows, tally.unreadable) == (1, 1)
    assert "line 2: The line is not a JSON object." in capsys.readouterr().err


def test_what_a_row_leaves_out_is_filled_in(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("claim,lang,site\nThe dam near Karsk burst at night and the town is under water,,\nEl agua sube,es,Lume\n")
    rows = complete(read_source(str(path), fetch=Downloader(LOCAL), links=0, tally=Tally()), publisher="mine")
    assert [(row.language, row.publisher) for row in rows] == [("en", "mine"), ("es", "Lume")]


def test_a_page_and_the_articles_of_a_feed_are_fetched(httpserver: HTTPServer, capsys: pytest.CaptureFixture[str]) -> None:
    links = "".join(f"<item><link>{httpserver.url_for(path)}</link></item>" for path in ("/a", "/secret/b", "/never"))
    httpserver.expect_request("/robots.txt").respond_with_data("User-agent: *\nDisallow: /secret/")
    httpserver.expect_request("/a").respond_with_data(PAGE, content_type="text/html")
    httpserver.expect_request("/feed").respond_with_data(
        f"<rss><channel>{links}</channel></rss>", content_type="application/rss+xml"
    )
    tally = Tally()
    assert imported(httpserver.url_for("/feed"), tally) == ["The Karsk dam has burst."]
    assert (tally.links, tally.unreadable) == (2, 1)
    assert "refused by its robots.txt" in capsys.readouterr().err


def test_a_broken_host_and_a_private_one_are_not_asked(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/robots.txt").respond_with_data("", status=503)
    with pytest.raises(FetchError, match=r"robots\.txt"):
        imported(httpserver.url_for("/a"), Tally())
    with pytest.raises(FetchError, match="private"):
        Downloader(CollectorSettings(contact="desk@courier.example"))(httpserver.url_for("/a"))


def test_a_redirect_to_a_private_host_is_not_followed(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/robots.txt").respond_with_data("", status=404)
    httpserver.expect_request("/a").respond_with_data("", status=302, headers={"Location": "http://10.0.0.1/"})
    with pytest.raises(FetchError, match="private"):
        imported(httpserver.url_for("/a"), Tally())


@pytest.mark.parametrize("source", ["gone.csv", "ftp://a.example/x"])
def test_what_is_neither_file_nor_address_is_one_line(source: str) -> None:
    with pytest.raises(UnreadableError, match="is no file and no http"):
        imported(source, Tally())
