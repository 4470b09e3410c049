"""``factdesk bench``: speed, as ratios within one run."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    group.callback()(_group)
    group.command()(line)
    app.add_typer(group, name="bench")


def _group() -> None:
    """Measure speed, as ratios within one run."""


def line(
    pages: Annotated[Path, typer.Argument(help="Recorded pages: a .tar.xz as factdesk replay takes it.")],
) -> None:
    """Measure extraction alone and the whole line on the same pages; the last line is one JSON object.

    Example: factdesk bench line pages.tar.xz
    """
    from factdesk.bench import bench_line  # noqa: PLC0415 # keeps the help quick
    from factdesk.logs import configure_logs  # noqa: PLC0415 # the same

    configure_logs("error")
    report = bench_line(pages, say=lambda words: print(words, file=sys.stderr))  # noqa: T201 # progress
    typer.echo(json.dumps(report.to_dict()))
