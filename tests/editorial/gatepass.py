"""Waives whatever the citation gate holds back, for tests that are about something else."""

from sqlalchemy import Engine

from factdesk.editorial import gatekeeping
from factdesk.editorial.gate import problems
from tests.stores import NOW


def waive_all(engine: Engine, statement_id: int, *, user_id: int) -> None:
    for ruling in problems(gatekeeping.standing(engine, statement_id)):
        gatekeeping.waive(engine, statement_id, user_id=user_id, key=ruling.key, reason="Said for a test.", at=NOW)
