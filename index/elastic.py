"""The second search engine: Elasticsearch 8, for more entries than one file should hold."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from elasticsearch import NotFoundError
from elasticsearch.helpers import BulkIndexError, bulk

from factdesk.errors import IndexUnavailableError
from factdesk.records import Candidate
from index._cursor import Cursor, check_limit, read_cursor, write_cursor
from index._dsl import search_clause
from index._elastic_page import AGGREGATIONS, to_days, to_facets, to_hit
from index._fusion import Scored, ask, best
from index._mapping import Json, to_document
from index._passages import PASSAGE_KINDS, load_passage
from index._percolator import Percolator
from index._proposing import Proposer
from index._server import alias_of, connect, ensure_index, reachable, renew_index
from index.base import Entry, EntryKind, Match, Page, Probe, Query, Sort, StandingQuery
from index.query import parse, positive_words

_BATCH = 16
_KEEP_ALIVE = "5m"
_BULK_BYTES = 10_000_000
_PAST = 2**62  # a frozen view breaks ties by place too; ids are unique, so any place lies before this one


class ElasticIndex:
    """A `SearchIndex` on a server; safe to share between threads."""

    def __init__(self, url: str, *, dim: int, api_key: str | None = None) -> None:
        """Connect to ``url`` and make the index when there is none. Raises `IndexUnavailableError` and `SettingsError`."""
        self._url = url
        self._dim = dim
        self._alias = alias_of(url)
        self._client = connect(url, api_key=api_key)
        self._percolator = Percolator(self._client, self._alias, dim=dim)
        with reachable(url):
            try:
                ensure_index(self._client, self._alias, dim=dim)
            except BaseException:
                self._client.close()
                raise

    def add(self, entries: Sequence[Entry]) -> None:
        """Index ``entries``; they are found by the next search. Raises `IndexUnavailableError` naming the first refused."""
        self._bulk({"_op_type": "index", "_id": entry.id, "_source": to_document(entry)} for entry in entries)

    def remove(self, ids: Sequence[str]) -> None:
        """Forget entries; unknown ids are ignored."""
        self._bulk(({"_op_type": "delete", "_id": identifier} for identifier in ids), ignored=(404,))

    def ids(self, kind: EntryKind, *, after: str = "", limit: int = 1000) -> list[str]:
        """Return the first ``limit`` ids of a kind that sort behind ``after``."""
        wanted = {"bool": {"filter": [{"term": {"kind": kind.value}}, {"range": {"key": {"gt": after}}}]}}
        with reachable(self._url):
            answer = self._client.search(index=self._alias, query=wanted, size=limit, sort=[{"key": "asc"}], source=False)
        return [str(one["sort"][0]) for one in answer["hits"]["hits"]]

    def clear(self) -> None:
        """Forget everything (before a rebuild)."""
        with reachable(self._url):
            renew_index(self._client, self._alias, dim=self._dim)

    def close(self) -> None:
        """Release the connection."""
        self._client.close()

    def counts(self) -> dict[EntryKind, int]:
        """Return how many entries of each kind there are (kinds without entries too)."""
        with reachable(self._url):
            answer = self._client.search(index=self._alias, size=0, aggs={"kind": {"terms": {"field": "kind"}}})
        buckets = answer["aggregations"]["kind"]["buckets"]
        return dict.fromkeys(EntryKind, 0) | {EntryKind(one["key"]): int(one["doc_count"]) for one in buckets}

    def search(self, query: Query) -> Page:
        """Return one page of hits. Raises `QueryError` with the position of a mistake."""
        check_limit(query)
        cursor = read_cursor(query)
        tree = parse(query.text)
        words = positive_words(tree)
        ranked = bool(words) and query.sort is Sort.RELEVANCE
        body: dict[str, Json] = {
            "query": search_clause(query, tree, words=words if ranked else ()),
            "size": query.limit,
            "track_total_hits": True,
            "sort": [{"_score" if ranked else "instant": "desc"}, {"key": "asc"}],
            "aggs": AGGREGATIONS,
        }
        if cursor is not None:
            body["search_after"] = [cursor.order if ranked else int(cursor.order), cursor.id]
        with reachable(self._url):
            answer = self._ask(body, snapshot=self._snapshot() if cursor is None else cursor.snapshot)
            following = self._following(answer, query, shown=0 if cursor is None else cursor.offset)
        hits = tuple(to_hit(one["_source"], words=words, score=float(one["sort"][0])) for one in answer["hits"]["hits"])
        counted = answer["aggregations"]
        return Page(hits, int(answer["hits"]["total"]["value"]), to_facets(counted), to_days(counted), following)

    def _snapshot(self) -> str:
        return str(self._client.open_point_in_time(index=self._alias, keep_alive=_KEEP_ALIVE)["id"])

    def _ask(self, body: dict[str, Json], *, snapshot: str) -> Mapping[str, Any]:
        """Search the frozen view, or what is there now when that view is gone."""
        if snapshot:
            pit: dict[str, Json] = {"id": snapshot, "keep_alive": _KEEP_ALIVE}
            after = body.get("search_after")
            frozen = body | {"pit": pit} | ({"search_after": [*after, _PAST]} if isinstance(after, list) else {})
            try:
                return dict(self._client.search(body=frozen).body)
            except NotFoundError:
                pass
        return dict(self._client.search(index=self._alias, body=body).body)

    def _following(self, answer: Mapping[str, Any], query: Query, *, shown: int) -> str | None:
        """Return the next page's cursor; after the last page, close the frozen view."""
        found, snapshot = answer["hits"]["hits"], str(answer.get("pit_id", ""))
        shown += len(found)
        if found and shown < int(answer["hits"]["total"]["value"]):
            order, last = found[-1]["sort"][:2]
            return write_cursor(query, Cursor(snapshot, shown, float(order), str(last)))
        if snapshot:
            self._client.close_point_in_time(id=snapshot)
        return None

    def matching(self, entries: Sequence[Entry], standing: Sequence[StandingQuery]) -> list[Match]:
        """Return which of ``standing`` each of ``entries`` answers, asked of the server's percolator."""
        with reachable(self._url):
            return self._percolator.matching(entries, standing)

    def candidates(self, probes: Sequence[Probe], *, limit: int = 20) -> list[list[Candidate]]:
        """Return, for each claim, the passages that may be about it by words, meaning or whole article, best first."""
        with reachable(self._url):
            proposed = self._propose(probes, kinds=PASSAGE_KINDS, limit=limit)
            passages = self._passages(sorted({one.key for several in proposed for one in several}))
        return [
            [
                Candidate(load_passage(passages[one.key]), one.words, one.meaning, one.score)
                for one in several
                if one.key in passages
            ]
            for several in proposed
        ]

    def claims_near(self, probes: Sequence[Probe], *, limit: int = 50) -> list[list[str]]:
        """Return, for each passage, ids of indexed claims that may be about it, nearest first."""
        with reachable(self._url):
            proposed = self._propose(probes, kinds=(EntryKind.CLAIM,), limit=limit)
        return [[one.key for one in several] for several in proposed]

    def _propose(self, probes: Sequence[Probe], *, kinds: tuple[EntryKind, ...], limit: int) -> list[list[Scored]]:
        proposer = Proposer(self._client, self._alias, kinds=kinds)
        asked = [ask(probe, dim=self._dim) for probe in probes]
        batches = (asked[start : start + _BATCH] for start in range(0, len(asked), _BATCH))
        return [best(several, limit=limit) for batch in batches for several in proposer.propose(batch)]

    def _passages(self, ids: Sequence[str]) -> dict[str, str]:
        if not ids:
            return {}
        found = self._client.mget(index=self._alias, ids=ids, source_includes=["passage"])["docs"]
        return {one["_id"]: one["_source"]["passage"] for one in found if one.get("found")}

    def _bulk(self, actions: Iterable[dict[str, Any]], *, ignored: tuple[int, ...] = ()) -> None:
        with reachable(self._url):
            try:
                bulk(
                    self._client,
                    actions,
                    index=self._alias,
                    max_chunk_bytes=_BULK_BYTES,
                    require_alias=True,
                    ignore_status=ignored,
                    raise_on_error=True,
                )
            except BulkIndexError as error:
                first = next(iter(error.errors[0].values()))
                what = f"Elasticsearch refused {len(error.errors)} entries; first {first.get('_id')}: {first.get('error')}."
                raise IndexUnavailableError(what, remedy="Check the server's log and free disk space.") from error
            self._client.indices.refresh(index=self._alias)
