"""The JSON API, the audit log: who did what and when, and whether its chain holds."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from dashboards._desk import TheDesk
from dashboards.api._calls import MISTAKES, Scoped
from factdesk.accounts.tokens import Scope
from factdesk.store import audit
from factdesk.store.audit_view import AuditFilter, lines
from factdesk.store.users import User

router = APIRouter(prefix="/api/v1", responses=MISTAKES)
Auditor = Annotated[User, Depends(Scoped(Scope.READ_AUDIT))]
Short = Annotated[str, Query(max_length=80)]


class LineOut(BaseModel):
    """One line of the audit log."""

    number: int
    at: str
    user: int | None
    action: str
    subject: str
    detail: dict[str, str]


class AuditOut(BaseModel):
    """One page of the audit log, newest first."""

    total: int
    lines: list[LineOut]


class BreakOut(BaseModel):
    """One place where the chain does not hold."""

    number: int
    why: str


class CheckOut(BaseModel):
    """Whether the chain holds, how many lines it has, and where it is broken."""

    holds: bool
    length: int
    breaks: list[BreakOut]


@router.get("/audit")
def audit_log(  # noqa: PLR0913 # each filter is a parameter of the address
    *,
    desk: TheDesk,
    user: Auditor,
    person: Annotated[int | None, Query(ge=1, le=2_147_483_647)] = None,
    action: Short = "",
    subject: Short = "",
    since: date | None = None,
    until: date | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> AuditOut:
    """Give one page of the audit log, newest first; ``action`` may be a beginning (``statement.``); days are those of UTC."""
    del user
    asked = AuditFilter(person, action, subject, _begins(since), _begins(until, days=1))
    found, total = lines(desk.engine, asked, limit=limit, offset=offset)
    told = [
        LineOut(
            number=one.number,
            at=one.at.isoformat(),
            user=one.user_id,
            action=one.action,
            subject=one.subject,
            detail=dict(one.detail),
        )
        for one in found
    ]
    return AuditOut(total=total, lines=told)


@router.get("/audit/check")
def check_chain(*, desk: TheDesk, user: Auditor) -> CheckOut:
    """Compute the whole chain again; it finds any line that was altered, removed or reordered."""
    del user
    breaks = [BreakOut(number=one.number, why=one.why) for one in audit.verify(desk.engine)]
    return CheckOut(holds=not breaks, length=audit.length(desk.engine), breaks=breaks)


def _begins(day: date | None, *, days: int = 0) -> datetime | None:
    """Return when a day, or one ``days`` later, begins; the last day that there is has no later one."""
    if day is None or (days and day == date.max):
        return None
    return datetime.combine(day + timedelta(days=days), time(), tzinfo=UTC)
