"""Candidates from Elasticsearch: cheap searches propose (words, 4-grams, article, meaning), Python scores what they found."""

from base64 import b64decode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from elasticsearch import Elasticsearch
from numpy.typing import NDArray

from factdesk.errors import IndexUnavailableError
from index._folding import fold, gram_hashes, tokens, word_hashes
from index._fusion import RECALL_DEPTH, Asked, Proposals, Scored, Statistics, scored
from index._mapping import Json, space_of
from index.base import EntryKind

_NEAREST = 200
_COMMON_SHARE = 0.1
_MAX_LOOKUPS = 40
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

    def _frequencies(self, probes: Sequence[Asked]) -> list[Statistics]:
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
        parts = (told[at : at + each] for at in range(0, len(told), each))
        return [_statistics(probe, part, space=self._space) for probe, part in zip(probes, parts, strict=True)]

    def _recall(self, probes: Sequence[Asked], frequencies: Sequence[Statistics]) -> list[frozenset[str]]:
        bodies = [self._recall_bodies(probe, known) for probe, known in zip(probes, frequencies, strict=True)]
        answers = iter(self._many([body for several in bodies for body in several]))
        return [frozenset(hit.id for _ in several for hit in next(answers)) for several in bodies]

    def _recall_bodies(self, probe: Asked, known: Statistics) -> list[Body]:
        searched = [
            (f"{self._space}_short", [word for word, count in zip(probe.words, known.words.tolist(), strict=True) if count]),
            (f"{self._space}_grams", [str(gram) for gram in probe.grams[known.grams > 0].tolist()]),
            (f"{self._space}_long", informative(probe.words, known.article, total=known.total)),
        ]
        bodies = [_match(field, words) for field, words in searched if words]
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
        self, probes: Sequence[Asked], frequencies: Sequence[Statistics], *, recalled: Sequence[frozenset[str]]
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


def _statistics(probe: Asked, indices: Sequence[_Vectors], *, space: str) -> Statistics:
    """Return what all ``indices`` together say: an entry lies in one of them, so that counts add up."""
    words, grams, article = ([one.get(f"{space}_{name}", {}) for one in indices] for name in ("short", "grams", "long"))
    total, _ = _lengths(words)
    articles, length = _lengths(article)
    asked = ((words, probe.words), (grams, [str(gram) for gram in probe.grams.tolist()]), (article, probe.words))
    counts = [_counts(fields, terms) for fields, terms in asked]
    return Statistics(total, counts[0], counts[1], article=counts[2], usual_length=length / max(articles, 1))


def _counts(fields: Sequence[_Field], terms: Sequence[str]) -> NDArray[np.int64]:
    held = [field.get("terms", {}) for field in fields]
    return np.array([sum(one.get(term, {}).get("doc_freq", 0) for one in held) for term in terms], dtype=np.int64)


def _lengths(fields: Sequence[_Field]) -> tuple[int, int]:
    """Return how many entries have the field, and how many words they have in it."""
    told = [field.get("field_statistics", {}) for field in fields]
    return sum(_number(one, "doc_count") for one in told), sum(_number(one, "sum_ttf") for one in told)


def _number(told: Mapping[str, object], name: str) -> int:
    return int(str(told.get(name, 0)))


def informative(words: Sequence[str], counts: NDArray[np.int64], *, total: int) -> list[str]:
    """Return the words worth looking up in articles, rarest first: known, and no common one unless there is no other."""
    common = max(20, int(total * _COMMON_SHARE))
    order = [at for at in np.argsort(counts, kind="stable").tolist() if counts[at]]
    return [words[at] for place, at in enumerate(order[:_MAX_LOOKUPS]) if not place or counts[at] <= common]


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


def _rank(probe: Asked, known: Statistics, *, hits: Sequence[_Hit]) -> list[Scored]:
    proposals = Proposals(
        [hit.id for hit in hits],
        [np.unique(word_hashes(tokens(hit.short))) for hit in hits],
        [gram_hashes(fold(hit.short)) for hit in hits],
        [np.frombuffer(hit.sequence, dtype=np.uint32) for hit in hits],
        np.array([min(1.0, hit.score) for hit in hits], dtype=np.float32),
    )
    return scored(probe, proposals, known=known)


def _hits(answer: Mapping[str, Mapping[str, Sequence[Mapping[str, object]]]]) -> list[_Hit]:
    if "error" in answer:
        raise IndexUnavailableError(f"Elasticsearch refused a search: {answer['error']}.", remedy="Check the server's log.")
    return [_hit(one) for one in answer["hits"]["hits"]]


def _hit(found: Mapping[str, object]) -> _Hit:
    source = found.get("_source")
    told = source if isinstance(source, dict) else {}
    return _Hit(str(found["_id"]), float(str(found["_score"])), told.get("short", ""), b64decode(told.get("sequence", "")))
