"""Pages of a SQLite search: what was found is put in an order once, and shown in that order whatever arrives meanwhile."""

import sqlite3
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from factdesk.records import digest_id
from index._asking import Asked
from index._contents import unpacked_text
from index._cursor import Cursor, query_digest, write_cursor
from index._fields import Fields, folded_keys, from_instant
from index._highlight import show
from index._searching import Alike, Counted, Ordered, Searcher
from index.base import EntryKind, Hit, Page

_KEPT = 32
_HIT = (
    "e.entry, e.id, c.title, c.text, e.kind, e.language, e.source, e.role, e.event, e.narrative, e.findings,"
    " e.instant, e.seen, e.published, e.reach, CASE e.document_id WHEN '' THEN e.id ELSE e.document_id END"
)
_ROW_NAMES = ("kind", "language", "source", "role", "event", "narrative")
_HitRow = tuple[int, str, str, str | bytes, int, int, int, int, int, int, int, int, int, int | None, int, str | None]


@dataclass(frozen=True, slots=True)
class _Found:
    """What stays the same on all pages of one search."""

    key: str
    order: Ordered
    counted: Counted
    alike: Alike


class Pager:
    """Searches of one connection; the last few results keep their order while entries are added."""

    def __init__(self, connection: sqlite3.Connection, searcher: Searcher) -> None:
        self._connection = connection
        self._searcher = searcher
        self._kept: OrderedDict[str, _Found] = OrderedDict()
        self._serial = 0

    def page(self, asked: Asked, *, alike: Alike) -> Page:
        """Return one page; ``alike`` is what the sentences of ``similar:`` are like."""
        cursor = asked.cursor
        kept = None if cursor is None else self._kept.get(cursor.snapshot)
        found = kept or self._find(asked, alike)
        start = 0
        if cursor is not None:
            start = cursor.offset if kept else self._place(found.order, cursor)
        return self._shown(asked, found, start=start)

    def _find(self, asked: Asked, alike: Alike) -> _Found:
        mask = self._searcher.find(asked.query, asked.tree, alike=alike)
        order = self._searcher.order(asked, mask, alike=alike)
        self._serial += 1
        key = digest_id(query_digest(asked.query), str(id(self)), str(self._serial))[:12]
        found = _Found(key, order, self._searcher.count(asked.query, mask), alike)
        self._kept[key] = found
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return found

    def _place(self, order: Ordered, cursor: Cursor) -> int:
        """Return where the page after a hit begins in today's order, when the one it came from is gone."""
        equal = (order.scores == cursor.score) & (order.instants == cursor.instant)
        names = self._searcher.ids(order.entries[equal].tolist())
        passed = (order.scores > cursor.score) | ((order.scores == cursor.score) & (order.instants > cursor.instant))
        return int(passed.sum()) + sum(name <= cursor.id for name in names.values())

    def _shown(self, asked: Asked, found: _Found, *, start: int) -> Page:
        order, counted = found.order, found.counted
        end = min(start + asked.query.limit, len(order.entries))
        hits = tuple(self._hits(asked, found, chosen=range(start, end)))
        following = None
        if hits and end < len(order.entries):
            last = Cursor(found.key, end, float(order.scores[end - 1]), int(order.instants[end - 1]), hits[-1].id, asked.at)
            following = write_cursor(asked.query, last)
        return Page(hits, counted.total, counted.facets, counted.days, following, counted.exact)

    def _hits(self, asked: Asked, found: _Found, *, chosen: Sequence[int]) -> Iterator[Hit]:
        entries = found.order.entries[list(chosen)].tolist()
        marks = ", ".join("?" * len(entries))
        query = f"SELECT {_HIT} FROM entries e JOIN contents c USING (entry) WHERE e.entry IN ({marks})"
        rows: dict[int, _HitRow] = {row[0]: row for row in self._connection.execute(query, entries)}
        for at, entry in zip(chosen, entries, strict=True):
            if entry in rows:
                yield self._hit(rows[entry], asked, alike=found.alike, score=float(found.order.scores[at]))

    def _hit(self, row: _HitRow, asked: Asked, *, alike: Alike, score: float) -> Hit:
        entry, identifier, title, stored, *numbers, bits, at, seen, published, reach, document = row
        names = self._searcher.columns.names
        kind, language, source, role, event, narrative = (
            names[field].values[number] for field, number in zip(_ROW_NAMES, numbers, strict=True)
        )
        findings = tuple(sorted(value for bit, value in enumerate(names["finding"].values[1:]) if bits >> bit & 1))
        values = {"kind": kind, "lang": language, "source": source, "role": role, "event": event, "narrative": narrative}
        fields = Fields(frozenset(folded_keys(values, findings)), at, seen, reach)
        held = fields.held(asked.leaves, similar=[text for text, one in alike.items() if entry in one])
        shown = show(title, unpacked_text(stored), leaves=asked.leaves, held=held)
        return Hit(
            *(identifier, EntryKind(kind), title, shown.snippet, language, source),
            *(None if published is None else from_instant(published), from_instant(seen), findings, score, document),
            *(shown.title_spans, shown.snippet_spans, shown.reasons),
        )
