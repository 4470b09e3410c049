"""Candidates from Elasticsearch: cheap searches propose (words, 4-grams, article, meaning), Python scores what they found."""

from base64 import b64decode
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from elasticsearch import Elasticsearch

from factdesk.errors import IndexUnavailableError
from index._article import read_articles
from index._folding import fold, gram_hashes, tokens, word_hashes
from index._fusion import COMMON_SHARE, RECALL_DEPTH, Asked, Scored, Terms, held, informative, ranked, shares, weighted
from index._mapping import Json, space_of
from index.base import EntryKind

_NEAREST = 200
_COSINE = "doc['vector'].size() == 0 ? 0 : Math.max(0, cosineSimilarity(params.probe, 'vector'))"
Body = dict[str, Json]
_Field = Mapping[str, Mapping[str, Mapping[str, int]]]
_Vectors = Mapping[str, _Field]


@dataclass(frozen=True, slots=True)
class _Hit:
    id: str
    score: float
    short: str
    sequence: bytes


@dataclass(frozen=True, slots=True)
class _Frequencies:
    """In how many of ``total`` entries each of the probe's terms stands, and how long an article is."""

    total: int
    short: Mapping[str, int]
    long: Mapping[str, int]
    grams: Mapping[str, int]
    usual_length: float

    @property
    def article(self) -> Mapping[str, int]:
        """Return how often each word stands in articles; one that is common in short texts counts as in all of them."""
        common = max(20, int(self.total * COMMON_SHARE))
        return {
            word: self.total if self.short.get(word, 0) > common else max(count, self.short.get(word, 0))
            for word, count in self.long.items()
        }


class Proposer:
    """Proposes entries of some kinds, which lie in some indices, each in one of them."""

    def __init__(self, client: Elasticsearch, indices: Sequence[str], *, kinds: tuple[EntryKind, ...]) -> None:
        self._client = client
        self._indices = tuple(indices)
        self._kinds = kinds
        self._space = space_of(kinds)

    def propose(self, probes: Sequence[Asked]) -> list[list[Scored]]:
        """Return the proposals for each probe, in no order."""
        frequencies = self._frequencies(probes)
        recalled = self._recall(probes, frequencies)
        return self._scored(probes, frequencies, recalled=recalled)

    def _frequencies(self, probes: Sequence[Asked]) -> list[_Frequencies]:
        fields = [f"{self._space}_short", f"{self._space}_grams", *(["passage_long"] if self._space == "passage" else [])]
        asked = [
            {
                "_index": index,
                "doc": {field: _terms(probe, grams=field.endswith("_grams")) for field in fields},
                "fields": fields,
                "term_statistics": True,
                "field_statistics": True,
                "positions": False,
                "offsets": False,
            }
            for probe in probes
            for index in self._indices
        ]
        told = [one.get("term_vectors", {}) for one in self._client.mtermvectors(docs=asked)["docs"]]
        each = len(self._indices)
        return [_frequencies(told[at : at + each], space=self._space) for at in range(0, len(told), each)]

    def _recall(self, probes: Sequence[Asked], frequencies: Sequence[_Frequencies]) -> list[frozenset[str]]:
        bodies = [self._recall_bodies(probe, known) for probe, known in zip(probes, frequencies, strict=True)]
        answers = iter(self._many([body for several in bodies for body in several]))
        return [frozenset(hit.id for _ in several for hit in next(answers)) for several in bodies]

    def _recall_bodies(self, probe: Asked, known: _Frequencies) -> list[Body]:
        rare = informative(known.article, total=known.total)
        searched = (
            ("short", known.short),
            ("long", rare if self._space == "passage" else ()),
            ("grams", map(str, probe.grams.tolist())),
        )
        matched = [(field, list(words)) for field, words in searched]
        bodies = [_match(f"{self._space}_{field}", words) for field, words in matched if words]
        if probe.vector is not None:
            nearest: Body = {
                "field": "vector",
                "query_vector": probe.vector.tolist(),
                "k": RECALL_DEPTH,
                "num_candidates": _NEAREST,
            }
            nearest["filter"] = {"terms": {"kind": [kind.value for kind in self._kinds]}}
            bodies.append({"knn": nearest, "size": RECALL_DEPTH, "_source": False})
        return bodies

    def _scored(
        self, probes: Sequence[Asked], frequencies: Sequence[_Frequencies], *, recalled: Sequence[frozenset[str]]
    ) -> list[list[Scored]]:
        answers = self._many([_scoring(probe, found) for probe, found in zip(probes, recalled, strict=True)])
        return [_rank(probe, known, hits=hits) for probe, known, hits in zip(probes, frequencies, answers, strict=True)]

    def _many(self, bodies: Sequence[Body]) -> list[list[_Hit]]:
        if not bodies:
            return []
        searches = [line for body in bodies for line in ({}, body)]
        answers = self._client.msearch(index=self._indices, searches=searches)["responses"]
        return [_hits(answer) for answer in answers]


