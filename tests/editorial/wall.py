"""Takes the database's own rules away, for tests that play somebody who can."""

from sqlalchemy import Engine, text

from factdesk.store.database import writing


def without_rule(engine: Engine, name: str, *, table: str) -> None:
    on = f" ON {table}" if engine.dialect.name == "postgresql" else ""
    with writing(engine) as connection:
        connection.execute(text(f"DROP TRIGGER {name}{on}"))
