"""Words of strangers on every page of the desk, in a real browser: none becomes markup, a script, a link or a download."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import Engine, select, text

from factdesk.accounts import people, teams, tokens
from factdesk.editorial import gatekeeping, statements
from factdesk.store import saved_searches
from factdesk.store.database import open_store
from factdesk.store.reviews import decide
from factdesk.store.roles import RIGHTS, Right, Role
from factdesk.store.saved_searches import Wanted
from factdesk.store.tables import users
from tests.browser.conftest import served
from tests.browser.work import Work
from tests.dashboards import world
from tests.dashboards.test_roles import NAMES, ROUTES

pytestmark = pytest.mark.browser
HOSTILE = (
    "</textarea></title></script><script>alert(1)</script><img src=x onerror=alert(2)><svg onload=alert(3)>"
    "'\"><a href=javascript:alert(4)>go</a>{{7*7}}\u202e"
)
HARM = (
    *('script:not([src]):not([type="application/ld+json"])', 'img[src="x"]', "svg[onload]", "[onerror]", "[onclick]"),
    *('a[href^="javascript" i]', 'a[href^="data" i]', "iframe", "object", "embed"),
)
FEW = 25


@dataclass(frozen=True)
class Poisoned:
    """A desk where whatever others or colleagues wrote is hostile."""

    url: str
    slug: str
    engine: Engine


@pytest.fixture(scope="module")
def poisoned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Poisoned]:
    folder = tmp_path_factory.mktemp("hostile")
    with served(folder) as url:
        engine = open_store(f"sqlite:///{folder / 'factdesk.sqlite3'}")
        _poison(engine)
        yield Poisoned(url, _published(engine), engine)
        engine.dispose()


def _poison(engine: Engine) -> None:
    with engine.begin() as connection:
        for change in (
            "UPDATE sources SET name = name || :bad, event = event || :bad",
            "UPDATE documents SET title = title || :bad, text = text || :bad, event = event || :bad",
            "UPDATE passages SET publisher = publisher || :bad, title = title || :bad, detail = detail || :bad",
            "UPDATE passages SET event = event || :bad",
            "UPDATE passages SET rating = rating || :bad WHERE rating <> ''",
            "UPDATE polls SET reason = :bad WHERE reason <> ''",
            "UPDATE users SET display_name = display_name || :bad",
            "UPDATE narratives SET label = label || :bad",
        ):
            connection.execute(text(change), {"bad": HOSTILE} if ":bad" in change else {})


def _poison_agents(engine: Engine) -> None:
    """Have every browser that is signed in call itself something hostile, direction controls included."""
    with engine.begin() as connection:
        connection.execute(text("UPDATE sessions SET agent = 'Browser ' || :bad"), {"bad": HOSTILE})


def _numbers(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        return {row.name: row.id for row in connection.execute(select(users.c.name, users.c.id))}


def _published(engine: Engine) -> str:
    """Have colleagues write hostile words wherever they can, and publish one; return its address."""
    who, at = _numbers(engine), world.NOW
    finding = world.finding_id("gates-en")
    decide(engine, [finding], user_id=who["ana"], decision="confirmed", at=at, reason=HOSTILE)
    team = teams.make(engine, HOSTILE[:80], by=who["ada"], at=at)
    teams.set_members(engine, team.id, list(who.values()), by=who["ada"], at=at)
    for name in ("ada", "ana", "edda", "mara"):
        tokens.make(engine, who[name], name=HOSTILE[:80], scopes=["read:search"], days=9, at=at)
        saved_searches.save(engine, who[name], Wanted(HOSTILE[:100], {"q": "gates"}, feed=True), at=at)
    people.invite(engine, by=who["ada"], name="<b>x</b>", display_name=HOSTILE, role="analyst", at=at)
    made = statements.create_draft(
        engine,
        user_id=who["edda"],
        finding_ids=[finding],
        language="en",
        title=f"Shut {HOSTILE}",
        body=f"The gates stayed shut. {HOSTILE}",
        rating="false",
        at=at,
    )
    for ruling in gatekeeping.standing(engine, made.id):
        if not ruling.standing.passes:
            reason = f"Read on paper {HOSTILE}"
            gatekeeping.waive(engine, made.id, user_id=who["edda"], key=ruling.key, reason=reason, at=at)
    statements.submit(engine, made.id, user_id=who["edda"], at=at)
    statements.approve(engine, made.id, user_id=who["elio"], digest=made.digest, at=at)
    return statements.publish(engine, made.id, user_id=who["elio"], at=at).slug


def _address(path: str, slug: str) -> str:
    values = {
        "document_id": world.document_id("gates-en"),
        "passage_id": world.UNSAFE.id,
        "narrative_id": world.GATES,
        "finding_id": world.finding_id("gates-en"),
        "name": quote(f"{world.EVENT}{HOSTILE}", safe=""),
        "slug": slug,
    }
    return re.sub(r"\{(\w+)\}", lambda found: values.get(found[1], "1"), path)


def _pages(right: Right | None) -> list[str]:
    found = [path for method, path, asked in ROUTES if method == "GET" and asked is right]
    return [path for path in found if path != "/" and not path.startswith(("/api/", "/login/openid"))]


def _harm(page: Page) -> list[str]:
    """Return what of the strings became more than text."""
    found: list[str] = page.evaluate("all => [...document.querySelectorAll(all)].map(one => one.outerHTML)", ", ".join(HARM))
    return found


_SPILLED = """() => {
  const inline = at => /^inline/.test(getComputedStyle(at).display) && !/isolate/.test(getComputedStyle(at).unicodeBidi);
  const all = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
  for (let node = all.nextNode(); node; node = all.nextNode()) {
    if (!/[\u202a\u202b\u202d\u202e\u2066-\u2068]/.test(node.data) || node.parentElement.closest("textarea, option")) continue;
    let home = node.parentElement;
    while (inline(home)) home = home.parentElement;
    let open = 0;
    for (const char of node.data) open += /[\u202a\u202b\u202d\u202e\u2066-\u2068]/.test(char) - /[\u202c\u2069]/.test(char);
    const after = document.createRange();
    after.setStartAfter(node);
    after.setEnd(home, home.childNodes.length);
    if (open > 0 && after.toString().trim()) found.push(home.textContent.slice(0, 120));
  }
  return found;
}"""


def test_an_agent_and_an_event_of_a_strangers_making_are_only_read(
    browser: Browser, poisoned: Poisoned, screenshots: Path
) -> None:
    work = Work(browser, poisoned.url, screenshots, world.PASSWORD)
    opened: list[str] = []
    with work.at("ada") as page:
        _poison_agents(poisoned.engine)
        page.on("dialog", lambda dialog: opened.append(dialog.message))
        number = _numbers(poisoned.engine)["ada"]
        event = _address("/events/{name}", poisoned.slug)
        for address in ("/account", f"/people/{number}", "/events", event, "/queue?state=all", "/search?q=gates", "/sources"):
            page.goto(f"{poisoned.url}{address}")
            assert "alert(1)" in page.inner_text("body"), address
            assert _harm(page) == [], address
            assert page.evaluate(_SPILLED) == [], address
        page.goto(f"{poisoned.url}/events")
        page.locator("main a[href^='/events/']").first.click()
        assert world.EVENT in page.inner_text("h1")
    assert opened == []


@pytest.mark.parametrize("role", NAMES)
def test_no_page_lets_words_do_more_than_be_read(
    browser: Browser, poisoned: Poisoned, screenshots: Path, *, role: Role
) -> None:
    work = Work(browser, poisoned.url, screenshots, world.PASSWORD)
    told, seen, opened = 0, 0, list[str]()
    asked = {path for right in RIGHTS[role] for path in _pages(right)}
    with work.at(NAMES[role]) as page:
        page.on("dialog", lambda dialog: opened.append(dialog.message))
        for path in sorted(asked | set(_pages(None))):
            address = _address(path, poisoned.slug)
            answer = page.request.get(f"{poisoned.url}{address}", max_redirects=0)
            assert answer.status < 500, address
            if not answer.headers.get("content-type", "").startswith("text/html"):
                continue
            page.goto(f"{poisoned.url}{address}")
            assert _harm(page) == [], address
            told += "alert(1)" in page.inner_text("body")
            seen += 1
    assert opened == []
    assert seen >= FEW // 2
    assert told >= FEW // 4, "the strings reached too few pages to prove anything"
