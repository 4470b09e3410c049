"""Tables of writing: what people typed and have not saved yet."""

from sqlalchemy import JSON, Column, ForeignKey, Integer, String, Table, Text

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
