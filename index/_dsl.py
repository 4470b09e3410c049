"""A query's tree and filters in Elasticsearch's query language; it goes no further than this file and its engine."""

from collections.abc import Sequence

from index._mapping import Json
from index._writing import instant
from index.base import Query
from index.query import And, Everything, Key, Node, Not, Or, Published, Words, names_kind

_EXPANSIONS = 2_000
_TITLE_WEIGHT = 2.0
_TITLE, _TEXT = "title_words", "text_words"
Clause = dict[str, Json]


def search_clause(query: Query, tree: Node, *, words: Sequence[Words]) -> Clause:
    """Return the query: what must hold without a score, and the words that rank."""
    kinds = () if names_kind(tree) else tuple(kind.value for kind in query.kinds)
    chosen = {
        "kind": kinds,
        "language": query.languages,
        "source": query.sources,
        "role": query.roles,
        "event": query.events,
        "narrative": query.narratives,
        "findings": query.findings,
    }
    held: list[Json] = [{"terms": {field: [*values]}} for field, values in chosen.items() if values]
    held += [clause(tree), clause(Published(query.published_from, query.published_to))]
    return {"bool": {"filter": held, "should": [_ranking(one) for one in words]}}


def clause(node: Node) -> Clause:
    """Return the clause of a tree."""
    if isinstance(node, Words):
        return _any([_in_field(node, field) for field in ((_TITLE,) if node.title_only else (_TITLE, _TEXT))])
    if isinstance(node, And):
        return {"bool": {"filter": [clause(part) for part in node.parts]}}
    if isinstance(node, Or):
        return _any([clause(part) for part in node.parts])
    if isinstance(node, Not):
        return {"bool": {"must_not": [clause(node.part)]}}
    if isinstance(node, Key):
        return {"prefix" if node.prefix else "term": {"keys": {"value": f"{node.field}:{node.value}"}}}
    return _within(node)


def _within(node: Node) -> Clause:
    if isinstance(node, Published):
        bounds = {"gte": node.start, "lt": node.end}
        limits: Clause = {name: instant(when) for name, when in bounds.items() if when is not None}
        return {"range": {"instant": limits}} if limits else {"match_all": {}}
    return {"match_all": {}} if isinstance(node, Everything) else {"match_none": {}}


def _any(parts: Sequence[Clause]) -> Clause:
    return {"bool": {"should": [*parts], "minimum_should_match": 1}}


def _in_field(words: Words, field: str) -> Clause:
    if len(words.tokens) == 1:
        return {"prefix" if words.prefix else "term": {field: {"value": words.tokens[0]}}}
    phrase: Clause = {"query": " ".join(words.tokens)}
    if words.prefix:
        return {"match_phrase_prefix": {field: {**phrase, "max_expansions": _EXPANSIONS}}}
    return {"match_phrase": {field: phrase}}


def _ranking(words: Words) -> Clause:
    """Score a word over title and text together (BM25F), as SQLite's weighted columns do; a phrase in each of them."""
    if len(words.tokens) == 1 and not words.prefix and not words.title_only:
        return {"combined_fields": {"query": words.tokens[0], "fields": [f"{_TITLE}^{_TITLE_WEIGHT:g}", _TEXT]}}
    titled: Clause = {"bool": {"must": [_in_field(words, _TITLE)], "boost": _TITLE_WEIGHT}}
    return titled if words.title_only else {"bool": {"should": [titled, _in_field(words, _TEXT)]}}
