"""The second search engine: Elasticsearch 8, for more entries than one file should hold."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from elasticsearch import ApiError

from factdesk.records import Candidate
from index._asking import Asked, meanings_of, read_query
from index._cursor import Cursor, write_cursor
from index._dsl import Alike, search_clause
from index._elastic_page import aggregations, hours, to_bars, to_facets, to_hit
from index._elastic_writing import Writer
from index._fusion import Scored, ask, best
from index._generation import Generation, Generations, library_alias, part_of
from index._mapping import Json
from index._passages import PASSAGE_KINDS, load_passage, unit_vector
from index._percolator import Percolator
from index._proposing import Proposer
from index._server import alias_of, check_version, connect, reachable
from index._similar import likest, nearest, weighed
from index.base import Entry, EntryKind, Match, Meaning, Page, Probe, Query, Sort, StandingQuery
from index.server import Server

_BATCH = 16
_KEEP_ALIVE = "5m"
_WHOLE = "dfs_query_then_fetch"  # a word is as rare as it is in all indices together, wherever an entry lies
_GONE = (404, 503)  # a view of indices that were exchanged for others
_PAST = 2**62  # a frozen view breaks ties by place too; ids are unique, so any place lies before this one


class ElasticIndex:
    """A `SearchIndex` on a server; safe to share between threads."""

    def __init__(self, url: str, *, dim: int, server: Server | None = None, building: bool = False) -> None:
        """Connect to ``url`` and make the index when there is none. Raises `IndexUnavailableError` and `SettingsError`.

        When it is ``building``, it reads and fills the next generation, whichever serves.
        """
        self._url = url
        self._dim = dim
        self._alias = alias_of(url)
        self._client = connect(url, server or Server())
        self.generations = Generations(self._client, self._alias, dim=dim, server=server or Server())
        self._writer = Writer(self._client, self.generations)
        self._percolator = Percolator(self._client, self._alias, dim=dim)
        self._generation: Generation | None = None
        with self._closed_on_error(), reachable(url):
            check_version(self._client)
            if building:
                self._generation = self.generations.begin()
            else:
                self.generations.ensure()

    def add(self, entries: Sequence[Entry]) -> None:
        """Index ``entries``; they are found by the next search.

        Raises `IndexUnavailableError`, and `EntriesRefusedError` for entries that the server will never take, all others added.
        """
        with reachable(self._url):
            self._writer.add(entries)

    def fill(self, entries: Sequence[Entry]) -> None:
        """Add to the generation being built those of ``entries`` that it does not have. Raises as `add`."""
        with reachable(self._url):
            if self._generation is not None:
                self._writer.fill(self._generation, entries)

    def serve(self) -> None:
        """Put the generation being built behind the aliases, and delete the one that served."""
        with reachable(self._url):
            if self._generation is not None:
                self.generations.serve(self._generation)

    def abandon(self) -> None:
        """Delete the generation being built; what serves stays."""
        with reachable(self._url):
            if self._generation is not None and self._generation not in self.generations.serving():
                self.generations.drop(self._generation)

    def remove(self, ids: Sequence[str]) -> None:
        """Forget entries; unknown ids are ignored."""
        with reachable(self._url):
            self._writer.remove(ids)

    def ids(self, kind: EntryKind, *, after: str = "", limit: int = 1000) -> list[str]:
        """Return the first ``limit`` ids of a kind that sort behind ``after``."""
        wanted = {"bool": {"filter": [{"term": {"kind": kind.value}}, {"range": {"key": {"gt": after}}}]}}
        with reachable(self._url):
            answer = self._client.search(index=self._whole, query=wanted, size=limit, sort=[{"key": "asc"}], source=False)
        return [str(one["sort"][0]) for one in answer["hits"]["hits"]]

    def clear(self) -> None:
        """Forget everything (before a rebuild)."""
        with reachable(self._url):
            if (begun := self.generations.unfinished()) is not None:
                self.generations.drop(begun)
            self.generations.serve(self.generations.begin())

    def close(self) -> None:
        """Release the connection."""
        self._client.close()

    def counts(self) -> dict[EntryKind, int]:
        """Return how many entries of each kind there are (kinds without entries too)."""
        with reachable(self._url):
            answer = self._client.search(index=self._whole, size=0, aggs={"kind": {"terms": {"field": "kind"}}})
        buckets = answer["aggregations"]["kind"]["buckets"]
        return dict.fromkeys(EntryKind, 0) | {EntryKind(one["key"]): int(one["doc_count"]) for one in buckets}

    def search(self, query: Query) -> Page:
        """Return one page of hits. Raises `QueryError` with the position of a mistake."""
        asked = read_query(query)
        meanings = meanings_of(asked)
        with reachable(self._url):
            alike = {text: self._alike(meaning) for text, meaning in meanings.items()}
            body, ranked = _body(asked, alike)
            cursor = asked.cursor
            answer = self._ask(body, snapshot=self._snapshot() if cursor is None else cursor.snapshot)
            bars = self._bars(body, query, answer=answer)
            following = self._following(answer, asked, ranked=ranked)
        liked = {name for one in alike.values() for name in one}
        hits = [
            to_hit(one["_source"], asked, similar=one["_id"] in liked, score=float(one["sort"][0]) if ranked else 0.0)
            for one in answer["hits"]["hits"]
        ]
        total, facets = int(answer["hits"]["total"]["value"]), to_facets(answer["aggregations"])
        return Page(tuple(hits), total, facets, to_bars(bars, query), following)

    def _bars(self, body: dict[str, Json], query: Query, *, answer: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the answer's histogram; that by hour is asked for once the newest entry is known."""
        counted: Mapping[str, Any] = answer["aggregations"]
        if "newest" not in counted:
            return counted
        newest, clause = counted["newest"]["value"], body["query"]
        if newest is None or not isinstance(clause, dict):
            return {"bars": {"buckets": []}}
        told = self._client.search(index=self._whole, body=hours(clause, query, newest=int(newest)))
        return dict(told["aggregations"])

    def _alike(self, meaning: Meaning) -> dict[str, float]:
        """Return the claims and passages that mean about the same, and the documents of these claims, with the cosine."""
        vector = unit_vector(meaning.vector)
        if vector is None or vector.shape != (self._dim,):
            return {}
        near = self._client.search(index=self._whole, body=nearest(vector.tolist()))["hits"]["hits"]
        ids = [str(one["_id"]) for one in near]
        found = self._client.search(index=self._whole, body=weighed(vector.tolist(), ids))["hits"]["hits"] if ids else []
        return likest([(float(one["_score"]), str(one["_id"]), one["_source"]) for one in found])

    def _snapshot(self) -> str:
        return str(self._client.open_point_in_time(index=self._whole, keep_alive=_KEEP_ALIVE)["id"])

    def _ask(self, body: dict[str, Json], *, snapshot: str) -> Mapping[str, Any]:
        """Search the frozen view, or what is there now when that view is gone."""
        if snapshot:
            pit: dict[str, Json] = {"id": snapshot, "keep_alive": _KEEP_ALIVE}
            after = body.get("search_after")
            frozen = body | {"pit": pit} | ({"search_after": [*after, _PAST]} if isinstance(after, list) else {})
            try:
                return dict(self._client.search(body=frozen, search_type=_WHOLE).body)
            except ApiError as error:
                if error.status_code not in _GONE:
                    raise
        return dict(self._client.search(index=self._whole, body=body, search_type=_WHOLE).body)

    def _following(self, answer: Mapping[str, Any], asked: Asked, *, ranked: bool) -> str | None:
        """Return the next page's cursor; after the last page, close the frozen view."""
        found, snapshot = answer["hits"]["hits"], str(answer.get("pit_id", ""))
        shown = len(found) + (0 if asked.cursor is None else asked.cursor.offset)
        if found and shown < int(answer["hits"]["total"]["value"]):
            score, at, last = found[-1]["sort"][:3] if ranked else (0.0, *found[-1]["sort"][:2])
            return write_cursor(asked.query, Cursor(snapshot, shown, float(score), int(at), str(last), asked.at))
        if snapshot:
            self._client.options(ignore_status=404).close_point_in_time(id=snapshot)
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
        proposer = Proposer(self._client, self._indices_of(kinds), kinds=kinds)
        asked = [ask(probe, dim=self._dim) for probe in probes]
        batches = (asked[start : start + _BATCH] for start in range(0, len(asked), _BATCH))
        return [best(several, limit=limit) for batch in batches for several in proposer.propose(batch)]

    def _indices_of(self, kinds: tuple[EntryKind, ...]) -> tuple[str, ...]:
        """Return the one index of the library, or all those that items lie in."""
        if kinds == PASSAGE_KINDS:
            return (self._library,)
        return tuple(name for names in self.generations.serving().values() for name in names if part_of(name) == "items")

    @property
    def _whole(self) -> str:
        return self._alias if self._generation is None else self._generation.target

    @property
    def _library(self) -> str:
        return library_alias(self._alias) if self._generation is None else self._generation.library

    @contextmanager
    def _closed_on_error(self) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self._client.close()
            raise

    def _passages(self, ids: Sequence[str]) -> dict[str, str]:
        if not ids:
            return {}
        found = self._client.mget(index=self._library, ids=ids, source_includes=["passage"])["docs"]
        return {one["_id"]: one["_source"]["passage"] for one in found if one.get("found")}


def _body(asked: Asked, alike: Alike) -> tuple[dict[str, Json], bool]:
    """Return the search of a page, and whether its hits are ranked (or all of them as good, the newest first)."""
    ranked = asked.query.sort is Sort.RELEVANCE and bool(asked.words or alike)
    order: list[Json] = [{"_score": "desc"}, {"instant": "desc"}, {"key": "asc"}]
    body: dict[str, Json] = {
        "query": search_clause(asked.query, asked.tree, words=asked.words, alike=alike),
        "size": asked.query.limit,
        "track_total_hits": True,
        "sort": order if ranked else order[1:],
        "aggs": aggregations(asked.query),
    }
    if asked.cursor is not None:
        last = asked.cursor
        body["search_after"] = [*([last.score] if ranked else []), last.instant, last.id]
    return body, ranked
