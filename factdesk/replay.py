"""Serves recorded pages by their own host names on loopback, with a feed and a sitemap a host, so any crawl can be repeated.

A recording is a tar (``.tar.xz`` and the like) with an ``index.jsonl``: one object a line with ``url`` and ``file``, and, where
known, ``content_type`` and ``charset``. Its ``https://`` addresses are listed and served as ``http://``.
"""

import posixpath
import re
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote, unquote_to_bytes, urljoin, urlsplit

from pydantic import BaseModel, ValidationError

from factdesk.errors import UnreadableError
from factdesk.loopback import Answer, LoopbackServer, Request, RequestLog
from factdesk.records import SourceRole

NAMELESS_HOST = "recorded.example"
_REMEDY = "A recording is a .tar.xz with an index.jsonl that names url and file of each page."
_ADDRESS = re.compile(r"https?://(?=[^/\s])", re.IGNORECASE)
_NO_NAME = re.compile(r"[^\w.-]+")
_DOTS = re.compile(r"/\.{1,2}(/|$)")
_SAFE = "/%:@!$&'()*+,;=~-._?"
_TYPES = {".xml": "application/xml", ".json": "application/json", ".txt": "text/plain", ".xhtml": "application/xhtml+xml"}


class _Row(BaseModel):
    """A line of the index; further fields (what a test expects of the text) are not ours."""

    url: str
    file: str
    content_type: str = ""
    charset: str = ""


@dataclass(frozen=True, slots=True)
class RecordedPage:
    """A page: ``url`` as it is served, ``recorded_url`` as the index has it, ``file`` its name in the archive."""

    url: str
    recorded_url: str
    file: str
    media_type: str
    body: Path

    @property
    def host(self) -> str:
        """Host name in lower case, in ASCII."""
        return urlsplit(self.url).hostname or ""


@dataclass(frozen=True, slots=True)
class ReplaySource:
    """A source to poll: the listing of one recorded host."""

    name: str
    kind: str
    url: str
    role: SourceRole = SourceRole.PRESS


@dataclass(frozen=True, slots=True)
class Recording:
    """What an archive holds: its pages by address, and, in words, what could not be served or was there twice."""

    pages: tuple[RecordedPage, ...]
    notes: tuple[str, ...]


_Key = tuple[str, bytes, bytes]


def read_recording(archive: Path, folder: Path) -> Recording:
    """Unpack the files of ``archive`` into ``folder`` under names of our own and read its index.

    Raises ``UnreadableError`` when it is not a recording.
    """
    try:
        files = _unpack(archive, folder)
    except OSError as error:
        raise UnreadableError(f"{archive} cannot be read: {error.strerror or error}.", remedy=_REMEDY) from error
    except (tarfile.TarError, EOFError, ValueError) as error:
        raise UnreadableError(f"{archive} is not a tar archive: {error}.", remedy=_REMEDY) from error
    names = sorted((name for name in files if posixpath.basename(name) == "index.jsonl"), key=lambda name: name.count("/"))
    if not names:
        raise UnreadableError(f"{archive} has no index.jsonl.", remedy=_REMEDY)
    rows = list(_rows(files[names[0]], archive))
    return _recording(rows, files, root=posixpath.dirname(names[0]))


def _unpack(archive: Path, folder: Path) -> dict[str, Path]:
    files: dict[str, Path] = {}
    with tarfile.open(archive, mode="r|*") as tar:
        for number, member in enumerate(tar):
            content = tar.extractfile(member) if member.isfile() else None
            if content is None:
                continue
            path = folder / str(number)
            path.write_bytes(content.read())
            files[posixpath.normpath(member.name)] = path
    return files


def _rows(index: Path, archive: Path) -> Iterator[_Row]:
    for number, line in enumerate(index.read_bytes().splitlines(), start=1):
        if not line.strip():
            continue
        try:
            yield _Row.model_validate_json(line)
        except ValidationError as error:
            first = error.errors()[0]
            where = f"line {number} of index.jsonl in {archive}"
            what = ".".join(map(str, first["loc"]))
            raise UnreadableError(f"{where}: {what} {first['msg']}.", remedy=_REMEDY) from error


def _recording(rows: list[_Row], files: dict[str, Path], *, root: str) -> Recording:
    pages: dict[_Key, RecordedPage] = {}
    notes: list[str] = []
    for row in rows:
        body = next((files[name] for name in _candidates(row.file, root) if name in files), None)
        url = served_url(row.url)
        if body is None or not url:
            notes.append(f"{row.url}: {'its address cannot be served' if body else f'{row.file} is not in the archive'}")
            continue
        page = RecordedPage(url, row.url, row.file, _media_type(row), body)
        first = pages.setdefault(_key(url), page)
        if first is not page:
            notes.append(f"{row.url}: the same address as {first.recorded_url}; the first is served")
    return Recording(tuple(pages.values()), tuple(notes))


def _candidates(file: str, root: str) -> tuple[str, str]:
    return posixpath.normpath(file), posixpath.normpath(posixpath.join(root, file))


def _media_type(row: _Row) -> str:
    kind = row.content_type or _TYPES.get(posixpath.splitext(row.file)[1].lower(), "text/html")
    return f"{kind}; charset={row.charset}" if row.charset and "charset" not in kind else kind


