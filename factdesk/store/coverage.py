"""The coverage ledger as a person reads it: how each source is, what was raised, and who has seen to it.

One reading of the sources, one of the items and one of the polls of some days, however many sources there are.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast

import structlog
from sqlalchemy import ColumnElement, Connection, Row, case, func, insert, or_, select, update

from factdesk.errors import NotFoundError
from factdesk.records import Outcome
from factdesk.store import audit, health
from factdesk.store.health import Facts, Readings, Shortfall, Verdict
from factdesk.store.moves import TIMES
from factdesk.store.tables import former_addresses, items, polls, raised, sources

_log = structlog.get_logger("factdesk.sources")
_FEW = 2000  # sources that are looked up by number; of more, all that may need a person
_LARGE = frozenset({"rhythm", "etag", "last_modified", "cursor"})
_READ = frozenset({Outcome.KEPT, Outcome.DUPLICATE, Outcome.UNCHANGED})
_UNREAD = func.sum(case((items.c.outcome.in_([outcome.value for outcome in _READ]), 0), else_=1))
_MOST_SINGLE = 5000


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """A source with its verdict. ``facts`` say what it rests on; ``raised_at`` since when a person is asked for."""

    id: int
    name: str
    kind: str
    url: str
    role: str
    language: str | None
    event: str | None
    facts: Facts
    verdict: Verdict
    raised_at: datetime | None = None
    acknowledged_at: datetime | None = None

    @property
    def waits_for_person(self) -> bool:
        """Whether nobody has acknowledged what needs a person."""
        return self.verdict.needs_person and self.acknowledged_at is None

    @property
    def interval_s(self) -> int:
        """Seconds between two polls now."""
        return self.facts.interval_s

    def shortfall(self, now: datetime) -> Shortfall | None:
        """Return what was expected of the last seven days, and what came."""
        return health.shortfall(self.facts, now=now)


@dataclass(frozen=True, slots=True)
class Changes:
    """What a review of all sources changed: what is raised now, and what recovered."""

    raised: tuple[SourceHealth, ...] = ()
    recovered: tuple[SourceHealth, ...] = ()


def survey(connection: Connection, *, now: datetime, only: Iterable[int] = ()) -> list[SourceHealth]:
    """Return how every source is (or those of ``only``, when there are any): what weighs most first, then by name."""
    wanted = frozenset(only)
    told = [one for part in _parts(wanted) for one in _survey(connection, part, now=now)]
    return sorted(told, key=lambda one: (health.ORDER.index(one.verdict.state), one.name, one.id))


def _parts(wanted: frozenset[int]) -> list[list[int]]:
    """Cut numbers into lists that a statement takes; one empty list, which means all, where there are none or very many."""
    if not wanted or len(wanted) > _MOST_SINGLE:
        return [[]]
    numbers = sorted(wanted)
    return [numbers[start : start + 500] for start in range(0, len(numbers), 500)]


def _survey(connection: Connection, wanted: Sequence[int], *, now: datetime) -> list[SourceHealth]:
    columns: list[ColumnElement[object]] = [column for column in sources.c if column.name not in _LARGE]
    columns += [polls.c.outcome.label("last_outcome"), polls.c.status.label("last_status"), polls.c.reason.label("last_reason")]
    query = select(*columns).outerjoin(polls, polls.c.id == sources.c.last_poll_id)
    result = connection.execute(query.where(sources.c.id.in_(wanted)) if wanted else query)
    rows = cast("Sequence[Row[tuple[object, ...]]]", result.all())
    recent = _readings(connection, wanted, since=now - health.WINDOW, until=now)
    before = _readings(connection, wanted, since=now - health.HISTORY, until=now - health.WINDOW)
    seen = _seen(connection, wanted, since=now - health.WINDOW)
    notes = _notes(connection)
    return [_health(row, _facts(row, recent, before=before, seen=seen, notes=notes), notes=notes, now=now) for row in rows]


def changes(connection: Connection, *, now: datetime, after: int | None = None) -> Changes:
    """Return what is to be raised and what recovered since the last review; writes nothing.

    With ``after`` (the number of a poll) only sources are looked at that were polled since, are overdue or were raised: of the
    others nothing can have changed but what time alone changes slowly.
    """
    opened = _open(connection)
    lively = None if after is None else _lively(connection, opened, now=now, after=after)
    few = lively is not None and len(lively) <= _FEW
    looked_at = lively if lively is not None and few else _suspects(connection, now=now) | set(opened)
    told = survey(connection, now=now, only=looked_at) if looked_at else []
    fresh = [one for one in told if one.verdict.needs_person and _state(opened, one.id) != one.verdict.state]
    over = [one for one in told if not one.verdict.needs_person and one.id in opened]
    return Changes(tuple(fresh), tuple(over))


def newest_poll(connection: Connection) -> int:
    """Return the number of the newest poll; 0 when there is none."""
    return connection.execute(select(func.max(polls.c.id))).scalar() or 0


def _lively(connection: Connection, opened: Iterable[int], *, now: datetime, after: int) -> set[int]:
    query = select(sources.c.id).where((sources.c.last_poll_id > after) | (sources.c.next_due_at <= now))
    return {*connection.execute(query).scalars(), *opened}


def _suspects(connection: Connection, *, now: datetime) -> set[int]:
    """Return the sources that may need a person: of many thousands that are well, none is looked at one by one."""
    bad = or_(
        sources.c.failures > 0,
        sources.c.silent_at <= now,
        sources.c.moved_times >= TIMES,
        sources.c.next_due_at <= now - health.LEAST_LATE,
    )
    found = set(connection.execute(select(sources.c.id).where(sources.c.enabled, bad)).scalars())
    within = (items.c.first_seen_at >= now - health.WINDOW, items.c.first_seen_at < now, items.c.outcome.is_not(None))
    ended = select(items.c.source_id).where(*within).group_by(items.c.source_id)
    few = func.count() >= health.LEAST_ITEMS
    return found | set(connection.execute(ended.having(few, func.count() * 3 <= _UNREAD * 10)).scalars())


def note(connection: Connection, changed: Changes, *, now: datetime) -> None:
    """Raise what needs a person, once, and note what recovered. Noting it again changes nothing."""
    opened = _open(connection)
    fresh = [one for one in changed.raised if _state(opened, one.id) != one.verdict.state]
    ended = [opened[one.id].id for one in (*fresh, *changed.recovered) if one.id in opened]
    for start in range(0, len(ended), 500):
        connection.execute(update(raised).where(raised.c.id.in_(ended[start : start + 500])).values(recovered_at=now))
    rows = [{"source_id": one.id, "state": one.verdict.state.value, "reason": one.verdict.reason} for one in fresh]
    if rows:
        connection.execute(insert(raised), [row | {"raised_at": now} for row in rows])
    for one in fresh:
        _log.warning("a source needs a person", source=one.id, name=one.name, state=one.verdict.state, why=one.verdict.reason)
    for one in changed.recovered:
        if one.id in opened:
            _log.warning("a source recovered", source=one.id, name=one.name)


def _state(opened: Mapping[int, Row[tuple[object, ...]]], number: int) -> str | None:
    return opened[number].state if number in opened else None


def acknowledge(connection: Connection, source_id: int, *, now: datetime, user_id: int | None = None) -> None:
    """Note that a person has seen what was raised of a source. Raises ``NotFoundError`` when nothing waits."""
    waiting = (raised.c.source_id == source_id) & raised.c.recovered_at.is_(None) & raised.c.acknowledged_at.is_(None)
    done = connection.execute(update(raised).where(waiting).values(acknowledged_at=now, acknowledged_by=user_id))
    if not done.rowcount:
        raise NotFoundError(f"Nothing of source {source_id} waits to be seen.", remedy="See: factdesk sources health.")
    audit.record(connection, user_id=user_id, action="source.acknowledged", subject=f"source:{source_id}", detail={}, at=now)


def _health(row: Row[tuple[object, ...]], facts: Facts, *, notes: Mapping[int, "_Note"], now: datetime) -> SourceHealth:
    note = notes.get(row.id, _Note())
    judged = health.verdict(facts, now=now)
    same = judged.needs_person and note.state == judged.state
    return SourceHealth(
        *(row.id, row.name, row.kind, row.url, row.role, row.language, row.event),
        facts=facts,
        verdict=judged,
        raised_at=note.raised_at if same else None,
        acknowledged_at=note.acknowledged_at if same else None,
    )


@dataclass(frozen=True, slots=True)
class _Note:
    """What was noted of a source: what is raised now, and its last move."""

    state: str | None = None
    raised_at: datetime | None = None
    acknowledged_at: datetime | None = None
    moved: str | None = None
    moved_at: datetime | None = None


def _facts(
    row: Row[tuple[object, ...]],
    recent: Mapping[int, Readings],
    *,
    before: Mapping[int, Readings],
    seen: Mapping[int, int],
    notes: Mapping[int, _Note],
) -> Facts:
    note = notes.get(row.id, _Note())
    return Facts(
        enabled=row.enabled,
        interval_s=row.interval_now_s or row.interval_s,
        created_at=row.created_at,
        next_due_at=row.next_due_at,
        polls=row.polls,
        failures=row.failures,
        last_outcome=Outcome(row.last_outcome) if row.last_outcome else None,
        last_status=row.last_status,
        last_reason=row.last_reason or "",
        last_good_at=row.last_good_at,
        last_new_at=row.last_new_at,
        silent_at=row.silent_at,
        took_s=row.took_s,
        items=recent.get(row.id, Readings()),
        items_before=before.get(row.id, Readings()),
        moved_to=row.moved_to,
        moved_since=row.moved_since,
        moved_times=row.moved_times,
        moved_from=note.moved,
        moved_at=note.moved_at,
        items_per_day=row.items_per_day,
        seen=seen.get(row.id, 0),
    )


def _readings(connection: Connection, wanted: Sequence[int], *, since: datetime, until: datetime) -> dict[int, Readings]:
    """How items first seen in a window ended."""
    query = select(items.c.source_id, func.count(), _UNREAD)
    query = query.where(items.c.first_seen_at >= since, items.c.first_seen_at < until, items.c.outcome.is_not(None))
    query = query.where(items.c.source_id.in_(wanted)) if wanted else query
    return {number: Readings(ended, int(bad)) for number, ended, bad in connection.execute(query.group_by(items.c.source_id))}


def _seen(connection: Connection, wanted: Sequence[int], *, since: datetime) -> dict[int, int]:
    query = select(polls.c.source_id, func.sum(polls.c.items_new)).where(polls.c.started_at >= since, polls.c.items_new > 0)
    query = query.where(polls.c.source_id.in_(wanted)) if wanted else query
    return {number: int(count) for number, count in connection.execute(query.group_by(polls.c.source_id))}


def _notes(connection: Connection) -> dict[int, _Note]:
    notes = {row.source_id: _Note(row.state, row.raised_at, row.acknowledged_at) for row in _open(connection).values()}
    for row in connection.execute(select(former_addresses).order_by(former_addresses.c.until)):
        notes[row.source_id] = replace(notes.get(row.source_id, _Note()), moved=row.url, moved_at=row.until)
    return notes


def _open(connection: Connection) -> dict[int, Row[tuple[object, ...]]]:
    rows: Sequence[Row[tuple[object, ...]]] = connection.execute(select(raised).where(raised.c.recovered_at.is_(None))).all()
    return {row.source_id: row for row in rows}
