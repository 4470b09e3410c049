"""What becomes of a statement in public, in a real browser: its page in two languages, and its card in another site's frame."""

import json
import re
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_httpserver import HTTPServer
from sqlalchemy import Engine

from factdesk.editorial import statements, versions
from factdesk.editorial.statement import Statement
from factdesk.editorial.versions import Beginning
from tests.browser.test_writing import Stoppable, desk  # noqa: F401 # the fixture
from tests.browser.work import Work
from tests.dashboards import world
from tests.editorial.gatepass import waive_all

pytestmark = pytest.mark.browser
LOOKS = [(1280, "light"), (390, "dark")]
EDDA, ELIO = 2, 3
CLAIM = "فُتحت بوابات سد أمبريل عمدًا لإنقاذ العاصمة."


def publish(engine: Engine, made: Statement) -> str:
    waive_all(engine, made.id, user_id=EDDA)
    waiting = statements.submit(engine, made.id, user_id=EDDA, at=world.NOW)
    statements.approve(engine, made.id, user_id=ELIO, digest=waiting.digest, at=world.NOW)
    return statements.publish(engine, made.id, user_id=EDDA, at=world.NOW).slug


@pytest.fixture(scope="module")
def slugs(desk: Stoppable) -> tuple[str, str]:  # noqa: F811 # pytest's way of naming a fixture
    """Publish the fixture's draft in English and in Arabic; give both slugs."""
    first = statements.get(desk.engine, 1)
    told = {"user_id": EDDA, "beginning": Beginning("ar", CLAIM), "at": world.NOW}
    second = versions.begin(desk.engine, 1, **told)  # type: ignore[arg-type] # a test's shorthand
    return publish(desk.engine, first), publish(desk.engine, second)


@pytest.fixture
def work(browser: Browser, desk: Stoppable, screenshots: Path) -> Work:  # noqa: F811 # the same
    return Work(browser, f"http://127.0.0.1:{desk.port}", screenshots, world.PASSWORD)


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_public_pages_are_clean_in_both_directions(work: Work, slugs: tuple[str, str], *, width: int, scheme: str) -> None:
    found: list[str] = []
    with work.at("", width=width, scheme=scheme, scripts=True) as page:
        for slug in slugs:
            for address in (f"/statements/{slug}", f"/statements/{slug}/card"):
                found += work.faults(page, address)
                work.picture(page, f"public-{width}-{scheme}-{re.sub(r'[^a-z0-9]+', '-', address).strip('-')}")
    with work.at("edda", width=width, scheme=scheme) as page:
        found += work.faults(page, "/desk/statements/1")
        page.get_by_text("Short texts for channels").click()
        page.get_by_text("Add a language").click()
        found += work.judged(page)
        work.picture(page, f"public-{width}-{scheme}-desk")
        found += work.faults(page, "/desk/statements/2")
    assert found == []


def test_readers_change_the_language_without_a_script(work: Work, slugs: tuple[str, str]) -> None:
    with work.at("", scripts=False) as page:
        page.goto(f"{work.url}/statements/{slugs[0]}")
        page.get_by_role("link", name="العربية").click()
        expect(page.locator("html")).to_have_attribute("dir", "rtl")
        page.get_by_role("link", name="English").click()
        expect(page).to_have_url(re.compile(slugs[0]))


def test_a_card_shows_in_the_frame_of_another_site(
    browser: Browser, work: Work, *, slugs: tuple[str, str], httpserver: HTTPServer
) -> None:
    asked = f"{work.url}/oembed?url={work.url}/statements/{slugs[0]}&format=json"
    with urllib.request.urlopen(asked) as answer:
        told = json.load(answer)
    httpserver.expect_request("/blog").respond_with_data(f"<h1>Blog</h1>{told['html']}", content_type="text/html")
    page: Page = browser.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(httpserver.url_for("/blog"))
    card = page.frame_locator("iframe")
    expect(card.get_by_role("link")).to_have_attribute("href", f"{work.url}/statements/{slugs[0]}")
    colour = card.locator(".rating").evaluate("one => getComputedStyle(one).backgroundColor")
    assert colour != "rgba(0, 0, 0, 0)", "its stylesheet was refused"
    page.screenshot(path=work.folder / "public-framed.png")
    page.close()
    assert [text for text in said if "Security Policy" in text or "frame" in text.lower()] == []


def test_what_is_typed_into_a_short_text_field_is_copied(work: Work, slugs: tuple[str, str]) -> None:
    with work.at("edda") as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=work.url)
        page.goto(f"{work.url}/desk/statements/1")
        page.get_by_text("Short texts for channels").click()
        page.get_by_role("button", name="Copy 280 characters").click()
        expect(page.get_by_role("button", name="Copied").first).to_be_visible()
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied.endswith(f"/statements/{slugs[0]}")
