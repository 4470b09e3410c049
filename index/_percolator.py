"""Standing queries on the server: a small index of queries beside the entries' own, and each batch percolated through it.

Who asks says which queries stand; the index of queries is derived from that. It is made, brought up to date and made again when
it is gone, and a query's identifier is a digest of what it asks, so that an outdated one is never taken for the present one.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from elasticsearch import BadRequestError, Elasticsearch, NotFoundError
from elasticsearch.helpers import bulk

from factdesk.records import digest_id
from index._dsl import search_clause
from index._mapping import Json, entry_format, mappings, replication, to_document
from index._server import standing_of
from index._standing import alike, bare, read_standing, told
from index._tree import And, Key, Node, Not, Or, Similar
from index.base import Entry, Match, StandingQuery

_VERSION = 1
_BATCH = 64
_MOST = 10_000
_TIMEOUT_S = 10  # the line waits, and with it a transaction of the store
_FIELD = "standing"
_SIMILAR = "similar"
_SLOTS = "_percolator_document_slot"
_UNASKED = ("title", "text", "short", "passage", "vector", "claim_short", "claim_grams")
_log = structlog.get_logger("factdesk.index")


class Percolator:
    """The standing queries of one index. Not the entries': these are percolated and not kept."""

    def __init__(self, client: Elasticsearch, alias: str, *, dim: int, replicas: int | None) -> None:
        """Speak to the index of queries beside ``alias``, made with ``replicas`` copies (``None``: one for two nodes)."""
        self._client = client.options(request_timeout=_TIMEOUT_S, max_retries=0)
        self._replicas = replicas
        self._name = standing_of(alias)
        self._dim = dim
        self._held: frozenset[str] = frozenset()
        self._refused: frozenset[str] = frozenset()

    def matching(self, entries: Sequence[Entry], standing: Sequence[StandingQuery]) -> list[Match]:
        """Return which of ``standing`` each of ``entries`` answers. Raises `QueryError` and what the client raises."""
        asked = read_standing(standing)
        if not asked or not entries:
            return []
        clauses = [search_clause(one.standing.query, _by_key(one.tree)) for one in asked]
        names = [digest_id(one.standing.id, json.dumps(clause)) for one, clause in zip(asked, clauses, strict=True)]
        wanted = dict(zip(names, clauses, strict=True))
        if frozenset(wanted) - self._refused != self._held:
            self._hold(wanted)
        places = {name: which for which, name in enumerate(names)}
        near = alike(entries, asked)
        documents = [_document(entry, [text for text, names in near.items() if entry.id in names]) for entry in entries]
        found = {(at, places[name]) for name, slots in self._found(documents, wanted) for at in slots}
        return told(entries, asked, found=found)

    def _found(
        self, documents: Sequence[dict[str, Json]], wanted: Mapping[str, dict[str, Json]]
    ) -> list[tuple[str, list[int]]]:
        """Return (query, places of the documents that answer it); queries that somebody removed are put back, once."""
        found: list[tuple[str, list[int]]] = []
        for start in range(0, len(documents), _BATCH):
            batch = documents[start : start + _BATCH]
            try:
                answer = self._ask(batch)
                if answer is None:
                    self._hold(wanted)
                    answer = self._ask(batch) or []
            except BadRequestError as error:  # an entry that the server will never take: the others must not wait for it
                if len(documents) == 1:
                    _log.warning("an entry could not be put to standing queries", entry=batch[0]["key"], why=str(error)[:300])
                    return []
                alone = [self._found([one], wanted) for one in documents]
                return [(name, [at]) for at, told_of in enumerate(alone) for name, _ in told_of]
            found += [(name, [start + slot for slot in slots]) for name, slots in answer]
        return found

    def _ask(self, documents: Sequence[dict[str, Json]]) -> list[tuple[str, list[int]]] | None:
        """Return (query, places of the documents that answer it); ``None`` when not all the queries are there."""
        ours: Json = {"ids": {"values": [*sorted(self._held)]}}
        percolate: Json = {"percolate": {"field": _FIELD, "documents": [*documents]}}
        body: dict[str, Json] = {
            "query": {"bool": {"filter": [ours, percolate]}},
            "size": _MOST,
            "_source": False,
            "aggs": {"all": {"global": {}, "aggs": {"ours": {"filter": ours}}}},
        }
        try:
            answer = self._client.search(index=self._name, body=body)
        except NotFoundError:
            return None
        if int(answer["aggregations"]["all"]["ours"]["doc_count"]) < len(self._held):
            return None
        return [(str(one["_id"]), _slots(one["fields"])) for one in answer["hits"]["hits"]]

    def _hold(self, wanted: Mapping[str, dict[str, Json]]) -> None:
        """Make the index hold exactly the queries that are wanted; one that the server refuses is left out and named."""
        self._ensure()
        actions = [{"_op_type": "index", "_id": name, "_source": {_FIELD: clause}} for name, clause in wanted.items()]
        done = bulk(self._client, actions, index=self._name, raise_on_error=False, refresh=True)
        refused = [one["index"] for one in done[1] if isinstance(one, dict)] if isinstance(done[1], list) else []
        for one in refused:
            _log.warning("a standing query was refused", query=one.get("_id"), why=str(one.get("error"))[:300])
        self._refused = frozenset(str(one.get("_id")) for one in refused)
        self._held = frozenset(wanted) - self._refused
        others: dict[str, Json] = {"bool": {"must_not": [{"ids": {"values": [*sorted(self._held)]}}]}}
        self._client.delete_by_query(index=self._name, query=others, refresh=True, conflicts="proceed")

    def _ensure(self) -> None:
        """Make the index of queries, anew when it is of another format: it holds nothing that cannot be made again."""
        wanted = f"{_VERSION};{entry_format(self._dim)}"
        try:
            found = self._client.indices.get_mapping(index=self._name)[self._name]["mappings"].get("_meta", {}).get("format")
        except NotFoundError:
            found = None
        if found == wanted:
            return
        self._client.indices.delete(index=self._name, ignore_unavailable=True)
        try:
            self._client.indices.create(
                index=self._name,
                mappings=_mappings(self._dim, wanted),
                settings={"number_of_shards": 1} | replication(self._replicas),
            )
        except BadRequestError as error:
            if error.error != "resource_already_exists_exception":  # another process was quicker
                raise


