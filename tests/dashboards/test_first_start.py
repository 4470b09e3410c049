from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from dashboards.app import create_app
from factdesk.settings import load_settings
from factdesk.store.beginning import Lack, lacks
from factdesk.store.database import open_store
from factdesk.store.users import add_user
from index import open_index
from tests.dashboards import world
from tests.dashboards.conftest import House, sign_in

PAGES = (
    "/queue",
    "/search",
    "/narratives",
    "/events",
    "/sources",
    "/desk/statements",
    "/trends",
    "/people",
    "/audit",
    "/account",
)


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[TestClient]:
    """A new desk with nothing but its first administrator."""
    settings = load_settings(data=tmp_path)
    engine, index = open_store(settings.store), open_index(settings.index, dim=4)
    add_user(engine, name="admin", display_name="", role="administrator", password=world.PASSWORD, at=world.NOW)
    app = create_app(settings, engine=engine, index=index, clock=lambda: world.NOW)
    browser = TestClient(app, base_url="http://desk.example")
    sign_in(browser, "admin")
    yield browser
    index.close()
    engine.dispose()


def test_an_empty_desk_says_on_every_page_what_to_do_next(alone: TestClient) -> None:
    for page in PAGES:
        answer = alone.get(page)
        assert answer.status_code == 200
        for words in ("factdesk sources add URL", "factdesk library import FILE", "Invite an editor"):
            assert words in answer.text, page


def test_a_desk_without_a_source_does_not_say_that_everything_was_seen(alone: TestClient) -> None:
    assert "Every source answered" not in alone.get("/trends").text


def test_a_desk_that_has_all_it_needs_says_nothing_of_it(house: House) -> None:
    assert lacks(house.engine) == ()
    assert "Before this desk can work" not in house.as_("ada").get("/queue").text


def test_what_is_missing_is_told_one_by_one(alone: TestClient, tmp_path: Path) -> None:
    del alone
    engine = open_store(load_settings(data=tmp_path).store)
    assert lacks(engine) == (Lack.SOURCES, Lack.LIBRARY, Lack.PEOPLE)
    for name, role in (("a", "editor"), ("b", "approver")):
        add_user(engine, name=name, display_name="", role=role, password=world.PASSWORD, at=world.NOW)
    assert lacks(engine) == (Lack.SOURCES, Lack.LIBRARY)
    engine.dispose()
