"""API tokens: what a program may do in a person's name, for a time.

A token does what its scopes name and its person's role still allows, whichever is less. It is shown once; the store keeps its
digest.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from sqlalchemy import Engine, Row, insert, select, update

from factdesk.errors import NotFoundError, StateError
from factdesk.messages import tell
from factdesk.store import audit
from factdesk.store.database import reading, writing
from factdesk.store.roles import Right
from factdesk.store.staff_tables import api_tokens
from factdesk.store.tables import users
from factdesk.store.users import User, digest_of, printable, require_right, user_from

PREFIX = "fd_"
LONGEST_DAYS = 366
_SEEN_EVERY = timedelta(minutes=1)


class Scope(StrEnum):
    """What a token may be for."""

    READ_SEARCH = "read:search"
    READ_FINDINGS = "read:findings"
    READ_SOURCES = "read:sources"
    READ_STATEMENTS = "read:statements"
    READ_TRENDS = "read:trends"
    READ_ALERTS = "read:alerts"
    WRITE_REVIEWS = "write:reviews"
    WRITE_ALERTS = "write:alerts"
    WRITE_SOURCES = "write:sources"
    WRITE_STATEMENTS = "write:statements"
    APPROVE_STATEMENTS = "approve:statements"
    PUBLISH_STATEMENTS = "publish:statements"
    READ_ACCOUNT = "read:account"
    WRITE_ACCOUNT = "write:account"
    READ_PEOPLE = "read:people"
    WRITE_PEOPLE = "write:people"
    READ_AUDIT = "read:audit"


NEEDS: Mapping[Scope, Right] = MappingProxyType(
    {
        Scope.READ_SEARCH: Right.READ,
        Scope.READ_FINDINGS: Right.READ,
        Scope.READ_SOURCES: Right.READ,
        Scope.READ_STATEMENTS: Right.READ_STATEMENTS,
        Scope.READ_TRENDS: Right.TRENDS,
        Scope.READ_ALERTS: Right.SAVE,
        Scope.WRITE_REVIEWS: Right.DECIDE,
        Scope.WRITE_ALERTS: Right.SAVE,
        Scope.WRITE_SOURCES: Right.ACKNOWLEDGE,
        Scope.WRITE_STATEMENTS: Right.WRITE,
        Scope.APPROVE_STATEMENTS: Right.APPROVE,
        Scope.PUBLISH_STATEMENTS: Right.PUBLISH,
        Scope.READ_ACCOUNT: Right.ACCOUNT,
        Scope.WRITE_ACCOUNT: Right.ACCOUNT,
        Scope.READ_PEOPLE: Right.PEOPLE,
        Scope.WRITE_PEOPLE: Right.PEOPLE,
        Scope.READ_AUDIT: Right.AUDIT,
    }
)


@dataclass(frozen=True, slots=True)
class Token:
    """A token as it is listed; nothing here opens anything."""

    id: int
    user_id: int
    name: str
    scopes: tuple[Scope, ...]
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None

    def works(self, at: datetime) -> bool:
        """Whether the token opens something at an instant."""
        return self.revoked_at is None and self.expires_at > at


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls the API: a person, and the scopes of the token that speaks for them."""

    user: User
    scopes: frozenset[Scope]


def offered(user: User) -> list[Scope]:
    """Return the scopes that a person's role can give away."""
    return [scope for scope in Scope if user.may(NEEDS[scope])]


def make(engine: Engine, user_id: int, *, name: str, scopes: Sequence[str], days: int, at: datetime) -> tuple[Token, str]:
    """Make a token for a person; return how it is listed, and itself, which is stored nowhere. Raises ``StateError``."""
    wanted, label = _scopes(scopes), " ".join(printable(name).split())[:80]
    if not label or not 1 <= days <= LONGEST_DAYS:
        raise StateError("A token needs a name and 1 to 366 days.", remedy="Fill in both.")
    token = PREFIX + secrets.token_urlsafe(32)
    with writing(engine) as connection:
        for scope in wanted:
            require_right(connection, user_id, NEEDS[scope])
        row = {"user_id": user_id, "name": label, "digest": digest_of(token), "scopes": " ".join(wanted), "created_at": at}
        made = insert(api_tokens).values(**row, expires_at=at + timedelta(days=days)).returning(api_tokens)
        listed = _token(connection.execute(made).one())
        detail = {"note": label, "scopes": " ".join(wanted)}
        audit.record(connection, user_id=user_id, action="token.made", subject=f"token:{listed.id}", detail=detail, at=at)
    return listed, token


def tokens_of(engine: Engine, user_id: int) -> list[Token]:
    """Return a person's tokens, newest first, revoked ones included."""
    with reading(engine) as connection:
        rows = connection.execute(select(api_tokens).where(api_tokens.c.user_id == user_id).order_by(api_tokens.c.id.desc()))
        return [_token(row) for row in rows]


def revoke(engine: Engine, token_id: int, *, by: int, at: datetime) -> None:
    """End a token of one's own, or as an administrator anybody's. Raises ``NotFoundError``, ``NotAllowedError``."""
    with writing(engine) as connection:
        row = connection.execute(select(api_tokens).where(api_tokens.c.id == token_id)).first()
        if row is None or row.revoked_at is not None:
            raise NotFoundError("There is no such token any more.", remedy="Load the page again.")
        if row.user_id != by:
            require_right(connection, by, Right.PEOPLE)
        connection.execute(update(api_tokens).where(api_tokens.c.id == token_id).values(revoked_at=at))
        audit.record(connection, user_id=by, action="token.revoked", subject=f"token:{token_id}", detail={}, at=at)


def caller_of(engine: Engine, token: str, *, at: datetime) -> Caller | None:
    """Return for whom a token speaks, or ``None``; its last use is noted to the minute."""
    mine = api_tokens.c.digest == digest_of(token)
    works = (mine, api_tokens.c.revoked_at.is_(None), api_tokens.c.expires_at > at, users.c.active)
    query = select(users, api_tokens.c.scopes, api_tokens.c.used_at).join(api_tokens, api_tokens.c.user_id == users.c.id)
    with reading(engine) as connection:
        row = connection.execute(query.where(*works)).first()
    if row is None:
        return None
    if row.used_at is None or at - row.used_at >= _SEEN_EVERY:
        with writing(engine) as connection:
            connection.execute(update(api_tokens).where(mine).values(used_at=at))
    return Caller(user_from(row), frozenset(map(Scope, row.scopes.split())))


def _scopes(given: Sequence[str]) -> list[Scope]:
    unknown = [scope for scope in given if scope not in tuple(Scope)]
    if unknown or not given:
        raise StateError("A token needs scopes that there are.", remedy=tell("Choose of: %(known)s.", known=", ".join(Scope)))
    return [scope for scope in Scope if scope in given]


def _token(row: Row[tuple[object, ...]]) -> Token:
    m = row._mapping  # noqa: SLF001 # SQLAlchemy's documented accessor
    scopes = tuple(map(Scope, m["scopes"].split()))
    times = (m["created_at"], m["expires_at"], m["used_at"], m["revoked_at"])
    return Token(m["id"], m["user_id"], m["name"], scopes, *times)
