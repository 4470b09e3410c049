"""The tables of saved searches and their alerts: what is asked, what answered it once, and what is to be sent or was.

An e-mail address here is one that a member of the desk gave for their own alerts.
"""

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from factdesk.store.tables import Instant, metadata

saved_searches = Table(
    "saved_searches",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("name", String(120), nullable=False),
    Column("asked", JSON, nullable=False),  # the address of the search page: name -> value
    Column("active", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    # when its alerts go out, in the desk's time zone
    Column("every", String(8), nullable=False),
    Column("at_minute", Integer, nullable=False),  # of the day; of the hour for hourly digests
    Column("weekday", Integer, nullable=False),  # 0 is Monday
    Column("quiet_from", Integer),
    Column("quiet_to", Integer),
    # where they go
    Column("email", String(254), nullable=False, default=""),
    Column("hook_url", Text, nullable=False, default=""),
    Column("hook_secret", String(64), nullable=False, default=""),  # in clear, where no key is set
    Column("sealed", Text, nullable=False, default="", server_default=""),  # the webhook's secret, where one is
    Column("feed_token", String(64), unique=True),
    Index(None, "user_id"),
)

# an item answers a saved search once, whatever is read, checked or indexed again
saved_matches = Table(
    "saved_matches",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("search_id", ForeignKey("saved_searches.id", ondelete="CASCADE"), nullable=False),
    Column("item", String(40), nullable=False),  # the document's, or the passage's when it has none
    Column("entry", String(40), nullable=False),
    Column("kind", String(12), nullable=False),
    Column("at", Instant, nullable=False),
    # as it was when it matched: no author, and no link of a post
    Column("title", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("language", String(8), nullable=False),
    Column("published_at", Instant),
    Column("findings", JSON, nullable=False),
    Column("snippet", Text, nullable=False),
    Column("title_spans", JSON, nullable=False),
    Column("snippet_spans", JSON, nullable=False),
    UniqueConstraint("search_id", "item"),
    Index(None, "search_id", "id"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String(32), nullable=False, unique=True),  # who gets it twice sees that it is the same
    Column("search_id", ForeignKey("saved_searches.id", ondelete="CASCADE"), nullable=False),
    Column("channel", String(8), nullable=False),
    Column("state", String(8), nullable=False),
    Column("gathers", Boolean, nullable=False),  # until it is first sent, what matches meanwhile goes with it
    Column("trial", Boolean, nullable=False, default=False),
    Column("made_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("reason", Text, nullable=False, default=""),
    Column("ended_at", Instant),
    Index(None, "state", "due_at"),
    Index(None, "search_id", "id"),
)

delivered_matches = Table(
    "delivered_matches",
    metadata,
    Column("delivery_id", ForeignKey("deliveries.id", ondelete="CASCADE"), primary_key=True),
    Column("match_id", ForeignKey("saved_matches.id", ondelete="CASCADE"), primary_key=True),
    Index(None, "match_id"),
)
