"""What an administrator does about people (invite, change a role, switch off and on, reset), and a person about a password.

Nobody changes their own role, and the desk never loses its last administrator. Each action is one transaction with its line in
the audit log.
"""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, delete, exists, insert, or_, select, update

from factdesk.errors import NotAllowedError, NotFoundError, StateError
from factdesk.store import audit
from factdesk.store.database import reading, writing
from factdesk.store.roles import Right, Role
from factdesk.store.staff_tables import identities, invitations, recovery_codes, second_factors
from factdesk.store.tables import sessions, users
from factdesk.store.users import (
    User,
    digest_of,
    hashed_password,
    insert_user,
    note_attempt,
    require_calm,
    require_right,
    require_role,
    user_by_id,
    verified,
)

INVITED_FOR = timedelta(days=3)


def person(engine: Engine, user_id: int) -> User:
    """Return a person. Raises ``NotFoundError``."""
    with reading(engine) as connection:
        return user_by_id(connection, user_id)


def invite(engine: Engine, *, by: int, name: str, display_name: str, role: str, at: datetime) -> tuple[User, str]:
    """Make a login that opens with a one-time link; return it and the link's token, which is stored nowhere."""
    with writing(engine) as connection:
        require_right(connection, by, Right.PEOPLE)
        made = insert_user(connection, name=name, display_name=display_name, role=role, password_hash="", at=at, by=by)
        return made, _link(connection, made.id, at=at)


def reset(engine: Engine, user_id: int, *, by: int | None, at: datetime) -> str:
    """Take a person's password and second factor away, end their sessions, and return the token of a new one-time link.

    ``by`` is ``None`` for whoever runs the machine, the way back in for the last administrator.
    """
    with writing(engine) as connection:
        if by is not None:
            _require_power(connection, user_id, by=by, what="You cannot reset yourself.")
        connection.execute(update(users).where(users.c.id == user_id).values(password_hash=""))
        connection.execute(delete(second_factors).where(second_factors.c.user_id == user_id))
        connection.execute(delete(recovery_codes).where(recovery_codes.c.user_id == user_id))
        connection.execute(delete(sessions).where(sessions.c.user_id == user_id))
        _log(connection, user_id, by=by, action="person.reset", at=at)
        return _link(connection, user_id, at=at)


def invited(engine: Engine, token: str, *, at: datetime) -> User:
    """Return whom a one-time link is for. Raises ``NotFoundError`` when it was used, is over or never was."""
    with reading(engine) as connection:
        return _invited(connection, token, at=at)


def accept(engine: Engine, token: str, *, password: str, at: datetime) -> User:
    """Set the password that a one-time link lets set; the link is used up. Raises ``NotFoundError``, ``StateError``."""
    hashed = hashed_password(password)
    with writing(engine) as connection:
        used = delete(invitations).where(invitations.c.token_digest == digest_of(token), invitations.c.expires_at > at)
        user_id = connection.execute(used.returning(invitations.c.user_id)).scalar()
        if user_id is None:
            raise _no_link()
        user = user_by_id(connection, user_id)
        if not user.active:
            raise _no_link()
        connection.execute(update(users).where(users.c.id == user_id).values(password_hash=hashed))
        connection.execute(delete(sessions).where(sessions.c.user_id == user_id))
        _log(connection, user_id, by=user_id, action="person.joined", at=at)
        return user


def change_password(engine: Engine, user_id: int, *, old: str, new: str, keep: str, at: datetime) -> None:
    """Change one's own password and end one's other sessions (``keep`` is the token that goes on).

    Wrong tries are throttled.
    """
    hashed = hashed_password(new)
    with reading(engine) as connection:
        row = connection.execute(select(users).where(users.c.id == user_id)).one()
        require_calm(connection, row.name, at=at)
    if not verified(row.password_hash, old):
        _note_failure(engine, row.name, user_id=user_id, at=at)
        raise NotAllowedError("The present password is wrong.", remedy="Type the password that you signed in with.")
    with writing(engine) as connection:
        connection.execute(update(users).where(users.c.id == user_id).values(password_hash=hashed))
        others = sessions.c.token_digest != digest_of(keep)
        connection.execute(delete(sessions).where(sessions.c.user_id == user_id, others))
        _log(connection, user_id, by=user_id, action="person.password_changed", at=at)


