"""what of a revision a model wrote: it goes nowhere until a person took it over, who then counts as an author.

The same conditions stand in the domain, with words for a person; these are the wall behind it.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from factdesk.store.tables import Instant
from factdesk.store.walls import Rule, build, tear_down

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_OPEN = "SELECT 1 FROM machine_texts m WHERE m.statement_id = NEW.id AND m.revision = {number} AND m.taken_by IS NULL"
_GOES_ON = (
    "(NEW.state IN ('in_review', 'approved', 'published') AND EXISTS ("
    + _OPEN.format(number="NEW.revision")
    + ")) OR (NEW.published_revision IS NOT NULL AND EXISTS ("
    + _OPEN.format(number="NEW.published_revision")
    + "))"
)
_TOOK = "SELECT 1 FROM machine_texts m WHERE m.statement_id = NEW.statement_id AND m.taken_by = NEW.approver_id"

_RULES = (
    Rule("machine_unread", "statements", "BEFORE UPDATE", _GOES_ON, "a person must take over what a model wrote"),
    Rule("approval_by_taker", "approvals", "BEFORE INSERT", f"EXISTS ({_TOOK})", "who took it over cannot approve"),
    Rule("machine_removed", "machine_texts", "BEFORE DELETE", "1 = 1", "a machine's mark is never removed"),
    Rule(
        *("machine_altered", "machine_texts", "BEFORE UPDATE"),
        "OLD.taken_by IS NOT NULL OR NEW.taken_by IS NULL OR NEW.revision <> OLD.revision OR NEW.model <> OLD.model",
        "a machine's mark is taken over once and never altered",
    ),
)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "machine_texts",
        sa.Column("statement_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("model", sa.String(length=200), nullable=False),
        sa.Column("sentences", sa.JSON(), nullable=False),
        sa.Column("taken_by", sa.Integer(), nullable=True),
        sa.Column("taken_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["statement_id"], ["statements.id"], name="fk_machine_texts_statement_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["taken_by"], ["users.id"], name="fk_machine_texts_taken_by"),
        sa.PrimaryKeyConstraint("statement_id", "revision", name="pk_machine_texts"),
    )
    build(op, _RULES)


def downgrade() -> None:
    """Take back."""
    tear_down(op, _RULES)
    op.drop_table("machine_texts")
