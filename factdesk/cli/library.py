"""``factdesk library``: fill the library with fact-checks from a file or an address, and see what it holds."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from factdesk.errors import FetchError, UnreadableError
from factdesk.records import Passage

if TYPE_CHECKING:
    from crawlers import Downloaded
    from crawlers.claimreview import LibraryLink, UnreadableRow
    from factdesk.settings import Settings

    Row = Passage | UnreadableRow | LibraryLink

_BATCH = 64
_EVERY_S = 2.0
_SHOWN = 20
_WEB = ("http://", "https://")


@dataclass(slots=True)
class Tally:
    """What an import came across so far."""

    rows: int = 0
    unreadable: int = 0
    links: int = 0
    said: float = 0.0

    def refuse(self, what: str) -> None:
        """Count what could not be read and say the first of them."""
        self.unreadable += 1
        if self.unreadable <= _SHOWN:
            print(what, file=sys.stderr)  # noqa: T201 # the person at the terminal mends the file with it


def register(app: typer.Typer) -> None:
    """Add the commands."""
    library = typer.Typer(
        help="The library of fact-checks that claims are compared with.", no_args_is_help=True, rich_markup_mode=None
    )
    library.callback()(_group)
    library.command("import")(import_)
    library.command("status")(status)
    app.add_typer(library, name="library")


def _group() -> None:
    """The library of fact-checks that claims are compared with."""  # the group's help


def import_(
    source: Annotated[
        str, typer.Argument(metavar="FILE|URL", help="ClaimReview page, feed, JSON, JSONL, CSV or TSV; also .gz, .xz, .bz2.")
    ],
    publisher: Annotated[str, typer.Option(help="Whose fact-checks they are, where a row does not say.")] = "",
    limit: Annotated[int, typer.Option("--links", min=0, help="How many of a feed's newest articles to fetch.")] = 50,
) -> None:
    """Add fact-checks to the library; what is already there is replaced, a row that cannot be read is named and skipped.

    Example: factdesk library import factchecks.jsonl.xz
    """
    from factdesk.library import add_passages  # noqa: PLC0415 # loads the models
    from factdesk.line import open_line  # noqa: PLC0415 # the same
    from factdesk.settings import load_settings  # noqa: PLC0415 # keeps the help quick

    settings, tally = load_settings(), Tally()
    rows = read_source(source, fetch=_fetcher(settings), links=limit, tally=tally)
    first = next(rows, None)  # an unreadable file ends here, before any model is loaded
    if first is None:
        raise UnreadableError(f"{source} gave no fact-check.", remedy="The lines above, if any, say why.")
    line = open_line(settings)
    try:
        passages = complete(chain([first], rows), publisher=publisher or _stem(source))
        added = add_passages(line, passages)
    finally:
        line.close()
    typer.echo(f"{tally.rows} fact-checks read, {added} new or changed, {tally.unreadable} rows unreadable.")


def status() -> None:
    """Print how many fact-checks and evidence passages the library holds.

    Example: factdesk library status
    """
    from factdesk.settings import load_settings  # noqa: PLC0415 # keeps the help quick
    from factdesk.store.database import open_store, reading  # noqa: PLC0415 # the same
    from factdesk.store.passages import count_passages  # noqa: PLC0415 # the same

    engine = open_store(load_settings().store)
    try:
        with reading(engine) as connection:
            counts = count_passages(connection)
    finally:
        engine.dispose()
    typer.echo(", ".join(f"{number} {kind.value}" for kind, number in counts.items() if number) or "The library is empty.")


def read_source(source: str, *, fetch: Callable[[str], "Downloaded"], links: int, tally: Tally) -> Iterator[Passage]:
    """Yield the passages of a file or an address; follow the first ``links`` links of a feed; count the rest in ``tally``.

    Raises ``UnreadableError`` for a file of no known form, ``FetchError`` for an address that cannot be fetched.
    """
    from crawlers.claimreview import LibraryLink, UnreadableRow  # noqa: PLC0415 # keeps the help quick

    for row in _rows(source, fetch=fetch):
        if isinstance(row, Passage):
            tally.rows += 1
            _say(tally)
            yield row
        elif isinstance(row, UnreadableRow):
            tally.refuse(f"line {row.line}: {row.reason}")
        elif isinstance(row, LibraryLink) and tally.links < links:
            tally.links += 1
            yield from _followed(row.url, fetch=fetch, tally=tally)


def complete(passages: Iterable[Passage], *, publisher: str) -> Iterator[Passage]:
    """Yield ``passages`` with their language told from their text and their publisher filled in where they name none."""
    from nlp.language import identify  # noqa: PLC0415 # keeps the help quick

    stream = iter(passages)
    while batch := list(islice(stream, _BATCH)):
        unknown = [passage.text for passage in batch if passage.language == "und"]
        told = iter(identify(unknown))
        for passage in batch:
            language = next(told)[0] if passage.language == "und" else passage.language
            yield replace(passage, language=language, publisher=passage.publisher or publisher)


def _rows(source: str, *, fetch: Callable[[str], "Downloaded"]) -> Iterator["Row"]:
    from crawlers.claimreview import read_library  # noqa: PLC0415 # keeps the help quick

    if source.startswith(_WEB):
        found = fetch(source)
        return read_library(found.body, filename=_name(found.url), media_type=found.media_type, url=found.url)
    path = Path(source)
    if not path.is_file():
        raise UnreadableError(f"{source} is no file and no http(s) address.", remedy="Check the spelling.")
    return read_library(path)


def _followed(url: str, *, fetch: Callable[[str], "Downloaded"], tally: Tally) -> Iterator[Passage]:
    """The reviews of one article a feed names; one that cannot be had is counted, not raised."""
    try:
        for row in _rows(url, fetch=fetch):
            if isinstance(row, Passage):
                tally.rows += 1
                yield row
    except (FetchError, UnreadableError) as error:
        tally.refuse(f"{url}: {error.what}")


def _fetcher(settings: "Settings") -> Callable[[str], "Downloaded"]:
    from crawlers import Downloader  # noqa: PLC0415 # keeps the help quick

    download, waited = Downloader(settings.collector), settings.collector.delay_s
    last: dict[str, float] = {}

    def politely(url: str) -> "Downloaded":
        host = urlsplit(url).netloc
        time.sleep(max(0.0, last.get(host, 0.0) + waited - time.monotonic()))
        last[host] = time.monotonic()
        return download(url)

    return politely


def _say(tally: Tally) -> None:
    now = time.monotonic()
    if now - tally.said > _EVERY_S:
        tally.said = now
        print(f"{tally.rows} fact-checks", file=sys.stderr)  # noqa: T201 # progress


def _name(url: str) -> str:
    return PurePosixPath(urlsplit(url).path).name


def _stem(source: str) -> str:
    """A name for rows that name no publisher: the address's host, or the file's name without its endings."""
    if source.startswith(_WEB):
        return urlsplit(source).hostname or ""
    return Path(source).name.partition(".")[0]
