"""The library grows: fact-checks and evidence passages are stored and indexed, and claims they are about are checked again."""

import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from factdesk.arrivals import put_to_searches
from factdesk.checking import Checked, check_claims
from factdesk.entries import passage_entry
from factdesk.errors import EntriesRefusedError
from factdesk.keeping import keep_findings
from factdesk.line import Line
from factdesk.records import Document, Passage, PassageKind, SourceRole, digest_id
from factdesk.store import documents as stored
from factdesk.store.database import reading, writing
from factdesk.store.passages import count_passages, known_passages, put_passages
from index.base import EntryKind, Probe
from nlp.sentences import split

_BATCH = 256
_SHORTEST = 25  # characters of an evidence passage worth citing
_NEAR = 50


def add_passages(line: Line, passages: Iterable[Passage], *, recheck: bool = True) -> int:
    """Add passages to the library and check again the claims they may be about; return how many were new or changed.

    Works in batches, so that a library of any size passes in flat memory. Raises ``StoreError``, ``IndexUnavailableError``.
    """
    added, stream = 0, iter(passages)
    whole = _index_is_whole(line)
    while batch := list(islice(stream, _BATCH)):
        distinct = list({passage.id: passage for passage in batch}.values())
        fresh = _fresh(line, distinct) if whole else distinct
        vectors = line.encoder([passage.text for passage in fresh])
        keep_passages(line, fresh, vectors)
        if recheck:
            keep_findings(line, claims_about(line, fresh, vectors))
        added += len(fresh)
    return added


def keep_passages(line: Line, passages: Sequence[Passage], vectors: NDArray[np.float32], *, arriving: bool = False) -> None:
    """Store passages with their vectors, then index them: what the index proposes can be cited at once.

    What comes ``arriving`` from a source is put to the saved searches; what somebody imports is not.
    """
    at, pairs = datetime.now(UTC), list(zip(passages, vectors, strict=True))
    entries = [passage_entry(passage, vector) for passage, vector in pairs]
    with writing(line.engine) as connection:
        known = known_passages(connection, [passage.id for passage in passages]) if arriving else {}
        put_passages(connection, pairs, at=at)
        if arriving:
            before = [passage_entry(known[passage.id], vector) for passage, vector in pairs if passage.id in known]
            put_to_searches(connection, line, entries, before=before, at=at)
    with contextlib.suppress(EntriesRefusedError):  # logged by name; all others are in
        line.index.add(entries)


def evidence_passages(document: Document, *, publisher: str) -> list[Passage]:
    """Cut a trusted document into citable sentences; ``detail`` is the whole text, so that a reader sees the context."""
    sentences = [document.text[start:end].strip() for start, end in split(document.text, document.language)]
    return [
        Passage(
            id=digest_id("evidence", document.id, sentence),
            kind=PassageKind.EVIDENCE,
            text=sentence,
            url=document.url,
            publisher=publisher,
            language=document.language,
            title=document.title,
            detail=document.text,
            published_at=document.published_at,
            document_id=document.id,
            event=document.event,
        )
        for sentence in dict.fromkeys(sentences)
        if len(sentence) >= _SHORTEST
    ]


def passages_from(line: Line, document: Document, reviews: Sequence[Passage]) -> list[Passage]:
    """Return what a document of a trusted source adds to the library: its ClaimReviews, or its sentences as evidence."""
    source = line.source(document.source_id)
    if document.role is SourceRole.FACTCHECK:
        return [replace(p, document_id=document.id, publisher=p.publisher or source.name) for p in reviews]
    if document.role is SourceRole.EVIDENCE:
        return evidence_passages(document, publisher=source.name)
    return []


def claims_about(line: Line, passages: Sequence[Passage], vectors: NDArray[np.float32]) -> list[Checked]:
    """Check again the claims of the last ``check.recheck_days`` that new passages may be about."""
    probes = [Probe(passage.text, passage.language, vector) for passage, vector in zip(passages, vectors, strict=True)]
    near = line.index.claims_near(probes, limit=_NEAR) if probes else []
    ids = sorted({claim_id for claim_ids in near for claim_id in claim_ids})
    oldest = datetime.now(UTC) - timedelta(days=line.settings.check.recheck_days)
    with reading(line.engine) as connection:
        claims = stored.known_claims(connection, ids)
        documents = stored.known_documents(connection, sorted({claim.document_id for claim, _ in claims.values()}))
    recent = [
        (claim, documents[claim.document_id], vector)
        for claim, vector in claims.values()
        if documents[claim.document_id].seen_at >= oldest
    ]
    return check_claims(line, recent)


def _index_is_whole(line: Line) -> bool:
    """Say whether the index holds all the store does: an import that was cut off between the two is done again."""
    counts = line.index.counts()
    with reading(line.engine) as connection:
        kept = sum(count_passages(connection).values())
    return counts.get(EntryKind.FACTCHECK, 0) + counts.get(EntryKind.EVIDENCE, 0) >= kept


def _fresh(line: Line, passages: Sequence[Passage]) -> list[Passage]:
    with reading(line.engine) as connection:
        known = known_passages(connection, [passage.id for passage in passages])
    return [passage for passage in passages if known.get(passage.id) != passage]
