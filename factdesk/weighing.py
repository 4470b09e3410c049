"""Notes beside each flagged finding what believing it could cost, so that the queue can order by it in the database."""

from collections.abc import Iterable, Iterator

from sqlalchemy import Connection, Engine, select

from factdesk.harm import Policy
from factdesk.records import Finding, FindingKind
from factdesk.store.database import reading, writing
from factdesk.store.documents import finding_from
from factdesk.store.passages import known_passages
from factdesk.store.tables import claims, findings
from factdesk.store.tables_work import harms
from factdesk.store.upsert import upsert

_FLAGS = tuple(kind.value for kind in FindingKind if kind.is_flag)
_PIECE = 400


def weigh(connection: Connection, policy: Policy, told: Iterable[tuple[Finding, str]]) -> int:
    """Note the weight and subject of each flagged finding (with its claim's text); return how many there were."""
    rows = []
    for finding, claim in told:
        if finding.kind.is_flag:
            weight, subject = policy.weigh(finding, claim)
            rows.append({"finding_id": finding.id, "weight": weight, "subject": subject})
    upsert(connection, harms, rows)
    return len(rows)


def weigh_all(engine: Engine, policy: Policy) -> int:
    """Weigh every flagged finding of the store by ``policy`` (after a desk changed it); return how many there are."""
    weighed = 0
    for piece in _pieces(engine):
        with writing(engine) as connection:
            weighed += weigh(connection, policy, piece)
    return weighed


def _pieces(engine: Engine) -> Iterator[list[tuple[Finding, str]]]:
    after = ""
    while True:
        asked = (
            select(findings, claims.c.text.label("claimed"))
            .join(claims, claims.c.id == findings.c.claim_id)
            .where(findings.c.kind.in_(_FLAGS), findings.c.id > after)
            .order_by(findings.c.id)
            .limit(_PIECE)
        )
        with reading(engine) as connection:
            rows = connection.execute(asked).all()
            cited = known_passages(connection, list({row.passage_id for row in rows}))
        if not rows:
            return
        yield [(finding_from(row, citation=cited.get(row.passage_id)), row.claimed) for row in rows]
        after = rows[-1].id
