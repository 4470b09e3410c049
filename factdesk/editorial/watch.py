"""The evidence watch: a statement whose evidence changed is reopened, with the difference, until a person settles it.

Nothing public is altered here. An editor corrects the statement (two persons, as ever), withdraws it, or writes why it still
holds. The audit log keeps each change once and each settlement.
"""

from datetime import datetime

from sqlalchemy import Connection, Engine, exists, or_, select

from factdesk.editorial import audit
from factdesk.editorial._evidence import Became, Change, changes_in
from factdesk.editorial._pages import page_of
from factdesk.editorial._records import load, load_many, subject
from factdesk.editorial._second import SETTLED
from factdesk.editorial.statement import Revision, State, Statement
from factdesk.errors import NotFoundError, StateError
from factdesk.messages import tell
from factdesk.store.database import reading, writing
from factdesk.store.roles import Right
from factdesk.store.tables import audit as log
from factdesk.store.tables import captures, citations, documents, passages, revisions, statements, watched
from factdesk.store.users import require_right
from factdesk.store.watched import LIVE

__all__ = ["Became", "Change", "changes", "reopened", "require_same", "review", "settle", "unsettled"]

CHANGED = "statement.evidence_changed"
_SHORTEST_REASON = 10


def changes(connection: Connection, statement: Statement) -> tuple[Change, ...]:
    """Return what became of the evidence of the newest revision and of the public one, each change once."""
    if statement.state is State.WITHDRAWN:
        return ()
    found = [_changes_of(connection, statement, revision) for revision in (statement.visible, statement.newest) if revision]
    return tuple({change.digest: change for some in found for change in some}.values())


def unsettled(connection: Connection, statement: Statement) -> tuple[Change, ...]:
    """Return the changes that no editor has settled yet."""
    found = changes(connection, statement)
    settled = _told(connection, statement.id, SETTLED) if found else frozenset()
    return tuple(change for change in found if change.digest not in settled)


def reopened(engine: Engine) -> list[tuple[Statement, tuple[Change, ...]]]:
    """Return the statements, public or on their way, whose evidence changed, with the unsettled changes; newest first."""
    with reading(engine) as connection:
        found = [(one, unsettled(connection, one)) for one in _suspects(connection)]
    return [(statement, open_) for statement, open_ in found if open_]


def review(engine: Engine, *, at: datetime) -> int:
    """Write each new change of evidence into the audit log, once; return how many are new. Raises ``StoreError``."""
    with reading(engine) as connection:
        fresh = [one.id for one in _suspects(connection) if _unheard(connection, one)]
    number = 0
    for statement_id in fresh:
        with writing(engine) as connection:
            for change in _unheard(connection, load(connection, statement_id)):
                detail = {"note": f"{_named(change)}: {change.reason}", "change": change.digest}
                audit.record(connection, user_id=None, action=CHANGED, subject=subject(statement_id), detail=detail, at=at)
                number += 1
    return number


def settle(engine: Engine, statement_id: int, *, user_id: int, digest: str, reason: str, at: datetime) -> Statement:
    """Note why a statement holds although its evidence changed.

    Raises ``NotAllowedError`` for anybody but an editor, ``StateError`` without a reason, ``NotFoundError`` for no open change.
    """
    with writing(engine) as connection:
        require_right(connection, user_id, Right.WRITE)
        statement = load(connection, statement_id)
        if len(reason.strip()) < _SHORTEST_REASON:
            raise StateError(
                "A reason in words is needed.", remedy="Say why the statement holds although the evidence changed."
            )
        change = next((one for one in unsettled(connection, statement) if one.digest == digest), None)
        if change is None:
            raise NotFoundError("The evidence changed again, or somebody settled this.", remedy="Load the statement again.")
        detail = {"note": f"{_named(change)}: {reason.strip()}", "change": digest, "reason": reason.strip()}
        audit.record(connection, user_id=user_id, action=SETTLED, subject=subject(statement_id), detail=detail, at=at)
        return load(connection, statement_id)


def require_same(connection: Connection, statement: Statement) -> None:
    """Raise ``StateError`` when what the newest revision cites changed since, and nobody settled it."""
    found = _changes_of(connection, statement, statement.newest)
    settled = _told(connection, statement.id, SETTLED) if found else frozenset()
    if open_ := [change for change in found if change.digest not in settled]:
        raise StateError(
            tell(
                "The evidence changed since it was cited. %(source)s: %(reason)s",
                source=_named(open_[0]),
                reason=open_[0].reason,
            ),
            remedy="Send it back and cite what stands there now, or write why it still holds.",
        )


def _changes_of(connection: Connection, statement: Statement, revision: Revision) -> tuple[Change, ...]:
    pages = [page_of(connection, citation.passage) for citation in revision.citations]
    return changes_in(statement, revision, pages=pages)


def _unheard(connection: Connection, statement: Statement) -> tuple[Change, ...]:
    found = changes(connection, statement)
    told = _told(connection, statement.id, CHANGED) if found else frozenset()
    return tuple(change for change in found if change.digest not in told)


def _suspects(connection: Connection) -> list[Statement]:
    """Return the statements of which a cited page was captured anew, is gone, or gave its passages anew since it was cited."""
    other = captures.alias()
    again = exists().where(
        other.c.item_id == captures.c.item_id, other.c.fetched_at > passages.c.added_at, other.c.outcome != "unchanged"
    )
    query = (
        select(statements.c.id)
        .join(citations, citations.c.statement_id == statements.c.id)
        .join(revisions, (revisions.c.statement_id == statements.c.id) & (revisions.c.number == citations.c.revision))
        .join(passages, passages.c.id == citations.c.passage_id)
        .outerjoin(documents, documents.c.id == passages.c.document_id)
        .outerjoin(captures, captures.c.id == documents.c.capture_id)
        .outerjoin(watched, watched.c.item_id == captures.c.item_id)
        .where(LIVE, or_(passages.c.added_at > revisions.c.at, watched.c.outcome.in_(("gone", "refused_opt_out")), again))
        .distinct()
        .order_by(statements.c.id.desc())
    )
    return load_many(connection, list(connection.execute(query).scalars()))


def _told(connection: Connection, statement_id: int, action: str) -> frozenset[str]:
    rows = connection.execute(select(log.c.detail).where(log.c.subject == subject(statement_id), log.c.action == action))
    return frozenset(str(detail.get("change")) for detail in rows.scalars())


def _named(change: Change) -> str:
    passage = change.citation.passage
    return ", ".join(dict.fromkeys(filter(None, (passage.publisher, passage.title)))) or passage.url
