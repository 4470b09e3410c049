"""The farm is the same at each run and its server counts manners; a tiny measurement runs through all its parts."""

import gzip
import json
import subprocess
import sys
import urllib.request
from dataclasses import replace
from pathlib import Path

from factdesk.bench_collect import CollectReport, missed
from factdesk.bench_farm import Farm, packed, page, served
from factdesk.process_load import Load

GOOD = CollectReport(
    hosts=300,
    pages=20_000,
    ended={"kept": 20_000},
    extraction_pages_per_s=80.0,
    line_pages_per_s=72.0,
    ratio=0.9,
    cpu_ratio=0.7,
    extraction_cpu_ms=12.0,
    line_cpu_ms={"collector": 3.0, "reader": 14.0},
    requests=20_600,
    delay_s=1.0,
    most_at_once=1,
    least_gap_s=1.002,
    most_connections=1,
    peak_mb=420.0,
    idle_sources=50_000,
    idle_cpu_percent=0.4,
    start_s=3.0,
    start_cpu_s=2.5,
    ten_times_cpu=9.8,
)


def test_the_same_farm_gives_the_same_pages_packed_as_they_are() -> None:
    farm = Farm(hosts=3, pages=7)
    assert [len(farm.paths(host)) for host in farm.names()] == [3, 2, 2]
    host = farm.names()[1]
    assert gzip.decompress(packed(host, 1)) == page(host, 1) == page(host, 1)
    assert page(host, 0) != page(host, 1)


def test_each_bar_that_is_missed_is_named() -> None:
    assert list(missed(GOOD)) == []
    bad: dict[str, object] = {
        "ended": {"kept": 19_999, "gone": 1},
        "ratio": 0.74,
        "most_at_once": 2,
        "least_gap_s": 0.999,
        "peak_mb": 701.0,
        "idle_cpu_percent": 1.0,
        "start_s": 5.0,
        "ten_times_cpu": 11.1,
    }
    told = [list(missed(replace(GOOD, **{name: value}))) for name, value in bad.items()]  # type: ignore[arg-type] # by name
    assert [len(words) for words in told] == [1] * len(bad)
    assert len({words[0] for words in told}) == len(bad)


def test_the_server_counts_what_a_rude_client_does() -> None:
    farm = Farm(hosts=1, pages=2)
    with served(farm) as server:
        for path in ("/robots.txt", "/feed.xml", *farm.paths(farm.names()[0])):
            request = urllib.request.Request(f"http://127.0.0.1:{server.port}{path}", headers={"Host": farm.names()[0]})
            with urllib.request.urlopen(request) as answer:
                assert answer.status == 200
        seen = server.seen(forget=True)
        assert (seen.requests, seen.hosts, seen.most_at_once, seen.most_connections) == (4, 1, 1, 4)
        assert 0 < seen.least_gap_s < 1
        assert server.seen().requests == 0


def test_the_cost_of_a_process_that_ended_is_kept() -> None:
    load = Load()
    with subprocess.Popen([sys.executable, "-c", "sum(range(3_000_000)); input()"], stdin=subprocess.PIPE) as child:
        while load.seconds == 0:
            load.look([child.pid])
    spent, peak = load.seconds, load.peak_mb
    load.look([child.pid])
    assert load.seconds == spent > 0
    assert load.peak_mb == peak > 1


def test_a_tiny_measurement_runs_through(tmp_path: Path) -> None:
    size = ["--hosts", "2", "--pages", "4", "--delay", "0.05", "--idle", "0"]
    command = [sys.executable, "-m", "factdesk", "bench", "collect", *size]
    run = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False, cwd=tmp_path)
    report = json.loads(run.stdout.splitlines()[-1])
    assert report["ended"] == {"kept": 4}
    assert report["requests"] == 4 + 2 * 3  # robots.txt, tdmrep.json and the feed of each host
    assert report["most_at_once"] == report["most_connections"] == 1
    assert report["least_gap_s"] >= 0.05
    assert (report["ten_times_cpu"], report["start_s"]) == (None, None)
    assert run.returncode == bool(report["failed"])
