"""The last polls of some sources, line by line, with what became of the items that each listed first."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, func, select

from factdesk.records import Outcome
from factdesk.store.tables import items, polls

_REFUSED = frozenset({Outcome.REFUSED_ROBOTS, Outcome.REFUSED_OPT_OUT, Outcome.REFUSED_ADDRESS, Outcome.GONE})
_FAILED = frozenset({Outcome.QUARANTINED, Outcome.FAILED})


@dataclass(frozen=True, slots=True)
class PollLine:
    """One poll of a source. ``refused`` and ``failed`` are items that it listed first and that ended so since."""

    at: datetime
    outcome: str
    status: int | None
    bytes: int
    listed: int
    new: int
    unchanged: int
    refused: int = 0
    failed: int = 0
    reason: str = ""
    due_at: datetime | None = None
    finished_at: datetime | None = None
    next_due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SourceLines:
    """The last polls of a source, newest first, and how its items ended (``open`` those that wait), most first."""

    last: tuple[PollLine, ...] = ()
    items: dict[str, int] = field(default_factory=dict)


def lines_of(connection: Connection, ids: Sequence[int], *, each: int = 5) -> dict[int, SourceLines]:
    """Return the last ``each`` polls and the items of the sources ``ids``: a page of them, not all."""
    if not ids:
        return {}
    ended = connection.execute(
        select(items.c.source_id, func.coalesce(items.c.outcome, "open").label("outcome"), func.count().label("number"))
        .where(items.c.source_id.in_(ids))
        .group_by(items.c.source_id, items.c.outcome)
        .order_by(func.count().desc())
    ).all()
    told: dict[int, dict[str, int]] = {}
    for row in ended:
        told.setdefault(row.source_id, {})[row.outcome] = row.number
    return {number: SourceLines(_last(connection, number, each), told.get(number, {})) for number in ids}


def _last(connection: Connection, source_id: int, limit: int) -> tuple[PollLine, ...]:
    newest = polls.c.started_at.desc(), polls.c.id.desc()
    rows = connection.execute(select(polls).where(polls.c.source_id == source_id).order_by(*newest).limit(limit)).all()
    ended = select(items.c.poll_id, items.c.outcome, func.count()).where(items.c.poll_id.in_([row.id for row in rows]))
    refused: dict[int, int] = {}
    failed: dict[int, int] = {}
    for number, outcome, count in connection.execute(ended.group_by(items.c.poll_id, items.c.outcome)):
        if outcome in _REFUSED:
            refused[number] = refused.get(number, 0) + count
        elif outcome in _FAILED:
            failed[number] = failed.get(number, 0) + count
    return tuple(
        PollLine(
            at=row.started_at,
            outcome=row.outcome,
            status=row.status,
            bytes=row.bytes,
            listed=row.items_listed,
            new=row.items_new,
            unchanged=row.items_unchanged,
            refused=row.items_refused + refused.get(row.id, 0),
            failed=failed.get(row.id, 0),
            reason=row.reason,
            due_at=row.due_at,
            finished_at=row.finished_at,
            next_due_at=row.next_due_at,
        )
        for row in rows
    )
