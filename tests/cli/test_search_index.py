"""``factdesk index``: what an operator types, and what it says."""

import json
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from factdesk.cli import run
from index import discard_index

ENGINES = ("sqlite", pytest.param("elastic", marks=pytest.mark.elastic))
Captured = pytest.CaptureFixture[str]


@pytest.fixture(params=ENGINES)
def parts(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The parts that an index made anew has, in words that its status shows; ``{}`` is the number of rebuilds and one."""
    monkeypatch.setenv("FACTDESK_DATA", str(tmp_path))
    if request.param == "sqlite":
        yield ["index.sqlite3.{}: 0 entries"]
        return
    url = f"{request.getfixturevalue('elastic_url')}/told-{uuid.uuid4().hex[:8]}"
    monkeypatch.setenv("FACTDESK_INDEX", url)
    yield ["-{}-items-000001: 0 entries", "-{}-library-000001: 0 entries"]
    discard_index(url)


def test_an_index_is_made_looked_at_migrated_and_rebuilt(parts: list[str], capsys: Captured) -> None:
    assert run(["index", "status"]) == 0
    assert "nothing yet" in capsys.readouterr().out
    assert run(["index", "create"]) == 0
    assert capsys.readouterr().out.count("0 entries") == len(parts)
    assert run(["index", "migrate"]) == 0
    assert "up to date" in capsys.readouterr().out
    assert run(["index", "rebuild"]) == 0
    assert capsys.readouterr().out == "0 document, 0 claim, 0 factcheck, 0 evidence.\n"
    assert run(["index", "rebuild", "--abandon"]) == 0
    assert run(["index", "status"]) == 0
    told = capsys.readouterr().out
    assert all(part.format(2) in told for part in parts), told
    assert run(["index", "status", "--json"]) == 0
    state = json.loads(capsys.readouterr().out)
    assert (len(state["parts"]), state["unfinished"], state["complaints"]) == (len(parts), [], [])


def test_what_is_wrong_is_said_and_ends_with_1(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    monkeypatch.setenv("FACTDESK_DATA", str(tmp_path))
    (tmp_path / "index.sqlite3").write_bytes(b"no database at all " * 400)
    assert run(["index", "status"]) == 1
    told = capsys.readouterr()
    assert "WRONG" in told.out
    assert told.err == "factdesk: Something is wrong with the index: see above.\n"
    assert run(["index", "migrate"]) == 0
    assert run(["index", "status"]) == 0
