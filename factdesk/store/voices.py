"""The key behind voices: distinct accounts can be counted within a week, and never be told again after it."""

import secrets as randomness
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from factdesk.store.tables import secrets


def voice_key(connection: Connection, *, now: datetime) -> bytes:
    """Return this ISO week's key (32 random bytes), made at its first use; older keys are destroyed."""
    year, week, _ = now.isocalendar()
    name = f"voice-{year}-W{week:02}"
    connection.execute(delete(secrets).where(secrets.c.name.like("voice-%"), secrets.c.name != name))
    found = connection.execute(select(secrets.c.value).where(secrets.c.name == name)).scalar()
    if found is None:
        found = randomness.token_bytes(32)
        connection.execute(insert(secrets).values(name=name, value=found, created_at=now))
    return bytes(found)
