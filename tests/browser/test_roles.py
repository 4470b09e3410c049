"""Each role's whole job in a real browser, from login to publication, and every page judged by axe in light and dark."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.work import Work
from tests.dashboards import world

pytestmark = pytest.mark.browser
LOOKS = [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")]
PAGES = {
    "mara": (
        *(
            "/queue",
            "/queue?state=all",
            "/queue?kind=distorts",
            "/queue?event=none",
            "/search",
            "/search?q=gates",
            "/search?q=(dam",
        ),
        *(
            "/search?q=nothingatall",
            "/narratives",
            f"/narratives/{world.GATES}",
            "/events",
            "/events/Sorrin%20flood",
            "/sources",
        ),
        *(f"/items/{world.document_id('gates-en')}", f"/items/{world.document_id('gates-ar')}", f"/library/{world.CHECK.id}"),
        *("/trends", "/desk/statements", "/desk/statements/1", "/statements", "/login", "/nothing-here"),
    ),
    "ada": ("/people", "/people/1", "/people/6", "/audit", "/audit?check=true", "/account", "/account/second-factor"),
    "edda": ("/queue", "/desk/statements", "/desk/statements/1", f"/items/{world.document_id('number')}"),
}


@pytest.fixture(scope="module")
def work(browser: Browser, desk_url: str, screenshots: Path) -> Work:
    return Work(browser, desk_url, screenshots, world.PASSWORD)


def test_an_analyst_confirms_two_from_the_queue_by_keyboard(work: Work) -> None:
    with work.at("ana") as page:
        expect(page.get_by_role("heading", name=re.compile("Queue"))).to_be_visible()
        work.picture(page, "1-analyst-queue")
        page.keyboard.press("j")
        page.keyboard.press("c")
        expect(page.get_by_role("status")).to_contain_text("Saved: Confirmed.")
        expect(page.locator(".flag.done")).to_have_count(1)
        expect(page.locator(".flag[data-chosen]")).to_have_attribute("id", f"f-{world.finding_id('number')}")
        page.keyboard.press("c")
        expect(page.locator(".flag.done")).to_have_count(2)
        page.keyboard.press("?")
        expect(page.get_by_role("dialog")).to_be_visible()
        work.picture(page, "2-analyst-decided")
        page.keyboard.press("Escape")
        page.keyboard.press("k")
        page.keyboard.press("k")
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile("/items/"))
        work.picture(page, "3-analyst-item")


def test_an_analyst_works_without_scripts(work: Work) -> None:
    with work.at("ana", scripts=False) as page:
        page.goto(f"{work.url}/queue?language=ar")
        page.get_by_label("Reason").fill("Not sure yet")
        page.get_by_role("button", name="Needs evidence").click()
        expect(page).to_have_url(re.compile("language=ar"))
        expect(page.get_by_role("heading", name="Nothing matches these filters.")).to_be_visible()


def test_an_analyst_searches(work: Work) -> None:
    with work.at("ana") as page:
        page.goto(f"{work.url}/search")
        page.keyboard.press("/")
        page.keyboard.type("gates purpose")
        page.keyboard.press("Enter")
        expect(page.locator("mark").first).to_be_visible()
        work.picture(page, "4-analyst-search")


def test_an_editor_drafts_another_approves_and_it_is_published(work: Work) -> None:
    with work.at("edda") as page:
        expect(page.get_by_role("heading", name="Confirmed, without a statement 2")).to_be_visible()
        work.picture(page, "5-editor-desk")
        page.get_by_role("button", name="Draft a statement").first.click()
        work.picture(page, "6-editor-draft")
        page.get_by_role("button", name="Save the draft").click()
        page.get_by_role("button", name="Send to review").click()
        expect(page.get_by_text("You wrote part of this, so you cannot approve it.")).to_be_visible()
        expect(page.get_by_role("button", name=re.compile("Approve"))).to_have_count(0)
        work.picture(page, "7-editor-waits")
        address = page.url
    with work.at("elio") as page:
        page.goto(address)
        page.get_by_role("button", name="Approve revision 1").click()
        page.get_by_role("button", name="Publish").click()
        expect(page.get_by_role("link", name="public page")).to_be_visible()
        work.picture(page, "8-second-editor-published")
        page.get_by_role("link", name="public page").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Ambrel")
        work.picture(page, "9-public")


def test_it_is_corrected_and_the_public_sees_how(work: Work) -> None:
    with work.at("edda") as page:
        page.goto(f"{work.url}/desk/statements/1")
        page.get_by_role("link", name="Correct", exact=True).click()
        page.get_by_label("Title").fill("The Ambrel gates stayed shut until Friday")
        page.get_by_label("What this correction corrects").fill("The first version named no day.")
        page.get_by_role("button", name="Save the correction").click()
        page.get_by_role("button", name="Send to review").click()
        expect(page.get_by_text("1 of 6 sentences is not backed by what is cited.")).to_be_visible()
        expect(page.get_by_text("No cited passage gives “Friday”.").last).to_be_visible()
        work.picture(page, "9b-editor-gate")
        page.get_by_text("Let it pass", exact=True).first.click()
        page.get_by_label("Reason (the second person reads it)").fill("The authority's log of Friday, seen on paper.")
        page.get_by_role("button", name="Let it pass").click()
        page.get_by_role("button", name="Send to review").click()
        expect(page.get_by_role("button", name="Send back")).to_be_visible()
    with work.at("elio") as page:
        page.goto(f"{work.url}/desk/statements/1")
        expect(page.get_by_text("Let pass because: The authority's log of Friday, seen on paper.")).to_be_visible()
        page.get_by_role("button", name="Approve revision 2").click()
        page.get_by_role("button", name="Publish the correction").click()
    with work.at("", scripts=False) as page:
        page.goto(f"{work.url}/statements")
        page.get_by_role("link", name="The Ambrel gates stayed shut until Friday").click()
        expect(page.get_by_text("The first version named no day.")).to_be_visible()
        work.picture(page, "10-public-corrected")


def test_it_is_withdrawn_and_stays_visible(work: Work) -> None:
    with work.at("elio") as page:
        page.goto(f"{work.url}/desk/statements/1")
        page.get_by_text("Withdraw it").click()
        page.get_by_label("Reason (readers see it)").fill("A newer report replaces it.")
        page.get_by_role("button", name="Withdraw", exact=True).click()
        page.get_by_role("link", name="public page").click()
        expect(page.get_by_role("note")).to_contain_text("A newer report replaces it.")
        work.picture(page, "11-public-withdrawn")


def test_a_manager_reads_trends_and_what_could_not_be_seen(work: Work) -> None:
    with work.at("mara") as page:
        expect(page.get_by_role("heading", name=re.compile("Trends"))).to_be_visible()
        expect(page.get_by_role("heading", name="What could not be seen")).to_be_visible()
        expect(page.get_by_role("img", name="Flagged claims by day")).to_be_visible()
        expect(page.get_by_role("rowheader", name="The Barrow Echo").first).to_be_visible()
        work.picture(page, "12-manager-trends")
        page.get_by_role("link", name="Sources").click()
        expect(page.get_by_text("Its last poll failed and is tried again: HTTP 500")).to_be_visible()
        work.picture(page, "13-manager-sources")


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_axe_finds_nothing_and_nothing_overflows(work: Work, width: int, scheme: str) -> None:
    found: list[str] = []
    judge = work.overflow if (width, scheme) == (390, "dark") else work.faults  # no colour depends on the width
    for name, addresses in PAGES.items():
        with work.at(name, width=width, scheme=scheme) as page:
            for address in addresses:
                found += judge(page, address)
                slug = re.sub(r"\W+", "-", address).strip("-")[:40]
                if name in {"mara", "ada"} or address == "/queue":
                    work.picture(page, f"{width}-{scheme}-{name}-{slug}")
    with work.at("", width=width, scheme=scheme) as page:
        for address in ("/login", "/login/code", "/statements", _public(page, work)):
            found += judge(page, address)
            work.picture(page, f"{width}-{scheme}-public-{len(address)}")
    assert found == []


def _public(page: Page, work: Work) -> str:
    page.goto(f"{work.url}/statements")
    link = page.locator(".published a")
    return str(link.first.get_attribute("href")) if link.count() else "/statements"
