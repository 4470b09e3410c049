"""the evidence watch: what a citation said when it was cited, and what became of the cited pages when they were asked again.

A citation that is there already keeps what its passage says now: its approval was for exactly that text.
"""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from alembic import op

from factdesk.store.tables import Instant

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_KEPT = (
    *("kind", "text", "url", "publisher", "language", "title", "detail", "rating", "rating_value", "published_at"),
    *("document_id", "event"),
)


def upgrade() -> None:
    """Apply."""
    op.add_column("citations", sa.Column("snapshot", sa.JSON(), nullable=False, server_default="{}"))
    op.create_table(
        "watched",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("outcome", sa.String(length=24), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False, server_default=""),
        sa.Column("noted_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name="fk_watched_item_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("item_id", name="pk_watched"),
    )
    _keep_what_is_cited()


def downgrade() -> None:
    """Take back."""
    op.drop_table("watched")
    op.drop_column("citations", "snapshot")


def _keep_what_is_cited() -> None:
    connection = op.get_bind()
    cited = sa.table(
        "citations", sa.column("id", sa.Integer()), sa.column("passage_id", sa.String()), sa.column("snapshot", sa.JSON())
    )
    told = sa.table("passages", sa.column("id", sa.String()), *(_column(name) for name in _KEPT))
    query = sa.select(cited.c.id.label("citation"), told).join(told, told.c.id == cited.c.passage_id)
    for row in connection.execute(query).mappings().all():
        change = sa.update(cited).where(cited.c.id == row["citation"])
        connection.execute(change.values(snapshot={name: _plain(row[name]) for name in _KEPT}))


def _column(name: str) -> "sa.ColumnClause[object]":
    types = {"rating_value": sa.Float, "published_at": Instant}
    return sa.column(name, types.get(name, sa.Text)())


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value
