"""Documents, their claims and findings in the store: what the desk lists and a rebuild of the index starts from."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Column, Connection, Row, bindparam, delete, select, update

from factdesk.records import (
    CaptureKind,
    Claim,
    Difference,
    DifferenceKind,
    Document,
    Finding,
    FindingKind,
    Passage,
    Reach,
    SourceRole,
)
from factdesk.store.passages import packed, unpacked
from factdesk.store.tables import claims, documents, findings, reviews, statement_findings
from factdesk.store.upsert import upsert

_PIECE = 400  # identifiers in one statement: databases limit bound values


def put_documents(connection: Connection, entries: Iterable[tuple[Document, bytes | None]]) -> None:
    """Store documents with their near-duplicate signatures; one seen before keeps the time it was first seen."""
    rows = [{**_document_row(document), "shingles": signature} for document, signature in entries]
    upsert(connection, documents, rows, keep=("seen_at",))


def put_claims(connection: Connection, entries: Iterable[tuple[Claim, NDArray[np.float32]]], *, at: datetime) -> None:
    """Store claims with their vectors."""
    rows = [{**_claim_row(claim), "vector": packed(vector), "created_at": at} for claim, vector in entries]
    upsert(connection, claims, rows, keep=("created_at",))


def put_findings(connection: Connection, made: Iterable[Finding], *, at: datetime) -> None:
    """Store findings; a claim has one, so a newer replaces an older."""
    rows = [{**_finding_row(finding), "found_at": at} for finding in made]
    upsert(connection, findings, rows, keep=("found_at",))


def set_narratives(connection: Connection, told: Mapping[str, str]) -> None:
    """Note which narrative each claim belongs to (claim id -> narrative id)."""
    if not told:
        return
    change = update(claims).where(claims.c.id == bindparam("claim")).values(narrative_id=bindparam("narrative"))
    connection.execute(change, [{"claim": claim_id, "narrative": narrative_id} for claim_id, narrative_id in told.items()])


def drop_claims(connection: Connection, document_ids: Sequence[str]) -> list[str]:
    """Forget the claims (and their findings) of documents whose text changed; return the claims' ids.

    Where a statement stands on such a finding, it is noted in which document it was.
    """
    gone = [row.id for row in _by(connection, claims.c.document_id, document_ids)]
    for at in range(0, len(gone), _PIECE):
        piece = gone[at : at + _PIECE]
        made = select(findings.c.id).where(findings.c.claim_id.in_(piece))
        place = select(findings.c.document_id).where(findings.c.id == statement_findings.c.finding_id).scalar_subquery()
        stated = statement_findings.c.finding_id.in_(made)
        connection.execute(update(statement_findings).where(stated).values(document_id=place))
        connection.execute(delete(claims).where(claims.c.id.in_(piece)))
    return gone


def text_digests(connection: Connection, document_ids: Sequence[str]) -> dict[str, tuple[str, int]]:
    """Return (digest of the stored text, id of the capture it was read from) for each known document."""
    return {row.id: (row.text_digest, row.capture_id) for row in _by(connection, documents.c.id, document_ids)}


def known_documents(connection: Connection, document_ids: Sequence[str]) -> dict[str, Document]:
    """Return the stored documents among ``document_ids``."""
    return {row.id: document_from(row) for row in _by(connection, documents.c.id, document_ids)}


def known_claims(connection: Connection, claim_ids: Sequence[str]) -> dict[str, tuple[Claim, NDArray[np.float32]]]:
    """Return the stored claims among ``claim_ids`` with their vectors."""
    return {row.id: (claim_from(row), _vector(row.vector)) for row in _by(connection, claims.c.id, claim_ids)}


def reviewed(connection: Connection, finding_ids: Sequence[str]) -> set[str]:
    """Return those stored findings that a person has decided about: the line leaves them as they are."""
    found: set[str] = set()
    for at in range(0, len(finding_ids), _PIECE):
        piece = finding_ids[at : at + _PIECE]
        decided = select(findings.c.id).join(reviews, reviews.c.finding_id == findings.c.id)
        found.update(connection.execute(decided.where(findings.c.id.in_(piece))).scalars())
    return found


def findings_of(connection: Connection, document_ids: Sequence[str]) -> dict[str, list[tuple[str, str, str | None]]]:
    """Return, for each document, (claim id, finding kind, narrative id) of its claims."""
    told: dict[str, list[tuple[str, str, str | None]]] = {}
    for at in range(0, len(document_ids), _PIECE):
        rows = connection.execute(
            select(findings.c.document_id, findings.c.claim_id, findings.c.kind, claims.c.narrative_id)
            .join(claims, claims.c.id == findings.c.claim_id)
            .where(findings.c.document_id.in_(document_ids[at : at + _PIECE]))
            .order_by(findings.c.claim_id)
        )
        for row in rows:
            told.setdefault(row.document_id, []).append((row.claim_id, row.kind, row.narrative_id))
    return told


def signatures(connection: Connection, *, since: datetime) -> Iterator[tuple[str, bytes]]:
    """Stream the near-duplicate signatures of first copies seen since then, oldest first."""
    rows = connection.execute(
        select(documents.c.id, documents.c.shingles)
        .where(documents.c.seen_at >= since, documents.c.duplicate_of.is_(None), documents.c.shingles.is_not(None))
        .order_by(documents.c.seen_at, documents.c.id)
    )
    yield from ((row.id, row.shingles) for row in rows)


def all_documents(connection: Connection) -> Iterator[Document]:
    """Stream every document in a fixed order."""
    rows = connection.execution_options(yield_per=500).execute(select(documents).order_by(documents.c.id))
    yield from (document_from(row) for row in rows)


def claims_of(connection: Connection, document_ids: Sequence[str]) -> dict[str, list[tuple[Claim, NDArray[np.float32]]]]:
    """Return the claims of documents with their vectors."""
    told: dict[str, list[tuple[Claim, NDArray[np.float32]]]] = {}
    for row in _by(connection, claims.c.document_id, document_ids):
        told.setdefault(row.document_id, []).append((claim_from(row), _vector(row.vector)))
    return told


def document_from(row: Row[tuple[object, ...]]) -> Document:
    """Return the document of a row that carries all columns of ``documents``."""
    m = row._mapping  # noqa: SLF001 # SQLAlchemy's documented accessor
    c = documents.c
    return Document(
        id=m[c.id],
        source_id=m[c.source_id],
        role=SourceRole(m[c.role]),
        kind=CaptureKind(m[c.kind]),
        url=m[c.url],
        title=m[c.title],
        text=m[c.text],
        language=m[c.language],
        language_probability=m[c.language_probability],
        published_at=m[c.published_at],
        published_how=m[c.published_how],
        seen_at=m[c.seen_at],
        capture_id=m[c.capture_id],
        text_digest=m[c.text_digest],
        duplicate_of=m[c.duplicate_of],
        event=m[c.event],
        reach=Reach(m[c.replies], m[c.shares], m[c.likes]),
        voice=m[c.voice],
    )


def claim_from(row: Row[tuple[object, ...]]) -> Claim:
    """Return the claim of a row that carries all columns of ``claims``."""
    m = row._mapping  # noqa: SLF001 # SQLAlchemy's documented accessor
    c = claims.c
    return Claim(
        id=m[c.id],
        document_id=m[c.document_id],
        text=m[c.text],
        start=m[c.start],
        end=m[c.end],
        language=m[c.language],
        checkworthiness=m[c.checkworthiness],
        context=m[c.context],
    )


def finding_from(row: Row[tuple[object, ...]], *, citation: Passage | None) -> Finding:
    """Return the finding of a row that carries all columns of ``findings``, with the passage it cites."""
    m = row._mapping  # noqa: SLF001 # SQLAlchemy's documented accessor
    c = findings.c
    return Finding(
        id=m[c.id],
        claim_id=m[c.claim_id],
        document_id=m[c.document_id],
        kind=FindingKind(m[c.kind]),
        probability=m[c.probability],
        citation=citation,
        reasons=tuple(m[c.reasons]),
        differences=tuple(
            Difference(DifferenceKind(kind), (said[0], said[1]), (stated[0], stated[1]), words)
            for kind, said, stated, words in m[c.differences]
        ),
        shared_spans=tuple((start, end) for start, end in m[c.shared_spans]),
        score=m[c.score],
    )


def _by(connection: Connection, column: Column[str], values: Sequence[str]) -> Iterator[Row[tuple[object, ...]]]:
    for at in range(0, len(values), _PIECE):
        yield from connection.execute(select(column.table).where(column.in_(values[at : at + _PIECE])))


def _vector(blob: bytes) -> NDArray[np.float32]:
    vector = unpacked(blob)
    return np.zeros(0, dtype=np.float32) if vector is None else vector


def _document_row(document: Document) -> dict[str, object]:
    names = (
        *("id", "source_id", "capture_id", "url", "title", "text", "language", "language_probability", "published_at"),
        *("published_how", "seen_at", "text_digest", "duplicate_of", "event", "voice"),
    )
    counts = {"replies": document.reach.replies, "shares": document.reach.shares, "likes": document.reach.likes}
    return (
        {name: getattr(document, name) for name in names} | counts | {"role": document.role.value, "kind": document.kind.value}
    )


def _claim_row(claim: Claim) -> dict[str, object]:
    names = ("id", "document_id", "text", "start", "end", "language", "checkworthiness", "context")
    return {name: getattr(claim, name) for name in names}


def _finding_row(finding: Finding) -> dict[str, object]:
    return {
        "id": finding.id,
        "claim_id": finding.claim_id,
        "document_id": finding.document_id,
        "kind": finding.kind.value,
        "probability": finding.probability,
        "passage_id": finding.citation.id if finding.citation else None,
        "reasons": list(finding.reasons),
        "differences": [[d.kind.value, list(d.claim_span), list(d.passage_span), d.words] for d in finding.differences],
        "shared_spans": [list(span) for span in finding.shared_spans],
        "score": finding.score,
    }
