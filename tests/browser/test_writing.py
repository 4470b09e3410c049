"""Writing in a real browser while the connection drops and the desk is stopped and started again: no typed word is lost."""

import re
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import Engine

from dashboards.app import create_app
from factdesk.editorial import statements, working
from factdesk.settings import Settings, load_settings
from factdesk.store.database import open_store
from factdesk.store.reviews import decide
from index import open_index
from tests.browser.conftest import _wait_for
from tests.browser.work import Work
from tests.dashboards import world

pytestmark = pytest.mark.browser
LOOKS = [(1280, "light"), (390, "dark")]


@dataclass
class Stoppable:
    """A desk on a fixed port that can be stopped and started again on the same data."""

    settings: Settings
    engine: Engine
    port: int
    running: list[tuple[uvicorn.Server, threading.Thread]] = field(default_factory=list)

    def start(self) -> None:
        index = open_index(self.settings.index, dim=4)
        app = create_app(self.settings, engine=self.engine, index=index, clock=lambda: world.NOW)
        server = uvicorn.Server(
            uvicorn.Config(app, port=self.port, log_config=None, lifespan="off", timeout_graceful_shutdown=1)
        )
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        _wait_for(self.port)
        self.running.append((server, thread))

    def stop(self) -> None:
        server, thread = self.running.pop()
        server.should_exit = True
        thread.join(10)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stoppable]:
    settings = load_settings(data=tmp_path_factory.mktemp("writing"))
    engine, index = open_store(settings.store), open_index(settings.index, dim=4)
    world.fill(engine, index)
    index.add([world.library_entry(passage) for passage in (world.CHECK, world.BULLETIN)])
    people = world.add_people(engine)
    found = [world.finding_id("gates-en")]
    decide(engine, found, user_id=1, decision="confirmed", at=world.NOW)
    title, body, rating = statements.suggestion(engine, found)
    told = {"title": title, "body": body, "rating": rating}
    author = people["edda"].id
    statements.create_draft(engine, user_id=author, finding_ids=found, language="en", at=world.NOW, more=(), **told)
    index.close()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    made = Stoppable(settings, engine, port)
    made.start()
    yield made
    made.stop()
    engine.dispose()


@pytest.fixture
def work(browser: Browser, desk: Stoppable, screenshots: Path) -> Work:
    return Work(browser, f"http://127.0.0.1:{desk.port}", screenshots, world.PASSWORD)


def write(page: Page, words: str) -> None:
    page.locator("#body").press_sequentially(words)


def kept(desk: Stoppable) -> str:
    found = working.kept(desk.engine, 2, of=working.of_statement(1))
    return found.version.body if found else ""


def test_what_is_typed_outlives_a_lost_connection_and_a_restarted_desk(work: Work, desk: Stoppable) -> None:
    said = re.compile(r"Kept on the desk at")
    waits = re.compile(r"kept in this browser; trying again in \d+ s")
    with work.at("edda") as page:
        page.goto(f"{work.url}/desk/statements/1/edit")
        status = page.locator("[data-kept]")
        write(page, " One.")
        expect(status).to_have_text(said)
        page.context.set_offline(True)
        write(page, " Two.")
        expect(status).to_have_text(waits)
        page.context.set_offline(False)
        expect(status).to_have_text(said)
        assert kept(desk).count("Two.") == 1
        desk.stop()
        write(page, " Three.")
        expect(status).to_have_text(waits)
        work.picture(page, "writing-offline")
        desk.start()
        expect(status).to_have_text(said)
        assert "Three." in kept(desk)
        desk.stop()
        write(page, " Four.")
        expect(status).to_have_text(waits)
        page.goto("about:blank")
        desk.start()
        page.goto(f"{work.url}/desk/statements/1/edit")
        expect(page.get_by_text("that the desk never got")).to_be_visible()
        expect(page.get_by_text("that was not saved")).to_be_visible()
        work.picture(page, "writing-restore")
        page.get_by_role("button", name="Put it back").click()
        expect(status).to_have_text(said)
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.locator("article.sheet")).to_contain_text("Four.")
        assert kept(desk) == ""
        page.goto(f"{work.url}/desk/statements/1/edit")
        expect(page.locator(".kept")).to_have_count(0)


def test_two_editors_at_once_merge_and_decide(work: Work) -> None:
    with work.at("edda") as first, work.at("elio") as second:
        for page in (first, second):
            page.goto(f"{work.url}/desk/statements/1/edit")
        first.get_by_label(re.compile("^Title")).fill("The gates were never opened")
        first.get_by_role("button", name="Save", exact=True).click()
        write(second, " Elio's end.")
        expect(second.locator("[data-kept]")).to_contain_text("saving merges")
        second.get_by_label(re.compile("^Title")).fill("Nobody opened the gates")
        second.get_by_role("button", name="Save", exact=True).click()
        expect(second.get_by_role("heading", name="Both of you changed this")).to_be_visible()
        work.picture(second, "writing-conflict")
        second.get_by_label(re.compile("Yours")).check()
        second.get_by_role("button", name="Save the merged text").click()
        expect(second.get_by_role("heading", level=1)).to_have_text("Nobody opened the gates")
        expect(second.get_by_text("Your text was merged with revision")).to_be_visible()
        second.get_by_role("link", name="What the merged text changed").click()
        work.picture(second, "writing-compare")


def test_evidence_is_offered_beside_the_sentence_and_cited_in_one_action(work: Work) -> None:
    with work.at("elio") as page:
        page.goto(f"{work.url}/desk/statements/1/edit")
        page.locator("#body").fill("By 7 May, about 1,200 people had left Lower Teyn.\n\nThe ministry built three bridges.")
        offer = page.locator("#sentences .offer.holds")
        expect(offer).to_contain_text("By 7 May, 1,200 people had left Lower Teyn.")
        expect(page.locator("#sentences li.held", has_text="three bridges")).to_be_visible()
        work.picture(page, "writing-offers")
        offer.get_by_role("button", name=re.compile("^Cite")).focus()
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile("restore=true#line-1"))
        expect(page.locator("#sentences li", has_text="about 1,200 people")).to_contain_text("Backed")
        expect(page.locator("fieldset .cited", has_text="Sorrin River Authority")).to_have_count(1)
        expect(page.locator("#body")).to_have_value(re.compile("three bridges"))
        work.picture(page, "writing-cited")


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_the_pages_for_writing_are_clean(work: Work, width: int, scheme: str) -> None:
    found: list[str] = []
    with work.at("elio", width=width, scheme=scheme) as page:
        for address in ("/desk/statements/1/edit", "/desk/statements/1/compare?old=1&new=2", "/desk/statements/1"):
            found += work.faults(page, address)
            work.picture(page, f"writing-{width}-{scheme}-{re.sub(r'[^a-z0-9]+', '-', address).strip('-')}")
        page.goto(f"{work.url}/desk/statements/1/edit")
        page.locator("input[name=expected_revision]").evaluate("field => { field.value = '1' }")
        page.locator("#body").fill("Quite another text.")
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_role("heading", name="Both of you changed this")).to_be_visible()
        found += work.judged(page)
        work.picture(page, f"writing-{width}-{scheme}-conflict")
    assert found == []
