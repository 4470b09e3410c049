"""When alerts go out: set times on the wall of any zone, through changes of its clocks, and quiet hours."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factdesk.store.alert_times import Every, Pace, after_quiet, due, is_quiet

BERLIN, HANOI, NEPAL = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Ho_Chi_Minh"), ZoneInfo("Asia/Kathmandu")
NIGHT = (22 * 60, 6 * 60)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("pace", "matched", "zone", "expected"),
    [
        (Pace(), "2026-03-04T12:00:05", BERLIN, "2026-03-04T12:00:05"),
        (Pace(Every.HOURLY, 15), "2026-03-04T12:00", BERLIN, "2026-03-04T12:15"),
        (Pace(Every.HOURLY, 15), "2026-03-04T12:15", BERLIN, "2026-03-04T13:15"),
        (Pace(Every.HOURLY, 0), "2026-03-04T12:01", NEPAL, "2026-03-04T12:15"),
        (Pace(Every.DAILY, 8 * 60), "2026-03-04T06:59", BERLIN, "2026-03-04T07:00"),
        (Pace(Every.DAILY, 8 * 60), "2026-03-04T07:00", BERLIN, "2026-03-05T07:00"),
        (Pace(Every.DAILY, 8 * 60), "2026-03-28T08:00", BERLIN, "2026-03-29T06:00"),  # clocks go forward in between
        (Pace(Every.DAILY, 150), "2026-03-29T00:00", BERLIN, "2026-03-29T01:30"),  # 02:30 does not exist: 03:30
        (Pace(Every.DAILY, 8 * 60), "2026-03-04T20:00", HANOI, "2026-03-05T01:00"),
        (Pace(Every.WEEKLY, 8 * 60, 0), "2026-03-04T12:00", BERLIN, "2026-03-09T07:00"),  # a Wednesday, then Monday
        (Pace(Every.WEEKLY, 8 * 60, 2), "2026-03-04T06:00", BERLIN, "2026-03-04T07:00"),
        (Pace(quiet=NIGHT), "2026-03-04T20:59", BERLIN, "2026-03-04T20:59"),
        (Pace(quiet=NIGHT), "2026-03-04T21:00", BERLIN, "2026-03-05T05:00"),
        (Pace(quiet=NIGHT), "2026-03-05T02:00", BERLIN, "2026-03-05T05:00"),
        (Pace(quiet=(540, 600)), "2026-03-05T08:30", BERLIN, "2026-03-05T09:00"),
        (Pace(quiet=(600, 600)), "2026-03-05T09:00", BERLIN, "2026-03-05T09:00"),
        (Pace(quiet=(60, 105)), "2026-10-25T00:40", BERLIN, "2026-10-25T00:40"),  # 02:40, the first of two
        (Pace(quiet=(60, 165)), "2026-10-25T01:40", BERLIN, "2026-10-25T01:45"),  # 02:40 again: its own 02:45 ends it
        (Pace(Every.DAILY, 5 * 60, quiet=NIGHT), "2026-03-05T03:00", BERLIN, "2026-03-05T05:00"),
    ],
)
def test_an_alert_is_due(*, pace: Pace, matched: str, zone: ZoneInfo, expected: str) -> None:
    assert due(pace, at(matched), zone=zone) == at(expected)


minutes = st.integers(0, 1439)
paces = st.builds(Pace, st.sampled_from(Every), minutes, st.integers(0, 6), st.none() | st.tuples(minutes, minutes))


@given(pace=paces, moment=st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)), zone=st.sampled_from([BERLIN, NEPAL]))  # noqa: DTZ001
def test_an_alert_is_never_early_never_in_quiet_hours_and_never_lost(pace: Pace, moment: datetime, zone: ZoneInfo) -> None:
    matched = moment.replace(tzinfo=UTC)
    sent = due(pace, matched, zone=zone)
    longest = {Every.AT_ONCE: 1, Every.HOURLY: 1, Every.DAILY: 2, Every.WEEKLY: 8}[pace.every]
    assert matched <= sent <= matched + timedelta(days=longest, hours=26)
    assert pace.quiet is None or not is_quiet(pace.quiet, sent, zone=zone)
    assert after_quiet(pace, sent, zone=zone) == sent
