"""What Google's Fact Check Tools and GDELT answer, in the form that they have, with invented outlets."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from crawlers.base import Asked, Fetched, Listing, Unlisted
from crawlers.factcheck_tools import COLLECTOR as TOOLS
from crawlers.gdelt import COLLECTOR as GDELT
from factdesk.errors import FetchError
from factdesk.records import Source, SourceRole

DATA = Path(__file__).parent / "data"
API = "https://factchecktools.googleapis.com/v1alpha1/claims:search"
DOC = "https://api.gdeltproject.org/api/v2/doc/doc"


def _asked(kind: str, url: str, **more: object) -> Asked:
    return replace(Asked(Source(1, kind, url, "search")), **more)  # type: ignore[arg-type] # a test's shorthand


def _fetched(body: bytes, *, url: str, media_type: str = "application/json") -> Fetched:
    return Fetched(url, 200, (("content-type", media_type),), body, datetime(2026, 11, 24, 4, tzinfo=UTC))


def _query(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


# -- Fact Check Tools


def test_reviews_become_links_and_who_claimed_is_nowhere() -> None:
    asked = _asked("factcheck_tools", f"{API}?query=orvane&languageCode=en")
    listing = TOOLS.parse(_fetched((DATA / "factcheck_tools.json").read_bytes(), url=API), asked)
    assert isinstance(listing, Listing)
    assert [link.url for link in listing.links] == [
        "https://sorrincheck.example/2026/11/orvane-dam/",
        "https://veritasvalle.example/presa-orvane",
        "https://kiemchung.example/dap-orvane",
    ]
    first = listing.links[0]
    assert first.title == "No, nobody opened the Orvane dam & its gates at night"
    assert first.published == datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
    assert [link.language for link in listing.links] == ["en", "es", "vi"]
    assert "Ferrand" not in repr(listing)


def test_pages_are_followed_with_the_same_search_and_the_key_stays_a_name() -> None:
    asked = _asked("factcheck_tools", f"{API}?query=orvane&languageCode=en", limit=40)
    (first,) = TOOLS.requests(asked)
    assert _query(first.url) == {"query": "orvane", "languageCode": "en", "pageSize": "40"}
    listing = TOOLS.parse(_fetched((DATA / "factcheck_tools.json").read_bytes(), url=API), asked)
    assert isinstance(listing, Listing)
    (following,) = listing.next
    assert _query(following.url) == _query(first.url) | {"pageToken": "CAo="}
    assert following.credential is not None
    assert (following.credential.header, following.credential.secret) == ("X-Goog-Api-Key", "google_factcheck_key")
    (later,) = TOOLS.requests(replace(asked, cursor=listing.cursor))
    assert _query(later.url)["maxAgeDays"] == "30"


@pytest.mark.parametrize(
    "url",
    [
        "https://collects-keys.example/v1alpha1/claims:search?query=x",
        f"{API}?languageCode=en",
        "https://factchecktools.googleapis.com/v1alpha1/pages?query=x",
    ],
)
def test_the_key_goes_to_no_other_place(url: str) -> None:
    assert TOOLS.requests(_asked("factcheck_tools", url)) == ()


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'"x"', b'{"error": {"code": 400}}', b"<html>", b'{"kind": "other"}', b"{" * 9000]
)
def test_what_is_no_answer_of_the_tools_is_said(body: bytes) -> None:
    told = TOOLS.parse(_fetched(body, url=API), _asked("factcheck_tools", f"{API}?query=x"))
    assert told == Unlisted("The API does not answer with reviewed claims.")


def test_nothing_found_is_an_empty_listing() -> None:
    assert TOOLS.parse(_fetched(b"{}", url=API), _asked("factcheck_tools", f"{API}?query=x")) == Listing(cursor="1")


def test_searches_of_google_are_recognised_and_a_key_in_the_address_is_refused() -> None:
    found = TOOLS.recognise(f"{API}?query=orvane+dam&languageCode=vi-VN&pageSize=5&pageToken=z")
    assert found is not None
    assert (found.url, found.language, found.role) == (
        f"{API}?query=orvane+dam&languageCode=vi-VN",
        "vi",
        SourceRole.FACTCHECK,
    )
    explored = TOOLS.recognise("https://toolbox.google.com/factcheck/explorer/search/orvane%20dam;hl=es")
    assert explored is not None
    assert explored.url == f"{API}?query=orvane+dam&languageCode=es"
    site = TOOLS.recognise("https://toolbox.google.com/factcheck/explorer/search/site:sorrincheck.example")
    assert site is not None
    assert site.url == f"{API}?reviewPublisherSiteFilter=sorrincheck.example"
    with pytest.raises(FetchError, match="key") as caught:
        TOOLS.recognise(f"{API}?query=x&key=AIza-not-shown")
    assert "AIza" not in str(caught.value)
    with pytest.raises(FetchError, match="searches nothing"):
        TOOLS.recognise(API)
    assert TOOLS.recognise("https://courier.example/factcheck/explorer/search/x") is None


# -- GDELT


def test_articles_are_read_although_the_json_is_broken() -> None:
    listing = GDELT.parse(_fetched((DATA / "gdelt.json").read_bytes(), url=DOC), _asked("gdelt", f"{DOC}?query=orvane"))
    assert isinstance(listing, Listing)
    assert [link.url for link in listing.links] == [
        "https://courier.example/2026/11/24/orvane-flood",
        "https://diario.example/inundaciones",
        "https://bao.example/lu-lut?a=1&amp;b=2",
    ]
    assert [link.title for link in listing.links] == [
        r"Orvane floods: what the mayor didn\'t say, and what he did",
        r"Inundaciones en Orvane hoy \q áreas",
        r"Lũ lụt \ Orvane",
    ]
    assert [link.language for link in listing.links] == ["en", "es", "vi"]
    assert [link.published for link in listing.links] == [
        datetime(2026, 11, 24, 3, 15, tzinfo=UTC),
        datetime(2026, 11, 24, 2, 45, tzinfo=UTC),
        None,
    ]
    assert listing.cursor == "20261124031500"


def test_the_next_poll_asks_from_the_newest_on() -> None:
    asked = _asked("gdelt", f"{DOC}?query=orvane+sourcelang:spanish&timespan=3d&mode=timelinevol", limit=1000)
    (first,) = GDELT.requests(asked)
    form = {"mode": "artlist", "format": "json", "sort": "datedesc", "maxrecords": "250"}
    assert _query(first.url) == {"query": "orvane sourcelang:spanish", "timespan": "3d"} | form
    (later,) = GDELT.requests(replace(asked, cursor="20261124031500"))
    assert _query(later.url) == {"query": "orvane sourcelang:spanish", "startdatetime": "20261124031500"} | form
    assert GDELT.requests(_asked("gdelt", f"{DOC}?mode=artlist")) == ()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"Your query was too short or too long.\n", "GDELT says: Your query was too short or too long."),
        (b"<html><head></head><body>Please limit requests</body></html>", "GDELT says: Please limit requests"),
        (b"", "GDELT's answer cannot be read."),
        (b'{"articles": [', "GDELT's answer cannot be read."),
        (b"{" * 9000, "GDELT's answer cannot be read."),
    ],
)
def test_a_sentence_instead_of_json_is_told(body: bytes, reason: str) -> None:
    assert GDELT.parse(_fetched(body, url=DOC, media_type="text/html"), _asked("gdelt", f"{DOC}?query=x")) == Unlisted(reason)


def test_nothing_seen_is_an_empty_listing_that_keeps_the_cursor() -> None:
    assert GDELT.parse(_fetched(b"{}", url=DOC), _asked("gdelt", f"{DOC}?query=x", cursor="20261124031500")) == Listing()


def test_a_request_of_gdelt_is_recognised() -> None:
    found = GDELT.recognise(f"{DOC}?query=orvane%20%20sourcelang:Vietnamese&mode=timelinevol&format=html&timespan=1w")
    assert found is not None
    assert found.url == f"{DOC}?query=orvane+sourcelang%3AVietnamese&timespan=1w"
    assert (found.kind, found.language, found.role) == ("gdelt", "vi", SourceRole.PRESS)
    assert GDELT.recognise("https://api.gdeltproject.org/api/v2/geo/geo?query=x") is None
    with pytest.raises(FetchError, match="searches nothing"):
        GDELT.recognise(DOC)
