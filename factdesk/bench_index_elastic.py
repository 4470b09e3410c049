"""The same page and the same documents in Elasticsearch, beside the plainest requests that somebody would write by hand."""

import re
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from functools import partial

import numpy as np
from elasticsearch import Elasticsearch
from elasticsearch.helpers import bulk

from factdesk.bench_items import NOW, items
from factdesk.bench_queries import queries
from factdesk.bench_rows import Row
from index import discard_index, open_index
from index.base import Entry, Query, SearchIndex

_ITEMS = 10_000
_BATCH = 500
_ROUNDS = 4
_PLAIN = re.compile(r"[a-z]+( [a-z]+)*\Z")
_FACETS = ("source", "language", "kind", "finding", "event", "role", "narrative")


def elastic_rows(server: str, *, say: Callable[[str], None]) -> list[Row]:
    """Measure on an index of their own at ``server``; both indices are deleted afterwards."""
    name = f"bench-{uuid.uuid4().hex[:12]}"
    url, plain = f"{server.rstrip('/')}/{name}", f"{name}-plain"
    with Elasticsearch(server, request_timeout=120) as client:
        client.indices.create(index=plain, mappings=_mappings(), settings={"number_of_shards": 1})
        try:
            with closing(open_index(url)) as index:
                ours, raw = map(sum, _in_turn(_adding(index, client, plain=plain)))
                say(f"Elasticsearch: {_ITEMS / ours:.0f} items a second, raw bulk {_ITEMS / raw:.0f}")
                mine, theirs = (1000 * float(np.median(one)) for one in _in_turn(_asking(index, client, plain=plain)))
        finally:
            client.indices.delete(index=plain, ignore_unavailable=True)
            discard_index(url)
    say(f"a page: {mine:.1f} ms, the plainest request {theirs:.1f} ms (medians)")
    return [
        Row("a page in Elasticsearch against the plainest request (medians)", mine / theirs, 1.2, "x"),
        Row("indexing into Elasticsearch against raw bulk", raw / ours, 0.8, "x", least=True),
    ]


Pair = tuple[Callable[[], object], Callable[[], object]]


def _in_turn(pairs: Iterable[Pair]) -> tuple[list[float], list[float]]:
    """Return the seconds of each first and each second, now the one begun with, now the other: a busy machine is fair."""
    seconds: tuple[list[float], list[float]] = [], []
    for place, pair in enumerate(pairs):
        for which in ((0, 1), (1, 0))[place % 2]:
            began = time.perf_counter()
            pair[which]()
            seconds[which].append(time.perf_counter() - began)
    return seconds


def _adding(index: SearchIndex, client: Elasticsearch, *, plain: str) -> Iterator[Pair]:
    for start in range(0, _ITEMS, _BATCH):
        batch = list(items(_BATCH, first=start))
        yield partial(index.add, batch), partial(_add, client, batch, index=plain)


def _asking(index: SearchIndex, client: Elasticsearch, *, plain: str) -> Iterator[Pair]:
    for text in [text for text in queries(400) if _PLAIN.match(text)] * _ROUNDS:
        yield partial(index.search, Query(text, now=NOW)), partial(client.search, index=plain, body=_request(text))


def _add(client: Elasticsearch, batch: Sequence[Entry], *, index: str) -> None:
    bulk(client, [{"_id": one.id, "_source": _source(one)} for one in batch], index=index, refresh=True)


def _mappings() -> dict[str, object]:
    words = {name: {"type": "text"} for name in ("title", "text")}
    keys = {name: {"type": "keyword"} for name in (*_FACETS, "id")}
    return {"properties": {**words, **keys, "published": {"type": "date"}, "seen": {"type": "date"}, "reach": {"type": "long"}}}


def _source(entry: Entry) -> dict[str, object]:
    told: dict[str, object] = {
        name: getattr(entry, name) for name in ("id", "title", "text", "language", "source", "role", "event")
    }
    when = {"published": (entry.published_at or entry.seen_at).isoformat(), "seen": entry.seen_at.isoformat()}
    return {
        **told,
        **when,
        "kind": entry.kind.value,
        "finding": list(entry.findings),
        "narrative": entry.narrative,
        "reach": entry.reach,
    }


def _request(text: str) -> dict[str, object]:
    matched = {"query": text, "fields": ["title^2", "text"], "operator": "and", "type": "cross_fields"}
    return {
        "query": {"bool": {"filter": [{"term": {"kind": "document"}}], "must": [{"multi_match": matched}]}},
        "size": 20,
        "track_total_hits": True,
        "aggs": {
            **{name: {"terms": {"field": name, "size": 200}} for name in _FACETS},
            "days": {"date_histogram": {"field": "published", "calendar_interval": "day", "min_doc_count": 1}},
        },
        "highlight": {"fields": {"title": {}, "text": {}}},
    }
