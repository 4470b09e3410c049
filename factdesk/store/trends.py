"""What a manager reads: what spreads and where, how fast the desk answers, and what the desk could not see."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from statistics import median

from sqlalchemy import Connection, Engine, select

from factdesk.records import Outcome
from factdesk.store import unseen
from factdesk.store.board import FLAGS, OPEN, board_of
from factdesk.store.database import reading
from factdesk.store.flags import equal
from factdesk.store.lagging import Lagging
from factdesk.store.tables import claims, documents, findings, reviews, sources, statement_findings, statements

_DISMISSED = ("rejected", "not_checkable")


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its label and how many findings of each flag kind, in the order of ``FLAGS``."""

    label: str
    values: tuple[int, ...]

    @property
    def total(self) -> int:
        """Sum of the values."""
        return sum(self.values)


@dataclass(frozen=True, slots=True)
class Spread:
    """Flags of a period (those that people dismissed left out), counted five ways; ``kinds`` counts all findings."""

    since: datetime
    until: datetime
    days: tuple[Bar, ...]
    languages: tuple[Bar, ...]
    sources: tuple[Bar, ...]
    events: tuple[Bar, ...]
    kinds: tuple[Bar, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Answer:
    """A published statement with the seconds from the claim's first sighting to its publication, when that is known."""

    statement_id: int
    slug: str
    claim: str
    language: str
    first_seen_at: datetime | None
    published_at: datetime
    seconds: float | None


@dataclass(frozen=True, slots=True)
class Throughput:
    """How the desk keeps up: decisions and statements of a period, and what waits now."""

    decided: tuple[Bar, ...]
    decisions: dict[str, int]
    waiting: int
    to_draft: int
    answers: tuple[Answer, ...]
    median_s: float | None


@dataclass(frozen=True, slots=True)
class Gap:
    """What could not be seen of one source in a period: failed polls, what else came of polls and items, languages not read.

    ``reason`` is what its last bad poll said; ``missing`` how many fewer items came than its own rhythm lets expect.
    """

    source: str
    failed_polls: int
    polls: int
    outcomes: dict[str, int]
    never_polled: bool
    languages: dict[str, int]
    reason: str = ""
    missing: int = 0
    expected: int = 0

    @property
    def total(self) -> int:
        """Failed polls, items that were not read, and items that were expected and did not come."""
        lost = self.failed_polls + sum(self.outcomes.values()) + sum(self.languages.values())
        return lost + self.missing + int(self.never_polled)


_GAPS = Lagging[tuple[Gap, ...]]()


def newest_flag_at(engine: Engine, *, stale_s: float = 0.0) -> datetime | None:
    """Return when the newest flagged document was published."""
    return board_of(engine, stale_s=stale_s).newest_at


def spread(  # a window and what it is narrowed to, by keyword
    engine: Engine, *, since: datetime, until: datetime, zone: tzinfo, event: str | None = None, stale_s: float = 0.0
) -> Spread:
    """Count the flags on documents published in [since, until], by the days of ``zone``."""
    board = board_of(engine, stale_s=stale_s)
    query = (
        select(findings.c.id, documents.c.published_at, findings.c.kind, claims.c.language, documents.c.event, sources.c.name)
        .join(claims, claims.c.id == findings.c.claim_id)
        .join(documents, documents.c.id == findings.c.document_id)
        .join(sources, sources.c.id == documents.c.source_id)
        .where(documents.c.published_at >= since, documents.c.published_at <= until)
    )
    with reading(engine) as connection:
        rows = connection.execute(query if event is None else query.where(documents.c.event == event)).all()
    flags = [row for row in rows if row.kind in FLAGS and board.state(row.id) not in _DISMISSED]
    return Spread(
        since=since,
        until=until,
        days=_by_day(((row.published_at.astimezone(zone).date(), row.kind) for row in flags), since, until=until, zone=zone),
        languages=_bars((row.language, row.kind) for row in flags),
        sources=_bars((row.name, row.kind) for row in flags),
        events=_bars((row.event or "no event", row.kind) for row in flags),
        kinds=tuple(Bar(kind, (number,)) for kind, number in Counter(row.kind for row in rows).most_common()),
        total=len(flags),
    )


def throughput(engine: Engine, *, since: datetime, zone: tzinfo, now: datetime, stale_s: float = 0.0) -> Throughput:
    """Count decisions and statements since an instant, and what waits now."""
    board = board_of(engine, stale_s=stale_s)
    with reading(engine) as connection:
        taken = connection.execute(select(reviews.c.at, reviews.c.decision).where(reviews.c.at >= since)).all()
        days = Counter(row.at.astimezone(zone).date() for row in taken)
        made = _answers(connection, since)
        stated = set(connection.execute(select(statement_findings.c.finding_id)).scalars())
    times = [answer.seconds for answer in made if answer.seconds is not None]
    return Throughput(
        decided=tuple(Bar(day.isoformat(), (days[day],)) for day in _days(since, until=now, zone=zone)),
        decisions=dict(Counter(row.decision for row in taken)),
        waiting=int(equal(board, "state", OPEN).sum()),
        to_draft=sum(board.ids[place] not in stated for place in equal(board, "state", "confirmed").nonzero()[0].tolist()),
        answers=made,
        median_s=median(times) if times else None,
    )


def gaps(engine: Engine, *, since: datetime, stale_s: float = 0.0) -> list[Gap]:
    """Return per enabled source what could not be seen since an instant, most first; sources without a gap are left out.

    ``stale_s`` lets it be so many seconds old.
    """
    return list(_GAPS.of(engine, since, lambda: _gaps(engine, since), stale_s=stale_s))


def _gaps(engine: Engine, since: datetime) -> tuple[Gap, ...]:
    with reading(engine) as connection:
        found = [_gap(source) for source in unseen.gaps(connection, since=since, only_missed=True).sources if source.enabled]
    return tuple(sorted((gap for gap in found if gap.total), key=lambda gap: (-gap.total, gap.source)))


def _gap(source: unseen.SourceGaps) -> Gap:
    """Join polls and items: a poll that was refused is a refusal, not a failure; a language not read is told by its name."""
    refused = {outcome: number for outcome, number in source.polls_bad.items() if outcome in unseen.REFUSED}
    ended = Counter(refused) + Counter(source.items_unread)
    ended.pop(Outcome.UNSUPPORTED_LANGUAGE, None)
    return Gap(
        source.name,
        source.polls_failed,
        source.polls,
        {outcome.value: number for outcome, number in ended.items()},
        never_polled=not source.polls,
        languages=source.languages,
        reason=source.last_reason,
        missing=source.shortfall.missing if source.shortfall else 0,
        expected=round(source.shortfall.expected) if source.shortfall else 0,
    )


def _answers(connection: Connection, since: datetime) -> tuple[Answer, ...]:
    rows = connection.execute(
        select(statements).where(statements.c.published_at >= since).order_by(statements.c.published_at.desc())
    )
    return tuple(
        Answer(
            *(row.id, row.slug, row.claim_text, row.language, row.claim_first_seen_at, row.published_at),
            seconds=(row.published_at - row.claim_first_seen_at).total_seconds() if row.claim_first_seen_at else None,
        )
        for row in rows
    )


def _bars(pairs: Iterable[tuple[str, str]]) -> tuple[Bar, ...]:
    counted = Counter(pairs)
    labels = {label for label, _ in counted}
    made = [Bar(label, tuple(counted[label, kind] for kind in FLAGS)) for label in labels]
    return tuple(sorted(made, key=lambda bar: (-bar.total, bar.label))[:30])


def _by_day(pairs: Iterable[tuple[date, str]], since: datetime, *, until: datetime, zone: tzinfo) -> tuple[Bar, ...]:
    counted = Counter(pairs)
    return tuple(
        Bar(day.isoformat(), tuple(counted[day, kind] for kind in FLAGS)) for day in _days(since, until=until, zone=zone)
    )


def _days(since: datetime, *, until: datetime, zone: tzinfo) -> list[date]:
    first, last = since.astimezone(zone).date(), until.astimezone(zone).date()
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]
