"""The SQLite file as several processes use it: the one that serves can be exchanged for one that was built beside it.

    index.sqlite3         what serves: a file, or after a rebuild a link to one
    index.sqlite3.2       a file that a rebuild made
    index.sqlite3.next    during a rebuild, a link to the file that it fills

Who writes, writes to what serves and to the next file. It looks for the next file first and for what serves second, and an
exchange puts the next file in its place first and takes the link away second: no write misses the file that serves afterwards.
"""

import fcntl
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from factdesk.errors import IndexUnavailableError
from factdesk.records import Candidate
from index._schema import readable
from index.base import Entry, EntryKind, Match, Page, Probe, Query, StandingQuery
from index.sqlite import SqliteIndex

_TRIES = 5
_BESIDE = ("-wal", "-shm", "-journal")
_FOLDERS = (".segments",)
_Identity = tuple[int, int]


class FileIndex:
    """A ``SearchIndex`` in whichever file serves. Safe to share between threads."""

    def __init__(self, path: Path, *, dim: int) -> None:
        """Open the file that serves, making it when there is none. Raises `IndexUnavailableError`."""
        self._serving = _Slot(path, dim=dim, needed=True)
        self._next = _Slot(next_of(path), dim=dim, needed=False)
        with self._serving.using():
            pass

    def add(self, entries: Sequence[Entry]) -> None:
        """Index ``entries`` in one transaction a file; they are found by the next search, in every process."""
        for index in self._all():
            index.add(entries)

    def remove(self, ids: Sequence[str]) -> None:
        """Forget entries; unknown ids are ignored."""
        for index in self._all():
            index.remove(ids)

    def search(self, query: Query) -> Page:
        """Return one page of hits. Raises `QueryError` with the position of a mistake."""
        with self._one() as index:
            return index.search(query)

    def matching(self, entries: Sequence[Entry], standing: Sequence[StandingQuery]) -> list[Match]:
        """Return which of ``standing`` each of ``entries`` answers."""
        with self._one() as index:
            return index.matching(entries, standing)

    def candidates(self, probes: Sequence[Probe], *, limit: int = 20) -> list[list[Candidate]]:
        """Return, for each claim, the passages that may be about it, best first."""
        with self._one() as index:
            return index.candidates(probes, limit=limit)

    def claims_near(self, probes: Sequence[Probe], *, limit: int = 50) -> list[list[str]]:
        """Return, for each passage, ids of indexed claims that may be about it."""
        with self._one() as index:
            return index.claims_near(probes, limit=limit)

    def ids(self, kind: EntryKind, *, after: str = "", limit: int = 1000) -> list[str]:
        """Return the first ``limit`` ids of a kind that sort behind ``after``."""
        with self._one() as index:
            return index.ids(kind, after=after, limit=limit)

    def counts(self) -> dict[EntryKind, int]:
        """Return how many entries of each kind there are."""
        with self._one() as index:
            return index.counts()

    def clear(self) -> None:
        """Forget everything."""
        for index in self._all():
            index.clear()

    def close(self) -> None:
        """Release the files."""
        self._serving.close()
        self._next.close()

    @contextmanager
    def _one(self) -> Iterator[SqliteIndex]:
        with self._serving.using() as index:
            if index is None:
                raise _gone()
            yield index

    def _all(self) -> Iterator[SqliteIndex]:
        """Yield what must be written to: the next file is looked for first, and written to last."""
        with self._next.using() as following, self._one() as index:
            yield index
            if following is not None:
                yield following


@dataclass(slots=True)
class _Opened:
    index: SqliteIndex
    identity: _Identity
    users: int = 0
    retired: bool = False


class _Slot:
    """A place where a file lies or a link leads to one; it is looked at anew each time it is used."""

    def __init__(self, place: Path, *, dim: int, needed: bool) -> None:
        self._place = place
        self._dim = dim
        self._needed = needed
        self._lock = Lock()
        self._opened: _Opened | None = None

    @contextmanager
    def using(self) -> Iterator[SqliteIndex | None]:
        """Give the index that lies here now; one that was exchanged is closed when nobody uses it any more."""
        with self._lock:
            opened = self._current()
            if opened is not None:
                opened.users += 1
        try:
            yield None if opened is None else opened.index
        finally:
            if opened is not None:
                with self._lock:
                    opened.users -= 1
                    _close_if_done(opened)

    def close(self) -> None:
        with self._lock:
            self._retire()

    def _current(self) -> _Opened | None:
        found = _identity(self._place)
        deleted = found is None and self._needed  # by hand: what is open goes on
        if self._opened is not None and self._opened.identity != found and not deleted:
            self._retire()
        if self._opened is None and (self._needed or found is not None):
            self._opened = self._open()
        return self._opened

    def _open(self) -> _Opened | None:
        for _ in range(_TRIES):
            target = served_file(self._place) if self._needed else _link_target(self._place)
            if target is None:
                return None
            index, there = SqliteIndex(target, dim=self._dim), _identity(target)
            if there is not None and there == _identity(self._place):
                return _Opened(index, there)
            index.close()  # it was exchanged between the look and the opening
        raise _gone()

    def _retire(self) -> None:
        if self._opened is not None:
            self._opened.retired = True
            _close_if_done(self._opened)
            self._opened = None


