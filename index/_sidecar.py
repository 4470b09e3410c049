"""Where a file's segments are kept: a folder beside it, with a list that names those that count.

The file is the truth and the folder is derived: a segment is written and on the disk before the list names it, the list is
replaced as a whole, and what no list names is litter. A list of another file or another generation counts for nothing; a
segment that is cut off is left out with all behind it, and read from the file again. One process at a time adds; others look.
"""

import fcntl
import json
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from index._segment import Segment, SegmentError, is_damaged, open_segment, write_segment

_LIST = "list.json"


@dataclass(frozen=True, slots=True)
class Kept:
    """A segment in the folder: its file, and up to which entry and which removal it has taken in what the index file tells."""

    file: str
    entry: int
    removed: int


class Sidecar:
    """The segments of one table of an index file."""

    def __init__(self, folder: Path, table: str, *, identity: str) -> None:
        """Look at ``folder`` (made when first written to); ``identity`` names the index file, its format and its generation."""
        self._folder = folder / table
        self._identity = identity

    @property
    def stamp(self) -> tuple[int, int]:
        """Return what changes when another process has added segments: cheap to ask."""
        try:
            status = (self._folder / _LIST).stat()
        except OSError:
            return (0, 0)
        return (status.st_ino, status.st_mtime_ns)

    def load(self) -> list[tuple[Kept, Segment]]:
        """Return the segments that count, in order, mapped into memory."""
        listed, found = None, list[tuple[Kept, Segment]]()
        while listed != (listed := self._listed()) and len(found) < len(listed):  # it may be replaced while it is read
            found = list(self._opened(listed))
        return found

    def _opened(self, listed: Sequence[Kept]) -> Iterator[tuple[Kept, Segment]]:
        for kept in listed:
            try:
                yield kept, open_segment(self._folder / kept.file)
            except (OSError, SegmentError):
                return

    def damaged(self) -> Iterator[Path]:
        """Read every segment that counts as a whole, and yield the files of those that are not as they were written."""
        yield from (path for kept in self._listed() if is_damaged(path := self._folder / kept.file))

    @contextmanager
    def adding(self) -> Iterator[bool]:
        """Hold the right to add: false when another process has it or the folder cannot be written to."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            handle = os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError:
            yield False
            return
        try:
            yield _locked(handle)
        finally:
            os.close(handle)

    def replace(
        self, known: Sequence[tuple[Kept, Segment]], segment: Segment, *, entry: int, removed: int
    ) -> list[tuple[Kept, Segment]]:
        """Write ``segment`` and let it follow ``known``; whatever else the folder holds is litter. Raises `OSError`."""
        kept = Kept(f"{entry}-{removed}-{len(segment)}-{time.time_ns()}.segment", entry, removed)
        partial = self._folder / f"{kept.file}.part"
        write_segment(segment, partial)
        partial.rename(self._folder / kept.file)
        listed = [*(one for one, _ in known), kept]
        self._write_list(listed)
        for other in self._folder.glob("*.segment*"):
            if other.name not in {one.file for one in listed}:
                other.unlink(missing_ok=True)
        return [*known, (kept, open_segment(self._folder / kept.file))]

    def _listed(self) -> list[Kept]:
        try:
            told = json.loads((self._folder / _LIST).read_bytes())
            return [Kept(**one) for one in told["segments"]] if told["identity"] == self._identity else []
        except (OSError, ValueError, KeyError, TypeError):
            return []

    def _write_list(self, listed: Sequence[Kept]) -> None:
        partial = self._folder / f"{_LIST}.part"
        with partial.open("w", encoding="utf-8") as file:
            json.dump({"identity": self._identity, "segments": [asdict(kept) for kept in listed]}, file)
            file.flush()
            os.fsync(file.fileno())
        partial.rename(self._folder / _LIST)
        handle = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
