"""A feed that moved for good: followed at once, and its address changed only when the redirect has proved to last."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection, delete, insert, or_, select

from factdesk.records import Source
from factdesk.store.tables import former_addresses, raised, sources

TIMES = 3
LASTING = timedelta(days=1)
_log = structlog.get_logger("factdesk.sources")


@dataclass(frozen=True, slots=True)
class Moving:
    """Where good polls of a source were led by permanent redirects alone, since when, and how often in a row."""

    target: str | None = None
    since: datetime | None = None
    times: int = 0

    @property
    def lasts(self) -> bool:
        """Whether it has been seen often enough."""
        return self.times >= TIMES


STAYS = Moving()


def next_moving(moving: Moving, *, target: str | None, now: datetime) -> Moving:
    """Return what is known after a good poll that was led to ``target`` (``None``: nowhere else)."""
    if target is None:
        return STAYS
    if target != moving.target or moving.since is None:
        return Moving(target, now, 1)
    return Moving(target, moving.since, moving.times + 1)


def is_proved(moving: Moving, *, now: datetime) -> bool:
    """Whether the address is to be changed: three good polls in a row led there, a day or more apart."""
    return moving.since is not None and moving.times >= TIMES and now - moving.since >= LASTING


def follow(connection: Connection, source: Source, moving: Moving, *, target: str | None, now: datetime) -> dict[str, object]:
    """Return the columns of ``source`` that change, keep its old address, and note a proved move on the desk.

    An address that another source has, or had, is left to it: two sources never collide.
    """
    seen = next_moving(moving, target=target if target != source.url else None, now=now)
    told: dict[str, object] = {"moved_to": seen.target, "moved_since": seen.since, "moved_times": seen.times}
    if seen.target is None or not is_proved(seen, now=now) or holder(connection, seen.target, but=source.id) is not None:
        return told
    old = {"source_id": source.id, "url": source.url}
    connection.execute(
        delete(former_addresses).where(former_addresses.c.source_id == source.id, former_addresses.c.url == seen.target)
    )
    connection.execute(insert(former_addresses).values(**old, until=now))
    reason = f"Moved for good from {source.url} to {seen.target}."
    connection.execute(
        insert(raised).values(source_id=source.id, state="moved", reason=reason, raised_at=now, recovered_at=now)
    )
    _log.info("a source moved", source=source.id, to=seen.target)
    return {"url": seen.target, "moved_to": None, "moved_since": None, "moved_times": 0}


def holder(connection: Connection, url: str, *, but: int = 0) -> int | None:
    """Return the source, another than ``but``, that has, or had, the address ``url``."""
    present = select(sources.c.id).where(sources.c.url == url, sources.c.id != but)
    former = select(former_addresses.c.source_id).where(former_addresses.c.url == url, former_addresses.c.source_id != but)
    found = connection.execute(select(sources.c.id).where(or_(sources.c.id.in_(present), sources.c.id.in_(former)))).scalar()
    return int(found) if found is not None else None
