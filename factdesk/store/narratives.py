"""Narratives in the store: which claims tell the same story, since when, and how many."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from factdesk.store.passages import unpacked
from factdesk.store.tables import claims, documents, narratives
from factdesk.store.upsert import upsert

_PIECE = 400  # identifiers in one statement: databases limit bound values


class _Narrative(NamedTuple):
    label: str
    first_at: datetime
    last_at: datetime
    size: int


@dataclass(frozen=True, slots=True, eq=False)
class ToldClaim:
    """A claim with its vector and the narrative that it tells."""

    id: str
    text: str
    language: str
    vector: NDArray[np.float32]
    published_at: datetime
    narrative_id: str


def narratives_of(connection: Connection, claim_ids: Sequence[str]) -> dict[str, str]:
    """Return the narrative of those claims that have one."""
    told: dict[str, str] = {}
    for at in range(0, len(claim_ids), _PIECE):
        wanted = claims.c.id.in_(claim_ids[at : at + _PIECE])
        rows = connection.execute(select(claims.c.id, claims.c.narrative_id).where(wanted, claims.c.narrative_id.is_not(None)))
        told.update((row.id, row.narrative_id) for row in rows)
    return told


def labels_of(connection: Connection, narrative_ids: Sequence[str]) -> dict[str, str]:
    """Return the labels (the first claims) of narratives."""
    return {key: one.label for key, one in _known(connection, narrative_ids).items()}


def put_narratives(connection: Connection, seen: Sequence[tuple[str, str, datetime]]) -> None:
    """Count claims (narrative id, text, when published) into their narratives; the first claim of a new one is its label."""
    known = _known(connection, list(dict.fromkeys(narrative_id for narrative_id, _, _ in seen)))
    grown: dict[str, _Narrative] = {}
    for narrative_id, text, at in seen:
        before = grown.get(narrative_id) or known.get(narrative_id) or _Narrative(text, at, at, 0)
        grown[narrative_id] = _Narrative(before.label, min(before.first_at, at), max(before.last_at, at), before.size + 1)
    rows = [
        {"id": key, "label": one.label, "first_at": one.first_at, "last_at": one.last_at, "size": one.size}
        for key, one in grown.items()
    ]
    upsert(connection, narratives, rows, keep=("label",))


def _known(connection: Connection, narrative_ids: Sequence[str]) -> dict[str, _Narrative]:
    columns = (narratives.c.label, narratives.c.first_at, narratives.c.last_at, narratives.c.size)
    known: dict[str, _Narrative] = {}
    for at in range(0, len(narrative_ids), _PIECE):
        wanted = narratives.c.id.in_(narrative_ids[at : at + _PIECE])
        rows = connection.execute(select(narratives.c.id, *columns).where(wanted))
        known.update((row.id, _Narrative(row.label, row.first_at, row.last_at, row.size)) for row in rows)
    return known


def members(connection: Connection, *, since: datetime) -> Iterator[ToldClaim]:
    """Stream the claims stored since then that have a narrative, oldest first."""
    rows = connection.execute(
        select(claims.c.id, claims.c.text, claims.c.language, claims.c.vector, claims.c.narrative_id, documents.c.published_at)
        .join(documents, documents.c.id == claims.c.document_id)
        .where(claims.c.created_at >= since, claims.c.narrative_id.is_not(None), claims.c.vector.is_not(None))
        .order_by(claims.c.created_at, claims.c.id)
    )
    for row in rows:
        vector = unpacked(row.vector)
        if vector is not None and vector.size:
            yield ToldClaim(row.id, row.text, row.language, vector, row.published_at, row.narrative_id)
