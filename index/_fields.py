"""The fields of an entry that a query can ask for, and whether the parts of a query that are no words hold for them."""

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from index._folding import fold
from index._tree import Key, Leaf, Published, Reach, Seen, Similar
from index.base import Entry

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def instant(when: datetime) -> int:
    """Return ``when`` as microseconds since 1970, exactly."""
    return (when - _EPOCH) // _MICROSECOND


def from_instant(microseconds: int) -> datetime:
    """Return the UTC instant that `instant` counted."""
    return _EPOCH + microseconds * _MICROSECOND


@dataclass(frozen=True, slots=True)
class Fields:
    """What of an entry is no text: ``keys`` are (field, folded value); instants are microseconds since 1970."""

    keys: frozenset[tuple[str, str]]
    instant: int
    seen: int
    reach: int

    def held(self, leaves: tuple[Leaf, ...], *, similar: Container[str]) -> frozenset[Leaf]:
        """Return those ``leaves`` that hold for an entry with these fields, which is like the sentences ``similar``."""
        return frozenset(leaf for leaf in leaves if (leaf.text in similar if isinstance(leaf, Similar) else self._holds(leaf)))

    def _holds(self, leaf: Leaf) -> bool:
        if isinstance(leaf, Key):
            if leaf.prefix:
                return any(name == leaf.field and value.startswith(leaf.value) for name, value in self.keys)
            return (leaf.field, leaf.value) in self.keys
        if isinstance(leaf, Published | Seen):
            at = self.instant if isinstance(leaf, Published) else self.seen
            return (leaf.start is None or at >= instant(leaf.start)) and (leaf.end is None or at < instant(leaf.end))
        if isinstance(leaf, Reach):
            return (leaf.low is None or self.reach >= leaf.low) and (leaf.high is None or self.reach <= leaf.high)
        return False


def folded_keys(values: Mapping[str, str | None], findings: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield (field, folded value) for what is not empty."""
    for name, value in (*values.items(), *(("finding", finding) for finding in findings)):
        folded = _folded(value or "")
        if folded:
            yield name, folded


@lru_cache(maxsize=16_384)
def _folded(value: str) -> str:
    return fold(value)


def keys_of(entry: Entry) -> Iterator[tuple[str, str]]:
    """Yield the fields of ``entry`` that a query can ask for, with their folded values."""
    values = {"lang": entry.language, "source": entry.source, "role": entry.role, "event": entry.event}
    return folded_keys({"kind": entry.kind.value, **values, "narrative": entry.narrative}, entry.findings)
