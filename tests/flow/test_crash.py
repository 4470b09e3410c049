"""A reader that is killed in the middle of a batch, and an index that is away: the end is that of an undisturbed run."""

import subprocess
import sys
from collections.abc import Callable, Sequence

import pytest
import structlog
from sqlalchemy import update

from factdesk.errors import IndexUnavailableError
from factdesk.line import open_line
from factdesk.reader import run_reader
from factdesk.records import Candidate
from factdesk.settings import Settings
from factdesk.store import captures as waiting
from factdesk.store.database import open_store, reading, writing
from factdesk.store.tables import captures
from index.base import Probe
from tests.flow.conftest import Part
from tests.flow.crashing import POINTS
from tests.flow.parts import index_counts, read_all, read_anew, state


def _expire_claims(settings: Settings) -> None:
    """Let the dead reader's claims run out, as five minutes would."""
    engine = open_store(settings.store)
    with writing(engine) as connection:
        connection.execute(update(captures).values(claimed_at=None))
    engine.dispose()


@pytest.mark.parametrize("after", [1, 2])
@pytest.mark.parametrize("point", POINTS)
def test_a_killed_reader_leaves_what_an_undisturbed_one_does(point: str, after: int, part: Part) -> None:
    settings = part.copy()
    command = [sys.executable, "-m", "tests.flow.crashing", str(settings.data), point, str(after)]
    died = subprocess.run(command, check=False, capture_output=True, text=True)
    assert died.returncode == 9, died.stderr
    _expire_claims(settings)
    part.require_same(read_all(settings))
    assert index_counts(settings) == part.counts


def test_reading_everything_twice_changes_nothing(part: Part) -> None:
    settings = part.copy()
    first = read_all(settings)
    engine = open_store(settings.store)
    assert read_anew(engine) == len(first["captures"])
    engine.dispose()
    assert read_all(settings) == first
    assert index_counts(settings) == part.counts


class _Countdown:
    """A stop that comes after so many waits; at the one before the last, ``meanwhile`` happens."""

    def __init__(self, waits: int, *, meanwhile: Callable[[], None]) -> None:
        self.left, self.meanwhile = waits, meanwhile

    def is_set(self) -> bool:
        return self.left <= 0

    def wait(self, timeout: float) -> bool:
        assert timeout > 0
        self.left -= 1
        if self.left == 1:
            self.meanwhile()
        return self.is_set()


def test_while_the_index_is_away_captures_wait_and_the_reader_says_so_once(part: Part, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = part.copy()
    line = open_line(settings)

    def away(probes: Sequence[Probe], *, limit: int) -> list[list[Candidate]]:
        raise IndexUnavailableError("The index does not answer.", remedy=f"{len(probes)} {limit}")

    def back() -> None:
        with reading(line.engine) as connection:
            counts = waiting.counts(connection)
        assert counts.claimed == 0
        assert counts.waiting > 0
        assert not [row for row in state(line.engine)["items"] if row[1] == "quarantined"]
        monkeypatch.undo()

    monkeypatch.setattr(type(line.index), "candidates", lambda _, probes, limit: away(probes, limit=limit))
    with structlog.testing.capture_logs() as logs:
        run_reader(line, stop=_Countdown(4, meanwhile=back))
    assert [entry["event"] for entry in logs] == ["the line waits", "the line goes on"]
    part.require_same(state(line.engine))
    line.close()
