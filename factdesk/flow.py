"""The straight line: captures are read, checked, indexed and stored, batch after batch, and each ends in one counted outcome.

    Capture -> Document -> [Claim] -> [Candidate] -> [Finding] -> index -> store

The store is written first, then the index, and only then do the captures end; both writes are idempotent: whatever dies
half-way is done again, once.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import structlog
from sqlalchemy import Connection

from factdesk.checking import Checked, check_documents
from factdesk.errors import FactdeskError, IndexUnavailableError, StoreError
from factdesk.keeping import keep_findings
from factdesk.library import claims_about, keep_passages, passages_from
from factdesk.line import Line
from factdesk.reading import Read, read_captures
from factdesk.records import Capture, Document, Outcome, Passage, SourceRole
from factdesk.store import documents as stored
from factdesk.store.captures import done as end_capture
from factdesk.store.database import reading, writing
from factdesk.store.ledger import end_item

_log = structlog.get_logger("factdesk.flow")
_LIBRARY = (SourceRole.FACTCHECK, SourceRole.EVIDENCE)


def process(line: Line, captures: Sequence[Capture]) -> list[Read]:
    """Read captures and take them down the line; return what became of each."""
    sources = {capture.source_id: line.source(capture.source_id) for capture in captures}
    return process_reads(line, read_captures(captures, sources, languages=line.settings.check.languages))


def process_reads(line: Line, reads: Sequence[Read]) -> list[Read]:
    """Take read captures down the line. One that breaks the batch is quarantined, the rest goes on.

    Raises ``IndexUnavailableError`` and ``StoreError``: an outage is no fault of a capture.
    """
    try:
        return _process(line, reads)
    except (IndexUnavailableError, StoreError):
        raise
    except Exception as error:  # noqa: BLE001 # whatever broke the batch: the one that did is found and kept aside
        if len(reads) > 1:
            return [done for read in reads for done in process_reads(line, [read])]
        capture = reads[0].capture
        _log.warning("capture quarantined", capture=capture.id, error=repr(error))
        reason = str(error) if isinstance(error, FactdeskError) else f"{type(error).__name__}: {error}"
        failed = Read(capture, Outcome.QUARANTINED, reason[:300])
        with writing(line.engine) as connection:
            _end(connection, [failed])
        return [failed]


def _process(line: Line, reads: Sequence[Read]) -> list[Read]:
    reread = _read_before(line, reads)
    reads, signatures = _joined(line, _unchanged(line, _once(reads)))
    documents = [read.document for read in reads if read.document]
    with writing(line.engine) as connection:
        dropped = stored.drop_claims(connection, [document.id for document in documents])
        stored.put_documents(connection, [(document, signatures.get(document.id)) for document in documents])
    line.index.remove(dropped)
    again = _grow_library(line, reads)
    checked = check_documents(line, documents)
    keep_findings(line, [*again, *checked], documents=documents, reread=reread)
    with writing(line.engine) as connection:
        _end(connection, reads)
    return reads


def _once(reads: Sequence[Read]) -> list[Read]:
    """A document twice in one batch (the same page by two addresses) is taken once, the newest capture of it."""
    newest = {read.document.id: read.capture.id for read in reads if read.document}
    return [
        replace(read, document=None, reviews=(), outcome=Outcome.DUPLICATE, reason="The same page by another address.")
        if read.document and newest[read.document.id] != read.capture.id
        else read
        for read in reads
    ]


def _unchanged(line: Line, reads: Sequence[Read]) -> list[Read]:
    """A document whose text was read from another capture already ends as unchanged."""
    with reading(line.engine) as connection:
        known = stored.text_digests(connection, [read.document.id for read in reads if read.document])
    return [
        replace(read, document=None, reviews=(), outcome=Outcome.UNCHANGED)
        if read.document and _is_known(read.document, known.get(read.document.id))
        else read
        for read in reads
    ]


def _read_before(line: Line, reads: Sequence[Read]) -> frozenset[str]:
    """Return the documents that were read from the same capture before: a replay, or a batch that is done again."""
    with reading(line.engine) as connection:
        known = stored.text_digests(connection, [read.document.id for read in reads if read.document])
    captures = {read.document.id: read.document.capture_id for read in reads if read.document}
    return frozenset(number for number, (_, capture_id) in known.items() if captures[number] == capture_id)


def _is_known(document: Document, kept: tuple[str, int] | None) -> bool:
    return kept is not None and kept[0] == document.text_digest and kept[1] != document.capture_id


def _joined(line: Line, reads: Sequence[Read]) -> tuple[list[Read], dict[str, bytes]]:
    """Join near-duplicates to their first copy; trusted documents are each taken for themselves."""
    joined: list[Read] = []
    signatures: dict[str, bytes] = {}
    for read in reads:
        if read.document is None or read.document.role in _LIBRARY:
            joined.append(read)
            continue
        signature = line.duplicates.signature(read.document)
        first = line.duplicates.first_copy(read.document, signature=signature)
        if first is None or first == read.document.id:
            line.duplicates.add(read.document.id, signature)
            signatures[read.document.id] = signature
            joined.append(read)
        else:
            copy = replace(read.document, duplicate_of=first)
            joined.append(replace(read, document=copy, outcome=Outcome.DUPLICATE, reason=f"A copy of {first}."))
    return joined, signatures


def _grow_library(line: Line, reads: Sequence[Read]) -> list[Checked]:
    """Add what trusted documents bring, before claims of the same batch are checked; return older claims checked again."""
    passages: dict[str, Passage] = {}
    for read in reads:
        if read.document and read.document.role in _LIBRARY:
            passages |= {passage.id: passage for passage in passages_from(line, read.document, read.reviews)}
    if not passages:
        return []
    fresh = list(passages.values())
    vectors = line.encoder([passage.text for passage in fresh])
    keep_passages(line, fresh, vectors, arriving=True)
    return claims_about(line, fresh, vectors)


def _end(connection: Connection, reads: Sequence[Read]) -> None:
    at = datetime.now(UTC)
    for read in reads:
        end_capture(connection, read.capture.id, outcome=read.outcome, reason=read.reason, at=at)
        end_item(connection, read.capture.item_id, outcome=read.outcome, reason=read.reason, at=at)
