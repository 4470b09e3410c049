"""A query's tree and filters in Elasticsearch's query language; it goes no further than this file and its engine."""

from collections.abc import Mapping, Sequence
from typing import TypeGuard

from index._fields import instant
from index._mapping import Json
from index._similar import SIMILAR_WEIGHT
from index._tree import (
    And,
    Everything,
    Fuzzy,
    Key,
    Near,
    Node,
    Not,
    Or,
    Published,
    Reach,
    Seen,
    Similar,
    Wording,
    Words,
    names_kind,
)
from index._vocabulary import MOST_ALIKE
from index.base import Query

_EXPANSIONS = 2_000
_TITLE_WEIGHT = 2.0
_TITLE, _TEXT = "title_words", "text_words"
Clause = dict[str, Json]
Alike = Mapping[str, Mapping[str, float]]
"""For each sentence, the identifiers of the entries that are like it and how much (cosine)."""


def search_clause(query: Query, tree: Node, *, words: Sequence[str] = (), alike: Alike | None = None) -> Clause:
    """Return the query: what must hold without a score, and what ranks: ``words``, and how much entries are ``alike``."""
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
    if query.published_from is not None or query.published_to is not None:
        held.append(clause(Published(query.published_from, query.published_to), alike={}))
    plain, rest = _in_plain_words(tree, words)
    held += [clause(part, alike=alike or {}) for part in rest]
    must: list[Json] = [_ranking(words, operator=plain)] if plain else []
    should: list[Json] = [] if plain or not words else [_ranking(words, operator="or")]
    return {"bool": {"filter": held, "must": must, "should": [*should, *_likest(alike or {})]}}


def _in_plain_words(tree: Node, words: Sequence[str]) -> tuple[str, Sequence[Node]]:
    """Return how the ranking clause also finds (``and``, ``or``), and what else must hold; nothing and the tree if it does not.

    Most queries are a few whole words: these need not be looked up twice, once to find and once to rank.
    """
    parts = tree.parts if isinstance(tree, And | Or) else (tree,)
    plain = [part.tokens[0] for part in parts if _is_plain(part)]
    rest = [part for part in parts if not _is_plain(part)]
    if not words or {*plain} != {*words} or (rest and isinstance(tree, Or)):
        return "", (tree,)
    return ("or" if isinstance(tree, Or) else "and"), rest


def _is_plain(node: Node) -> TypeGuard[Words]:
    return isinstance(node, Words) and len(node.tokens) == 1 and not (node.prefix or node.title_only)


def clause(node: Node, *, alike: Alike) -> Clause:
    """Return the clause of a tree."""
    if isinstance(node, Wording):
        return _any([_in_field(node, field) for field in ((_TITLE,) if node.title_only else (_TITLE, _TEXT))])
    if isinstance(node, And):
        return {"bool": {"filter": [clause(part, alike=alike) for part in node.parts]}}
    if isinstance(node, Or):
        return _any([clause(part, alike=alike) for part in node.parts])
    if isinstance(node, Not):
        return {"bool": {"must_not": [clause(node.part, alike=alike)]}}
    if isinstance(node, Similar):
        return {"terms": {"key": [*sorted(alike.get(node.text, ()))]}}
    return _within(node)


def _within(node: Node) -> Clause:
    if isinstance(node, Key):
        return {"prefix" if node.prefix else "term": {"keys": {"value": f"{node.field}:{node.value}"}}}
    if isinstance(node, Published | Seen):
        bounds = {name: instant(when) for name, when in {"gte": node.start, "lt": node.end}.items() if when is not None}
        return _range("instant" if isinstance(node, Published) else "seen", bounds)
    if isinstance(node, Reach):
        return _range(
            "reach", {name: value for name, value in {"gte": node.low, "lte": node.high}.items() if value is not None}
        )
    return {"match_all": {}} if isinstance(node, Everything) else {"match_none": {}}


def _range(field: str, bounds: Mapping[str, int]) -> Clause:
    return {"range": {field: {**bounds}}} if bounds else {"match_all": {}}


def _any(parts: Sequence[Clause]) -> Clause:
    return {"bool": {"should": [*parts], "minimum_should_match": 1}}


def _in_field(leaf: Wording, field: str) -> Clause:
    if isinstance(leaf, Fuzzy):
        asked: Clause = {"value": leaf.token, "fuzziness": leaf.edits, "max_expansions": MOST_ALIKE, "transpositions": True}
        return {"fuzzy": {field: asked}}
    if isinstance(leaf, Near):
        sides: list[Json] = [_span(side, field) for side in (leaf.left, leaf.right)]
        return {"span_near": {"clauses": sides, "slop": leaf.distance, "in_order": False}}
    if len(leaf.tokens) == 1:
        return {"prefix" if leaf.prefix else "term": {field: {"value": leaf.tokens[0]}}}
    phrase: Clause = {"query": " ".join(leaf.tokens)}
    if leaf.prefix:
        return {"match_phrase_prefix": {field: {**phrase, "max_expansions": _EXPANSIONS}}}
    return {"match_phrase": {field: phrase}}


def _span(words: Words, field: str) -> Clause:
    """Return where a word, a phrase or a prefix stands, for a pair that has to be near."""
    parts: list[Clause] = [{"span_term": {field: {"value": token}}} for token in words.tokens]
    if words.prefix:
        begun: Clause = {"prefix": {field: {"value": words.tokens[-1], "rewrite": f"top_terms_{_EXPANSIONS}"}}}
        parts[-1] = {"span_multi": {"match": begun}}
    return {"span_near": {"clauses": [*parts], "slop": 0, "in_order": True}} if len(parts) > 1 else parts[0]


def _ranking(words: Sequence[str], *, operator: str) -> Clause:
    """Score words over title and text together (BM25F), as SQLite's weighted columns do."""
    fields: list[Json] = [f"{_TITLE}^{_TITLE_WEIGHT:g}", _TEXT]
    return {"combined_fields": {"query": " ".join(words), "fields": fields, "operator": operator}}


def _likest(alike: Alike) -> list[Json]:
    weights: dict[str, float] = {}
    for one in alike.values():
        for name, value in one.items():
            weights[name] = weights.get(name, 0.0) + SIMILAR_WEIGHT * value
    return [{"constant_score": {"filter": {"term": {"key": name}}, "boost": weight}} for name, weight in weights.items()]
