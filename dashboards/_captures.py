"""A capture beside the item's present text: what a page or post said then, and the sentences that only one of the two holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawlers import Archive
from factdesk.errors import ArchiveError, NotFoundError
from factdesk.store.captures import kept_of

if TYPE_CHECKING:
    from dashboards._desk import Desk
    from factdesk.recorded import Said
    from factdesk.records import Document

Spans = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """What a capture says; ``gone`` are the spans of its sentences that the item does not hold, ``come`` the item's own."""

    then: Said
    gone: Spans
    come: Spans
    same: bool


def compared(desk: Desk, now: Document, capture_id: int) -> Compared:
    """Return a capture of a document beside it. Raises ``NotFoundError`` for one that is not kept or cannot be read."""
    from factdesk.recorded import changed, said  # noqa: PLC0415 # the extraction is loaded by those who look at a capture

    kept = next((one for one in kept_of(desk.engine, now.id) if one.id == capture_id), None)
    if kept is None:
        raise NotFoundError("This capture is not kept any more.", remedy="The item's text is: go back to it.")
    try:
        then = said(Archive(desk.settings.archive), kept)
    except ArchiveError as error:
        raise NotFoundError("This capture cannot be read from the archive.", remedy="Run factdesk doctor --deep.") from error
    gone, come = (changed(one, other, language=now.language) for one, other in ((then.text, now.text), (now.text, then.text)))
    return Compared(then, gone, come, same=not gone and not come and then.title == now.title)
