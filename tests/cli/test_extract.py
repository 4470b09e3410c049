import json
from pathlib import Path

import pytest
from typer import Typer
from typer.testing import CliRunner

from factdesk.cli.extract import register
from factdesk.errors import UnreadableError

TEXT = "The water of the Lume rose by two metres in a night, and the authority opened the second gate of the dam at noon. "


def run(*arguments: str) -> str:
    app = Typer()
    register(app)
    app.callback()(lambda: None)
    result = CliRunner().invoke(app, ["extract", *arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.stdout


def test_a_folder_of_pages_becomes_one_line_each_and_a_summary(tmp_path: Path) -> None:
    head = '<meta property="og:title" content="Flood"><meta property="article:published_time" content="2026-03-14">'
    (tmp_path / "a.html").write_text(f"<html><head>{head}</head><body><article><p>{TEXT * 2}</p></article></body></html>")
    (tmp_path / "b.html").write_text("<html><body><p>Short.</p></body></html>")
    out = tmp_path / "out.jsonl"
    summary = json.loads(run("--batch", str(tmp_path), "--out", str(out)).splitlines()[-1])
    assert (summary["pages"], summary["kept"]) == (2, 1)
    assert summary["pages_per_s"] > 0
    page, short = map(json.loads, out.read_text().splitlines())
    assert (page["file"], page["title"], page["language"]) == ("a.html", "Flood", "en")
    assert (page["published"], page["published_how"]) == ("2026-03-14T00:00:00+00:00", "metadata")
    assert TEXT.strip() in page["text"]
    assert (short["file"], short["outcome"]) == ("b.html", "too_short")


def test_a_missing_folder_says_so(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="is not a folder"):
        run("--batch", str(tmp_path / "gone"), "--out", str(tmp_path / "out"))
