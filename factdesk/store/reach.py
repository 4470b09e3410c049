"""Public counts of known posts: brought up to date when a timeline shows a post again, without archiving it."""

from collections.abc import Mapping

from sqlalchemy import BindParameter, Connection, Integer, bindparam, select, update

from factdesk.records import Reach
from factdesk.store.tables import documents

_PIECE = 500


def refresh(connection: Connection, counts: Mapping[str, Reach]) -> int:
    """Set the counts of the documents with these identifiers and return how many changed; unknown ones are passed over."""
    changed = _stale(connection, counts)
    if changed:
        new = {name: _given(f"new_{name}") for name in ("replies", "shares", "likes")}
        connection.execute(update(documents).where(documents.c.id == bindparam("known")).values(**new), changed)
    return len(changed)


def _stale(connection: Connection, counts: Mapping[str, Reach]) -> list[dict[str, object]]:
    """The rows to change; what stands there already is left alone, so that a quiet timeline writes nothing."""
    told: list[dict[str, object]] = []
    columns = (documents.c.id, documents.c.replies, documents.c.shares, documents.c.likes)
    names = list(counts)
    for start in range(0, len(names), _PIECE):
        query = select(*columns).where(documents.c.id.in_(names[start : start + _PIECE]))
        for row in connection.execute(query):
            now = counts[row.id]
            if (row.replies, row.shares, row.likes) != (now.replies, now.shares, now.likes):
                told.append({"known": row.id, "new_replies": now.replies, "new_shares": now.shares, "new_likes": now.likes})
    return told


def _given(name: str) -> BindParameter[int]:
    return bindparam(name, type_=Integer)
