"""The folder beside an index file: kept, shared, outlived by the file, thrown away when it is another file's or harmed."""

import json
import subprocess
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from factdesk.errors import IndexUnavailableError
from index import SearchIndex, discard_index, inspect_file, open_index
from index import _shelves as shelves
from index.base import Entry
from tests.index.samples import DIM, claim, factcheck, probe

PROBE = probe("dam number 7 of the river", "dam7")


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelves, "_CHUNK", 8)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/index.sqlite3"


@pytest.fixture
def index(url: str) -> Iterator[SearchIndex]:
    opened = open_index(url, dim=DIM)
    yield opened
    opened.close()


def checks(first: int, last: int) -> list[Entry]:
    return [factcheck(f"f{number}", f"dam number {number} of the river", f"dam{number}") for number in range(first, last)]


def told(index: SearchIndex) -> list[tuple[str, float, float]]:
    return [(one.passage.id, one.meaning, round(one.score, 5)) for one in index.candidates([PROBE], limit=50)[0]]


def segments(folder: Path, table: str = "passage_features") -> list[Path]:
    return sorted((folder / "index.sqlite3.segments" / table).glob("*.segment*"))


def anew(url: str) -> list[tuple[str, float, float]]:
    again = open_index(url, dim=DIM)
    found = told(again)
    again.close()
    return found


def test_few_entries_are_kept_in_memory_alone(index: SearchIndex, tmp_path: Path) -> None:
    index.add(checks(0, 7))
    assert told(index)[0][0] == "f7" or len(told(index)) == 7
    assert segments(tmp_path) == []


def test_many_are_kept_and_a_new_process_reads_only_what_came_since(
    index: SearchIndex, *, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.add(checks(0, 30))
    before = told(index)
    assert segments(tmp_path)
    index.add(checks(30, 33))
    made, rows = shelves._comparable, count()
    monkeypatch.setattr(shelves, "_comparable", lambda row: (next(rows), made(row))[1])
    after = anew(url)
    assert after[0] == before[0]
    assert next(rows) == 3
    assert {one for one, _, _ in after} == {f"f{number}" for number in range(33)}


def test_removed_and_replaced_entries_stay_so_in_a_new_process(index: SearchIndex, url: str) -> None:
    index.add(checks(0, 30))
    told(index)
    index.remove(["f7"])
    index.add([factcheck("f8", "bread of the museum", "bread")])
    assert "f7" not in {one for one, _, _ in anew(url)}
    assert anew(url) == told(index)
    index.add(checks(30, 60))
    assert anew(url) == told(index)


def test_another_process_sees_what_was_kept_by_this_one(index: SearchIndex, url: str) -> None:
    other = open_index(url, dim=DIM)
    for first in range(0, 60, 5):
        index.add(checks(first, first + 5))
        assert told(index) == told(other)
    other.close()


def test_a_cleared_or_new_file_takes_nothing_from_the_old_folder(index: SearchIndex, *, url: str, tmp_path: Path) -> None:
    index.add(checks(0, 30))
    told(index)
    index.clear()
    assert told(index) == []
    index.add([factcheck("other", "dam number 7 of the river", "dam7")])
    assert [one[0] for one in anew(url)] == ["other"]
    for path in tmp_path.glob("index.sqlite3*"):
        if path.is_file():
            path.unlink()
    assert anew(url) == []


@pytest.mark.parametrize("harm", ["cut", "gone", "list", "list gone", "all"])
def test_what_is_harmed_is_read_again_from_the_file(index: SearchIndex, *, url: str, tmp_path: Path, harm: str) -> None:
    for first in range(0, 60, 20):
        index.add(checks(first, first + 20))
        before = told(index)
    listed = tmp_path / "index.sqlite3.segments/passage_features/list.json"
    if harm == "cut":
        segments(tmp_path)[-1].write_bytes(segments(tmp_path)[-1].read_bytes()[:-100])
    elif harm in {"list", "list gone"}:
        listed.write_text("{") if harm == "list" else listed.unlink()
    else:
        for path in segments(tmp_path)[: 1 if harm == "gone" else None]:
            path.unlink()
    assert anew(url) == before
    assert anew(url) == before
    assert json.loads(listed.read_text())["segments"]


def test_a_whole_look_names_a_segment_with_other_bytes(index: SearchIndex, *, url: str, tmp_path: Path) -> None:
    index.add(checks(0, 30))
    told(index)
    inspect_file(url, dim=DIM)
    harmed = segments(tmp_path)[0]
    content = harmed.read_bytes()
    harmed.write_bytes(content[:-200] + bytes(byte ^ 1 for byte in content[-200:]))
    with pytest.raises(IndexUnavailableError, match=f"passage_features/{harmed.name}") as caught:
        inspect_file(url, dim=DIM)
    assert str(tmp_path / "index.sqlite3.segments") in caught.value.what
    assert "delete the folder" in caught.value.remedy


def test_a_folder_that_cannot_be_written_costs_nothing_but_time(index: SearchIndex, tmp_path: Path) -> None:
    (tmp_path / "index.sqlite3.segments").write_text("in the way")
    index.add(checks(0, 30))
    assert told(index)[0][0] == "f7"
    index.add(checks(30, 60))
    assert len(told(index)) == 50


def test_claims_are_kept_too(index: SearchIndex, tmp_path: Path) -> None:
    index.add([claim(f"c{number}", f"dam number {number} of the river", f"dam{number}") for number in range(30)])
    assert index.claims_near([PROBE])[0][0] == "c7"
    assert segments(tmp_path, "claim_features")


def test_an_index_is_discarded_with_its_folder(index: SearchIndex, *, url: str, tmp_path: Path) -> None:
    index.add(checks(0, 30))
    told(index)
    index.close()
    discard_index(url)
    assert not list(tmp_path.iterdir())


_KILLED = """
import os, sys
from index import _segment, _shelves, _sidecar, open_index
from tests.index.samples import DIM
from tests.index.test_sidecar import PROBE, checks
_shelves._CHUNK, step = 8, int(sys.argv[2])
def dying(function):
    def then(*args, **named):
        global step
        step -= 1
        if step < 0:
            os._exit(9)
        return function(*args, **named)
    return then
os.fsync, os.rename = dying(os.fsync), dying(os.rename)
_sidecar.write_segment = dying(_sidecar.write_segment)
index = open_index(sys.argv[1], dim=DIM)
for first in range(0, 40, 10):
    index.add(checks(first, first + 10))
    index.candidates([PROBE])
os._exit(0)
"""


@pytest.mark.parametrize("step", [0, 2, 5, 8])
def test_a_process_killed_while_it_keeps_leaves_what_the_next_one_reads(url: str, *, tmp_path: Path, step: int) -> None:
    killed = subprocess.run([sys.executable, "-c", _KILLED, url, str(step)], check=False, timeout=60)
    assert killed.returncode == 9
    index = open_index(url, dim=DIM)
    index.add(checks(0, 40))
    whole = told(index)
    index.close()
    assert whole[0][0] == "f7"
    assert {one for one, _, _ in whole} == {f"f{number}" for number in range(40)}
    assert not list(tmp_path.rglob("*.part"))
    assert anew(url) == whole
