"""Where the next page begins, as an opaque word that only fits the query it came from."""

import base64
import binascii
import json
from dataclasses import dataclass, replace

from factdesk.errors import QueryError
from factdesk.records import digest_id
from index.base import Query

MAX_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Cursor:
    """``snapshot`` names the frozen order, ``offset`` counts what was shown; the rest is the last hit's place in the order.

    ``asked`` is when the first page was asked for (microseconds since 1970), from which ages are measured on all of them.
    """

    snapshot: str
    offset: int
    score: float
    instant: int
    id: str
    asked: int


def query_digest(query: Query) -> str:
    """Return what identifies ``query`` whatever page of it is asked."""
    return digest_id("query", repr(replace(query, cursor=None, now=None, meanings=())))[:16]


def write_cursor(query: Query, cursor: Cursor) -> str:
    """Return ``cursor`` as an opaque URL-safe word."""
    values = [query_digest(query), cursor.snapshot, cursor.offset, cursor.score, cursor.instant, cursor.id, cursor.asked]
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode()


def read_cursor(query: Query) -> Cursor | None:
    """Return the cursor of ``query``, ``None`` on its first page. Raises `QueryError` for one that is not its own."""
    if query.cursor is None:
        return None
    try:
        digest, snapshot, offset, score, at, last, asked = json.loads(base64.urlsafe_b64decode(query.cursor.encode()))
        cursor = Cursor(str(snapshot), max(0, int(offset)), float(score), int(at), str(last), int(asked))
    except (binascii.Error, ValueError, TypeError, UnicodeError, RecursionError, OverflowError):
        raise _foreign() from None
    if digest != query_digest(query) or not 0 <= cursor.asked < _LATEST:
        raise _foreign()
    return cursor


def check_limit(query: Query) -> None:
    """Raise `QueryError` unless the page size is 1 … 200."""
    if not 1 <= query.limit <= MAX_LIMIT:
        raise QueryError(f"A page cannot hold {query.limit} hits.", remedy=f"Ask for 1 to {MAX_LIMIT}.")


def _foreign() -> QueryError:
    return QueryError("This page link does not belong to this search.", remedy="Start again from the first page.")


_LATEST = 250_000_000_000_000_000  # within the years that a datetime can hold
