"""Room for secrets that are kept sealed: those of authenticator apps and of webhooks."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0015"
down_revision: str | None = "0014"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_TABLES = ("second_factors", "saved_searches")


def upgrade() -> None:
    """Apply."""
    for table in _TABLES:
        op.add_column(table, sa.Column("sealed", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    """Take back: what was sealed is lost, and is set up anew."""
    for table in _TABLES:
        op.drop_column(table, "sealed")
