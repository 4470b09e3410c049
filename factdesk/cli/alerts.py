"""``factdesk alerts``: the saved searches of everybody, and whether their alerts can be sent."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated

import typer
from sqlalchemy import Engine

from factdesk.errors import DeliveryError, FactdeskError, NotFoundError
from factdesk.settings import Settings, load_settings
from factdesk.store import alerts, saved_searches
from factdesk.store.alerts import Delivery
from factdesk.store.database import open_store
from factdesk.store.saved_searches import SavedSearch


def register(app: typer.Typer) -> None:
    """Add ``alerts`` and its commands."""
    group = typer.Typer(help="Saved searches and what they send.", no_args_is_help=True, rich_markup_mode=None)
    group.command("list")(list_)
    group.command("test")(test)
    group.command("mail")(mail)
    app.add_typer(group, name="alerts")


def list_() -> None:
    """Show every saved search: whose, how often, where to, what matched, and what was given up.

    Example: factdesk alerts list
    """
    with _store(load_settings()) as engine:
        rows = saved_searches.every_one(engine)
        told = alerts.standing_of(engine, [search.id for search, _ in rows])
    for search, login in rows:
        total, last, lost = told[search.id]
        newest = f"newest {last:%Y-%m-%d %H:%M} UTC" if last else "none yet"
        cells = (str(search.id), login, search.wanted.name, _state(search), search.wanted.pace.every.value.replace("_", " "))
        where = ", ".join([*search.channels, *(["feed"] if search.wanted.feed else [])]) or "nowhere"
        typer.echo("\t".join([*cells, where, f"{total} matches, {newest}", f"{lost} given up"]))
    if not rows:
        typer.echo("No search is saved: the search page of the desk has “Save this search”.")


def test(number: Annotated[int, typer.Argument(help="Number of the saved search, as alerts list shows it.")]) -> None:
    """Send a trial over each channel of a saved search, here and now; ends with 1 when one does not arrive.

    Example: factdesk alerts test 3
    """
    from factdesk.alerts.courier import send  # noqa: PLC0415 # keeps the help quick

    settings = load_settings()
    with _store(settings) as engine:
        search = next((search for search, _ in saved_searches.every_one(engine) if search.id == number), None)
    if search is None:
        raise NotFoundError(f"There is no saved search {number}.", remedy="See them with: factdesk alerts list.")
    if not search.channels:
        raise NotFoundError(f"{search.wanted.name} alerts nowhere.", remedy="Its owner sets e-mail or a webhook on the desk.")
    lost = False
    for channel in search.channels:
        try:
            typer.echo(f"{channel}: {send(settings, _trial(search, channel), at=datetime.now(UTC))}")
        except FactdeskError as error:
            lost = True
            typer.echo(f"{channel}: {error}")
    if lost:
        raise DeliveryError("Not everything arrived.")


def mail(address: Annotated[str, typer.Argument(help="Address to write to.")]) -> None:
    """Send a mail to see whether the settings of the mail server are right.

    Example: factdesk alerts mail night@example.org
    """
    from factdesk.alerts.mail import Envelope, send_mail  # noqa: PLC0415 # keeps the help quick
    from factdesk.alerts.message import Letter  # noqa: PLC0415 # the same

    settings, now = load_settings(), datetime.now(UTC)
    letter = Letter(f"[{settings.desk.name}] a trial", f"Alerts of {settings.desk.name} can reach you here.\n")
    typer.echo(send_mail(settings, Envelope(letter, address, secrets.token_hex(16), now)))


def _trial(search: SavedSearch, channel: str) -> Delivery:
    key, at = secrets.token_hex(16), datetime.now(UTC)
    return Delivery(0, key, search, channel, at, answers=(), total=0, attempts=1, trial=True)


def _state(search: SavedSearch) -> str:
    return "running" if search.active else "paused"


@contextmanager
def _store(settings: Settings) -> Iterator[Engine]:
    engine = open_store(settings.store)
    try:
        yield engine
    finally:
        engine.dispose()
