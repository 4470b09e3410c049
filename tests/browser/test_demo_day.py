"""A whole day on the demo world: read by the real line, served by the real desk, worked by each role in a real browser."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import DemoDesk
from tests.browser.work import Work

pytestmark = pytest.mark.browser
LOOKS = [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")]
JUDGED = {(1280, "light")}  # axe judges the looks in test_roles; here it judges real content, once
TITLE = "What do the bulletins and the fact-checks say?"
CORRECTED = "What do the bulletins and the fact-checks say, and at what hour?"
ROLE_PAGES = {
    "analyst": ("/queue", "/queue?language=ar", "/queue?kind=distorts", "/search?q=dam+OR+water", "/narratives", "/events"),
    "editor": ("/desk/statements", "/desk/statements/1"),
    "manager": ("/trends", "/trends?days=30", "/sources"),
    "": ("/statements",),
}


@pytest.fixture(scope="module")
def work(browser: Browser, demo_desk: DemoDesk, screenshots: Path) -> Work:
    return Work(browser, demo_desk.url, screenshots, "{name}-demo")


def narrow(page: Page, **chosen: str) -> None:
    """Choose values of the queue's filters; each applies itself."""
    for name, value in chosen.items():
        page.locator(f'.filters select[name="{name}"]').select_option(value)
        page.wait_for_url(re.compile(f"{name}={value}"))


def decide(page: Page, button: str, times: int) -> None:
    """Decide about the first open row of the queue, ``times`` times."""
    for _ in range(times):
        done = page.locator(".flag.done").count()
        page.locator(".flag:not(.done)").first.get_by_role("button", name=re.compile(f"^{button}")).click()
        expect(page.locator(".flag.done")).to_have_count(done + 1)


@pytest.mark.parametrize(("language", "direction"), [("ar", "rtl"), ("vi", "ltr")])
def test_an_analyst_filters_by_language_and_opens_an_item(work: Work, language: str, direction: str) -> None:
    with work.at("analyst") as page:
        everything = page.locator(".flag").count()
        narrow(page, language=language)
        rows = page.locator(".flag .claimed h2")
        assert 2 <= rows.count() < everything
        assert {row.get_attribute("lang") for row in rows.all()} == {language}
        page.locator(".flag.repeats .claimed h2 a").first.click()
        expect(page.locator(".text")).to_have_attribute("dir", direction)
        expect(page.locator(".text .said.repeats")).not_to_have_count(0)
        expect(page.locator(".findings .cited blockquote")).not_to_have_count(0)
        work.picture(page, f"demo-item-{language}")


def test_an_analyst_sees_which_words_differ_and_decides(work: Work) -> None:
    with work.at("analyst") as page:
        narrow(page, kind="distorts")
        for row in page.locator(".flag").all():
            expect(row.locator(".claimed mark.differs, .cited mark.differs")).not_to_have_count(0)
            expect(row.locator(".reasons .differing")).not_to_have_count(0)
        narrow(page, language="en")
        work.picture(page, "demo-queue-distorts-en")
        decide(page, "Confirm", 1)
        decide(page, "Reject", 1)
        page.goto(f"{work.url}/queue?kind=repeats")
        expect(page.locator(".flag .cited .rated")).to_have_count(page.locator(".flag").count())
        decide(page, "Confirm", 2)
        page.goto(f"{work.url}/queue?state=rejected")
        expect(page.locator(".flag")).to_have_count(1)


def test_an_analyst_opens_a_narrative(work: Work) -> None:
    with work.at("analyst") as page:
        page.locator(".flag:has(.sightings)").first.get_by_role("link", name="narrative").click()
        expect(page).to_have_url(re.compile("/narratives/"))
        assert page.locator(".hits > li").count() >= 2
        work.picture(page, "demo-narrative")


def test_an_analyst_searches_with_the_syntax(work: Work) -> None:
    with work.at("analyst") as page:
        page.goto(f"{work.url}/search?q=dam+OR+water")
        whole = page.get_by_role("status").first.inner_text()
        page.get_by_role("searchbox").fill("(dam OR water) -crack* lang:en role:press")
        page.keyboard.press("Enter")
        expect(page.get_by_role("status").first).not_to_have_text(whole)
        expect(page.locator(".hits mark")).not_to_have_count(0)
        expect(page.locator(".hits > li", has_text="crack")).to_have_count(0)
        page.get_by_role("searchbox").fill("kind:factcheck cholera")
        page.keyboard.press("Enter")
        page.locator(".hits h2 a").first.click()
        expect(page).to_have_url(re.compile("/library/"))
        page.goto(f"{work.url}/search?q=(dam")
        expect(page.get_by_role("alert")).to_be_visible()


