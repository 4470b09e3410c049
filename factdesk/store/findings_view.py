"""What the desk lists: the queue of flagged claims, one row for a story wherever it appears, and each document."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Engine,
    Subquery,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
)

from factdesk.errors import NotFoundError
from factdesk.records import Claim, Document, Finding, Passage
from factdesk.store.database import reading
from factdesk.store.documents import claim_from, document_from, finding_from
from factdesk.store.passages import known_passages
from factdesk.store.reviews import newest_reviews
from factdesk.store.stories import surest_flags
from factdesk.store.tables import captures, claims, documents, findings, sources, statement_findings

OPEN = "open"
_FLAGS = ("repeats", "distorts")
_SHOWN = 12  # sightings listed under one row
_CHOICES = 60  # values listed in one filter


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """What an analyst narrows the queue to; ``None`` is everything. ``state`` is ``open``, a decision, or ``None`` for all."""

    kind: str | None = None
    language: str | None = None
    source: int | None = None
    event: str | None = None
    narrative: str | None = None
    state: str | None = OPEN


@dataclass(frozen=True, slots=True)
class Sighting:
    """One flagged claim where it stands. ``spread`` counts the sighting, its copies and the public counts of a post."""

    finding: Finding
    claim: Claim
    title: str
    source: str
    role: str
    event: str | None
    published_at: datetime
    narrative_id: str | None
    state: str
    spread: int


@dataclass(frozen=True, slots=True)
class Flag:
    """One row of the queue: the sightings that tell the same story against the same citation, surest first."""

    sightings: tuple[Sighting, ...]
    total: int
    spread: int
    priority: float

    @property
    def first(self) -> Sighting:
        """The sighting that stands for the row."""
        return self.sightings[0]

    @property
    def finding_ids(self) -> tuple[str, ...]:
        """The findings that a decision from the row is about: exactly those it shows."""
        return tuple(sighting.finding.id for sighting in self.sightings)


@dataclass(frozen=True, slots=True)
class QueuePage:
    """Rows of the queue, how many stories and flagged claims there are in all, and the values that each filter can take.

    A value's number counts the flagged claims that choosing it would show beside the other filters; the chosen one may be 0.
    """

    rows: tuple[Flag, ...]
    total: int
    claims: int
    choices: dict[str, tuple[tuple[str, str, int], ...]]


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


def queue(engine: Engine, asked: QueueFilter, *, limit: int = 30, offset: int = 0, teach: bool = False) -> QueuePage:
    """Return one page of the queue, ordered by spread x probability (both summed up over the sightings of a row).

    With ``teach`` the rows come first whose sightings are nearest to an even chance: a decision about them teaches most.
    """
    flagged = _flagged()
    where = _conditions(flagged, asked)
    grouped = _grouped(flagged, where)
    with reading(engine) as connection:
        counted = select(func.count(), func.coalesce(func.sum(grouped.c.sightings), 0)).select_from(grouped)
        total, told = connection.execute(counted).one()
        order = (*((grouped.c.sureness,) if teach else ()), grouped.c.priority.desc(), grouped.c.story)
        stories = connection.execute(select(grouped).order_by(*order).limit(limit).offset(offset)).all()
        sightings = _sightings(connection, flagged, [*where, flagged.c.story.in_([row.story for row in stories])])
        rows = tuple(
            Flag(tuple(sightings[row.story][:_SHOWN]), row.sightings, row.spread, row.priority)
            for row in stories
            if row.story in sightings
        )
        return QueuePage(rows, total, int(told), _choices(connection, flagged, asked))


def flag_of(engine: Engine, finding_ids: Sequence[str]) -> Flag | None:
    """Return the row that shows these findings, whatever their state, or ``None`` when they are gone."""
    flagged = _flagged()
    with reading(engine) as connection:
        found = _sightings(connection, flagged, [flagged.c.id.in_(list(finding_ids))])
    shown = [sighting for group in found.values() for sighting in group]
    if not shown:
        return None
    spread = sum(sighting.spread for sighting in shown)
    return Flag(tuple(shown), len(shown), spread, spread * shown[0].finding.probability)


def confirmed(engine: Engine, *, limit: int = 50) -> list[Flag]:
    """Return confirmed stories without a statement yet, most spread first: what an editor can draft from."""
    taken = select(statement_findings.c.finding_id)
    flagged = _flagged()
    where = [flagged.c.state == "confirmed", flagged.c.id.not_in(taken)]
    grouped = _grouped(flagged, where)
    with reading(engine) as connection:
        stories = connection.execute(select(grouped).order_by(grouped.c.priority.desc(), grouped.c.story).limit(limit)).all()
        found = _sightings(connection, flagged, [*where, flagged.c.story.in_([row.story for row in stories])])
    return [Flag(tuple(found[row.story][:_SHOWN]), row.sightings, row.spread, row.priority) for row in stories]


def sightings_of(engine: Engine, narrative_id: str, *, limit: int = 100) -> list[Sighting]:
    """Return the flagged claims of one narrative, newest first."""
    flagged = _flagged()
    with reading(engine) as connection:
        found = _sightings(connection, flagged, [flagged.c.narrative_id == narrative_id])
    rows = [sighting for group in found.values() for sighting in group]
    return sorted(rows, key=lambda sighting: sighting.published_at, reverse=True)[:limit]


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


def _flagged() -> Subquery:
    """Return every flagged finding with its story, state and spread."""
    newest = newest_reviews()
    copies = (
        select(documents.c.duplicate_of.label("first"), func.count().label("copies"))
        .where(documents.c.duplicate_of.is_not(None))
        .group_by(documents.c.duplicate_of)
        .subquery()
    )
    told = claims.c.narrative_id + literal(":") + findings.c.passage_id + literal(":") + findings.c.kind
    public = cast(documents.c.replies, BigInteger) + documents.c.shares + documents.c.likes
    return (
        select(
            findings.c.id,
            findings.c.kind,
            findings.c.probability,
            case((claims.c.narrative_id.is_(None), findings.c.id), else_=told).label("story"),
            claims.c.narrative_id,
            claims.c.language,
            documents.c.source_id,
            documents.c.event,
            func.coalesce(newest.c.decision, OPEN).label("state"),
            (1 + func.coalesce(copies.c.copies, 0) + public).label("spread"),
        )
        .join(claims, claims.c.id == findings.c.claim_id)
        .join(documents, documents.c.id == findings.c.document_id)
        .outerjoin(newest, newest.c.finding_id == findings.c.id)
        .outerjoin(copies, copies.c.first == documents.c.id)
        .where(findings.c.kind.in_(_FLAGS))
        .subquery("flagged")
    )


def _conditions(flagged: Subquery, asked: QueueFilter) -> list[ColumnElement[bool]]:
    c = flagged.c
    pairs = (
        (c.kind, asked.kind),
        (c.language, asked.language),
        (c.source_id, asked.source),
        (c.event, asked.event),
        (c.narrative_id, asked.narrative),
        (c.state, asked.state),
    )
    return [column == value for column, value in pairs if value is not None]


def _grouped(flagged: Subquery, where: Sequence[ColumnElement[bool]]) -> Subquery:
    spread = cast(func.sum(flagged.c.spread), BigInteger)  # PostgreSQL sums big integers into a decimal
    return (
        select(
            flagged.c.story,
            func.count().label("sightings"),
            spread.label("spread"),
            (spread * func.max(flagged.c.probability)).label("priority"),
            func.min(func.abs(flagged.c.probability - 0.5)).label("sureness"),
        )
        .where(and_(True, *where))
        .group_by(flagged.c.story)
        .subquery("stories")
    )


def _sightings(connection: Connection, flagged: Subquery, where: Sequence[ColumnElement[bool]]) -> dict[str, list[Sighting]]:
    rows = connection.execute(
        select(
            findings,
            claims,
            documents.c.title.label("document_title"),
            documents.c.role.label("document_role"),
            documents.c.event.label("document_event"),
            documents.c.published_at.label("document_published_at"),
            sources.c.name.label("source_name"),
            flagged.c.story,
            flagged.c.state,
            flagged.c.spread,
        )
        .join(flagged, flagged.c.id == findings.c.id)
        .join(claims, claims.c.id == findings.c.claim_id)
        .join(documents, documents.c.id == findings.c.document_id)
        .join(sources, sources.c.id == documents.c.source_id)
        .where(*where)
        .order_by(findings.c.probability.desc(), findings.c.id)
    ).all()
    cited = known_passages(connection, list({row.passage_id for row in rows if row.passage_id}))
    found: dict[str, list[Sighting]] = {}
    for row in rows:
        sighting = Sighting(
            finding=finding_from(row, citation=cited.get(row.passage_id)),
            claim=claim_from(row),
            title=row.document_title,
            source=row.source_name,
            role=row.document_role,
            event=row.document_event,
            published_at=row.document_published_at,
            narrative_id=row.narrative_id,
            state=row.state,
            spread=row.spread,
        )
        found.setdefault(row.story, []).append(sighting)
    return found


def _choices(connection: Connection, flagged: Subquery, asked: QueueFilter) -> dict[str, tuple[tuple[str, str, int], ...]]:
    """Return for each filter its values as (value, label, flagged claims), counted under the other filters."""
    c = flagged.c
    columns = {
        "kind": (c.kind, asked.kind),
        "language": (c.language, asked.language),
        "event": (c.event, asked.event),
        "state": (c.state, asked.state),
        "source": (c.source_id, asked.source),
        "narrative": (c.narrative_id, asked.narrative),
    }
    made = {}
    for name, (column, chosen) in columns.items():
        others = _conditions(flagged, replace(asked, **{name: None}))
        number = func.sum(case((and_(True, *others), 1), else_=0)).label("number")
        rows = connection.execute(select(column, number).where(column.is_not(None)).group_by(column)).all()
        kept = [(value, int(count)) for value, count in rows if count or value == chosen]
        made[name] = sorted(kept, key=lambda pair: (-pair[1], str(pair[0])))[:_CHOICES]
    labels = {
        "source": _source_names(connection),
        "narrative": surest_flags(connection, [str(v) for v, _ in made["narrative"]]),
    }
    return {
        name: tuple((str(value), labels.get(name, {}).get(str(value), str(value)), count) for value, count in pairs)
        for name, pairs in made.items()
    }


def _source_names(connection: Connection) -> dict[str, str]:
    return {str(row.id): row.name for row in connection.execute(select(sources.c.id, sources.c.name))}


def _checked(connection: Connection, document_id: str) -> tuple[tuple[Claim, Finding | None, str | None], ...]:
    told = connection.execute(select(claims).where(claims.c.document_id == document_id).order_by(claims.c.start)).all()
    made = connection.execute(select(findings).where(findings.c.document_id == document_id)).all()
    cited: dict[str, Passage] = known_passages(connection, [row.passage_id for row in made if row.passage_id])
    by_claim = {row.claim_id: finding_from(row, citation=cited.get(row.passage_id)) for row in made}
    return tuple((claim_from(row), by_claim.get(row.id), row.narrative_id) for row in told)


def _states(connection: Connection, finding_ids: Sequence[str]) -> dict[str, str]:
    newest = newest_reviews()
    rows = connection.execute(select(newest.c.finding_id, newest.c.decision).where(newest.c.finding_id.in_(finding_ids)))
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
