"""Standing queries asked of what arrives: the batch lies in a scratch database and is asked by the compiler of every search."""

from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace

import numpy as np

from index._asking import read_query
from index._folding import clean
from index._highlight import show
from index._schema import open_scratch
from index._searching import Searcher
from index._tree import Node, wordings
from index._vocabulary import Vocabulary
from index._writing import write_entries
from index.base import Entry, Match, StandingQuery


@dataclass(frozen=True, slots=True)
class Asked:
    """A standing query with its tree."""

    standing: StandingQuery
    tree: Node


def read_standing(standing: Sequence[StandingQuery]) -> list[Asked]:
    """Return the queries with their trees. Raises `QueryError`."""
    return [Asked(one, read_query(replace(one.query, cursor=None)).tree) for one in standing]


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
        vocabulary = Vocabulary(connection)
        write_entries(connection, [bare(entry) for entry in entries], vocabulary=vocabulary)
        searcher = Searcher(connection, vocabulary)
        places = {entry.id: at for at, entry in enumerate(entries)}
        found = {(places[name], which) for which, one in enumerate(asked) for name in _answers(searcher, one)}
    return told(entries, asked, found=found)


def _answers(searcher: Searcher, asked: Asked) -> Iterable[str]:
    found = searcher.find(asked.standing.query, asked.tree, alike={})
    return searcher.ids(np.flatnonzero(found).tolist()).values()


def _match(entry: Entry, asked: Asked) -> Match:
    shown = show(clean(entry.title), clean(entry.text), leaves=wordings(asked.tree), held=frozenset())
    return Match(asked.standing.id, entry.id, shown.snippet, shown.title_spans, shown.snippet_spans)
