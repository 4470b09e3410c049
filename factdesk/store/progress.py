"""How far the line has come, in counts: what ``factdesk demo`` shows while it works."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, Select, func, select

from factdesk.store.database import reading
from factdesk.store.tables import captures, claims, findings, items, passages, polls, sources


@dataclass(frozen=True, slots=True)
class Progress:
    """Counts of one moment. ``open_items`` are listed and not yet fetched, ``waiting`` are fetched and not yet read."""

    sources: int
    sources_polled: int
    listed: int
    open_items: int
    fetched: int
    waiting: int
    outcomes: Mapping[str, int]
    polls: Mapping[str, int]
    claims: int
    findings: Mapping[str, int]
    narratives: int
    library: Mapping[str, int]

    @property
    def settled(self) -> bool:
        """Whether every source was polled and everything it listed has ended or waits for a later retry."""
        return self.sources_polled >= self.sources and self.open_items == 0 and self.waiting == 0

    @property
    def flagged(self) -> int:
        """How many findings an analyst must look at."""
        return self.findings.get("repeats", 0) + self.findings.get("distorts", 0)


def progress(engine: Engine) -> Progress:
    """Return the counts of this moment."""
    with reading(engine) as connection:
        told = (
            select(claims.c.narrative_id)
            .join(findings, findings.c.claim_id == claims.c.id)
            .where(claims.c.narrative_id.is_not(None), findings.c.kind != "unchecked")
        )
        ended = _by(connection, select(items.c.outcome, func.count()).group_by(items.c.outcome))
        return Progress(
            sources=_one(connection, select(func.count()).select_from(sources).where(sources.c.enabled)),
            sources_polled=_one(
                connection,
                select(func.count(func.distinct(polls.c.source_id)))
                .join(sources, sources.c.id == polls.c.source_id)
                .where(sources.c.enabled, polls.c.finished_at.is_not(None)),
            ),
            listed=_one(connection, select(func.count()).select_from(items)),
            open_items=_one(
                connection,
                select(func.count()).select_from(items).where(items.c.outcome.is_(None), items.c.retry_at.is_(None)),
            ),
            fetched=_one(connection, select(func.count()).select_from(captures)),
            waiting=_one(connection, select(func.count()).select_from(captures).where(captures.c.read_at.is_(None))),
            outcomes={kind: number for kind, number in ended.items() if kind != "None"},
            polls=_by(connection, select(polls.c.outcome, func.count()).group_by(polls.c.outcome)),
            claims=_one(connection, select(func.count()).select_from(claims)),
            findings=_by(connection, select(findings.c.kind, func.count()).group_by(findings.c.kind)),
            narratives=_one(connection, select(func.count()).select_from(told.distinct().subquery())),
            library=_by(connection, select(passages.c.kind, func.count()).group_by(passages.c.kind)),
        )


def _one(connection: Connection, query: Select[int]) -> int:
    return connection.execute(query).scalar_one()


def _by(connection: Connection, query: Select[str, int]) -> dict[str, int]:
    return {str(kind): number for kind, number in connection.execute(query).all()}
