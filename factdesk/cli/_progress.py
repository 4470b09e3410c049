"""Shows how far the line has come: bars on a terminal, plain lines elsewhere, and a table at the end."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars
from rich.table import Table

from factdesk.store.progress import Progress

Report = Callable[[Progress, float], None]
_LINE_S = 3.0


@contextmanager
def reporter(console: Console) -> Iterator[Report]:
    """Give a function that shows the counts at a moment (seconds since the start)."""
    if not console.is_terminal:
        yield _plain(console)
        return
    columns = (TextColumn("{task.description:<16}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bars(*columns, console=console, transient=True) as bars:
        names = ("sources polled", "items fetched", "items read", "claims flagged")
        tasks = [bars.add_task(name, total=None) for name in names]

        def report(now: Progress, elapsed: float) -> None:
            del elapsed
            ended = sum(now.outcomes.values())
            fetched = (now.fetched, now.fetched + now.open_items)
            values = ((now.sources_polled, now.sources), fetched, (ended, now.listed), (now.flagged, now.claims))
            for task, (done, total) in zip(tasks, values, strict=True):
                bars.update(task, completed=done, total=total or None)

        yield report


def summary(now: Progress, *, seconds: float, first_flag: float | None) -> Table:
    """Return the closing table: sources, pages, outcomes, claims, findings, narratives."""
    table = Table(title=f"What the desk holds after {seconds:.0f} s", show_header=False, title_justify="left")
    table.add_row("sources polled", f"{now.sources_polled} of {now.sources} ({counts(now.polls)})")
    table.add_row("pages and posts fetched", str(now.fetched))
    table.add_row("items by outcome", counts(now.outcomes))
    table.add_row("library", counts(now.library))
    table.add_row("claims", str(now.claims))
    table.add_row("findings by kind", counts(now.findings))
    table.add_row("narratives", str(now.narratives))
    table.add_row("first flagged item", f"after {first_flag:.1f} s" if first_flag is not None else "none")
    return table


def counts(numbers: Mapping[str, int]) -> str:
    """Return counts in words, most first."""
    ordered = sorted(numbers.items(), key=lambda pair: (-pair[1], pair[0]))
    return ", ".join(f"{number} {kind.replace('_', ' ')}" for kind, number in ordered) or "0"


def _plain(console: Console) -> Report:
    last = -_LINE_S

    def report(now: Progress, elapsed: float) -> None:
        nonlocal last
        if elapsed - last < _LINE_S:
            return
        last = elapsed
        told = f"sources {now.sources_polled}/{now.sources}, listed {now.listed}, fetched {now.fetched}"
        told += f", read {sum(now.outcomes.values())}, claims {now.claims}, flagged {now.flagged}"
        console.print(f"{elapsed:5.1f} s  {told}", highlight=False, soft_wrap=True)

    return report
