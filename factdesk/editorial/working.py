"""What a person typed and has not saved: kept on the server, so that a lost connection, tab or machine loses nothing.

One text for a person and a statement. It is nobody's revision: nobody else sees it, it is in no digest and no log, and it goes
when it was saved or discarded, or is forgotten after a time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection, Engine, Row, delete, func, select

from factdesk.editorial._records import subject
from factdesk.editorial.merging import Version
from factdesk.editorial.statement import State
from factdesk.errors import StateError
from factdesk.messages import tell
from factdesk.records import digest_id
from factdesk.store.database import reading, writing
from factdesk.store.editing import working_texts
from factdesk.store.tables import revisions, statements
from factdesk.store.upsert import upsert

_log = structlog.get_logger("factdesk.editorial")
_ONLY_COPY = timedelta(days=365)
_LONGEST = {"title": 300, "body": 20_000, "rating": 20, "note": 1000}
_TOO_LONG = {
    "title": tell("The title is too long to be kept."),
    "body": tell("The text is too long to be kept."),
    "rating": tell("The rating is too long to be kept."),
    "note": tell("The note is too long to be kept."),
}
_MOST_CITATIONS, _LONGEST_QUOTE = 100, 2000


@dataclass(frozen=True, slots=True)
class Working:
    """A kept text, the revision it began from, and when it was kept."""

    version: Version
    base_revision: int
    at: datetime


def of_statement(statement_id: int) -> str:
    """Return what a text about a statement is kept under."""
    return subject(statement_id)


def of_findings(finding_ids: Sequence[str]) -> str:
    """Return what a text is kept under that is no statement yet."""
    return f"new:{digest_id('working', *sorted(set(finding_ids)))}"


def keep(engine: Engine, user_id: int, *, of: str, version: Version, base_revision: int, at: datetime) -> None:
    """Keep a text in place of the person's last one. Raises ``StateError`` for one longer than a statement can be."""
    for name, longest in _LONGEST.items():
        if len(getattr(version, name)) > longest:
            raise StateError(_TOO_LONG[name], remedy=tell("%(number)s characters at most.", number=f"{longest:,}"))
    if len(version.citations) > _MOST_CITATIONS or any(len(quote) > _LONGEST_QUOTE for _, quote in version.citations):
        raise StateError("That is more than a statement can cite.", remedy="Cite less, or quote less.")
    row = {name: getattr(version, name) for name in _LONGEST}
    cited = [list(pair) for pair in version.citations]
    with writing(engine) as connection:
        told = {"user_id": user_id, "subject": of, "base_revision": base_revision, "citations": cited, "at": at}
        upsert(connection, working_texts, [{**told, **row}])


def kept(engine: Engine, user_id: int, *, of: str) -> Working | None:
    """Return what the person has not saved, if anything."""
    own = (working_texts.c.user_id == user_id) & (working_texts.c.subject == of)
    with reading(engine) as connection:
        row = connection.execute(select(working_texts).where(own)).first()
    return None if row is None else _working(row)


def discard(engine: Engine, user_id: int, *, of: str) -> None:
    """Forget what the person has not saved."""
    with writing(engine) as connection:
        forget(connection, user_id, of=of)


def forget(connection: Connection, user_id: int, *, of: str) -> None:
    """Forget it inside the caller's transaction: it went into a revision."""
    own = (working_texts.c.user_id == user_id) & (working_texts.c.subject == of)
    connection.execute(delete(working_texts).where(own))


def expire(engine: Engine, *, keep: timedelta, at: datetime) -> int:
    """Forget texts that nobody touched for ``keep``; return how many. Which ones is logged, never what they said.

    A text that an open draft has nothing newer than may be the only copy of somebody's work: it is kept for a year at least.
    """
    old = working_texts.c.at < at - keep
    with writing(engine) as connection:
        rows = connection.execute(select(working_texts.c.user_id, working_texts.c.subject, working_texts.c.at).where(old)).all()
        gone = [row for row in rows if row.at < at - max(keep, _ONLY_COPY) or not _is_ahead(connection, row.subject, row.at)]
        for row in gone:
            forget(connection, row.user_id, of=row.subject)
    for row in gone:
        _log.info("unsaved text is forgotten", of=row.subject, person=row.user_id, days=(at - row.at).days)
    return len(gone)


def _is_ahead(connection: Connection, of: str, at: datetime) -> bool:
    """Whether a text of that instant is newer than the last revision of the open draft that it is about."""
    number = of.removeprefix("statement:")
    if not number.isdigit():
        return False
    open_ = (statements.c.id == int(number)) & (statements.c.state == State.DRAFT.value)
    newest = select(func.max(revisions.c.at)).join(statements, statements.c.id == revisions.c.statement_id).where(open_)
    saved = connection.execute(newest).scalar()
    return saved is not None and at > saved


def _working(row: Row[tuple[object, ...]]) -> Working:
    m = row._mapping  # noqa: SLF001 # SQLAlchemy's documented accessor
    cited = tuple((str(passage), str(quote)) for passage, quote in m["citations"])
    version = Version(m["title"], m["body"], m["rating"], m["note"], cited)
    return Working(version, m["base_revision"], m["at"])
