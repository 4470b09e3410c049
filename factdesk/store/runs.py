"""When the collector ran, so that a time in which nothing was polled is written down and no gap is silent."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, func, insert, literal, null, select, update

from factdesk.records import Outcome
from factdesk.store.ledger import Poll, record_poll
from factdesk.store.sources import Polling
from factdesk.store.tables import collector_runs, polls, sources

SEEN_EVERY = timedelta(minutes=1)
_NOT_RUNNING = "the collector was not running"
_LATE = "the collector was late, with a locked store or too much in hand"


def start_run(connection: Connection, *, now: datetime, only: frozenset[int] = frozenset()) -> int:
    """Enter a run of the collector, and for each source that was due while none ran one row that says so.

    Returns the number of the run. Such a source is due now, so that the row and its next poll tell of different times.
    """
    missed = sources.c.enabled & (sources.c.next_due_at <= now - SEEN_EVERY)
    if only:
        missed &= sources.c.id.in_(only)
    seen = connection.execute(select(func.max(collector_runs.c.seen_at))).scalar()
    reason = _reason(seen, now=now, why=_NOT_RUNNING)
    told = select(sources.c.id, sources.c.next_due_at, sources.c.next_due_at, literal(now, polls.c.started_at.type))
    told = told.add_columns(literal(now, polls.c.started_at.type), literal(Outcome.MISSED.value), literal(reason))
    told = told.add_columns(*(literal(0) for _ in range(5))).where(missed)
    names = ["source_id", "due_at", "started_at", "finished_at", "next_due_at", "outcome", "reason"]
    names += ["bytes", "items_listed", "items_new", "items_unchanged", "items_refused"]
    connection.execute(insert(polls).from_select(names, told, include_defaults=False))
    connection.execute(update(sources).where(missed).values(next_due_at=now))
    made = connection.execute(insert(collector_runs).values(started_at=now, seen_at=now, stopped_at=null()))
    return int(made.inserted_primary_key[0]) if made.inserted_primary_key else 0


def keep_run(connection: Connection, run: int, *, now: datetime, stopped: bool = False) -> None:
    """Note that a run is still alive, or that it ended in good order."""
    values = {"seen_at": now} | ({"stopped_at": now} if stopped else {})
    connection.execute(update(collector_runs).where(collector_runs.c.id == run).values(**values))


def note_late(connection: Connection, polling: Polling, *, started: datetime) -> None:
    """Write down that a poll was not begun within its interval, before the poll itself is recorded."""
    due = polling.next_due_at
    if due is None or polling.polls == 0 or started - due <= max(timedelta(seconds=polling.interval_s), SEEN_EVERY):
        return
    seen = connection.execute(select(func.max(collector_runs.c.seen_at))).scalar()
    why = _LATE if seen is not None and seen >= started - 2 * SEEN_EVERY else _NOT_RUNNING
    reason = _reason(due, now=started, why=why)
    record_poll(
        connection, Poll(polling.source.id, due, started, Outcome.MISSED, reason=reason, due_at=due, next_due_at=started)
    )


def last_seen(connection: Connection) -> datetime | None:
    """Return when a collector was last known to run."""
    return connection.execute(select(func.max(collector_runs.c.seen_at))).scalar()


def _reason(since: datetime | None, *, now: datetime, why: str) -> str:
    begin = f"from {since:%Y-%m-%d %H:%M} " if since else ""
    return f"Not polled {begin}to {now:%Y-%m-%d %H:%M} UTC: {why}."
