"""A crew that is killed again and again ends where an undisturbed one does: nothing lost, nothing twice.

``FACTDESK_CHAOS_PAGES`` and ``FACTDESK_CHAOS_KILLS`` take it further, to all recorded pages and a hundred kills:
``FACTDESK_CHAOS_PAGES=990 FACTDESK_CHAOS_KILLS=100 pytest -s tests/flow/test_chaos.py -k real``.
"""

import io
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from crawlers._archive import Archive
from crawlers._archive_proof import Damage, prove
from factdesk.agreement import Inspection
from factdesk.demo.server import DemoServer
from factdesk.demo.world import load_world
from factdesk.replay import ReplayServer
from factdesk.settings import CollectorSettings, Settings, load_settings
from factdesk.store import sources
from factdesk.store.database import open_store, reading, writing
from factdesk.store.sources import NewSource
from factdesk.store.tables import captures, documents, items, polls
from index import open_index
from index.base import EntryKind
from tests.flow.parts import PART, state

SEED = 20261124
PAGES, KILLS = int(os.environ.get("FACTDESK_CHAOS_PAGES", "64")), int(os.environ.get("FACTDESK_CHAOS_KILLS", "32"))
DEMO_KILLS = 8
POSTS = 40  # at most in one poll of the demo world
LIMIT_S = os.environ.get("FACTDESK_CHAOS_LIMIT_S", "240")
CONCURRENCY = 4


@dataclass
class End:
    """What a desk holds when nothing is left to do, in comparable words."""

    settings: Settings
    told: dict[str, list[tuple[object, ...]]] = field(default_factory=dict)
    index: dict[str, list[str]] = field(default_factory=dict)
    polls: list[tuple[object, ...]] = field(default_factory=list)
    records: list[tuple[str, str]] = field(default_factory=list)
    captured: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        engine = open_store(self.settings.store)
        self.told = state(engine)
        with reading(engine) as connection:
            ended = select(polls.c.source_id, polls.c.outcome, polls.c.items_listed, polls.c.items_new)
            self.polls = sorted(
                tuple(row) for row in connection.execute(ended) if row.outcome != "missed"
            )  # said of the time nobody polled
            self.captured = sorted((row.url, _digest(row.kind, row.digest)) for row in connection.execute(select(captures)))
            self.copies = {row.id: row.duplicate_of for row in connection.execute(select(documents))}
            self.unended = [row.url for row in connection.execute(select(items).where(items.c.outcome.is_(None)))]
            self.unread = [row.url for row in connection.execute(select(captures).where(captures.c.read_at.is_(None)))]
        engine.dispose()
        search = open_index(self.settings.index, dim=self.settings.check.dimensions)
        self.index = {kind.value: search.ids(kind, limit=100_000) for kind in EntryKind}
        search.close()
        self.records = [
            (found.url, _digest(found.kind, found.digest))
            for path in Archive(self.settings.archive).files()
            for found in prove(path)
            if not isinstance(found, Damage) and found.kind in {"response", "resource"}
        ]


def _digest(kind: str, digest: str) -> str:
    """A post's bytes carry a voice, whose key is each desk's own."""
    return "" if kind in {"post", "resource"} else digest


def desk(folder: Path, told: Iterable[NewSource], *, proxy: str = "") -> Settings:
    folder.mkdir()
    polite = CollectorSettings(
        contact="test@factdesk.example",
        delay_s=0,
        concurrency=CONCURRENCY,
        max_items_per_poll=1000,
        proxy=proxy,
        allow_private_hosts=("*.localhost",),
    )
    settings = load_settings(data=folder, store="", index="", log_level="warning", collector=polite)
    engine = open_store(settings.store)
    with writing(engine) as connection:
        for new in told:
            sources.add(connection, new, now=datetime.now(UTC))
    engine.dispose()
    return settings


