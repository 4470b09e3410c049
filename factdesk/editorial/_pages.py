"""What the store knows now of a page that was cited: the passages that stand on it, or why it is not there any more."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, func, or_, select

from factdesk.messages import tell
from factdesk.records import Outcome, Passage
from factdesk.store.passages import passage_from
from factdesk.store.tables import captures, documents, passages, watched

_GONE = frozenset({Outcome.GONE, Outcome.REFUSED_OPT_OUT})
_READ = frozenset({Outcome.KEPT, Outcome.DUPLICATE})
_NO_TEXT = frozenset({Outcome.TOO_SHORT, Outcome.NOT_TEXT, Outcome.UNSUPPORTED_LANGUAGE, Outcome.REFUSED_OPT_OUT})


@dataclass(frozen=True, slots=True)
class Page:
    """A cited page as it was last read; ``gone`` says why it cannot be read any more, empty while it can."""

    passages: tuple[Passage, ...]
    title: str = ""
    text: str = ""
    gone: str = ""


def page_of(connection: Connection, cited: Passage) -> Page:
    """Return what became of the page of a passage; one that came from no page here stands for itself."""
    here = _document(connection, cited.document_id) if cited.document_id else None
    if here is None:
        found = connection.execute(select(passages).where(passages.c.id == cited.id)).all()
        return Page(tuple(passage_from(row) for row in found))
    read = select(captures).where(captures.c.item_id == here.item_id, captures.c.read_at.is_not(None))
    last = connection.execute(read.order_by(captures.c.id.desc()).limit(1)).first() or here
    gone = _gone(connection, here.item_id, since=last.fetched_at) or _unread(last, read=here.capture_id)
    return Page(_standing(connection, cited, here=here), here.title, here.text, gone)


def _document(connection: Connection, document_id: str) -> Row[tuple[object, ...]] | None:
    """Return the newest document of the cited page: its own, or the one that its address leads to now."""
    query = select(documents, captures.c.item_id, captures.c.fetched_at).join(captures, captures.c.id == documents.c.capture_id)
    own = connection.execute(query.where(documents.c.id == document_id)).first()
    if own is None:
        return None
    later = (captures.c.item_id == own.item_id) & (captures.c.id > own.capture_id) & captures.c.outcome.in_(_READ)
    last = connection.execute(select(func.max(captures.c.id)).where(later)).scalar()
    other = None if last is None else connection.execute(query.where(documents.c.capture_id == last)).first()
    return other or own


def _standing(connection: Connection, cited: Passage, *, here: Row[tuple[object, ...]]) -> tuple[Passage, ...]:
    """Return the passages that the last reading gave: an older one of the page stands there no more."""
    of_page = or_(passages.c.document_id == here.id, passages.c.id == cited.id)
    rows = connection.execute(select(passages).where(of_page, passages.c.added_at >= here.fetched_at).order_by(passages.c.id))
    return tuple(passage_from(row) for row in rows)


def _gone(connection: Connection, item_id: int, *, since: datetime) -> str:
    row = connection.execute(select(watched).where(watched.c.item_id == item_id, watched.c.noted_at >= since)).first()
    return row.reason if row is not None and row.outcome in _GONE else ""


def _unread(last: Row[tuple[object, ...]], *, read: int) -> str:
    """Say why the last capture gave no text, unless it is the one that was read (``documents`` have no ``outcome``)."""
    told = last._mapping  # noqa: SLF001 # SQLAlchemy's documented accessor
    if told.get("capture_id") == read or told["id"] <= read or told["outcome"] not in _NO_TEXT:
        return ""
    why = str(told["reason"] or "")
    said = tell("The page gives no text any more. %(why)s", why=why)
    return said if why else tell("The page gives no text any more.")
