"""Brings a stored statement before the citation gate, and keeps the waivers that people gave, in the audit log.

A waiver is for a sentence's exact words in one statement: it ends with them. It can be given while the statement is a draft,
so that whoever approves has read it.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine, select

from factdesk.editorial import audit
from factdesk.editorial._records import load, subject
from factdesk.editorial._second import WAIVED
from factdesk.editorial.gate import Draft, Piece, Ruling, pieces, problems, rulings
from factdesk.editorial.statement import Revision, State, Statement
from factdesk.errors import NotFoundError, StateError
from factdesk.messages import tell_number
from factdesk.store.database import reading, writing
from factdesk.store.roles import Right
from factdesk.store.tables import audit as log
from factdesk.store.tables import captures, documents, passages
from factdesk.store.users import require_right

_SHORTEST_REASON = 10
_SHOWN = 3


class GateError(StateError):
    """A statement that the gate holds back; ``open`` are the sentences that nothing cited backs."""

    def __init__(self, open_: Sequence[Ruling]) -> None:
        self.open = tuple(open_)
        shown = " ".join(f"“{ruling.text[:120]}” ({' '.join(ruling.reasons[:1])})" for ruling in self.open[:_SHOWN])
        number = len(self.open)
        what = tell_number(
            number,
            "%(number)s sentence is not backed by what the statement cites: %(shown)s",
            "%(number)s sentences are not backed by what the statement cites: %(shown)s",
            shown=shown,
        )
        super().__init__(
            what, remedy="Cite what says so, change the sentence, or let it pass with a reason that the second person reads."
        )


def standing(engine: Engine, statement_id: int) -> tuple[Ruling, ...]:
    """Return the gate's ruling on every sentence of the newest revision. Raises ``NotFoundError``."""
    with reading(engine) as connection:
        return ruled(connection, load(connection, statement_id))


def ruled(connection: Connection, statement: Statement) -> tuple[Ruling, ...]:
    """Return the rulings on the newest revision, waivers applied."""
    return rulings(_draft(connection, statement, statement.newest), waivers=waivers_of(connection, statement.id))


def shown_pieces(engine: Engine, statement: Statement, revision: Revision) -> tuple[tuple[Piece, ...], ...]:
    """Return the paragraphs of a revision with what each sentence rests on, for the public page."""
    with reading(engine) as connection:
        return pieces(_draft(connection, statement, revision))


def require_backing(connection: Connection, statement: Statement) -> None:
    """Raise ``GateError`` when a sentence is neither backed nor waived."""
    if open_ := problems(ruled(connection, statement)):
        raise GateError(open_)


def waive(engine: Engine, statement_id: int, *, user_id: int, key: str, reason: str, at: datetime) -> Statement:
    """Let a sentence pass that nothing cited backs, for a written reason. Raises ``StateError``, ``NotFoundError``."""
    with writing(engine) as connection:
        require_right(connection, user_id, Right.WRITE)
        statement = load(connection, statement_id)
        if statement.state is not State.DRAFT:
            raise StateError("Only a draft's sentences can be waived.", remedy="Send it back to draft first.")
        if len(reason.strip()) < _SHORTEST_REASON:
            raise StateError("A waiver needs a reason in words.", remedy="Say why it may stand: the second person reads it.")
        found = next((one for one in problems(ruled(connection, statement)) if one.key == key), None)
        if found is None:
            raise NotFoundError("This sentence is not held back any more.", remedy="Load the statement again.")
        detail = {"note": f"“{found.text}”: {reason.strip()}", "sentence": key, "reason": reason.strip()}
        audit.record(connection, user_id=user_id, action=WAIVED, subject=subject(statement_id), detail=detail, at=at)
        return load(connection, statement_id)


def _draft(connection: Connection, statement: Statement, revision: Revision) -> Draft:
    ids = [citation.passage.id for citation in revision.citations]
    return Draft(
        title=revision.title,
        body=revision.body,
        language=statement.language,
        claim=statement.claim_text,
        citations=revision.citations,
        archived=archived_among(connection, ids),
    )


def archived_among(connection: Connection, ids: Sequence[str]) -> frozenset[str]:
    """Return those of the passages whose page is in the archive."""
    held = select(passages.c.id).join(documents, documents.c.id == passages.c.document_id)
    held = held.join(captures, captures.c.id == documents.c.capture_id).where(
        captures.c.warc_file != "", passages.c.id.in_(ids)
    )
    return frozenset(connection.execute(held).scalars())


def waivers_of(connection: Connection, statement_id: int) -> dict[str, str]:
    """Return the reasons for which sentences of a statement were let pass, by sentence key."""
    given = select(log.c.detail).where(log.c.subject == subject(statement_id), log.c.action == WAIVED).order_by(log.c.number)
    return {str(detail["sentence"]): str(detail["reason"]) for detail in connection.execute(given).scalars()}
