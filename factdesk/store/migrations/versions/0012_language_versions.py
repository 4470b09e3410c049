"""statements that say the same in several languages, each drafted, approved and published by itself."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply."""
    name = "language_versions"
    op.create_table(
        name,
        sa.Column("statement_id", sa.Integer(), nullable=False),
        sa.Column("origin_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.ForeignKeyConstraint(["statement_id"], ["statements.id"], name=f"fk_{name}_statement_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["origin_id"], ["statements.id"], name=f"fk_{name}_origin_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("statement_id", name=f"pk_{name}"),
        sa.UniqueConstraint("origin_id", "language", name=f"uq_{name}_origin_id_language"),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("language_versions")
