"""Tables of the desk's own staff beside ``users``: second factors, invitations, teams, tokens and logins of a newsroom's own.

Whatever opens a door is kept as a digest, so that a copy of the database opens none. A second factor's secret must be kept as
it is, because its codes are computed from it.
"""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from factdesk.store.tables import Instant, metadata

login_attempts = Table(
    "login_attempts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(80), nullable=False),
    Column("at", Instant, nullable=False),
    Column("ok", Boolean, nullable=False),
    Index(None, "name", "at"),
)

second_factors = Table(
    "second_factors",
    metadata,
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("secret", String(64), nullable=False),  # in clear, where no key is set; else empty
    Column("sealed", Text, nullable=False, default="", server_default=""),
    Column("confirmed_at", Instant),  # NULL: shown, but no code of it was given yet
    Column("last_step", Integer, nullable=False, default=0),  # a code of this half-minute or an earlier one is refused
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("digest", String(64), primary_key=True),
    Column("used_at", Instant),
)

invitations = Table(
    "invitations",
    metadata,
    Column("token_digest", String(64), primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("expires_at", Instant, nullable=False),
)

# the password was right, the code of the second factor is outstanding
half_logins = Table(
    "half_logins",
    metadata,
    Column("token_digest", String(64), primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("expires_at", Instant, nullable=False),
)

teams = Table(
    "teams",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(80), nullable=False, unique=True),
    Column("created_at", Instant, nullable=False),
)

memberships = Table(
    "memberships",
    metadata,
    Column("team_id", ForeignKey("teams.id", ondelete="CASCADE"), primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
)

# a person as the newsroom's own OpenID provider names them
identities = Table(
    "identities",
    metadata,
    Column("issuer", String(255), primary_key=True),
    Column("subject", String(255), primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    UniqueConstraint("issuer", "user_id"),
)

# a sign-in that was sent to the provider and has not come back
openid_requests = Table(
    "openid_requests",
    metadata,
    Column("state_digest", String(64), primary_key=True),
    Column("nonce", String(64), nullable=False),
    Column("verifier", String(128), nullable=False),
    Column("then", Text, nullable=False, default=""),
    Column("expires_at", Instant, nullable=False),
)

api_tokens = Table(
    "api_tokens",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("name", String(80), nullable=False),
    Column("digest", String(64), nullable=False, unique=True),
    Column("scopes", Text, nullable=False),  # apart by blanks
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
    Column("revoked_at", Instant),
)
