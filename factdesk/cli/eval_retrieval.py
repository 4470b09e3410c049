"""``factdesk eval retrieval``: how well the index finds the fact-check that a post is about."""

import tempfile
from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command("retrieval")(retrieval)


def retrieval(
    *,
    library: Annotated[Path, typer.Option(help="Fact-checks: JSON lines, plain, .gz or .xz.")],
    queries: Annotated[Path, typer.Option(help="Queries: id TAB text.")],
    qrels: Annotated[Path, typer.Option(help="Relevance: query TAB 0 TAB id TAB 1.")],
    limit: Annotated[int | None, typer.Option(min=1, help="Read only the first passages of the library.")] = None,
    edits: Annotated[bool, typer.Option("--edits", help="Ask altered queries too, and say how much that costs.")] = False,
    out: Annotated[Path | None, typer.Option(help="Write the scores to this file too.")] = None,
) -> None:
    """Measure how well candidates are found; the last line is one JSON object.

    Example: factdesk eval retrieval --library claims.jsonl.gz --queries dev.queries.tsv --qrels dev.qrels.tsv
    """
    from factdesk.evaluation.retrieval import measure_losses, measure_retrieval, read_task  # noqa: PLC0415 - help must not load a model
    from index import open_index  # noqa: PLC0415 - the same
    from nlp.encoders import load_encoder  # noqa: PLC0415 - the same

    task = read_task(library, queries=queries, qrels=qrels, limit=limit)
    encoder = load_encoder("bundled")
    with tempfile.TemporaryDirectory(prefix="factdesk-eval-") as folder:
        index = open_index(f"sqlite:///{folder}/index.sqlite3", dim=encoder.dim)
        try:
            scores = measure_retrieval(task, index, encoder=encoder, say=_say)
            losses = measure_losses(task, index, encoder=encoder, say=_say) if edits else {}
        finally:
            index.close()
    if out is not None:
        out.write_text(scores.line(losses) + "\n", encoding="utf-8")
    typer.echo(scores.line(losses))


def _say(words: str) -> None:
    typer.echo(words, err=True)