def _close_if_done(opened: _Opened) -> None:
    if opened.retired and not opened.users:
        opened.index.close()


class NextFile:
    """A file that is filled beside the one that serves, and then put in its place."""

    _file: Path

    def __init__(self, path: Path, *, dim: int) -> None:
        """Begin a rebuild of ``path``, or go on with one that was begun. Raises `IndexUnavailableError`."""
        self._path = path
        with readable(path), _alone(path):
            self.index = self._resumed(dim) or self._begun(dim)
        self.index.put_off_merging()

    def fill(self, entries: Sequence[Entry]) -> None:
        """Add those of ``entries`` that the file does not have: what came meanwhile is newer."""
        self.index.fill(entries)

    def commit(self) -> None:
        """Put the file in the place of the one that serves, and delete that."""
        self.index.merge()
        self.index.close()
        with readable(self._path), _alone(self._path):
            old = served_file(self._path)
            if old == self._file or not self._file.is_file():  # another process went on with the same rebuild, or did its own
                return
            _link(self._path, self._file.name)
            next_of(self._path).unlink(missing_ok=True)
            _delete(old, itself=old != self._path)
            _sweep(self._path)

    def close(self) -> None:
        """Release the file, which stays as it is: the next rebuild goes on with it."""
        self.index.close()

    def abandon(self) -> None:
        """Delete the file; what serves stays."""
        self.index.close()
        with readable(self._path), _alone(self._path):
            if served_file(self._path) != self._file:
                next_of(self._path).unlink(missing_ok=True)
                _delete(self._file)

    def _resumed(self, dim: int) -> SqliteIndex | None:
        target = _link_target(next_of(self._path))
        if target is None or not target.is_file():
            return None
        self._file = target
        try:
            return SqliteIndex(target, dim=dim)
        except IndexUnavailableError:  # of another format, or damaged
            next_of(self._path).unlink(missing_ok=True)
            return None

    def _begun(self, dim: int) -> SqliteIndex:
        _sweep(self._path)
        numbers = [int(name.rpartition(".")[2]) for name in _numbered(self._path)]
        self._file = self._path.with_name(f"{self._path.name}.{max(numbers, default=1) + 1}")
        index = SqliteIndex(self._file, dim=dim)
        _link(next_of(self._path), self._file.name)
        return index


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Keep other processes from beginning or ending a rebuild of ``path`` meanwhile."""
    path.parent.mkdir(parents=True, exist_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def base_of(path: Path) -> Path:
    """Follow links that are not ours: an operator may keep the index on another disk."""
    for _ in range(_TRIES):
        target = _link_target(path)
        if target is None or (target.parent == path.parent and _is_numbered(target.name, path)):
            break
        path = target
    return path


def next_of(path: Path) -> Path:
    """Return the link that leads to the file being filled beside ``path``."""
    return path.with_name(path.name + ".next")


def files_of(path: Path) -> list[Path]:
    """Return the files of the index at ``path``: what serves first, then what is being filled."""
    found = [served_file(path), _link_target(next_of(path))]
    return [file for file in found if file is not None and file.is_file()]


def discard_files(path: Path) -> None:
    """Delete everything of the index at ``path``; nothing there is no error."""
    next_of(path).unlink(missing_ok=True)
    for name in _numbered(path):
        _delete(path.with_name(name))
    _delete(path)


def _sweep(path: Path) -> None:
    """Delete files that a rebuild left and that neither serve nor are being filled."""
    held = {file.name for file in files_of(path)}
    for name in set(_numbered(path)) - held:
        _delete(path.with_name(name))


def _numbered(path: Path) -> list[str]:
    return [one.name for one in path.parent.iterdir() if _is_numbered(one.name, path)] if path.parent.is_dir() else []


def _is_numbered(name: str, path: Path) -> bool:
    return re.fullmatch(re.escape(path.name) + r"\.\d+", name) is not None


def _delete(file: Path, *, itself: bool = True) -> None:
    for suffix in (*([""] if itself else []), *_BESIDE):
        file.with_name(file.name + suffix).unlink(missing_ok=True)
    for suffix in _FOLDERS:
        shutil.rmtree(file.with_name(file.name + suffix), ignore_errors=True)


def _link(place: Path, target: str) -> None:
    """Make ``place`` lead to ``target`` in one step, whatever it was."""
    made = place.with_name(f"{place.name}.{os.getpid()}.link")
    made.unlink(missing_ok=True)
    made.symlink_to(target)
    made.replace(place)


def served_file(place: Path) -> Path:
    """Return the file that ``place`` is or leads to."""
    return _link_target(place) or place


def _link_target(place: Path) -> Path | None:
    try:
        return place.parent / place.readlink()
    except OSError:
        return None


def _identity(place: Path) -> _Identity | None:
    try:
        found = place.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _gone() -> IndexUnavailableError:
    return IndexUnavailableError("The index was exchanged while it was opened.", remedy="Try again.")
