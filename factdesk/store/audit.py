"""The append-only record of what people did: each row carries the digest of the row before it.

``digest_n = SHA-256(previous_n || canonical JSON of row n)`` with ``previous_1`` = 64 zeros, a hash chain as in
Haber and Stornetta (1991): an altered, removed or reordered row breaks every later digest.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, Row, func, insert, select, text

from factdesk.errors import UnreadableError
from factdesk.store.database import reading, writing
from factdesk.store.tables import audit

_FIRST = "0" * 64
_LOCK = 6_173_342  # any fixed number: PostgreSQL's advisory lock that makes appends queue up


@dataclass(frozen=True, slots=True)
class Break:
    """One place where the chain does not hold: the row's number and why."""

    number: int
    why: str


@dataclass(frozen=True, slots=True)
class Seal:
    """What a witness keeps of a row: its number, its time (ISO 8601) and the digest that covers it and every row before it."""

    number: int
    at: str
    digest: str


def record(
    connection: Connection,
    *,
    user_id: int | None,
    action: str,
    subject: str,
    detail: Mapping[str, str | int | None],
    at: datetime,
) -> None:
    """Append one action inside the caller's write transaction: it is kept if and only if the action is."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    last = connection.execute(select(audit.c.number, audit.c.digest).order_by(audit.c.number.desc()).limit(1)).first()
    number, previous = (last.number + 1, last.digest) if last else (1, _FIRST)
    row = {
        "number": number,
        "at": at,
        "user_id": user_id,
        "action": action,
        "subject": subject,
        "detail": dict(detail),
        "previous": previous,
    }
    connection.execute(insert(audit).values(**row, digest=_digest(row)))


def note(
    engine: Engine, *, user_id: int, action: str, subject: str, detail: Mapping[str, str | int | None], at: datetime
) -> None:
    """Append one action that changes nothing in the store, as an export does."""
    with writing(engine) as connection:
        record(connection, user_id=user_id, action=action, subject=subject, detail=detail, at=at)


def verify(engine: Engine) -> list[Break]:
    """Return every place where the chain is broken: none for an untouched log."""
    breaks: list[Break] = []
    previous, expected = _FIRST, 1
    with reading(engine) as connection:
        for row in connection.execute(select(audit).order_by(audit.c.number)):
            breaks += [Break(row.number, why) for why in _faults(row, previous=previous, expected=expected)]
            previous, expected = row.digest, row.number + 1
    return breaks


def seals(engine: Engine, *, after: int = 0) -> list[Seal]:
    """Return the number, time and digest of every row after number ``after``: what a witness outside keeps."""
    query = select(audit.c.number, audit.c.at, audit.c.digest).where(audit.c.number > after).order_by(audit.c.number)
    with reading(engine) as connection:
        return [Seal(row.number, row.at.isoformat(), row.digest) for row in connection.execute(query)]


def contradictions(engine: Engine, witnessed: Iterable[Seal]) -> list[Break]:
    """Return the rows of which a witness holds another digest, also when the whole chain was computed anew."""
    present = {seal.number: seal.digest for seal in seals(engine)}
    return [
        Break(
            seal.number, "the witness knows it, the log does not" if seal.number not in present else "the witness knows another"
        )
        for seal in witnessed
        if present.get(seal.number) != seal.digest
    ]


def read_seals(lines: Iterable[str]) -> list[Seal]:
    """Read what ``audit export`` wrote, one JSON object a line. Raises ``UnreadableError`` with the number of a bad line."""
    found = []
    for number, line in enumerate(lines, start=1):
        try:
            fields = json.loads(line)
            found.append(Seal(int(fields["number"]), str(fields["at"]), str(fields["digest"])))
        except (ValueError, TypeError, KeyError) as error:
            raise UnreadableError(
                f"Line {number} of the witness is no row of an export.", remedy="Give the file that audit export wrote."
            ) from error
    return found


def length(engine: Engine) -> int:
    """Return how many actions are recorded."""
    with reading(engine) as connection:
        return connection.execute(select(func.count()).select_from(audit)).scalar_one()


def _faults(row: Row[tuple[object, ...]], *, previous: str, expected: int) -> list[str]:
    values = dict(row._mapping)  # noqa: SLF001 # SQLAlchemy's documented accessor
    digest = values.pop("digest")
    faults = []
    if values["number"] != expected:
        faults.append("a row before it is missing")
    elif values["previous"] != previous:
        faults.append("it does not follow the row before it")
    if _digest(values) != digest:
        faults.append("its content was altered")
    return faults


def _digest(row: Mapping[str, object]) -> str:
    at = row["at"]
    plain = {**row, "at": at.isoformat() if isinstance(at, datetime) else at}
    canonical = json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256((str(row["previous"]) + canonical).encode()).hexdigest()
