"""What the JSON API tells of statements: the public one, and the draft with its sentences, evidence, versions and history."""

from typing import Any, Self

from pydantic import BaseModel

from dashboards._desk import Desk
from dashboards.api._shapes import CitationOut, Span
from factdesk.editorial import gatekeeping, versions, watch
from factdesk.editorial.gate import Ruling
from factdesk.editorial.statement import Citation, Revision, Statement
from factdesk.editorial.watch import Change
from factdesk.editorial.wording import Wording
from factdesk.store.database import reading


class StatementOut(BaseModel):
    """A published statement as the public sees it."""

    url: str
    title: str
    body: str
    rating: str
    language: str
    claim: str
    published_at: str
    corrected_at: str | None
    withdrawn_at: str | None
    withdrawn_reason: str
    corrections: list[str]
    citations: list[CitationOut]


class QuotedOut(CitationOut):
    """What a draft cites, with the words that it quotes."""

    quote: str = ""

    @classmethod
    def cited(cls, citation: Citation) -> Self:
        """Return a citation as it is told."""
        return cls(**CitationOut.of(citation.passage).model_dump(), quote=citation.quote)


class SentenceOut(BaseModel):
    """One sentence of a draft with what it rests on; ``key`` names its exact words."""

    key: str
    text: str
    standing: str
    passes: bool
    reasons: list[str]
    waiver: str

    @classmethod
    def of(cls, ruling: Ruling) -> Self:
        """Return a ruling of the citation gate as it is told."""
        return cls(
            key=ruling.key,
            text=ruling.text,
            standing=ruling.standing.value,
            passes=ruling.standing.passes,
            reasons=list(ruling.reasons),
            waiver=ruling.waiver,
        )


class StepOut(BaseModel):
    """One thing that happened to a statement."""

    at: str
    action: str
    user: int | None
    note: str


class DraftOut(BaseModel):
    """A statement as the desk works on it; ``digest`` names exactly this text for an approval."""

    id: int
    slug: str
    state: str
    language: str
    claim: str
    title: str
    body: str
    rating: str
    note: str
    revision: int
    published_revision: int | None
    digest: str
    authors: list[int]
    approver: int | None
    findings: list[str]
    citations: list[QuotedOut]

    @classmethod
    def of(cls, one: Statement) -> Self:
        """Return a statement under way as it is told."""
        return cls(**_draft(one))


class MachineOut(BaseModel):
    """What of the newest revision a model wrote, and who took it over, if anybody."""

    model: str
    sentences: list[str]
    taken_by: int | None


class VersionOut(BaseModel):
    """The statement in another language."""

    id: int
    language: str
    state: str
    changed_at: str


class RevisionLineOut(BaseModel):
    """A revision: who wrote it and when."""

    number: int
    author: int
    at: str
    title: str


class WordingOut(BaseModel):
    """A text with the half-open spans of the words that the other wording does not have."""

    text: str
    differs: list[Span]

    @classmethod
    def of(cls, wording: Wording) -> Self:
        """Return a wording as it is told."""
        return cls(text=wording.text, differs=[Span(start=start, end=end) for start, end in wording.differs])


class ChangeOut(BaseModel):
    """What became of cited evidence: ``change`` names it for ``holds``; ``lost`` are sentences that it backs no more."""

    change: str
    became: str
    reason: str
    passage: str
    present: CitationOut | None
    before: WordingOut
    after: WordingOut
    lost: list[str]

    @classmethod
    def of(cls, one: Change) -> Self:
        """Return a change of the evidence as it is told."""
        return cls(
            change=one.digest,
            became=one.became.value,
            reason=one.reason,
            passage=one.citation.passage.id,
            present=CitationOut.of(one.present) if one.present else None,
            before=WordingOut.of(one.before),
            after=WordingOut.of(one.after),
            lost=list(one.lost),
        )


class FullDraftOut(DraftOut):
    """A statement with the ruling on each sentence, what became of its evidence, its versions, revisions and history."""

    sentences: list[SentenceOut]
    changes: list[ChangeOut]
    machine: MachineOut | None
    versions: list[VersionOut]
    revisions: list[RevisionLineOut]
    history: list[StepOut]


def whole(desk: Desk, one: Statement) -> FullDraftOut:
    """Return a statement under way with everything that its page shows."""
    with reading(desk.engine) as connection:
        ruled, changed = gatekeeping.ruled(connection, one), watch.unsettled(connection, one)
    told = one.machine
    return FullDraftOut(
        **_draft(one),
        sentences=[SentenceOut.of(ruling) for ruling in ruled],
        changes=[ChangeOut.of(change) for change in changed],
        machine=MachineOut(model=told.model, sentences=list(told.sentences), taken_by=told.taken_by) if told else None,
        versions=[_version(other) for other in versions.others(desk.engine, one)],
        revisions=[_line(revision) for revision in one.revisions],
        history=[StepOut(at=s.at.isoformat(), action=s.action, user=s.user_id, note=s.note) for s in one.history],
    )


def _version(one: Statement) -> VersionOut:
    return VersionOut(id=one.id, language=one.language, state=one.state.value, changed_at=one.newest.at.isoformat())


def _line(one: Revision) -> RevisionLineOut:
    return RevisionLineOut(number=one.number, author=one.author_id, at=one.at.isoformat(), title=one.title)


def _draft(one: Statement) -> dict[str, Any]:
    return {
        "id": one.id,
        "slug": one.slug,
        "state": one.state.value,
        "language": one.language,
        "claim": one.claim_text,
        "title": one.title,
        "body": one.body,
        "rating": one.rating.value,
        "note": one.newest.note,
        "revision": one.revision,
        "published_revision": one.visible.number if one.visible else None,
        "digest": one.digest,
        "authors": list(one.authors),
        "approver": one.approver,
        "findings": list(one.finding_ids),
        "citations": [QuotedOut.cited(citation) for citation in one.citations],
    }
