"""Compares captures with the records they name, file after file, in one pass over each and with one record in memory."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

from sqlalchemy import Engine

from crawlers._archive import Archive
from crawlers._archive_proof import Damage, Proof, prove
from crawlers._archive_scan import at_rest
from factdesk.agreement.words import Disagreement
from factdesk.store import soundness
from factdesk.store.database import reading
from factdesk.store.soundness import Placed

_KINDS = {"page": "response", "post": "resource"}


def compare(engine: Engine, folder: Path, counts: Counter[str]) -> Iterator[Disagreement]:
    """Compare every capture with its record and every record with the ledger; ``counts`` grows on the way."""
    seen: set[str] = set()
    with reading(engine) as connection:
        for name, rows in groupby(soundness.placed(connection), key=lambda row: row.file):
            seen.add(name)
            yield from _File(engine, folder / Path(name).name, counts, rows).disagreements()
    for path in Archive(folder).files():
        if path.name not in seen:
            yield from _File(engine, path, counts).disagreements()


_Told = Iterator[tuple[Disagreement, Placed | None]]


class _File:
    """One file and the captures that lie in it, side by side."""

    def __init__(self, engine: Engine, path: Path, counts: Counter[str], rows: Iterable[Placed] = ()) -> None:  # noqa: PLR0917 # one caller
        self._engine = engine
        self._path = path
        self._counts = counts
        self._rows = iter(rows)
        self._row = next(self._rows, None)

    def disagreements(self) -> Iterator[Disagreement]:
        """Yield each, save what is no longer so: a capture that was moved or expired since it was looked up."""
        for disagreement, row in self._all():
            if row is not None:
                with reading(self._engine) as connection:
                    if soundness.place_of(connection, row.id) != row:
                        continue
            yield disagreement

    def _all(self) -> _Told:
        try:
            for found in prove(self._path):
                yield from self._before(found.offset)
                mine = list(self._at(found.offset))
                yield from self._damaged(found, mine) if isinstance(found, Damage) else self._record(found, mine)
            self._counts["files"] += 1
        except FileNotFoundError:
            if (row := self._row) is not None:
                held = 1 + sum(1 for _ in self._rows)
                yield (
                    Disagreement("file missing", row.file, f"{held} captures lie in it, first that of item {row.item_id}."),
                    row,
                )
            return
        except OSError as error:
            yield Disagreement("file unreadable", self._path.name, f"{error.strerror}."), None
            return
        yield from self._before(None)

    def _before(self, offset: int | None) -> _Told:
        """Captures where no record begins: those before ``offset``, or all that are left."""
        while (row := self._row) is not None and (offset is None or row.offset < offset):
            what = f"no record begins here, and capture {row.id} of item {row.item_id} should ({row.url})."
            yield Disagreement("record missing", f"{row.file}:{row.offset}", what), row
            self._row = next(self._rows, None)

    def _at(self, offset: int) -> Iterator[Placed]:
        while (row := self._row) is not None and row.offset == offset:
            yield row
            self._row = next(self._rows, None)

    def _damaged(self, found: Damage, mine: Sequence[Placed]) -> _Told:
        place = f"{self._path.name}:{found.offset}"
        for row in mine:
            what = f"it cannot be read ({found.why}); it is capture {row.id} of item {row.item_id} ({row.url})."
            yield Disagreement("record damaged", place, what), row
        if not mine and not found.torn:
            yield Disagreement("record damaged", place, f"it cannot be read ({found.why}); no capture is in it."), None
        elif not mine:
            with at_rest(self._path) as free:  # otherwise its writer is at work
                if free:
                    yield Disagreement("end torn", place, f"it is half-written to the end ({found.why})."), None

    def _record(self, found: Proof, mine: Sequence[Placed]) -> _Told:
        place = f"{self._path.name}:{found.offset}"
        for row in mine:
            if (how := _difference(found, row)) is not None:
                what = f"capture {row.id} of item {row.item_id} ({row.url}): {how}."
                yield Disagreement("record different", place, what), row
        if len(mine) > 1:
            told = " and ".join(f"{row.id} of item {row.item_id}" for row in mine)
            yield Disagreement("record named twice", place, f"it is captures {told}."), mine[1]
        self._counts["captures"] += len(mine)
        if not mine and found.kind in _KINDS.values():
            self._counts["left over"] += 1
            yield from self._lost(found, place)

    def _lost(self, found: Proof, place: str) -> _Told:
        with reading(self._engine) as connection:
            lost = soundness.without_capture(connection, found.url, found.digest)
        if lost is not None:
            what = f"item {lost} was fetched from {found.url} with these bytes, and the store has no capture of it."
            yield Disagreement("capture lost", place, what), None


def _difference(found: Proof, row: Placed) -> str | None:
    if found.kind != _KINDS[row.kind]:
        return f"the record is a {found.kind}"
    if found.url != row.url:
        return f"the record is of {found.url}"
    return None if found.digest == row.digest else "the digest of the record's bytes is another"
