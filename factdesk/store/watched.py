"""Pages that statements stand on are asked for again, through the ledger: what came of it is noted, a change is captured.

An item is watched while a passage that was read from its page is cited by the text the public sees, or by one that waits
for approval or publication. It is asked for under the same manners as any other, and an unchanged page costs a 304.
"""

from datetime import datetime, timedelta

from sqlalchemy import Connection, or_, select, update

from factdesk.records import CaptureKind
from factdesk.store.tables import captures, citations, documents, items, passages, sources, statements, watched
from factdesk.store.upsert import upsert

LIVE = (  # the citations of a revision that is public, or on its way to be
    (statements.c.state != "withdrawn") & (citations.c.revision == statements.c.published_revision)
) | (statements.c.state.in_(("in_review", "approved")) & (citations.c.revision == statements.c.revision))
_MOST = 500  # items made due at a time: the next hour takes the next ones


def ask_again(connection: Connection, *, now: datetime, every: timedelta) -> int:
    """Make due what is watched and was not asked for since ``every``; return how many items."""
    last_asked = or_(watched.c.asked_at <= now - every, watched.c.asked_at.is_(None) & (captures.c.fetched_at <= now - every))
    query = (
        select(items.c.id)
        .join(captures, captures.c.item_id == items.c.id)
        .join(documents, documents.c.capture_id == captures.c.id)
        .join(passages, passages.c.document_id == documents.c.id)
        .join(citations, citations.c.passage_id == passages.c.id)
        .join(statements, statements.c.id == citations.c.statement_id)
        .join(sources, sources.c.id == items.c.source_id)
        .outerjoin(watched, watched.c.item_id == items.c.id)
        .where(LIVE, last_asked, sources.c.enabled, captures.c.kind == CaptureKind.PAGE.value)
        .where(items.c.outcome.is_not(None), items.c.retry_at.is_(None))
        .distinct()
        .order_by(items.c.id)
        .limit(_MOST)
    )
    due = list(connection.execute(query).scalars())
    connection.execute(update(items).where(items.c.id.in_(due)).values(retry_at=now, attempts=0))
    upsert(connection, watched, [{"item_id": item_id, "asked_at": now} for item_id in due])
    return len(due)
