"""The ledger: each poll and each listed item ends in exactly one counted outcome, also one that failed.

An item is open while ``outcome`` is empty. ``retry_at`` says when it is to be fetched; it is empty while a fetched item waits
for its reader, and after the end.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from sqlalchemy import Connection, Row, func, insert, or_, select, update

from factdesk.records import Outcome, digest_id
from factdesk.store.tables import items, polls, sources, watched

MOST_ATTEMPTS = 5
_FIRST_WAIT = timedelta(minutes=1)
_TRACKING = frozenset({"fbclid", "gclid", "mc_cid", "mc_eid", "igshid", "msclkid", "yclid"})
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Listed:
    """An item as a listing names it; the hints stay with it until it is read."""

    url: str
    title: str | None = None
    published: datetime | None = None
    updated: datetime | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class OpenItem:
    """An item to fetch: ``digest`` and the validators are those of its last capture, empty for a new one."""

    id: int
    source_id: int
    url: str
    attempts: int = 0
    etag: str | None = None
    last_modified: str | None = None
    digest: str | None = None
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Share:
    """How many due items are wanted: at most ``limit``, of each source ``each``, of the sources ``only`` (none: of all)."""

    limit: int = 500
    each: int = 500
    only: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Poll:
    """One finished poll. ``items_unchanged`` were listed before; ``items_refused`` are those its listing's reader left out."""

    source_id: int
    started_at: datetime
    finished_at: datetime
    outcome: Outcome
    status: int | None = None
    bytes: int = 0
    items_listed: int = 0
    items_new: int = 0
    reason: str = ""
    due_at: datetime | None = None
    next_due_at: datetime | None = None
    items_unchanged: int = 0
    items_refused: int = 0


@dataclass(frozen=True, slots=True)
class Arrived:
    """What listing items changed: those to fetch now, how many are new, how many of these another source has already."""

    to_fetch: tuple[OpenItem, ...]
    new: int
    duplicates: int


def normal_url(url: str) -> str:
    """Return ``url`` without fragment, default port and tracking arguments, scheme and host in lower case."""
    parts = urlsplit(url.strip())
    scheme, host = parts.scheme.lower(), (parts.hostname or "").lower()
    if ":" in host:
        host = f"[{host}]"
    port = f":{parts.port}" if parts.port and parts.port != _PORTS.get(scheme) else ""
    kept = [
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        if not name.startswith("utm_") and name not in _TRACKING
    ]
    query = parts.query if len(kept) == parts.query.count("&") + 1 else urlencode(kept)
    return urlunsplit((scheme, host + port, parts.path or "/", query, ""))


def url_digest(url: str) -> str:
    """Return the key under which the ledger knows ``url``."""
    return digest_id("item", normal_url(url))


def add_items(
    connection: Connection, source_id: int, listed: Sequence[Listed], *, now: datetime, poll_id: int | None = None
) -> Arrived:
    """Enter what a listing names. Known items stay as they are, unless the listing says that they were corrected since.

    A URL that another source listed before is entered too, and ends at once as a duplicate.
    """
    by_digest = {url_digest(link.url): link for link in reversed(listed)}
    known = _known(connection, list(by_digest))
    own = {row.url_digest: row for row in known if row.source_id == source_id}
    others = {row.url_digest: row.source_id for row in known if row.source_id != source_id}
    fresh = [(digest, link) for digest, link in reversed(by_digest.items()) if digest not in own]
    rows = [
        _new_row(source_id, digest, link, other=others.get(digest), now=now) | {"poll_id": poll_id} for digest, link in fresh
    ]
    if rows:
        connection.execute(insert(items), rows)
    corrected = [own[digest].id for digest, link in by_digest.items() if digest in own and _corrected(own[digest], link)]
    for digest, link in by_digest.items():
        if digest in own and own[digest].id in corrected:
            values = {"retry_at": now, "listing": _hints(link), "attempts": 0}
            connection.execute(update(items).where(items.c.id == own[digest].id).values(**values))
    again = [*corrected, *(row.id for row in own.values() if row.retry_at is not None and row.retry_at <= now)]
    duplicates = sum(digest in others for digest, _ in fresh)
    wanted = [digest for digest, _ in fresh if digest not in others]
    query = select(items).where(items.c.source_id == source_id, or_(items.c.url_digest.in_(wanted), items.c.id.in_(again)))
    return Arrived(tuple(_open(row) for row in connection.execute(query.order_by(items.c.id))), len(fresh), duplicates)


