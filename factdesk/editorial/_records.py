"""Reads statements out of the store: rows in, frozen values out; as many queries for a hundred of them as for one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, select

from factdesk.editorial._snapshot import passage_of
from factdesk.editorial.statement import Citation, MachineText, Rating, Revision, State, Statement, Step
from factdesk.errors import NotFoundError
from factdesk.messages import tell
from factdesk.store.database import is_writing
from factdesk.store.editing import machine_texts
from factdesk.store.passages import passage_from
from factdesk.store.tables import approvals, audit, citations, passages, revisions, statement_findings, statements

CORRECTED = "statement.corrected"
_PIECE = 400  # identifiers in one statement: databases limit bound values
_Rows = Sequence[Row[tuple[object, ...]]]


def load(connection: Connection, statement_id: int) -> Statement:
    """Return one statement; inside a write transaction nobody else changes it meanwhile. Raises ``NotFoundError``."""
    wanted = select(statements).where(statements.c.id == statement_id)
    rows = connection.execute(wanted.with_for_update() if is_writing(connection) else wanted).all()
    if not rows:
        raise NotFoundError(tell("There is no statement %(number)s.", number=statement_id))
    return _statements(connection, rows)[0]


def load_many(connection: Connection, ids: Sequence[int]) -> list[Statement]:
    """Return statements in the order of ``ids``, as many queries as for one. Raises ``NotFoundError``."""
    found: dict[int, Statement] = {}
    for at in range(0, len(ids), _PIECE):
        rows = connection.execute(select(statements).where(statements.c.id.in_(ids[at : at + _PIECE]))).all()
        found |= {one.id: one for one in _statements(connection, rows)}
    for statement_id in ids:
        if statement_id not in found:
            raise NotFoundError(tell("There is no statement %(number)s.", number=statement_id))
    return [found[statement_id] for statement_id in ids]


def newest_revision(connection: Connection, statement_id: int) -> int:
    """Return the number of a statement's newest revision, without its texts. Raises ``NotFoundError``."""
    number = connection.execute(select(statements.c.revision).where(statements.c.id == statement_id)).scalar()
    if number is None:
        raise NotFoundError(tell("There is no statement %(number)s.", number=statement_id))
    return int(number)


def subject(statement_id: int) -> str:
    """Return how the audit log names a statement."""
    return f"statement:{statement_id}"


@dataclass(slots=True)
class _Told:
    """What other tables tell of one statement."""

    revisions: dict[int, Revision] = field(default_factory=dict)
    approvers: dict[int, int] = field(default_factory=dict)
    history: list[Step] = field(default_factory=list)
    finding_ids: list[str] = field(default_factory=list)
    machine_texts: list[MachineText] = field(default_factory=list)


def _statements(connection: Connection, rows: _Rows) -> list[Statement]:
    told = {int(row.id): _Told() for row in rows}
    _tell_texts(connection, told)
    _tell_steps(connection, told)
    return [_statement(row, told[int(row.id)]) for row in rows]


def _tell_texts(connection: Connection, told: Mapping[int, _Told]) -> None:
    cited = _citations(connection, list(told))
    written = select(revisions).where(revisions.c.statement_id.in_(list(told))).order_by(revisions.c.number)
    for row in connection.execute(written):
        told[row.statement_id].revisions[row.number] = _revision(row, cited.get((row.statement_id, row.number), ()))
    by_model = select(machine_texts).where(machine_texts.c.statement_id.in_(list(told))).order_by(machine_texts.c.revision)
    for row in connection.execute(by_model):
        made = MachineText(row.revision, row.model, tuple(row.sentences), row.taken_by, row.taken_at)
        told[row.statement_id].machine_texts.append(made)


def _tell_steps(connection: Connection, told: Mapping[int, _Told]) -> None:
    for row in connection.execute(select(approvals).where(approvals.c.statement_id.in_(list(told)))):
        told[row.statement_id].approvers[row.revision] = row.approver_id
    linked = select(statement_findings.c.statement_id, statement_findings.c.finding_id)
    linked = linked.where(statement_findings.c.statement_id.in_(list(told))).order_by(statement_findings.c.finding_id)
    for row in connection.execute(linked):
        told[row.statement_id].finding_ids.append(row.finding_id)
    named = {subject(number): one for number, one in told.items()}
    for row in connection.execute(select(audit).where(audit.c.subject.in_(list(named))).order_by(audit.c.number)):
        named[row.subject].history.append(Step(row.at, row.action, row.user_id, str(row.detail.get("note") or "")))


def _statement(row: Row[tuple[object, ...]], told: _Told) -> Statement:
    m = row._mapping  # noqa: SLF001 # SQLAlchemy's documented accessor
    written, history = told.revisions, tuple(told.history)
    return Statement(
        id=m["id"],
        slug=m["slug"],
        state=State(m["state"]),
        language=m["language"],
        claim_text=m["claim_text"],
        claim_first_seen_at=m["claim_first_seen_at"],
        newest=written[m["revision"]],
        visible=written.get(m["published_revision"]),
        authors=tuple(sorted({revision.author_id for revision in written.values()})),
        approver=told.approvers.get(m["revision"]),
        created_at=m["created_at"],
        published_at=m["published_at"],
        corrected_at=m["corrected_at"],
        withdrawn_at=m["withdrawn_at"],
        withdrawn_reason=m["withdrawn_reason"],
        finding_ids=tuple(told.finding_ids),
        history=history,
        corrections=tuple(step for step in history if step.action == CORRECTED),
        revisions=tuple(written.values()),
        machine_texts=tuple(told.machine_texts),
    )


def _revision(row: Row[tuple[object, ...]], cited: Sequence[Citation]) -> Revision:
    return Revision(
        number=row.number,
        author_id=row.author_id,
        title=row.title,
        body=row.body,
        rating=Rating(row.rating),
        note=row.note,
        digest=row.digest,
        at=row.at,
        citations=tuple(cited),
    )


def _citations(connection: Connection, ids: Sequence[int]) -> Mapping[tuple[int, int], Sequence[Citation]]:
    """Return what is cited by (statement, revision)."""
    told = (citations.c.statement_id, citations.c.revision.label("of_revision"), citations.c.quote, citations.c.snapshot)
    columns: list[ColumnElement[Any]] = [column for column in passages.c if column is not passages.c.vector]
    query: Select[tuple[object, ...]] = select(*columns, *told).join(citations, citations.c.passage_id == passages.c.id)
    cited: dict[tuple[int, int], list[Citation]] = {}
    query = query.where(citations.c.statement_id.in_(ids)).order_by(citations.c.revision, citations.c.position)
    for row in connection.execute(query):
        passage = passage_of(row.id, row.snapshot) if row.snapshot else passage_from(row)
        cited.setdefault((row.statement_id, row.of_revision), []).append(Citation(passage, row.quote))
    return cited
