"""The language that a person chose, so that mails speak it too."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply."""
    op.add_column("users", sa.Column("language", sa.String(length=8), nullable=False, server_default=""))


def downgrade() -> None:
    """Take back."""
    op.drop_column("users", "language")
