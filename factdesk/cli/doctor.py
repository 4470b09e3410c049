"""``factdesk doctor``: what is wrong and what to do about it."""

from typing import Annotated

import typer

from factdesk.errors import FactdeskError


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(doctor)


def doctor(
    settings: Annotated[bool, typer.Option("--settings", help="Print every setting with its value and meaning.")] = False,
) -> None:
    """Check everything a desk needs; ends with 1 when something is wrong.

    Example: factdesk doctor
    """
    from factdesk.doctor import examine  # noqa: PLC0415 # keeps the help quick
    from factdesk.settings import described, load_settings  # noqa: PLC0415 # the same

    present = load_settings()
    if settings:
        for name, value, meaning in described(present):
            typer.echo(f"{name} = {value}\n    {meaning}")
        return
    wrong = 0
    for found in examine(present):
        wrong += not found.well
        typer.echo(f"{'ok   ' if found.well else 'WRONG'} {found.name}: {found.words}")
    if wrong:
        raise FactdeskError(f"{wrong} of the checks above failed.")
