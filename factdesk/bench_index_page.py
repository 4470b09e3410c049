"""The desk's search page, asked over HTTP while another process indexes fifty items a second."""

import multiprocessing
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import numpy as np
import uvicorn

from dashboards.app import create_app
from dashboards.auth import COOKIE
from factdesk.bench_items import items
from factdesk.bench_queries import queries
from factdesk.bench_rows import Row
from factdesk.settings import Settings, load_settings
from factdesk.store.database import open_store
from factdesk.store.users import add_user, open_session
from index import open_index

_PAGES = 100
_PER_SECOND = 50
_BATCH = 10


def desk_pages(folder: Path, path: Path, *, count: int, say: Callable[[str], None]) -> Row:
    """Return the 95th percentile of milliseconds of a search page of the desk over the index at ``path``."""
    settings = load_settings(data=folder, store="", index=f"sqlite:///{path}", log_level="error")
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    writer = context.Process(target=_write, args=(settings.index, count, stop))
    with _served(settings) as (address, cookie):
        writer.start()
        try:
            with httpx2.Client(base_url=address, cookies={COOKIE: cookie}, timeout=60) as client:
                times = [_timed(client, text) for text in queries(_PAGES + 5)][5:]
        finally:
            stop.set()
            writer.join()
    say(f"a page of the desk: p50 {np.percentile(times, 50):.0f} ms, p95 {np.percentile(times, 95):.0f} ms")
    return Row(
        f"a page of the desk while {_PER_SECOND} items a second are indexed, p95", float(np.percentile(times, 95)), 200, "ms"
    )


def _timed(client: httpx2.Client, text: str) -> float:
    began = time.perf_counter()
    client.get("/search", params={"q": text}).raise_for_status()
    return 1000 * (time.perf_counter() - began)


@contextmanager
def _served(settings: Settings) -> Iterator[tuple[str, str]]:
    """Serve the desk on loopback; give its address and the cookie of somebody who is signed in."""
    engine, now = open_store(settings.store), datetime.now(UTC)
    user = add_user(engine, name="bench", display_name="Bench", role="analyst", password="a long way to the sea", at=now)  # noqa: S106 - nobody's
    cookie = open_session(engine, user, at=now, hours=1)
    with closing(open_index(settings.index, dim=settings.check.dimensions)) as index:
        app = create_app(settings, engine=engine, index=index)
        server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
        thread = threading.Thread(target=server.run)
        thread.start()
        try:
            while not server.started:
                thread.join(0.05)
            port = server.servers[0].sockets[0].getsockname()[1]
            yield f"http://127.0.0.1:{port}", cookie
        finally:
            server.should_exit = True
            thread.join()
    engine.dispose()


def _write(url: str, first: int, stop: threading.Event) -> None:
    """Add items at a steady pace until told to stop."""
    with closing(open_index(url)) as index:
        due, number = time.monotonic(), first
        while not stop.wait(max(0.0, due - time.monotonic())):
            index.add(list(items(_BATCH, first=number)))
            number += _BATCH
            due += _BATCH / _PER_SECOND
