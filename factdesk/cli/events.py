"""``factdesk events``: times in which the sources of an event are polled more often."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from sqlalchemy import Engine

from factdesk.errors import SettingsError
from factdesk.settings import load_settings
from factdesk.store import event_windows
from factdesk.store.database import open_store, reading, writing
from factdesk.store.event_windows import EventWindow

Name = Annotated[str, typer.Argument(help="Event, as its sources are tagged with --event.")]


def register(app: typer.Typer) -> None:
    """Add ``events`` and its commands."""
    group = typer.Typer(
        help="Times in which an event's sources are polled more often.", no_args_is_help=True, rich_markup_mode=None
    )
    group.command("set")(set_)
    group.command("list")(list_)
    group.command("remove")(remove)
    app.add_typer(group, name="events")


def set_(  # noqa: PLR0917 # a command's options are its parameters
    name: Name,
    until: Annotated[str, typer.Option(help="End, such as 2026-11-28T18:00, in the desk's time zone.")],
    start: Annotated[str | None, typer.Option("--from", help="Beginning; left out, it begins now.")] = None,
    every: Annotated[int, typer.Option(help="Most seconds between two polls of one source.", min=60)] = 300,
) -> None:
    """Poll the sources of an event more often for a time; robots.txt and each host's delay hold all the same.

    Example: factdesk events set flood-2026 --until 2026-11-28T18:00
    """
    now = datetime.now(UTC)
    window = EventWindow(name, _instant(start) if start else now, _instant(until), every)
    with _store() as engine, writing(engine) as connection:
        number = event_windows.set_window(connection, window, now=now)
    typer.echo(f"{number} sources of {name}: at least every {every} s until {window.ends_at:%Y-%m-%d %H:%M} UTC.")


def list_() -> None:
    """Show the times that are set, with how many sources each concerns.

    Example: factdesk events list
    """
    with _store() as engine, reading(engine) as connection:
        rows = event_windows.list_windows(connection)
    for row in rows:
        times = f"{row.starts_at:%Y-%m-%d %H:%M}\t{row.ends_at:%Y-%m-%d %H:%M}"
        typer.echo(f"{row.name}\t{times}\tevery {row.interval_s} s\t{row.sources} sources")
    if not rows:
        typer.echo("No time is set: factdesk events set EVENT --until TIME")


def remove(name: Name) -> None:
    """Take the time of an event back.

    Example: factdesk events remove flood-2026
    """
    with _store() as engine, writing(engine) as connection:
        event_windows.remove_window(connection, name)
    typer.echo(f"The sources of {name} are polled as usual.")


def _instant(written: str) -> datetime:
    """Read a time in the desk's zone. Raises ``SettingsError``."""
    try:
        at = datetime.fromisoformat(written)
    except ValueError as error:
        raise SettingsError(f"{written!r} is no time.", remedy="Write it as 2026-11-28T18:00.") from error
    return (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(load_settings().desk.timezone))).astimezone(UTC)


@contextmanager
def _store() -> Iterator[Engine]:
    engine = open_store(load_settings().store)
    try:
        yield engine
    finally:
        engine.dispose()