def test_an_editor_drafts_and_cannot_approve_her_own(work: Work) -> None:
    with work.at("editor") as page:
        expect(page.get_by_role("heading", name="Confirmed, without a statement 3")).to_be_visible()
        work.picture(page, "demo-desk")
        page.locator(".flag.distorts").get_by_role("button", name="Draft a statement").click()
        page.get_by_label(re.compile("^Title")).fill(TITLE)
        work.picture(page, "demo-draft")
        page.get_by_role("button", name="Save the draft").click()
        page.get_by_role("button", name="Send to review").click()
        expect(page.get_by_text("You wrote part of this, so you cannot approve it.")).to_be_visible()
        expect(page.get_by_role("button", name=re.compile("Approve|Publish"))).to_have_count(0)


def test_a_second_editor_publishes_and_anybody_reads_it(work: Work) -> None:
    with work.at("second") as page:
        page.goto(f"{work.url}/desk/statements/1")
        page.get_by_role("button", name="Approve revision 1").click()
        page.get_by_role("button", name="Publish").click()
        expect(page.get_by_role("link", name="public page")).to_be_visible()
        work.picture(page, "demo-statement")
    with work.at("", scripts=False) as page:
        public(work, page, TITLE)
        review = json.loads(page.locator('script[type="application/ld+json"]').text_content() or "")
        assert review["@type"] == "ClaimReview"
        assert review["claimReviewed"] in page.locator(".claim").inner_text()
        assert TITLE in page.request.get(f"{work.url}/statements.atom").text()
        work.picture(page, "demo-public")


def test_it_is_corrected_with_a_second_approval(work: Work) -> None:
    with work.at("editor") as page:
        page.goto(f"{work.url}/desk/statements/1")
        page.get_by_role("link", name="Correct", exact=True).click()
        page.get_by_label(re.compile("^Title")).fill(CORRECTED)
        page.get_by_label("What this correction corrects").fill("The first version named no hour.")
        page.get_by_role("button", name="Save the correction").click()
        page.get_by_role("button", name="Send to review").click()
    with work.at("", scripts=False) as page:
        public(work, page, TITLE)
    with work.at("second") as page:
        page.goto(f"{work.url}/desk/statements/1")
        page.get_by_role("button", name="Approve revision 2").click()
        page.get_by_role("button", name="Publish the correction").click()
    with work.at("", scripts=False) as page:
        public(work, page, CORRECTED)
        expect(page.get_by_text("The first version named no hour.")).to_be_visible()


def test_a_manager_reads_what_spreads_and_what_could_not_be_seen(work: Work, demo_desk: DemoDesk) -> None:
    broken, forbids = (
        next(outlet.name for outlet in demo_desk.show.server.world.outlets if outlet.serves == serves)
        for serves in ("error500", "forbidden")
    )
    with work.at("manager") as page:
        expect(page.get_by_role("img", name="Flagged claims by day")).to_be_visible()
        box = page.get_by_role("region", name="What could not be seen")
        expect(box.get_by_role("row", name=broken)).to_contain_text(re.compile(r"\d of \d polls? failed.*500"))
        expect(box.get_by_role("row", name=forbids)).to_contain_text("refused by robots.txt")
        expect(page.locator("dt", has_text="Statements published").locator("+ dd")).to_have_text("1")
        bars = page.locator("#days-t ~ details tbody td").all_text_contents()
        total = int(re.findall(r"\d+", page.locator("h1 .count").inner_text())[0])
        assert sum(map(int, bars)) == total


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_every_page_is_clean_on_real_content(work: Work, width: int, scheme: str) -> None:
    found: list[str] = []
    for name, addresses in ROLE_PAGES.items():
        with work.at(name, width=width, scheme=scheme) as page:
            for address in addresses:
                found += work.faults(page, address) if (width, scheme) in JUDGED else work.overflow(page, address)
                work.picture(page, f"demo-{width}-{scheme}-{re.sub(r'[^a-z0-9]+', '-', address).strip('-')}")
    assert found == []


def test_it_is_withdrawn_and_stays_readable(work: Work) -> None:
    with work.at("second") as page:
        page.goto(f"{work.url}/desk/statements/1")
        page.get_by_text("Withdraw it").click()
        page.get_by_label("Reason (readers see it)").fill("A newer bulletin replaces it.")
        page.get_by_role("button", name="Withdraw", exact=True).click()
    with work.at("", scripts=False) as page:
        public(work, page, CORRECTED)
        expect(page.get_by_role("note")).to_contain_text("A newer bulletin replaces it.")
        expect(page.locator('script[type="application/ld+json"]')).to_have_count(0)


def public(work: Work, page: Page, title: str) -> None:
    """Read a published statement as anybody does."""
    page.goto(f"{work.url}/statements")
    page.get_by_role("link", name=title, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
