"""What a statement stands on outlives its finding: the document is noted when the finding is dropped with an older text."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply."""
    op.add_column("statement_findings", sa.Column("document_id", sa.String(length=32), nullable=True))


def downgrade() -> None:
    """Take back."""
    op.drop_column("statement_findings", "document_id")
