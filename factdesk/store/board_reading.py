"""Reads the flags of a store into columns, and the decisions that came since into columns that were read before."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from sqlalchemy import BigInteger, Connection, Select, cast, func, select

from factdesk.store.flags import Board, coded
from factdesk.store.reviews import newest_reviews
from factdesk.store.shared_work import story_key
from factdesk.store.tables import claims, documents, findings, reviews
from factdesk.store.tables_work import assignments, harms, undone

OPEN = "open"
FLAGS = ("repeats", "distorts")


@dataclass(frozen=True, slots=True)
class Decided:
    """What changes with every decision, every one that is taken back and every story that is given to somebody."""

    newest: int
    taken_back: int
    given: tuple[object, ...]


def decided(connection: Connection) -> Decided:
    """Return what tells whether anything was decided or given since."""
    newest = select(func.max(reviews.c.id)).scalar_subquery()
    back = select(func.count()).select_from(undone).scalar_subquery()
    given = select(func.count()).select_from(assignments).scalar_subquery()
    last = select(func.max(assignments.c.at)).scalar_subquery()
    row = connection.execute(select(newest, back, given, last)).one()
    return Decided(row[0] or 0, row[1], (row[2], row[3]))


def with_decisions(connection: Connection, board: Board, *, before: Decided, now: Decided) -> Board:
    """Return the flags with what was decided and given between two moments; the rest is as it was read."""
    changes: dict[str, Mapping[int, str | int | None]] = {}
    if (before.taken_back, before.newest) != (now.taken_back, now.newest):
        whole = before.taken_back != now.taken_back or now.newest < before.newest
        changes["state"] = _all_states(connection, board) if whole else _states_since(connection, board, before.newest)
    if before.given != now.given:
        changes["assignee"] = _assignees(connection, board)
    columns = {name: board.columns[name].changed(told) for name, told in changes.items()}
    return replace(board, columns=board.columns | columns)


def _states_since(connection: Connection, board: Board, newest: int) -> Mapping[int, str | int | None]:
    told = select(reviews.c.finding_id, reviews.c.decision).where(reviews.c.id > newest).order_by(reviews.c.id)
    places = board.places
    return {places[row.finding_id]: row.decision for row in connection.execute(told) if row.finding_id in places}


def _all_states(connection: Connection, board: Board) -> Mapping[int, str | int | None]:
    known = _decisions(connection)
    return {place: known.get(finding_id, OPEN) for finding_id, place in board.places.items()}


def _decisions(connection: Connection) -> dict[str, str]:
    newest = newest_reviews()
    return {row.finding_id: row.decision for row in connection.execute(select(newest.c.finding_id, newest.c.decision))}


def _people(connection: Connection) -> dict[str, int]:
    return {row.story: row.user_id for row in connection.execute(select(assignments.c.story, assignments.c.user_id))}


def _assignees(connection: Connection, board: Board) -> Mapping[int, str | int | None]:
    known, story = _people(connection), board.columns["story"]
    by_code = [known.get(str(value)) for value in story.values]
    return {place: by_code[code] for place, code in enumerate(story.codes.tolist())}


def read(connection: Connection) -> Board:
    """Return all flags of the store as they are now."""
    rows = connection.execute(_asked()).all()
    told: dict[str, tuple[Any, ...]] = (
        dict(zip(_NAMES, zip(*rows, strict=True), strict=True)) if rows else dict.fromkeys(_NAMES, ())
    )
    states, people = _decisions(connection), _people(connection)  # joined here: SQLite would look through all for each flag
    told["state"] = tuple(states.get(finding_id, OPEN) for finding_id in told["id"])
    told["assignee"] = tuple(people.get(story) for story in told["story"])
    return Board(
        ids=told["id"],
        columns={name: coded(told[name]) for name in _CODED},
        probability=np.array(told["probability"], dtype=np.float64),
        spread=np.array(told["spread"], dtype=np.int64),
        harm=np.array(told["harm"], dtype=np.float64),
        found_at=np.array([at.timestamp() for at in told["found_at"]], dtype=np.float64),
        subjects=told["subject"],
        places={finding_id: place for place, finding_id in enumerate(told["id"])},
        newest_at=max(told["published_at"], default=None),
    )


_ASKED = ("kind", "story", "narrative_id", "language", "source_id", "event")
_CODED = (*_ASKED, "state", "assignee")
_NAMES = ("id", "probability", "found_at", "published_at", "spread", "harm", "subject", *_ASKED)


def _asked() -> Select[tuple[object, ...]]:
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
            findings.c.probability,
            findings.c.found_at,
            documents.c.published_at,
            (1 + func.coalesce(copies.c.copies, 0) + public).label("spread"),
            func.coalesce(harms.c.weight, 1.0).label("harm"),
            func.coalesce(harms.c.subject, "").label("subject"),
            findings.c.kind,
            story_key().label("story"),
            claims.c.narrative_id,
            claims.c.language,
            documents.c.source_id,
            documents.c.event,
        )
        .join(claims, claims.c.id == findings.c.claim_id)
        .join(documents, documents.c.id == findings.c.document_id)
        .outerjoin(copies, copies.c.first == documents.c.id)
        .outerjoin(harms, harms.c.finding_id == findings.c.id)
        .where(findings.c.kind.in_(FLAGS))
        .order_by(findings.c.probability.desc(), findings.c.id)
    )