def play(folder: Path, told: list[NewSource], *, kills: int, proxy: str = "") -> tuple[End, End]:
    """Work two desks on the same sources, the second one with kills; return where both end."""
    quiet, stormy = (desk(folder / name, told, proxy=proxy) for name in ("quiet", "stormy"))
    command = [sys.executable, "-m", "tests.flow.chaos", str(SEED), str(kills)]
    command += [one.model_dump_json() for one in (quiet, stormy)]
    run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=3 * float(LIMIT_S))
    assert run.returncode == 0, run.stderr[-6000:]
    ends: list[dict[str, Any]] = json.loads(run.stdout.splitlines()[-1])["ends"]
    print(f"seed {SEED}:", ends, run.stderr[-2000:])
    assert [end["left"] for end in ends] == [0, 0]
    assert ends[1]["kills"] == kills, "it was done before it was killed often enough: give it more pages"
    assert len(ends[1]["by"]) >= 2
    return End(quiet), End(stormy)


def require_same(quiet: End, stormy: End, *, kills: int, spare: int = 0) -> None:
    """Nothing is lost and nothing is there twice.

    A kill between archive and store leaves what was being written as ``spare`` records: a page, or all posts of one poll.
    """
    assert not stormy.unended
    assert not stormy.unread
    assert len(stormy.captured) == len({url for url, _ in stormy.captured}), "something was captured twice"
    assert stormy.captured == quiet.captured
    assert stormy.polls == quiet.polls
    assert len(stormy.polls) == len({row[0] for row in stormy.polls}), "something was polled twice"
    for name, rows in quiet.told.items():
        assert stormy.told[name] == rows, name
    assert stormy.index == quiet.index
    for end, most in ((quiet, spare), (stormy, kills * CONCURRENCY + kills * spare)):
        assert set(end.records) == set(end.captured)
        assert 0 <= len(end.records) - len(end.captured) <= most
        assert [str(found) for found in Inspection(end.settings).disagreements()] == []


@contextmanager
def some_pages(recording: Path, folder: Path, *, number: int) -> Iterator[ReplayServer]:
    """Serve ``number`` pages of a recording, spread over it."""
    part = folder / "part.tar"
    with tarfile.open(recording) as whole, tarfile.open(part, "w") as cut:
        index = whole.extractfile("pages/index.jsonl")
        assert index is not None
        rows = [json.loads(line) for line in index if line.strip()]
        rows = rows[:: max(1, len(rows) // number)][:number]
        told = "\n".join(json.dumps(row) for row in rows).encode()
        head = tarfile.TarInfo("pages/index.jsonl")
        head.size = len(told)
        cut.addfile(head, io.BytesIO(told))
        wanted = {row["file"] for row in rows}
        for member in whole:
            if member.name in wanted or member.name.removeprefix("pages/") in wanted:
                cut.addfile(member, whole.extractfile(member))
    with ReplayServer(part, latency_s=0.03) as server:
        yield server


@pytest.mark.shared
def test_killed_while_it_collects_real_pages(shared_data: Path, tmp_path: Path) -> None:
    with some_pages(shared_data / "pages.tar.xz", tmp_path, number=PAGES) as server:
        told = [NewSource(source.kind, source.url, source.name) for source in server.sources()]
        quiet, stormy = play(tmp_path, told, kills=KILLS, proxy=server.url)
        assert len(stormy.captured) >= 0.98 * server.pages
    print("copies:", sum(first is not None for first in quiet.copies.values()))
    require_same(quiet, stormy, kills=KILLS)


def test_killed_while_it_collects_the_demo_world(tmp_path: Path) -> None:
    with DemoServer(load_world()) as server:
        hosts = tuple(f"http://{outlet.host}:" for outlet in server.world.outlets if outlet.key in PART)
        told = [
            NewSource(one.kind, one.url, one.name, role=one.role, language=one.language, event=one.event)
            for one in server.sources()
            if one.url.startswith(hosts)
        ]
        quiet, stormy = play(tmp_path, told, kills=DEMO_KILLS)
    print("copies:", sum(first is not None for first in quiet.copies.values()))
    require_same(quiet, stormy, kills=DEMO_KILLS, spare=POSTS)
