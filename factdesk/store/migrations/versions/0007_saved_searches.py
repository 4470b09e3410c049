"""saved searches: what is asked, what answered it, and the outbox of alerts."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from factdesk.store.tables import Instant

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply."""
    _searches()
    op.create_table(
        "saved_matches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("search_id", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(length=40), nullable=False),
        sa.Column("entry", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("published_at", Instant(), nullable=True),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("snippet", sa.Text(), nullable=False),
        sa.Column("title_spans", sa.JSON(), nullable=False),
        sa.Column("snippet_spans", sa.JSON(), nullable=False),
        _of_search("saved_matches"),
        sa.PrimaryKeyConstraint("id", name="pk_saved_matches"),
        sa.UniqueConstraint("search_id", "item", name="uq_saved_matches_search_id_item"),
    )
    op.create_index("ix_saved_matches_search_id_id", "saved_matches", ["search_id", "id"])
    _outbox()


def downgrade() -> None:
    """Take back."""
    for table in ("delivered_matches", "deliveries", "saved_matches", "saved_searches"):
        op.drop_table(table)


def _searches() -> None:
    op.create_table(
        "saved_searches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("every", sa.String(length=8), nullable=False),
        sa.Column("at_minute", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("quiet_from", sa.Integer(), nullable=True),
        sa.Column("quiet_to", sa.Integer(), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("hook_url", sa.Text(), nullable=False),
        sa.Column("hook_secret", sa.String(length=64), nullable=False),
        sa.Column("feed_token", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_saved_searches_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_saved_searches"),
        sa.UniqueConstraint("feed_token", name="uq_saved_searches_feed_token"),
    )
    op.create_index("ix_saved_searches_user_id", "saved_searches", ["user_id"])


def _outbox() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("search_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("gathers", sa.Boolean(), nullable=False),
        sa.Column("trial", sa.Boolean(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        _of_search("deliveries"),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
        sa.UniqueConstraint("key", name="uq_deliveries_key"),
    )
    op.create_index("ix_deliveries_state_due_at", "deliveries", ["state", "due_at"])
    op.create_index("ix_deliveries_search_id_id", "deliveries", ["search_id", "id"])
    op.create_table(
        "delivered_matches",
        sa.Column("delivery_id", sa.Integer(), nullable=False),
        sa.Column("match_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["deliveries.id"], name="fk_delivered_matches_delivery_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["match_id"], ["saved_matches.id"], name="fk_delivered_matches_match_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("delivery_id", "match_id", name="pk_delivered_matches"),
    )
    op.create_index("ix_delivered_matches_match_id", "delivered_matches", ["match_id"])


def _of_search(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["search_id"], ["saved_searches.id"], name=f"fk_{table}_search_id", ondelete="CASCADE")
