"""texts that are not saved yet; and what an approval stands on is as fixed in the database as the text is.

Citations are never altered, none joins or leaves a revision that somebody approved, and whoever let a sentence pass, or wrote
that a statement holds although its evidence changed, is no second person for it.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from factdesk.store.tables import Instant
from factdesk.store.walls import Rule, build, tear_down

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_ACTED = (
    "SELECT 1 FROM audit l WHERE l.subject = 'statement:' || {row}.statement_id AND l.user_id = {row}.approver_id AND ("
    "l.action = 'statement.waived' OR (l.action = 'statement.evidence_settled' AND l.at >= (SELECT r.at FROM revisions r"
    " WHERE r.statement_id = {row}.statement_id AND r.number = {row}.revision)))"
).format(row="NEW")
_APPROVED = "SELECT 1 FROM approvals a WHERE a.statement_id = {row}.statement_id AND a.revision = {row}.revision"

_RULES = (
    Rule("approval_by_waiver", "approvals", "BEFORE INSERT", f"EXISTS ({_ACTED})", "who let it pass cannot approve"),
    Rule("citation_altered", "citations", "BEFORE UPDATE", "1 = 1", "a citation is never altered"),
    Rule(
        *("citation_joined", "citations", "BEFORE INSERT"),
        f"EXISTS ({_APPROVED.format(row='NEW')})",
        "an approval is for the exact citations",
    ),
    Rule(
        *("citation_left", "citations", "BEFORE DELETE"),
        f"EXISTS ({_APPROVED.format(row='OLD')})",
        "an approval is for the exact citations",
    ),
)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "working_texts",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("base_revision", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("rating", sa.String(length=20), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("citations", sa.JSON(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_working_texts_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "subject", name="pk_working_texts"),
    )
    build(op, _RULES)


def downgrade() -> None:
    """Take back."""
    tear_down(op, _RULES)
    op.drop_table("working_texts")
