"""``factdesk extract``: read a folder of saved pages, to see what the line would read in them and how fast."""

import json
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import typer

from factdesk.errors import UnreadableError

if TYPE_CHECKING:
    from crawlers import Extracted, Unread
    from factdesk.evaluation.extraction import RecordedPage

_BATCH = 64
_EVERY_S = 2.0

_BATCH_OPTION = typer.Option(
    ..., "--batch", metavar="DIR", help="Folder of .html files; an index.jsonl in it may give url per file."
)
_OUT_OPTION = typer.Option(..., "--out", metavar="F.jsonl", help="Where to write one JSON object a page.")
_PROCESSES_OPTION = typer.Option(0, "--processes", min=0, help="Processes that read (0: all cores for more than 200 pages).")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(extract)


def extract(batch: Path = _BATCH_OPTION, out: Path = _OUT_OPTION, processes: int = _PROCESSES_OPTION) -> None:
    """Read a folder of saved pages: text, title, date, language of each.

    The last line printed is a JSON object with pages, kept, seconds and pages_per_s.

    Example: factdesk extract --batch pages --out pages.jsonl
    """
    from factdesk.evaluation.extraction import read_recorded, recorded_pages  # noqa: PLC0415 # keeps the help quick

    if not batch.is_dir():
        raise UnreadableError(f"{batch} is not a folder.", remedy="Give --batch a folder of .html files.")
    pages = recorded_pages(batch)
    begun, kept = time.perf_counter(), 0
    with out.open("w", encoding="utf-8") as sheet:
        results = read_recorded(pages, at=datetime.now(UTC), processes=processes)
        for done in _written(sheet, pages, results=results):
            kept += done
    seconds = time.perf_counter() - begun
    summary = {"pages": len(pages), "kept": kept, "seconds": round(seconds, 3), "pages_per_s": round(len(pages) / seconds, 1)}
    typer.echo(json.dumps(summary))


def _written(sheet: TextIO, pages: list["RecordedPage"], *, results: Iterator["Extracted | Unread"]) -> Iterator[int]:
    """Write the results batch by batch (languages are told together) and yield how many of each batch were kept."""
    from crawlers import Extracted  # noqa: PLC0415 # keeps the help quick
    from nlp.language import identify  # noqa: PLC0415 # the same

    named, total, done, said = iter(pages), len(pages), 0, time.perf_counter()
    while batch := list(islice(results, _BATCH)):
        read = [result for result in batch if isinstance(result, Extracted)]
        hints = [result.language_hint or None for result in read]
        languages = iter(identify([result.text for result in read], hints=hints))
        for page, result in zip(islice(named, len(batch)), batch, strict=True):
            language = next(languages)[0] if isinstance(result, Extracted) else ""
            sheet.write(json.dumps(_row(page, result, language=language), ensure_ascii=False) + "\n")
        done += len(batch)
        if time.perf_counter() - said > _EVERY_S or done == total:
            said = time.perf_counter()
            print(f"{done} of {total} pages", file=sys.stderr)  # noqa: T201 # progress
        yield len(read)


def _row(page: "RecordedPage", result: "Extracted | Unread", *, language: str) -> dict[str, str | None]:
    from crawlers import Extracted  # noqa: PLC0415 # keeps the help quick

    if not isinstance(result, Extracted):
        return {"file": page.name, "url": page.url, "outcome": result.outcome.value, "reason": result.reason}
    return {
        "file": page.name,
        "url": result.url,
        "outcome": "kept",
        "title": result.title,
        "text": result.text,
        "published": result.published_at.isoformat(),
        "published_how": result.published_how,
        "language": language,
    }
