"""A desk in a process's thread and a real Chromium to visit it; set FACTDESK_TEST_DESK to visit another desk instead."""

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
import uvicorn
from playwright.sync_api import Browser, sync_playwright

from dashboards.app import create_app
from factdesk.demo.show import Show, stage
from factdesk.entries import passage_entry
from factdesk.line import open_line
from factdesk.reader import drain
from factdesk.serve import crew, desk, desk_address
from factdesk.settings import load_settings
from factdesk.store.database import open_store, writing
from factdesk.store.passages import put_passages
from index import open_index
from tests.dashboards import world
from tests.flow.conftest import collect

FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
QUIET = ("--disable-sync", "--no-first-run", "--disable-dev-shm-usage")
SCREENSHOTS = Path(__file__).resolve().parents[2] / "screenshots"


@pytest.fixture(scope="package")
def desk_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the desk under test is: one with the invented world, served on loopback."""
    given = os.environ.get("FACTDESK_TEST_DESK")
    if given:
        yield given.rstrip("/")
        return
    with served(tmp_path_factory.mktemp("desk")) as url:
        yield url


@contextmanager
def served(folder: Path, clock: Callable[[], datetime] = lambda: world.NOW) -> Iterator[str]:
    """Serve a desk with the invented world, and what it would propose, from a thread; give its address."""
    settings = load_settings(data=folder)
    engine, index = open_store(settings.store), open_index(settings.index, dim=4)
    world.fill(engine, index)
    world.add_people(engine)
    vector = np.full(4, 0.5, dtype=np.float32)
    index.add([passage_entry(one, vector) for one in (world.CHECK, world.BULLETIN, world.LETTER)])
    with writing(engine) as connection:
        put_passages(connection, [(world.LETTER, vector)], at=world.NOW)
    app = create_app(settings, engine=engine, index=index, clock=clock)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        _wait_for(listening.getsockname()[1])
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join(10)
    index.close()
    engine.dispose()


@dataclass(frozen=True)
class DemoDesk:
    """The real desk on the whole demo world, read once by the real line."""

    url: str
    show: Show


@pytest.fixture(scope="package")
def demo_desk(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoDesk]:
    """Play the demo world: collect it, read it, and serve the desk in a process of its own, as ``factdesk demo`` does."""
    del chromium  # without a browser, nothing needs to be played
    with stage(data=tmp_path_factory.mktemp("demo-day")) as show:
        collect(show)
        line = open_line(show.settings)
        drain(line)
        line.close()
        with crew(show.settings) as hands:
            hands.start("desk", desk)
            _wait_for(show.settings.desk.port)
            yield DemoDesk(desk_address(show.settings), show)


@pytest.fixture(scope="package")
def browser(chromium: str) -> Iterator[Browser]:
    """A real Chromium, from the system's package."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=[*FLAGS, *QUIET])
        yield opened
        opened.close()


@pytest.fixture(scope="package")
def screenshots() -> Path:
    """The folder that the pictures of a run go to, ignored by git."""
    SCREENSHOTS.mkdir(exist_ok=True)  # not emptied: two processes may run the browser's tests
    return SCREENSHOTS


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        threading.Event().wait(0.05)
    pytest.fail("the desk did not start within 20 s")
