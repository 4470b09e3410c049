"""What the desk lists: the queue of flagged claims, one row for a story wherever it appears."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Column, Connection, Engine, Row, Select, select

from factdesk.records import Claim, Finding, Passage
from factdesk.store.board import FLAGS, OPEN, board_of
from factdesk.store.database import reading
from factdesk.store.documents import claim_from, finding_from
from factdesk.store.flags import Board, Group, counts, equal, every, groups
from factdesk.store.passages import known_passages
from factdesk.store.shared_work import NOBODY, Taken, taken
from factdesk.store.stories import surest_claims
from factdesk.store.tables import claims, documents, findings, sources, statement_findings

_COLUMNS = {
    "kind": "kind",
    "language": "language",
    "event": "event",
    "state": "state",
    "source_id": "source",
    "narrative_id": "narrative",
}
_TOLD: tuple[Column[Any], ...] = tuple(column for column in (*findings.c, *claims.c) if column is not claims.c.vector)
_PIECE = 400  # identifiers in one statement: databases limit bound values
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


def queue(
    engine: Engine, asked: QueueFilter, *, limit: int = 30, offset: int = 0, teach: bool = False, stale_s: float = 0.0
) -> QueuePage:
    """Return one page of the queue ordered by spread x harm x probability.

    With ``teach`` the rows come first whose sightings are nearest to an even chance: a decision about them teaches most.
    ``stale_s`` is how many seconds the flags may lag behind what is being collected; decisions never do.
    """
    board = board_of(engine, stale_s=stale_s)
    chosen = _chosen(board, asked)
    stories = groups(board, chosen, teach=teach)
    with reading(engine) as connection:
        rows = _rows(connection, board, stories.some(limit, offset=offset))
        return QueuePage(tuple(rows), stories.total, int(chosen.sum()), _choices(connection, board, asked))


def with_takers(engine: Engine, rows: Sequence[Flag], *, at: datetime) -> list[Flag]:
    """Return the rows with who took each on and who has it before them at ``at``."""
    known = taken(engine, [row.story for row in rows], at=at)
    return [replace(row, taken=known.get(row.story, NOBODY)) for row in rows]


def arrived(engine: Engine, asked: QueueFilter, *, since: datetime, limit: int = 30, stale_s: float = 0.0) -> list[Flag]:
    """Return the stories that came into the queue after ``since``, first by priority: nothing of them was there before."""
    board = board_of(engine, stale_s=stale_s)
    fresh = groups(board, _chosen(board, asked), since=since)
    with reading(engine) as connection:
        return _rows(connection, board, fresh.some(limit))


def flag_of(engine: Engine, finding_ids: Sequence[str], *, stale_s: float = 0.0) -> Flag | None:
    """Return the row that shows these findings, whatever their state, or ``None`` when they are gone."""
    board = board_of(engine, stale_s=stale_s)
    places = sorted(board.places[one] for one in set(finding_ids) if one in board.places)
    with reading(engine) as connection:
        shown = _sightings(connection, board, places)
    if not shown:
        return None
    spread = sum(sighting.spread for sighting in shown)
    weight = max(sighting.harm for sighting in shown)
    return Flag(tuple(shown), len(shown), spread, spread * weight * shown[0].finding.probability)


def confirmed(engine: Engine, *, limit: int = 50, stale_s: float = 0.0) -> list[Flag]:
    """Return confirmed stories without a statement yet, first by priority: what an editor can draft from."""
    board = board_of(engine, stale_s=stale_s)
    with reading(engine) as connection:
        stated = set(connection.execute(select(statement_findings.c.finding_id)).scalars())
        chosen = equal(board, "state", "confirmed")
        for place in np.flatnonzero(chosen).tolist():
            chosen[place] = board.ids[place] not in stated
        return _rows(connection, board, groups(board, chosen).some(limit))


def sightings_of(
    engine: Engine, narrative_id: str, *, limit: int = 100, without: str = "", stale_s: float = 0.0
) -> list[Sighting]:
    """Return the flagged claims of one narrative, newest first; those of the document ``without`` are left out."""
    board = board_of(engine, stale_s=stale_s)
    newest = (
        select(findings.c.id)
        .join(claims, claims.c.id == findings.c.claim_id)
        .join(documents, documents.c.id == findings.c.document_id)
        .where(claims.c.narrative_id == narrative_id, findings.c.kind.in_(FLAGS), findings.c.document_id != without)
        .order_by(documents.c.published_at.desc(), findings.c.probability.desc(), findings.c.id)
        .limit(limit)
    )
    with reading(engine) as connection:
        ids = connection.execute(newest).scalars()
        return _sightings(connection, board, [board.places[one] for one in ids if one in board.places])


def _chosen(board: Board, asked: QueueFilter) -> NDArray[np.bool_]:
    chosen = every(board)
    for column, name in _COLUMNS.items():
        value = getattr(asked, name)
        if value is not None:
            chosen &= equal(board, column, value)
    if asked.assignee is not None:
        chosen &= equal(board, "assignee", asked.assignee or None)
    return chosen


def _rows(connection: Connection, board: Board, told: Sequence[Group]) -> list[Flag]:
    shown = [group.rows[:_SHOWN].tolist() for group in told]
    found = {one.finding.id: one for one in _sightings(connection, board, [place for several in shown for place in several])}
    made = []
    for group, places in zip(told, shown, strict=True):
        there = tuple(found[board.ids[place]] for place in places if board.ids[place] in found)
        if there:
            made.append(Flag(there, group.sightings, group.spread, group.priority))
    return made


def _sightings(connection: Connection, board: Board, places: Sequence[int]) -> list[Sighting]:
    """Return flags with their claim and citation, in the order of ``places``."""
    ids = [board.ids[place] for place in places]
    asked = (
        select(
            *_TOLD,
            documents.c.title.label("document_title"),
            documents.c.role.label("document_role"),
            documents.c.event.label("document_event"),
            documents.c.published_at.label("document_published_at"),
            sources.c.name.label("source_name"),
        )
        .join(claims, claims.c.id == findings.c.claim_id)
        .join(documents, documents.c.id == findings.c.document_id)
        .join(sources, sources.c.id == documents.c.source_id)
    )
    rows = {
        row.id: row for at in range(0, len(ids), _PIECE) for row in connection.execute(_among(asked, ids[at : at + _PIECE]))
    }
    cited = known_passages(connection, list({row.passage_id for row in rows.values() if row.passage_id}))
    return [_sighting(board, place, rows[board.ids[place]], cited=cited) for place in places if board.ids[place] in rows]


def _among(asked: Select[tuple[object, ...]], ids: Sequence[str]) -> Select[tuple[object, ...]]:
    return asked.where(findings.c.id.in_(ids))


def _sighting(board: Board, place: int, row: Row[tuple[object, ...]], *, cited: dict[str, Passage]) -> Sighting:
    m = row._mapping  # noqa: SLF001 # SQLAlchemy's documented accessor
    return Sighting(
        finding=finding_from(row, citation=cited.get(m[findings.c.passage_id])),
        claim=claim_from(row),
        title=m["document_title"],
        source=m["source_name"],
        role=m["document_role"],
        event=m["document_event"],
        published_at=m["document_published_at"],
        narrative_id=m[claims.c.narrative_id],
        state=str(board.columns["state"].value(place)),
        spread=int(board.spread[place]),
        story=str(board.columns["story"].value(place)),
        harm=float(board.harm[place]),
        subject=board.subjects[place],
    )


def _choices(connection: Connection, board: Board, asked: QueueFilter) -> dict[str, tuple[tuple[str, str, int], ...]]:
    """Return for each filter its values as (value, label, flagged claims), counted under the other filters."""
    made = {}
    for column, name in _COLUMNS.items():
        chosen = getattr(asked, name)
        told = counts(board, column, _chosen(board, replace(asked, **{name: None})))
        kept = [(value, number) for value, number in told if value is not None and (number or value == chosen)]
        made[name] = sorted(kept, key=lambda pair: (-pair[1], str(pair[0])))[:_CHOICES]
    labels = {
        "source": _source_names(connection, [int(value) for value, _ in made["source"]]),
        "narrative": surest_claims(connection, board, [str(value) for value, _ in made["narrative"]]),
    }
    return {
        name: tuple((str(value), labels.get(name, {}).get(str(value), str(value)), count) for value, count in pairs)
        for name, pairs in made.items()
    }


def _source_names(connection: Connection, numbers: Sequence[int]) -> dict[str, str]:
    rows = connection.execute(select(sources.c.id, sources.c.name).where(sources.c.id.in_(numbers)))
    return {str(row.id): row.name for row in rows}
