"""Sums polls up by source and day when they are old: what is counted stays countable, and the ledger stays small."""

from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import Connection, delete, func, insert, literal, select

from factdesk.store.tables import poll_days, polls


def first_kept(connection: Connection) -> datetime | None:
    """Return the midnight (UTC) from which polls are kept one by one; before it they are sums. ``None`` without polls."""
    oldest = connection.execute(select(func.min(polls.c.started_at))).scalar()
    return _midnight(oldest.date()) if oldest is not None else None


def sum_up(connection: Connection, *, before: datetime) -> int:
    """Sum up the oldest UTC day of polls that lies before an instant, in whole, and delete its rows; returns how many.

    Call it until it returns 0: one day a transaction, so that nobody waits long.
    """
    start = first_kept(connection)
    if start is None or start + timedelta(days=1) > before:
        return 0
    end = start + timedelta(days=1)
    within = (polls.c.started_at >= start) & (polls.c.started_at < end)
    sums = (func.count(), func.sum(polls.c.bytes), func.sum(polls.c.items_listed), func.sum(polls.c.items_new))
    told = select(polls.c.source_id, literal(start.date(), poll_days.c.day.type), polls.c.outcome, *sums).where(within)
    names = ["source_id", "day", "outcome", "polls", "bytes", "items_listed", "items_new"]
    connection.execute(insert(poll_days).from_select(names, told.group_by(polls.c.source_id, polls.c.outcome)))
    return connection.execute(delete(polls).where(within)).rowcount


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)
