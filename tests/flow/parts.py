"""A part of the demo world on any store and index, and what the line made of it in comparable words."""

import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, insert, select

from factdesk.demo.server import DemoServer
from factdesk.demo.world import load_world
from factdesk.line import open_line
from factdesk.reader import drain
from factdesk.serve import collect_once, crew
from factdesk.settings import CollectorSettings, Settings, load_settings
from factdesk.store import captures as stored
from factdesk.store import sources, tables
from factdesk.store.database import open_store, reading, writing
from factdesk.store.sources import NewSource
from factdesk.store.tables import captures, claims, documents, findings, items, passages
from index import open_index

PART = ("authority", "plumbline", "courier", "ledger", "rivernet")
Row = tuple[object, ...]


def collect_part(folder: Path) -> Settings:
    """Serve a part of the world and collect it once with the real collector; return where it lies."""
    with DemoServer(load_world()) as server:
        polite = CollectorSettings(contact="test@factdesk.localhost", delay_s=0.01, allow_private_hosts=("*.localhost",))
        settings = load_settings(data=folder, store="", index="", log_level="error", collector=polite)
        engine = open_store(settings.store)
        hosts = tuple(f"http://{outlet.host}:" for outlet in server.world.outlets if outlet.key in PART)
        with writing(engine) as connection:
            for s in server.sources():
                if s.url.startswith(hosts):
                    new = NewSource(s.kind, s.url, s.name, role=s.role, language=s.language, event=s.event)
                    sources.add(connection, new, now=datetime.now(UTC))
        engine.dispose()
        with crew(settings) as hands:
            hands.start("collector", collect_once)
            hands.members["collector"].join(120)
            assert hands.members["collector"].exitcode == 0
    return settings


def copied(collected: Settings, folder: Path, *, store: str = "", index: str = "") -> Settings:
    """Copy what was collected, unread, to another store and folder."""
    shutil.copytree(collected.archive, folder / "archive")
    settings = load_settings(data=folder, store=store, index=index, log_level="error")
    here, there = open_store(collected.store), open_store(settings.store)
    with reading(here) as source, writing(there) as target:
        for table in (tables.sources, tables.items, tables.captures):
            target.execute(insert(table), [dict(row) for row in source.execute(select(table)).mappings()])
    here.dispose()
    there.dispose()
    return settings


def read_all(settings: Settings) -> dict[str, list[Row]]:
    """Take everything down the line and return what it decided."""
    line = open_line(settings)
    try:
        drain(line)
        return state(line.engine)
    finally:
        line.close()


def state(engine: Engine) -> dict[str, list[Row]]:
    """Everything the line decided, without instants of its own."""
    with reading(engine) as connection:
        return {
            "items": _rows(connection.execute(select(items.c.url, items.c.outcome)).all()),
            "captures": _rows(connection.execute(select(captures.c.url, captures.c.outcome)).all()),
            "documents": _rows(
                connection.execute(select(documents.c.id, documents.c.title, documents.c.text, documents.c.duplicate_of)).all()
            ),
            "claims": _rows(connection.execute(select(claims.c.id, claims.c.document_id, claims.c.text)).all()),
            "findings": _rows(connection.execute(select(findings.c.claim_id, findings.c.kind, findings.c.passage_id)).all()),
            "passages": _rows(connection.execute(select(passages.c.id, passages.c.text)).all()),
        }


def index_counts(settings: Settings) -> dict[str, int]:
    index = open_index(settings.index)
    try:
        return {kind.value: number for kind, number in index.counts().items()}
    finally:
        index.close()


def read_anew(engine: Engine) -> int:
    """Let every capture be read again."""
    with writing(engine) as connection:
        return stored.reopen(connection)


def _rows(rows: Sequence[Sequence[object]]) -> list[Row]:
    return sorted((tuple(row) for row in rows), key=repr)
