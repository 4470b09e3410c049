from urllib.parse import urlsplit

import pytest

from tests.dashboards import world
from tests.dashboards.conftest import House, post

PAGES = {
    "/queue": "ana edda mara",
    "/queue?state=all": "ana edda mara",
    "/search": "ana edda mara",
    "/search?q=gates": "ana edda mara",
    "/narratives": "ana edda mara",
    f"/narratives/{world.GATES}": "ana edda mara",
    f"/library/{world.CHECK.id}": "ana edda mara",
    f"/library/{world.UNSAFE.id}": "ana edda mara",
    "/events": "ana edda mara",
    "/events/Sorrin flood": "ana edda mara",
    "/sources": "ana edda mara",
    f"/items/{world.document_id('gates-en')}": "ana edda mara",
    f"/items/{world.document_id('gates-post')}": "ana edda mara",
    f"/items/{world.document_id('hostile')}": "ana edda mara",
    "/desk/statements": "edda mara",
    "/trends": "mara",
    "/api/v1/search?q=gates": "ana edda mara",
    "/api/v1/findings": "ana edda mara",
}


@pytest.mark.parametrize("name", ["ana", "edda", "mara"])
def test_each_page_opens_for_its_roles_and_no_other(house: House, name: str) -> None:
    for page, names in PAGES.items():
        answer = house.as_(name).get(page)
        assert answer.status_code == (200 if name in names.split() else 403), (page, answer.text)


def test_no_page_of_the_desk_opens_without_a_login(house: House) -> None:
    for page in PAGES:
        answer = house.visitor().get(page, follow_redirects=False)
        if page.startswith("/api/"):
            assert (answer.status_code, answer.json()["title"]) == (401, "You are not signed in.")
        else:
            assert (answer.status_code, urlsplit(answer.headers["location"]).path) == (303, "/login")


def test_every_answer_carries_the_headers(house: House) -> None:
    for page in [*PAGES, "/login", "/statements", "/statements.atom", "/nothing-here"]:
        headers = house.as_("mara").get(page).headers
        policy = headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"


def test_no_page_names_who_posted(house: House) -> None:
    for page in PAGES:
        assert world.HANDLE not in house.as_("mara").get(page).text, page


def test_no_page_runs_what_others_wrote_or_loads_from_elsewhere(house: House) -> None:
    forbidden = (
        "<script>alert",
        "<img",
        '"javascript',
        " style=",
        " onclick",
        " onerror=alert(1)>",
        'src="http',
        'css" href="http',
    )
    for page in PAGES:
        answer = house.as_("mara").get(page)
        if answer.headers["content-type"].startswith("text/html"):
            assert [bad for bad in forbidden if bad in answer.text] == [], page
        else:
            assert '"javascript' not in answer.text


WRONG = [
    ("/items/unknown", 404),
    ("/narratives/unknown", 404),
    ("/library/unknown", 404),
    ("/events/unknown", 404),
    ("/desk/statements/99", 404),
    ("/desk/statements/x", 422),
    ("/desk/statements/new?finding=unknown", 404),
    ("/statements/unknown", 404),
    ("/queue?page=0", 422),
    ("/nothing-here", 404),
    ("/search?q=%22open", 422),
    ("/search?kind=person", 422),
    ("/search?since=yesterday", 422),
]


def test_a_wrong_address_gets_one_clear_line(house: House) -> None:
    for page, status in WRONG:
        answer = house.as_("edda").get(page)
        assert answer.status_code == status, page
        assert "<h1" in answer.text
        assert "Traceback" not in answer.text


def test_a_mistake_in_a_query_is_shown_where_it_is(house: House) -> None:
    text = house.as_("ana").get("/search", params={"q": "dam (gates"}).text
    assert "never closed" in text
    assert 'dam <mark class="differs">(</mark>gates' in text


def test_the_original_opens_only_for_who_is_signed_in_and_stands_nowhere(house: House) -> None:
    item = f"/items/{world.document_id('gates-post')}"
    answer = house.as_("ana").get(f"{item}/original", follow_redirects=False)
    assert answer.status_code == 302
    assert answer.headers["location"] == world.post_link("gates-post")
    assert house.visitor().get(f"{item}/original", follow_redirects=False).status_code == 303
    assert 'rel="noreferrer' in house.as_("ana").get(item).text


def test_the_api_gives_findings_beside_their_citation_and_no_link_of_a_post(house: House) -> None:
    answer = house.as_("ana").get("/api/v1/findings").json()
    first = answer["stories"][0][0]
    assert (answer["total"], first["citation"]["publisher"], first["kind"]) == (4, "Plumbline Checks", "repeats")
    assert "url" not in first
    assert "voice" not in str(answer)


def test_search_finds_marks_and_narrows(house: House) -> None:
    text = house.as_("ana").get("/search", params={"q": "gates", "source": "Town Square"}).text
    assert "<mark>gates</mark>" in text
    assert "remove this filter" in text
    assert "What could not be seen" in house.as_("ana").get("/search", params={"q": "gates"}).text
    assert "1 found" in text


def test_a_broken_page_says_so_without_its_insides(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboards.sources.survey", lambda *_, **__: 1 / 0)
    browser = house.as_("ana")
    browser._transport.raise_server_exceptions = False  # type: ignore[attr-defined] # httpx keeps the transport private
    answer = browser.get("/sources")
    assert answer.status_code == 500
    assert "Something broke on our side" in answer.text
    assert "ZeroDivisionError" not in answer.text
    assert "default-src 'self'" in answer.headers["content-security-policy"]


def test_a_page_weighs_little(house: House) -> None:
    browser = house.as_("ana")
    assets = ("/static/desk.css", "/static/desk.js", "/static/vendor/htmx.min.js")
    assert sum(len(browser.get(asset).content) for asset in assets) <= 150_000


def test_a_form_that_is_too_large_is_refused(house: House) -> None:
    assert post(house.as_("edda"), "/desk/statements/new", body="x" * 1_100_000).status_code == 413
