"""the coverage ledger: when a poll was due, what a source's rhythm is, where it moved, and what was raised.

What is there stays as it is: a source learns its rhythm from its next poll on.
"""

from collections.abc import Sequence
from urllib.parse import urlsplit

import sqlalchemy as sa
from alembic import op

from factdesk.store.pace import place
from factdesk.store.tables import Instant

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply."""
    _widen_sources()
    _widen_polls_and_items()
    _add_tables()
    _place_sources()


def downgrade() -> None:
    """Take back."""
    for table in ("poll_days", "collector_runs", "event_windows", "raised", "former_addresses"):
        op.drop_table(table)
    for table, index in (
        ("items", "ix_items_first_seen_at_source_id_outcome"),
        ("items", "ix_items_poll_id"),
        ("polls", "ix_polls_started_at_source_id_outcome_items_new"),
        ("sources", "ix_sources_host"),
        ("sources", "ix_sources_next_due_at"),
    ):
        op.drop_index(index, table_name=table)
    _drop("items", "poll_id")
    _drop("polls", "due_at", "next_due_at", "items_unchanged", "items_refused")
    _drop("sources", "conditional_polls", "last_poll_id", "last_good_at", "took_s", "host", "place", "interval_now_s")
    _drop("sources", "rhythm", "last_new_at", "silent_at", "items_per_day", "moved_to", "moved_since", "moved_times")


def _drop(table: str, *columns: str) -> None:
    for column in columns:
        op.drop_column(table, column)


def _widen_sources() -> None:
    for column in (
        _number("conditional_polls"),
        sa.Column("last_poll_id", sa.Integer(), nullable=True),
        sa.Column("last_good_at", Instant(), nullable=True),
        sa.Column("took_s", sa.Float(), nullable=True),
        sa.Column("host", sa.String(length=255), nullable=False, server_default=""),
        sa.Column("place", sa.Float(), nullable=False, server_default="0"),
        sa.Column("interval_now_s", sa.Integer(), nullable=True),
        sa.Column("rhythm", sa.LargeBinary(), nullable=True),
        sa.Column("last_new_at", Instant(), nullable=True),
        sa.Column("silent_at", Instant(), nullable=True),
        sa.Column("items_per_day", sa.Float(), nullable=True),
        sa.Column("moved_to", sa.Text(), nullable=True),
        sa.Column("moved_since", Instant(), nullable=True),
        _number("moved_times"),
    ):
        op.add_column("sources", column)
    op.create_index("ix_sources_next_due_at", "sources", ["next_due_at"])
    op.create_index("ix_sources_host", "sources", ["host"])


def _widen_polls_and_items() -> None:
    for column in (
        sa.Column("due_at", Instant(), nullable=True),
        sa.Column("next_due_at", Instant(), nullable=True),
        _number("items_unchanged"),
        _number("items_refused"),
    ):
        op.add_column("polls", column)
    op.create_index(
        "ix_polls_started_at_source_id_outcome_items_new", "polls", ["started_at", "source_id", "outcome", "items_new"]
    )
    op.add_column("items", sa.Column("poll_id", sa.Integer(), nullable=True))
    op.create_index("ix_items_poll_id", "items", ["poll_id"])
    op.create_index("ix_items_first_seen_at_source_id_outcome", "items", ["first_seen_at", "source_id", "outcome"])


def _number(name: str) -> "sa.Column[int]":
    return sa.Column(name, sa.Integer(), nullable=False, server_default="0")


def _of_source(table: str) -> "sa.Column[int]":
    key = sa.ForeignKey("sources.id", name=f"fk_{table}_source_id", ondelete="CASCADE")
    return sa.Column("source_id", sa.Integer(), key, nullable=False)


def _add_tables() -> None:
    op.create_table(
        "former_addresses",
        _of_source("former_addresses"),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("until", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("source_id", "url", name="pk_former_addresses"),
    )
    op.create_table(
        "raised",
        sa.Column("id", sa.Integer(), nullable=False),
        _of_source("raised"),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("raised_at", Instant(), nullable=False),
        sa.Column("acknowledged_at", Instant(), nullable=True),
        sa.Column("acknowledged_by", sa.Integer(), nullable=True),
        sa.Column("recovered_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_raised"),
    )
    op.create_index("ix_raised_source_id_recovered_at", "raised", ["source_id", "recovered_at"])
    op.create_table(
        "event_windows",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("starts_at", Instant(), nullable=False),
        sa.Column("ends_at", Instant(), nullable=False),
        sa.Column("interval_s", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_event_windows"),
    )
    op.create_table(
        "collector_runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("seen_at", Instant(), nullable=False),
        sa.Column("stopped_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_collector_runs"),
    )
    op.create_table(
        "poll_days",
        _of_source("poll_days"),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("outcome", sa.String(length=24), nullable=False),
        sa.Column("polls", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("items_listed", sa.Integer(), nullable=False),
        sa.Column("items_new", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("source_id", "day", "outcome", name="pk_poll_days"),
    )
    op.create_index("ix_poll_days_day", "poll_days", ["day"])


def _place_sources() -> None:
    """Give each source its host, its place among the sources of that host, and its last poll."""
    connection = op.get_bind()
    ranks: dict[str, int] = {}
    for row in connection.execute(sa.text("SELECT id, url FROM sources ORDER BY id")).all():
        host = (urlsplit(row.url).hostname or "").lower()[:255]
        ranks[host] = ranks.get(host, -1) + 1
        values = {"id": row.id, "host": host, "place": place(host, ranks[host])}
        connection.execute(sa.text("UPDATE sources SET host = :host, place = :place WHERE id = :id"), values)
    newest = "(SELECT max(p.id) FROM polls p WHERE p.source_id = sources.id)"
    good = "(SELECT max(p.started_at) FROM polls p WHERE p.source_id = sources.id AND p.outcome IN ('polled', 'unchanged'))"
    connection.execute(sa.text(f"UPDATE sources SET last_poll_id = {newest}, last_good_at = {good}"))  # no values
