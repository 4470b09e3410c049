"""The append-only record of what people did: each row carries the digest of the row before it.

``digest_n = SHA-256(previous_n || canonical JSON of row n)`` with ``previous_1`` = 64 zeros, a hash chain as in
Haber and Stornetta (1991): an altered, removed or reordered row breaks every later digest.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, Row, func, insert, select, text

from factdesk.store.database import reading
from factdesk.store.tables import audit

_FIRST = "0" * 64
_LOCK = 6_173_342  # any fixed number: PostgreSQL's advisory lock that makes appends queue up


@dataclass(frozen=True, slots=True)
class Break:
    """One place where the chain does not hold: the row's number and why."""

    number: int
    why: str


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


def verify(engine: Engine) -> list[Break]:
    """Return every place where the chain is broken: none for an untouched log."""
    breaks: list[Break] = []
    previous, expected = _FIRST, 1
    with reading(engine) as connection:
        for row in connection.execute(select(audit).order_by(audit.c.number)):
            breaks += [Break(row.number, why) for why in _faults(row, previous=previous, expected=expected)]
            previous, expected = row.digest, row.number + 1
    return breaks


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