def news(connection: Connection, source_id: int, listed: Sequence[Listed]) -> frozenset[str]:
    """Return the addresses among ``listed`` that no source knows yet, or that were corrected or left open here."""
    by_digest = {url_digest(link.url): link for link in listed}
    known = _known(connection, list(by_digest))
    settled = {
        row.url_digest
        for row in known
        if row.source_id != source_id or not (_corrected(row, by_digest[row.url_digest]) or row.retry_at is not None)
    }
    return frozenset(link.url for digest, link in by_digest.items() if digest not in settled)


def due_items(connection: Connection, *, now: datetime, share: Share = Share()) -> list[OpenItem]:  # frozen
    """Return items of enabled sources whose time to be fetched has come: new ones, retries, and what a crash left.

    First the longest waiting of each source, then the second longest of each, so that no source waits for another's backlog.
    """
    place = func.row_number().over(partition_by=items.c.source_id, order_by=(items.c.retry_at, items.c.id)).label("place")
    due = select(items.c.id, place).join(sources, sources.c.id == items.c.source_id)
    due = due.where(items.c.retry_at <= now, sources.c.enabled)
    told = (due.where(items.c.source_id.in_(share.only)) if share.only else due).subquery()
    query = select(items).join(told, told.c.id == items.c.id).where(told.c.place <= share.each)
    query = query.order_by(told.c.place, items.c.retry_at, items.c.id).limit(share.limit)
    return [_open(row) for row in connection.execute(query)]


def end_item(connection: Connection, item_id: int, *, outcome: Outcome, reason: str = "", at: datetime) -> None:
    """End an item. Ending it again replaces its outcome, so that processing twice counts once."""
    values = {"outcome": outcome.value, "reason": reason[:500], "ended_at": at, "retry_at": None}
    connection.execute(update(items).where(items.c.id == item_id).values(**values))


def fail_item(
    connection: Connection, item: OpenItem, *, reason: str, at: datetime, after: datetime | None = None
) -> Outcome | None:
    """Note a failed attempt: it is tried again later (not before ``after``), and quarantined at the fifth.

    Returns the outcome when the item ended. A known item that was to be fetched again keeps its old outcome.
    """
    attempts = item.attempts + 1
    if attempts >= MOST_ATTEMPTS:
        if item.ended:
            leave_item(connection, item.id, reason=reason, outcome=Outcome.FAILED, at=at)
            return None
        end_item(connection, item.id, outcome=Outcome.QUARANTINED, reason=reason, at=at)
        connection.execute(update(items).where(items.c.id == item.id).values(attempts=attempts))
        return Outcome.QUARANTINED
    wait = at + _FIRST_WAIT * 5 ** (attempts - 1)
    values = {"attempts": attempts, "retry_at": max(wait, after) if after else wait, "reason": reason[:500]}
    connection.execute(update(items).where(items.c.id == item.id).values(**values))
    return None


def postpone_item(connection: Connection, item_id: int, *, until: datetime, reason: str) -> None:
    """Put an item off without counting an attempt: its host asked to wait, or its robots.txt does not answer."""
    connection.execute(update(items).where(items.c.id == item_id).values(retry_at=until, reason=reason[:500]))


def leave_item(connection: Connection, item_id: int, *, reason: str, outcome: Outcome, at: datetime) -> None:
    """Note that a known item was asked again without a new capture: it keeps its outcome, and the watch keeps this one."""
    connection.execute(update(items).where(items.c.id == item_id).values(retry_at=None, attempts=0, reason=reason[:500]))
    noted = {"outcome": outcome.value, "reason": reason[:500], "noted_at": at}
    connection.execute(update(watched).where(watched.c.item_id == item_id).values(**noted))


def replay(connection: Connection, *, now: datetime, source_id: int | None = None) -> int:
    """Open quarantined items again (of one source or all) and return how many."""
    query = update(items).where(items.c.outcome == Outcome.QUARANTINED.value)
    if source_id is not None:
        query = query.where(items.c.source_id == source_id)
    values = {
        "outcome": None,
        "ended_at": None,
        "attempts": 0,
        "retry_at": now,
        "digest": None,
        "etag": None,
        "last_modified": None,
    }
    return connection.execute(query.values(**values)).rowcount


