"""The measure of a desk at work: small here, with real people's requests against a real desk's process."""

from factdesk.bench_desk import DeskPlan, DeskReport, bench_desk
from factdesk.bench_people import Seen


def test_people_work_at_once_without_errors_and_nothing_they_write_is_lost() -> None:
    report = bench_desk(DeskPlan(items=600, people=10, seconds=6, think_s=0.5))
    assert report.errors == ()
    assert report.pages > 20
    assert (report.edits > 0, report.lost_edits) == (True, 0)
    assert {"queue", "edit", "save"} <= set(report.by_page)
    assert 20 < report.script_and_style_kb <= 150
    assert not {"errors", "lost_edits", "script_and_style_kb"} & set(report.failed)


def test_what_is_missed_is_named() -> None:
    from factdesk.bench_desk import _report  # noqa: PLC0415 # the private seam that judges

    seen = Seen(times={"queue": [900.0] * 3}, wrong=["queue: 500"], written={1: ["a line"]})
    report: DeskReport = _report(DeskPlan(seconds=1), seen, lost=1, visit=(200.0, 2000.0), filled=1.0)
    assert report.failed == ("p95_ms", "errors", "lost_edits", "script_and_style_kb", "cold_ms")
