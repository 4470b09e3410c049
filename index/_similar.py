"""Entries that mean about what a sentence says: what counts as such, for both engines."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from index._mapping import Json
from index.base import EntryKind

LEAST_ALIKE = 0.5
MOST_ALIKE = 200
SIMILAR_WEIGHT = 10.0
_LOOKED_AT = 500
_COSINE = "Math.max(0, cosineSimilarity(params.asked, 'vector'))"


def with_documents(connection: sqlite3.Connection, found: Sequence[tuple[float, int]]) -> dict[int, float]:
    """Return how much each entry is alike, nearest first given; a document counts as its nearest claim."""
    alike = {entry: value for value, entry in reversed(found)}
    query = (
        "SELECT c.entry, d.entry FROM entries c JOIN entries d ON d.id = c.document_id"
        " WHERE c.entry IN (SELECT value FROM json_each(?))"
    )
    rows = connection.execute(query, (json.dumps([entry for _, entry in found]),)).fetchall()
    documents: dict[int, float] = {}
    for claim, document in rows:
        documents[document] = max(alike[claim], documents.get(document, 0.0))
    return documents | alike


def nearest(vector: list[float]) -> dict[str, Json]:
    """Return the search of Elasticsearch for the nearest entries, by its rounded vectors."""
    asked: list[Json] = [*vector]
    nearest: Json = {"field": "vector", "query_vector": asked, "k": MOST_ALIKE, "num_candidates": _LOOKED_AT}
    return {"knn": nearest, "size": MOST_ALIKE, "_source": False}


def weighed(vector: list[float], ids: Sequence[str]) -> dict[str, Json]:
    """Return the search of Elasticsearch for the exact cosines of some entries."""
    asked: list[Json] = [*vector]
    script: Json = {"source": _COSINE, "params": {"asked": asked}}
    chosen: Json = {"bool": {"filter": [{"ids": {"values": [*ids]}}]}}
    return {
        "query": {"script_score": {"query": chosen, "script": script}},
        "size": len(ids),
        "min_score": LEAST_ALIKE,
        "_source": ["kind", "document_id"],
    }


def likest(found: Sequence[tuple[float, str, Mapping[str, Any]]]) -> dict[str, float]:
    """Return how much each of the entries found is alike, and the documents of the claims among them."""
    alike = {name: value for value, name, _ in found}
    documents: dict[str, float] = {}
    for value, _, source in found:
        document = source["document_id"]
        if source["kind"] == EntryKind.CLAIM.value and document:
            documents[document] = max(value, documents.get(document, 0.0))
    return documents | alike
