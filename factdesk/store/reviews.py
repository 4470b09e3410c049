"""What analysts decided about findings: append-only, the newest decision of a finding counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, Engine, Subquery, func, insert, select

from factdesk.errors import NotFoundError, StateError
from factdesk.messages import tell
from factdesk.store import audit
from factdesk.store.database import reading, writing
from factdesk.store.shared_work import require_free, stories_of
from factdesk.store.tables import findings, reviews, users
from factdesk.store.tables_work import undone


class Decision(StrEnum):
    """What a person says about a finding; a rejected one later teaches the matcher."""

    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    NOT_CHECKABLE = "not_checkable"
    NEEDS_EVIDENCE = "needs_evidence"


@dataclass(frozen=True, slots=True)
class Review:
    """One decision, with the name that colleagues see."""

    finding_id: str
    decision: Decision
    reason: str
    by: str
    at: datetime
    undone: bool = False


def decide(
    engine: Engine,
    finding_ids: Sequence[str],
    *,
    user_id: int,
    decision: str,
    at: datetime,
    reason: str = "",
) -> list[str]:
    """Record one decision about each finding and return their ids.

    Raises ``NotFoundError`` when none of them exists, ``StateError`` for an unknown decision and ``HeldError`` when a
    colleague has one of their stories before them.
    """
    chosen = _decision(decision)
    with writing(engine) as connection:
        require_free(connection, stories_of(connection, finding_ids), user_id=user_id, at=at)
        cited = _citations(connection, finding_ids)
        if not cited:
            raise NotFoundError("This finding does not exist any more.", remedy="Its page was read anew: load the queue again.")
        rows = [
            {"finding_id": finding_id, "user_id": user_id, "decision": chosen, "reason": reason.strip()[:2000]}
            | {"passage_id": passage_id, "at": at}
            for finding_id, passage_id in cited.items()
        ]
        connection.execute(insert(reviews), rows)
        told: dict[str, str | int | None] = {"decision": chosen, "findings": len(rows), "note": reason.strip()[:500]}
        first = f"finding:{next(iter(cited))}"
        audit.record(connection, user_id=user_id, action="review.decided", subject=first, detail=told, at=at)
    return list(cited)


def undo(engine: Engine, *, user_id: int, decided_at: datetime, at: datetime) -> list[str]:
    """Take back what a person decided at one moment, where nobody decided anew since; return the findings it was about.

    What was decided before counts again. Raises ``StateError`` when nothing is left to take back.
    """
    newest = newest_reviews()
    mine = select(newest.c.id, newest.c.finding_id).where(newest.c.user_id == user_id, newest.c.at == decided_at)
    with writing(engine) as connection:
        rows = connection.execute(mine).all()
        if not rows:
            raise StateError(
                "There is nothing to take back.", remedy="Somebody may have decided anew: see the item's decisions."
            )
        connection.execute(insert(undone), [{"review_id": row.id, "user_id": user_id, "at": at} for row in rows])
        first, told = f"finding:{rows[0].finding_id}", {"findings": len(rows)}
        audit.record(connection, user_id=user_id, action="review.undone", subject=first, detail=told, at=at)
    return [row.finding_id for row in rows]


def newest_reviews(finding_ids: Sequence[str] | None = None) -> Subquery:
    """Return the newest review of each finding that was not taken back, as a subquery (columns of ``reviews``).

    With ``finding_ids`` only theirs: a database would else group all that was ever decided.
    """
    asked = select(func.max(reviews.c.id).label("id")).where(reviews.c.id.not_in(select(undone.c.review_id)))
    if finding_ids is not None:
        asked = asked.where(reviews.c.finding_id.in_(list(finding_ids)))
    last = asked.group_by(reviews.c.finding_id).subquery()
    return select(reviews).join(last, last.c.id == reviews.c.id).subquery("newest_reviews")


def reviews_of(engine: Engine, finding_ids: Sequence[str]) -> dict[str, list[Review]]:
    """Return all decisions about each finding, newest first."""
    told: dict[str, list[Review]] = {}
    with reading(engine) as connection:
        rows = connection.execute(
            select(reviews, users.c.display_name, undone.c.review_id.label("undone"))
            .join(users, users.c.id == reviews.c.user_id)
            .outerjoin(undone, undone.c.review_id == reviews.c.id)
            .where(reviews.c.finding_id.in_(finding_ids))
            .order_by(reviews.c.id.desc())
        )
        for row in rows:
            back = row.undone is not None
            review = Review(row.finding_id, Decision(row.decision), row.reason, row.display_name, row.at, back)
            told.setdefault(row.finding_id, []).append(review)
    return told


def _decision(decision: str) -> str:
    try:
        return Decision(decision).value
    except ValueError as error:
        what, known = tell("%(word)s is not a decision.", word=repr(decision)), ", ".join(Decision)
        raise StateError(what, remedy=tell("Use one of %(known)s.", known=known)) from error


def _citations(connection: Connection, finding_ids: Sequence[str]) -> dict[str, str | None]:
    wanted = list(dict.fromkeys(finding_ids))[:500]
    rows = connection.execute(select(findings.c.id, findings.c.passage_id).where(findings.c.id.in_(wanted)))
    return {row.id: row.passage_id for row in rows}
