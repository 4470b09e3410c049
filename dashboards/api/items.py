"""The JSON API, one item: its claims and findings, and what it said at each capture that is kept."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from dashboards._captures import compared
from dashboards._desk import TheDesk
from dashboards.api._calls import MISTAKES, Number, Scoped
from dashboards.api._shapes import ItemOut, Span
from factdesk.accounts.tokens import Scope
from factdesk.store.captures import kept_of
from factdesk.store.items_view import item
from factdesk.store.users import User

router = APIRouter(prefix="/api/v1", responses=MISTAKES)
Finder = Annotated[User, Depends(Scoped(Scope.READ_FINDINGS))]


class CaptureOut(BaseModel):
    """A capture whose bytes are kept; ``current`` is the one that the item's text was read from."""

    id: int
    captured_at: datetime
    sha256: str
    current: bool


class DifferenceOut(BaseModel):
    """What a capture said beside the item's text now.

    ``gone`` are the half-open spans of sentences of ``text`` that the item does not hold any more, ``come`` those of the
    item's text that the capture does not hold. ``unread`` says why no text can be read from the capture, if so.
    """

    id: int
    captured_at: datetime
    sha256: str
    title: str
    text: str
    unread: str
    same: bool
    gone: list[Span]
    come: list[Span]


@router.get("/items/{item_id}")
def one_item(*, desk: TheDesk, user: Finder, item_id: str) -> ItemOut:
    """Give one document with its claims and what was found about each."""
    del user
    return ItemOut.of(item(desk.engine, item_id))


@router.get("/items/{item_id}/captures")
def captures_of(*, desk: TheDesk, user: Finder, item_id: str) -> list[CaptureOut]:
    """List the captures of an item that are kept, newest first."""
    del user
    current = item(desk.engine, item_id).document.capture_id
    return [
        CaptureOut(id=one.id, captured_at=one.fetched_at, sha256=one.digest, current=one.id == current)
        for one in kept_of(desk.engine, item_id)
    ]


@router.get("/items/{item_id}/captures/{capture_id}")
def one_capture(*, desk: TheDesk, user: Finder, item_id: str, capture_id: Number) -> DifferenceOut:
    """Give what an item said at one capture, and what was changed since."""
    del user
    found = compared(desk, item(desk.engine, item_id).document, capture_id)
    then = found.then
    return DifferenceOut(
        id=then.capture_id,
        captured_at=then.fetched_at,
        sha256=then.digest,
        title=then.title,
        text=then.text,
        unread=then.unread,
        same=found.same and not then.unread,
        gone=[Span(start=start, end=end) for start, end in found.gone],
        come=[Span(start=start, end=end) for start, end in found.come],
    )