def adapt_standing(client: Elasticsearch, alias: str, *, replicas: int | None) -> None:
    """Give the index of queries beside ``alias`` so many copies; none is no error: it is made so when it is needed."""
    client.options(ignore_status=404).indices.put_settings(index=standing_of(alias), settings=replication(replicas))


def _mappings(dim: int, form: str) -> dict[str, Json]:
    """Return the entries' own fields, so that a query means the same in both, and the field of the queries."""
    told_by_entries = mappings(dim)["properties"]
    assert isinstance(told_by_entries, dict)  # noqa: S101 # our own constant
    properties: dict[str, Json] = {name: field for name, field in told_by_entries.items() if name not in _UNASKED}
    return {"dynamic": "strict", "_meta": {"format": form}, "properties": {**properties, _FIELD: {"type": "percolator"}}}


def _document(entry: Entry, near: Sequence[str]) -> dict[str, Json]:
    """Return an entry as it is percolated; ``near`` are the sentences that it means about."""
    told_of_it = to_document(bare(entry))
    keys = told_of_it["keys"]
    assert isinstance(keys, list)  # noqa: S101 # made above
    told_of_it["keys"] = [*keys, *(f"{_SIMILAR}:{digest_id(text)}" for text in near)]
    return {name: value for name, value in told_of_it.items() if name not in _UNASKED}


def _by_key(node: Node) -> Node:
    """Return the tree with its sentences as keys, which an entry that means about that is given when it is percolated."""
    if isinstance(node, And):
        return And(tuple(map(_by_key, node.parts)))
    if isinstance(node, Or):
        return Or(tuple(map(_by_key, node.parts)))
    if isinstance(node, Not):
        return Not(_by_key(node.part))
    return Key(_SIMILAR, digest_id(node.text)) if isinstance(node, Similar) else node


def _slots(fields: Mapping[str, Any]) -> list[int]:
    return [int(slot) for slot in fields[_SLOTS]]