def served_url(recorded: str) -> str:
    """Return the ``http://`` address under which a recorded page is served, or an empty string where its host is no name.

    Fragments are left out, hosts become ASCII, unsafe characters are escaped. What is no web address (a name that somebody
    gave to a page whose address was not kept) gets one on ``recorded.example``.
    """
    found = _ADDRESS.search(recorded)
    if found is None or ":" in recorded[: found.start()]:
        return f"http://{NAMELESS_HOST}/{quote(_NO_NAME.sub('/', recorded.strip()).strip('/'))}"
    try:
        address = "http://" + recorded[found.end() :].strip()
        parts = urlsplit(urljoin(address, urlsplit(address).path) if _DOTS.search(urlsplit(address).path) else address)
        host = (parts.hostname or "").encode("idna").decode("ascii")
    except (UnicodeError, ValueError):
        return ""
    query = f"?{quote(parts.query, safe=_SAFE)}" if parts.query else ""
    return f"http://{host}{quote(parts.path, safe=_SAFE) or '/'}{query}" if host else ""


def _key(url: str) -> _Key:
    """Addresses that differ in percent-encoding alone are one: clients escape differently."""
    parts = urlsplit(url)
    return parts.hostname or "", unquote_to_bytes(parts.path or "/"), unquote_to_bytes(parts.query)


class ReplayServer:
    """The pages of ``archive`` on 127.0.0.1: a forward proxy (``collector.proxy = server.url``), or by Host header.

    ``port`` 0 takes a free one. ``notes`` says, a line each, what was there twice or cannot be served. The temporary folder
    goes with ``stop()``. Raises ``UnreadableError`` for a bad archive and ``SettingsError`` when the port is taken.
    """

    def __init__(self, archive: Path, *, port: int = 0, latency_s: float = 0.0) -> None:
        self._server = LoopbackServer(self._answer, port=port, latency_s=latency_s)
        self._folder = tempfile.TemporaryDirectory(prefix="factdesk-replay-")
        try:
            recording = read_recording(archive, Path(self._folder.name))
        except BaseException:
            self.stop()
            raise
        self.port = self._server.port
        self.recorded = recording.pages
        self.notes = recording.notes
        self._pages = {_key(page.url): page for page in recording.pages}
        self._hosts: dict[str, list[RecordedPage]] = {}
        for page in recording.pages:
            self._hosts.setdefault(page.host, []).append(page)

    @property
    def url(self) -> str:
        """Address of the proxy, and of a page that lists the hosts."""
        return self._server.url

    @property
    def log(self) -> RequestLog:
        """Every request, by host."""
        return self._server.log

    @property
    def pages(self) -> int:
        """Number of pages that are served."""
        return len(self.recorded)

    @property
    def urls(self) -> tuple[str, ...]:
        """The addresses that are served, in the order of the index."""
        return tuple(page.url for page in self.recorded)

    def sources(self, *, kind: str = "feed") -> tuple[ReplaySource, ...]:
        """Return one source a host; ``kind`` is ``feed`` or ``sitemap``."""
        path = "sitemap.xml" if kind == "sitemap" else "feed.xml"
        return tuple(ReplaySource(host, kind, f"http://{host}/{path}") for host in self._hosts)

    def start(self) -> Self:
        """Begin to answer."""
        self._server.start()
        return self

    def stop(self) -> None:
        """Stop answering, free the port and remove the temporary folder."""
        self._server.stop()
        self._folder.cleanup()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def _answer(self, request: Request) -> Answer:
        pages = self._hosts.get(request.host)
        if pages is None:
            return self._unknown(request.host)
        page = self._pages.get((request.host, unquote_to_bytes(request.path), unquote_to_bytes(request.query)))
        if request.path == "/robots.txt":
            words = f"User-agent: *\nAllow: /\nSitemap: http://{request.host}/sitemap.xml\n"
            return Answer(words.encode(), "text/plain; charset=utf-8")
        if page:
            return Answer(page.body.read_bytes(), page.media_type)
        return _listing(request, pages) or Answer(b"<h1>This page was not recorded</h1>\n", status=404)

    def _unknown(self, host: str) -> Answer:
        ours = host in {"localhost", "127.0.0.1"}
        rows = "".join(f"<li>{escape(name)}: {len(pages)}</li>\n" for name, pages in sorted(self._hosts.items()))
        words = (
            f'<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Recorded pages</title><h1>Recorded pages</h1>'
            f"<p>{'' if ours else f'<b>{escape(host)}</b> was not recorded. '}{self.pages} pages of these hosts are served; "
            f"set <code>collector.proxy</code> to <code>{self.url}</code>.</p>\n<ul>\n{rows}</ul></html>\n"
        )
        return Answer(words.encode(), status=200 if ours else 404)


def _listing(request: Request, pages: list[RecordedPage]) -> Answer | None:
    host = request.host
    if request.path == "/sitemap.xml":
        urls = "".join(f"<url><loc>{escape(page.url)}</loc></url>\n" for page in pages)
        xml = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{urls}</urlset>\n'
        return Answer(f'<?xml version="1.0" encoding="UTF-8"?>\n{xml}'.encode(), "application/xml; charset=utf-8")
    if request.path == "/feed.xml":
        items = "".join(
            f"<item><link>{link}</link><guid>{link}</guid><description>Recorded page</description></item>\n"
            for link in (escape(page.url) for page in pages)
        )
        head = f"<title>{host}</title><link>http://{host}/</link><description>Recorded pages of {host}</description>"
        xml = f'<rss version="2.0"><channel>{head}\n{items}</channel></rss>\n'
        return Answer(f'<?xml version="1.0" encoding="UTF-8"?>\n{xml}'.encode(), "application/rss+xml; charset=utf-8")
    return None
