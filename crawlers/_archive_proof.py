"""Reads an archive file to its end, whatever is broken in it: each record with its content's digest, each damage by its place.

A record is one gzip member, so that behind a damaged one the next sound one can be found again.
"""

import hashlib
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from crawlers._codings import decoded

_CHUNK = 1 << 20
_STEP = 1 << 14  # about a record: what is read beyond its end is read again
_START = b"\x1f\x8b\x08\x00\x00\x00\x00\x00"  # as our members begin: gzip, no flags, no time
_MOST = 1 << 30  # what was archived was held to a far lower limit when it was fetched


@dataclass(frozen=True, slots=True)
class Proof:
    """A sound record. ``digest`` is the SHA-256 of its content without content coding (empty for a request or a revisit)."""

    offset: int
    kind: str
    url: str
    digest: str


@dataclass(frozen=True, slots=True)
class Damage:
    """A place from which on nothing can be read; ``torn`` when that goes on to the end of the file."""

    offset: int
    torn: bool
    why: str


def prove(path: Path) -> Iterator[Proof | Damage]:
    """Read every record of ``path`` in order, holding one at a time. Raises ``OSError``."""
    with path.open("rb") as file:
        size, offset = path.stat().st_size, 0
        while offset < size:
            try:
                data, end = _member(file, offset)
                yield _proof(data, offset)
            except (zlib.error, EOFError) as error:
                following = next_member(file, offset + 1)
                yield Damage(offset, following is None and _is_torn(file, offset, error), str(error))
                end = size if following is None else following
            except (ArchiveLoadFailed, StopIteration, ValueError) as error:
                yield Damage(offset, torn=False, why=str(error) or "It holds no record.")
            offset = end


def sound_end(file: IO[bytes]) -> int:
    """Return where a half-written end begins, or the size: a damaged record, or one with a sound one behind it, is none."""
    size, offset = file.seek(0, io.SEEK_END), 0
    while offset < size:
        try:
            end = _member_end(file, offset)
        except (zlib.error, EOFError) as error:
            following = next_member(file, offset + 1)
            if following is None:
                return offset if _is_torn(file, offset, error) else size
            end = following
        offset = end
    return offset


def next_member(file: IO[bytes], start: int) -> int | None:
    """Return where the next sound member at or behind ``start`` begins."""
    data = b""
    file.seek(start)
    while piece := file.read(_CHUNK):
        data += piece
        place = data.find(_START)
        while place >= 0:
            here = file.tell()
            if _is_sound(file, start + place):
                return start + place
            file.seek(here)
            place = data.find(_START, place + 1)
        kept = data[1 - len(_START) :]
        start += len(data) - len(kept)
        data = kept
    return None


def _is_torn(file: IO[bytes], offset: int, error: Exception) -> bool:
    """Whether damage is as a killed process or a power cut leaves it: a record without its end, or room without bytes."""
    file.seek(offset)
    return isinstance(error, EOFError) or not any(piece.strip(b"\x00") for piece in iter(lambda: file.read(_CHUNK), b""))


def content(record: object) -> bytes:
    """Return a record's bytes without content coding. Raises ``ValueError`` when that is damaged."""
    body: bytes = record.raw_stream.read()  # type: ignore[attr-defined] # warcio is untyped
    http = getattr(record, "http_headers", None)
    return decoded(body, (http.get_header("content-encoding") if http else "") or "", limit=_MOST)


def _is_sound(file: IO[bytes], offset: int) -> bool:
    try:
        _member_end(file, offset)
    except (zlib.error, EOFError):
        return False
    return True


def _member(file: IO[bytes], offset: int) -> tuple[bytes, int]:
    """Return the unpacked member at ``offset`` and where it ends. Raises ``zlib.error`` and ``EOFError``."""
    pieces: list[bytes] = []
    end = _walk(file, offset, pieces)
    return b"".join(pieces), end


def _member_end(file: IO[bytes], offset: int) -> int:
    return _walk(file, offset, None)


def _walk(file: IO[bytes], offset: int, pieces: list[bytes] | None) -> int:
    engine, position = zlib.decompressobj(wbits=31), offset
    file.seek(offset)
    while data := file.read(_STEP):
        position += len(data)
        made = engine.decompress(data)
        if pieces is not None:
            pieces.append(made)
        if engine.eof:
            return position - len(engine.unused_data)
    msg = "The record has no end."
    raise EOFError(msg)


def _proof(data: bytes, offset: int) -> Proof:
    record = next(iter(ArchiveIterator(io.BytesIO(data))))
    url = record.rec_headers.get_header("WARC-Target-URI") or ""
    digest = hashlib.sha256(content(record)).hexdigest() if record.rec_type in {"response", "resource"} else ""
    return Proof(offset, record.rec_type, url, digest)
