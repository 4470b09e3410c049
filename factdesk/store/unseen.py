"""What could not be seen: without it every chart of what is spreading would look complete (never 6)."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Row, Table, func, or_, select

from factdesk.records import Outcome, SourceRole
from factdesk.store.health import Shortfall
from factdesk.store.tables import LANGUAGE_IS, TOLD_LANGUAGE, items, poll_days, polls, sources

GOOD_POLLS = frozenset({Outcome.POLLED, Outcome.UNCHANGED})
_READ = (Outcome.KEPT.value, Outcome.DUPLICATE.value)
UNREAD = frozenset(Outcome) - GOOD_POLLS - {Outcome.KEPT, Outcome.DUPLICATE}
REFUSED = frozenset({Outcome.REFUSED_ROBOTS, Outcome.REFUSED_OPT_OUT, Outcome.REFUSED_ADDRESS})


@dataclass(frozen=True, slots=True)
class SourceGaps:
    """One source in a window: its polls, those that failed or were refused, its items, and those that could not be read.

    ``languages`` counts its items in languages whose claims are not read, whatever their outcome: such an item may be kept.
    """

    source_id: int
    name: str
    role: SourceRole
    event: str | None
    enabled: bool
    polls: int = 0
    polls_bad: dict[Outcome, int] = field(default_factory=dict)
    items: int = 0
    items_open: int = 0
    items_unread: dict[Outcome, int] = field(default_factory=dict)
    languages: dict[str, int] = field(default_factory=dict)
    last_reason: str = ""
    shortfall: Shortfall | None = None

    @property
    def polls_failed(self) -> int:
        """Polls that brought nothing and may succeed later."""
        return sum(count for outcome, count in self.polls_bad.items() if outcome not in REFUSED)

    @property
    def polls_refused(self) -> int:
        """Polls that the site forbids."""
        return sum(count for outcome, count in self.polls_bad.items() if outcome in REFUSED)

    @property
    def complete(self) -> bool:
        """Whether nothing of the source was missed."""
        seen = self.polls > 0 and not self.polls_bad and not self.items_unread and not self.languages
        return seen and not (self.shortfall and self.shortfall.missing)


@dataclass(frozen=True, slots=True)
class Gaps:
    """What could not be seen in a window, by source; ``languages`` counts items in languages that are not read."""

    sources: tuple[SourceGaps, ...]
    languages: dict[str, int]

    @property
    def incomplete(self) -> tuple[SourceGaps, ...]:
        """The sources of which something was missed."""
        return tuple(source for source in self.sources if not source.complete)


def gaps(  # a window and what of it, by keyword
    connection: Connection,
    *,
    since: datetime,
    until: datetime | None = None,
    event: str | None = None,
    only_missed: bool = False,
) -> Gaps:
    """Return what could not be seen from ``since`` to ``until`` (now, when left out), of one event's sources or all.

    With ``only_missed`` items that were read are not counted (``items`` lacks them): of a long window they are nearly all.
    """
    until = until or datetime.max.replace(tzinfo=UTC)
    polled, came = _polled(connection, since=since, until=until)
    listed = _counts(connection, items, when="first_seen_at", since=since, until=until, only_missed=only_missed)
    reasons = _reasons(connection, since=since, until=until)
    unread = _languages(connection, since=since, until=until)
    latest = connection.execute(select(func.max(polls.c.started_at))).scalar()
    query = select(sources).order_by(sources.c.id)
    rows = connection.execute(query if event is None else query.where(sources.c.event == event))
    told = [
        SourceGaps(
            source_id=row.id,
            name=row.name,
            role=SourceRole(row.role),
            event=row.event,
            enabled=row.enabled,
            polls=sum(polled.get(row.id, {}).values()),
            polls_bad={o: n for o, n in polled.get(row.id, {}).items() if o is not None and o not in GOOD_POLLS},
            items=sum(listed.get(row.id, {}).values()),
            items_open=listed.get(row.id, {}).get(None, 0),
            items_unread={o: n for o, n in listed.get(row.id, {}).items() if o in UNREAD},
            languages=dict(unread.get(row.id, {})),
            last_reason=reasons.get(row.id, ""),
            shortfall=_shortfall(row, came.get(row.id, 0), since=since, until=min(until, latest)) if latest else None,
        )
        for row in rows
    ]
    total = sum((Counter(source.languages) for source in told), Counter[str]())
    return Gaps(tuple(told), dict(total.most_common()))


def _counts(
    connection: Connection, table: Table, *, when: str, since: datetime, until: datetime, only_missed: bool
) -> dict[int, dict[Outcome | None, int]]:
    at = table.c[when]
    query = select(table.c.source_id, table.c.outcome, func.count()).where(at >= since, at < until)
    if only_missed:
        query = query.where(or_(table.c.outcome.is_(None), table.c.outcome.not_in(_READ)))
    query = query.group_by(table.c.source_id, table.c.outcome)
    found: dict[int, dict[Outcome | None, int]] = {}
    for number, name, count in connection.execute(query):
        found.setdefault(number, {})[Outcome(name) if name else None] = count
    return found


def _polled(
    connection: Connection, *, since: datetime, until: datetime
) -> tuple[dict[int, dict[Outcome | None, int]], Counter[int]]:
    """Count polls by outcome, and new items: of single polls, and of days of which only sums are left."""
    single = select(polls.c.source_id, polls.c.outcome, func.count(), func.sum(polls.c.items_new))
    single = single.where(polls.c.started_at >= since, polls.c.started_at < until)
    sums = func.sum(poll_days.c.polls), func.sum(poll_days.c.items_new)
    days = select(poll_days.c.source_id, poll_days.c.outcome, *sums).where(*_days(since, until=until))
    found: dict[int, dict[Outcome | None, int]] = {}
    came: Counter[int] = Counter()
    for query in (
        single.group_by(polls.c.source_id, polls.c.outcome),
        days.group_by(poll_days.c.source_id, poll_days.c.outcome),
    ):
        for number, name, count, new in connection.execute(query):
            counted = found.setdefault(number, {})
            counted[Outcome(name)] = counted.get(Outcome(name), 0) + int(count)
            came[number] += int(new)
    return found, came


def _days(since: datetime, *, until: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Return the condition of the summed days in a window."""
    return poll_days.c.day >= since.astimezone(UTC).date(), poll_days.c.day < until.astimezone(UTC).date()


