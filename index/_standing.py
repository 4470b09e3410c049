"""Standing queries asked of what arrives: the batch lies in a scratch database and is asked by the compiler of every search."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np

from index._asking import meanings_of, read_query
from index._folding import clean
from index._highlight import show
from index._passages import unit_vector
from index._schema import open_scratch
from index._searching import Alike, Searcher
from index._similar import LEAST_ALIKE
from index._tree import Node, wordings
from index._vocabulary import Vocabulary
from index._writing import write_entries
from index.base import Entry, EntryKind, Match, Meaning, StandingQuery

_TICK = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Asked:
    """A standing query with its tree, and what its sentences mean."""

    standing: StandingQuery
    tree: Node
    meanings: Mapping[str, Meaning]


def read_standing(standing: Sequence[StandingQuery]) -> list[Asked]:
    """Return the queries with their trees. Raises `QueryError`, also for a sentence whose meaning is not told.

    Ages are measured from the last full five minutes: a query stays the same for as long, and what arrives was just seen.
    """
    now = datetime.now(UTC)
    now -= (now - datetime(1970, 1, 1, tzinfo=UTC)) % _TICK
    read = [(one, read_query(replace(one.query, cursor=None, now=one.query.now or now))) for one in standing]
    return [Asked(one, asked.tree, meanings_of(asked)) for one, asked in read]


def bare(entry: Entry) -> Entry:
    """Return ``entry`` without what only candidates are compared by: no filter asks for it."""
    return replace(entry, passage=None, vector=None)


def alike(entries: Sequence[Entry], asked: Sequence[Asked]) -> dict[str, set[str]]:
    """Return, for each sentence that is asked for, the identifiers of the entries that mean about that.

    A document counts as its nearest claim, as in a search; of a batch all that are near enough count, not the nearest 200.
    """
    compared = [(entry, vector) for entry in entries if (vector := unit_vector(entry.vector)) is not None]
    found: dict[str, set[str]] = {}
    for meaning in {text: one for query in asked for text, one in query.meanings.items()}.values():
        wanted = unit_vector(meaning.vector)
        near = [entry for entry, vector in compared if wanted is not None and float(vector @ wanted) >= LEAST_ALIKE]
        documents = {entry.document_id for entry in near if entry.kind is EntryKind.CLAIM and entry.document_id}
        found[meaning.text] = {entry.id for entry in near} | documents
    return found


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
        numbers = {str(name): int(number) for name, number in connection.execute("SELECT id, entry FROM entries")}
        near = {text: {numbers[name]: 1.0 for name in names & numbers.keys()} for text, names in alike(entries, asked).items()}
        places = {numbers[entry.id]: at for at, entry in enumerate(entries)}
        found = {(places[number], which) for which, one in enumerate(asked) for number in _answers(searcher, one, alike=near)}
    return told(entries, asked, found=found)


def _answers(searcher: Searcher, asked: Asked, *, alike: Alike) -> list[int]:
    found: list[int] = np.flatnonzero(searcher.find(asked.standing.query, asked.tree, alike=alike)).tolist()
    return found


def _match(entry: Entry, asked: Asked) -> Match:
    shown = show(clean(entry.title), clean(entry.text), leaves=wordings(asked.tree), held=frozenset())
    return Match(asked.standing.id, entry.id, shown.snippet, shown.title_spans, shown.snippet_spans)
