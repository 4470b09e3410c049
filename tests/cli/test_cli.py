"""The command line as a user meets it: real processes, one clear line for each mistake."""

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from factdesk import __version__

_TEXT = "The gates of Haldrin dam were opened on purpose at night to flood Lower Teyn."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def factdesk(folder: Path, *arguments: str, timeout: float = 120) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "factdesk", *arguments],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FACTDESK_")}
    return kept | {"PYTHONUNBUFFERED": "1", "COLUMNS": "120"}


def one_line(done: subprocess.CompletedProcess[str], status: int) -> str:
    assert done.returncode == status, done.stderr
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("factdesk: ")
    return lines[0]


def test_version(folder: Path) -> None:
    assert factdesk(folder, "--version").stdout.strip() == __version__


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("nonsense",), "No such command"),
        (("search",), "Missing argument"),
        (("serve", "--colour"), "No such option"),
        (("serve", "--port", "99999"), "--port"),
        (("check", "  "), "The claim is empty"),
        (("users", "add", "noor", "--role", "owner"), "not a role"),
    ],
)
def test_a_wrong_call_is_one_line_and_2(folder: Path, arguments: tuple[str, ...], says: str) -> None:
    line = one_line(factdesk(folder, *arguments), 2)
    assert says in line
    assert "--help" in line


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("library", "import", "missing.csv"), "missing.csv"),
        (("sources", "import", "missing.opml"), "missing.opml"),
        (("sources", "add", "not an address"), "address"),
        (("sources", "add", "ftp://files.example.org/"), "http"),
        (("replay", "missing.tar.xz"), "missing.tar.xz"),
        (("bench", "line", "missing.tar.xz"), "missing.tar.xz"),
        (("eval", "stance", "--pairs", "missing.tsv"), "missing.tsv"),
        (("eval", "claims", "--labelled", "missing.tsv", "--text", "t", "--label", "l", "--positive", "1"), "missing.tsv"),
        (("eval", "retrieval", "--library", "a.jsonl", "--queries", "b.tsv", "--qrels", "c.tsv"), ".tsv"),
        (("extract", "--batch", "nowhere", "--out", "o.jsonl"), "nowhere"),
        (("search", "dam AND ("), "at character"),
    ],
)
def test_bad_input_is_one_line_and_1(folder: Path, arguments: tuple[str, ...], says: str) -> None:
    assert says in one_line(factdesk(folder, *arguments), 1)


def test_a_bad_setting_is_named(folder: Path) -> None:
    (folder / "factdesk.toml").write_text('[collector]\ndelay_s = "soon"\n')
    assert "collector.delay_s" in one_line(factdesk(folder, "doctor"), 1)
    (folder / "factdesk.toml").write_text("[collector\n")
    assert "factdesk.toml" in one_line(factdesk(folder, "doctor"), 1)


def test_a_locked_database_is_one_line(folder: Path) -> None:
    factdesk(folder, "users", "list")
    other = sqlite3.connect(folder / ".data" / "factdesk.sqlite3", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        assert "is locked" in one_line(factdesk(folder, "users", "add", "noor"), 1)
    finally:
        other.close()


def test_init_library_check_search_and_doctor(folder: Path) -> None:
    made = factdesk(folder, "init", "--contact", "desk@example.org", "--name", 'The "River" Desk', "--team")
    assert made.returncode == 0, made.stderr
    assert len(re.findall(r"password \S+", made.stdout)) == 5
    assert "exists already" in one_line(factdesk(folder, "init"), 1)

    (folder / "checks.csv").write_text(
        "claim,rating,url,publisher,date,language\n"
        f'"{_TEXT}",False,https://plumbline.example/1,Plumbline,2026-03-10,en\n'
        ",False,https://plumbline.example/2,Plumbline,2026-03-10,en\n"
    )
    imported = factdesk(folder, "library", "import", "checks.csv")
    assert imported.returncode == 0, imported.stderr
    assert "1 new or changed, 1 rows unreadable" in imported.stdout

    flagged = factdesk(
        folder, "check", "The Haldrin dam's gates were opened on purpose in the night so that Lower Teyn would flood."
    )
    assert flagged.returncode == 0, flagged.stderr
    assert "https://plumbline.example/1" in flagged.stdout
    assert "False" in flagged.stdout
    unknown = factdesk(folder, "check", "A bakery in Vessary sold four hundred loaves on Monday.")
    assert unknown.stdout.startswith("not enough evidence")

    assert factdesk(folder, "search", "dam").stdout.startswith("0 found")
    well = factdesk(folder, "doctor")
    assert well.returncode == 0, well.stdout + well.stderr
    assert "1 factcheck" in well.stdout
    assert "1 factcheck" in factdesk(folder, "reindex").stdout
    assert "the chain holds" in factdesk(folder, "audit", "verify").stdout


@pytest.fixture
def serving(folder: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "factdesk", "serve", "--port", "0"],
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    yield process
    process.kill()
    process.communicate()


def test_serve_answers_and_ctrl_c_stops_everything_within_five_seconds(serving: subprocess.Popen[str]) -> None:
    assert serving.stdout
    address = re.search(r"http://\S+", serving.stdout.readline())
    assert address
    assert "password" in opened(address[0])
    serving.send_signal(signal.SIGINT)
    told, said = serving.communicate(timeout=5)
    assert serving.returncode == 0, said
    assert "Stopped." in told
    children = subprocess.run(["pgrep", "-P", str(serving.pid)], capture_output=True, text=True, check=False)
    assert children.stdout == ""


def opened(address: str) -> str:
    with urllib.request.urlopen(address, timeout=20) as answer:
        text: str = answer.read().decode()
        return text


def test_the_demo_once_shows_its_summary(folder: Path) -> None:
    done = factdesk(folder, "demo", "--once", timeout=240)
    assert done.returncode == 0, done.stderr
    for words in ("sources polled", "items by outcome", "claims", "findings by kind", "narratives", "first flagged item"):
        assert words in done.stdout
    first = re.search(r"first flagged item\s+│?\s*after ([\d.]+) s", done.stdout)
    assert first, done.stdout
    assert float(first[1]) < 60


def test_eval_stance_prints_one_json_object_last(folder: Path) -> None:
    rows = "claim\tevidence\tlabel\nThe dam holds.\tThe dam holds.\tsupports\nThe dam holds.\tThe dam does not hold.\trefutes\n"
    (folder / "pairs.tsv").write_text(rows)
    done = factdesk(folder, "eval", "stance", "--pairs", "pairs.tsv")
    assert done.returncode == 0, done.stderr
    assert {"macro_f1", "accuracy"} <= json.loads(done.stdout.splitlines()[-1]).keys()
