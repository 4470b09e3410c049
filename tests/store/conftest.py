from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.stores import postgres_store, sqlite_store


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """The same test on each database."""
    opened = sqlite_store(tmp_path) if request.param == "sqlite" else postgres_store(request.getfixturevalue("postgres_url"))
    with opened as engine:
        yield engine
