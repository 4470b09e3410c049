"""An index that may be away when a process starts: it is opened when it is first needed, and asked again until it answers."""

from collections.abc import Callable, Sequence

from factdesk.records import Candidate
from index.base import Entry, EntryKind, Match, Page, Probe, Query, SearchIndex, StandingQuery


class LateIndex:
    """A ``SearchIndex`` that ``open_it`` opens at the first call that succeeds; until then each raises what opening raises."""

    def __init__(self, open_it: Callable[[], SearchIndex]) -> None:
        self._open_it = open_it
        self._index: SearchIndex | None = None

    @property
    def _there(self) -> SearchIndex:
        if self._index is None:
            self._index = self._open_it()
        return self._index

    def add(self, entries: Sequence[Entry]) -> None:
        """Index ``entries``; they are found by the next search."""
        self._there.add(entries)

    def search(self, query: Query) -> Page:
        """Return one page of hits. Raises ``QueryError`` with the position of a mistake."""
        return self._there.search(query)

    def candidates(self, probes: Sequence[Probe], *, limit: int = 20) -> list[list[Candidate]]:
        """Return, for each claim, the passages that may be about it, best first."""
        return self._there.candidates(probes, limit=limit)

    def claims_near(self, probes: Sequence[Probe], *, limit: int = 50) -> list[list[str]]:
        """Return, for each passage, ids of indexed claims that may be about it."""
        return self._there.claims_near(probes, limit=limit)

    def matching(self, entries: Sequence[Entry], standing: Sequence[StandingQuery]) -> list[Match]:
        """Return which of ``standing`` each of ``entries`` answers."""
        return self._there.matching(entries, standing)

    def remove(self, ids: Sequence[str]) -> None:
        """Forget entries; unknown ids are ignored."""
        self._there.remove(ids)

    def counts(self) -> dict[EntryKind, int]:
        """Return how many entries of each kind there are."""
        return self._there.counts()

    def ids(self, kind: EntryKind, *, after: str = "", limit: int = 1000) -> list[str]:
        """Return the first ``limit`` ids of a kind that sort behind ``after``."""
        return self._there.ids(kind, after=after, limit=limit)

    def clear(self) -> None:
        """Forget everything (before a rebuild)."""
        self._there.clear()

    def close(self) -> None:
        """Release files and connections, where there are any."""
        if self._index is not None:
            self._index.close()
