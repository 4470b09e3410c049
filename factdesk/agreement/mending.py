"""Mends what is safe to mend: makes things due again, gives captures back, cuts half-written ends. It deletes no record."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine

from crawlers._archive import Archive, repair
from factdesk.settings import Settings
from factdesk.store import soundness, voices
from factdesk.store.database import open_store, reading, writing


def mend(settings: Settings, *, now: datetime | None = None) -> Iterator[str]:
    """Mend, and say what was mended, a line each. Beside running processes too. Raises ``StoreError``."""
    at = now or datetime.now(UTC)
    engine = open_store(settings.store)
    try:
        with writing(engine) as connection:
            done = {
                "items are due again": soundness.reopen_stuck(connection, now=at),
                "sources are due again": soundness.reopen_sources(connection, now=at),
                "captures were given back": soundness.free_claims(connection, now=at),
                "keys behind voices were destroyed": voices.destroy_old_keys(connection, now=at),
            }
        yield from (f"{number} {words}." for words, number in done.items() if number)
        yield from _cut(engine, settings.archive)
    finally:
        engine.dispose()


def _cut(engine: Engine, folder: Path) -> Iterator[str]:
    """Cut half-written ends, save where the store says that a record begins there: that one may yet be restored."""
    for path in Archive(folder).files():
        with reading(engine) as connection:
            last = soundness.last_offset(connection, path.name)
        if cut := repair(path, keep=last + 1):
            yield f"{path.name}: {cut} bytes of a half-written record were cut off."
