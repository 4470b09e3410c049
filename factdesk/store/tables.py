"""The relational truth as SQLAlchemy Core tables; Alembic's migrations make the same ones (a test compares them).

Instants are stored as UTC; JSON columns hold only what is never asked for by value. There is no table of persons who post,
and no column for an author (never 2); ``users`` are the desk's own staff.
"""

from datetime import UTC, datetime
from operator import eq
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    func,
    literal_column,
)
from sqlalchemy.types import TypeDecorator

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Instant(TypeDecorator[datetime]):
    """A timezone-aware UTC instant on every database (SQLite keeps no zone)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive instant; store UTC."""
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            msg = "an instant needs a time zone"
            raise ValueError(msg)
        return value.astimezone(UTC)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ANN401 # the driver's type
        """Give the zone back."""
        del dialect
        if value is None:
            return None
        instant: datetime = value
        return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


# -- collection -----------------------------------------------------------------------------------------------------------

sources = Table(
    "sources",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("url", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("role", String(20), nullable=False),
    Column("language", String(8)),
    Column("event", String(80)),
    Column("interval_s", Integer, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    # what the last polls said
    Column("etag", Text),
    Column("last_modified", Text),
    Column("cursor", Text),
    Column("polls", Integer, nullable=False, default=0),
    Column("failures", Integer, nullable=False, default=0),
    Column("next_due_at", Instant),
    Column("conditional_polls", Integer, nullable=False, default=0),  # since the last full GET
    Column("last_poll_id", Integer),
    Column("last_good_at", Instant),
    Column("took_s", Float),  # a poll, its waits for the host's turn included: a moving mean
    # its rhythm, and its place among the sources of its host
    Column("host", String(255), nullable=False, default=""),
    Column("place", Float, nullable=False, default=0.0),
    Column("interval_now_s", Integer),
    Column("rhythm", LargeBinary),
    Column("last_new_at", Instant),
    Column("silent_at", Instant),  # when silence from then on is out of character
    Column("items_per_day", Float),
    # a permanent redirect that is followed
    Column("moved_to", Text),
    Column("moved_since", Instant),
    Column("moved_times", Integer, nullable=False, default=0),
    Index(None, "next_due_at"),
    Index(None, "host"),
)

former_addresses = Table(
    "former_addresses",
    metadata,
    Column("source_id", ForeignKey("sources.id", ondelete="CASCADE"), primary_key=True),
    Column("url", Text, primary_key=True),
    Column("until", Instant, nullable=False),
)

# what needs a person, raised once and kept after the recovery
raised = Table(
    "raised",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source_id", ForeignKey("sources.id", ondelete="CASCADE"), nullable=False),
    Column("state", String(20), nullable=False),
    Column("reason", Text, nullable=False),
    Column("raised_at", Instant, nullable=False),
    Column("acknowledged_at", Instant),
    Column("acknowledged_by", Integer),
    Column("recovered_at", Instant),
    Index(None, "source_id", "recovered_at"),
)

event_windows = Table(
    "event_windows",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("interval_s", Integer, nullable=False),
)

# one row a run of the collector, seen every minute: what lies between two runs was not watched
collector_runs = Table(
    "collector_runs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("started_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("stopped_at", Instant),
)

hosts = Table(
    "hosts",
    metadata,
    Column("host", String(255), primary_key=True),
    Column("robots_status", Integer),
    Column("robots_body", Text),
    Column("robots_fetched_at", Instant),
    Column("last_request_at", Instant),
    Column("wait_until", Instant),
)

polls = Table(
    "polls",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source_id", ForeignKey("sources.id", ondelete="CASCADE"), nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Column("outcome", String(24), nullable=False),
    Column("status", Integer),
    Column("bytes", Integer, nullable=False, default=0),
    Column("items_listed", Integer, nullable=False, default=0),
    Column("items_new", Integer, nullable=False, default=0),
    Column("reason", Text, nullable=False, default=""),
    Column("due_at", Instant),
    Column("next_due_at", Instant),
    Column("items_unchanged", Integer, nullable=False, default=0),  # listed before, by this source or another
    Column("items_refused", Integer, nullable=False, default=0),  # left out by the listing's own reader: not public
    Index(None, "source_id", "started_at"),
    Index(None, "started_at", "source_id", "outcome", "items_new"),  # what a window counts, without a look at the rows
)

# what is left of polls when their rows are deleted; a whole UTC day is in one of the two tables
poll_days = Table(
    "poll_days",
    metadata,
    Column("source_id", ForeignKey("sources.id", ondelete="CASCADE"), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("outcome", String(24), primary_key=True),
    Column("polls", Integer, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("items_listed", Integer, nullable=False),
    Column("items_new", Integer, nullable=False),
    Index(None, "day"),
)

# one row an item that a listing named: the ledger. (source, url) is asked for before a fetch.
items = Table(
    "items",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source_id", ForeignKey("sources.id", ondelete="CASCADE"), nullable=False),
    Column("url_digest", String(32), nullable=False),
    Column("url", Text, nullable=False),
    Column("first_seen_at", Instant, nullable=False),
    Column("outcome", String(24)),  # NULL: listed, not ended yet
    Column("ended_at", Instant),
    Column("reason", Text, nullable=False, default=""),
    Column("attempts", Integer, nullable=False, default=0),
    Column("retry_at", Instant),
    Column("listing", JSON, nullable=False, default=dict),  # title, published, language: the listing's hints
    Column("etag", Text),
    Column("last_modified", Text),
    Column("digest", String(64)),
    Column("poll_id", Integer),  # the poll that listed it first
    UniqueConstraint("source_id", "url_digest"),
    Index(None, "poll_id"),
    Index(None, "first_seen_at", "source_id", "outcome"),
    Index(None, "source_id", "outcome"),  # how the items of a source ended, without a look at the rows
    Index(None, "url_digest"),
    Index(None, "outcome"),
    Index(None, "retry_at"),
)
LANGUAGE_IS = "The language is '"  # how the reader's reason begins when it tells a language that is not read
_BEGINNING = func.substr(items.c.reason, literal_column("1"), literal_column("17"))
TOLD_LANGUAGE = eq(_BEGINNING, literal_column("'The language is '''"))  # no bound values: so a database sees what fits
Index("ix_items_told_language", items.c.first_seen_at, sqlite_where=TOLD_LANGUAGE, postgresql_where=TOLD_LANGUAGE)

captures = Table(
    "captures",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source_id", ForeignKey("sources.id", ondelete="CASCADE"), nullable=False),
    Column("item_id", ForeignKey("items.id", ondelete="CASCADE"), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("url", Text, nullable=False),
    Column("fetched_at", Instant, nullable=False),
    Column("status", Integer, nullable=False),
    Column("media_type", String(120), nullable=False),
    Column("charset", String(60)),
    Column("digest", String(64), nullable=False),
    Column("warc_file", Text, nullable=False),
    Column("warc_offset", Integer, nullable=False),
    Column("read_at", Instant),  # NULL: waits for the reader
    Column("claimed_by", String(60)),
    Column("claimed_at", Instant),
    Column("outcome", String(24)),
    Column("reason", Text, nullable=False, default=""),
    Index(None, "read_at", "id"),
    Index(None, "item_id"),
)

# -- what was read --------------------------------------------------------------------------------------------------------

documents = Table(
    "documents",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("source_id", ForeignKey("sources.id", ondelete="CASCADE"), nullable=False),
    Column("capture_id", ForeignKey("captures.id", ondelete="CASCADE"), nullable=False),
    Column("role", String(20), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("url", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("language", String(8), nullable=False),
    Column("language_probability", Float, nullable=False),
    Column("published_at", Instant, nullable=False),
    Column("published_how", String(20), nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("text_digest", String(64), nullable=False),
    Column("duplicate_of", String(32)),
    Column("event", String(80)),
    Column("replies", Integer, nullable=False, default=0),
    Column("shares", Integer, nullable=False, default=0),
    Column("likes", Integer, nullable=False, default=0),
    Column("voice", String(32)),
    Column("shingles", LargeBinary),
    Index(None, "published_at"),
    Index(None, "source_id", "published_at"),
    Index(None, "duplicate_of"),
    Index(None, "text_digest"),
)

claims = Table(
    "claims",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("document_id", ForeignKey("documents.id", ondelete="CASCADE"), nullable=False),
    Column("text", Text, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("language", String(8), nullable=False),
    Column("checkworthiness", Float, nullable=False),
    Column("context", Text, nullable=False, default=""),
    Column("narrative_id", String(32)),
    Column("vector", LargeBinary),  # float16[dim], so that a rebuild never encodes again
    Column("created_at", Instant, nullable=False),
    Index(None, "document_id"),
    Index(None, "narrative_id", "language", "id"),  # who tells a story in which languages, without a look at the rows
    Index(None, "created_at"),
)

passages = Table(
    "passages",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("kind", String(10), nullable=False),
    Column("text", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("publisher", Text, nullable=False),
    Column("language", String(8), nullable=False),
    Column("title", Text, nullable=False, default=""),
    Column("detail", Text, nullable=False, default=""),
    Column("rating", Text, nullable=False, default=""),
    Column("rating_value", Float),
    Column("published_at", Instant),
    Column("document_id", String(32)),
    Column("event", String(80)),
    Column("vector", LargeBinary),
    Column("added_at", Instant, nullable=False),
    Index(None, "kind"),
    Index(None, "document_id"),
)

findings = Table(
    "findings",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("claim_id", ForeignKey("claims.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("document_id", ForeignKey("documents.id", ondelete="CASCADE"), nullable=False),
    Column("kind", String(12), nullable=False),
    Column("probability", Float, nullable=False),
    Column("passage_id", ForeignKey("passages.id")),
    Column("reasons", JSON, nullable=False, default=list),
    Column("differences", JSON, nullable=False, default=list),  # [[kind, [s, e], [s, e], words], …]
    Column("shared_spans", JSON, nullable=False, default=list),
    Column("score", Float, nullable=False, default=0.0),
    Column("found_at", Instant, nullable=False),
    CheckConstraint("kind NOT IN ('repeats', 'distorts') OR passage_id IS NOT NULL", name="flag_has_citation"),
    Index(None, "kind", "found_at"),
    Index(None, "document_id"),
    Index(None, "passage_id"),
)

narratives = Table(
    "narratives",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("label", Text, nullable=False),
    Column("first_at", Instant, nullable=False),
    Column("last_at", Instant, nullable=False),
    Column("size", Integer, nullable=False),
    Column("centre", LargeBinary),
)

# -- the desk -------------------------------------------------------------------------------------------------------------

users = Table(
    "users",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(80), nullable=False, unique=True),
    Column("display_name", Text, nullable=False),
    Column("role", String(20), nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("active", Boolean, nullable=False, default=True),
    Column("created_at", Instant, nullable=False),
    Column("language", String(8), nullable=False, default="", server_default=""),  # what they chose to be spoken to in
    CheckConstraint("role IN ('analyst', 'editor', 'approver', 'manager', 'administrator', 'read-only')", name="role"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_digest", String(64), primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("csrf", String(64), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("agent", String(120), nullable=False, default=""),  # the browser, in its own words
    Column("strong", Boolean, nullable=False, default=False),  # came in with a second factor, or by the newsroom's own login
)

reviews = Table(
    "reviews",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("finding_id", String(32), nullable=False),  # outlives a finding that is made anew
    Column("user_id", ForeignKey("users.id"), nullable=False),
    Column("decision", String(20), nullable=False),
    Column("reason", Text, nullable=False, default=""),
    Column("passage_id", String(32)),
    Column("at", Instant, nullable=False),
    CheckConstraint("decision IN ('confirmed', 'rejected', 'not_checkable', 'needs_evidence')", name="decision"),
    Index(None, "finding_id", "at"),
)

statements = Table(
    "statements",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("slug", String(120), nullable=False, unique=True),
    Column("state", String(12), nullable=False),
    Column("revision", Integer, nullable=False),  # number of the newest revision
    Column("published_revision", Integer),  # the one the public sees
    Column("language", String(8), nullable=False),
    Column("claim_text", Text, nullable=False),  # the claim that is corrected
    Column("claim_first_seen_at", Instant),
    Column("created_by", ForeignKey("users.id"), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("published_at", Instant),
    Column("corrected_at", Instant),
    Column("withdrawn_at", Instant),
    Column("withdrawn_reason", Text, nullable=False, default=""),
    CheckConstraint("state IN ('draft', 'in_review', 'approved', 'published', 'withdrawn')", name="state"),
)

revisions = Table(
    "revisions",
    metadata,
    Column("statement_id", ForeignKey("statements.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("author_id", ForeignKey("users.id"), nullable=False),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("rating", String(20), nullable=False),  # false, misleading, unsupported, true
    Column("note", Text, nullable=False, default=""),  # what a correction corrects
    Column("digest", String(64), nullable=False),  # of the exact text and its citations
    Column("at", Instant, nullable=False),
)

citations = Table(
    "citations",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("statement_id", ForeignKey("statements.id", ondelete="CASCADE"), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    Column("passage_id", ForeignKey("passages.id"), nullable=False),
    Column("quote", Text, nullable=False, default=""),
    Column("snapshot", JSON, nullable=False, default=dict),  # the passage as it was cited; empty: as it is in ``passages``
    UniqueConstraint("statement_id", "revision", "position"),
)

# pages that approved or published statements cite: when each was asked for again, and what came of it
watched = Table(
    "watched",
    metadata,
    Column("item_id", ForeignKey("items.id", ondelete="CASCADE"), primary_key=True),
    Column("asked_at", Instant, nullable=False),
    Column("outcome", String(24)),  # NULL: no answer yet; a changed page becomes a new capture
    Column("reason", Text, nullable=False, default=""),
    Column("noted_at", Instant),
)

statement_findings = Table(
    "statement_findings",
    metadata,
    Column("statement_id", ForeignKey("statements.id", ondelete="CASCADE"), primary_key=True),
    Column("finding_id", String(32), primary_key=True),
    Column("document_id", String(32)),  # noted when the finding is dropped: expiry keeps the page as it was
)

approvals = Table(
    "approvals",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("statement_id", ForeignKey("statements.id", ondelete="CASCADE"), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("approver_id", ForeignKey("users.id"), nullable=False),
    Column("at", Instant, nullable=False),
    UniqueConstraint("statement_id", "revision"),
)

audit = Table(
    "audit",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("user_id", Integer),
    Column("action", String(60), nullable=False),
    Column("subject", String(80), nullable=False),
    Column("detail", JSON, nullable=False, default=dict),
    Column("previous", String(64), nullable=False),
    Column("digest", String(64), nullable=False, unique=True),
    Index(None, "subject"),
)

secrets = Table(
    "secrets",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", LargeBinary, nullable=False),
    Column("created_at", Instant, nullable=False),
)
