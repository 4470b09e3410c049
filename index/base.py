"""The seam of search: what every backend must do, in domain words; no query language crosses it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from factdesk.records import Candidate, Passage


class EntryKind(StrEnum):
    """What an entry of the index is."""

    DOCUMENT = "document"
    CLAIM = "claim"
    FACTCHECK = "factcheck"
    EVIDENCE = "evidence"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that can be found. No author, no handle, and no link of a post (never 2).

    ``id`` is the document's, claim's or passage's; ``document_id`` is a claim's document. ``passage`` is present on
    FACTCHECK and EVIDENCE entries and comes back in their candidates. ``vector`` is ``float32[dim]`` of unit length (claims and
    passages have one, documents need none). ``findings`` are the finding kinds on a document (its claims') or of a claim.
    """

    id: str
    kind: EntryKind
    title: str
    text: str
    language: str
    seen_at: datetime
    published_at: datetime | None = None
    source: str = ""
    role: str = ""
    event: str | None = None
    document_id: str | None = None
    findings: tuple[str, ...] = ()
    narrative: str | None = None
    reach: int = 0
    passage: Passage | None = None
    vector: NDArray[np.float32] | None = field(default=None, compare=False)


class Sort(StrEnum):
    """Order of hits."""

    RELEVANCE = "relevance"
    NEWEST = "newest"


class Interval(StrEnum):
    """How long one bar of a histogram lasts."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a sentence that is asked for by ``similar:`` means: ``vector`` is ``float32[dim]``.

    ``taken_from`` is the stored sentence whose vector it is, when nobody has encoded the sentence itself.
    """

    text: str
    vector: NDArray[np.float32] = field(compare=False, repr=False)
    taken_from: str = ""


@dataclass(frozen=True, slots=True)
class Query:
    """What an analyst asks. ``text`` is the typed words (see ``index.query`` for its syntax); the rest filters.

    An empty tuple means no filter. ``cursor`` is a ``Page.cursor`` of the same query. ``limit`` is 1 … 200. Days are those of
    the time zone ``zone`` (an IANA name); ages are measured from ``now``, the present without one. ``meanings`` holds what
    the sentences of the text's ``similar:`` mean: an index knows no model.
    """

    text: str = ""
    kinds: tuple[EntryKind, ...] = (EntryKind.DOCUMENT,)
    languages: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    narratives: tuple[str, ...] = ()
    published_from: datetime | None = None
    published_to: datetime | None = None
    sort: Sort = Sort.RELEVANCE
    limit: int = 20
    cursor: str | None = None
    zone: str = "UTC"
    interval: Interval = Interval.DAY
    now: datetime | None = None
    meanings: tuple[Meaning, ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """A part of the query, as it was typed, by which an entry was found, and the words of the entry that did it."""

    part: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """One entry found: ``title_spans`` and ``snippet_spans`` are the matched parts of ``title`` and ``snippet``.

    ``reasons`` are the parts of the query that it was found by, in their order.
    """

    id: str
    kind: EntryKind
    title: str
    snippet: str
    language: str
    source: str
    published_at: datetime | None
    seen_at: datetime
    findings: tuple[str, ...]
    score: float
    document_id: str | None = None
    title_spans: tuple[tuple[int, int], ...] = ()
    snippet_spans: tuple[tuple[int, int], ...] = ()
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """Hits with their ``total``, ``facets`` (field -> ((value, count), …)) and ``days`` ((label, count), …).

    A label is an ISO date (of a week its Monday), or, by hour, the local hour with its offset. ``exact`` says that total,
    facets and days count everything found; otherwise there is more, and they count what arrived last.
    """

    hits: tuple[Hit, ...]
    total: int
    facets: tuple[tuple[str, tuple[tuple[str, int], ...]], ...] = ()
    days: tuple[tuple[str, int], ...] = ()
    cursor: str | None = None
    exact: bool = True


@dataclass(frozen=True, slots=True)
class Probe:
    """A claim (or a passage) as the index needs it to propose what may be about it: its words and its vector."""

    text: str
    language: str
    vector: NDArray[np.float32] | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class StandingQuery:
    """A query that waits for entries to arrive: its words and filters count; its order, limit and cursor do not."""

    id: str
    query: Query


@dataclass(frozen=True, slots=True)
class Match:
    """An arriving entry that answers a standing query, with the words that matched: spans as in a `Hit`."""

    standing: str
    entry: str
    snippet: str
    title_spans: tuple[tuple[int, int], ...] = ()
    snippet_spans: tuple[tuple[int, int], ...] = ()


class SearchIndex(Protocol):
    """A search engine that holds entries. Adding an id again replaces it. Raises ``IndexUnavailableError`` when it is down."""

    def add(self, entries: Sequence[Entry]) -> None:
        """Index ``entries``; they are found by the next search."""
        ...

    def search(self, query: Query) -> Page:
        """Return one page of hits. Raises ``QueryError`` with the position of a mistake."""
        ...

    def candidates(self, probes: Sequence[Probe], *, limit: int = 20) -> list[list[Candidate]]:
        """Return, for each claim, the passages (fact-checks and evidence) that may be about it, best first."""
        ...

    def claims_near(self, probes: Sequence[Probe], *, limit: int = 50) -> list[list[str]]:
        """Return, for each passage, ids of indexed claims that may be about it: what to check again when the library grows."""
        ...

    def matching(self, entries: Sequence[Entry], standing: Sequence[StandingQuery]) -> list[Match]:
        """Return which of ``standing`` each of ``entries`` answers: what a search would find once they are indexed.

        The entries need not be indexed, and nothing is indexed here. By entry, then by standing query, in the order given.
        Raises ``QueryError`` for a query that cannot be read.
        """
        ...

    def remove(self, ids: Sequence[str]) -> None:
        """Forget entries; unknown ids are ignored."""
        ...

    def counts(self) -> dict[EntryKind, int]:
        """Return how many entries of each kind there are."""
        ...

    def ids(self, kind: EntryKind, *, after: str = "", limit: int = 1000) -> list[str]:
        """Return the first ``limit`` ids of a kind that sort behind ``after``: all of them, page by page, in flat memory."""
        ...

    def clear(self) -> None:
        """Forget everything (before a rebuild)."""
        ...

    def close(self) -> None:
        """Release files and connections."""
        ...
