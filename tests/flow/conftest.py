from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Engine

from factdesk.demo.show import Show, stage
from factdesk.line import Line, open_line
from factdesk.reader import drain
from factdesk.serve import collect_once, crew
from factdesk.store.database import open_store
from factdesk.store.progress import Progress, progress


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
