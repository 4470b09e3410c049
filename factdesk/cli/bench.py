"""``factdesk bench``: speed, as ratios within one run."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    group.callback()(_group)
    group.command()(line)
    group.command()(collect)
    group.command()(desk)
    group.command()(meaning)
    group.command()(index)
    app.add_typer(group, name="bench")


def _group() -> None:
    """Measure speed, as ratios within one run."""


def line(
    pages: Annotated[Path, typer.Argument(help="Recorded pages: a .tar.xz as factdesk replay takes it.")],
) -> None:
    """Measure extraction alone and the whole line on the same pages; the last line is one JSON object.

    Example: factdesk bench line pages.tar.xz
    """
    from factdesk.bench import bench_line  # noqa: PLC0415 # keeps the help quick
    from factdesk.logs import configure_logs  # noqa: PLC0415 # the same

    configure_logs("error")
    report = bench_line(pages, say=lambda words: print(words, file=sys.stderr))  # noqa: T201 # progress
    typer.echo(json.dumps(report.to_dict()))


def collect(  # noqa: PLR0917 # typer takes the options by position, users give them by name
    hosts: Annotated[int, typer.Option(min=1, help="Host names of the farm.")] = 300,
    pages: Annotated[int, typer.Option(min=2, help="Pages, spread evenly over the hosts.")] = 20_000,
    delay: Annotated[float, typer.Option(min=0, help="Seconds between two requests to one host.")] = 1.0,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes that read pages.")] = 1,
    sources: Annotated[int, typer.Option(min=1, help="Sources of the scheduler that has nothing to do.")] = 50_000,
    idle: Annotated[float, typer.Option(min=0, help="Seconds for which that scheduler is watched; 0 leaves it out.")] = 60.0,
) -> None:
    """Measure collection on a farm of invented outlets on loopback; the last line is one JSON object.

    It ends with status 1 when a bar is missed; ``failed`` names it.

    Example: factdesk bench collect --hosts 30 --pages 600
    """
    from factdesk.bench_collect import CollectPlan, bench_collect  # noqa: PLC0415 # keeps the help quick
    from factdesk.logs import configure_logs  # noqa: PLC0415 # the same

    configure_logs("error")
    plan = CollectPlan(hosts=hosts, pages=pages, delay_s=delay, workers=workers, idle_sources=sources, idle_s=idle)
    report = bench_collect(plan, say=lambda words: print(words, file=sys.stderr))  # noqa: T201 # progress
    typer.echo(json.dumps(report.to_dict()))
    raise typer.Exit(1 if report.failed else 0)


def desk(
    items: Annotated[int, typer.Option(min=100, help="Invented items that the desk holds.")] = 200_000,
    people: Annotated[int, typer.Option(min=1, help="People who work at once.")] = 50,
    seconds: Annotated[float, typer.Option(min=1, help="How long they work.")] = 60.0,
) -> None:
    """Measure the desk with many people at work on a large collection; the last line is one JSON object.

    It ends with status 1 when a bar is missed; ``failed`` names it.

    Example: factdesk bench desk --items 5000 --people 10 --seconds 20
    """
    from factdesk.bench_desk import DeskPlan, bench_desk  # noqa: PLC0415 # keeps the help quick
    from factdesk.logs import configure_logs  # noqa: PLC0415 # the same

    configure_logs("error")
    plan = DeskPlan(items=items, people=people, seconds=seconds)
    report = bench_desk(plan, say=lambda words: print(words, file=sys.stderr))  # noqa: T201 # progress
    typer.echo(json.dumps(report.to_dict()))
    raise typer.Exit(1 if report.failed else 0)


def meaning(
    claims: Annotated[int, typer.Option(min=100, help="Invented claims to index.")] = 1_000_000,
    questions: Annotated[int, typer.Option(min=1, max=5000, help="Other claims to ask about.")] = 200,
    elastic: Annotated[str, typer.Option(help="Address of an Elasticsearch server to ask instead; the index is its own.")] = "",
) -> None:
    """Measure how many of the claims nearest in meaning are found, and how fast; the last line is one JSON object.

    Example: factdesk bench meaning --claims 20000
    """
    from tempfile import TemporaryDirectory  # noqa: PLC0415 # keeps the help quick
    from uuid import uuid4  # noqa: PLC0415 # the same

    from factdesk.evaluation.meaning import measure_meaning  # noqa: PLC0415 # the same
    from index import discard_index, open_index  # noqa: PLC0415 # the same
    from nlp.encoders import load_encoder  # noqa: PLC0415 # the same

    encoder = load_encoder("bundled")
    say = lambda words: typer.echo(words, err=True)  # noqa: E731 # progress
    with TemporaryDirectory(prefix="factdesk-bench-") as folder:
        remote = f"{elastic.rstrip('/')}/bench-{uuid4().hex[:12]}"
        address = remote if elastic else f"sqlite:///{folder}/index.sqlite3"
        index = open_index(address, dim=encoder.dim)
        try:
            scores = measure_meaning(index, claims=claims, questions=questions, encoder=encoder, say=say)
        finally:
            index.close()
            discard_index(address)
    typer.echo(scores.line())


def index(
    items: Annotated[int, typer.Option(min=1000, help="Invented items in SQLite; the bars are for 1,000,000.")] = 100_000,
    rebuild: Annotated[int, typer.Option(min=0, help="Items of the rebuild from a store; 0 leaves it out.")] = 20_000,
    elastic: Annotated[str, typer.Option(help="Address of an Elasticsearch server to measure, too; indices are its own.")] = "",
) -> None:
    """Measure the search index on invented items, each figure beside its bar; the last line is one JSON object.

    It ends with status 1 when a bar is missed; ``failed`` names it.

    Example: factdesk bench index --items 1000000
    """
    from factdesk.bench_index import bench_index  # noqa: PLC0415 # keeps the help quick
    from factdesk.logs import configure_logs  # noqa: PLC0415 # the same

    configure_logs("error")
    say = lambda words: print(words, file=sys.stderr)  # noqa: E731, T201 # progress
    report = bench_index(items, rebuild=rebuild, elastic=elastic, say=say)
    typer.echo(json.dumps(report.to_dict()))
    raise typer.Exit(1 if report.failed else 0)