def record_poll(connection: Connection, poll: Poll) -> int:
    """Write a finished poll and return its number."""
    made = connection.execute(insert(polls).values(**_row(poll)))
    return int(made.inserted_primary_key[0]) if made.inserted_primary_key else 0


def amend_poll(connection: Connection, number: int, poll: Poll) -> None:
    """Replace what was written of a poll, once its items are entered and its next time is known."""
    connection.execute(update(polls).where(polls.c.id == number).values(**_row(poll)))


def _row(poll: Poll) -> dict[str, object]:
    values = {name: getattr(poll, name) for name in Poll.__dataclass_fields__}
    return values | {"outcome": poll.outcome.value, "reason": poll.reason[:500]}


def open_items(connection: Connection) -> int:
    """Return how many items have not ended yet."""
    return connection.execute(select(func.count()).select_from(items).where(items.c.outcome.is_(None))).scalar_one()


def _known(connection: Connection, digests: Sequence[str]) -> list[Row[tuple[object, ...]]]:
    found: list[Row[tuple[object, ...]]] = []
    for start in range(0, len(digests), 500):
        found.extend(connection.execute(select(items).where(items.c.url_digest.in_(digests[start : start + 500]))))
    return found


def _new_row(source_id: int, digest: str, link: Listed, *, other: int | None, now: datetime) -> dict[str, object]:
    taken = other is not None
    return {
        "source_id": source_id,
        "url_digest": digest,
        "url": link.url,
        "first_seen_at": now,
        "outcome": Outcome.DUPLICATE.value if taken else None,
        "ended_at": now if taken else None,
        "reason": f"Source {other} lists the same address." if taken else "",
        "attempts": 0,
        "retry_at": None if taken else now,
        "listing": _hints(link),
    }


def _hints(link: Listed) -> dict[str, str]:
    told = {
        "title": link.title,
        "published": link.published.isoformat() if link.published else None,
        "updated": link.updated.isoformat() if link.updated else None,
        "language": link.language,
    }
    return {name: value for name, value in told.items() if value}


def _corrected(row: Row[tuple[object, ...]], link: Listed) -> bool:
    """Whether the listing gives a later date of change than it did when the item was fetched."""
    if link.updated is None or row.retry_at is not None or not row.digest:
        return False
    before = row.listing.get("updated") or row.listing.get("published")
    return link.updated > (datetime.fromisoformat(before) if before else row.first_seen_at)


def _open(row: Row[tuple[object, ...]]) -> OpenItem:
    return OpenItem(
        id=row.id,
        source_id=row.source_id,
        url=row.url,
        attempts=row.attempts,
        etag=row.etag,
        last_modified=row.last_modified,
        digest=row.digest,
        ended=row.outcome is not None,
    )


def outcomes(connection: Connection, *, since: datetime | None = None) -> dict[Outcome, int]:
    """Return how many items ended how, of those seen first after ``since`` or all; open ones are not counted."""
    query = select(items.c.outcome, func.count()).where(items.c.outcome.is_not(None)).group_by(items.c.outcome)
    query = query if since is None else query.where(items.c.first_seen_at >= since)
    return {Outcome(name): count for name, count in connection.execute(query)}


def poll_outcomes(connection: Connection, *, since: datetime | None = None) -> dict[Outcome, int]:
    """Return how many polls ended how, of those started after ``since`` or all."""
    query = select(polls.c.outcome, func.count()).group_by(polls.c.outcome)
    query = query if since is None else query.where(polls.c.started_at >= since)
    return {Outcome(name): count for name, count in connection.execute(query)}


def last_polls(connection: Connection) -> list[Poll]:
    """Return the last poll of each source that was ever polled, by source."""
    newest = select(func.max(polls.c.id)).group_by(polls.c.source_id)
    rows = connection.execute(select(polls).where(polls.c.id.in_(newest)).order_by(polls.c.source_id))
    return [_poll(row) for row in rows]


def _poll(row: Row[tuple[object, ...]]) -> Poll:
    return Poll(
        source_id=row.source_id,
        started_at=row.started_at,
        finished_at=row.finished_at or row.started_at,
        outcome=Outcome(row.outcome),
        status=row.status,
        bytes=row.bytes,
        items_listed=row.items_listed,
        items_new=row.items_new,
        reason=row.reason,
        due_at=row.due_at,
        next_due_at=row.next_due_at,
        items_unchanged=row.items_unchanged,
        items_refused=row.items_refused,
    )
