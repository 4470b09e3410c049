"""``factdesk reindex``, ``expire`` and ``audit``: rebuild what is derived, delete what is old, prove what is recorded."""

from datetime import UTC, datetime

import typer

from factdesk.errors import FactdeskError


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(reindex)
    app.command()(expire)
    audit = typer.Typer(help="The append-only log of what people did.", no_args_is_help=True, rich_markup_mode=None)
    audit.callback()(_group)
    audit.command("verify")(verify)
    app.add_typer(audit, name="audit")


def _group() -> None:
    """The append-only log of what people did."""  # the group's help


def reindex() -> None:
    """Rebuild the search index from the store.

    Example: factdesk reindex
    """
    from factdesk.reindex import reindex as rebuild  # noqa: PLC0415 # keeps the help quick
    from factdesk.settings import load_settings  # noqa: PLC0415 # the same

    counts = rebuild(load_settings())
    typer.echo(", ".join(f"{number} {kind.value}" for kind, number in counts.items()) or "The store is empty.")


def expire() -> None:
    """Delete raw captures older than collector.keep_days that no statement cites. The collector does it once a day.

    Example: factdesk expire
    """
    from factdesk.expiry import expire as run  # noqa: PLC0415 # keeps the help quick
    from factdesk.settings import load_settings  # noqa: PLC0415 # the same

    done = run(load_settings(), now=datetime.now(UTC))
    typer.echo(f"{done.records} captures expired, {done.kept} are cited and kept, {done.files} files deleted.")


def verify() -> None:
    """Check the audit log's chain; names every altered, removed or reordered row.

    Example: factdesk audit verify
    """
    from factdesk.editorial import audit  # noqa: PLC0415 # keeps the help quick
    from factdesk.settings import load_settings  # noqa: PLC0415 # the same
    from factdesk.store.database import open_store  # noqa: PLC0415 # the same

    engine = open_store(load_settings().store)
    if breaks := audit.verify(engine):
        told = "; ".join(f"row {found.number}: {found.why}" for found in breaks[:10])
        raise FactdeskError(f"The audit log is broken at {len(breaks)} places: {told}.", remedy="Restore it from a backup.")
    typer.echo(f"{audit.length(engine)} actions, the chain holds.")
