"""The desk's own staff: logins (argon2id), sessions kept on the server, and a brake on guessing.

Only the digest of a session's token is stored, so that a copy of the database opens no session. Each sign-in, and each one that
failed, is a line of the audit log; a name that nobody has is not written there, because it may be a password in the wrong
field.
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
from factdesk.messages import tell
from factdesk.store import audit
from factdesk.store.database import reading, writing
from factdesk.store.roles import RIGHTS, Right, Role, roles_with
from factdesk.store.staff_tables import login_attempts, second_factors
from factdesk.store.tables import sessions, users

MOST_FAILURES = 5
WINDOW = timedelta(minutes=10)
SHORTEST_PASSWORD = 10
_LONGEST_PASSWORD = 1024
_LONGEST_NAME = 80


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
    """A signed-in person with the token that each of their forms carries.

    ``handle`` names the session where sessions are listed and opens nothing; ``strong`` says that a second factor was given.
    """

    user: User
    csrf: str
    expires_at: datetime
    handle: str = ""
    strong: bool = False


class ThrottledError(NotAllowedError):
    """Too many failed logins of one name; ``retry_s`` is when to try again, in seconds."""

    def __init__(self, retry_s: int) -> None:
        self.retry_s = retry_s
        minutes = max(1, -(-retry_s // 60))
        super().__init__("Too many failed tries for this login.", remedy=f"Wait {minutes} min, then try again.")


def add_user(  # noqa: PLR0913 # one row, by keyword
    engine: Engine, *, name: str, display_name: str, role: str, password: str, at: datetime, by: int | None = None
) -> User:
    """Add a login that can be used at once. Raises ``StateError`` when the name is taken or a value does not do."""
    hashed = hashed_password(password)
    with writing(engine) as connection:
        return insert_user(connection, name=name, display_name=display_name, role=role, password_hash=hashed, at=at, by=by)


def insert_user(  # noqa: PLR0913 # one row, by keyword
    connection: Connection,
    *,
    name: str,
    display_name: str,
    role: str,
    password_hash: str,
    at: datetime,
    by: int | None,
) -> User:
    """Write the row of a login (an empty hash opens nothing) and its line of the audit log. Raises ``StateError``."""
    login = name.strip().lower()
    if not login or len(login) > _LONGEST_NAME or not login.isprintable():
        what = tell("%(word)s is not a login.", word=repr(name[:_LONGEST_NAME]))
        raise StateError(what, remedy="Use 1 to 80 letters, digits, dots or dashes.")
    require_role(role)
    if by_name(connection, login) is not None:
        raise StateError(tell("There is a login %(login)s already.", login=login), remedy="Choose another name.")
    row = {"name": login, "display_name": display_name.strip()[:200] or login, "role": role, "password_hash": password_hash}
    number = connection.execute(insert(users).values(**row, active=True, created_at=at).returning(users.c.id)).scalar_one()
    audit.record(connection, user_id=by, action="person.added", subject=f"person:{number}", detail={"role": role}, at=at)
    return user_by_id(connection, number)


def list_users(engine: Engine) -> list[User]:
    """Return all logins by name."""
    with reading(engine) as connection:
        return [user_from(row) for row in connection.execute(select(users).order_by(users.c.name))]


def speak_to(engine: Engine, user_id: int, *, language: str) -> None:
    """Remember in which language a person wants to be written to."""
    with writing(engine) as connection:
        connection.execute(update(users).where(users.c.id == user_id).values(language=language[:8]))


def names_of(engine: Engine) -> dict[int, str]:
    """Return what colleagues see of each login, by its number."""
    return {user.id: user.display_name for user in list_users(engine)}


def require_right(connection: Connection, user_id: int, right: Right, *, of: Sequence[Role] | None = None) -> None:
    """Refuse a person whose role, as it stands now, lacks a right or is none ``of`` those given. Raises ``NotAllowedError``."""
    wanted = roles_with(right) if of is None else tuple(of)
    row = connection.execute(select(users).where(users.c.id == user_id)).first()
    if row is None or not row.active or Role(row.role) not in wanted:
        raise NotAllowedError("Your role does not do this.", remedy=tell("It is for: %(roles)s.", roles=" or ".join(wanted)))


def check_login(engine: Engine, *, name: str, password: str, at: datetime) -> User:
    """Return whose login this is.

    Raises ``ThrottledError`` after ``MOST_FAILURES`` failures of a name within ``WINDOW``, and ``NotAllowedError`` (in the same
    words and about the same time for an unknown name as for a wrong password).
    """
    login = name.strip().lower()[:_LONGEST_NAME]
    with reading(engine) as connection:
        require_calm(connection, login, at=at)
        row = by_name(connection, login)
        second = row is not None and _has_second_factor(connection, row.id)
    right = verified(row.password_hash if row else _nobody(), password) and row is not None and bool(row.active)
    with writing(engine) as connection:
        connection.execute(delete(login_attempts).where(login_attempts.c.at < at - 30 * WINDOW))
        if not right or not second:  # with a second factor, the code decides
            note_attempt(connection, login, user_id=row.id if row else None, ok=right, at=at)
    if row is None or not right:
        raise NotAllowedError("Login and password do not match.", remedy="Check both, or ask for a new password.")
    return user_from(row)


def note_attempt(connection: Connection, login: str, *, user_id: int | None, ok: bool, at: datetime) -> None:
    """Count one try of a login; a failed one is a line of the audit log."""
    connection.execute(insert(login_attempts).values(name=login, at=at, ok=ok))
    if not ok:
        subject = f"person:{user_id}" if user_id is not None else "person:unknown"
        audit.record(connection, user_id=None, action="signin.failed", subject=subject, detail={}, at=at)


def require_calm(connection: Connection, login: str, *, at: datetime) -> None:
    """Refuse a login that failed ``MOST_FAILURES`` times within ``WINDOW``. Raises ``ThrottledError``."""
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


def open_session(  # noqa: PLR0913 # what a session is born with, by keyword
    engine: Engine, user: User, *, at: datetime, hours: int, agent: str = "", strong: bool = False, way: str = "password"
) -> str:
    """Start a session and return its token, which is stored nowhere; sessions that ended are forgotten."""
    token, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(24)
    with writing(engine) as connection:
        connection.execute(delete(sessions).where(sessions.c.expires_at <= at))
        row = {"token_digest": digest_of(token), "user_id": user.id, "csrf": csrf, "created_at": at}
        row |= {"agent": printable(agent)[:120], "strong": strong, "expires_at": at + timedelta(hours=hours)}
        connection.execute(insert(sessions).values(**row))
        detail = {"way": way, "second_factor": "yes" if strong else "no"}
        audit.record(connection, user_id=user.id, action="signin.opened", subject=f"person:{user.id}", detail=detail, at=at)
    return token


def session_of(engine: Engine, token: str, *, at: datetime) -> Session | None:
    """Return the running session of a token, or ``None``."""
    digest = digest_of(token)
    with reading(engine) as connection:
        row = connection.execute(
            select(users, sessions.c.csrf, sessions.c.expires_at, sessions.c.strong)
            .join(sessions, sessions.c.user_id == users.c.id)
            .where(sessions.c.token_digest == digest, sessions.c.expires_at > at, users.c.active)
        ).first()
    return Session(user_from(row), row.csrf, row.expires_at, handle_of(digest), strong=row.strong) if row else None


def close_session(engine: Engine, token: str, *, at: datetime) -> None:
    """End a session; an unknown token is ignored."""
    with writing(engine) as connection:
        ended = delete(sessions).where(sessions.c.token_digest == digest_of(token)).returning(sessions.c.user_id)
        for user_id in connection.execute(ended).scalars().all():
            audit.record(connection, user_id=user_id, action="signin.closed", subject=f"person:{user_id}", detail={}, at=at)


def require_role(role: str) -> None:
    """Raise ``StateError`` for a word that is no role."""
    if role not in tuple(Role):
        what, known = tell("%(word)s is not a role.", word=repr(role[:40])), ", ".join(Role)
        raise StateError(what, remedy=tell("Use one of %(known)s.", known=known))


def by_name(connection: Connection, login: str) -> Row[tuple[object, ...]] | None:
    """Return the row of a login name, as it is stored."""
    return connection.execute(select(users).where(users.c.name == login)).first()


def user_by_id(connection: Connection, user_id: int) -> User:
    """Return a person by number. Raises ``NotFoundError``."""
    row = connection.execute(select(users).where(users.c.id == user_id)).first()
    if row is None:
        raise NotFoundError("There is no such person.", remedy="See the list of people.")
    return user_from(row)


def user_from(row: Row[tuple[object, ...]]) -> User:
    """Return the person of a row of ``users``."""
    m = row._mapping  # noqa: SLF001 # SQLAlchemy's documented accessor
    return User(m["id"], m["name"], m["display_name"], Role(m["role"]), active=m["active"])


def digest_of(token: str) -> str:
    """Return what is stored of a token (SHA-256, hexadecimal): its 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def handle_of(digest: str) -> str:
    """Return the name of a session in lists: too short a piece of its digest to find the session by."""
    return digest[:16]


