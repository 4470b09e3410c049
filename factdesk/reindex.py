"""Rebuilds the search index from the store: the index is derived, so it can always be made again."""

import contextlib
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine

from factdesk.entries import claim_entry, document_entry, passage_entry, source_name
from factdesk.errors import EntriesRefusedError
from factdesk.records import Claim, Document
from factdesk.settings import Settings
from factdesk.store import documents as stored
from factdesk.store import soundness
from factdesk.store.database import open_store, reading
from factdesk.store.passages import all_passages
from factdesk.store.sources import list_sources
from index import Server
from index.base import Entry, EntryKind
from index.rebuild import Rebuild, adapt_index, begin_rebuild

_BATCH = 1_000  # entries written at once: half a second, for which other writers wait
_READ = 500
Report = Callable[[int], None]
_T = TypeVar("_T")


def reindex(settings: Settings, *, report: Report | None = None) -> dict[EntryKind, int]:
    """Build the index anew from the store beside the one that serves, and put it in its place; return what it holds then.

    In flat memory. Searches go on with the old one until then, and what arrives meanwhile is in both. A rebuild that was cut
    off is gone on with. ``report`` is told after each batch how many entries were taken. Raises ``IndexUnavailableError``.
    """
    engine = open_store(settings.store)
    try:
        rebuild = begin_rebuild(settings.index, dim=settings.check.dimensions, server=Server.of(settings))
        try:
            _fill(rebuild, engine, report=report)
            while _drop_strangers(rebuild, engine):
                _fill(rebuild, engine, report=report)
            counts = rebuild.index.counts()
            rebuild.commit()
        finally:
            rebuild.close()
    finally:
        engine.dispose()
    return counts


def abandon(settings: Settings) -> None:
    """Delete what an unfinished rebuild has made; what serves stays."""
    begin_rebuild(settings.index, dim=settings.check.dimensions, server=Server.of(settings)).abandon()


def migrate(settings: Settings, *, report: Report | None = None) -> dict[EntryKind, int] | None:
    """Bring the index up to this version and these settings; return its counts when it had to be built anew for that."""
    if adapt_index(settings.index, dim=settings.check.dimensions, server=Server.of(settings)):
        return None
    return reindex(settings, report=report)


def _fill(rebuild: Rebuild, engine: Engine, *, report: Report | None) -> None:
    taken = 0
    for entries in (_passage_entries(engine), _document_entries(engine)):
        for batch in _ahead(_batches(entries)):
            with contextlib.suppress(EntriesRefusedError):  # logged by name; all others are in
                rebuild.fill(batch)
            taken += len(batch)
            if report is not None:
                report(taken)


def _drop_strangers(rebuild: Rebuild, engine: Engine) -> bool:
    """Remove what was dropped from the store after the rebuild had read it: its removal may have come too early.

    Return whether some of it was back in the store when it had been removed.
    """
    back = False
    for kind in EntryKind:
        after = ""
        while ids := rebuild.index.ids(kind, after=after):
            after = ids[-1]
            gone = sorted(set(ids) - _known(engine, kind, ids))
            rebuild.index.remove(gone)
            back = back or bool(_known(engine, kind, gone))
    return back


def _known(engine: Engine, kind: EntryKind, ids: Sequence[str]) -> set[str]:
    with reading(engine) as connection:
        return soundness.known_ids(connection, kind.value, ids)


def _passage_entries(engine: Engine) -> Iterator[Entry]:
    with reading(engine) as connection:
        for passage, vector, _ in all_passages(connection):
            if vector is not None:
                yield passage_entry(passage, vector)


def _document_entries(engine: Engine) -> Iterator[Entry]:
    names: dict[int, str] = {}
    with reading(engine) as outer, reading(engine) as inner:
        for batch in _batches(stored.all_documents(outer), of=_READ):
            ids = [document.id for document in batch]
            if not {document.source_id for document in batch} <= names.keys():  # sources are added while this runs
                names |= {source.id: source_name(source) for source in list_sources(engine)}
            claims, told = stored.claims_of(inner, ids), stored.findings_of(inner, ids)
            for document in batch:
                found = _Told(tuple(claims.get(document.id, ())), tuple(told.get(document.id, ())))
                yield from _entries(document, found, source=names[document.source_id])


@dataclass(frozen=True, slots=True)
class _Told:
    """What the store knows of one document: its claims with vectors, and (claim id, finding kind, narrative id)."""

    claims: tuple[tuple[Claim, NDArray[np.float32]], ...]
    findings: tuple[tuple[str, str, str | None], ...]


def _entries(document: Document, told: _Told, *, source: str) -> Iterator[Entry]:
    found = {claim_id: (kind, narrative) for claim_id, kind, narrative in told.findings}
    flagged = [narrative for kind, narrative in found.values() if narrative and kind in ("repeats", "distorts")]
    yield document_entry(
        document, source=source, findings=[kind for kind, _ in found.values()], narrative=flagged[0] if flagged else None
    )
    for claim, vector in told.claims:
        kind, narrative = found.get(claim.id, ("unchecked", None))
        yield claim_entry(claim, document, vector, source=source, finding=kind, narrative=narrative)


def _batches(values: Iterable[_T], *, of: int = 0) -> Generator[list[_T]]:
    stream = iter(values)
    while batch := list(islice(stream, of or _BATCH)):
        yield batch


def _ahead(values: Generator[_T]) -> Iterator[_T]:
    """Yield ``values``, of which a thread makes the next one meanwhile."""
    with ThreadPoolExecutor(max_workers=1) as ahead:
        try:
            following = ahead.submit(next, values, None)
            while (value := following.result()) is not None:
                following = ahead.submit(next, values, None)
                yield value
        finally:
            ahead.submit(values.close).result()
