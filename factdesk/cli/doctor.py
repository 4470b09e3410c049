"""``factdesk doctor``: what is wrong and what to do about it."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from factdesk.errors import FactdeskError

if TYPE_CHECKING:
    from factdesk.settings import Settings


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(doctor)


def doctor(
    *,
    settings: Annotated[bool, typer.Option("--settings", help="Print every setting with its value and meaning.")] = False,
    deep: Annotated[
        bool, typer.Option("--deep", help="Prove that ledger, archive and index agree: reads the whole archive.")
    ] = False,
    repair: Annotated[
        bool, typer.Option("--repair", help="With --deep: first mend what is safe to mend. It deletes no record.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
) -> None:
    """Check everything a desk needs; ends with 1 when something is wrong.

    Example: factdesk doctor --deep
    """
    from factdesk.settings import described, load_settings  # noqa: PLC0415 # keeps the help quick

    present = load_settings()
    if settings:
        for name, value, meaning in described(present):
            typer.echo(f"{name} = {value}\n    {meaning}")
        return
    if repair and not deep:
        raise FactdeskError("--repair mends what --deep finds.", remedy="Use: factdesk doctor --deep --repair.")
    wrong = 0
    for well, name, words, more in _deeply(present, repair=repair) if deep else _examined(present):
        wrong += not well
        told = {"well": well, "name": name, "words": words} | more
        typer.echo(json.dumps(told, ensure_ascii=False) if as_json else f"{'ok   ' if well else 'WRONG'} {name}: {words}")
    if wrong:
        raise FactdeskError(f"{wrong} of the checks above failed." if not deep else f"{wrong} things disagree.")


_Line = tuple[bool, str, str, dict[str, str]]


def _examined(settings: "Settings") -> Iterator[_Line]:
    from factdesk.doctor import examine  # noqa: PLC0415 # keeps the help quick

    yield from ((found.well, found.name, found.words, {}) for found in examine(settings))


def _deeply(settings: "Settings", *, repair: bool) -> Iterator[_Line]:
    from factdesk.agreement import Inspection, mend  # noqa: PLC0415 # keeps the help quick

    if repair:
        yield from ((True, "mended", words, {}) for words in mend(settings))
    inspection = Inspection(settings)
    for found in inspection.disagreements():
        yield False, found.name, f"{found.place}: {found.what} {found.remedy}", found.to_dict()
    counts = inspection.counts
    files = f"{counts['captures']} captures proved in {counts['files']} files"
    left = f"{counts['left over']} records left over by crashes or removed sources (harmless)"
    yield True, "archive", f"{files}, {left}", {name: str(number) for name, number in counts.items()}
