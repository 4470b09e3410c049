import json

import pytest
from sqlalchemy import Engine, delete, select, update

from factdesk.editorial import audit
from factdesk.errors import UnreadableError
from factdesk.store.database import writing
from factdesk.store.tables import audit as rows
from tests.editorial.wall import without_rule
from tests.stores import NOW, add_person


@pytest.fixture
def log(engine: Engine) -> Engine:
    somebody = add_person(engine, "writer")
    for number in range(1, 6):
        with writing(engine) as connection:
            audit.record(
                connection, user_id=somebody, action="tested", subject=f"statement:{number}", detail={"note": "é ش"}, at=NOW
            )
    for rule in ("audit_altered", "audit_removed"):
        without_rule(engine, rule, table="audit")
    return engine


def test_an_untouched_log_holds(log: Engine) -> None:
    assert audit.length(log) == 5
    assert audit.verify(log) == []


def test_an_altered_row_is_named(log: Engine) -> None:
    with writing(log) as connection:
        connection.execute(update(rows).where(rows.c.number == 3).values(subject="statement:9"))
    assert [(found.number, found.why) for found in audit.verify(log)] == [(3, "its content was altered")]


def test_a_removed_row_is_noticed(log: Engine) -> None:
    with writing(log) as connection:
        connection.execute(delete(rows).where(rows.c.number == 3))
    assert [(found.number, found.why) for found in audit.verify(log)] == [(4, "a row before it is missing")]


def test_exchanged_rows_are_noticed(log: Engine) -> None:
    with writing(log) as connection:
        for number, to in ((2, 99), (3, 2), (99, 3)):
            connection.execute(update(rows).where(rows.c.number == number).values(number=to))
    assert {found.number for found in audit.verify(log)} >= {2, 3}


def test_an_action_that_fails_leaves_no_row(log: Engine) -> None:
    with pytest.raises(ZeroDivisionError):
        _record_and_fail(log)
    assert audit.length(log) == 5


def _record_and_fail(log: Engine) -> None:
    with writing(log) as connection:
        audit.record(connection, user_id=None, action="tested", subject="x", detail={}, at=NOW)
        raise ZeroDivisionError


def _forge(log: Engine) -> None:
    """Alter a row and compute the rest of the chain anew, as who holds the database can."""
    with writing(log) as connection:
        kept = connection.execute(select(rows).order_by(rows.c.number)).mappings().all()
        connection.execute(delete(rows))
        for row in kept:
            subject = "statement:9" if row["number"] == 3 else row["subject"]
            action, detail = row["action"], row["detail"]
            audit.record(connection, user_id=row["user_id"], action=action, subject=subject, detail=detail, at=row["at"])


def test_a_forged_chain_holds_by_itself_but_not_beside_a_witness(log: Engine) -> None:
    kept = [json.dumps({"number": seal.number, "at": seal.at, "digest": seal.digest}) for seal in audit.seals(log)]
    assert audit.contradictions(log, audit.read_seals(kept)) == []
    _forge(log)
    assert audit.verify(log) == []
    assert [found.number for found in audit.contradictions(log, audit.read_seals(kept))] == [3, 4, 5]


def test_rows_cut_off_at_the_end_are_missed_by_a_witness(log: Engine) -> None:
    kept = audit.seals(log, after=2)
    with writing(log) as connection:
        connection.execute(delete(rows).where(rows.c.number == 5))
    assert audit.verify(log) == []
    assert [(found.number, found.why) for found in audit.contradictions(log, kept)] == [
        (5, "the witness knows it, the log does not")
    ]


@pytest.mark.parametrize("line", ["", "{}", "[1]", '{"number": "x", "at": "", "digest": ""}'])
def test_a_bad_witness_is_named_by_its_line(line: str) -> None:
    with pytest.raises(UnreadableError, match="Line 1"):
        audit.read_seals([line])
