"""Standing queries asked of what arrives: the batch lies in a scratch database and is asked by the compiler of every search."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace

from index._folding import clean
from index._highlight import matched_spans, snippet
from index._schema import open_scratch
from index._sql import filters
from index._writing import write_entries
from index.base import Entry, Match, StandingQuery
from index.query import Node, Words, parse, positive_words


@dataclass(frozen=True, slots=True)
class Asked:
    """A standing query with its tree."""

    standing: StandingQuery
    tree: Node

    @property
    def words(self) -> tuple[Words, ...]:
        """The words to mark in what matches."""
        return positive_words(self.tree)


def read_standing(standing: Sequence[StandingQuery]) -> list[Asked]:
    """Return the queries with their trees. Raises `QueryError`."""
    return [Asked(one, parse(one.query.text)) for one in standing]


def bare(entry: Entry) -> Entry:
    """Return ``entry`` without what only candidates are compared by: no filter asks for it."""
    return replace(entry, passage=None, vector=None)


def told(entries: Sequence[Entry], asked: Sequence[Asked], *, found: set[tuple[int, int]]) -> list[Match]:
    """Return the matches of (place of an entry, place of a query) pairs, by entry, then by query."""
    return [_match(entries[at], asked[which]) for at, which in sorted(found)]


def matching_in_memory(entries: Sequence[Entry], standing: Sequence[StandingQuery]) -> list[Match]:
    """Return which of ``standing`` each of ``entries`` answers."""
    asked = read_standing(standing)
    if not asked or not entries:
        return []
    with closing(open_scratch()) as connection:
        connection.execute("BEGIN")
        write_entries(connection, [bare(entry) for entry in entries])
        places = {entry.id: at for at, entry in enumerate(entries)}
        found = {(places[name], which) for which, one in enumerate(asked) for name in _answers(connection, one)}
    return told(entries, asked, found=found)


def _answers(connection: sqlite3.Connection, asked: Asked) -> Iterator[str]:
    condition = filters(asked.standing.query, asked.tree)
    rows = connection.execute(f"SELECT e.id FROM entries e WHERE {condition.sql}", condition.values)
    return (str(row[0]) for row in rows)


def _match(entry: Entry, asked: Asked) -> Match:
    words = asked.words
    shown = snippet(clean(entry.text), tuple(word for word in words if not word.title_only))
    return Match(asked.standing.id, entry.id, shown.text, matched_spans(clean(entry.title), words), shown.spans)