def change_role(engine: Engine, user_id: int, *, role: str, by: int, at: datetime) -> User:
    """Give a person another role. Raises ``NotAllowedError`` for one's own, ``StateError`` for the last administrator."""
    require_role(role)
    with writing(engine) as connection:
        before = _require_power(connection, user_id, by=by, what="You cannot change the role of yourself.")
        if before.role is Role.ADMINISTRATOR and role != Role.ADMINISTRATOR:
            _require_another_administrator(connection, user_id)
        connection.execute(update(users).where(users.c.id == user_id).values(role=role))
        _log(connection, user_id, by=by, action="person.role_changed", at=at, detail={"from": before.role.value, "to": role})
        return user_by_id(connection, user_id)


def set_active(engine: Engine, user_id: int, *, active: bool, by: int, at: datetime) -> User:
    """Switch a person's login off (their sessions end at once, their tokens rest) or on again."""
    with writing(engine) as connection:
        before = _require_power(connection, user_id, by=by, what="You cannot switch off yourself.")
        if not active and before.role is Role.ADMINISTRATOR:
            _require_another_administrator(connection, user_id)
        connection.execute(update(users).where(users.c.id == user_id).values(active=active))
        connection.execute(delete(sessions).where(sessions.c.user_id == user_id))
        _log(connection, user_id, by=by, action="person.switched_on" if active else "person.switched_off", at=at)
        return user_by_id(connection, user_id)


def has_password(engine: Engine, user_id: int) -> bool:
    """Whether a person signs in with a password of this desk."""
    with reading(engine) as connection:
        return connection.execute(select(users.c.password_hash).where(users.c.id == user_id)).scalar() not in {None, ""}


def waiting(engine: Engine, *, at: datetime) -> frozenset[int]:
    """Return who has a one-time link that was not used yet."""
    with reading(engine) as connection:
        return frozenset(connection.execute(select(invitations.c.user_id).where(invitations.c.expires_at > at)).scalars())


def _require_power(connection: Connection, user_id: int, *, by: int, what: str) -> User:
    require_right(connection, by, Right.PEOPLE)
    if user_id == by:
        raise NotAllowedError(what, remedy="Another administrator does that.")
    return user_by_id(connection, user_id)


def _require_another_administrator(connection: Connection, user_id: int) -> None:
    can_sign_in = or_(users.c.password_hash != "", exists().where(identities.c.user_id == users.c.id))
    query = select(users.c.id).where(users.c.role == Role.ADMINISTRATOR.value, users.c.active, can_sign_in)
    remaining = set(connection.execute(query.with_for_update()).scalars()) - {user_id}
    if not remaining:
        raise StateError("This is the last administrator.", remedy="Make somebody else an administrator first.")


def _link(connection: Connection, user_id: int, *, at: datetime) -> str:
    token = secrets.token_urlsafe(32)
    connection.execute(delete(invitations).where(or_(invitations.c.user_id == user_id, invitations.c.expires_at <= at)))
    row = {"token_digest": digest_of(token), "user_id": user_id, "expires_at": at + INVITED_FOR}
    connection.execute(insert(invitations).values(**row))
    return token


def _invited(connection: Connection, token: str, *, at: datetime) -> User:
    link = select(invitations.c.user_id).where(invitations.c.token_digest == digest_of(token), invitations.c.expires_at > at)
    user_id = connection.execute(link).scalar()
    user = user_by_id(connection, user_id) if user_id is not None else None
    if user is None or not user.active:
        raise _no_link()
    return user


def _no_link() -> NotFoundError:
    return NotFoundError("This link was used already or is over.", remedy="Ask an administrator of the desk for a new one.")


def _note_failure(engine: Engine, name: str, *, user_id: int, at: datetime) -> None:
    with writing(engine) as connection:
        note_attempt(connection, name, user_id=user_id, ok=False, at=at)


def _log(
    connection: Connection, user_id: int, *, by: int | None, action: str, at: datetime, detail: Mapping[str, str] | None = None
) -> None:
    audit.record(connection, user_id=by, action=action, subject=f"person:{user_id}", detail=detail or {}, at=at)
