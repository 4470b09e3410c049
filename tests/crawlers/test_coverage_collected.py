"""The coverage ledger as the real collector writes it: permanent redirects, put-off polls, and what a person is told."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from factdesk.loopback import Answer
from factdesk.store import sources
from factdesk.store.database import reading
from factdesk.store.tables import polls
from tests.crawlers.collecting import Rig, rig


def _redirect(world: Rig, path: str, *, to: str, status: int) -> None:
    headers = (("Location", world.url("courier", to)),)
    world.site.pages[f"courier.localhost{path}"] = Answer(b"", status=status, headers=headers)


def test_a_poll_is_a_row_and_only_permanent_redirects_count(tmp_path: Path) -> None:
    with rig(tmp_path / "desk") as world:
        world.feed("courier", path="/new.xml")
        _redirect(world, "/moved.xml", to="/new.xml", status=301)
        _redirect(world, "/lent.xml", to="/new.xml", status=302)
        _redirect(world, "/both.xml", to="/lent.xml", status=308)
        names = ("/moved.xml", "/lent.xml", "/both.xml", "/gone.xml")
        numbers = [world.source("courier", path) for path in names]
        began = datetime.now(UTC)
        world.collect()
        with reading(world.engine) as connection:
            told = {polling.source.id: polling for polling in sources.pollings(connection)}
            rows = connection.execute(select(polls).order_by(polls.c.source_id)).all()
        assert [told[number].moving.target for number in numbers] == [
            world.url("courier", "/new.xml"),
            None,
            world.url("courier", "/lent.xml"),
            None,
        ]
        assert [(row.source_id, row.outcome, row.status) for row in rows] == [
            *((number, "polled", 200) for number in numbers[:3]),
            (numbers[3], "gone", 404),
        ]
        assert all(row.due_at is not None and row.next_due_at > began and row.finished_at >= row.started_at for row in rows)
        _check_commands(world, numbers[3])


def _check_commands(world: Rig, gone: int) -> None:
    world.collect()  # the second time that it is gone
    done = _run(world, "health", "--problems", "--json")
    assert done.returncode == 1, done.stderr
    (line,) = [json.loads(line) for line in done.stdout.splitlines()]
    assert (line["source"], line["state"], line["needs_person"]) == (gone, "broken", True)
    assert _run(world, "acknowledge", str(gone)).returncode == 0
    assert _run(world, "acknowledge", str(gone)).returncode == 1
    table = _run(world, "health").stdout.splitlines()
    assert table[0].split("\t")[2] == "broken (seen)"
    assert {line.split("\t")[2] for line in table[1:]} == {"moved", "ok"}
    assert _run(world, "remove", str(gone)).returncode == 0
    assert _run(world, "health", "--problems").returncode == 0


def _run(world: Rig, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = dict(os.environ) | {"FACTDESK_DATA": str(world.settings.data)}
    command = [sys.executable, "-c", "import factdesk.cli; factdesk.cli.main()", "sources", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
