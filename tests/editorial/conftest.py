from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.stores import add_finding, add_passage, add_person, postgres_store, review, sqlite_store


@dataclass(frozen=True)
class Room:
    """A desk with people, and one confirmed finding with its fact-check."""

    engine: Engine
    analyst: int
    writer: int
    second: int
    third: int
    manager: int
    approver: int
    administrator: int
    finding_id: str
    passage_id: str


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    opened = sqlite_store(tmp_path) if request.param == "sqlite" else postgres_store(request.getfixturevalue("postgres_url"))
    with opened as store:
        yield store


@pytest.fixture
def room(engine: Engine) -> Room:
    people = {
        name: add_person(engine, name, role)
        for name, role in (
            ("analyst", "analyst"),
            ("writer", "editor"),
            ("second", "editor"),
            ("third", "editor"),
            ("manager", "manager"),
            ("approver", "approver"),
            ("administrator", "administrator"),
        )
    }
    passage = add_passage(engine, "The gates of the dam were opened on purpose")
    finding_id = add_finding(engine, "They opened the dam gates on purpose that night.", passage=passage)
    review(engine, finding_id, user_id=people["analyst"])
    return Room(engine, **people, finding_id=finding_id, passage_id=passage.id)
