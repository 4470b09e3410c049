"""A query's tree and filters as one SQL condition over ``entries``; values are always bound."""

from collections.abc import Iterable
from dataclasses import dataclass

from index._writing import instant
from index.base import Query
from index.query import And, Key, Node, Not, Nothing, Or, Published, Words, names_kind

_TEXT = "e.entry IN (SELECT rowid FROM entry_words WHERE entry_words MATCH ?)"


@dataclass(frozen=True, slots=True)
class Condition:
    """An SQL expression over ``entries AS e`` with its bound values."""

    sql: str
    values: tuple[str | int, ...] = ()


def filters(query: Query, tree: Node) -> Condition:
    """Return the condition of a query: its tree and its filters."""
    kinds = () if names_kind(tree) else tuple(kind.value for kind in query.kinds)
    parts = [
        condition(tree),
        *(_one_of("kind", kinds), _one_of("language", query.languages), _one_of("source", query.sources)),
        *(_one_of("role", query.roles), _one_of("event", query.events), _one_of("narrative", query.narratives)),
        _finding(query.findings),
        condition(Published(query.published_from, query.published_to)),
    ]
    return _joined("AND", [part for part in parts if part is not None])


def condition(node: Node) -> Condition:
    """Return the condition of a tree."""
    expression = _match(node)
    if expression is not None:
        return Condition(_TEXT, (expression,))
    if isinstance(node, And | Or):
        return _joined("AND" if isinstance(node, And) else "OR", [condition(part) for part in node.parts])
    if isinstance(node, Not):
        inner = condition(node.part)
        return Condition(f"NOT {inner.sql}", inner.values)
    return _key(node) if isinstance(node, Key) else _within(node)


def _within(node: Node) -> Condition:
    if isinstance(node, Published):
        bounds = (("e.instant >= ?", node.start), ("e.instant < ?", node.end))
        return _joined("AND", [Condition(sql, (instant(when),)) for sql, when in bounds if when is not None])
    return Condition("0" if isinstance(node, Nothing) else "1")


def requires_words(node: Node) -> bool:
    """Whether every hit holds one of the query's words, so that the words can lead the search."""
    if isinstance(node, And):
        return any(requires_words(part) for part in node.parts)
    if isinstance(node, Or):
        return all(requires_words(part) for part in node.parts)
    return isinstance(node, Words)


def match_any(words: Iterable[Words]) -> str:
    """Return the FTS5 expression that ranks by any of ``words``; empty when there are none."""
    return " OR ".join(_phrase(one) for one in words)


def _joined(operator: str, parts: list[Condition]) -> Condition:
    if not parts:
        return Condition("1")
    sql = f" {operator} ".join(part.sql for part in parts)
    return Condition(f"({sql})", tuple(value for part in parts for value in part.values))


def _match(node: Node) -> str | None:
    """Return ``node`` as one FTS5 expression when it is made of words only."""
    if isinstance(node, Words):
        return _phrase(node)
    if isinstance(node, And | Or):
        inner = [_match(part) for part in node.parts]
        joint = " AND " if isinstance(node, And) else " OR "
        return None if None in inner else f"({joint.join(part or '' for part in inner)})"
    return None


def _phrase(words: Words) -> str:
    quoted = '"' + " ".join(words.tokens) + '"' + ("*" if words.prefix else "")
    return f"title : {quoted}" if words.title_only else quoted


def _key(node: Key) -> Condition:
    key = f"{node.field}:{node.value}"
    if node.prefix:
        return Condition("e.entry IN (SELECT entry FROM entry_keys WHERE key >= ? AND key < ?)", (key, key + "\U0010ffff"))
    return Condition("e.entry IN (SELECT entry FROM entry_keys WHERE key = ?)", (key,))


def _one_of(column: str, values: tuple[str, ...]) -> Condition | None:
    marks = ", ".join("?" * len(values))
    return Condition(f"e.{column} IN ({marks})", values) if values else None


def _finding(values: tuple[str, ...]) -> Condition | None:
    marks = ", ".join("?" * len(values))
    sql = f"e.entry IN (SELECT entry FROM entry_keys WHERE key IN ({marks}))"
    return Condition(sql, tuple(f"finding:{value}" for value in values)) if values else None
