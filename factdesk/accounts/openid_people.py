"""Whom a provider's answer lets in, and in which role: known by issuer and subject, made at the first sign-in."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, Engine, func, insert, select, update

from factdesk.accounts.openid import Told
from factdesk.errors import NotAllowedError, StateError
from factdesk.settings import OpenIdSettings
from factdesk.store import audit
from factdesk.store.database import writing
from factdesk.store.roles import Role
from factdesk.store.staff_tables import identities
from factdesk.store.tables import users
from factdesk.store.users import User, insert_user, user_by_id


def welcome(engine: Engine, settings: OpenIdSettings, told: Told, *, at: datetime) -> User:
    """Return the person of a checked answer, with the role that their claims give now.

    Raises ``NotAllowedError`` when no role is given to them, their login is off, or the name belongs to somebody else here.
    """
    role = role_for(settings, told.claims)
    with writing(engine) as connection:
        known = select(identities.c.user_id).where(identities.c.issuer == told.issuer, identities.c.subject == told.subject)
        user_id = connection.execute(known).scalar()
        if user_id is None:
            return _made(connection, told, role=role, at=at)
        user = user_by_id(connection, user_id)
        if not user.active:
            raise NotAllowedError("Your login at this desk is off.", remedy="Ask an administrator of the desk.")
        return _with_role(connection, user, role=role, at=at) if settings.role_claim else user


def role_for(settings: OpenIdSettings, claims: Mapping[str, object]) -> Role:
    """Return the first role of the mapping that a claim names, else the default. Raises ``NotAllowedError`` without either."""
    found = claims.get(settings.role_claim) if settings.role_claim else None
    held = {str(one) for one in found} if isinstance(found, list) else {str(found)} if found is not None else set()
    for value, role in settings.roles.items():
        if value in held:
            return Role(role)
    if settings.default_role:
        return Role(settings.default_role)
    raise NotAllowedError("Your login has no role at this desk.", remedy="Ask an administrator of the desk.")


def _made(connection: Connection, told: Told, *, role: Role, at: datetime) -> User:
    try:
        made = insert_user(
            connection, name=told.name, display_name=told.display_name, role=role.value, password_hash="", at=at, by=None
        )
    except StateError as error:
        raise NotAllowedError(
            "Somebody else has your login name at this desk.", remedy="Ask an administrator to rename one of the two."
        ) from error
    connection.execute(insert(identities).values(issuer=told.issuer, subject=told.subject, user_id=made.id))
    return made


def _with_role(connection: Connection, user: User, *, role: Role, at: datetime) -> User:
    if user.role is role or (user.role is Role.ADMINISTRATOR and _administrators(connection) == 1):
        return user
    connection.execute(update(users).where(users.c.id == user.id).values(role=role.value))
    told = {"from": user.role.value, "to": role.value, "note": "by the OpenID provider"}
    audit.record(connection, user_id=None, action="person.role_changed", subject=f"person:{user.id}", detail=told, at=at)
    return user_by_id(connection, user.id)


def _administrators(connection: Connection) -> int:
    held = select(func.count()).where(users.c.role == Role.ADMINISTRATOR.value, users.c.active)
    return connection.execute(held).scalar_one()
