"""The key behind voices: distinct accounts can be counted within a week, and never be told again after it."""

import secrets as randomness
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from factdesk.store.tables import secrets


def voice_key(connection: Connection, *, now: datetime) -> bytes:
    """Return this ISO week's key (32 random bytes), made at its first use; older keys are destroyed."""
    name = key_name(now)
    destroy_old_keys(connection, now=now)
    found = connection.execute(select(secrets.c.value).where(secrets.c.name == name)).scalar()
    if found is None:
        found = randomness.token_bytes(32)
        connection.execute(insert(secrets).values(name=name, value=found, created_at=now))
    return bytes(found)


def destroy_old_keys(connection: Connection, *, now: datetime) -> int:
    """Destroy the keys of other weeks; return how many."""
    old = secrets.c.name.like("voice-%") & (secrets.c.name != key_name(now))
    return connection.execute(delete(secrets).where(old)).rowcount


def key_name(now: datetime) -> str:
    """Return the name of the key of the week of ``now``."""
    year, week, _ = now.isocalendar()
    return f"voice-{year}-W{week:02}"
