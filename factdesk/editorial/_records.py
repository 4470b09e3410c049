"""Reads statements out of the store: rows in, frozen values out."""

from collections.abc import Sequence

from sqlalchemy import Connection, Row, select

from factdesk.editorial._snapshot import passage_of
from factdesk.editorial.statement import Citation, MachineText, Rating, Revision, State, Statement, Step
from factdesk.errors import NotFoundError
from factdesk.messages import tell
from factdesk.store.database import is_writing
from factdesk.store.editing import machine_texts
from factdesk.store.passages import passage_from
from factdesk.store.tables import approvals, audit, citations, passages, revisions, statement_findings, statements

CORRECTED = "statement.corrected"


def load(connection: Connection, statement_id: int) -> Statement:
    """Return one statement; inside a write transaction nobody else changes it meanwhile. Raises ``NotFoundError``."""
    wanted = select(statements).where(statements.c.id == statement_id)
    row = connection.execute(wanted.with_for_update() if is_writing(connection) else wanted).first()
    if row is None:
        raise NotFoundError(tell("There is no statement %(number)s.", number=statement_id))
    return _statement(connection, row)


def load_many(connection: Connection, ids: Sequence[int]) -> list[Statement]:
    """Return statements in the order of ``ids``."""
    return [load(connection, statement_id) for statement_id in ids]


def subject(statement_id: int) -> str:
    """Return how the audit log names a statement."""
    return f"statement:{statement_id}"


def _statement(connection: Connection, row: Row[tuple[object, ...]]) -> Statement:
    m = row._mapping  # noqa: SLF001 # SQLAlchemy's documented accessor
    written = _revisions(connection, m["id"])
    newest = written[m["revision"]]
    approval = connection.execute(
        select(approvals.c.approver_id).where(approvals.c.statement_id == m["id"], approvals.c.revision == newest.number)
    ).first()
    history = _history(connection, m["id"])
    linked = select(statement_findings.c.finding_id).where(statement_findings.c.statement_id == m["id"])
    return Statement(
        id=m["id"],
        slug=m["slug"],
        state=State(m["state"]),
        language=m["language"],
        claim_text=m["claim_text"],
        claim_first_seen_at=m["claim_first_seen_at"],
        newest=newest,
        visible=written.get(m["published_revision"]),
        authors=tuple(sorted({revision.author_id for revision in written.values()})),
        approver=approval.approver_id if approval else None,
        created_at=m["created_at"],
        published_at=m["published_at"],
        corrected_at=m["corrected_at"],
        withdrawn_at=m["withdrawn_at"],
        withdrawn_reason=m["withdrawn_reason"],
        finding_ids=tuple(connection.execute(linked.order_by(statement_findings.c.finding_id)).scalars()),
        history=history,
        corrections=tuple(step for step in history if step.action == CORRECTED),
        revisions=tuple(written.values()),
        machine_texts=_machine_texts(connection, m["id"]),
    )


def _revisions(connection: Connection, statement_id: int) -> dict[int, Revision]:
    cited = _citations(connection, statement_id)
    rows = connection.execute(select(revisions).where(revisions.c.statement_id == statement_id).order_by(revisions.c.number))
    return {
        row.number: Revision(
            number=row.number,
            author_id=row.author_id,
            title=row.title,
            body=row.body,
            rating=Rating(row.rating),
            note=row.note,
            digest=row.digest,
            at=row.at,
            citations=tuple(cited.get(row.number, ())),
        )
        for row in rows
    }


def _machine_texts(connection: Connection, statement_id: int) -> tuple[MachineText, ...]:
    query = select(machine_texts).where(machine_texts.c.statement_id == statement_id).order_by(machine_texts.c.revision)
    return tuple(
        MachineText(row.revision, row.model, tuple(row.sentences), row.taken_by, row.taken_at)
        for row in connection.execute(query)
    )


def _citations(connection: Connection, statement_id: int) -> dict[int, list[Citation]]:
    rows = connection.execute(
        select(passages, citations.c.revision.label("of_revision"), citations.c.quote, citations.c.snapshot)
        .join(citations, citations.c.passage_id == passages.c.id)
        .where(citations.c.statement_id == statement_id)
        .order_by(citations.c.revision, citations.c.position)
    )
    cited: dict[int, list[Citation]] = {}
    for row in rows:
        told = passage_of(row.id, row.snapshot) if row.snapshot else passage_from(row)
        cited.setdefault(row.of_revision, []).append(Citation(told, row.quote))
    return cited


def _history(connection: Connection, statement_id: int) -> tuple[Step, ...]:
    rows = connection.execute(select(audit).where(audit.c.subject == subject(statement_id)).order_by(audit.c.number))
    return tuple(Step(row.at, row.action, row.user_id, str(row.detail.get("note") or "")) for row in rows)
