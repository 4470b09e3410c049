"""The last polls of some sources, line by line, with what became of the items that each listed first."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, Row, func, select

from factdesk.records import Outcome
from factdesk.store.tables import items, polls, sources

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
    last = _last(connection, ids, each)
    return {number: SourceLines(tuple(last.get(number, ())), told.get(number, {})) for number in ids}


def _last(connection: Connection, ids: Sequence[int], limit: int) -> dict[int, list[PollLine]]:
    """Return the last polls of each source, as many queries for a hundred sources as for one."""
    of = polls.alias()
    newest = select(of.c.id).where(of.c.source_id == sources.c.id).order_by(of.c.started_at.desc(), of.c.id.desc()).limit(limit)
    asked = select(polls).join_from(sources, polls, polls.c.id.in_(newest.correlate(sources).scalar_subquery()))
    asked = asked.where(sources.c.id.in_(ids)).order_by(polls.c.started_at.desc(), polls.c.id.desc())
    rows = connection.execute(asked).all()
    refused, failed = _lost(connection, [row.id for row in rows])
    told: dict[int, list[PollLine]] = {}
    for row in rows:
        told.setdefault(row.source_id, []).append(_line(row, refused=refused[row.id], failed=failed[row.id]))
    return told


def _lost(connection: Connection, poll_ids: Sequence[int]) -> tuple[Counter[int], Counter[int]]:
    """Return by poll how many of the items that it listed first were refused, and how many failed."""
    ended = select(items.c.poll_id, items.c.outcome, func.count()).where(items.c.poll_id.in_(poll_ids))
    refused, failed = Counter[int](), Counter[int]()
    for number, outcome, count in connection.execute(ended.group_by(items.c.poll_id, items.c.outcome)):
        if outcome in _REFUSED:
            refused[number] += count
        elif outcome in _FAILED:
            failed[number] += count
    return refused, failed


def _line(row: Row[tuple[object, ...]], *, refused: int, failed: int) -> PollLine:
    return PollLine(
        at=row.started_at,
        outcome=row.outcome,
        status=row.status,
        bytes=row.bytes,
        listed=row.items_listed,
        new=row.items_new,
        unchanged=row.items_unchanged,
        refused=row.items_refused + refused,
        failed=failed,
        reason=row.reason,
        due_at=row.due_at,
        finished_at=row.finished_at,
        next_due_at=row.next_due_at,
    )
