import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import Engine

from dashboards.app import create_app
from factdesk.settings import DeskSettings, Settings, load_settings
from factdesk.store import users
from factdesk.store.database import open_store
from index import open_index
from index.base import SearchIndex
from tests.dashboards import world

_TOKEN = re.compile(r'name="csrf" value="([^"]+)"')


@dataclass
class Clock:
    """A clock that tests move."""

    now: datetime = world.NOW

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **length: float) -> None:
        self.now += timedelta(**length)


@dataclass
class House:
    """A running desk on a real SQLite file, and browsers without scripts to visit it with."""

    settings: Settings
    app: FastAPI
    engine: Engine
    index: SearchIndex
    clock: Clock
    open_browser: Callable[[], TestClient]
    signed_in: dict[str, TestClient] = field(default_factory=dict)

    def with_settings(self, **sections: object) -> "House":
        """Return the same desk with other settings, and nobody signed in yet."""
        settings = load_settings(data=self.settings.data, **sections)
        app = create_app(settings, engine=self.engine, index=self.index, clock=self.clock)
        browser = lambda: TestClient(app, base_url="http://desk.example")  # noqa: E731 # as the fixture does
        return House(settings, app, self.engine, self.index, self.clock, browser)

    def visitor(self) -> TestClient:
        return self.open_browser()

    def as_(self, name: str) -> TestClient:
        if name not in self.signed_in:
            browser = self.open_browser()
            answer = sign_in(browser, name)
            assert answer.status_code == 200, answer.text
            self.signed_in[name] = browser
        return self.signed_in[name]


def token(page: Response) -> str:
    found = _TOKEN.search(page.text)
    assert found, page.text[:500]
    return found[1]


def sign_in(browser: TestClient, name: str, password: str = world.PASSWORD, *, then: str = "") -> Response:
    page = browser.get("/login", params={"then": then})
    return browser.post("/login", data={"csrf": token(page), "name": name, "password": password, "then": then})


def post(browser: TestClient, address: str, **fields: str | list[str]) -> Response:
    """Send a form with the token of the signed-in person's pages."""
    given = token(browser.get("/account"))
    return browser.post(address, data={"csrf": given, **fields})


@pytest.fixture(scope="session", autouse=True)
def quick_hashes() -> Iterator[None]:
    """Let passwords be hashed as in earnest, but a hundred times quicker."""
    quick = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(users, "_hasher", lambda: quick)
        yield


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the invented world, made once and copied by each test."""
    folder = tmp_path_factory.mktemp("world")
    settings = load_settings(data=folder)
    engine, index = open_store(settings.store), open_index(settings.index, dim=4)
    world.fill(engine, index)
    world.add_people(engine)
    index.close()
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return folder


@pytest.fixture
def house(filled: Path, tmp_path: Path) -> Iterator[House]:
    with opened(filled, tmp_path) as one:
        yield one


@pytest.fixture
def strict_house(filled: Path, tmp_path: Path) -> Iterator[House]:
    """A desk whose analysts need a second factor."""
    with opened(filled, tmp_path, desk=DeskSettings(require_totp=("analyst",))) as one:
        yield one


@contextmanager
def opened(filled: Path, tmp_path: Path, **chosen: object) -> Iterator[House]:
    """Give a desk on a copy of the invented world, with settings of a test's own."""
    folder = tmp_path / "data"
    shutil.copytree(filled, folder)
    settings = load_settings(data=folder, **chosen)
    engine, index, clock = open_store(settings.store), open_index(settings.index, dim=4), Clock()
    app = create_app(settings, engine=engine, index=index, clock=clock)
    yield House(settings, app, engine, index, clock, lambda: TestClient(app, base_url="http://desk.example"))
    index.close()
    engine.dispose()
