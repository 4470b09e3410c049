"""``factdesk search`` and ``factdesk check``: ask the index and the matcher from a terminal."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from factdesk.errors import QueryError
from factdesk.records import Candidate, CaptureKind, Claim, Document, Finding, FindingKind, PassageKind, SourceRole, digest_id


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(search)
    app.command()(check)


def search(
    query: Annotated[str, typer.Argument(help='Words, "phrases", AND OR NOT, lang:vi, finding:repeats …')],
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many hits to print.")] = 10,
    newest: Annotated[bool, typer.Option("--newest", help="Newest first instead of best first.")] = False,
) -> None:
    """Search everything that was collected.

    Example: factdesk search 'dam AND "opened at night" lang:en'
    """
    from factdesk.meaning import sentences, with_encoder  # noqa: PLC0415 # keeps the help quick
    from factdesk.settings import load_settings  # noqa: PLC0415 # the same
    from index import Server, open_index  # noqa: PLC0415 # the same
    from index.base import Query, Sort  # noqa: PLC0415 # the same

    settings = load_settings()
    order = Sort.NEWEST if newest else Sort.RELEVANCE
    asked = Query(query, limit=limit, sort=order, zone=settings.desk.timezone)
    index = open_index(settings.index, dim=settings.check.dimensions, server=Server.of(settings))
    try:
        if sentences(query):
            from nlp.encoders import load_encoder  # noqa: PLC0415 # a model: only a search by meaning needs it

            asked = with_encoder(asked, load_encoder(settings.check.encoder))
        page = index.search(asked)
    except QueryError as error:
        raise QueryError(f"{error.what} (at character {error.position + 1} of the query)", remedy=error.remedy) from error
    finally:
        index.close()
    typer.echo(f"{page.total} found" if page.exact else f"more than {page.total} found")
    for hit in page.hits:
        day = f"{hit.published_at:%Y-%m-%d}" if hit.published_at else "no date"
        found = f"  [{', '.join(hit.findings)}]" if hit.findings else ""
        typer.echo(f"{day}  {hit.language}  {hit.source}  {hit.title}{found}")
        typer.echo(f"    {' '.join(hit.snippet.split())}")


def check(
    claim: Annotated[str, typer.Argument(help="The claim, one sentence.")],
    language: Annotated[str | None, typer.Option(help="Its ISO 639-1 code; found out when left out.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=20, help="How many passages to print.")] = 3,
) -> None:
    """Check one claim against the library: the best fact-checks and evidence with scores and why, or "not enough evidence".

    Example: factdesk check "The dam was opened on purpose at night"
    """
    from factdesk.line import open_line  # noqa: PLC0415 # loads the models
    from factdesk.settings import load_settings  # noqa: PLC0415 # keeps the help quick
    from index import spoken  # noqa: PLC0415 # the same
    from index.base import Probe  # noqa: PLC0415 # the same
    from nlp.language import identify  # noqa: PLC0415 # the same

    if not claim.strip():
        raise typer.BadParameter("The claim is empty: give one sentence.")
    code = language or identify([claim])[0][0]
    line = open_line(load_settings())
    try:
        vector = line.encoder([spoken(claim)])[0]
        candidates = line.index.candidates([Probe(claim, code, vector)], limit=20)[0]
        finding = line.match(_claim(claim, code), _document(claim, code), candidates)
    finally:
        line.close()
    _print(finding, candidates[:limit])


def _print(finding: Finding, candidates: list[Candidate]) -> None:
    if finding.citation is None or finding.kind is FindingKind.UNCHECKED:
        typer.echo("not enough evidence")
    else:
        typer.echo(f"{finding.kind.value} (probability {finding.probability:.2f})")
        _passage(finding.citation.title, publisher=finding.citation.publisher, url=finding.citation.url)
        typer.echo(f"    {finding.citation.text}")
    for reason in (*finding.reasons, *(difference.words for difference in finding.differences)):
        typer.echo(f"  - {reason}")
    if candidates:
        typer.echo("closest in the library:")
    for candidate in candidates:
        passage = candidate.passage
        rated = f", rated {passage.rating}" if passage.kind is PassageKind.FACTCHECK else ""
        scores = f"{candidate.score:.2f} (words {candidate.words:.2f}, meaning {candidate.meaning:.2f})"
        typer.echo(f"  {scores}  {passage.kind.value}{rated}: {passage.text}")
        typer.echo(f"      {passage.publisher}, {passage.url}")


def _passage(title: str, *, publisher: str, url: str) -> None:
    typer.echo(f"  {publisher}: {title}\n    {url}")


def _claim(text: str, code: str) -> Claim:
    return Claim(digest_id("claim", "asked", text), "asked", text, start=0, end=len(text), language=code, checkworthiness=1.0)


def _document(text: str, code: str) -> Document:
    now = datetime.now(UTC)
    return Document(
        id="asked",
        source_id=0,
        role=SourceRole.PRESS,
        kind=CaptureKind.PAGE,
        url="",
        title="",
        text=text,
        language=code,
        language_probability=1.0,
        published_at=now,
        published_how="fetched",
        seen_at=now,
        capture_id=0,
        text_digest="",
    )
