"""Corrects a wrong match: a person names the fact-check or evidence that a flagged claim really is about."""

from dataclasses import dataclass, replace
from datetime import datetime

import structlog
from sqlalchemy import Connection, Engine, insert, select

from factdesk.entries import claim_entry
from factdesk.errors import IndexUnavailableError, NotFoundError, StateError
from factdesk.harm import Policy
from factdesk.messages import tell
from factdesk.records import Candidate, Finding, FindingKind, Passage, PassageKind
from factdesk.store import audit
from factdesk.store.database import reading, writing
from factdesk.store.documents import finding_from, known_claims, known_documents, put_findings
from factdesk.store.narratives import narratives_of
from factdesk.store.passages import known_passages
from factdesk.store.reviews import Decision
from factdesk.store.tables import findings, reviews, sources
from factdesk.weighing import weigh
from index.base import Probe, SearchIndex

_log = structlog.get_logger("factdesk.reciting")
_CORRECTABLE = (FindingKind.REPEATS, FindingKind.DISTORTS, FindingKind.DISPUTED)
_KIND = {PassageKind.FACTCHECK: FindingKind.REPEATS, PassageKind.EVIDENCE: FindingKind.DISTORTS}
_REASON = tell("A person of the desk chose this citation.")


@dataclass(frozen=True, slots=True)
class Correction:
    """Which passage a finding is really about, who says so, and when."""

    finding_id: str
    passage_id: str
    user_id: int
    at: datetime


def alternatives(engine: Engine, index: SearchIndex, finding_id: str, *, limit: int = 9) -> list[Candidate]:
    """Return what else a finding's claim may be about, best first, without what it cites now; nothing is encoded.

    Raises ``NotFoundError`` and ``IndexUnavailableError``.
    """
    with reading(engine) as connection:
        finding = _finding(connection, finding_id)
        claim, vector = known_claims(connection, [finding.claim_id])[finding.claim_id]
    proposed = index.candidates([Probe(claim.text, claim.language, vector)], limit=limit + 5)[0]
    cited = finding.citation.id if finding.citation else ""
    own = finding.document_id
    return [one for one in proposed if one.passage.id != cited and one.passage.document_id != own][:limit]


def cite_anew(engine: Engine, index: SearchIndex, told: Correction, *, policy: Policy) -> Finding:
    """Let a finding cite another passage: the old match counts as rejected, the new one as confirmed by the person.

    A fact-check makes it ``repeats``, evidence ``distorts``. Raises ``NotFoundError``, and ``StateError`` for a finding
    that flags nothing (a debunk is never made a flag).
    """
    with writing(engine) as connection:
        before = _finding(connection, told.finding_id)
        if before.kind not in _CORRECTABLE:
            raise StateError("Only a flag's citation can be corrected.", remedy="Decide about the finding instead.")
        passage = _passage(connection, told.passage_id)
        after = replace(before, kind=_KIND[passage.kind], citation=passage, reasons=(_REASON,), differences=(), shared_spans=())
        put_findings(connection, [after], at=told.at)
        claim, _ = known_claims(connection, [before.claim_id])[before.claim_id]
        weigh(connection, policy, [(after, claim.text)])
        _review(connection, told, instead_of=before.citation)
    if after.kind is not before.kind:
        _index_again(engine, index, after)
    return after


def _finding(connection: Connection, finding_id: str) -> Finding:
    row = connection.execute(select(findings).where(findings.c.id == finding_id)).first()
    if row is None:
        raise NotFoundError("This finding does not exist any more.", remedy="Its page was read anew: load the page again.")
    return finding_from(
        row, citation=known_passages(connection, [row.passage_id]).get(row.passage_id) if row.passage_id else None
    )


def _passage(connection: Connection, passage_id: str) -> Passage:
    passage = known_passages(connection, [passage_id]).get(passage_id)
    if passage is None:
        raise NotFoundError("There is no such fact-check or evidence.", remedy="Open the choices again.")
    return passage


def _review(connection: Connection, told: Correction, *, instead_of: Passage | None) -> None:
    old = instead_of.id if instead_of else None
    pairs = ((Decision.REJECTED, old), (Decision.CONFIRMED, told.passage_id))
    one = {"finding_id": told.finding_id, "user_id": told.user_id, "reason": _REASON, "at": told.at}
    connection.execute(insert(reviews), [{**one, "decision": said.value, "passage_id": about} for said, about in pairs])
    detail = {"from": old, "to": told.passage_id}
    subject = f"finding:{told.finding_id}"
    audit.record(connection, user_id=told.user_id, action="review.cited_anew", subject=subject, detail=detail, at=told.at)


def _index_again(engine: Engine, index: SearchIndex, finding: Finding) -> None:
    """Index the claim with its new kind; an index that is away gets it with the next rebuild, the store has it."""
    with reading(engine) as connection:
        claim, vector = known_claims(connection, [finding.claim_id])[finding.claim_id]
        document = known_documents(connection, [finding.document_id])[finding.document_id]
        source = connection.execute(select(sources.c.name).where(sources.c.id == document.source_id)).scalar() or ""
        narrative = narratives_of(connection, [claim.id]).get(claim.id)
    entry = claim_entry(claim, document, vector, source=source, finding=finding.kind.value, narrative=narrative)
    try:
        index.add([entry])
    except IndexUnavailableError as error:
        _log.warning("a corrected finding is not in the index yet", finding=finding.id, why=str(error))
