"""Puts the desk together: one application from settings, a store and an index; no model is ever loaded here."""

import socket
import sys
import threading
from contextlib import closing

import structlog
import uvicorn
from fastapi import FastAPI
from sqlalchemy import Engine
from starlette.staticfiles import StaticFiles

from dashboards import (
    _answers,
    account,
    alerts,
    api,
    audit,
    corrections,
    doors,
    events,
    export,
    feeds,
    items,
    language,
    narratives,
    oembed,
    people,
    public,
    queue,
    search,
    sources,
    statements,
    trends,
    writing,
)
from dashboards._desk import FOLDER, Clock, Desk, templates_for, utc_now
from factdesk.settings import Settings
from factdesk.stop import Stop
from factdesk.store.database import open_store
from factdesk.store.sealing import Sealer, seal_all
from index import Server, open_late
from index.base import SearchIndex

PAGES = (
    doors,
    account,
    people,
    audit,
    queue,
    corrections,
    search,
    export,
    alerts,
    items,
    narratives,
    events,
    sources,
    writing,
    statements,
    trends,
    feeds,
    oembed,
    public,
    *api.CALLS,
    language,
)

_STALE_S = 2.0
_log = structlog.get_logger("factdesk.desk")
_TURN_S = 0.001  # a page that reads rows gives way at each of them: with Python's 5 ms it would wait that long each time
_KEEP_S = 65  # longer than proxies and browsers keep a connection that nobody uses


def create_app(
    settings: Settings, *, engine: Engine, index: SearchIndex, clock: Clock = utc_now, stale_s: float = 0.0
) -> FastAPI:
    """Return the desk over an open store and index; ``clock`` gives the present instant (UTC).

    ``stale_s`` lets the queue's flags lag behind what is being collected by so many seconds, so that many readers cost little.
    """
    app = FastAPI(title=settings.desk.name, docs_url=None, redoc_url=None, openapi_url="/api/v1/openapi.json")
    app.state.desk = Desk(settings, engine, index, clock, templates_for(settings), stale_s)
    _answers.install(app)
    for page in PAGES:
        app.include_router(page.router)
    app.mount("/static", StaticFiles(directory=FOLDER / "static"), name="static")
    return app


def serve(settings: Settings, *, stop: Stop | None = None) -> None:
    """Serve the desk until ``stop`` is set. While the index is away its pages say so. Raises ``StoreError``."""
    sys.setswitchinterval(_TURN_S)
    engine = open_store(settings.store)
    if (sealer := Sealer.of(settings)) is not None and (number := seal_all(engine, sealer)):
        _log.info("secrets that lay in clear are sealed", secrets=number)
    with closing(open_late(settings.index, dim=settings.check.dimensions, server=Server.of(settings))) as index:
        app = create_app(settings, engine=engine, index=index, stale_s=_STALE_S)
        config = uvicorn.Config(
            app,
            host=settings.desk.host,
            port=settings.desk.port,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=2,
            timeout_keep_alive=_KEEP_S,
        )
        server = uvicorn.Server(config)
        if stop is not None:
            threading.Thread(target=_watch, args=(stop, server), daemon=True).start()
        server.run(sockets=_shared(settings) if settings.desk.together > 1 else None)
    engine.dispose()


def _shared(settings: Settings) -> list[socket.socket]:
    """Return sockets on the desk's address that other processes can listen on, too: the kernel hands out the connections."""
    found = socket.getaddrinfo(settings.desk.host, settings.desk.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    made = []
    for family, _, _, _, address in dict.fromkeys(found):
        one = socket.socket(family, socket.SOCK_STREAM)
        for option in (socket.SO_REUSEADDR, socket.SO_REUSEPORT):
            one.setsockopt(socket.SOL_SOCKET, option, 1)
        one.bind(address)
        made.append(one)
    return made


def _watch(stop: Stop, server: uvicorn.Server) -> None:
    stop.wait()
    server.should_exit = True
