"""Many writes to the server at once: in pieces it can take, slower when it is busy, and each refusal told apart.

What can succeed later is sent again after growing pauses and at last raises ``IndexUnavailableError``: its caller keeps it and
comes again. What cannot (an entry that the server will never take) is returned with its reason, and stops nothing else.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from elasticsearch import ApiError, Elasticsearch
from elasticsearch.helpers import parallel_bulk, streaming_bulk

from factdesk.errors import IndexUnavailableError
from index._mapping import Json, to_document
from index._server import disk_is_full
from index.base import Entry

_PIECE = 250
_PIECE_BYTES = 10_000_000
_LEAST_BYTES = 500_000
_PAUSES = (0.1, 0.2, 0.5, 1.0, 2.0, 4.0, 4.0, 4.0)  # seconds; some 16 in all
_LATER = frozenset({413, 429, 502, 503, 504})
_HARMLESS = {"create": 409, "delete": 404}


@dataclass(frozen=True, slots=True)
class Action:
    """One write: ``op`` is index, create (only what is not there) or delete; ``index`` a name, when ``aliased`` an alias.

    What is written is ``source``, or the document made of ``entry`` when its turn comes: while others are under way.
    """

    op: str
    index: str
    id: str
    source: dict[str, Json] | None = None
    aliased: bool = False
    entry: Entry | None = None

    def told(self) -> dict[str, Any]:
        """Return the action as the client's helper takes it."""
        line: dict[str, Any] = {"_op_type": self.op, "_index": self.index, "_id": self.id}
        if self.aliased:
            line["require_alias"] = True
        source = self.source if self.entry is None else to_document(self.entry)
        return line if source is None else {**line, "_source": source}


@dataclass(slots=True)
class Sent:
    """What became of some actions: where each lies now, why some were refused, and whether an index was not there any more.

    ``touched`` are the indices that were written to.
    """

    places: dict[str, str] = field(default_factory=dict)
    touched: set[str] = field(default_factory=set)
    refused: dict[str, str] = field(default_factory=dict)
    moved: bool = False


def send(client: Elasticsearch, actions: Sequence[Action]) -> Sent:
    """Do ``actions``, of which no two are of one id in one index. Raises `IndexUnavailableError` and what the client raises."""
    sent, waiting, size = Sent(), list(actions), _PIECE_BYTES
    for pause in (*_PAUSES, None):
        waiting, why = _once(client, waiting, sent=sent, size=size)
        if not waiting:
            return sent
        if pause is None:
            break
        time.sleep(pause)
        size = max(_LEAST_BYTES, size // 2)
    raise IndexUnavailableError(
        f"Elasticsearch is too busy for {len(waiting)} entries: {why}.", remedy="They wait and are sent again."
    )


def _once(client: Elasticsearch, actions: Sequence[Action], *, sent: Sent, size: int) -> tuple[list[Action], str]:
    """Send once; return what is worth another try, and the reason of one of them."""
    again, why = [], ""
    for action, told in zip(actions, _answers(client, actions, size=size), strict=True):
        status, (kind, reason) = int(told.get("status", 500)), _error(told)
        if status < 300 or status == _HARMLESS.get(action.op):
            sent.touched |= {str(told["_index"])} if "_index" in told and status < 300 else set()
            if action.op != "delete":
                sent.places[action.id] = str(told.get("_index", action.index))
        elif kind == "cluster_block_exception" and "read-only-allow-delete" in reason:
            raise disk_is_full(action.index)
        elif kind == "index_not_found_exception" or status == 404:
            sent.moved = True
        elif status in _LATER:
            again.append(action)
            why = f"{status} {kind} {reason}"[:300].rstrip(". ")
        else:
            sent.refused[action.id] = f"{kind}: {reason}"[:300]
    return again, why


def _answers(client: Elasticsearch, actions: Sequence[Action], *, size: int) -> Iterator[Mapping[str, Any]]:
    """Yield what the server says to each action, in order. A request that fails as a whole for good raises.

    Two pieces are under way at once: the server takes in one while the other is written out and read.
    """
    lines = (action.told() for action in actions)
    if len(actions) > _PIECE:
        told = parallel_bulk(
            *(client, lines, 2), chunk_size=_PIECE, max_chunk_bytes=size, raise_on_exception=False, raise_on_error=False
        )
    else:
        told = streaming_bulk(client, lines, max_chunk_bytes=size, raise_on_exception=False, raise_on_error=False)
    for _, line in told:
        (answer,) = line.values()
        failed = answer.get("exception")
        if isinstance(failed, ApiError) and failed.status_code not in _LATER:
            raise failed
        yield answer


def _error(told: Mapping[str, Any]) -> tuple[str, str]:
    """Return what kind of error an answer tells of, with the reason behind it (the outer one quotes the entry)."""
    error = told.get("error", "")
    if not isinstance(error, Mapping):
        return "", str(error)
    cause = error.get("caused_by") or error
    return str(error.get("type")), str(cause.get("reason", ""))
