"""Searches of one SQLite connection: which entries fit, in which order, and what is counted about them."""

import json
import math
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index._asking import Asked
from index._columns import Columns, Mask
from index._fields import instant
from index._histogram import Bars, bars
from index._sets import Sets
from index._similar import SIMILAR_WEIGHT
from index._sql import any_of, is_wide, ranked_by
from index._tree import Node, names_kind
from index._vocabulary import Vocabulary
from index.base import Query, Sort

FACET_FIELDS = ("source", "language", "kind", "finding", "event", "role", "narrative")
FACET_VALUES = 200
RANKED = 20_000
LISTED = 50_000
_ALWAYS_WEIGHED = 20_000
_MOST_READ = 20_000  # postings that are read to weigh: some 25 ms
_MOST_TIED = 5_000
_LEAST_RARE = 1e-6
_FILTERS = {"languages": "language", "sources": "source", "roles": "role", "events": "event", "narratives": "narrative"}
Facets = tuple[tuple[str, tuple[tuple[str, int], ...]], ...]
Entries = NDArray[np.int64]
Alike = Mapping[str, Mapping[int, float]]
"""For each sentence, the entries that are like it and how much (cosine)."""


@dataclass(frozen=True, slots=True)
class Ordered:
    """The first `LISTED` entries found, best first, with their scores and instants."""

    entries: Entries
    scores: NDArray[np.float64]
    instants: Entries


@dataclass(frozen=True, slots=True)
class Counted:
    """What is told about everything found; ``exact`` is false when only the newest entries were looked at."""

    total: int
    facets: Facets
    days: Bars
    exact: bool


