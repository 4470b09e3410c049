"""The desk's own staff: logins (argon2id), sessions kept on the server, and a brake on guessing.

Only the digest of a session's token is stored, so that a copy of the database opens no session.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, Engine, Row, delete, func, insert, select, update

from factdesk.errors import NotAllowedError, NotFoundError, StateError
from factdesk.store.database import reading, writing
from factdesk.store.roles import RIGHTS, Right, Role, roles_with
from factdesk.store.tables import login_attempts, sessions, users

MOST_FAILURES = 5
WINDOW = timedelta(minutes=10)
SHORTEST_PASSWORD = 10
_LONGEST_PASSWORD = 1024


@dataclass(frozen=True, slots=True)
class User:
    """A member of the desk; ``name`` is the login, ``display_name`` what colleagues see."""

    id: int
    name: str
    display_name: str
    role: Role
    active: bool = True

    def may(self, right: Right) -> bool:
        """Whether the person's role has this right."""
        return right in RIGHTS[self.role]


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in person with the token that each of their forms carries."""

    user: User
    csrf: str
    expires_at: datetime


class ThrottledError(NotAllowedError):
    """Too many failed logins of one name; ``retry_s`` is when to try again, in seconds."""

    def __init__(self, retry_s: int) -> None:
        self.retry_s = retry_s
        minutes = max(1, -(-retry_s // 60))
        super().__init__("Too many failed tries for this login.", remedy=f"Wait {minutes} min, then try again.")


def add_user(engine: Engine, *, name: str, display_name: str, role: str, password: str, at: datetime) -> User:
    """Add a login. Raises ``StateError`` when the name is taken or a value does not do."""
    login = name.strip().lower()
    if not login or len(login) > 80 or not login.isprintable():
        raise StateError(f"{name!r} is not a login.", remedy="Use 1 to 80 letters, digits, dots or dashes.")
    _require_role(role)
    hashed = _hashed(password)
    with writing(engine) as connection:
        if _by_name(connection, login) is not None:
            raise StateError(f"There is a login {login} already.", remedy="Choose another name.")
        row = {"name": login, "display_name": display_name.strip() or login, "role": role, "password_hash": hashed}
        connection.execute(insert(users).values(**row, active=True, created_at=at))
        return _user(_existing(connection, login))


def list_users(engine: Engine) -> list[User]:
    """Return all logins by name."""
    with reading(engine) as connection:
        return [_user(row) for row in connection.execute(select(users).order_by(users.c.name))]


def names_of(engine: Engine) -> dict[int, str]:
    """Return what colleagues see of each login, by its number."""
    return {user.id: user.display_name for user in list_users(engine)}


def require_right(connection: Connection, user_id: int, right: Right, *, of: Sequence[Role] | None = None) -> None:
    """Refuse a person whose role, as it stands now, lacks a right or is none ``of`` those given. Raises ``NotAllowedError``."""
    wanted = roles_with(right) if of is None else tuple(of)
    row = connection.execute(select(users).where(users.c.id == user_id)).first()
    if row is None or not row.active or Role(row.role) not in wanted:
        raise NotAllowedError("Your role does not do this.", remedy=f"It is for: {' or '.join(wanted)}.")


def set_password(engine: Engine, *, name: str, password: str) -> None:
    """Give a login a new password and end its sessions. Raises ``NotFoundError``."""
    hashed = _hashed(password)
    with writing(engine) as connection:
        row = _existing(connection, name.strip().lower())
        connection.execute(update(users).where(users.c.id == row.id).values(password_hash=hashed))
        connection.execute(delete(sessions).where(sessions.c.user_id == row.id))


def set_active(engine: Engine, *, name: str, active: bool) -> None:
    """Switch a login off (its sessions end at once) or on again. Raises ``NotFoundError``."""
    with writing(engine) as connection:
        row = _existing(connection, name.strip().lower())
        connection.execute(update(users).where(users.c.id == row.id).values(active=active))
        connection.execute(delete(sessions).where(sessions.c.user_id == row.id))


def check_login(engine: Engine, *, name: str, password: str, at: datetime) -> User:
    """Return whose login this is.

    Raises ``ThrottledError`` after ``MOST_FAILURES`` failures of a name within ``WINDOW``, and ``NotAllowedError`` (in the same
    words and about the same time for an unknown name as for a wrong password).
    """
    login = name.strip().lower()[:80]
    with reading(engine) as connection:
        _require_calm(connection, login, at=at)
        row = _by_name(connection, login)
    right = _verified(row.password_hash if row else _nobody(), password) and row is not None and bool(row.active)
    with writing(engine) as connection:
        connection.execute(delete(login_attempts).where(login_attempts.c.at < at - 30 * WINDOW))
        connection.execute(insert(login_attempts).values(name=login, at=at, ok=right))
    if row is None or not right:
        raise NotAllowedError("Login and password do not match.", remedy="Check both, or ask for a new password.")
    return _user(row)


def open_session(engine: Engine, user: User, *, at: datetime, hours: int) -> str:
    """Start a session and return its token, which is stored nowhere; sessions that ended are forgotten."""
    token, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(24)
    with writing(engine) as connection:
        connection.execute(delete(sessions).where(sessions.c.expires_at <= at))
        row = {"token_digest": _digest(token), "user_id": user.id, "csrf": csrf, "created_at": at}
        connection.execute(insert(sessions).values(**row, expires_at=at + timedelta(hours=hours)))
    return token


def session_of(engine: Engine, token: str, *, at: datetime) -> Session | None:
    """Return the running session of a token, or ``None``."""
    with reading(engine) as connection:
        row = connection.execute(
            select(users, sessions.c.csrf, sessions.c.expires_at)
            .join(sessions, sessions.c.user_id == users.c.id)
            .where(sessions.c.token_digest == _digest(token), sessions.c.expires_at > at, users.c.active)
        ).first()
    return Session(_user(row), row.csrf, row.expires_at) if row else None


def close_session(engine: Engine, token: str) -> None:
    """End a session; an unknown token is ignored."""
    with writing(engine) as connection:
        connection.execute(delete(sessions).where(sessions.c.token_digest == _digest(token)))


def _require_calm(connection: Connection, login: str, *, at: datetime) -> None:
    seen = login_attempts.c.name == login
    last_ok = select(func.max(login_attempts.c.id)).where(seen, login_attempts.c.ok).scalar_subquery()
    failed = connection.execute(
        select(login_attempts.c.at)
        .where(seen, login_attempts.c.at > at - WINDOW, login_attempts.c.id > func.coalesce(last_ok, 0))
        .order_by(login_attempts.c.at.desc())
        .limit(MOST_FAILURES)
    ).scalars()
    times = list(failed)
    if len(times) >= MOST_FAILURES:
        raise ThrottledError(max(1, int((times[-1] + WINDOW - at).total_seconds())))


def _require_role(role: str) -> None:
    if role not in tuple(Role):
        raise StateError(f"{role!r} is not a role.", remedy=f"Use one of {', '.join(Role)}.")


def _by_name(connection: Connection, login: str) -> Row[tuple[object, ...]] | None:
    return connection.execute(select(users).where(users.c.name == login)).first()


def _existing(connection: Connection, login: str) -> Row[tuple[object, ...]]:
    row = _by_name(connection, login)
    if row is None:
        raise NotFoundError(f"There is no login {login}.", remedy="See them with: factdesk users list.")
    return row


def _user(row: Row[tuple[object, ...]]) -> User:
    m = row._mapping  # noqa: SLF001 # SQLAlchemy's documented accessor
    return User(m["id"], m["name"], m["display_name"], Role(m["role"]), active=m["active"])


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()  # argon2id with the low-memory profile of RFC 9106


@cache
def _nobody() -> str:
    return _hasher().hash(secrets.token_urlsafe(16))


def _hashed(password: str) -> str:
    if not SHORTEST_PASSWORD <= len(password) <= _LONGEST_PASSWORD:
        raise StateError("The password is too short or too long.", remedy=f"Use at least {SHORTEST_PASSWORD} characters.")
    return _hasher().hash(password)


def _verified(hashed: str, password: str) -> bool:
    try:
        return _hasher().verify(hashed, password[:_LONGEST_PASSWORD].encode("utf-8", "surrogatepass"))
    except (VerificationError, InvalidHashError):
        return False
