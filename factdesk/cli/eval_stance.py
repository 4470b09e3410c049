"""``factdesk eval stance``, ``eval findings`` and ``eval distortion``: how well evidence is read and findings hold."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the commands to the ``eval`` group."""
    app.command()(stance)
    app.command()(findings)
    app.command()(distortion)


def stance(  # noqa: PLR0913 # each is one option of the command
    pairs: Annotated[Path, typer.Option(help="Tab-separated file with a header.")],
    *,
    claim: Annotated[str, typer.Option(help="Column of the claim; found by its usual names when left out.")] = "",
    evidence: Annotated[str, typer.Option(help="Column of the evidence.")] = "",
    label: Annotated[str, typer.Option(help="Column of the label.")] = "",
    supports: Annotated[str, typer.Option(help="Further words for supports, comma-separated.")] = "",
    refutes: Annotated[str, typer.Option(help="Further words for refutes.")] = "",
    neutral: Annotated[str, typer.Option(help="Further words for neutral.")] = "",
    out: Annotated[Path | None, typer.Option(help="Write one JSON line a pair into this file.")] = None,
) -> None:
    """Measure stance: macro-F1 and accuracy over supports, refutes and neutral.

    Example: factdesk eval stance --pairs dev.tsv --claim claim --evidence evidence --label label
    """
    from factdesk.evaluation.stance import PairsForm, evaluate_stance, to_dict  # noqa: PLC0415 # keeps the help quick

    words = (_words(supports), _words(refutes), _words(neutral))
    form = PairsForm(claim, evidence, label, *words)
    typer.echo(json.dumps(to_dict(evaluate_stance(pairs, form=form, out=out, say=_say))))


def findings(
    *,
    labelled: Annotated[Path, typer.Option(help="JSONL of documents with their gold findings.")],
    library: Annotated[Path, typer.Option(help="JSONL of fact-checks and evidence passages.")],
    out: Annotated[Path | None, typer.Option(help="Write one JSON line a finding into this file.")] = None,
) -> None:
    """Measure findings: precision and recall by kind, and false flags per 1,000 documents.

    Example: factdesk eval findings --labelled documents.jsonl --library library.jsonl
    """
    from factdesk.evaluation.findings import evaluate_findings, to_dict  # noqa: PLC0415 # keeps the help quick

    typer.echo(json.dumps(to_dict(evaluate_findings(labelled, library, out=out, say=_say))))


def distortion(
    *,
    pairs: Annotated[Path, typer.Option(help="JSONL: claim, evidence, claim_language, evidence_language, differences.")],
    half: Annotated[str, typer.Option(help="Read only the lines whose field 'half' is this.")] = "",
    out: Annotated[Path | None, typer.Option(help="Write one JSON line a pair into this file.")] = None,
) -> None:
    """Measure the distortion ledger: precision and recall by kind and language, and faithful paraphrases flagged.

    Example: factdesk eval distortion --pairs tests/eval/data/distortion.jsonl --half held
    """
    from factdesk.evaluation.distortion import evaluate_distortion, to_dict  # noqa: PLC0415 # keeps the help quick

    typer.echo(json.dumps(to_dict(evaluate_distortion(pairs, half=half, out=out, say=_say))))


def _words(given: str) -> tuple[str, ...]:
    return tuple(word for word in (part.strip() for part in given.split(",")) if word)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)  # noqa: T201 # progress goes to stderr, the result to stdout
