"""Two people on one queue in a real browser: each sees the other's row, decides many at once, and takes it back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import served
from tests.browser.work import Work
from tests.dashboards import world

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def work(browser: Browser, screenshots: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Work]:
    with served(tmp_path_factory.mktemp("shared")) as url:
        yield Work(browser, url, screenshots, world.PASSWORD)


def test_a_row_that_is_open_before_a_colleague_says_so_and_is_taken_over(work: Work) -> None:
    with work.at("ana") as page, work.at("edda") as other:
        with page.expect_response("**/queue/hold"):
            page.keyboard.press("j")
        other.goto(f"{work.url}/queue")
        expect(other.get_by_text("Ana Analyst has this open")).to_be_visible()
        other.locator(".flag").first.get_by_role("button", name="Confirm").click()
        expect(other.get_by_role("status")).to_contain_text("Ana Analyst has this story open right now.")
        work.picture(other, "shared-1-held")
        other.get_by_role("button", name="Take over").click()
        expect(other.get_by_text("Ana Analyst has this open")).to_have_count(0)
        other.goto(f"{work.url}/queue")
        with other.expect_response("**/queue/hold"):
            other.keyboard.press("j")


def test_many_are_ticked_decided_and_taken_back_by_keyboard(work: Work) -> None:
    with work.at("ana") as page:
        page.goto(f"{work.url}/queue?kind=repeats")
        page.keyboard.press("j")
        page.keyboard.press("j")
        page.keyboard.press("s")
        page.keyboard.press("j")
        page.keyboard.press("s")
        bar = page.get_by_role("form", name="Decide about all that are selected")
        expect(bar).to_be_visible()
        expect(bar.locator("[data-ticked]")).to_have_attribute("data-number", "2")
        work.picture(page, "shared-2-ticked")
        bar.get_by_role("button", name="Reject").click()
        expect(page.locator(".flag")).to_have_count(1)
        expect(page.get_by_text("Your decision is saved.")).to_be_visible()
        page.keyboard.press("u")
        expect(page.locator(".flag")).to_have_count(3)


def test_one_decision_is_taken_back_where_it_was_taken(work: Work) -> None:
    with work.at("ana") as page:
        page.goto(f"{work.url}/queue?kind=distorts")
        page.keyboard.press("j")
        page.keyboard.press("r")
        expect(page.locator(".flag.done")).to_have_count(1)
        page.keyboard.press("u")
        expect(page.locator(".flag.done")).to_have_count(0)


def test_a_wrong_match_is_corrected_in_two_keystrokes(work: Work) -> None:
    with work.at("ana") as page:
        page.goto(f"{work.url}/queue?kind=distorts")
        page.keyboard.press("j")
        page.keyboard.press("w")
        expect(page.get_by_role("button", name="It is about this 1")).to_be_visible()
        work.picture(page, "shared-3-others")
        page.keyboard.press("1")
        expect(page.locator(".flag.done")).to_contain_text("12,000 people had left Lower Teyn, a letter says.")
        page.goto(f"{work.url}/items/{world.document_id('gates-en')}")
        expect(page.get_by_role("img", name="Sightings from")).to_be_visible()
        work.picture(page, "shared-4-item")


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")])
def test_axe_finds_nothing_on_these_pages(work: Work, width: int, scheme: str) -> None:
    found: list[str] = []
    with work.at("edda", width=width, scheme=scheme) as page:
        for address in (
            "/queue?decided=2031-05-09T15:00:00",
            f"/findings/{world.finding_id('gates-ar')}/others",
            f"/items/{world.document_id('gates-en')}",
        ):
            found += work.faults(page, address)
        page.goto(f"{work.url}/queue")
        page.locator("[data-tick]").first.check()
        work.picture(page, f"shared-{width}-{scheme}")
    assert found == []
