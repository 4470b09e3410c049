"""Saving a search in a real browser, by keyboard, without scripts, at every width, and judged by axe."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.test_roles import LOOKS
from tests.browser.work import Work
from tests.dashboards import world

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def work(browser: Browser, desk_url: str, screenshots: Path) -> Work:
    return Work(browser, desk_url, screenshots, world.PASSWORD)


def test_a_search_is_saved_by_keyboard_and_tried(work: Work) -> None:
    with work.at("mara") as page:
        page.goto(f"{work.url}/search?q=gates&language=en")
        page.get_by_role("link", name="Save this search").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Save a search")).to_be_visible()
        expect(page.get_by_label("Language: English")).to_be_checked()
        page.get_by_label("E-mail address").fill("night@desk.example")
        page.get_by_label("How often").select_option("A daily digest")
        page.get_by_label("Digests at").fill("07:30")
        page.get_by_label("Name", exact=True).fill("Gates at night")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Gates at night")).to_be_visible()
        expect(page.get_by_text("Every day at 07:30")).to_be_visible()
        page.get_by_role("button", name="Send a trial").click()
        with page.expect_response(re.compile("/deliveries$")) as asked:  # it is followed until it ends
            expect(page.get_by_role("heading", name="Deliveries")).to_be_visible()
        assert asked.value.ok
        expect(page.get_by_role("row", name=re.compile("E-mail trial Waiting"))).to_be_visible()
        work.picture(page, "12-saved-search")


def test_a_mistake_is_shown_and_everything_works_without_scripts(work: Work) -> None:
    with work.at("edda", scripts=False) as page:
        page.goto(f"{work.url}/alerts/new?q=gates")
        page.get_by_label("Words, as in the search").fill("(gates")
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_role("alert")).to_contain_text("This parenthesis is never closed.")
        page.get_by_label("Words, as in the search").fill("gates")
        page.get_by_role("button", name="Save", exact=True).click()
        page.get_by_role("button", name="Pause").click()
        expect(page.get_by_role("heading", name="gates Paused")).to_be_visible()
        page.get_by_text("Delete", exact=True).click()
        page.get_by_role("button", name="Delete this search").click()
        expect(page.get_by_role("heading", name="No search is saved yet.")).to_be_visible()


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_the_pages_of_alerts_are_accessible_and_fit(work: Work, width: int, scheme: str) -> None:
    with work.at("mara", width=width, scheme=scheme) as page:
        faults = work.faults(page, "/alerts/new?q=gates&language=en&source=Town%20Square")
        work.picture(page, f"13-alert-form-{width}-{scheme}")
        faults += work.faults(page, "/alerts")
        work.picture(page, f"14-alerts-{width}-{scheme}")
        page.get_by_role("link", name="Gates at night").click()
        faults += work.judged(page)
        work.picture(page, f"15-alert-{width}-{scheme}")
        assert faults == []
