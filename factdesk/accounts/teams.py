"""Teams: people who work on the same; a person belongs to as many as they like."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, delete, insert, select

from factdesk.errors import NotFoundError, StateError
from factdesk.store import audit
from factdesk.store.database import reading, writing
from factdesk.store.roles import Right
from factdesk.store.staff_tables import memberships, teams
from factdesk.store.tables import users
from factdesk.store.users import printable, require_right

_LONGEST = 80


@dataclass(frozen=True, slots=True)
class Team:
    """A team and the numbers of its people."""

    id: int
    name: str
    members: tuple[int, ...]


def all_teams(engine: Engine) -> list[Team]:
    """Return every team by name."""
    with reading(engine) as connection:
        joined: dict[int, list[int]] = {}
        for row in connection.execute(select(memberships).order_by(memberships.c.user_id)):
            joined.setdefault(row.team_id, []).append(row.user_id)
        rows = connection.execute(select(teams).order_by(teams.c.name))
        return [Team(row.id, row.name, tuple(joined.get(row.id, ()))) for row in rows]


def make(engine: Engine, name: str, *, by: int, at: datetime) -> Team:
    """Make a team. Raises ``StateError`` for a name that is taken, empty or too long."""
    wanted = " ".join(printable(name).split())
    with writing(engine) as connection:
        require_right(connection, by, Right.PEOPLE)
        if not 0 < len(wanted) <= _LONGEST:
            raise StateError("A team needs a name of 1 to 80 characters.", remedy="Type a shorter one.")
        if connection.execute(select(teams.c.id).where(teams.c.name == wanted)).first():
            raise StateError("There is a team of this name.", remedy="Choose another name.")
        number = connection.execute(insert(teams).values(name=wanted, created_at=at).returning(teams.c.id)).scalar_one()
        _log(connection, number, by=by, action="team.made", told=wanted, at=at)
        return Team(number, wanted, ())


def remove(engine: Engine, team_id: int, *, by: int, at: datetime) -> None:
    """Remove a team; its people stay. Raises ``NotFoundError``."""
    with writing(engine) as connection:
        require_right(connection, by, Right.PEOPLE)
        name = _existing(connection, team_id)
        connection.execute(delete(teams).where(teams.c.id == team_id))
        _log(connection, team_id, by=by, action="team.removed", told=name, at=at)


def set_members(engine: Engine, team_id: int, members: Sequence[int], *, by: int, at: datetime) -> None:
    """Say who is in a team; numbers of nobody are left out. Raises ``NotFoundError``."""
    with writing(engine) as connection:
        require_right(connection, by, Right.PEOPLE)
        _existing(connection, team_id)
        known = (
            connection.execute(select(users.c.id).where(users.c.id.in_(members[:1000])).order_by(users.c.id)).scalars().all()
        )
        connection.execute(delete(memberships).where(memberships.c.team_id == team_id))
        if known:
            connection.execute(insert(memberships), [{"team_id": team_id, "user_id": number} for number in known])
        _log(connection, team_id, by=by, action="team.members", told=", ".join(map(str, known)), at=at)


def _existing(connection: Connection, team_id: int) -> str:
    name = connection.execute(select(teams.c.name).where(teams.c.id == team_id)).scalar()
    if name is None:
        raise NotFoundError("There is no such team.", remedy="See the list of teams.")
    return str(name)


def _log(connection: Connection, team_id: int, *, by: int, action: str, told: str, at: datetime) -> None:  # one line
    audit.record(connection, user_id=by, action=action, subject=f"team:{team_id}", detail={"note": told}, at=at)
