"""``factdesk train``: lets the desk's own reviews teach, shows what came of it, and never takes a worse model."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from factdesk.training import Trained


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(train)


def train(
    *,
    dry: Annotated[bool, typer.Option("--dry", help="Only measure; replace nothing.")] = False,
    back: Annotated[bool, typer.Option("--undo", help="Go back to the models before the last change.")] = False,
) -> None:
    """Teach the desk's two small models from its reviews: how probable a flag is, and what is worth checking.

    The older seven tenths of the reviews are learned, the newer tried. A model is replaced only when the newer reviews
    say beyond chance that the new one is better; all versions are kept. A running desk takes it after a restart.

    Example: factdesk train
    """
    from factdesk.settings import load_settings  # noqa: PLC0415 # keeps the help quick
    from factdesk.store.database import open_store  # noqa: PLC0415 # the same
    from factdesk.training import to_dict, undo  # noqa: PLC0415 # the same
    from factdesk.training import train as teach  # noqa: PLC0415 # the same

    settings = load_settings()
    folder = settings.trained
    if back:
        typer.echo(f"The models before are in use again: {', '.join(undo(folder))}.")
        return
    outcomes = teach(open_store(settings.store), folder, dry=dry)
    for told in outcomes:
        typer.echo(_said(told))
    typer.echo(json.dumps([to_dict(told) for told in outcomes]))


def _said(told: "Trained") -> str:
    lead = f"{told.head}: {told.reviews} reviews"
    if told.before is None or told.after is None:
        return f"{lead}. Not trained: {told.why}"
    old, new = told.before, told.after
    figures = (
        f"{told.held_out} held out; log loss {old.log_loss:.3f} -> {new.log_loss:.3f}, right {old.accuracy:.0%} -> "
        f"{new.accuracy:.0%}, calibration error {old.calibration_error:.3f} -> {new.calibration_error:.3f}"
    )
    kept = "Replaced." if told.replaced else f"Kept the old one. {told.why or 'A dry run replaces nothing.'}"
    return f"{lead}, {figures}. {kept}"
