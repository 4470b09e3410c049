"""``factdesk replay``: serve recorded pages, so that any crawl can be repeated without the web."""

import signal
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from factdesk.errors import UnreadableError

if TYPE_CHECKING:
    from factdesk.replay import ReplayServer
from factdesk.stop import Stop

_SHOWN_NOTES = 20


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command("replay")(replay)


def replay(
    file: Annotated[Path, typer.Argument(help="Recording: a .tar.xz of pages with an index.jsonl (url, file).")],
    *,
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1; 0 takes a free one.", min=0, max=65535)] = 8050,
    hold: Annotated[bool, typer.Option("--hold/--check", help="Serve until Ctrl-C, or say what it holds and leave.")] = True,
    opml: Annotated[
        Path | None, typer.Option(help="Write the recorded hosts' feeds here, for: factdesk sources import.")
    ] = None,
) -> None:
    """Serve recorded pages by host name on loopback, as an HTTP proxy, with a feed and a sitemap for each host.

    Example: factdesk replay pages.tar.xz --port 8050 --opml recorded.opml
    """
    from factdesk.replay import ReplayServer  # noqa: PLC0415 # keeps the help quick

    with ReplayServer(file, port=port) as server:
        _report(server)
        if opml:
            _write(opml, server)
        if hold:
            _wait()


def _report(server: "ReplayServer") -> None:
    typer.echo(f"{server.pages} pages of {len(server.sources())} hosts, proxy at {server.url}")
    typer.echo(f'Collect them with FACTDESK_COLLECTOR__PROXY="{server.url}".')
    for note in server.notes[:_SHOWN_NOTES]:
        typer.echo(f"note: {note}")
    if len(server.notes) > _SHOWN_NOTES:
        typer.echo(f"note: and {len(server.notes) - _SHOWN_NOTES} more")


def _write(path: Path, server: "ReplayServer") -> None:
    outlines = "".join(
        f'<outline type="rss" text="{escape(source.name)}" xmlUrl="{escape(source.url)}"/>\n' for source in server.sources()
    )
    words = f'<?xml version="1.0" encoding="UTF-8"?>\n<opml version="2.0"><head/><body>\n{outlines}</body></opml>\n'
    try:
        path.write_text(words, encoding="utf-8")
    except OSError as error:
        raise UnreadableError(f"{path} cannot be written: {error.strerror}.", remedy="Name another file.") from error


def _wait() -> None:
    """Wait for Ctrl-C or SIGTERM, also where a shell started this with SIGINT ignored; the temporary folder goes then."""
    with Stop() as stop:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        typer.echo("Ctrl-C stops it.")
        stop.wait()
    typer.echo("Stopped.")
