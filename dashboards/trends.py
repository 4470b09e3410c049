"""The manager's pages: what spreads, how fast the desk answers, and beside every chart what could not be seen."""

from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from dashboards._desk import TheDesk
from dashboards.auth import Manager
from factdesk.store.board import FLAGS
from factdesk.store.trends import gaps, newest_flag_at, spread, throughput

router = APIRouter(include_in_schema=False)
_PERIODS = (7, 30, 90, 365)


@router.get("/trends")
def show_trends(
    request: Request, *, desk: TheDesk, session: Manager, days: Annotated[int, Query(ge=1, le=3660)] = 7, event: str = ""
) -> Response:
    """Show the flags of the days up to the newest sighting, five ways, with the gaps of the same time."""
    del session
    zone, now = ZoneInfo(desk.settings.desk.timezone), desk.clock()
    until = min(newest_flag_at(desk.engine, stale_s=desk.stale_s) or now, now)
    since = days_up_to(until, days=days, zone=zone)
    seen = spread(desk.engine, since=since, until=until, zone=zone, event=event or None, stale_s=desk.stale_s)
    every = spread(desk.engine, since=since, until=until, zone=zone, stale_s=desk.stale_s) if event else seen
    worked = days_up_to(now, days=days, zone=zone)
    values = {
        "days": days,
        "periods": _PERIODS,
        "event": event,
        "seen": seen,
        "every_event": [bar.label for bar in every.events],
        "work": throughput(desk.engine, since=worked, zone=zone, now=now, stale_s=desk.stale_s),
        "gaps": gaps(desk.engine, since=since, stale_s=desk.gaps_stale_s),
        "flags": FLAGS,
    }
    return desk.render(request, "trends.html", values)


def days_up_to(last: datetime, *, days: int, zone: tzinfo) -> datetime:
    """Return the midnight of ``zone`` that begins ``days`` whole days up to that of ``last``."""
    day = last.astimezone(zone).date() - timedelta(days=days - 1)
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)
