"""Rebuilds the search index from the store: the index is derived, so it can always be made again."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine

from factdesk.entries import claim_entry, document_entry, passage_entry, source_name
from factdesk.errors import IndexUnavailableError
from factdesk.records import Claim, Document
from factdesk.settings import Settings
from factdesk.store import documents as stored
from factdesk.store.database import open_store, reading
from factdesk.store.passages import all_passages
from factdesk.store.sources import list_sources
from index import Server, discard_index, open_index
from index.base import Entry, EntryKind, SearchIndex

_BATCH = 500
_T = TypeVar("_T")


def reindex(settings: Settings) -> dict[EntryKind, int]:
    """Clear the index and fill it from the store in flat memory; return what it holds then."""
    engine = open_store(settings.store)
    index = _opened(settings)
    try:
        index.clear()
        for batch in _batches(_passage_entries(engine)):
            index.add(batch)
        for batch in _batches(_document_entries(engine)):
            index.add(batch)
        return index.counts()
    finally:
        _close(index, engine)


def _opened(settings: Settings) -> SearchIndex:
    try:
        return open_index(settings.index, dim=settings.check.dimensions, server=Server.of(settings))
    except IndexUnavailableError:
        discard_index(settings.index, server=Server.of(settings))  # a damaged file; a server that is away raises again
        return open_index(settings.index, dim=settings.check.dimensions, server=Server.of(settings))


def _passage_entries(engine: Engine) -> Iterator[Entry]:
    with reading(engine) as connection:
        for passage, vector, _ in all_passages(connection):
            if vector is not None:
                yield passage_entry(passage, vector)


def _document_entries(engine: Engine) -> Iterator[Entry]:
    names = {source.id: source_name(source) for source in list_sources(engine)}
    with reading(engine) as outer, reading(engine) as inner:
        for batch in _batches(stored.all_documents(outer)):
            ids = [document.id for document in batch]
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


def _batches(values: Iterable[_T]) -> Iterator[list[_T]]:
    stream = iter(values)
    while batch := list(islice(stream, _BATCH)):
        yield batch


def _close(index: SearchIndex, engine: Engine) -> None:
    index.close()
    engine.dispose()
