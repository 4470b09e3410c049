"""Narratives and events as the desk lists them: how many flags, in which languages, since when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, case, func, select

from factdesk.errors import NotFoundError
from factdesk.records import Passage
from factdesk.store.database import reading
from factdesk.store.passages import known_passages
from factdesk.store.tables import claims, documents, findings, narratives

_FLAGS = ("repeats", "distorts")


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


def stories(engine: Engine, *, limit: int = 100) -> list[Story]:
    """Return the narratives that hold a flag, most flags first."""
    flags = func.sum(case((findings.c.kind.in_(_FLAGS), 1), else_=0))
    query = (
        select(narratives, func.count(claims.c.id).label("told"), flags.label("flags"))
        .join(claims, claims.c.narrative_id == narratives.c.id)
        .join(findings, findings.c.claim_id == claims.c.id)
        .group_by(*narratives.c)
        .having(flags > 0)
        .order_by(flags.desc(), narratives.c.last_at.desc(), narratives.c.id)
        .limit(limit)
    )
    with reading(engine) as connection:
        rows = connection.execute(query).all()
        spoken = connection.execute(
            select(claims.c.narrative_id, claims.c.language)
            .where(claims.c.narrative_id.in_([row.id for row in rows]))
            .distinct()
        ).all()
        told = surest_flags(connection, [row.id for row in rows])
    languages: dict[str, list[str]] = {}
    for narrative_id, language in spoken:
        languages.setdefault(narrative_id, []).append(language)
    return [
        Story(
            row.id,
            told.get(row.id, row.label),
            row.told,
            row.flags,
            tuple(sorted(languages.get(row.id, ()))),
            row.first_at,
            row.last_at,
        )
        for row in rows
    ]


def story(engine: Engine, narrative_id: str) -> Story:
    """Return one narrative. Raises ``NotFoundError``."""
    with reading(engine) as connection:
        row = connection.execute(select(narratives).where(narratives.c.id == narrative_id)).first()
        if row is None:
            raise NotFoundError("There is no such narrative.", remedy="It may have been joined with another: see the list.")
        told = connection.execute(
            select(claims.c.language, findings.c.kind)
            .outerjoin(findings, findings.c.claim_id == claims.c.id)
            .where(claims.c.narrative_id == narrative_id)
        ).all()
        label = surest_flags(connection, [narrative_id]).get(narrative_id, row.label)
    flags = sum(1 for _, kind in told if kind in _FLAGS)
    languages = tuple(sorted({language for language, _ in told}))
    return Story(row.id, label, len(told), flags, languages, row.first_at, row.last_at)


def surest_flags(connection: Connection, narrative_ids: Sequence[str]) -> dict[str, str]:
    """Return by narrative the text of its surest flagged claim: what the desk calls it, as its centre may be a denial."""
    query = (
        select(claims.c.narrative_id, claims.c.text)
        .join(findings, findings.c.claim_id == claims.c.id)
        .where(claims.c.narrative_id.in_(list(narrative_ids)), findings.c.kind.in_(_FLAGS))
        .order_by(findings.c.probability, findings.c.id.desc())
    )
    return {str(row.narrative_id): row.text for row in connection.execute(query)}


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
        .outerjoin(findings, (findings.c.document_id == documents.c.id) & findings.c.kind.in_(_FLAGS))
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