def printable(text: str) -> str:
    """Return a text without what cannot be printed."""
    return "".join(letter for letter in text if letter.isprintable())


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()  # argon2id with the low-memory profile of RFC 9106


@cache
def _nobody() -> str:
    return _hasher().hash(secrets.token_urlsafe(16))


def hashed_password(password: str) -> str:
    """Return the argon2id hash of a password. Raises ``StateError`` for one that is too short or too long."""
    if not SHORTEST_PASSWORD <= len(password) <= _LONGEST_PASSWORD:
        remedy = tell("Use at least %(number)s characters.", number=SHORTEST_PASSWORD)
        raise StateError("The password is too short or too long.", remedy=remedy)
    return _hasher().hash(password.encode("utf-8", "surrogatepass"))


def verified(hashed: str, password: str) -> bool:
    """Whether a password is the one of a hash."""
    try:
        return _hasher().verify(hashed, password[:_LONGEST_PASSWORD].encode("utf-8", "surrogatepass"))
    except (VerificationError, InvalidHashError):
        return False


def _has_second_factor(connection: Connection, user_id: int) -> bool:
    found = select(second_factors.c.user_id).where(
        second_factors.c.user_id == user_id, second_factors.c.confirmed_at.is_not(None)
    )
    return connection.execute(found).first() is not None
