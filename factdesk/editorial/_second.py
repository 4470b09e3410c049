"""Who may be the second person: nobody who wrote a revision, took one over, let a sentence pass, or settled changed evidence.

Each of these is a decision that a second person must see; the database's own rules say the same to whoever writes past the
program (migrations 0003, 0006 and 0010).
"""

from sqlalchemy import Connection, or_, select

from factdesk.editorial._records import subject
from factdesk.editorial.statement import Statement, revision_digest
from factdesk.errors import NotAllowedError, StateError
from factdesk.messages import tell
from factdesk.store.tables import approvals
from factdesk.store.tables import audit as log

WAIVED, SETTLED, TAKEN = "statement.waived", "statement.evidence_settled", "statement.taken_over"
_WHAT = {
    WAIVED: tell("You let a sentence of it pass."),
    SETTLED: tell("You wrote that it holds although its evidence changed."),
    TAKEN: tell("You took over what a model wrote."),
}


def require_other(connection: Connection, statement: Statement, user_id: int) -> None:
    """Raise ``NotAllowedError`` when the person had a hand in what is to be approved."""
    if user_id in statement.authors:
        raise NotAllowedError("You wrote part of this statement.", remedy="A second person must approve it.")
    settled = (log.c.action == SETTLED) & (log.c.at >= statement.newest.at)
    own = select(log.c.action).where(log.c.subject == subject(statement.id), log.c.user_id == user_id)
    done = connection.execute(own.where(or_(log.c.action.in_((WAIVED, TAKEN)), settled)).limit(1)).scalar()
    if done is not None:
        raise NotAllowedError(_WHAT[done], remedy="A second person must read that and approve.")


def require_same_text(statement: Statement, digest: str) -> None:
    """Raise ``StateError`` unless ``digest`` stands for exactly the newest text with its evidence."""
    if digest != present_digest(statement) or digest != statement.digest:
        raise StateError("The text or its evidence changed since you read it.", remedy="Read it again, then approve.")


def require_second_person(connection: Connection, statement: Statement) -> None:
    """Raise ``NotAllowedError`` unless a second person approved exactly the newest text."""
    approval = connection.execute(
        select(approvals).where(approvals.c.statement_id == statement.id, approvals.c.revision == statement.revision)
    ).first()
    if approval is None or approval.approver_id in statement.authors or approval.digest != present_digest(statement):
        raise NotAllowedError("No second person has approved exactly this text.", remedy="Send it to review again.")


def present_digest(statement: Statement) -> str:
    """Return the digest of the newest text and its evidence as they stand in the store."""
    newest = statement.newest
    told = {"title": newest.title, "body": newest.body, "rating": newest.rating, "note": newest.note}
    return revision_digest(**told, citations=newest.citations)
