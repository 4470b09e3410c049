"""Compares the ids of the store with those of the index, both sorted and streamed."""

from collections.abc import Iterator
from itertools import islice

from sqlalchemy import Engine

from factdesk.agreement.words import Disagreement
from factdesk.store import soundness
from factdesk.store.database import reading
from index.base import EntryKind, SearchIndex

_LOOKED_AT_AGAIN = 1000


def compare(engine: Engine, index: SearchIndex, kind: EntryKind) -> Iterator[Disagreement]:
    """Yield what only the store or only the index has.

    A reader may be at work: the first thousand differences are looked at once more when all are found.
    """
    differences = _differences(engine, index, kind)
    for identifier, stored in list(islice(differences, _LOOKED_AT_AGAIN)):
        if _still(engine, index, kind, identifier=identifier, stored=stored):
            yield _worded(kind, identifier, stored=stored)
    for identifier, stored in differences:
        yield _worded(kind, identifier, stored=stored)


def _worded(kind: EntryKind, identifier: str, *, stored: bool) -> Disagreement:
    if stored:
        return Disagreement("not in the index", f"{kind.value} {identifier}", "the store has it.")
    return Disagreement("only in the index", f"{kind.value} {identifier}", "the store does not have it.")


def _differences(engine: Engine, index: SearchIndex, kind: EntryKind) -> Iterator[tuple[str, bool]]:
    """Yield (id, whether the store has it) of ids that one side has: two sorted streams side by side."""
    with reading(engine) as connection:
        mine, theirs = soundness.ids_to_index(connection, kind.value), _indexed(index, kind)
        here, there = next(mine, None), next(theirs, None)
        while here is not None or there is not None:
            if there is None or (here is not None and here.id < there):
                if here is not None and here.finished:
                    yield here.id, True
                here = next(mine, None)
            elif here is None or there < here.id:
                yield there, False
                there = next(theirs, None)
            else:
                here, there = next(mine, None), next(theirs, None)


def _indexed(index: SearchIndex, kind: EntryKind) -> Iterator[str]:
    after = ""
    while page := index.ids(kind, after=after):
        yield from page
        after = page[-1]


def _still(engine: Engine, index: SearchIndex, kind: EntryKind, *, identifier: str, stored: bool) -> bool:
    with reading(engine) as connection:
        here = soundness.id_to_index(connection, kind.value, identifier)
    there = identifier in index.ids(kind, after=identifier[:-1], limit=20)
    return (here is not None and here.finished and not there) if stored else (here is None and there)
