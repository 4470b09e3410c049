"""A query made ready for an engine: its tree, read at one present instant on all of its pages."""

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from factdesk.errors import QueryError
from index._cursor import Cursor, check_limit, read_cursor
from index._fields import from_instant, instant
from index._tree import Leaf, Node, Similar, leaves, ranking_words, similars
from index.base import Meaning, Query, Sort
from index.query import Clock, parse


@dataclass(frozen=True, slots=True)
class Asked:
    """A query with its tree, the cursor it came with, and the instant from which its ages are measured."""

    query: Query
    tree: Node
    cursor: Cursor | None
    at: int

    @property
    def leaves(self) -> tuple[Leaf, ...]:
        """The parts that hits are marked and explained by."""
        return leaves(self.tree)

    @property
    def words(self) -> tuple[str, ...]:
        """The words that hits are ranked by; none when the newest come first."""
        return ranking_words(self.tree) if self.query.sort is Sort.RELEVANCE else ()


def read_query(query: Query) -> Asked:
    """Return ``query`` ready to be answered. Raises `QueryError` for a mistake in it, a foreign cursor or a bad page size."""
    check_limit(query)
    cursor = read_cursor(query)
    now = query.now or datetime.now(UTC)
    at = instant(now) if cursor is None else cursor.asked
    tree = parse(query.text, clock=Clock(ZoneInfo(query.zone), from_instant(at)))
    return Asked(query, tree, cursor, at)


def meanings_of(asked: Asked) -> dict[str, Meaning]:
    """Return what the sentences of `similar:` mean. Raises `QueryError` for one that nobody has said the meaning of."""
    known = {meaning.text: meaning for meaning in asked.query.meanings}
    return {one.text: _known(one, known) for one in similars(asked.tree)}


def _known(asked: Similar, known: dict[str, Meaning]) -> Meaning:
    if asked.text not in known:
        raise QueryError(
            "What this sentence means is not known here.",
            remedy="Nothing like it was read yet: search for its words.",
            position=asked.position,
            length=len(asked.typed.partition(":")[2]),
        )
    return known[asked.text]
