"""What of the records goes into the index: never an author, never the link of a post (never 2)."""

from collections.abc import Sequence
from datetime import UTC, datetime
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from factdesk.records import Claim, Document, Passage, PassageKind, Source, SourceRole
from index.base import Entry, EntryKind

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CHANNELS = MappingProxyType({"telegram": "Telegram", "youtube": "YouTube"})
_TITLE = 140  # characters of a post that stand for its title


def source_name(source: Source) -> str:
    """Return what a source's items are found under: its name; for posts of one channel of a platform, the platform's.

    A channel may be one person's. Searching for it, and saving that search, would list what that person posted (never 2).
    """
    return _CHANNELS.get(source.kind, source.name) if source.role is SourceRole.SOCIAL else source.name


def document_entry(document: Document, *, source: str, findings: Sequence[str] = (), narrative: str | None = None) -> Entry:
    """Return the entry of a document; ``findings`` are the kinds found on its claims."""
    return Entry(
        id=document.id,
        kind=EntryKind.DOCUMENT,
        title=document.title or _cut(document.text),
        text=document.text,
        language=document.language,
        seen_at=document.seen_at,
        published_at=document.published_at,
        source=source,
        role=document.role.value,
        event=document.event,
        document_id=document.id,
        findings=tuple(sorted(set(findings))),
        narrative=narrative,
        reach=document.reach.total,
    )


def claim_entry(
    claim: Claim, document: Document, vector: NDArray[np.float32], *, source: str, finding: str, narrative: str | None
) -> Entry:
    """Return the entry of a claim with its vector."""
    return Entry(
        id=claim.id,
        kind=EntryKind.CLAIM,
        title="",
        text=claim.text,
        language=claim.language,
        seen_at=document.seen_at,
        published_at=document.published_at,
        source=source,
        role=document.role.value,
        event=document.event,
        document_id=document.id,
        findings=(finding,),
        narrative=narrative,
        reach=document.reach.total,
        vector=vector,
    )


def passage_entry(passage: Passage, vector: NDArray[np.float32]) -> Entry:
    """Return the entry of a fact-check or an evidence passage with its vector."""
    factcheck = passage.kind is PassageKind.FACTCHECK
    return Entry(
        id=passage.id,
        kind=EntryKind.FACTCHECK if factcheck else EntryKind.EVIDENCE,
        title=passage.title,
        text=passage.text,
        language=passage.language,
        seen_at=passage.published_at or _EPOCH,
        published_at=passage.published_at,
        source=passage.publisher,
        role=passage.kind.value,
        event=passage.event,
        document_id=passage.document_id,
        passage=passage,
        vector=vector,
    )


def _cut(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= _TITLE else plain[:_TITLE].rsplit(" ", 1)[0] + "…"
