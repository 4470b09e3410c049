"""A search as it stands in the address of the search page (name -> value), as the query that the index is asked.

The page, the API, an export and a saved search mean the same by the same address.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from factdesk.errors import QueryError
from factdesk.messages import tell
from index.base import EntryKind, Query, Sort
from index.query import names_kind, parse

FILTERS = ("kind", "language", "source", "role", "event", "finding", "narrative")
ASKED = ("q", *FILTERS, "since", "until", "sort")


def query_for(asked: Mapping[str, str], *, zone: str, limit: int = 20, cursor: str = "") -> Query:
    """Return the query, its days those of a time zone. Raises ``QueryError`` for a kind, a date or words that mean nothing."""
    text = asked.get("q", "")
    return Query(
        text=text,
        kinds=_kinds(asked.get("kind", ""), text),
        languages=_one(asked, "language"),
        sources=_one(asked, "source"),
        roles=_one(asked, "role"),
        events=_one(asked, "event"),
        findings=_one(asked, "finding"),
        narratives=_one(asked, "narrative"),
        published_from=day(asked.get("since", ""), zone=zone),
        published_to=day(asked.get("until", ""), zone=zone, days=1),
        zone=zone,
        sort=Sort.NEWEST if asked.get("sort") == "newest" else Sort.RELEVANCE,
        limit=limit,
        cursor=cursor or None,
    )


def day(text: str, *, zone: str, days: int = 0) -> datetime | None:
    """Return when a day written as 2026-01-31, or one ``days`` later, begins in a time zone; nothing for an empty text."""
    if not text:
        return None
    try:
        local = datetime.strptime(text, "%Y-%m-%d") + timedelta(days=days)  # noqa: DTZ007 - the zone follows
        return local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise QueryError(tell("%(word)s is not a day.", word=text[:20]), remedy="Write it as 2026-01-31.") from error


def _kinds(kind: str, text: str) -> tuple[EntryKind, ...]:
    if kind == "all" or (not kind and names_kind(parse(text))):
        return ()
    try:
        return (EntryKind(kind or "document"),)
    except ValueError as error:
        known = ", ".join(EntryKind)
        what, remedy = tell("There is no kind %(word)s.", word=kind[:40]), tell("Use one of %(known)s.", known=known)
        raise QueryError(what, remedy=remedy) from error


def _one(asked: Mapping[str, str], name: str) -> tuple[str, ...]:
    value = asked.get(name, "")
    return (value,) if value else ()
