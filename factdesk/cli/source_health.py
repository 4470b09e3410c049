"""``factdesk sources health`` and ``acknowledge``: how each source is, and who has seen that it needs a person."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from sqlalchemy import Engine

from factdesk.settings import load_settings
from factdesk.store import coverage
from factdesk.store.coverage import SourceHealth
from factdesk.store.database import open_store, reading, writing

_HEADS = ("no.", "name", "health", "why", "last good poll", "items in 7 days (expected)", "next poll")


def health(
    problems: Annotated[bool, typer.Option(help="Only sources that need a person.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line, for programs.")] = False,
) -> None:
    """Show how each source is and why; ends with 1 when a source needs a person.

    Example: factdesk sources health --problems
    """
    now = datetime.now(UTC)
    with _store() as engine, reading(engine) as connection:
        told = coverage.survey(connection, now=now)
    bad = [one for one in told if one.verdict.needs_person]
    shown = bad if problems else told
    if as_json:
        for one in shown:
            typer.echo(json.dumps(_fields(one, now=now), ensure_ascii=False))
    else:
        _print([_cells(one, now=now) for one in shown], empty="No source needs a person." if told else "No source yet.")
    if bad:
        raise typer.Exit(1)


def acknowledge(source: Annotated[int, typer.Argument(help="Number of the source, as in: factdesk sources health")]) -> None:
    """Say that you have seen what a source needs; it is not shown as waiting any more.

    Example: factdesk sources acknowledge 3
    """
    now = datetime.now(UTC)
    with _store() as engine, reading(engine) as connection:
        found = coverage.changes(connection, now=now)
    with _store() as engine, writing(engine) as connection:
        coverage.note(connection, found, now=now)
        coverage.acknowledge(connection, source, now=now)
    typer.echo(f"Source {source}: seen.")


def _fields(one: SourceHealth, *, now: datetime) -> dict[str, object]:
    told = one.shortfall(now)
    facts = one.facts
    return {
        "source": one.id,
        "name": one.name,
        "kind": one.kind,
        "url": one.url,
        "event": one.event,
        "state": one.verdict.state.value,
        "reason": one.verdict.reason,
        "needs_person": one.verdict.needs_person,
        "acknowledged_at": _iso(one.acknowledged_at),
        "last_good_at": _iso(facts.last_good_at),
        "last_new_at": _iso(facts.last_new_at),
        "next_due_at": _iso(facts.next_due_at),
        "interval_s": facts.interval_s,
        "failures": facts.failures,
        "items_7_days": facts.seen,
        "expected_7_days": round(told.expected, 1) if told else None,
        "missing_7_days": told.missing if told else None,
    }


def _cells(one: SourceHealth, *, now: datetime) -> tuple[str, ...]:
    told = one.shortfall(now)
    items = f"{one.facts.seen} ({told.expected:.0f})" if told else str(one.facts.seen)
    mark = f"{one.verdict.state.value}{' (seen)' if one.verdict.needs_person and one.acknowledged_at else ''}"
    times = (_minute(one.facts.last_good_at), items, _minute(one.facts.next_due_at) if one.facts.enabled else "")
    return (str(one.id), one.name, mark, one.verdict.reason, *times)


def _print(rows: Sequence[tuple[str, ...]], *, empty: str) -> None:
    if not rows:
        typer.echo(empty)
        return
    if not Console().is_terminal:
        typer.echo("\n".join("\t".join(" ".join(cell.split()) for cell in row) for row in rows))
        return
    table = Table(*_HEADS)
    for row in rows:
        table.add_row(*map(escape, row))
    Console().print(table)


def _minute(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M}" if at else "never"


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


@contextmanager
def _store() -> Iterator[Engine]:
    engine = open_store(load_settings().store)
    try:
        yield engine
    finally:
        engine.dispose()
