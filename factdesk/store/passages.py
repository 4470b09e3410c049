"""The library in the store: fact-checks and evidence passages, with their vectors."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Row, delete, func, select

from factdesk.records import Passage, PassageKind
from factdesk.store.tables import passages
from factdesk.store.upsert import upsert

_PIECE = 400  # identifiers in one statement: databases limit bound values


def passage_from(row: Row[tuple[object, ...]]) -> Passage:
    """Return the passage of a row that carries all columns of ``passages``."""
    m = row._mapping  # noqa: SLF001 # SQLAlchemy's documented accessor
    return Passage(
        id=m[passages.c.id],
        kind=PassageKind(m[passages.c.kind]),
        text=m[passages.c.text],
        url=m[passages.c.url],
        publisher=m[passages.c.publisher],
        language=m[passages.c.language],
        title=m[passages.c.title],
        detail=m[passages.c.detail],
        rating=m[passages.c.rating],
        rating_value=m[passages.c.rating_value],
        published_at=m[passages.c.published_at],
        document_id=m[passages.c.document_id],
        event=m[passages.c.event],
    )


def known_passages(connection: Connection, ids: Sequence[str]) -> dict[str, Passage]:
    """Return those of ``ids`` that the library holds."""
    found: dict[str, Passage] = {}
    for at in range(0, len(ids), _PIECE):
        rows = connection.execute(select(passages).where(passages.c.id.in_(ids[at : at + _PIECE])))
        found.update((row.id, passage_from(row)) for row in rows)
    return found


def vectors_of(connection: Connection, ids: Sequence[str]) -> dict[str, NDArray[np.float32]]:
    """Return the vectors of those of ``ids`` that the library holds."""
    found: dict[str, NDArray[np.float32]] = {}
    for at in range(0, len(ids), _PIECE):
        rows = connection.execute(select(passages.c.id, passages.c.vector).where(passages.c.id.in_(ids[at : at + _PIECE])))
        found.update((row.id, vector) for row in rows if (vector := unpacked(row.vector)) is not None)
    return found


def put_passages(connection: Connection, entries: Iterable[tuple[Passage, NDArray[np.float32]]], *, at: datetime) -> None:
    """Store passages with their vectors (kept as float16); one that is there already is replaced in place."""
    rows = [{**_row(passage), "vector": packed(vector), "added_at": at} for passage, vector in entries]
    if rows:
        upsert(connection, passages, rows)


def passages_of(connection: Connection, document_id: str) -> list[str]:
    """Return the ids of the evidence passages that were read from one document."""
    return list(connection.execute(select(passages.c.id).where(passages.c.document_id == document_id)).scalars())


def drop_passages(connection: Connection, ids: Sequence[str]) -> None:
    """Forget passages that nothing cites any more."""
    connection.execute(delete(passages).where(passages.c.id.in_(ids)))


def all_passages(connection: Connection) -> Iterator[tuple[Passage, NDArray[np.float32] | None, datetime]]:
    """Stream the whole library with its vectors and when each entry was added."""
    rows = connection.execution_options(yield_per=500).execute(select(passages).order_by(passages.c.id))
    for row in rows:
        yield passage_from(row), unpacked(row.vector), row.added_at


def count_passages(connection: Connection) -> dict[PassageKind, int]:
    """Return how many fact-checks and evidence passages there are."""
    rows = connection.execute(select(passages.c.kind, func.count()).group_by(passages.c.kind))
    return {PassageKind(kind): number for kind, number in rows}


def packed(vector: NDArray[np.float32]) -> bytes:
    """Return a vector as float16 bytes (relative error below 0.1 %)."""
    return vector.astype(np.float16).tobytes()


def unpacked(blob: bytes | None) -> NDArray[np.float32] | None:
    """Return the vector that ``packed`` made."""
    return None if blob is None else np.frombuffer(blob, dtype=np.float16).astype(np.float32)


def _row(passage: Passage) -> dict[str, object]:
    return {
        "id": passage.id,
        "kind": passage.kind.value,
        "text": passage.text,
        "url": passage.url,
        "publisher": passage.publisher,
        "language": passage.language,
        "title": passage.title,
        "detail": passage.detail,
        "rating": passage.rating,
        "rating_value": passage.rating_value,
        "published_at": passage.published_at,
        "document_id": passage.document_id,
        "event": passage.event,
    }