class Searcher:
    """Finds, orders and counts, inside its caller's transaction."""

    def __init__(self, connection: sqlite3.Connection, vocabulary: Vocabulary) -> None:
        self._connection = connection
        self.columns = Columns(connection)
        self._sets = Sets(connection, self.columns, vocabulary)

    def find(self, query: Query, tree: Node, *, alike: Alike) -> Mask:
        """Return which entries fit the tree and the filters of a query, by number."""
        self.columns.refresh()
        return self._sets.find(tree, within=self._filtered(query, tree), similar={text: [*one] for text, one in alike.items()})

    @property
    def looked_at_all(self) -> bool:
        """Whether the last `find` looked at every entry."""
        return self._sets.floor == 0

    def order(self, asked: Asked, found: Mask, *, alike: Alike) -> Ordered:
        """Return what was found by relevance (or the newest first); equal ones the newest first, then by identifier.

        Of more than `RANKED` entries found, those that arrived last are weighed, and the others follow, newest first.
        """
        entries = np.flatnonzero(found)
        weighed = self._weighed(asked, entries, alike=alike)
        scores = np.zeros(len(weighed)) if not len(weighed) else self._scores(asked, weighed, alike=alike)
        instants = self.columns.column("instant")
        order = np.lexsort((-instants[weighed], -scores))[:LISTED]
        rest = _newest(entries[: len(entries) - len(weighed)], instants, most=LISTED - len(order))
        listed = np.concatenate([weighed[order], rest])
        ordered = Ordered(listed, np.concatenate([scores[order], np.zeros(len(rest))]), instants[listed])
        return self._settled(ordered)

    def count(self, query: Query, found: Mask) -> Counted:
        """Count what was found by the values of each field and by time."""
        entries = np.flatnonzero(found)
        facets = tuple((field, self._facet(field, entries)) for field in FACET_FIELDS)
        days = bars(self.columns.column("instant")[entries], zone=query.zone, interval=query.interval)
        return Counted(len(entries), facets, days, self.looked_at_all)

    def ids(self, entries: Sequence[int]) -> dict[int, str]:
        """Return the identifiers of entries by their number."""
        query = "SELECT entry, id FROM entries WHERE entry IN (SELECT value FROM json_each(?))"
        return dict(self._connection.execute(query, (json.dumps(list(entries)),)))

    def _filtered(self, query: Query, tree: Node) -> Mask:
        mask = self.columns.alive.copy()
        kinds = () if names_kind(tree) else tuple(kind.value for kind in query.kinds)
        chosen = {"kind": kinds, "finding": query.findings}
        chosen |= {field: getattr(query, name) for name, field in _FILTERS.items()}
        for field, values in chosen.items():
            if values:
                numbers = (self.columns.names[field].number(value) for value in values)
                mask &= self._sets.numbered(field, [number for number in numbers if number])
        instants = self.columns.column("instant")
        if query.published_from is not None:
            mask &= instants >= instant(query.published_from)
        if query.published_to is not None:
            mask &= instants < instant(query.published_to)
        return mask

    def _weighed(self, asked: Asked, entries: Entries, *, alike: Alike) -> Entries:
        """Return those of ``entries`` that are weighed: the last to arrive, as many as can be weighed quickly."""
        if asked.query.sort is Sort.NEWEST or not (asked.words or alike):
            return entries[:0]
        held = self._weighing(asked.words)
        if not (held or alike):
            return entries[:0]
        last = entries[-RANKED:]
        postings = sum(held.values()) if is_wide(asked.tree, [*held]) else min(held.values(), default=0)
        if postings <= _MOST_READ:
            return last
        return last[last >= self.columns.size * (1 - _MOST_READ / postings)]

    def _scores(self, asked: Asked, entries: Entries, *, alike: Alike) -> NDArray[np.float64]:
        """Return the scores of ``entries`` (in order of their numbers)."""
        scores = np.zeros(self.columns.size)
        for expression, factor in self._weights(asked):
            rows = self._connection.execute(
                "SELECT rowid, -bm25(entry_words, 2.0, 1.0) FROM entry_words WHERE entry_words MATCH ? AND rowid >= ?",
                (expression, int(entries[0])),
            ).fetchall()
            told = np.array(rows, dtype=np.float64).reshape(-1, 2)
            scores[told[:, 0].astype(np.int64)] += factor * told[:, 1]
        for likeness in alike.values():
            for entry, value in likeness.items():
                scores[entry] += SIMILAR_WEIGHT * value
        return np.asarray(scores[entries])

    def _weights(self, asked: Asked) -> list[tuple[str, float]]:
        """Return the expressions that entries are weighed by, and what the weight of each is worth.

        Word by word where that reads no more: FTS5 holds a word of every second entry for worth nothing, where Lucene does not.
        """
        held = self._weighing(asked.words)
        if not held or (self.columns.size > _ALWAYS_WEIGHED and not is_wide(asked.tree, [*held])):
            return [(ranked_by(asked.tree, [*held]), 1.0)] if held else []
        total = int(np.count_nonzero(self.columns.alive))
        return [(any_of([word]), rarity_factor(self._sets.holding(word), total=total)) for word in held]

    def _weighing(self, words: Sequence[str]) -> dict[str, int]:
        """Return the words worth weighing and how many entries hold each: a very common one says little beside a rarer one."""
        if self.columns.size <= _ALWAYS_WEIGHED:
            return dict.fromkeys(words, 0)
        held = {word: self._sets.holding(word) for word in words}
        most = max(_ALWAYS_WEIGHED, 4 * min(held.values(), default=0))
        return {word: count for word, count in held.items() if count <= min(most, self.columns.size // 2)}

    def _settled(self, ordered: Ordered) -> Ordered:
        """Return the same order with equal neighbours put in the order of their identifiers."""
        same = (np.diff(ordered.scores) == 0) & (np.diff(ordered.instants) == 0)
        if not same.any():
            return ordered
        tied = np.concatenate([same, [False]]) | np.concatenate([[False], same])
        names = self.ids(ordered.entries[tied][:_MOST_TIED].tolist())
        places = np.flatnonzero(tied)[:_MOST_TIED]
        group = np.concatenate([[0], np.cumsum(~same)])
        order = sorted(places.tolist(), key=lambda at: (int(group[at]), names.get(int(ordered.entries[at]), "")))
        entries = ordered.entries.copy()
        entries[places] = ordered.entries[order]
        return Ordered(entries, ordered.scores, ordered.instants)

    def _facet(self, field: str, entries: Entries) -> tuple[tuple[str, int], ...]:
        names = self.columns.names[field].values
        if field == "finding":
            held = self.columns.column("findings")[entries]
            counts = [0, *(int(np.count_nonzero(held & (1 << bit))) for bit in range(len(names) - 1))]
        else:
            counts = np.bincount(self.columns.column(field)[entries], minlength=len(names)).tolist()
        told = [(names[number], count) for number, count in enumerate(counts) if number and count]
        return tuple(sorted(told, key=lambda item: (-item[1], item[0]))[:FACET_VALUES])


def rarity_factor(holding: int, *, total: int) -> float:
    """Return Lucene's rarity of a word, ``ln(1 + x)``, over FTS5's, ``max(ln x, 0.000001)``; x is ``(N - n + ½) / (n + ½)``."""
    odds = (total - holding + 0.5) / (holding + 0.5)
    return 1.0 if odds <= 0 else math.log1p(odds) / max(math.log(odds), _LEAST_RARE)


def _newest(entries: Entries, instants: Entries, *, most: int) -> Entries:
    """Return the ``most`` newest of ``entries``, newest first."""
    if len(entries) > most:
        entries = np.sort(entries[np.argpartition(-instants[entries], most)[:most]]) if most else entries[:0]
    return entries[np.argsort(-instants[entries], kind="stable")]
