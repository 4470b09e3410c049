"""What the desk lists: the queue of flagged claims, one row for a story wherever it appears."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Engine,
    Select,
    Subquery,
    and_,
    case,
    cast,
    func,
    select,
)

from factdesk.records import Claim, Finding
from factdesk.store.database import reading
from factdesk.store.documents import claim_from, finding_from
from factdesk.store.passages import known_passages
from factdesk.store.reviews import newest_reviews
from factdesk.store.shared_work import NOBODY, Taken, story_key, taken
from factdesk.store.stories import surest_flags
from factdesk.store.tables import claims, documents, findings, sources, statement_findings
from factdesk.store.tables_work import assignments, harms

OPEN = "open"
_FLAGS = ("repeats", "distorts")
_SHOWN = 12  # sightings listed under one row
_CHOICES = 60  # values listed in one filter


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """What an analyst narrows the queue to; ``None`` is everything. ``state`` is ``open``, a decision, or ``None`` for all.

    ``assignee`` is a person of the desk; 0 is nobody.
    """

    kind: str | None = None
    language: str | None = None
    source: int | None = None
    event: str | None = None
    narrative: str | None = None
    state: str | None = OPEN
    assignee: int | None = None


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
    story: str
    harm: float = 1.0
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Flag:
    """One row of the queue: the sightings that tell the same story against the same citation, surest first.

    ``priority`` is spread x harm x probability: what all sightings reached, the heaviest subject, the surest sighting.
    """

    sightings: tuple[Sighting, ...]
    total: int
    spread: int
    priority: float
    taken: Taken = NOBODY

    @property
    def first(self) -> Sighting:
        """The sighting that stands for the row."""
        return self.sightings[0]

    @property
    def story(self) -> str:
        """What names the row: the same for all of its sightings."""
        return self.first.story

    @property
    def heaviest(self) -> Sighting:
        """The sighting whose subject weighs most: the reason for the row's harm."""
        return max(self.sightings, key=lambda sighting: sighting.harm)

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


def queue(engine: Engine, asked: QueueFilter, *, limit: int = 30, offset: int = 0, teach: bool = False) -> QueuePage:
    """Return one page of the queue ordered by spread x harm x probability.

    With ``teach`` the rows come first whose sightings are nearest to an even chance: a decision about them teaches most.
    """
    flagged = _flagged()
    where = _conditions(flagged, asked)
    grouped = _grouped(flagged, where)
    with reading(engine) as connection:
        counted = select(func.count(), func.coalesce(func.sum(grouped.c.sightings), 0)).select_from(grouped)
        total, told = connection.execute(counted).one()
        order = (*((grouped.c.sureness,) if teach else ()), grouped.c.priority.desc(), grouped.c.story)
        asked_for = select(grouped).order_by(*order).limit(limit).offset(offset)
        rows = _rows(connection, flagged, where=where, stories=asked_for)
        return QueuePage(tuple(rows), total, int(told), _choices(connection, flagged, asked))


def with_takers(engine: Engine, rows: Sequence[Flag], *, at: datetime) -> list[Flag]:
    """Return the rows with who took each on and who has it before them at ``at``."""
    known = taken(engine, [row.story for row in rows], at=at)
    return [replace(row, taken=known.get(row.story, NOBODY)) for row in rows]


def arrived(engine: Engine, asked: QueueFilter, *, since: datetime, limit: int = 30) -> list[Flag]:
    """Return the stories that came into the queue after ``since``, first by priority: nothing of them was there before."""
    flagged = _flagged()
    where = _conditions(flagged, asked)
    grouped = _grouped(flagged, where)
    fresh = select(grouped).where(grouped.c.first_at > since).order_by(grouped.c.priority.desc(), grouped.c.story).limit(limit)
    with reading(engine) as connection:
        return _rows(connection, flagged, where=where, stories=fresh)


def flag_of(engine: Engine, finding_ids: Sequence[str]) -> Flag | None:
    """Return the row that shows these findings, whatever their state, or ``None`` when they are gone."""
    flagged = _flagged()
    with reading(engine) as connection:
        found = _sightings(connection, flagged, [flagged.c.id.in_(list(finding_ids))])
    shown = [sighting for group in found.values() for sighting in group]
    if not shown:
        return None
    spread = sum(sighting.spread for sighting in shown)
    weight = max(sighting.harm for sighting in shown)
    return Flag(tuple(shown), len(shown), spread, spread * weight * shown[0].finding.probability)


