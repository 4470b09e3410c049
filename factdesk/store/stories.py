"""Narratives and events as the desk lists them: how many flags, in which languages, since when."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Engine, Row, Select, func, select

from factdesk.errors import NotFoundError
from factdesk.records import Passage
from factdesk.store.board import FLAGS, board_of
from factdesk.store.database import reading
from factdesk.store.flags import Board, counts, equal, every
from factdesk.store.passages import known_passages
from factdesk.store.tables import claims, documents, findings, narratives


@dataclass(frozen=True, slots=True)
class Story:
    """A narrative: its surest flagged claim (or its most central one), how many claims tell it, how many are flagged."""

    id: str
    label: str
    claims: int
    flags: int
    languages: tuple[str, ...]
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class EventLine:
    """An event that documents are tagged with."""

    name: str
    documents: int
    flags: int
    first_at: datetime
    last_at: datetime


def stories(engine: Engine, *, limit: int = 100, stale_s: float = 0.0) -> list[Story]:
    """Return the narratives that hold a flag, most flags first."""
    board = board_of(engine, stale_s=stale_s)
    flagged = {str(key): number for key, number in counts(board, "narrative_id", every(board)) if key is not None and number}
    with reading(engine) as connection:
        last = connection.execute(select(narratives.c.id, narratives.c.last_at)).all()
        found = [(row.id, row.last_at) for row in last if row.id in flagged]
        found.sort(key=lambda one: (-flagged[one[0]], -one[1].timestamp(), one[0]))
        return _told(connection, board, {key: flagged[key] for key, _ in found[:limit]}, counted=findings.c.id)


def story(engine: Engine, narrative_id: str, *, stale_s: float = 0.0) -> Story:
    """Return one narrative. Raises ``NotFoundError``."""
    board = board_of(engine, stale_s=stale_s)
    flags = int(equal(board, "narrative_id", narrative_id).sum())
    with reading(engine) as connection:
        found = _told(connection, board, {narrative_id: flags}, counted=claims.c.id)
    if not found:
        raise NotFoundError("There is no such narrative.", remedy="It may have been joined with another: see the list.")
    return found[0]


def _told(connection: Connection, board: Board, flagged: Mapping[str, int], *, counted: Column[str]) -> list[Story]:
    """Return narratives with what their claims tell, in the order of ``flagged`` (the number of flags of each).

    ``counted`` says which of their claims count: all, or those with a finding.
    """
    known = _rows(connection, list(flagged))
    told, languages = Counter[str](), dict[str, set[str]]()
    for narrative_id, language, number in connection.execute(_claims_of(list(flagged), counted)):
        told[narrative_id] += number
        languages.setdefault(narrative_id, set()).add(language)
    labels = surest_claims(connection, board, list(flagged))
    return [
        Story(
            key,
            labels.get(key, known[key].label),
            told[key],
            number,
            tuple(sorted(languages.get(key, ()))),
            known[key].first_at,
            known[key].last_at,
        )
        for key, number in flagged.items()
        if key in known
    ]


def _rows(connection: Connection, keys: Sequence[str]) -> dict[str, Row[tuple[object, ...]]]:
    asked: Select[tuple[object, ...]] = select(narratives.c.id, narratives.c.label, narratives.c.first_at, narratives.c.last_at)
    return {row.id: row for row in connection.execute(asked.where(narratives.c.id.in_(keys)))}


def _claims_of(keys: Sequence[str], counted: Column[str]) -> Select[Any]:
    """Ask how many claims tell each narrative in each language."""
    asked = select(claims.c.narrative_id, claims.c.language, func.count(counted))
    asked = asked.outerjoin(findings, findings.c.claim_id == claims.c.id).where(claims.c.narrative_id.in_(keys))
    return asked.group_by(claims.c.narrative_id, claims.c.language)


def surest_claims(connection: Connection, board: Board, narrative_ids: Sequence[str]) -> dict[str, str]:
    """Return by narrative the text of its surest flagged claim: what the desk calls it, as its centre may be a denial."""
    first = board.columns["narrative_id"].firsts()  # the board is in the order of the flags' probability
    named = {board.ids[first[one]]: one for one in narrative_ids if one in first}
    asked = select(findings.c.id, claims.c.text).join(claims, claims.c.id == findings.c.claim_id)
    return {named[row.id]: row.text for row in connection.execute(asked.where(findings.c.id.in_(list(named))))}


def event_lines(engine: Engine) -> list[EventLine]:
    """Return the events of the documents, newest first."""
    flags = func.count(findings.c.id)
    query = (
        select(
            documents.c.event,
            func.count(documents.c.id.distinct()).label("documents"),
            flags.label("flags"),
            func.min(documents.c.published_at).label("first_at"),
            func.max(documents.c.published_at).label("last_at"),
        )
        .outerjoin(findings, (findings.c.document_id == documents.c.id) & findings.c.kind.in_(FLAGS))
        .where(documents.c.event.is_not(None))
        .group_by(documents.c.event)
        .order_by(func.max(documents.c.published_at).desc())
    )
    with reading(engine) as connection:
        return [EventLine(row.event, row.documents, row.flags, row.first_at, row.last_at) for row in connection.execute(query)]


def library_entry(engine: Engine, passage_id: str) -> tuple[Passage, list[tuple[str, str, str, str]]]:
    """Return a passage and the findings that cite it as (document id, finding id, claim, kind). Raises ``NotFoundError``."""
    with reading(engine) as connection:
        passage = known_passages(connection, [passage_id]).get(passage_id)
        if passage is None:
            raise NotFoundError("There is no such fact-check or evidence.", remedy="Search for it.")
        rows = connection.execute(
            select(findings.c.document_id, findings.c.id, claims.c.text, findings.c.kind)
            .join(claims, claims.c.id == findings.c.claim_id)
            .where(findings.c.passage_id == passage_id)
            .order_by(findings.c.probability.desc())
            .limit(50)
        ).all()
    return passage, [(row.document_id, row.id, row.text, row.kind) for row in rows]
