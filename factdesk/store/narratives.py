"""Narratives in the store: which claims tell the same story, since when, and how many."""

from collections.abc import Iterator, Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, insert, select, update

from factdesk.store.passages import unpacked
from factdesk.store.tables import claims, documents, narratives

_PIECE = 400  # identifiers in one statement: databases limit bound values


def narratives_of(connection: Connection, claim_ids: Sequence[str]) -> dict[str, str]:
    """Return the narrative of those claims that have one."""
    told: dict[str, str] = {}
    for at in range(0, len(claim_ids), _PIECE):
        wanted = claims.c.id.in_(claim_ids[at : at + _PIECE])
        rows = connection.execute(select(claims.c.id, claims.c.narrative_id).where(wanted, claims.c.narrative_id.is_not(None)))
        told.update((row.id, row.narrative_id) for row in rows)
    return told


def put_narratives(connection: Connection, seen: Sequence[tuple[str, str, datetime]]) -> None:
    """Count claims (narrative id, text, when published) into their narratives; the first claim of a new one is its label."""
    for narrative_id, text, at in seen:
        known = connection.execute(select(narratives).where(narratives.c.id == narrative_id)).first()
        if known is None:
            row = {"id": narrative_id, "label": text, "first_at": at, "last_at": at, "size": 1}
            connection.execute(insert(narratives).values(**row))
            continue
        values = {"first_at": min(known.first_at, at), "last_at": max(known.last_at, at), "size": known.size + 1}
        connection.execute(update(narratives).where(narratives.c.id == narrative_id).values(**values))


def members(connection: Connection, *, since: datetime) -> Iterator[tuple[str, str, NDArray[np.float32], datetime, str]]:
    """Stream (claim id, text, vector, when published, narrative id) of claims stored since then, oldest first."""
    rows = connection.execute(
        select(claims.c.id, claims.c.text, claims.c.vector, claims.c.narrative_id, documents.c.published_at)
        .join(documents, documents.c.id == claims.c.document_id)
        .where(claims.c.created_at >= since, claims.c.narrative_id.is_not(None), claims.c.vector.is_not(None))
        .order_by(claims.c.created_at, claims.c.id)
    )
    for row in rows:
        vector = unpacked(row.vector)
        if vector is not None and vector.size:
            yield row.id, row.text, vector, row.published_at, row.narrative_id
