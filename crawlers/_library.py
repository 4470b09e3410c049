"""Library files read row by row: whatever a newsroom has its fact-checks in becomes passages, and a bad row is one line.

Read: pages with ClaimReview, JSON (ClaimReview, DataFeed, Fact Check Tools API, plain records), JSONL, CSV, TSV, each also as
.gz, .xz or .bz2; RSS and Atom give links to fetch. JSONL and CSV are streamed: memory does not grow with the file.
"""

import bz2
import csv
import gzip
import io
import json
import lzma
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from crawlers._claimreview import parse_claim_reviews, reviews_in, to_passage
from crawlers._encoding import decode
from crawlers._jsonld import Json, Node, loads, plain, text_of
from crawlers._library_row import UnreadableRow, cell_of, column_of, passage_of
from factdesk.errors import UnreadableError
from factdesk.records import Passage

MAX_DOCUMENT = 400_000_000  # bytes of a file that has to be read whole (JSON, HTML, feed)
_MAX_LINE = 20_000_000


@dataclass(frozen=True, slots=True)
class LibraryLink:
    """A fact-check that a feed announces; it is read by fetching ``url``."""

    url: str
    title: str = ""


LibraryRow = Passage | UnreadableRow | LibraryLink


def read_library(source: Path | bytes, *, filename: str = "", media_type: str = "", url: str = "") -> Iterator[LibraryRow]:
    """Yield what ``source`` (a file, or its bytes) holds, in order.

    ``filename`` and ``media_type`` help to tell CSV from TSV and are not needed otherwise; ``url`` is where a page came from.
    Raises ``UnreadableError`` when the file as a whole cannot be read; a bad row is an ``UnreadableRow``.
    """
    name = filename or (source.name if isinstance(source, Path) else "")
    try:
        with _raw(source) as raw, _unpacked(raw) as stream:
            yield from _rows(stream, name=name.lower(), media_type=media_type.lower(), url=url)
    except (OSError, EOFError, lzma.LZMAError, csv.Error) as error:
        raise UnreadableError(
            f"{name or 'The library'} cannot be read: {error}.",
            remedy="Give a ClaimReview page, a feed, JSON, JSONL or CSV (also .gz, .xz, .bz2).",
        ) from error


def _raw(source: Path | bytes) -> IO[bytes]:
    return io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")


def _unpacked(raw: IO[bytes]) -> IO[bytes]:
    start = raw.read(6)
    raw.seek(0)
    if start.startswith(b"\x1f\x8b"):
        return cast("IO[bytes]", gzip.open(raw))
    if start.startswith(b"\xfd7zXZ\x00"):
        return cast("IO[bytes]", lzma.open(raw))
    if start.startswith(b"BZh"):
        return cast("IO[bytes]", bz2.open(raw))
    return raw


def _rows(stream: IO[bytes], *, name: str, media_type: str, url: str) -> Iterator[LibraryRow]:
    """Tell the form by the first bytes and hand on."""
    start = stream.read(4096)
    begins = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not begins or (b"\x00" in start.replace(b"\xff\xfe", b"")[:64] and not start.startswith((b"\xff\xfe", b"\xfe\xff"))):
        raise UnreadableError(
            f"{name or 'The library'} is empty or a binary file.", remedy="Give a ClaimReview page, a feed, JSON, JSONL or CSV."
        )
    form = _form(begins, name=name, media_type=media_type)
    lines = _Lines(stream, start)
    if form == "jsonl":
        yield from _jsonl(lines)
    elif form == "csv":
        yield from _csv(lines, tabs="tsv" in name or "tab-separated" in media_type)
    elif form == "json":
        yield from _json(decode(lines.whole()), url=url)
    elif form == "feed":
        yield from _feed(lines.whole())
    else:
        yield from _page(decode(lines.whole()), url=url)


def _form(begins: bytes, *, name: str, media_type: str) -> str:
    if begins.startswith(b"<"):
        return "feed" if re.search(rb"<(?:rss|feed|rdf:rdf)\b", begins) else "page"
    if begins.startswith(b"{") and "jsonl" not in name and "ndjson" not in name + media_type:
        first = begins.split(b"\n", 1)[0].rstrip()
        return "jsonl" if (first.endswith(b"}") and b"\n" in begins) or (b"\n" not in begins and len(begins) > 4000) else "json"
    if begins.startswith(b"{"):
        return "jsonl"
    return "json" if begins.startswith(b"[") else "csv"


