"""The JSON API, trends: what spreads, how the desk keeps up, and beside it what could not be seen."""

from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from dashboards._desk import TheDesk
from dashboards.api._calls import MISTAKES, Scoped
from dashboards.trends import days_up_to
from factdesk.accounts.tokens import Scope
from factdesk.store.board import FLAGS
from factdesk.store.trends import Bar, Gap, gaps, newest_flag_at, spread, throughput
from factdesk.store.users import User

router = APIRouter(prefix="/api/v1", responses=MISTAKES)
TrendReader = Annotated[User, Depends(Scoped(Scope.READ_TRENDS))]


class BarOut(BaseModel):
    """One bar of a chart: its label, how many flags in all, and how many of each kind."""

    label: str
    total: int
    flags: dict[str, int]


class GapOut(BaseModel):
    """What could not be seen of one source in the period."""

    source: str
    failed_polls: int
    polls: int
    never_polled: bool
    reason: str
    missing: int
    outcomes: dict[str, int]
    languages: dict[str, int]


class TrendsOut(BaseModel):
    """The flags of a period, how the desk keeps up, and what could not be seen."""

    since: str
    until: str
    total: int
    days: list[BarOut]
    languages: list[BarOut]
    sources: list[BarOut]
    events: list[BarOut]
    waiting: int
    to_draft: int
    median_s: float | None
    gaps: list[GapOut]


@router.get("/trends")
def trends(*, desk: TheDesk, user: TrendReader, days: Annotated[int, Query(ge=1, le=3660)] = 7, event: str = "") -> TrendsOut:
    """Give the flags of the days up to the newest sighting, with what could not be seen in the same time."""
    del user
    zone, now = ZoneInfo(desk.settings.desk.timezone), desk.clock()
    until = min(newest_flag_at(desk.engine) or now, now)
    since = days_up_to(until, days=days, zone=zone)
    seen = spread(desk.engine, since=since, until=until, zone=zone, event=event or None, stale_s=desk.stale_s)
    work = throughput(desk.engine, since=days_up_to(now, days=days, zone=zone), zone=zone, now=now)
    return TrendsOut(
        since=since.isoformat(),
        until=until.isoformat(),
        total=seen.total,
        waiting=work.waiting,
        to_draft=work.to_draft,
        median_s=work.median_s,
        gaps=[_gap(gap) for gap in gaps(desk.engine, since=since, stale_s=desk.gaps_stale_s)],
        days=_bars(seen.days),
        languages=_bars(seen.languages),
        sources=_bars(seen.sources),
        events=_bars(seen.events),
    )


def _gap(gap: Gap) -> GapOut:
    return GapOut(
        source=gap.source,
        failed_polls=gap.failed_polls,
        polls=gap.polls,
        never_polled=gap.never_polled,
        reason=gap.reason,
        missing=gap.missing,
        outcomes=gap.outcomes,
        languages=gap.languages,
    )


def _bars(bars: tuple[Bar, ...]) -> list[BarOut]:
    return [BarOut(label=bar.label, total=bar.total, flags=dict(zip(FLAGS, bar.values, strict=False))) for bar in bars]
