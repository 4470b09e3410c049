"""What is remembered of each host, so that manners outlive a restart: its robots.txt, the last request, a wait it asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from factdesk.store.tables import hosts
from factdesk.store.upsert import upsert


@dataclass(frozen=True, slots=True)
class HostState:
    """A host, or (with the ``robots_`` fields alone) the address of a file that it gives robots.

    ``robots_status`` is the HTTP status of that file, 0 when it did not answer.
    """

    host: str
    robots_status: int | None = None
    robots_body: str | None = None
    robots_fetched_at: datetime | None = None
    last_request_at: datetime | None = None
    wait_until: datetime | None = None


def load(connection: Connection, host: str) -> HostState:
    """Return what is known of ``host``; a new one has nothing."""
    row = connection.execute(select(hosts).where(hosts.c.host == host)).first()
    return HostState(**dict(row._mapping)) if row else HostState(host)  # noqa: SLF001 # SQLAlchemy's public name for it


def save(connection: Connection, states: Sequence[HostState]) -> None:
    """Keep ``states``, replacing what was known."""
    names = HostState.__dataclass_fields__
    upsert(connection, hosts, [{name: getattr(state, name) for name in names} for state in states])