class _Lines:
    """The lines of a stream whose beginning was already read, decoded one by one."""

    def __init__(self, stream: IO[bytes], start: bytes) -> None:
        self._stream, self._start = stream, start

    def whole(self) -> bytes:
        """Everything, up to the limit of what may be held at once."""
        content = self._start + self._stream.read(MAX_DOCUMENT)
        if self._stream.read(1):
            raise UnreadableError(f"The file is larger than {MAX_DOCUMENT} bytes.", remedy="Split it, or convert it to JSONL.")
        return content

    def __iter__(self) -> Iterator[str]:
        """Lines as text: UTF-8, or what a line that is not seems to be."""
        if self._start.startswith((b"\xff\xfe", b"\xfe\xff")):
            yield from io.StringIO(decode(self.whole()), newline="")
            return
        rest = self._start.removeprefix(b"\xef\xbb\xbf")
        while rest:
            line, found, rest = rest.partition(b"\n")
            if not found:
                line += self._stream.readline(_MAX_LINE)
                rest = b""
            else:
                line += b"\n"
            yield _text(line)
        while line := self._stream.readline(_MAX_LINE):
            yield _text(line)


def _text(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return decode(line)


def _jsonl(lines: _Lines) -> Iterator[LibraryRow]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            record = loads(line) if line.rstrip().endswith("}") else None
        if not isinstance(record, dict):
            yield UnreadableRow(number, "The line is not a JSON object.")
            continue
        yield from _record(record, line=number)


def _json(text: str, *, url: str) -> Iterator[LibraryRow]:
    """One JSON value: marked-up reviews, or a list of plain records (also under a key of the outermost object)."""
    value = loads(text)
    if value is None:
        raise UnreadableError("The file is not JSON.", remedy="Check it with a JSON validator; JSONL has one object a line.")
    if reviews := reviews_in([value], url=url):
        yield from map(to_passage, reviews)
        return
    for number, record in enumerate(_records(value), start=1):
        if isinstance(record, dict):
            yield from _record(record, line=number)
        else:
            yield UnreadableRow(number, "The entry is not an object.")


def _records(value: Json) -> list[Json]:
    if isinstance(value, list):
        return value
    if isinstance(value, dict):
        longest = max((item for item in value.values() if isinstance(item, list)), key=len, default=None)
        return longest if longest and isinstance(longest[0], dict) else [value]
    return [value]


def _csv(lines: _Lines, *, tabs: bool) -> Iterator[LibraryRow]:
    rows = iter(lines)
    header = next(rows, "")
    separator = "\t" if tabs else max(",;\t|", key=header.count)
    # strict=False: a stray quote costs its row, not the file
    reader = csv.reader(_without_nul([header], rows), delimiter=separator)
    names = [column_of(name) for name in next(reader, [])]
    if not {"claim", "title", "body"} & set(names):
        raise UnreadableError(
            "The first row names no column with claims.", remedy="Name one of the columns claim, statement, title or text."
        )
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield UnreadableRow(line, f"The row cannot be read: {error}.")
            continue
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) > len(names):
            yield UnreadableRow(line, f"The row has {len(cells)} cells, the first row {len(names)}.")
            continue
        yield passage_of({name: cell for name, cell in zip(names, cells, strict=False) if name and cell.strip()}, line=line)


def _without_nul(header: list[str], rows: Iterator[str]) -> Iterator[str]:
    yield from header
    for row in rows:
        yield row.replace("\x00", "")


def _record(record: Node, *, line: int) -> Iterator[LibraryRow]:
    """A plain record, or one that is ClaimReview itself."""
    if "claimReview" in record or "@type" in record or "dataFeedElement" in record:
        reviews = reviews_in([record], url=text_of(record.get("url")))
        yield from map(to_passage, reviews)
        if reviews:
            return
    fields: dict[str, str] = {}
    for name, value in record.items():
        if (column := column_of(name)) and (cell := cell_of(value, column)):
            fields.setdefault(column, cell)
    yield passage_of(fields, line=line)


def _feed(content: bytes) -> Iterator[LibraryRow]:
    import feedparser  # noqa: PLC0415 # a tenth of a second that no other form of library needs

    feed = feedparser.parse(io.BytesIO(content))
    if not feed.entries:
        raise UnreadableError("The feed has no entries.", remedy="Give the address of a fact-checker's RSS or Atom feed.")
    for number, entry in enumerate(feed.entries, start=1):
        link = str(entry.get("link", ""))
        if link.startswith(("http://", "https://")):
            yield LibraryLink(link, plain(str(entry.get("title", ""))))
        else:
            yield UnreadableRow(number, "The entry has no link.")


def _page(content: str, *, url: str) -> Iterator[LibraryRow]:
    reviews = parse_claim_reviews(content, url=url)
    if not reviews:
        raise UnreadableError("The page holds no ClaimReview.", remedy="Give a fact-checker's article, its feed, JSON or CSV.")
    yield from map(to_passage, reviews)
