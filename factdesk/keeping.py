"""Stores and indexes what was decided: claims, findings, narratives, and the documents that carry them.

Whatever arrives is put to the saved searches in the same transaction.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection

from factdesk.arrivals import put_to_searches
from factdesk.checking import Checked
from factdesk.entries import claim_entry, document_entry, source_name
from factdesk.harm import load_policy
from factdesk.line import Line
from factdesk.narrating import narrate
from factdesk.records import Document
from factdesk.store import documents as stored
from factdesk.store.database import writing
from factdesk.weighing import weigh
from index.base import Entry


def keep_findings(
    line: Line, checked: Sequence[Checked], *, documents: Sequence[Document] = (), reread: Collection[str] = ()
) -> None:
    """Store and index claims with their findings and narratives; a finding that a person has judged stays as it was.

    All documents of ``checked``, and ``documents`` (those that arrive, without a claim too), are indexed anew with what was
    found. Saved searches are asked of all; of ``reread`` documents and of those that do not arrive, only what is new.
    """
    at, arriving = datetime.now(UTC), {document.id for document in documents}
    with writing(line.engine) as connection:
        before = _as_stored(connection, line, [item for item in checked if item.document.id not in arriving])
        judged = stored.reviewed(connection, [item.finding.id for item in checked])
        stored.put_claims(connection, [(item.claim, item.vector) for item in checked], at=at)
        stored.put_findings(connection, [item.finding for item in checked if item.finding.id not in judged], at=at)
        weigh(connection, load_policy(line.settings.policy), [(item.finding, item.claim.text) for item in checked])
        told = narrate(connection, line, checked)
        stored.set_narratives(connection, told)
        touched = {document.id: document for document in [*(item.document for item in checked), *documents]}
        entries = _document_entries(connection, line, list(touched.values()))
        entries += [
            _claim_entry(line, item, kind=item.finding.kind.value, narrative=told.get(item.claim.id)) for item in checked
        ]
        put_to_searches(connection, line, entries, before=before, reread=reread, at=at)
    line.index.add(entries)


def _as_stored(connection: Connection, line: Line, checked: Sequence[Checked]) -> list[Entry]:
    """Return the entries of claims, and of their documents, with what the store says of them now."""
    documents = {item.document.id: item.document for item in checked}
    told = stored.findings_of(connection, list(documents))
    kinds = {claim: (kind, narrative) for found in told.values() for claim, kind, narrative in found}
    claims = [
        _claim_entry(line, item, kind=kinds[item.claim.id][0], narrative=kinds[item.claim.id][1])
        for item in checked
        if item.claim.id in kinds
    ]
    return [*_document_entries(connection, line, list(documents.values())), *claims]


def _claim_entry(line: Line, item: Checked, *, kind: str, narrative: str | None) -> Entry:
    source = line.source(item.document.source_id)
    return claim_entry(item.claim, item.document, item.vector, source=source_name(source), finding=kind, narrative=narrative)


def _document_entries(connection: Connection, line: Line, documents: Sequence[Document]) -> list[Entry]:
    """Return the entries of documents with the findings and the narrative that the store has for them."""
    told = stored.findings_of(connection, [document.id for document in documents])
    entries = []
    for document in documents:
        found = told.get(document.id, [])
        narratives = [narrative for _, kind, narrative in found if narrative and kind in ("repeats", "distorts")]
        entries.append(
            document_entry(
                document,
                source=source_name(line.source(document.source_id)),
                findings=[kind for _, kind, _ in found],
                narrative=narratives[0] if narratives else None,
            )
        )
    return entries
