"""Entries into the generations of a desk on a server, each replaced where it lies.

Items are rolled over from one index to the next, so an entry that comes again may lie in an older one: it is looked up first
and replaced there. Should an index be rolled over between the look-up and the write, the older copy is deleted.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

import structlog
from elasticsearch import Elasticsearch

from factdesk.errors import EntriesRefusedError, IndexUnavailableError
from index._bulk import Action, Sent, send
from index._generation import Generation, Generations, Kept
from index._mapping import Json
from index._passages import PASSAGE_KINDS
from index.base import Entry

_PIECE = 1_000
_AGAIN = "Run factdesk index rebuild to build it again."
_log = structlog.get_logger("factdesk.index")
Places = Mapping[str, Sequence[str]]


class Writer:
    """Writes to every generation that is kept current."""

    def __init__(self, client: Elasticsearch, generations: Generations) -> None:
        self._client = client
        self._generations = generations

    def add(self, entries: Sequence[Entry]) -> None:
        """Add or replace ``entries``. Raises `IndexUnavailableError`; `EntriesRefusedError` when all others are in."""
        latest = {entry.id: entry for entry in entries}
        if latest:
            self._everywhere(lambda kept: self._put(kept, list(latest.values()), op="index"))

    def fill(self, generation: Generation, entries: Sequence[Entry]) -> None:
        """Add those of ``entries`` that ``generation`` does not have: what came meanwhile is newer. Raises as `add`."""
        kept = next((one for one in self._generations.kept() if one.generation == generation), None)
        if kept is None:
            raise IndexUnavailableError(f"Somebody deleted {generation.stem} while it was filled.", remedy=_AGAIN)
        if entries:
            _require(self._put(kept, list({entry.id: entry for entry in entries}.values()), op="create").refused)

    def remove(self, ids: Sequence[str]) -> None:
        """Forget entries; unknown ids are ignored."""
        if ids:
            self._everywhere(lambda kept: self._delete(kept, list(dict.fromkeys(ids))))

    def _everywhere(self, write: Callable[[Kept], Sent]) -> None:
        """Write to each generation; once more when one was exchanged for another in the meantime."""
        for _ in range(2):
            done = [write(kept) for kept in self._generations.kept()]
            if not any(sent.moved for sent in done):
                return _require({name: why for sent in done for name, why in sent.refused.items()})
        raise IndexUnavailableError("An index is not there any more.", remedy=_AGAIN)

    def _put(self, kept: Kept, entries: Sequence[Entry], *, op: str) -> Sent:
        items = [entry.id for entry in entries if entry.kind not in PASSAGE_KINDS]
        places = self._places(kept, items)
        actions = [action for entry in entries for action in _put(kept, entry, places=places.get(entry.id, ()), op=op)]
        sent = send(self._client, actions)
        self._refresh(sent.touched)
        self._settle(kept, [name for name in items if sent.places.get(name, kept.newest) != kept.newest and name not in places])
        return sent

    def _delete(self, kept: Kept, ids: Sequence[str]) -> Sent:
        places = self._places(kept, ids)
        plain = kept.items if len(kept.items) == 1 else ()
        actions = [
            Action("delete", index, name) for name in ids for index in (kept.generation.library, *places.get(name, plain))
        ]
        sent = send(self._client, actions)
        self._refresh(sent.touched)
        return sent

    def _places(self, kept: Kept, ids: Sequence[str]) -> Places:
        """Return where entries lie, the newest place last; nothing where a single index makes it plain."""
        return self._found(kept.items, ids) if len(kept.items) > 1 else {}

    def _settle(self, kept: Kept, ids: Sequence[str]) -> None:
        """Leave only the newest copy of entries that went to another index than was meant."""
        if not ids:
            return
        found = self._found((kept.generation.items,), ids)
        older = [Action("delete", index, name) for name, places in found.items() for index in places[:-1]]
        if older:
            self._refresh(send(self._client, older).touched)

    def _found(self, indices: Iterable[str], ids: Sequence[str]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for start in range(0, len(ids), _PIECE):
            piece: Json = [*ids[start : start + _PIECE]]
            answer = self._client.search(
                index=list(indices),
                query={"ids": {"values": piece}},
                size=10 * _PIECE,
                source=False,
                sort=[{"_index": "asc"}],
                ignore_unavailable=True,
            )
            for hit in answer["hits"]["hits"]:
                found.setdefault(str(hit["_id"]), []).append(str(hit["_index"]))
        return found

    def _refresh(self, names: Iterable[str]) -> None:
        if chosen := sorted(names):
            self._client.indices.refresh(index=chosen, ignore_unavailable=True)


def _put(kept: Kept, entry: Entry, *, places: Sequence[str], op: str) -> list[Action]:
    """Return what puts ``entry`` into the library, or where it lies already, or where new items go."""
    if places and op == "create":
        return []
    if entry.kind in PASSAGE_KINDS:
        return [Action(op, kept.generation.library, entry.id, entry=entry, aliased=True)]
    if not places:
        return [Action(op, kept.generation.items, entry.id, entry=entry, aliased=True)]
    return [Action(op, places[-1], entry.id, entry=entry), *(Action("delete", index, entry.id) for index in places[:-1])]


def _require(refused: Mapping[str, str]) -> None:
    for name, why in refused.items():
        _log.warning("an entry was refused by the index", entry=name, why=why)
    if refused:
        raise EntriesRefusedError(refused)
