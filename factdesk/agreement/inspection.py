"""One look at everything a desk keeps: the database, the ledger, the archive and the index, part after part."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from sqlalchemy import Engine
from sqlalchemy.exc import DatabaseError

from factdesk.agreement import archived, indexed, stored
from factdesk.agreement.words import Disagreement
from factdesk.errors import IndexUnavailableError, StoreError
from factdesk.settings import Settings
from factdesk.store.database import open_store, reading
from index import Server, inspect_file, open_index
from index.base import EntryKind


class Inspection:
    """Finds disagreements, in memory that does not grow with what is kept. ``counts`` says what was looked at."""

    def __init__(self, settings: Settings, *, now: datetime | None = None) -> None:
        self.counts: Counter[str] = Counter()
        self._settings = settings
        self._now = now or datetime.now(UTC)

    def disagreements(self) -> Iterator[Disagreement]:
        """Yield each as it is found; a part that cannot be looked at is one, and does not stop the next."""
        try:
            engine = open_store(self._settings.store)
        except StoreError as error:
            yield self._found(Disagreement("store damaged", "the database", str(error)))
            return
        try:
            for part in self._parts(engine):
                yield from map(self._found, _safely(part))
        finally:
            engine.dispose()

    def _found(self, disagreement: Disagreement) -> Disagreement:
        self.counts["disagreements"] += 1
        return disagreement

    def _parts(self, engine: Engine) -> Iterator[Callable[[], Iterator[Disagreement]]]:
        def asked(question: Callable[..., Iterator[Disagreement]], **told: object) -> Callable[[], Iterator[Disagreement]]:
            def ask() -> Iterator[Disagreement]:
                with reading(engine) as connection:
                    yield from question(connection, **told)

            return ask

        yield asked(stored.damage)
        for question in (stored.items, stored.captures, stored.times):
            yield asked(question, now=self._now)
        yield lambda: archived.compare(engine, self._settings.archive, self.counts)
        yield lambda: self._indexed(engine)

    def _indexed(self, engine: Engine) -> Iterator[Disagreement]:
        try:
            inspect_file(self._settings.index, dim=self._settings.check.dimensions)
            index = open_index(self._settings.index, dim=self._settings.check.dimensions, server=Server.of(self._settings))
            try:
                for kind in EntryKind:
                    yield from indexed.compare(engine, index, kind)
            finally:
                index.close()
        except IndexUnavailableError as error:
            yield Disagreement("index away", "the index", str(error))


def _safely(part: Callable[[], Iterator[Disagreement]]) -> Iterator[Disagreement]:
    try:
        yield from part()
    except (StoreError, DatabaseError) as error:
        words = str(getattr(error, "orig", None) or error).splitlines()[0]
        yield Disagreement("store damaged", "the database", f"{words}.")
