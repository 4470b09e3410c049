"""What the JSON API answers with: no author anywhere, and no link of a post."""

from datetime import datetime
from typing import Self

from pydantic import BaseModel

from dashboards._desk import safe_link
from factdesk.records import Claim, Document, Finding, Passage
from factdesk.store.findings_view import Sighting
from factdesk.store.items_view import Item


class Span(BaseModel):
    """A half-open stretch of a text, in characters."""

    start: int
    end: int


class CitationOut(BaseModel):
    """What a finding or a statement cites."""

    id: str
    kind: str
    text: str
    url: str
    publisher: str
    title: str
    rating: str

    @classmethod
    def of(cls, passage: Passage) -> Self:
        """Return a passage as it is told."""
        return cls(
            id=passage.id,
            kind=passage.kind.value,
            text=passage.text,
            url=safe_link(passage.url),
            publisher=passage.publisher,
            title=passage.title,
            rating=passage.rating,
        )


class FindingOut(BaseModel):
    """A flagged claim beside its citation."""

    id: str
    kind: str
    probability: float
    claim: str
    language: str
    item: str
    source: str
    event: str | None
    narrative: str | None
    published_at: str
    state: str
    spread: int
    reasons: list[str]
    citation: CitationOut | None

    @classmethod
    def of(cls, one: Sighting) -> Self:
        """Return a sighting as it is told."""
        cited = one.finding.citation
        return cls(
            id=one.finding.id,
            kind=one.finding.kind.value,
            probability=one.finding.probability,
            claim=one.claim.text,
            language=one.claim.language,
            item=one.claim.document_id,
            source=one.source,
            event=one.event,
            narrative=one.narrative_id,
            published_at=one.published_at.isoformat(),
            state=one.state,
            spread=one.spread,
            reasons=reasons_of(one.finding),
            citation=CitationOut.of(cited) if cited else None,
        )


class FindingsOut(BaseModel):
    """One page of stories, each a list of its sightings."""

    total: int
    stories: list[list[FindingOut]]


class ClaimOut(BaseModel):
    """A claim of an item, with what was found about it."""

    id: str
    text: str
    start: int
    end: int
    finding: str | None
    kind: str | None
    probability: float | None
    state: str | None
    reasons: list[str]
    citation: CitationOut | None

    @classmethod
    def of(cls, claim: Claim, finding: Finding | None, *, state: str | None) -> Self:
        """Return a claim as it is told."""
        cited = finding.citation if finding else None
        return cls(
            id=claim.id,
            text=claim.text,
            start=claim.start,
            end=claim.end,
            finding=finding.id if finding else None,
            kind=finding.kind.value if finding else None,
            probability=finding.probability if finding else None,
            state=state,
            reasons=reasons_of(finding) if finding else [],
            citation=CitationOut.of(cited) if cited else None,
        )


class ItemOut(BaseModel):
    """A document with its claims."""

    id: str
    title: str
    text: str
    language: str
    source: str
    role: str
    event: str | None
    published_at: str
    published_how: str
    seen_at: str
    claims: list[ClaimOut]

    @classmethod
    def of(cls, shown: Item) -> Self:
        """Return a document as it is told: without its address, which can spell a handle."""
        doc: Document = shown.document
        return cls(
            id=doc.id,
            title=doc.title,
            text=doc.text,
            language=doc.language,
            source=shown.source,
            role=doc.role.value,
            event=doc.event,
            published_at=doc.published_at.isoformat(),
            published_how=str(doc.published_how),
            seen_at=doc.seen_at.isoformat(),
            claims=[
                ClaimOut.of(claim, finding, state=shown.states.get(finding.id, "open") if finding else None)
                for claim, finding, _ in shown.checked
            ],
        )


def reasons_of(finding: Finding) -> list[str]:
    """Return why something was flagged, in words."""
    return [*finding.reasons, *(difference.words for difference in finding.differences)]


def instant(at: datetime | None) -> str | None:
    """Return an instant as it is told (ISO 8601), if there is one."""
    return at.isoformat() if at else None
