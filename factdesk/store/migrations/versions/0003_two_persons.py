"""two persons, also for whoever writes past the program: no approval by an author, no publication without one.

Triggers, because no check of one row can see who wrote the other revisions. The same conditions stand in the domain, with
words for a person; these are the wall behind it. Revisions and the audit log are append-only here.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_WROTE = "SELECT 1 FROM revisions w WHERE w.statement_id = {id} AND w.author_id = {person}"
_ALONE = _WROTE.format(id="NEW.statement_id", person="NEW.approver_id")
_SAME_TEXT = (
    "SELECT 1 FROM revisions r WHERE r.statement_id = NEW.statement_id AND r.number = NEW.revision AND r.digest = NEW.digest"
)
_SECOND_PERSON = (
    "SELECT 1 FROM approvals a JOIN revisions r ON r.statement_id = a.statement_id AND r.number = a.revision"
    " AND r.digest = a.digest WHERE a.statement_id = NEW.id AND a.revision = {number} AND NOT EXISTS ("
    + _WROTE.format(id="NEW.id", person="a.approver_id")
    + ")"
)
_SHOWN = _SECOND_PERSON.format(number="NEW.published_revision")
_NEWEST = _SECOND_PERSON.format(number="NEW.revision")
_PUBLISHES = (
    "NEW.published_revision IS NOT NULL AND (OLD.published_revision IS NULL OR NEW.published_revision <> OLD.published_revision"
    " OR (NEW.state = 'published' AND OLD.state <> 'published'))"
)

# name, table, when, condition under which the change is refused, words
_RULES = (
    ("approval_by_author", "approvals", "BEFORE INSERT", f"EXISTS ({_ALONE})", "an author cannot approve"),
    ("approval_of_text", "approvals", "BEFORE INSERT", f"NOT EXISTS ({_SAME_TEXT})", "an approval is for the exact text"),
    ("approval_altered", "approvals", "BEFORE UPDATE", "1 = 1", "an approval is never altered"),
    ("revision_altered", "revisions", "BEFORE UPDATE", "1 = 1", "a revision is never altered"),
    ("audit_altered", "audit", "BEFORE UPDATE", "1 = 1", "the audit log is append-only"),
    ("audit_removed", "audit", "BEFORE DELETE", "1 = 1", "the audit log is append-only"),
    (
        "statement_born",
        "statements",
        "BEFORE INSERT",
        "NEW.published_revision IS NOT NULL OR NEW.state IN ('approved', 'published')",
        "a statement begins as a draft",
    ),
    (
        "statement_published",
        "statements",
        "BEFORE UPDATE",
        f"{_PUBLISHES} AND NOT EXISTS ({_SHOWN})",
        "nothing is published without a second person",
    ),
    (
        "statement_approved",
        "statements",
        "BEFORE UPDATE",
        f"NEW.state = 'approved' AND OLD.state <> 'approved' AND NOT EXISTS ({_NEWEST})",
        "nothing is approved without a second person",
    ),
)


def upgrade() -> None:
    """Apply."""
    make = _on_postgresql if op.get_bind().dialect.name == "postgresql" else _on_sqlite
    for name, table, when, condition, words in _RULES:
        make(name, table, when=when, condition=condition, words=words)


def downgrade() -> None:
    """Take back."""
    postgresql = op.get_bind().dialect.name == "postgresql"
    for name, table, *_ in _RULES:
        op.execute(f"DROP TRIGGER {name} ON {table}" if postgresql else f"DROP TRIGGER {name}")
        if postgresql:
            op.execute(f"DROP FUNCTION {name}()")


def _on_sqlite(name: str, table: str, *, when: str, condition: str, words: str) -> None:
    op.execute(f"CREATE TRIGGER {name} {when} ON {table} WHEN {condition} BEGIN SELECT RAISE(ABORT, '{words}'); END")


def _on_postgresql(name: str, table: str, *, when: str, condition: str, words: str) -> None:
    row = "OLD" if when.endswith("DELETE") else "NEW"
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF {condition} THEN RAISE EXCEPTION '{words}'; END IF; RETURN {row}; END $$"
    )
    op.execute(f"CREATE TRIGGER {name} {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")
