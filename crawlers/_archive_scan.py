"""Reads an archive file record by record, with each record's own compressed bytes, so that it can be moved unchanged."""

import fcntl
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

_BESIDE = frozenset({"warcinfo", "request"})  # they belong to the file or to the record before them


@dataclass(frozen=True, slots=True)
class Member:
    """A record: where it lies, how long it is with its request (both in compressed bytes), and when it was made."""

    offset: int
    length: int
    made_at: datetime


def scan(path: Path) -> tuple[list[Member], bool]:
    """Return the file's records, and whether it could be read to its end. A request counts to the answer before it."""
    found: list[Member] = []
    end = 0
    try:
        for kind, member in _records(path):
            end = member.offset + member.length
            if kind not in _BESIDE:
                found.append(member)
            elif kind == "request" and found:
                found[-1] = Member(found[-1].offset, end - found[-1].offset, found[-1].made_at)
    except (ArchiveLoadFailed, zlib.error, EOFError, ValueError):
        return found, False
    return found, end == path.stat().st_size


def raw(path: Path, member: Member) -> bytes:
    """Return a record's bytes as they lie on the disk."""
    with path.open("rb") as file:
        file.seek(member.offset)
        return file.read(member.length)


@contextmanager
def at_rest(path: Path) -> Iterator[bool]:
    """Say whether nobody writes to ``path`` now, and keep it so."""
    with path.open("r+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
        else:
            yield True


def _records(path: Path) -> Iterator[tuple[str, Member]]:
    with path.open("rb") as stream:
        iterator = ArchiveIterator(stream)
        for record in iterator:
            offset = iterator.get_record_offset()
            made_at = datetime.fromisoformat(record.rec_headers.get_header("WARC-Date") or "")
            yield record.rec_type, Member(offset, iterator.get_record_length(), made_at)
