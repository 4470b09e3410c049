"""The second search engine: Elasticsearch 8, for more entries than one file should hold."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from factdesk.records import Candidate
from index._elastic_reading import Reader
from index._elastic_writing import Writer
from index._fusion import Scored, ask, best
from index._generation import Generation, Generations, library_alias, part_of
from index._passages import PASSAGE_KINDS, load_passage
from index._percolator import Percolator
from index._proposing import Proposer
from index._server import alias_of, check_version, connect, reachable
from index.base import Entry, EntryKind, Match, Page, Probe, Query, StandingQuery
from index.server import Server

_BATCH = 16


class ElasticIndex:
    """A `SearchIndex` on a server; safe to share between threads."""

    def __init__(self, url: str, *, dim: int, server: Server | None = None, building: bool = False) -> None:
        """Connect to ``url`` and make the index when there is none. Raises `IndexUnavailableError` and `SettingsError`.

        When it is ``building``, it reads and fills the next generation, whichever serves.
        """
        self._url = url
        self._dim = dim
        self._alias = alias_of(url)
        known = server or Server()
        self._client = connect(url, known)
        self.generations = Generations(self._client, self._alias, dim=dim, server=known)
        self._writer = Writer(self._client, self.generations)
        self._reader = Reader(self._client, dim=dim)
        self._percolator = Percolator(self._client, self._alias, dim=dim, replicas=known.replicas)
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
        self._reader.close()
        self._client.close()

    def counts(self) -> dict[EntryKind, int]:
        """Return how many entries of each kind there are (kinds without entries too)."""
        with reachable(self._url):
            answer = self._client.search(index=self._whole, size=0, aggs={"kind": {"terms": {"field": "kind"}}})
        buckets = answer["aggregations"]["kind"]["buckets"]
        return dict.fromkeys(EntryKind, 0) | {EntryKind(one["key"]): int(one["doc_count"]) for one in buckets}

    def search(self, query: Query) -> Page:
        """Return one page of hits. Raises `QueryError` with the position of a mistake."""
        with reachable(self._url):
            return self._reader.page(query, where=self._whole)

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
            self.close()
            raise

    def _passages(self, ids: Sequence[str]) -> dict[str, str]:
        if not ids:
            return {}
        found = self._client.mget(index=self._library, ids=ids, source_includes=["passage"])["docs"]
        return {one["_id"]: one["_source"]["passage"] for one in found if one.get("found")}
