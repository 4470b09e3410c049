"""``factdesk sources``: what is polled; add an address, import a list, see how each does, remove, and poll now."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from sqlalchemy import Engine

from factdesk.cli import source_health
from factdesk.errors import FetchError, SettingsError, StateError, UnreadableError
from factdesk.records import Outcome, Source, SourceRole
from factdesk.settings import load_settings
from factdesk.store import ledger, sources
from factdesk.store.database import open_store, reading, writing
from factdesk.store.sources import NewSource

if TYPE_CHECKING:
    from crawlers.base import Detection

_FAILING = frozenset(Outcome) - {Outcome.POLLED, Outcome.UNCHANGED}
_SHORTEST_S = 60

Number = Annotated[int, typer.Argument(help="Number of the source, as in: factdesk sources list")]
Role = Annotated[SourceRole | None, typer.Option(help="What the source is to the desk.")]
Event = Annotated[str | None, typer.Option(help="Event its documents belong to, such as flood-2026.")]
Language = Annotated[str | None, typer.Option(help="Its language as an ISO 639-1 code, when you know it.")]
Interval = Annotated[int, typer.Option(help="Seconds between two polls.", min=_SHORTEST_S)]


def register(app: typer.Typer) -> None:
    """Add ``sources`` and its commands."""
    group = typer.Typer(help="Sources that are polled.", no_args_is_help=True, rich_markup_mode=None)
    group.command("add")(add)
    group.command("import")(import_)
    group.command("list")(list_)
    group.command("health")(source_health.health)
    group.command("acknowledge")(source_health.acknowledge)
    group.command("remove")(remove)
    group.command("enable")(enable)
    group.command("disable")(disable)
    group.command("poll")(poll)
    group.command("retry")(retry)
    app.add_typer(group, name="sources")


def add(  # noqa: PLR0913, PLR0917 # a command's options are its parameters
    url: Annotated[str, typer.Argument(help="Address of a site, feed, sitemap, instance or hashtag.")],
    kind: Annotated[str | None, typer.Option(help="Take the address as this kind, without looking.")] = None,
    name: Annotated[str | None, typer.Option(help="Name shown on the desk.")] = None,
    role: Role = None,
    language: Language = None,
    event: Event = None,
    interval: Interval = 900,
) -> None:
    """Find the feed, sitemap or API behind an address and poll it.

    Example: factdesk sources add https://news.example --event flood-2026
    """
    found = _found(url, kind)
    new = NewSource(
        kind=found.kind,
        url=found.url,
        name=name or found.name,
        role=role or found.role,
        language=language or found.language,
        event=event,
        interval_s=interval,
    )
    with _store() as engine, writing(engine) as connection:
        made = sources.add(connection, new, now=datetime.now(UTC))
    typer.echo(f"Source {made.id}: {made.kind} {made.url} ({made.name}, {made.role.value})")


def import_(  # noqa: PLR0917 # a command's options are its parameters
    file: Annotated[Path, typer.Argument(help="OPML file, as feed readers export it.")],
    role: Role = None,
    event: Event = None,
    interval: Interval = 900,
) -> None:
    """Add every feed of an OPML file; a bad entry is told, the rest is taken.

    Example: factdesk sources import feeds.opml
    """
    from crawlers.detect import recognised  # noqa: PLC0415 # keeps other commands quick
    from crawlers.opml import read_opml  # noqa: PLC0415 # the same

    try:
        listed = read_opml(file.read_bytes())
    except OSError as error:
        raise UnreadableError(f"{file} cannot be read: {error.strerror}.", remedy="Check the path.") from error
    bad, added = list(listed.bad), 0
    with _store() as engine, writing(engine) as connection:
        for feed in listed.feeds:
            try:
                found = recognised(feed.url)  # a platform's feed is read as its posts, and nobody's own feed is
                kind, url, usual = (found.kind, found.url, found.role) if found else ("feed", feed.url, SourceRole.PRESS)
                new = NewSource(kind, url, feed.name, role or usual, feed.language, event, interval)
                sources.add(connection, new, now=datetime.now(UTC))
                added += 1
            except (StateError, FetchError) as error:
                bad.append(error.what)
    for line in bad:
        typer.echo(line, err=True)
    typer.echo(f"{added} sources added, {len(bad)} entries left out.")


def list_() -> None:
    """Show the sources with how their last poll ended.

    Example: factdesk sources list
    """
    with _store() as engine, reading(engine) as connection:
        rows = sources.pollings(connection)
        last = {poll.source_id: poll for poll in ledger.last_polls(connection)}
    if not rows:
        typer.echo("No source yet: factdesk sources add URL")
        return
    cells = [_row(row, last.get(row.source.id)) for row in rows]
    if not Console().is_terminal:
        typer.echo("\n".join("\t".join(row) for row in cells))
        return
    table = Table("no.", "kind", "name", "address", "role", "last poll", "failed polls")
    for row in cells:
        table.add_row(*map(escape, row))
    Console().print(table)


def _row(row: sources.Polling, last: ledger.Poll | None) -> tuple[str, ...]:
    """One source as the cells of a line."""
    source = row.source
    ended = f"{last.outcome.value} {last.finished_at:%Y-%m-%d %H:%M} {last.reason}".strip() if last else "never"
    state = str(row.failures or "") if source.enabled else "switched off"
    return (str(source.id), source.kind, source.name, source.url, source.role.value, ended, state)


def remove(source: Number) -> None:
    """Remove a source with its ledger, captures and documents.

    Example: factdesk sources remove 3
    """
    with _store() as engine, writing(engine) as connection:
        gone = sources.remove(connection, source, now=datetime.now(UTC))
    typer.echo(f"Source {gone.id} ({gone.url}) is removed.")


def enable(source: Number) -> None:
    """Poll a source again that was switched off.

    Example: factdesk sources enable 3
    """
    _switch(source, enabled=True)


def disable(source: Number) -> None:
    """Poll a source no more, and keep what it brought.

    Example: factdesk sources disable 3
    """
    _switch(source, enabled=False)


def poll(numbers: Annotated[list[int] | None, typer.Argument(help="Numbers of sources; none means all.")] = None) -> None:
    """Poll sources once now and fetch what they list; factdesk serve reads it.

    Example: factdesk sources poll 1 2
    """
    from factdesk.schedule import ItemEvent, PollEvent, run_collector  # noqa: PLC0415 # loads Scrapy

    def say(event: PollEvent | ItemEvent) -> None:
        if isinstance(event, PollEvent):
            told = f"{event.items_listed} listed, {event.items_new} new"
            typer.echo(f"{event.source.name}: {event.outcome.value}, {told}. {event.reason}".strip())

    settings = load_settings()
    with _store() as engine, reading(engine) as connection:
        for number in numbers or ():
            sources.get(connection, number)
    summary = run_collector(settings, once=True, on_event=say, only=numbers or ())
    ended = ", ".join(f"{count} {outcome.value}" for outcome, count in summary.ended.items())
    typer.echo(f"{summary.captured} archived, {summary.put_off} put off" + (f", {ended}" if ended else ""))
    if summary.polls and not any(outcome not in _FAILING for outcome in summary.polls):
        raise typer.Exit(1)


def retry(
    source: Annotated[int | None, typer.Argument(help="Number of a source; none means all.")] = None,
) -> None:
    """Fetch quarantined items again at the next poll.

    Example: factdesk sources retry 3
    """
    with _store() as engine, writing(engine) as connection:
        count = ledger.replay(connection, now=datetime.now(UTC), source_id=source)
    typer.echo(f"{count} items will be fetched again.")


def _found(url: str, kind: str | None) -> "Detection":
    """What stands behind an address, or what the person says stands there."""
    from crawlers.detect import find_source, normal_address, recognised  # noqa: PLC0415 # keeps other commands quick

    settings = load_settings()
    address = normal_address(url)
    if kind is not None:
        found = _taken_as(kind, address)
    elif (known := recognised(address)) is not None:
        found = known
    else:
        if not settings.collector.contact:
            _check_contact(address)
        found = find_source(url, settings)
    if found.note:
        typer.echo(found.note, err=True)
    return found


def _taken_as(kind: str, address: str) -> "Detection":
    from crawlers.base import Asked, Detection, collector  # noqa: PLC0415 # keeps other commands quick
    from crawlers.detect import recognised  # noqa: PLC0415 # the same

    recognised(address)  # refuses what is not followed, whatever it is taken as
    collects = collector(kind)
    if not collects.requests(Asked(Source(0, kind, address, ""))):
        raise SettingsError(
            f"{address} is nothing that {kind} can poll.", remedy=f"See docs/connectors/{kind}.md for its addresses."
        )
    return Detection(collects.kind, address, address.split("/")[2], role=collects.role)


def _check_contact(address: str) -> None:
    from crawlers._http import Guard  # noqa: PLC0415 # keeps other commands quick

    if Guard.of(load_settings().collector).is_public(address):
        raise SettingsError(
            "No public site is asked before it can reach you.",
            remedy="Set collector.contact (or FACTDESK_COLLECTOR__CONTACT) to your e-mail address or URL.",
        )


def _switch(number: int, *, enabled: bool) -> None:
    with _store() as engine, writing(engine) as connection:
        source = sources.enable(connection, number, enabled=enabled)
    typer.echo(f"Source {source.id} ({source.url}) is switched {'on' if enabled else 'off'}.")


@contextmanager
def _store() -> Iterator[Engine]:
    engine = open_store(load_settings().store)
    try:
        yield engine
    finally:
        engine.dispose()