def _terms(probe: Asked, *, grams: bool) -> str:
    return " ".join(map(str, probe.grams.tolist()) if grams else probe.words)


def _frequencies(indices: Sequence[_Vectors], *, space: str) -> _Frequencies:
    """Return what all ``indices`` together say: an entry lies in one of them, so that counts add up."""
    fields = [[one.get(f"{space}_{name}", {}) for one in indices] for name in ("short", "long", "grams")]
    short, long, grams = (_counted(several) for several in fields)
    total, _ = _lengths(fields[0])
    articles, words = _lengths(fields[1])
    return _Frequencies(total, short, long, grams, words / max(articles, 1))


def _counted(fields: Sequence[_Field]) -> dict[str, int]:
    counted: Counter[str] = Counter()
    for field in fields:
        counted.update({word: one.get("doc_freq", 0) for word, one in field.get("terms", {}).items()})
    return {word: count for word, count in counted.items() if count}


def _lengths(fields: Sequence[_Field]) -> tuple[int, int]:
    """Return how many entries have the field, and how many words they have in it."""
    told = [field.get("field_statistics", {}) for field in fields]
    return sum(_number(one, "doc_count") for one in told), sum(_number(one, "sum_ttf") for one in told)


def _number(told: Mapping[str, object], name: str) -> int:
    return int(str(told.get(name, 0)))


def _match(field: str, words: Iterable[str]) -> Body:
    return {"query": {"match": {field: {"query": " ".join(words)}}}, "size": RECALL_DEPTH, "_source": False}


def _scoring(probe: Asked, ids: frozenset[str]) -> Body:
    values: list[Json] = [*sorted(ids)]
    chosen: Json = {"ids": {"values": values}}
    held: Body = {
        "query": {"constant_score": {"filter": chosen, "boost": 0.0}},
        "size": max(1, len(ids)),
        "_source": ["short", "sequence"],
    }
    if probe.vector is not None:
        script: Json = {"source": _COSINE, "params": {"probe": probe.vector.tolist()}}
        held["query"] = {"script_score": {"query": {"bool": {"filter": [chosen]}}, "script": script}}
    return held


def _rank(probe: Asked, known: _Frequencies, *, hits: Sequence[_Hit]) -> list[Scored]:
    words = Terms.of([known.short.get(word, 0) for word in probe.words], total=known.total)
    grams = Terms.of([known.grams.get(str(gram), 0) for gram in probe.grams.tolist()], total=known.total)
    short = shares(
        held(probe.hashes, words, texts=[np.unique(word_hashes(tokens(hit.short))) for hit in hits]),
        held(probe.grams, grams, texts=[gram_hashes(fold(hit.short)) for hit in hits]),
        terms=(words, grams),
    )
    article = weighted(probe, known.article, total=known.total, usual_length=known.usual_length)
    sequences = [np.frombuffer(hit.sequence, dtype=np.uint32) for hit in hits]
    meaning = np.array([min(1.0, hit.score) for hit in hits], dtype=np.float32)
    return ranked([hit.id for hit in hits], short, meaning, article=read_articles(article, sequences))


def _hits(answer: Mapping[str, Mapping[str, Sequence[Mapping[str, object]]]]) -> list[_Hit]:
    if "error" in answer:
        raise IndexUnavailableError(f"Elasticsearch refused a search: {answer['error']}.", remedy="Check the server's log.")
    return [_hit(one) for one in answer["hits"]["hits"]]


def _hit(found: Mapping[str, object]) -> _Hit:
    source = found.get("_source")
    told = source if isinstance(source, dict) else {}
    return _Hit(str(found["_id"]), float(str(found["_score"])), told.get("short", ""), b64decode(told.get("sequence", "")))
