"""What a desk still lacks before it can do its work: sources, a library, and a second person."""

from enum import StrEnum

from sqlalchemy import Engine, exists, func, select

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
    watching, knowing = (exists(select(table.c.id)) for table in (sources, passages))
    here = select(func.count()).select_from(users).where(users.c.active)
    may_write, may_approve = (here.where(users.c.role.in_(roles)).scalar_subquery() for roles in (writes, approves))
    with reading(engine) as connection:
        watched, known, writers, second = connection.execute(select(watching, knowing, may_write, may_approve)).one()
    missing = ((Lack.SOURCES, not watched), (Lack.LIBRARY, not known), (Lack.PEOPLE, writers < 1 or second < 2))
    return tuple(lack for lack, missed in missing if missed)
