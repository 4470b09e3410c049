"""What a desk still lacks before it can do its work: sources, a library, and a second person."""

from enum import StrEnum

from sqlalchemy import Engine, func, select

from factdesk.store.database import reading
from factdesk.store.roles import Right, roles_with
from factdesk.store.tables import passages, sources, users


class Lack(StrEnum):
    """One thing that is missing."""

    SOURCES = "sources"
    LIBRARY = "library"
    PEOPLE = "people"


def lacks(engine: Engine) -> tuple[Lack, ...]:
    """Return what is missing, in the order in which it is best put right; nothing for a desk that works."""
    writes, approves = (tuple(role.value for role in roles_with(right)) for right in (Right.WRITE, Right.APPROVE))
    with reading(engine) as connection:
        watched = connection.execute(select(sources.c.id).limit(1)).first()
        known = connection.execute(select(passages.c.id).limit(1)).first()
        here = select(func.count()).where(users.c.active)
        writers = connection.execute(here.where(users.c.role.in_(writes))).scalar_one()
        second = connection.execute(here.where(users.c.role.in_(approves))).scalar_one()
    missing = ((Lack.SOURCES, not watched), (Lack.LIBRARY, not known), (Lack.PEOPLE, writers < 1 or second < 2))
    return tuple(lack for lack, missed in missing if missed)
