"""What a person typed and has not saved: kept on the server, so that a lost connection, tab or machine loses nothing.

One text for a person and a statement. It is nobody's revision: nobody else sees it, it is in no digest and no log, and it goes
when it was saved or discarded.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, Row, delete, select

from factdesk.editorial._records import subject
from factdesk.editorial.merging import Version
from factdesk.errors import StateError
from factdesk.records import digest_id
from factdesk.store.database import reading, writing
from factdesk.store.editing import working_texts
from factdesk.store.upsert import upsert

_LONGEST = {"title": 300, "body": 20_000, "rating": 20, "note": 1000}
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
            raise StateError(f"The {name} is too long to be kept.", remedy=f"{longest:,} characters at most.")
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


def _working(row: Row[tuple[object, ...]]) -> Working:
    m = row._mapping  # noqa: SLF001 # SQLAlchemy's documented accessor
    cited = tuple((str(passage), str(quote)) for passage, quote in m["citations"])
    version = Version(m["title"], m["body"], m["rating"], m["note"], cited)
    return Working(version, m["base_revision"], m["at"])