def confirmed(engine: Engine, *, limit: int = 50) -> list[Flag]:
    """Return confirmed stories without a statement yet, first by priority: what an editor can draft from."""
    stated = select(statement_findings.c.finding_id)
    flagged = _flagged()
    where = [flagged.c.state == "confirmed", flagged.c.id.not_in(stated)]
    grouped = _grouped(flagged, where)
    first = select(grouped).order_by(grouped.c.priority.desc(), grouped.c.story).limit(limit)
    with reading(engine) as connection:
        return _rows(connection, flagged, where=where, stories=first)


def sightings_of(engine: Engine, narrative_id: str, *, limit: int = 100) -> list[Sighting]:
    """Return the flagged claims of one narrative, newest first."""
    flagged = _flagged()
    with reading(engine) as connection:
        found = _sightings(connection, flagged, [flagged.c.narrative_id == narrative_id])
    rows = [sighting for group in found.values() for sighting in group]
    return sorted(rows, key=lambda sighting: sighting.published_at, reverse=True)[:limit]


def _flagged() -> Subquery:
    """Return every flagged finding with its story, state and spread."""
    newest = newest_reviews()
    copies = (
        select(documents.c.duplicate_of.label("first"), func.count().label("copies"))
        .where(documents.c.duplicate_of.is_not(None))
        .group_by(documents.c.duplicate_of)
        .subquery()
    )
    public = cast(documents.c.replies, BigInteger) + documents.c.shares + documents.c.likes
    return (
        select(
            findings.c.id,
            findings.c.kind,
            findings.c.probability,
            findings.c.found_at,
            story_key().label("story"),
            claims.c.narrative_id,
            claims.c.language,
            documents.c.source_id,
            documents.c.event,
            func.coalesce(newest.c.decision, OPEN).label("state"),
            (1 + func.coalesce(copies.c.copies, 0) + public).label("spread"),
            func.coalesce(harms.c.weight, 1.0).label("harm"),
            func.coalesce(harms.c.subject, "").label("subject"),
            assignments.c.user_id.label("assignee"),
        )
        .join(claims, claims.c.id == findings.c.claim_id)
        .join(documents, documents.c.id == findings.c.document_id)
        .outerjoin(newest, newest.c.finding_id == findings.c.id)
        .outerjoin(copies, copies.c.first == documents.c.id)
        .outerjoin(harms, harms.c.finding_id == findings.c.id)
        .outerjoin(assignments, assignments.c.story == story_key())
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
    chosen = [column == value for column, value in pairs if value is not None]
    if asked.assignee is not None:
        chosen.append(c.assignee == asked.assignee if asked.assignee else c.assignee.is_(None))
    return chosen


def _grouped(flagged: Subquery, where: Sequence[ColumnElement[bool]]) -> Subquery:
    spread = cast(func.sum(flagged.c.spread), BigInteger)  # PostgreSQL sums big integers into a decimal
    return (
        select(
            flagged.c.story,
            func.count().label("sightings"),
            spread.label("spread"),
            (spread * func.max(flagged.c.harm) * func.max(flagged.c.probability)).label("priority"),
            func.min(flagged.c.found_at).label("first_at"),
            func.min(func.abs(flagged.c.probability - 0.5)).label("sureness"),
        )
        .where(and_(True, *where))
        .group_by(flagged.c.story)
        .subquery("stories")
    )


def _rows(
    connection: Connection, flagged: Subquery, *, where: Sequence[ColumnElement[bool]], stories: Select[tuple[object, ...]]
) -> list[Flag]:
    told = connection.execute(stories).all()
    found = _sightings(connection, flagged, [*where, flagged.c.story.in_([row.story for row in told])])
    return [
        Flag(tuple(found[row.story][:_SHOWN]), row.sightings, row.spread, row.priority) for row in told if row.story in found
    ]


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
            flagged.c.harm,
            flagged.c.subject,
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
            story=row.story,
            harm=row.harm,
            subject=row.subject,
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
