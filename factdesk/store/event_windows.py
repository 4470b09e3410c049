"""Times of an event in which its sources are polled more often; manners (robots.txt, a host's delay) hold all the same."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Row, delete, select, update

from factdesk.errors import NotFoundError, StateError
from factdesk.store.pace import SHORTEST_S, Boost
from factdesk.store.tables import event_windows, sources
from factdesk.store.upsert import upsert


@dataclass(frozen=True, slots=True)
class EventWindow:
    """A time of an event: its sources are polled at least every ``interval_s`` from ``starts_at`` to ``ends_at``."""

    name: str
    starts_at: datetime
    ends_at: datetime
    interval_s: int
    sources: int = 0

    @property
    def boost(self) -> Boost:
        """What it asks of a source's pace."""
        return Boost(self.starts_at, self.ends_at, self.interval_s)


def list_windows(connection: Connection) -> list[EventWindow]:
    """Return all windows by their beginning, each with its number of enabled sources."""
    rows = connection.execute(select(event_windows).order_by(event_windows.c.starts_at, event_windows.c.name)).all()
    tagged = connection.execute(select(sources.c.event).where(sources.c.enabled, sources.c.event.is_not(None))).scalars().all()
    return [_window(row, number=tagged.count(row.name)) for row in rows]


def boost_of(connection: Connection, event: str | None, *, now: datetime) -> Boost | None:
    """Return what the window of ``event`` asks for, when it has not ended."""
    if event is None:
        return None
    query = select(event_windows).where(event_windows.c.name == event, event_windows.c.ends_at > now)
    row = connection.execute(query).first()
    return _window(row).boost if row else None


def set_window(connection: Connection, window: EventWindow, *, now: datetime) -> int:
    """Keep the window of an event (one each, replaced) and bring forward polls that would come too late for it.

    Returns how many sources it has. Raises ``StateError`` when it ends before it begins.
    """
    if window.ends_at <= window.starts_at:
        raise StateError(f"The time of {window.name} ends before it begins.", remedy="Give an end after the beginning.")
    row = {"name": window.name, "starts_at": window.starts_at, "ends_at": window.ends_at, "interval_s": window.interval_s}
    upsert(connection, event_windows, [row])
    tagged = sources.c.enabled & (sources.c.event == window.name)
    rows = connection.execute(
        select(sources.c.id, sources.c.place, sources.c.failures, sources.c.next_due_at).where(tagged)
    ).all()
    begins = max(now, window.starts_at)
    for source in rows:
        wanted = begins + timedelta(seconds=source.place * max(SHORTEST_S, window.interval_s))
        if not source.failures and window.ends_at > now and source.next_due_at is not None and source.next_due_at > wanted:
            connection.execute(update(sources).where(sources.c.id == source.id).values(next_due_at=wanted))
    return len(rows)


def remove_window(connection: Connection, name: str) -> None:
    """Take the window of an event back. Raises ``NotFoundError``."""
    if not connection.execute(delete(event_windows).where(event_windows.c.name == name)).rowcount:
        raise NotFoundError(f"No time is set for the event {name!r}.", remedy="See them with: factdesk events list.")


def _window(row: Row[tuple[object, ...]], *, number: int = 0) -> EventWindow:
    return EventWindow(row.name, row.starts_at, row.ends_at, row.interval_s, number)
