"""How well pages are read: F over pieces that must and must not be in the text, as trafilatura's own evaluation counts them.

A folder of pages has an ``index.jsonl`` with ``file``, ``url``, ``must_have`` and ``must_not_have``. A piece that must be
there is a true positive when it is and a false negative when it is not; one that must not be and is, a false positive.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path

from crawlers import Extracted, Unread, read_page
from factdesk.errors import UnreadableError
from factdesk.records import Capture, CaptureKind

POOL_FROM = 200  # pages below which starting processes costs more than it gains
_SUFFIXES = (".html", ".htm", ".xhtml")


@dataclass(frozen=True, slots=True)
class RecordedPage:
    """A page on disk and what is known about it."""

    path: Path
    name: str
    url: str
    must_have: tuple[str, ...] = ()
    must_not_have: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ExtractionScore:
    """Counts over all pages; the ratios are 0 … 1 (0 when nothing was counted)."""

    pages: int
    kept: int
    found: int
    missed: int
    unwanted: int

    @property
    def precision(self) -> float:
        """Share of the pieces found that are wanted."""
        return self.found / max(1, self.found + self.unwanted)

    @property
    def recall(self) -> float:
        """Share of the wanted pieces that were found."""
        return self.found / max(1, self.found + self.missed)

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return 2 * self.precision * self.recall / max(1e-9, self.precision + self.recall)

    @property
    def kept_share(self) -> float:
        """Share of the pages that gave a text."""
        return self.kept / max(1, self.pages)


def recorded_pages(folder: Path) -> list[RecordedPage]:
    """Return the pages of ``folder``: those its ``index.jsonl`` names, else every HTML file in it, by name.

    Raises ``UnreadableError`` for a folder without pages and an index that is not JSONL.
    """
    pages = _indexed(folder) if (folder / "index.jsonl").is_file() else _listed(folder)
    if not pages:
        raise UnreadableError(f"{folder} holds no pages.", remedy="Give a folder of .html files, with or without index.jsonl.")
    return pages


def read_recorded(pages: Sequence[RecordedPage], *, at: datetime, processes: int = 0) -> Iterator[Extracted | Unread]:
    """Read ``pages`` in order as if fetched ``at``; on all cores (or ``processes``) when there are more than ``POOL_FROM``."""
    workers = processes or os.cpu_count() or 1
    if len(pages) <= POOL_FROM or workers == 1:
        yield from map(_read, pages, repeat(at))
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("forkserver")) as pool:
        yield from pool.map(_read, pages, repeat(at), chunksize=16)


def score(pages: Iterable[RecordedPage], results: Iterable[Extracted | Unread]) -> ExtractionScore:
    """Count the pieces of each page in its text; an unread page has none."""
    count = kept = found = missed = unwanted = 0
    for page, result in zip(pages, results, strict=True):
        text = result.text if isinstance(result, Extracted) else ""
        count += 1
        kept += isinstance(result, Extracted)
        present = sum(piece in text for piece in page.must_have)
        found, missed = found + present, missed + len(page.must_have) - present
        unwanted += sum(piece in text for piece in page.must_not_have)
    return ExtractionScore(pages=count, kept=kept, found=found, missed=missed, unwanted=unwanted)


def evaluate_extraction(folder: Path, *, processes: int = 0) -> ExtractionScore:
    """Read every page of ``folder`` and score it. Raises ``UnreadableError``."""
    pages = recorded_pages(folder)
    return score(pages, read_recorded(pages, at=datetime.now(UTC), processes=processes))


def _read(page: RecordedPage, at: datetime) -> Extracted | Unread:
    body = page.path.read_bytes()
    return read_page(
        Capture(
            id=0,
            source_id=0,
            kind=CaptureKind.PAGE,
            url=page.url,
            fetched_at=at,
            status=200,
            media_type="text/html",
            charset=None,
            digest=hashlib.sha256(body).hexdigest(),
            body=body,
        )
    )


def _indexed(folder: Path) -> list[RecordedPage]:
    pages = []
    for number, line in enumerate((folder / "index.jsonl").read_text("utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            name = str(row["file"])
        except (ValueError, KeyError, TypeError) as error:
            raise UnreadableError(
                f"Line {number} of {folder / 'index.jsonl'} names no file.", remedy='Write {"file": …, "url": …} on each line.'
            ) from error
        pages.append(
            RecordedPage(
                path=_located(folder, name),
                name=name,
                url=str(row.get("url") or _address(name)),
                must_have=tuple(row.get("must_have", ())),
                must_not_have=tuple(row.get("must_not_have", ())),
            )
        )
    return pages


def _located(folder: Path, name: str) -> Path:
    """Where a named file lies: in the folder, beside it (as the archive of pages has it), or in it by its last part."""
    places = (folder / name, folder.parent / name, folder / Path(name).name)
    found = next((place for place in places if place.is_file()), None)
    if found is None:
        raise UnreadableError(f"{name}, which index.jsonl names, is not in {folder}.", remedy="Unpack the whole archive.")
    return found


def _listed(folder: Path) -> list[RecordedPage]:
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in _SUFFIXES and path.is_file())
    names = [path.relative_to(folder).as_posix() for path in files]
    return [RecordedPage(path=path, name=name, url=_address(name)) for path, name in zip(files, names, strict=True)]


def _address(name: str) -> str:
    """An address for a page that came without one."""
    return f"https://localhost.invalid/{name}"
