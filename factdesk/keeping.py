"""Stores and indexes what was decided: claims, findings, narratives, and the documents that carry them."""

from collections.abc import Sequence
from datetime import UTC, datetime

from factdesk.checking import Checked
from factdesk.entries import claim_entry, document_entry
from factdesk.line import Line
from factdesk.narrating import narrate
from factdesk.records import Document
from factdesk.store import documents as stored
from factdesk.store.database import reading, writing
from index.base import Entry


def keep_findings(line: Line, checked: Sequence[Checked], *, documents: Sequence[Document] = ()) -> None:
    """Store and index claims with their findings and narratives; a finding that a person has judged stays as it was.

    All documents of ``checked``, and ``documents`` (those without a claim too), are indexed anew with what was found.
    """
    at = datetime.now(UTC)
    with writing(line.engine) as connection:
        judged = stored.reviewed(connection, [item.finding.id for item in checked])
        stored.put_claims(connection, [(item.claim, item.vector) for item in checked], at=at)
        stored.put_findings(connection, [item.finding for item in checked if item.finding.id not in judged], at=at)
        told = narrate(connection, line, checked)
        stored.set_narratives(connection, told)
    claims = [_claim_entry(line, item, narrative=told.get(item.claim.id)) for item in checked]
    touched = {document.id: document for document in [*(item.document for item in checked), *documents]}
    line.index.add([*claims, *_document_entries(line, list(touched.values()))])


def _claim_entry(line: Line, item: Checked, *, narrative: str | None) -> Entry:
    source, kind = line.source(item.document.source_id).name, item.finding.kind.value
    return claim_entry(item.claim, item.document, item.vector, source=source, finding=kind, narrative=narrative)


def _document_entries(line: Line, documents: Sequence[Document]) -> list[Entry]:
    """Return the entries of documents with the findings and the narrative that the store has for them."""
    with reading(line.engine) as connection:
        told = stored.findings_of(connection, [document.id for document in documents])
    entries = []
    for document in documents:
        found = told.get(document.id, [])
        narratives = [narrative for _, kind, narrative in found if narrative and kind in ("repeats", "distorts")]
        entries.append(
            document_entry(
                document,
                source=line.source(document.source_id).name,
                findings=[kind for _, kind, _ in found],
                narrative=narratives[0] if narratives else None,
            )
        )
    return entries
