"""What Elasticsearch is asked to count, and what it answers, as hits, facets and bars of a histogram."""

from collections.abc import Container, Mapping
from datetime import timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from index._fields import Fields, from_instant
from index._highlight import show
from index._histogram import HOUR, MOST_HOURS, Bars, hour_label
from index._mapping import Json
from index._searching import FACET_FIELDS, FACET_VALUES, Facets
from index._tree import Leaf
from index.base import EntryKind, Hit, Interval, Query

_FIELDS = {field: "findings" if field == "finding" else field for field in FACET_FIELDS}
_ORDER: Json = [{"_count": "desc"}, {"_key": "asc"}]
_MILLISECOND = timedelta(milliseconds=1) // timedelta(microseconds=1)


def aggregations(query: Query) -> dict[str, Json]:
    """Return what is to be counted; of the hours only the last, back from the newest entry found."""
    facets: dict[str, Json] = {
        name: {"terms": {"field": field, "size": FACET_VALUES, "order": _ORDER}} for name, field in _FIELDS.items()
    }
    if query.interval is Interval.HOUR:
        return {**facets, "newest": {"max": {"field": "instant"}}, "bars": _last_hours(query)}
    return {**facets, "bars": {"date_histogram": {**_bar(query), "min_doc_count": 1}}}


def to_facets(answer: Mapping[str, Any]) -> Facets:
    """Return the facets, most first, empty values left out."""
    return tuple((field, tuple(pair for pair in _counted(answer[field]) if pair[0])) for field in FACET_FIELDS)


def to_bars(answer: Mapping[str, Any], query: Query) -> Bars:
    """Return how many hits each interval has, in order."""
    found = answer["bars"]["buckets"]
    if query.interval is not Interval.HOUR:
        return tuple((_label(int(one["key"]), query.zone), int(one["doc_count"])) for one in found)
    since = (int(answer["newest"]["value"]) if found else 0) - MOST_HOURS * HOUR
    counted = [(int(one["key"]["at"]) * _MILLISECOND, int(one["doc_count"])) for one in reversed(found)]
    return tuple((hour_label(begun, zone=query.zone), count) for begun, count in counted if begun > since)


def to_hit(source: Mapping[str, Any], leaves: tuple[Leaf, ...], *, similar: Container[str], score: float) -> Hit:
    """Return a stored entry as a hit, its matched parts marked; ``similar`` are the sentences that it is like."""
    keys = frozenset((name, value) for name, _, value in (key.partition(":") for key in source["keys"]))
    fields = Fields(keys, source["instant"], source["seen"], source["reach"])
    held = fields.held(leaves, similar=similar)
    shown = show(source["title"], source["text"], leaves=leaves, held=held)
    return Hit(
        *(source["key"], EntryKind(source["kind"]), source["title"], shown.snippet, source["language"], source["source"]),
        None if source["published"] is None else from_instant(source["published"]),
        from_instant(source["seen"]),
        tuple(source["findings"]),
        score,
        source["document_id"],
        *(shown.title_spans, shown.snippet_spans, shown.reasons),
    )


def _last_hours(query: Query) -> dict[str, Json]:
    hours: Json = {"at": {"date_histogram": {**_bar(query), "order": "desc"}}}
    return {"composite": {"size": MOST_HOURS, "sources": [hours]}}


def _bar(query: Query) -> dict[str, Json]:
    return {"field": "at", "calendar_interval": query.interval.value, "time_zone": query.zone}


@lru_cache(maxsize=16_384)
def _label(milliseconds: int, zone: str) -> str:
    return from_instant(milliseconds * _MILLISECOND).astimezone(ZoneInfo(zone)).date().isoformat()


def _counted(buckets: Mapping[str, Any]) -> tuple[tuple[str, int], ...]:
    return tuple((str(one["key"]), int(one["doc_count"])) for one in buckets["buckets"])
