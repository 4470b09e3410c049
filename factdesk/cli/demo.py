"""``factdesk demo``: the whole line on an invented world, with progress, a summary and logins."""

import time
from collections.abc import Callable
from typing import Annotated

import typer
from rich.console import Console
from sqlalchemy import Engine

from factdesk.cli._progress import reporter, summary
from factdesk.errors import FactdeskError

_TICK_S = 0.25
_QUIET_TICKS = 4  # the counts must stay settled this long: a reader may be between two batches
_PATIENCE_S = 300.0


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("demo")(demo)


def demo(
    once: Annotated[bool, typer.Option("--once", help="Leave after the summary instead of staying up.")] = False,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port of the desk; 0 takes a free one.")] = 8040,
) -> None:
    """Run the built-in demo: collect an invented flood, check its claims, open the desk.

    Example: factdesk demo --once
    """
    from factdesk.demo.show import stage  # noqa: PLC0415 # keeps the help quick
    from factdesk.logs import configure_logs  # noqa: PLC0415 # the same
    from factdesk.serve import crew, desk_address, start_all, wait_for_desk  # noqa: PLC0415 # the same
    from factdesk.store.database import open_store  # noqa: PLC0415 # the same
    from factdesk.store.progress import progress  # noqa: PLC0415 # the same

    console = Console()
    configure_logs("error")
    began = time.monotonic()
    with stage(port=0 if once else port) as show, crew(show.settings) as hands:
        engine = open_store(show.settings.store)
        start_all(hands)
        first_flag = _follow(console, engine, stopped=lambda: hands.stop.wait(_TICK_S), fallen=hands.fallen)
        if hands.stop.is_set():
            console.print("Stopped.")
            return
        console.print(summary(progress(engine), seconds=time.monotonic() - began, first_flag=first_flag))
        if once or not wait_for_desk(hands):
            return
        console.print(f"\nThe desk: [bold]{desk_address(show.settings)}[/bold]")
        for login in show.logins:
            console.print(f"  {login.role:<13} login [bold]{login.name:<8}[/bold] password [bold]{login.password}[/bold]")
        console.print(f"The demo's outlets: {show.server.url} — Ctrl-C stops everything.")
        while not hands.stop.wait(0.5):
            _require(hands.fallen())
    console.print("Stopped.")


def _follow(console: Console, engine: Engine, *, stopped: Callable[[], bool], fallen: Callable[[], list[str]]) -> float | None:
    """Show progress until the first round has settled; return the seconds to the first flagged item."""
    from factdesk.store.progress import progress  # noqa: PLC0415 # keeps the help quick

    began, first_flag, quiet = time.monotonic(), None, 0
    with reporter(console) as report:
        while quiet < _QUIET_TICKS and not stopped():
            _require(fallen())
            now = progress(engine)
            elapsed = time.monotonic() - began
            if now.flagged and first_flag is None:
                first_flag = elapsed
                console.print(f"{elapsed:5.1f} s  first flagged item is on the desk")
            report(now, elapsed)
            quiet = quiet + 1 if now.settled else 0
            if elapsed > _PATIENCE_S:
                raise FactdeskError("The demo did not settle within five minutes.", remedy="Run factdesk doctor.")
    return first_flag


def _require(fallen: list[str]) -> None:
    if fallen:
        raise FactdeskError(f"The {fallen[0]} process ended.", remedy="The lines above say why.")
