"""Candidates from Elasticsearch: three cheap searches propose (words, trigrams, meaning), Python scores what they found."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from elasticsearch import Elasticsearch

from factdesk.errors import IndexUnavailableError
from index._fusion import COMMON_SHARE, RECALL_DEPTH, Asked, Scored, article_share, fuse, informative, overlap, rarity
from index._mapping import Json, space_of
from index.base import EntryKind

_BM25_CONSTANT = 2.2
_NEAREST = 200
_COSINE = "doc['vector'].size() == 0 ? 0 : Math.max(0, cosineSimilarity(params.probe, 'vector'))"
Body = dict[str, Json]


@dataclass(frozen=True, slots=True)
class _Hit:
    id: str
    score: float
    short: str


@dataclass(frozen=True, slots=True)
class _Frequencies:
    total: int
    short: Mapping[str, int]
    long: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class _Recalled:
    articles: Mapping[str, float]
    ids: frozenset[str]


class Proposer:
    """Proposes entries of some kinds of one index."""

    def __init__(self, client: Elasticsearch, index: str, *, kinds: tuple[EntryKind, ...]) -> None:
        self._client = client
        self._index = index
        self._kinds = kinds
        self._space = space_of(kinds)

    def propose(self, probes: Sequence[Asked]) -> list[list[Scored]]:
        """Return the proposals for each probe, in no order."""
        frequencies = self._frequencies(probes)
        recalled = self._recall(probes, frequencies)
        return self._scored(probes, frequencies, recalled=recalled)

    def _frequencies(self, probes: Sequence[Asked]) -> list[_Frequencies]:
        short, long = f"{self._space}_short", f"{self._space}_long"
        fields = [short, long] if self._space == "passage" else [short]
        asked = [
            {
                "_index": self._index,
                "doc": {field: " ".join(probe.words) for field in fields},
                "fields": fields,
                "term_statistics": True,
                "field_statistics": True,
                "positions": False,
                "offsets": False,
            }
            for probe in probes
        ]
        documents = self._client.mtermvectors(docs=asked)["docs"]
        return [_frequencies(one.get("term_vectors", {}), short=short, long=long) for one in documents]

    def _recall(self, probes: Sequence[Asked], frequencies: Sequence[_Frequencies]) -> list[_Recalled]:
        bodies = [self._recall_bodies(probe, known) for probe, known in zip(probes, frequencies, strict=True)]
        answers = iter(self._many([body for several in bodies for body in several.values()]))
        recalled = []
        for several, known in zip(bodies, frequencies, strict=True):
            hits = {name: next(answers) for name in several}
            bound = sum(rarity(known.long[word], total=known.total) for word in _looked_up(known))
            articles = {hit.id: article_share(hit.score / _BM25_CONSTANT, bound=bound) for hit in hits.get("article", [])}
            recalled.append(_Recalled(articles, frozenset(hit.id for found in hits.values() for hit in found)))
        return recalled

    def _recall_bodies(self, probe: Asked, known: _Frequencies) -> dict[str, Body]:
        bodies: dict[str, Body] = {}
        if known.short:
            bodies["words"] = _match(f"{self._space}_short", known.short)
        if _looked_up(known):
            bodies["article"] = _match(f"{self._space}_long", _looked_up(known))
        if len(probe.grams):
            bodies["grams"] = _match(f"{self._space}_grams", map(str, probe.grams.tolist()))
        if probe.vector is not None:
            nearest: Body = {
                "field": "vector",
                "query_vector": probe.vector.tolist(),
                "k": RECALL_DEPTH,
                "num_candidates": _NEAREST,
            }
            nearest["filter"] = {"terms": {"kind": [kind.value for kind in self._kinds]}}
            bodies["meaning"] = {"knn": nearest, "size": RECALL_DEPTH, "_source": False}
        return bodies

    def _scored(
        self, probes: Sequence[Asked], frequencies: Sequence[_Frequencies], *, recalled: Sequence[_Recalled]
    ) -> list[list[Scored]]:
        answers = self._many([_scoring(probe, found.ids) for probe, found in zip(probes, recalled, strict=True)])
        return [
            _rank(probe, known, found=found, hits=hits)
            for probe, known, found, hits in zip(probes, frequencies, recalled, answers, strict=True)
        ]

    def _many(self, bodies: Sequence[Body]) -> list[list[_Hit]]:
        if not bodies:
            return []
        searches = [line for body in bodies for line in ({}, body)]
        answers = self._client.msearch(index=self._index, searches=searches)["responses"]
        return [_hits(answer) for answer in answers]


def _looked_up(known: _Frequencies) -> list[str]:
    common = max(20, int(known.total * COMMON_SHARE))
    return informative(
        {
            word: max(count, known.short.get(word, 0))
            for word, count in known.long.items()
            if known.short.get(word, 0) <= common
        },
        total=known.total,
    )


def _frequencies(
    vectors: Mapping[str, Mapping[str, Mapping[str, Mapping[str, int]]]], *, short: str, long: str
) -> _Frequencies:
    counted = {
        field: {word: one.get("doc_freq", 0) for word, one in vectors.get(field, {}).get("terms", {}).items()}
        for field in (short, long)
    }
    total = int(str(vectors.get(short, {}).get("field_statistics", {}).get("doc_count", 0)))
    return _Frequencies(total, {word: count for word, count in counted[short].items() if count}, counted[long])


def _match(field: str, words: Iterable[str]) -> Body:
    return {"query": {"match": {field: {"query": " ".join(words)}}}, "size": RECALL_DEPTH, "_source": False}


def _scoring(probe: Asked, ids: frozenset[str]) -> Body:
    values: list[Json] = [*sorted(ids)]
    chosen: Json = {"ids": {"values": values}}
    held: Body = {"query": {"constant_score": {"filter": chosen, "boost": 0.0}}, "size": max(1, len(ids)), "_source": ["short"]}
    if probe.vector is not None:
        script: Json = {"source": _COSINE, "params": {"probe": probe.vector.tolist()}}
        held["query"] = {"script_score": {"query": {"bool": {"filter": [chosen]}}, "script": script}}
    return held


def _rank(probe: Asked, known: _Frequencies, *, found: _Recalled, hits: Sequence[_Hit]) -> list[Scored]:
    weights = {word: rarity(known.short.get(word, 0), total=known.total) for word in probe.words}
    proposals = []
    for hit in hits:
        words, meaning = overlap(probe, weights, short=hit.short), min(1.0, hit.score)
        score = fuse(words, meaning, article=found.articles.get(hit.id, 0.0))
        proposals.append(Scored(hit.id, words, meaning, score))
    return proposals


def _hits(answer: Mapping[str, Mapping[str, Sequence[Mapping[str, object]]]]) -> list[_Hit]:
    if "error" in answer:
        raise IndexUnavailableError(f"Elasticsearch refused a search: {answer['error']}.", remedy="Check the server's log.")
    return [_hit(one) for one in answer["hits"]["hits"]]


def _hit(found: Mapping[str, object]) -> _Hit:
    source = found.get("_source")
    short = source.get("short", "") if isinstance(source, dict) else ""
    return _Hit(str(found["_id"]), float(str(found["_score"])), short)
