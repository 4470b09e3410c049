"""``factdesk reindex``, ``expire`` and ``audit``: rebuild what is derived, delete what is old, prove what is recorded."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from factdesk.errors import FactdeskError, UnreadableError


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(reindex)
    app.command()(expire)
    audit = typer.Typer(help="The append-only log of what people did.", no_args_is_help=True, rich_markup_mode=None)
    audit.callback()(_group)
    audit.command("verify")(verify)
    audit.command("export")(export)
    app.add_typer(audit, name="audit")


def _group() -> None:
    """The append-only log of what people did."""  # the group's help


def reindex() -> None:
    """Rebuild the search index from the store: the same as factdesk index rebuild.

    Example: factdesk reindex
    """
    from factdesk.cli.search_index import rebuild  # noqa: PLC0415 # keeps the help quick

    rebuild()


def expire() -> None:
    """Delete raw captures older than collector.keep_days that no statement cites. The collector does it once a day.

    Example: factdesk expire
    """
    from factdesk.expiry import expire as run  # noqa: PLC0415 # keeps the help quick
    from factdesk.settings import load_settings  # noqa: PLC0415 # the same

    done = run(load_settings(), now=datetime.now(UTC))
    typer.echo(f"{done.records} captures expired, {done.kept} are cited and kept, {done.files} files deleted.")


def verify(
    witness: Annotated[Path | None, typer.Option(help="A file that audit export wrote and that was kept elsewhere.")] = None,
) -> None:
    """Check the audit log's chain; names every altered, removed or reordered row.

    With a witness a chain that was computed anew is found too. Example: factdesk audit verify --witness seals.jsonl
    """
    from factdesk.editorial import audit  # noqa: PLC0415 # keeps the help quick
    from factdesk.settings import load_settings  # noqa: PLC0415 # the same
    from factdesk.store.database import open_store  # noqa: PLC0415 # the same

    engine = open_store(load_settings().store)
    witnessed = audit.read_seals(_lines(witness)) if witness else []
    if breaks := [*audit.verify(engine), *audit.contradictions(engine, witnessed)]:
        told = "; ".join(f"row {found.number}: {found.why}" for found in breaks[:10])
        raise FactdeskError(f"The audit log is broken at {len(breaks)} places: {told}.", remedy="Restore it from a backup.")
    agreed = f", {len(witnessed)} of them as the witness knows them" if witness else ""
    typer.echo(f"{audit.length(engine)} actions{agreed}, the chain holds.")


def export(
    after: Annotated[int, typer.Option(min=0, help="Only rows after this number.")] = 0,
) -> None:
    """Print the audit log's numbers, times and digests as JSON lines, for somebody outside to keep.

    They hold no names and no text. Example: factdesk audit export > seals.jsonl
    """
    from factdesk.editorial import audit  # noqa: PLC0415 # keeps the help quick
    from factdesk.settings import load_settings  # noqa: PLC0415 # the same
    from factdesk.store.database import open_store  # noqa: PLC0415 # the same

    for seal in audit.seals(open_store(load_settings().store), after=after):
        typer.echo(json.dumps({"number": seal.number, "at": seal.at, "digest": seal.digest}))


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableError(f"{file} cannot be read: {error}.", remedy="Check the path.") from error
