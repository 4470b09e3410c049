"""Work that several people share: who took a story on, and who is on it right now, so that nobody does it twice.

A hold is soft: it ends by itself, whoever holds it may decide, and another person may take it over knowingly.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Engine, Table, case, delete, literal, or_, select

from factdesk.errors import NotFoundError, StateError
from factdesk.messages import tell
from factdesk.store import audit
from factdesk.store.database import reading, writing
from factdesk.store.tables import claims, findings, users
from factdesk.store.tables_work import assignments, holds
from factdesk.store.upsert import upsert

HELD = timedelta(minutes=2)  # the desk renews it every minute while the row is before somebody
_LONGEST = 120


class HeldError(StateError):
    """A colleague has this story before them right now."""


@dataclass(frozen=True, slots=True)
class Taken:
    """Who took a story on, and who has it before them."""

    assignee: int | None = None
    assignee_name: str = ""
    holder: int | None = None
    holder_name: str = ""


NOBODY = Taken()


def assign(engine: Engine, stories: Sequence[str], *, to: int | None, by: int, at: datetime) -> None:
    """Give stories to a person, or to nobody. Raises ``NotFoundError`` for a person who is not at this desk."""
    with writing(engine) as connection:
        told = {"to": to, "stories": len(stories), "note": ", ".join(stories)[:500]}
        audit.record(connection, user_id=by, action="work.assigned", subject="stories", detail=told, at=at)
        if to is None:
            connection.execute(delete(assignments).where(assignments.c.story.in_(list(stories))))
            return
        if connection.execute(select(users.c.id).where(users.c.id == to, users.c.active.is_(True))).first() is None:
            raise NotFoundError("There is no such person at this desk.", remedy="Load the page again.")
        rows = [{"story": story[:_LONGEST], "user_id": to, "assigned_by": by, "at": at} for story in stories]
        upsert(connection, assignments, rows)


def hold(engine: Engine, story: str, *, user_id: int, at: datetime, take: bool = False) -> Taken:
    """Hold a story for a while unless a colleague does; return who holds it then. ``take`` takes it over."""
    with writing(engine) as connection:
        over = or_(holds.c.until <= at, (holds.c.user_id == user_id) & (holds.c.story != story))
        connection.execute(delete(holds).where(over))
        found = _taken(connection, [story], at=at).get(story, NOBODY)
        if take or found.holder in (None, user_id):
            upsert(connection, holds, [{"story": story[:_LONGEST], "user_id": user_id, "until": at + HELD}])
        return _taken(connection, [story], at=at).get(story, NOBODY)


def take_over(engine: Engine, finding_ids: Sequence[str], *, user_id: int, at: datetime) -> None:
    """Hold the stories of these findings, also those that a colleague has before them."""
    with writing(engine) as connection:
        rows = [{"story": one, "user_id": user_id, "until": at + HELD} for one in stories_of(connection, finding_ids)]
        upsert(connection, holds, rows)


def release(engine: Engine, stories: Sequence[str], *, user_id: int) -> None:
    """End a person's holds of these stories."""
    with writing(engine) as connection:
        connection.execute(delete(holds).where(holds.c.story.in_(list(stories)), holds.c.user_id == user_id))


def taken(engine: Engine, stories: Sequence[str], *, at: datetime) -> dict[str, Taken]:
    """Return who took which of these stories on and who holds it at ``at``."""
    with reading(engine) as connection:
        return _taken(connection, stories, at=at)


def story_key() -> ColumnElement[str]:
    """Return what names the story of a finding: its narrative, citation and kind, or the finding where it has no narrative."""
    told = claims.c.narrative_id + literal(":") + findings.c.passage_id + literal(":") + findings.c.kind
    return case((claims.c.narrative_id.is_(None), findings.c.id), else_=told)


def stories_of(connection: Connection, finding_ids: Sequence[str]) -> list[str]:
    """Return the stories of the queue that these findings belong to, each once."""
    asked = select(story_key()).join_from(findings, claims, claims.c.id == findings.c.claim_id)
    return sorted(set(connection.execute(asked.where(findings.c.id.in_(list(finding_ids)))).scalars()))


def require_free(connection: Connection, stories: Sequence[str], *, user_id: int, at: datetime) -> None:
    """Raise ``HeldError`` when a colleague of ``user_id`` has one of these stories before them."""
    for one in _taken(connection, stories, at=at).values():
        if one.holder not in (None, user_id):
            what = tell("%(name)s has this story open right now.", name=one.holder_name)
            raise HeldError(what, remedy="Leave it to them, or take it over and decide again.")


def _taken(connection: Connection, stories: Sequence[str], *, at: datetime) -> dict[str, Taken]:
    given = _people(connection, assignments, stories)
    held = _people(connection, holds, stories, holds.c.until > at)
    nobody = (None, "")
    return {story: Taken(*given.get(story, nobody), *held.get(story, nobody)) for story in given | held}


def _people(
    connection: Connection, table: Table, stories: Sequence[str], *where: ColumnElement[bool]
) -> dict[str, tuple[int, str]]:
    asked = select(table.c.story, users.c.id, users.c.display_name).join(users, users.c.id == table.c.user_id)
    rows = connection.execute(asked.where(table.c.story.in_(list(stories)), *where))
    return {row.story: (row.id, row.display_name) for row in rows}
