"""Which captures lie in which file of the archive, and which of them a statement cites: what expiry asks and changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, ScalarSelect, Select, func, select, union, update

from factdesk.store.tables import captures, citations, documents, findings, passages, statement_findings


@dataclass(frozen=True, slots=True)
class Held:
    """A capture in a file: ``read`` when the reader is done with it, ``cited`` when a statement stands on its item."""

    id: int
    offset: int
    fetched_at: datetime
    read: bool
    cited: bool


def newest_by_file(connection: Connection) -> dict[str, datetime]:
    """Return the time of the newest capture in each file that captures name."""
    query = select(captures.c.warc_file, func.max(captures.c.fetched_at, type_=captures.c.fetched_at.type))
    rows = connection.execute(query.where(captures.c.warc_file != "").group_by(captures.c.warc_file)).all()
    return {row[0]: row[1] for row in rows}


def held(connection: Connection, file: str) -> list[Held]:
    """Return the captures of ``file``, in the order of the file.

    Cited is every capture of an item whose document a statement's finding was made in or a citation of any revision
    came from: the page as it was when it was cited, also when it was fetched again since and the finding was dropped.
    """
    query = select(captures, captures.c.item_id.in_(_cited_items()).label("cited"))
    rows = connection.execute(query.where(captures.c.warc_file == file).order_by(captures.c.warc_offset, captures.c.id))
    return [Held(row.id, row.warc_offset, row.fetched_at, row.read_at is not None, bool(row.cited)) for row in rows]


def keep_citations(connection: Connection) -> None:
    """Let nobody cite anything until this transaction ends (SQLite has one writer at a time anyway)."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("LOCK TABLE citations, statement_findings IN SHARE MODE")


def move(connection: Connection, places: Mapping[int, tuple[str, int]]) -> None:
    """Note where captures' records lie now: capture id -> (file, offset)."""
    for capture_id, (file, offset) in places.items():
        connection.execute(update(captures).where(captures.c.id == capture_id).values(warc_file=file, warc_offset=offset))


def forget(connection: Connection, capture_ids: Sequence[int]) -> None:
    """Note that captures have no record any more; their documents, findings and ledger rows stay."""
    move(connection, dict.fromkeys(capture_ids, ("", 0)))


def _cited_items() -> ScalarSelect[int]:
    from_citations = select(passages.c.document_id).join(citations, citations.c.passage_id == passages.c.id)
    from_findings = select(findings.c.document_id).join(statement_findings, statement_findings.c.finding_id == findings.c.id)
    from_dropped = select(statement_findings.c.document_id).where(statement_findings.c.document_id.is_not(None))
    cited = union(from_citations.where(passages.c.document_id.is_not(None)), from_findings, from_dropped).subquery()
    query: Select[tuple[int]] = select(captures.c.item_id).join(documents, documents.c.capture_id == captures.c.id)
    return query.where(documents.c.id.in_(select(cited.c.document_id))).scalar_subquery()
