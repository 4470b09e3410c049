"""Tables of writing: texts that are not saved yet, what of a revision a model wrote, and the languages of a statement."""

from sqlalchemy import JSON, Column, ForeignKey, Integer, String, Table, Text, UniqueConstraint

from factdesk.store.tables import Instant, metadata

# what a person typed and has not saved yet: one row for a person and a statement, or for a draft that is no statement yet
working_texts = Table(
    "working_texts",
    metadata,
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("subject", String(80), primary_key=True),
    Column("base_revision", Integer, nullable=False),  # the revision that the text began from
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("rating", String(20), nullable=False),
    Column("note", Text, nullable=False, default=""),
    Column("citations", JSON, nullable=False, default=list),  # [[passage id, quote], …]
    Column("at", Instant, nullable=False),
)

# a revision that still holds sentences as a model wrote them; it goes no further until a person took the text over
machine_texts = Table(
    "machine_texts",
    metadata,
    Column("statement_id", ForeignKey("statements.id", ondelete="CASCADE"), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("model", String(200), nullable=False),
    Column("sentences", JSON, nullable=False, default=list),  # those that stand as the model wrote them
    Column("taken_by", ForeignKey("users.id")),
    Column("taken_at", Instant),
)

# statements that say the same in several languages; ``origin_id`` is the first of them
language_versions = Table(
    "language_versions",
    metadata,
    Column("statement_id", ForeignKey("statements.id", ondelete="CASCADE"), primary_key=True),
    Column("origin_id", ForeignKey("statements.id", ondelete="CASCADE"), nullable=False),
    Column("language", String(8), nullable=False),
    UniqueConstraint("origin_id", "language"),
)
