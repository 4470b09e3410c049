"""What Elasticsearch answers, as hits, facets and days."""

from collections.abc import Mapping, Sequence
from typing import Any

from index._highlight import matched_spans, snippet
from index._mapping import Json
from index._paging import FACET_FIELDS, FACET_VALUES, Facets
from index._writing import from_instant
from index.base import EntryKind, Hit
from index.query import Words

_MOST_DAYS = 20_000
_FIELDS = {field: "findings" if field == "finding" else field for field in FACET_FIELDS}
_ORDER: Json = [{"_count": "desc"}, {"_key": "asc"}]
AGGREGATIONS: dict[str, Json] = {
    **{name: {"terms": {"field": field, "size": FACET_VALUES, "order": _ORDER}} for name, field in _FIELDS.items()},
    "day": {"terms": {"field": "day", "size": _MOST_DAYS, "order": {"_key": "asc"}}},
}


def to_facets(answer: Mapping[str, Any]) -> Facets:
    """Return the facets, most first, empty values left out."""
    return tuple((field, tuple(pair for pair in _counted(answer[field]) if pair[0])) for field in FACET_FIELDS)


def to_days(answer: Mapping[str, Any]) -> tuple[tuple[str, int], ...]:
    """Return how many hits each day has, in order."""
    return _counted(answer["day"])


def to_hit(source: Mapping[str, Any], *, words: Sequence[Words], score: float) -> Hit:
    """Return a stored entry as a hit, its matched parts marked."""
    shown = snippet(source["text"], tuple(word for word in words if not word.title_only))
    return Hit(
        *(source["key"], EntryKind(source["kind"]), source["title"], shown.text, source["language"], source["source"]),
        None if source["published"] is None else from_instant(source["published"]),
        from_instant(source["seen"]),
        tuple(source["findings"]),
        score,
        source["document_id"],
        title_spans=matched_spans(source["title"], words),
        snippet_spans=shown.spans,
    )


def _counted(buckets: Mapping[str, Any]) -> tuple[tuple[str, int], ...]:
    return tuple((str(one["key"]), int(one["doc_count"])) for one in buckets["buckets"])
