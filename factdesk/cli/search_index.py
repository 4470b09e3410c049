"""``factdesk index``: make the search index, look at it, bring it up to date, build it anew while the desk goes on."""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from factdesk.errors import FactdeskError

if TYPE_CHECKING:
    from factdesk.reindex import Report
    from index.base import EntryKind
    from index.state import IndexPart, IndexState

_LINE_S = 5.0


def register(app: typer.Typer) -> None:
    """Add ``index`` and its commands."""
    group = typer.Typer(help="The search index: an SQLite file, or Elasticsearch.", no_args_is_help=True, rich_markup_mode=None)
    group.callback()(_group)
    for command in (create, status, migrate, rebuild):
        group.command()(command)
    app.add_typer(group, name="index")


def _group() -> None:
    """The search index: an SQLite file, or Elasticsearch."""  # the group's help


def create() -> None:
    """Make the index when there is none, with its mappings, aliases and lifecycle policy; one that is there stays.

    Every command makes it when it is first needed; this is for an administrator whose rights the desk does not have.
    Example: factdesk index create
    """
    from factdesk.settings import load_settings  # noqa: PLC0415 # keeps the help quick
    from index import Server, open_index  # noqa: PLC0415 # the same

    settings = load_settings()
    open_index(settings.index, dim=settings.check.dimensions, server=Server.of(settings)).close()
    _show(_state())


def status(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Show where the index lies, how much is in it, an unfinished rebuild, and what is wrong; ends with 1 when something is.

    Example: factdesk index status
    """
    state = _state()
    if as_json:
        typer.echo(json.dumps(asdict(state), ensure_ascii=False))
    else:
        _show(state)
    if state.complaints:
        raise FactdeskError("Something is wrong with the index: see above.")


def migrate() -> None:
    """Bring the index up to this version and the settings: in place where that is enough, otherwise by a rebuild.

    Example: factdesk index migrate
    """
    from factdesk.reindex import migrate as run  # noqa: PLC0415 # keeps the help quick
    from factdesk.settings import load_settings  # noqa: PLC0415 # the same

    with _reporting() as report:
        counts = run(load_settings(), report=report)
    typer.echo("The index is up to date." if counts is None else f"Built anew: {_counted(counts)}.")


def rebuild(
    *,
    abandon: Annotated[bool, typer.Option("--abandon", help="Delete what an unfinished rebuild has made, and stop.")] = False,
) -> None:
    """Build the index anew from the store while the desk searches the old one; then put it in its place in one step.

    What arrives meanwhile is in both. A rebuild that was cut off is gone on with. Example: factdesk index rebuild
    """
    from factdesk import reindex  # noqa: PLC0415 # keeps the help quick
    from factdesk.settings import load_settings  # noqa: PLC0415 # the same

    if abandon:
        reindex.abandon(load_settings())
        typer.echo("What the rebuild had made is deleted.")
        return
    with _reporting() as report:
        counts = reindex.reindex(load_settings(), report=report)
    typer.echo(f"{_counted(counts)}.")


def _state() -> "IndexState":
    from factdesk.settings import load_settings  # noqa: PLC0415 # keeps the help quick
    from index import Server  # noqa: PLC0415 # the same
    from index.rebuild import look_at_index  # noqa: PLC0415 # the same

    settings = load_settings()
    return look_at_index(settings.index, dim=settings.check.dimensions, server=Server.of(settings))


def _show(state: "IndexState") -> None:
    typer.echo(state.engine)
    for part in state.parts:
        typer.echo(f"  {_told(part)}")
    if not state.parts:
        typer.echo("  nothing yet: it is made when it is first needed, or by factdesk index create")
    for part in state.unfinished:
        typer.echo(f"  {_told(part)}, of a rebuild under way or cut off (factdesk index rebuild goes on with it)")
    for complaint in state.complaints:
        typer.echo(f"WRONG {complaint}")


def _told(part: "IndexPart") -> str:
    return f"{part.name}: {part.entries:,} entries, {part.size / 1e6:,.1f} MB"


def _counted(counts: "Mapping[EntryKind, int]") -> str:
    return ", ".join(f"{number} {kind}" for kind, number in counts.items()) or "The store is empty"


@contextmanager
def _reporting() -> "Iterator[Report]":
    """Give a function that prints how far it is, every few seconds."""
    begun = last = time.monotonic()

    def report(taken: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= _LINE_S:
            last = now
            typer.echo(f"{taken:,} entries, {taken / (now - begun):,.0f} a second", err=True)

    yield report
