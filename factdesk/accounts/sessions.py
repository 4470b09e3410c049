"""Where a person is signed in: listed and ended, by the person and by an administrator."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, delete, select

from factdesk.errors import NotFoundError
from factdesk.store import audit
from factdesk.store.database import reading, writing
from factdesk.store.roles import Right
from factdesk.store.tables import sessions
from factdesk.store.users import handle_of, require_right


@dataclass(frozen=True, slots=True)
class Running:
    """One running session; ``handle`` names it and opens nothing."""

    handle: str
    agent: str
    created_at: datetime
    expires_at: datetime
    strong: bool


def running(engine: Engine, user_id: int, *, at: datetime) -> list[Running]:
    """Return a person's running sessions, newest first."""
    mine = select(sessions).where(sessions.c.user_id == user_id, sessions.c.expires_at > at)
    with reading(engine) as connection:
        rows = connection.execute(mine.order_by(sessions.c.created_at.desc()))
        return [Running(handle_of(r.token_digest), r.agent, r.created_at, r.expires_at, r.strong) for r in rows]


def end(engine: Engine, user_id: int, *, handle: str, by: int, at: datetime) -> None:
    """End one session of a person, or with the handle ``all`` every one. Raises ``NotFoundError``, ``NotAllowedError``."""
    with writing(engine) as connection:
        if by != user_id:
            require_right(connection, by, Right.PEOPLE)
        found = connection.execute(select(sessions.c.token_digest).where(sessions.c.user_id == user_id)).scalars()
        ending = [digest for digest in found if handle in {"all", handle_of(digest)}]
        if not ending:
            raise NotFoundError("This session is over already.", remedy="Load the page again.")
        connection.execute(delete(sessions).where(sessions.c.token_digest.in_(ending)))
        told = {"sessions": len(ending)}
        audit.record(connection, user_id=by, action="session.ended", subject=f"person:{user_id}", detail=told, at=at)
