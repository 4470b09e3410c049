"""The audit log as an administrator reads it: newest first, by person, action, subject and day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Engine, func, select, true

from factdesk.store.database import reading
from factdesk.store.tables import audit, users


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which lines to show; what is empty leaves nothing out. ``action`` may be a beginning (``statement.``)."""

    user_id: int | None = None
    action: str = ""
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One action: its number in the chain, when, who (a name that colleagues see), what, about what."""

    number: int
    at: datetime
    user_id: int | None
    by: str | None
    action: str
    subject: str
    detail: tuple[tuple[str, str], ...]


def lines(engine: Engine, chosen: AuditFilter, *, limit: int, offset: int = 0) -> tuple[list[Line], int]:
    """Return one page of lines, newest first, and how many there are in all."""
    wanted = _conditions(chosen)
    query = select(audit, users.c.display_name).outerjoin(users, users.c.id == audit.c.user_id).where(*wanted)
    with reading(engine) as connection:
        total = connection.execute(select(func.count()).select_from(audit).where(*wanted)).scalar_one()
        rows = connection.execute(query.order_by(audit.c.number.desc()).limit(limit).offset(offset)).all()
    return [
        Line(row.number, row.at, row.user_id, row.display_name, row.action, row.subject, _told(row.detail)) for row in rows
    ], total


def actions(engine: Engine) -> list[str]:
    """Return every action that the log holds, by name."""
    with reading(engine) as connection:
        return list(connection.execute(select(audit.c.action).distinct().order_by(audit.c.action)).scalars())


def _conditions(chosen: AuditFilter) -> Sequence[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [true()]
    if chosen.user_id is not None:
        wanted.append(audit.c.user_id == chosen.user_id)
    if chosen.action:
        wanted.append(audit.c.action.startswith(chosen.action, autoescape=True))
    if chosen.subject:
        wanted.append(audit.c.subject == chosen.subject)
    if chosen.since is not None:
        wanted.append(audit.c.at >= chosen.since)
    if chosen.until is not None:
        wanted.append(audit.c.at < chosen.until)
    return wanted


def _told(detail: dict[str, object]) -> tuple[tuple[str, str], ...]:
    return tuple((name, str(value)) for name, value in sorted(detail.items()) if value not in (None, ""))
