import pytest
from sqlalchemy import Engine, delete, update

from factdesk.editorial import audit
from factdesk.store.database import writing
from factdesk.store.tables import audit as rows
from tests.stores import NOW, add_person


@pytest.fixture
def log(engine: Engine) -> Engine:
    somebody = add_person(engine, "writer")
    for number in range(1, 6):
        with writing(engine) as connection:
            audit.record(
                connection, user_id=somebody, action="tested", subject=f"statement:{number}", detail={"note": "é ش"}, at=NOW
            )
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
