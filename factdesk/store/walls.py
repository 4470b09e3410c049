"""Rules that the database itself enforces, as triggers with the same condition on SQLite and PostgreSQL, for migrations."""

from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType


@dataclass(frozen=True, slots=True)
class Rule:
    """A change that is refused: ``name`` on ``table``, ``when`` (BEFORE INSERT …) under ``condition``, with ``words``."""

    name: str
    table: str
    when: str
    condition: str
    words: str


def build(op: ModuleType, rules: Sequence[Rule]) -> None:
    """Make a trigger of each rule through Alembic's operations."""
    make = _on_postgresql if op.get_bind().dialect.name == "postgresql" else _on_sqlite
    for rule in rules:
        make(op, rule)


def tear_down(op: ModuleType, rules: Sequence[Rule]) -> None:
    """Take the triggers away."""
    postgresql = op.get_bind().dialect.name == "postgresql"
    for rule in rules:
        op.execute(f"DROP TRIGGER {rule.name} ON {rule.table}" if postgresql else f"DROP TRIGGER {rule.name}")
        if postgresql:
            op.execute(f"DROP FUNCTION {rule.name}()")


def _on_sqlite(op: ModuleType, rule: Rule) -> None:
    op.execute(
        f"CREATE TRIGGER {rule.name} {rule.when} ON {rule.table} WHEN {rule.condition}"
        f" BEGIN SELECT RAISE(ABORT, '{_quoted(rule.words)}'); END"
    )


def _on_postgresql(op: ModuleType, rule: Rule) -> None:
    row = "OLD" if rule.when.endswith("DELETE") else "NEW"
    op.execute(
        f"CREATE FUNCTION {rule.name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF {rule.condition} THEN RAISE EXCEPTION '{_quoted(rule.words)}'; END IF; RETURN {row}; END $$"
    )
    op.execute(f"CREATE TRIGGER {rule.name} {rule.when} ON {rule.table} FOR EACH ROW EXECUTE FUNCTION {rule.name}()")


def _quoted(words: str) -> str:
    return words.replace("'", "''")
