"""The audit log for an administrator: who did what and when, with filters in the address, and whether the chain holds."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from dashboards._desk import TheDesk
from dashboards.auth import Auditor
from factdesk.errors import QueryError
from factdesk.messages import tell
from factdesk.store import audit
from factdesk.store.audit_view import AuditFilter, actions, lines
from factdesk.store.users import list_users

router = APIRouter(include_in_schema=False)
_ROWS = 100
Short = Annotated[str, Query(max_length=80)]


@router.get("/audit")
def show_audit(  # noqa: PLR0913 # each filter is a parameter of the address
    request: Request,
    *,
    desk: TheDesk,
    session: Auditor,
    person: Short = "",
    action: Short = "",
    subject: Short = "",
    since: Short = "",
    until: Short = "",
    check: Annotated[bool, Query()] = False,
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """Show a hundred lines, newest first; ``check`` computes the whole chain again."""
    del session
    chosen = {"person": person, "action": action, "subject": subject, "since": since, "until": until}
    asked = AuditFilter(_number(person), action, subject, _day(since), _day(until, days=1))
    found, total = lines(desk.engine, asked, limit=_ROWS, offset=(page - 1) * _ROWS)
    values = {
        "chosen": chosen,
        "found": found,
        "total": total,
        "page": page,
        "pages": max(1, -(-total // _ROWS)),
        "everybody": list_users(desk.engine),
        "actions": actions(desk.engine),
        "breaks": audit.verify(desk.engine) if check else None,
    }
    return desk.render(request, "audit.html", values)


def _number(text: str) -> int | None:
    if not text:
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def _day(text: str, *, days: int = 0) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC) + timedelta(days=days)
    except (ValueError, OverflowError) as error:
        raise QueryError(tell("%(word)s is not a day.", word=text[:20]), remedy="Write it as 2026-01-31.") from error
