"""What arrives is put to the saved searches, in the transaction that stores it: an item is alerted once, also after a crash.

Only what arrives counts. An entry that is written anew answers a search when it did not before; a page that is read again from
the same capture does not arrive again.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import Connection

from factdesk.errors import QueryError
from factdesk.line import Line
from factdesk.meaning import with_encoder
from factdesk.searches import query_for
from factdesk.store.alerts import Answer, keep
from factdesk.store.saved_searches import SavedSearch, running
from index.base import Entry, Match, StandingQuery

_log = structlog.get_logger("factdesk.arrivals")


def put_to_searches(
    connection: Connection,
    line: Line,
    entries: Sequence[Entry],
    *,
    before: Sequence[Entry] = (),
    reread: Collection[str] = (),
    at: datetime,
) -> int:
    """Write which saved searches the arriving ``entries`` answer, and what tells of it; return how many answers are new.

    ``before`` are those of the entries that were there already, as they were: what a search found then is no arrival.
    ``reread`` are items read again from the capture they were read from: they arrive only for searches older than that.
    Raises ``IndexUnavailableError``.
    """
    saved = {str(search.id): search for search in running(connection)} if entries else {}
    standing = [one for search in saved.values() if (one := _standing(line, search)) is not None]
    if not standing:
        return 0
    known = {(match.standing, match.entry) for match in line.index.matching(before, standing)} if before else set()
    arrived = {entry.id: entry for entry in entries}
    told: dict[str, list[Answer]] = {}
    for match in line.index.matching(list(arrived.values()), standing):
        entry, search = arrived[match.entry], saved[match.standing]
        old = _item(entry) in reread and entry.seen_at < search.created_at
        if not old and (match.standing, match.entry) not in known:
            told.setdefault(match.standing, []).append(_answer(match, entry))
    zone = ZoneInfo(line.settings.desk.timezone)
    return sum(keep(connection, saved[number], answers, at=at, zone=zone) for number, answers in told.items())


def _standing(line: Line, search: SavedSearch) -> StandingQuery | None:
    """Return the query of a search, with what its sentences mean.

    One that this version cannot read any more is left out, and its page says why.
    """
    try:
        query = query_for(search.wanted.asked, zone=line.settings.desk.timezone)
        return StandingQuery(str(search.id), with_encoder(query, line.encoder))
    except QueryError as error:
        _log.warning("a saved search cannot be read", search=search.id, why=str(error))
        return None


def _item(entry: Entry) -> str:
    return entry.document_id or entry.id


def _answer(match: Match, entry: Entry) -> Answer:
    return Answer(
        item=_item(entry),
        entry=entry.id,
        kind=entry.kind.value,
        title=entry.title,
        source=entry.source,
        language=entry.language,
        published_at=entry.published_at,
        findings=entry.findings,
        snippet=match.snippet,
        title_spans=match.title_spans,
        snippet_spans=match.snippet_spans,
    )
