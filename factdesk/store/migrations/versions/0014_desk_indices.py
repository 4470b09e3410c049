"""Indices for what the desk asks on every page: a statement's history, how items ended, who tells a story, untold languages."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_TOLD = sa.text("substr(reason, 1, 17) = 'The language is '''")


def upgrade() -> None:
    """Apply."""
    op.create_index("ix_audit_subject", "audit", ["subject"])
    op.create_index("ix_items_source_id_outcome", "items", ["source_id", "outcome"])
    op.create_index("ix_items_told_language", "items", ["first_seen_at"], sqlite_where=_TOLD, postgresql_where=_TOLD)
    op.create_index("ix_claims_narrative_id_language_id", "claims", ["narrative_id", "language", "id"])
    op.drop_index("ix_claims_narrative_id", "claims")


def downgrade() -> None:
    """Take back."""
    op.create_index("ix_claims_narrative_id", "claims", ["narrative_id"])
    op.drop_index("ix_claims_narrative_id_language_id", "claims")
    op.drop_index("ix_items_told_language", "items")
    op.drop_index("ix_items_source_id_outcome", "items")
    op.drop_index("ix_audit_subject", "audit")
