"""Pages of a SQLite search: what was found waits in a temporary table, is counted there, and is shown in a frozen order."""

import sqlite3
from collections import Counter, OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from factdesk.records import digest_id
from index._cursor import Cursor, query_digest, read_cursor, write_cursor
from index._highlight import matched_spans, snippet
from index._sql import filters, match_any, requires_words
from index._writing import from_instant
from index.base import EntryKind, Hit, Page, Query, Sort
from index.query import Node, Words, parse, positive_words

FACET_FIELDS = ("source", "language", "kind", "finding", "event", "role", "narrative")
FACET_VALUES = 200
_FROZEN = 2_000
_KEPT = 32
_HIT = "e.id, e.kind, title, text, e.language, e.source, e.published, e.seen, e.findings, rank, e.document_id"
Facets = tuple[tuple[str, tuple[tuple[str, int], ...]], ...]
_HitRow = tuple[str, str, str, str, str, str, int | None, int, str, float, str | None]


@dataclass(frozen=True, slots=True)
class _Found:
    """What stays the same on all pages of one search: the order of the first ``_FROZEN`` hits and the counts."""

    key: str
    order: tuple[tuple[str, float], ...]
    total: int
    facets: Facets
    days: tuple[tuple[str, int], ...]


class Pager:
    """Searches of one connection; the last few results keep their order while entries are added."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._kept: OrderedDict[str, _Found] = OrderedDict()
        self._serial = 0

    def page(self, query: Query) -> Page:
        """Return one page of ``query``. Raises `QueryError`."""
        tree = parse(query.text)
        words = positive_words(tree)
        cursor = read_cursor(query)
        kept = None if cursor is None else self._kept.get(cursor.snapshot)
        found = kept or self._find(query, tree, words=words)
        if cursor is None or kept is not None:
            return self._frozen_page(query, found, start=0 if cursor is None else cursor.offset, words=words)
        return self._page_after(query, found, cursor=cursor, words=words)

    def _find(self, query: Query, tree: Node, *, words: tuple[Words, ...]) -> _Found:
        _fill(self._connection, query, tree, words=words)
        counted = _count(self._connection)
        rows = self._connection.execute(
            "SELECT e.id, rank FROM found JOIN entries e USING (entry) ORDER BY rank DESC, e.id LIMIT ?", (_FROZEN,)
        )
        self._serial += 1
        key = digest_id(query_digest(query), str(id(self)), str(self._serial))[:12]
        found = _Found(key, tuple(rows), sum(counted["kind"].values()), _facets(counted), tuple(sorted(counted["day"].items())))
        self._kept[key] = found
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return found

    def _frozen_page(self, query: Query, found: _Found, *, start: int, words: tuple[Words, ...]) -> Page:
        if start >= len(found.order) and start < found.total:
            last = found.order[-1]
            _fill(self._connection, query, parse(query.text), words=words)
            return self._page_after(query, found, cursor=Cursor(found.key, start, last[1], last[0]), words=words)
        order = found.order[start : start + query.limit]
        end = start + len(order)
        following = Cursor(found.key, end, order[-1][1], order[-1][0]) if order and end < found.total else None
        return self._page(query, found, order=order, following=following, words=words)

    def _page_after(self, query: Query, found: _Found, *, cursor: Cursor, words: tuple[Words, ...]) -> Page:
        """Return the page after a hit, in today's order: the frozen one is gone or at its end."""
        self._kept.pop(found.key, None)
        rows = self._connection.execute(
            "SELECT e.id, rank FROM found JOIN entries e USING (entry) WHERE rank < ? OR (rank = ? AND e.id > ?)"
            " ORDER BY rank DESC, e.id LIMIT ?",
            (cursor.order, cursor.order, cursor.id, query.limit + 1),
        ).fetchall()
        order = tuple(rows[: query.limit])
        end = cursor.offset + len(order)
        following = Cursor("", end, order[-1][1], order[-1][0]) if len(rows) > query.limit else None
        return self._page(query, found, order=order, following=following, words=words)

    def _page(
        self,
        query: Query,
        found: _Found,
        *,
        order: Sequence[tuple[str, float]],
        following: Cursor | None,
        words: tuple[Words, ...],
    ) -> Page:
        hits = tuple(self._hits(order, words=words))
        after = None if following is None else write_cursor(query, following)
        return Page(hits, found.total, found.facets, found.days, after)

    def _hits(self, order: Sequence[tuple[str, float]], *, words: tuple[Words, ...]) -> list[Hit]:
        marks = ", ".join("(?, ?)" for _ in order)
        if not marks:
            return []
        tables = "shown JOIN entries e USING (id) JOIN contents USING (entry)"
        query = f"WITH shown (id, rank) AS (VALUES {marks}) SELECT {_HIT} FROM {tables}"
        rows = {row[0]: row for row in self._connection.execute(query, [value for pair in order for value in pair])}
        return [_hit(rows[identifier], words=words) for identifier, _ in order if identifier in rows]


def _fill(connection: sqlite3.Connection, query: Query, tree: Node, *, words: tuple[Words, ...]) -> None:
    """Put every entry that fits ``query`` into ``found`` with its rank: BM25, or its instant (newest first)."""
    connection.execute("DELETE FROM found")
    where = filters(query, tree)
    if query.sort is Sort.NEWEST or not words:
        connection.execute(f"INSERT INTO found SELECT e.entry, e.instant FROM entries e WHERE {where.sql}", where.values)
        return
    tables = "ranked r CROSS JOIN entries e ON e.entry = r.entry"
    if not requires_words(tree):
        tables = "entries e LEFT JOIN ranked r ON r.entry = e.entry"
    ranked = "SELECT rowid AS entry, -bm25(entry_words, 2.0, 1.0) AS score FROM entry_words WHERE entry_words MATCH ?"
    connection.execute(
        f"INSERT INTO found WITH ranked AS MATERIALIZED ({ranked})"
        f" SELECT e.entry, coalesce(r.score, 0) FROM {tables} WHERE {where.sql}",
        (match_any(words), *where.values),
    )


def _count(connection: sqlite3.Connection) -> dict[str, Counter[str]]:
    counted: dict[str, Counter[str]] = {field: Counter() for field in (*FACET_FIELDS, "day")}
    for field, column in (*((field, field) for field in FACET_FIELDS if field != "finding"), ("day", "day")):
        query = f"SELECT {column}, count(*) FROM found JOIN entries USING (entry) GROUP BY 1"
        counted[field].update({value: count for value, count in connection.execute(query) if value})
    for findings, count in connection.execute("SELECT findings, count(*) FROM found JOIN entries USING (entry) GROUP BY 1"):
        counted["finding"].update(dict.fromkeys(findings.split(), count))
    return counted


def _facets(counted: dict[str, Counter[str]]) -> Facets:
    return tuple(
        (field, tuple(sorted(counted[field].items(), key=lambda item: (-item[1], item[0]))[:FACET_VALUES]))
        for field in FACET_FIELDS
    )


def _hit(row: _HitRow, *, words: tuple[Words, ...]) -> Hit:
    identifier, kind, title, text, language, source, published, seen, findings, score, document = row
    shown = snippet(text, tuple(word for word in words if not word.title_only))
    when = None if published is None else from_instant(published)
    return Hit(
        *(identifier, EntryKind(kind), title, shown.text, language, source),
        *(when, from_instant(seen), tuple(findings.split()), score, document),
        title_spans=matched_spans(title, words),
        snippet_spans=shown.spans,
    )
