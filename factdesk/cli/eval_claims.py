"""``factdesk eval claims``, ``eval language`` and ``eval narratives``: how well sentences are chosen, read and grouped."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

Out = Annotated[Path | None, typer.Option(help="Write one JSON line a text into this file.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the ``eval`` group."""
    app.command()(claims)
    app.command()(language)
    app.command()(narratives)


def claims(
    *,
    labelled: Annotated[Path, typer.Option(help="Tab-separated file with a header.")],
    text: Annotated[str, typer.Option(help="Column that holds the text.")],
    label: Annotated[str, typer.Option(help="Column that holds the label.")],
    positive: Annotated[str, typer.Option(help="Label that means check-worthy.")],
    out: Out = None,
) -> None:
    """Measure check-worthiness: F1, precision, recall and average precision at the shipped threshold.

    Example: factdesk eval claims --labelled dev.tsv --text Text --label class_label --positive Yes
    """
    from factdesk.evaluation.claims import Labels, evaluate_claims, to_dict  # noqa: PLC0415 # keeps the help quick

    report = evaluate_claims(labelled, labels=Labels(text, label, positive), out=out, say=_say)
    typer.echo(json.dumps(to_dict(report)))


def language(
    labelled: Annotated[Path, typer.Option(help="JSONL file with the fields text and language.")], *, out: Out = None
) -> None:
    """Measure language identification: accuracy over all and by language.

    Example: factdesk eval language --labelled sentences.jsonl
    """
    from factdesk.evaluation.claims import evaluate_language, to_dict  # noqa: PLC0415 # keeps the help quick

    typer.echo(json.dumps(to_dict(evaluate_language(labelled, out=out, say=_say))))


def narratives(
    stream: Annotated[Path, typer.Option(help="JSONL file with the fields id, text and cluster, in order.")], *, out: Out = None
) -> None:
    """Measure how titles are grouped into stories as they stream: NMI, ARI, homogeneity, completeness, items a second.

    Example: factdesk eval narratives --stream titles.jsonl.gz
    """
    from factdesk.evaluation.claims import evaluate_narratives, to_dict  # noqa: PLC0415 # keeps the help quick

    typer.echo(json.dumps(to_dict(evaluate_narratives(stream, out=out, say=_say))))


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)  # noqa: T201 # progress
