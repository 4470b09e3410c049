"""several people on one queue: what a claim could cost, who took a story on, who is on it, and what was taken back."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from factdesk.store.tables import Instant

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "harms",
        sa.Column("finding_id", sa.String(length=32), nullable=False),
        sa.Column("weight", sa.Float(), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.CheckConstraint("weight > 0", name=op.f("ck_harms_weight")),
        sa.ForeignKeyConstraint(["finding_id"], ["findings.id"], name=op.f("fk_harms_finding_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("finding_id", name=op.f("pk_harms")),
    )
    _of_stories(
        "assignments", sa.Column("assigned_by", sa.Integer(), nullable=False), sa.Column("at", Instant(), nullable=False)
    )
    _of_stories("holds", sa.Column("until", Instant(), nullable=False))
    op.create_table(
        "undone",
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"], name=op.f("fk_undone_review_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("review_id", name=op.f("pk_undone")),
    )


def _of_stories(name: str, *columns: sa.Column[object]) -> None:
    people = [column for column in ("user_id", "assigned_by") if column == "user_id" or name == "assignments"]
    op.create_table(
        name,
        sa.Column("story", sa.String(length=120), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        *columns,
        *(sa.ForeignKeyConstraint([one], ["users.id"], name=op.f(f"fk_{name}_{one}"), ondelete="CASCADE") for one in people),
        sa.PrimaryKeyConstraint("story", name=op.f(f"pk_{name}")),
    )


def downgrade() -> None:
    """Take back."""
    for name in ("undone", "holds", "assignments", "harms"):
        op.drop_table(name)
