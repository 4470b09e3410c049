"""One document as the desk shows it: its claims, findings, copies, and each capture that is still kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, or_, select

from factdesk.errors import NotFoundError
from factdesk.records import Claim, Document, Finding, Passage
from factdesk.store.database import reading
from factdesk.store.documents import claim_from, document_from, finding_from
from factdesk.store.passages import known_passages
from factdesk.store.reviews import newest_reviews
from factdesk.store.tables import captures, claims, documents, findings, sources


@dataclass(frozen=True, slots=True)
class Item:
    """A document as the desk shows it. ``checked`` pairs its claims with their finding; ``copies`` are near-duplicates."""

    document: Document
    source: str
    captured_at: datetime | None
    outcome: str
    checked: tuple[tuple[Claim, Finding | None, str | None], ...]
    copies: tuple[tuple[str, str, str], ...]
    states: dict[str, str]


def item(engine: Engine, document_id: str) -> Item:
    """Return one document with its claims, findings, copies and capture. Raises ``NotFoundError``."""
    with reading(engine) as connection:
        row = connection.execute(
            select(documents, sources.c.name, captures.c.fetched_at, captures.c.outcome)
            .join(sources, sources.c.id == documents.c.source_id)
            .outerjoin(captures, captures.c.id == documents.c.capture_id)
            .where(documents.c.id == document_id)
        ).first()
        if row is None:
            raise NotFoundError("There is no such item.", remedy="It may have expired: search for it.")
        checked = _checked(connection, document_id)
        ids = [finding.id for _, finding, _ in checked if finding]
        states = _states(connection, ids)
        first = row.duplicate_of or document_id
        return Item(
            document_from(row),
            row.name,
            row.fetched_at,
            row.outcome or "",
            checked,
            _copies(connection, first, document_id),
            states,
        )


def original_url(engine: Engine, document_id: str) -> str:
    """Return where a document was published, for the person who verifies it. Raises ``NotFoundError``."""
    with reading(engine) as connection:
        url = connection.execute(select(documents.c.url).where(documents.c.id == document_id)).scalar()
    if url is None or not url.startswith(("http://", "https://")):
        raise NotFoundError("This item has no address that can be opened.")
    return str(url)


def _checked(connection: Connection, document_id: str) -> tuple[tuple[Claim, Finding | None, str | None], ...]:
    told = connection.execute(select(claims).where(claims.c.document_id == document_id).order_by(claims.c.start)).all()
    made = connection.execute(select(findings).where(findings.c.document_id == document_id)).all()
    cited: dict[str, Passage] = known_passages(connection, [row.passage_id for row in made if row.passage_id])
    by_claim = {row.claim_id: finding_from(row, citation=cited.get(row.passage_id)) for row in made}
    return tuple((claim_from(row), by_claim.get(row.id), row.narrative_id) for row in told)


def _states(connection: Connection, finding_ids: Sequence[str]) -> dict[str, str]:
    newest = newest_reviews(finding_ids)
    rows = connection.execute(select(newest.c.finding_id, newest.c.decision))
    return {row.finding_id: row.decision for row in rows}


def _copies(connection: Connection, first: str, document_id: str) -> tuple[tuple[str, str, str], ...]:
    rows = connection.execute(
        select(documents.c.id, documents.c.title, sources.c.name)
        .join(sources, sources.c.id == documents.c.source_id)
        .where(or_(documents.c.duplicate_of == first, documents.c.id == first), documents.c.id != document_id)
        .order_by(documents.c.published_at)
        .limit(50)
    )
    return tuple((row.id, row.title, row.name) for row in rows)
