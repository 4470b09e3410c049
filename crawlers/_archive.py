"""The archive of captures: WARC/1.1 files, written and on disk before the store names a record, readable after a crash.

One record is one gzip member, so that ``(file, offset)`` finds it in one seek. A writer never appends to another's file: it
starts its own and holds a lock on it; what a killed process left half-written at the end of a file is cut off.
"""

import base64
import contextlib
import fcntl
import gzip
import hashlib
import io
import os
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import FileIO
from pathlib import Path

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawlers._archive_proof import content, sound_end
from factdesk.errors import ArchiveError

ROTATE_BYTES = 100_000_000
_LEVEL = 4  # half the time of the default for a few per cent more disk


@dataclass(frozen=True, slots=True)
class Location:
    """Where a record lies: the file's name in the archive folder and the offset of its gzip member."""

    file: str
    offset: int


@dataclass(frozen=True, slots=True)
class Exchange:
    """One HTTP exchange as it is archived. ``body`` is as it came (with its content coding); headers in their order."""

    url: str
    fetched_at: datetime
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    request_headers: tuple[tuple[str, str], ...] = ()
    revisit: bool = False


@dataclass(frozen=True, slots=True)
class Resource:
    """Bytes that stand for themselves: a post, already reduced."""

    url: str
    made_at: datetime
    media_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Archived:
    """A record read back: ``body`` without content coding, headers with lower-case names."""

    body: bytes
    headers: tuple[tuple[str, str], ...]
    url: str
    status: int


class Archive:
    """The WARC files of one folder. Reading is safe from any process; a process that appends writes files of its own."""

    def __init__(self, folder: Path, *, rotate_bytes: int = ROTATE_BYTES) -> None:
        self._folder = folder
        self._rotate = rotate_bytes
        self._file: FileIO | None = None
        self._end = self._synced = 0
        self._name = ""
        self._count = 0
        self._day = date.min  # a file holds one day, so that it can expire as a whole

    def append(self, record: Exchange | Resource) -> Location:
        """Write a record (for an exchange its request too). Call ``sync`` before naming the location anywhere.

        Raises ``ArchiveError`` when the disk refuses; what was appended since the last ``sync`` is then gone.
        """
        return self.append_raw(b"".join(_members(record)))

    def append_raw(self, members: bytes) -> Location:
        """Write a record that lay in another file, byte by byte as it lay there. Raises ``ArchiveError``."""
        try:
            file = self._open()
            offset = self._end
            _write(file, members)
        except OSError as error:
            raise self._refused(error) from error
        self._end += len(members)
        return Location(self._name, offset)

    def sync(self) -> None:
        """Bring what was appended onto the disk; close a full file or one of another day. Raises ``ArchiveError``."""
        if self._file is None:
            return
        try:
            os.fsync(self._file.fileno())
            if not self._synced:
                sync_folder(self._folder)  # its name too
        except OSError as error:
            raise self._refused(error) from error
        self._synced = self._end
        if self._end >= self._rotate or datetime.now(UTC).date() != self._day:
            self.close()

    def read(self, file: str, offset: int) -> Archived:
        """Return the record at ``(file, offset)``. Raises ``ArchiveError`` when it is missing, damaged or a revisit."""
        path = self._folder / Path(file).name
        try:
            with path.open("rb") as stream:
                stream.seek(offset)
                record = next(iter(ArchiveIterator(stream)))
                if record.rec_type not in {"response", "resource"}:
                    raise ArchiveError(f"{file}:{offset} is a {record.rec_type} record.", remedy="Restore the archive.")
                return _archived(record)
        except (OSError, StopIteration, ArchiveLoadFailed, zlib.error, EOFError, ValueError) as error:
            raise ArchiveError(
                f"{file}:{offset} cannot be read: {error or type(error).__name__}.", remedy="Restore the archive."
            ) from error

    def files(self) -> list[Path]:
        """Return the archive's files, oldest first."""
        return sorted(self._folder.glob("*.warc.gz"))

    def close(self) -> None:
        """Finish the file that is being written."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _open(self) -> FileIO:
        if self._file is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            if not self._count:
                for path in self.files()[-2:]:
                    repair(path)
            return self._start()
        return self._file

    def _start(self) -> FileIO:
        self._count += 1
        now = datetime.now(UTC)
        self._day = now.date()
        stamp = now.strftime("%Y%m%d%H%M%S%f")
        self._name = f"factdesk-{stamp}-{os.getpid()}-{self._count:04}.warc.gz"
        head = _warcinfo(self._name)
        self._file = FileIO(self._folder / self._name, "x")
        self._end = self._synced = 0
        fcntl.flock(self._file, fcntl.LOCK_EX)
        _write(self._file, head)
        self._end = len(head)
        return self._file

    def _refused(self, error: OSError) -> ArchiveError:
        """Leave the file as it was at the last ``sync``: what the disk took of the rest would stand before later records."""
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.truncate(self._synced)
                if not self._synced:
                    (self._folder / self._name).unlink()
            with contextlib.suppress(OSError):
                self._file.close()
            self._file = None
        why = error.strerror or type(error).__name__
        return ArchiveError(f"The archive {self._folder} cannot be written: {why}.", remedy="Check its disk and permissions.")


@contextmanager
def only_collector(folder: Path) -> Iterator[None]:
    """Keep a second collector out of an archive: both would fetch everything. Raises ``ArchiveError``."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "collector.lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise ArchiveError(
                    f"Another collector works on {folder}.", remedy="Stop it, or give this one a data folder of its own."
                ) from error
            yield
    except PermissionError as error:
        raise ArchiveError(
            f"The archive {folder} cannot be written: {error.strerror}.", remedy="Check its disk and permissions."
        ) from error


