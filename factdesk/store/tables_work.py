"""The tables of shared work on the queue: how harmful a flagged claim may be, who took a story, and who is on it right now."""

from sqlalchemy import CheckConstraint, Column, Float, ForeignKey, Integer, String, Table

from factdesk.store.tables import Instant, metadata

# what believing a flagged claim could cost, by the desk's policy; a finding without a row weighs 1
harms = Table(
    "harms",
    metadata,
    Column("finding_id", ForeignKey("findings.id", ondelete="CASCADE"), primary_key=True),
    Column("weight", Float, nullable=False),
    Column("subject", String(40), nullable=False),
    CheckConstraint("weight > 0", name="weight"),
)

# a story of the queue that a person took on
assignments = Table(
    "assignments",
    metadata,
    Column("story", String(120), primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("assigned_by", ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("at", Instant, nullable=False),
)

# a story that a person has before them: a soft lock that ends by itself
holds = Table(
    "holds",
    metadata,
    Column("story", String(120), primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("until", Instant, nullable=False),
)

# decisions that were taken back: reviews themselves are never altered
undone = Table(
    "undone",
    metadata,
    Column("review_id", ForeignKey("reviews.id", ondelete="CASCADE"), primary_key=True),
    Column("user_id", Integer, nullable=False),
    Column("at", Instant, nullable=False),
)
