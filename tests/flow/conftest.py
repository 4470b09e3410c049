from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Engine

from factdesk.demo.show import Show, stage
from factdesk.line import Line, open_line
from factdesk.reader import drain
from factdesk.serve import collect_once, crew
from factdesk.settings import Settings
from factdesk.store.database import open_store
from factdesk.store.progress import Progress, progress
from tests.flow.parts import Row, collect_part, copied, index_counts, read_all


@dataclass(frozen=True)
class Played:
    """The demo world after one round of the whole line; the servers still answer."""

    show: Show
    line: Line
    engine: Engine
    progress: Progress


def collect(show: Show) -> None:
    """Run the real collector once, in its own process."""
    with crew(show.settings) as hands:
        hands.start("collector", collect_once)
        hands.members["collector"].join(240)
        assert hands.members["collector"].exitcode == 0


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    folder: Path = tmp_path_factory.mktemp("demo")
    with stage(data=folder) as show:
        collect(show)
        line = open_line(show.settings)
        drain(line)
        engine = open_store(show.settings.store)
        yield Played(show, line, engine, progress(engine))
        engine.dispose()
        line.close()


@pytest.fixture(scope="session")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A part of the demo world, collected and unread; tests copy it."""
    return collect_part(tmp_path_factory.mktemp("collected"))


@dataclass(frozen=True)
class Part:
    """A part of the demo world: what one undisturbed reader makes of it on SQLite, and unread copies of it."""

    collected: Settings
    folder: Path
    told: dict[str, list[Row]]
    counts: dict[str, int]

    def copy(self, *, store: str = "", index: str = "") -> Settings:
        return copied(self.collected, self.folder, store=store, index=index)

    def require_same(self, told: dict[str, list[Row]]) -> None:
        for name, rows in told.items():
            assert rows == self.told[name], name


@pytest.fixture(scope="session")
def undisturbed(collected: Settings, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, list[Row]], dict[str, int]]:
    settings = copied(collected, tmp_path_factory.mktemp("undisturbed"))
    return read_all(settings), index_counts(settings)


@pytest.fixture
def part(collected: Settings, undisturbed: tuple[dict[str, list[Row]], dict[str, int]], tmp_path: Path) -> Part:
    return Part(collected, tmp_path, *undisturbed)