def sync_folder(folder: Path) -> None:
    """Bring the folder's list of names onto the disk."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _write(file: FileIO, data: bytes) -> None:
    """Write all of ``data``: a disk that fills up takes a part first."""
    left = memoryview(data)
    while left:
        left = left[file.write(left) :]


def repair(path: Path, *, keep: int = 0) -> int:
    """Cut off a half-written end and return the bytes cut; a file that somebody writes now is left alone.

    Damage with a sound record behind it is no half-written end: what lies behind is named by the store, and stays. Nothing
    is cut from a file whose sound part ends before ``keep``.
    """
    with path.open("r+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return 0
        end = sound_end(file)
        size = file.seek(0, os.SEEK_END)
        if end == size or end < keep:
            return 0
        file.truncate(end)
        os.fsync(file.fileno())
        return size - end


def _members(record: Exchange | Resource) -> Iterator[bytes]:
    """The record's gzip members: the one that is pointed at first."""
    buffer = io.BytesIO()
    writer = WARCWriter(buffer, gzip=False, warc_version="1.1")
    if isinstance(record, Resource):
        made = writer.create_warc_record(
            record.url,
            "resource",
            payload=io.BytesIO(record.body),
            length=len(record.body),
            warc_content_type=record.media_type,
            warc_headers_dict={"WARC-Date": _date(record.made_at)},
        )
        return _written(writer, buffer, [made])
    line = f"{record.status} {_REASONS.get(record.status, 'Status')}"
    http = StatusAndHeaders(line, _safe(record.headers), protocol="HTTP/1.1")
    response = writer.create_warc_record(
        record.url,
        "revisit" if record.revisit else "response",
        payload=io.BytesIO(b"" if record.revisit else record.body),
        length=0 if record.revisit else len(record.body),
        http_headers=http,
        warc_headers_dict={"WARC-Date": _date(record.fetched_at), **(_revisit(record) if record.revisit else {})},
    )
    asked = StatusAndHeaders(f"GET {record.url} HTTP/1.1", _safe(record.request_headers), is_http_request=True)
    request = writer.create_warc_record(
        record.url,
        "request",
        payload=io.BytesIO(b""),
        length=0,
        http_headers=asked,
        warc_headers_dict={
            "WARC-Date": _date(record.fetched_at),
            "WARC-Concurrent-To": response.rec_headers.get_header("WARC-Record-ID"),
        },
    )
    return _written(writer, buffer, [response, request])


_PROFILES = "http://netpreserve.org/warc/1.1/revisit"
_REASONS = {200: "OK", 203: "Non-Authoritative Information", 304: "Not Modified"}
_ON_THE_WIRE = frozenset({"transfer-encoding", "connection", "keep-alive", "trailer", "upgrade"})


def _revisit(record: Exchange) -> dict[str, str]:
    """Headers of a record that says: the same as before (by a 304, or by the same bytes)."""
    if record.status == 304:
        return {"WARC-Profile": f"{_PROFILES}/server-not-modified", "WARC-Refers-To-Target-URI": record.url}
    digest = base64.b32encode(hashlib.sha1(record.body, usedforsecurity=False).digest()).decode()
    told = {"WARC-Payload-Digest": f"sha1:{digest}", "WARC-Refers-To-Target-URI": record.url}
    return {"WARC-Profile": f"{_PROFILES}/identical-payload-digest", **told}


def _written(writer: WARCWriter, buffer: io.BytesIO, records: Sequence[object]) -> Iterator[bytes]:
    for record in records:
        buffer.seek(0)
        buffer.truncate()
        writer.write_record(record)
        yield gzip.compress(buffer.getvalue(), _LEVEL, mtime=0)


def _safe(headers: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Headers as they came; those of the connection, which no longer hold for the stored bytes, under another name."""
    return [(f"X-Archive-Orig-{name}" if name.lower() in _ON_THE_WIRE else name, value) for name, value in headers]


def _archived(record: object) -> Archived:
    http = getattr(record, "http_headers", None)
    headers = tuple((name.lower(), value) for name, value in http.headers) if http else ()
    status = int(http.get_statuscode()) if http else 200
    url = record.rec_headers.get_header("WARC-Target-URI")  # type: ignore[attr-defined] # warcio is untyped
    return Archived(content(record), headers, url, status)


def _warcinfo(name: str) -> bytes:
    buffer = io.BytesIO()
    writer = WARCWriter(buffer, gzip=False, warc_version="1.1")
    fields = b"software: Factdesk\r\nformat: WARC File Format 1.1\r\nrobots: obey\r\n"
    record = writer.create_warc_record(
        None,
        "warcinfo",
        payload=io.BytesIO(fields),
        length=len(fields),
        warc_content_type="application/warc-fields",
        warc_headers_dict={"WARC-Filename": name},
    )
    writer.write_record(record)
    return gzip.compress(buffer.getvalue(), _LEVEL, mtime=0)


def _date(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