def _shortfall(row: Row[tuple[object, ...]], came: int, *, since: datetime, until: datetime) -> Shortfall | None:
    """Return what the source's own rhythm lets expect of the part of a window in which it was known, and what came."""
    watched = until - max(since, row.created_at)
    if row.items_per_day is None or not row.enabled or watched < timedelta(hours=12):
        return None
    return Shortfall(row.items_per_day * (watched / timedelta(days=1)), came)


def _reasons(connection: Connection, *, since: datetime, until: datetime) -> dict[int, str]:
    """The reason of each source's last bad poll."""
    bad = [outcome.value for outcome in Outcome if outcome not in GOOD_POLLS]
    within = (polls.c.started_at >= since, polls.c.started_at < until, polls.c.outcome.in_(bad))
    newest = select(func.max(polls.c.id)).where(*within).group_by(polls.c.source_id)
    rows = connection.execute(select(polls.c.source_id, polls.c.reason).where(polls.c.id.in_(newest)))
    return {row.source_id: row.reason for row in rows}


def _languages(connection: Connection, *, since: datetime, until: datetime) -> dict[int, Counter[str]]:
    """Languages that were not read, by source, from the reader's reason (``The language is 'xx'.``), whatever the outcome."""
    within = (items.c.first_seen_at >= since, items.c.first_seen_at < until)
    told = select(items.c.source_id, items.c.reason).where(*within, TOLD_LANGUAGE)
    untold = select(items.c.source_id, func.count()).where(*within, items.c.outcome == Outcome.UNSUPPORTED_LANGUAGE.value)
    found: dict[int, Counter[str]] = {}
    for number, reason in connection.execute(told):
        found.setdefault(number, Counter())[reason.removeprefix(LANGUAGE_IS).split("'")[0]] += 1
    for number, count in connection.execute(untold.where(~TOLD_LANGUAGE).group_by(items.c.source_id)):
        found.setdefault(number, Counter())["und"] += count
    return found
