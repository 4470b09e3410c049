"""Where a draft starts: the confirmed claim, its citations, and a first text in the claim's language."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Row, func, select

from factdesk.editorial.gate import LABELS, rated
from factdesk.editorial.statement import Citation, Rating
from factdesk.errors import NotFoundError, StateError
from factdesk.records import Passage, PassageKind
from factdesk.store.passages import known_passages
from factdesk.store.reviews import newest_reviews
from factdesk.store.tables import claims, documents, findings
from factdesk.tongues import said, speaking, tongues

_PROSE = 30  # characters from which a line is prose, not a label
_AGAIN = 0.6  # share of the claim's words from which a sentence tells it again
_SENTENCE = re.compile(r"[^.!?。؟]+[.!?。؟]?")


def flagged_claim(connection: Connection, finding_ids: Sequence[str]) -> tuple[str, tuple[Citation, ...]]:
    """Return the first finding's claim and the distinct citations of all. Raises when one is unknown or not confirmed."""
    rows = _rows(connection, finding_ids)
    for row in rows:
        if _decision(connection, row.id) != "confirmed":
            raise StateError("A statement starts from confirmed findings only.", remedy="Let an analyst confirm it first.")
    known = known_passages(connection, [row.passage_id for row in rows if row.passage_id])
    ids = dict.fromkeys(row.passage_id for row in rows if row.passage_id)
    return rows[0].text, tuple(Citation(known[passage_id]) for passage_id in ids)


def first_seen(connection: Connection, finding_ids: Sequence[str]) -> datetime | None:
    """Return when the earliest document that carries one of the claims, or a copy of their story, was published."""
    rows = _rows(connection, finding_ids)
    told = [row.narrative_id for row in rows if row.narrative_id]
    earliest = select(func.min(documents.c.published_at)).join(claims, claims.c.document_id == documents.c.id)
    flagged = earliest.join(findings, findings.c.claim_id == claims.c.id).where(findings.c.kind.in_(("repeats", "distorts")))
    seen: list[datetime] = [row.published_at for row in rows]
    if told:
        found = connection.execute(flagged.where(claims.c.narrative_id.in_(told))).scalar()
        seen += [found] if found else []
    return min(seen)


def suggested(connection: Connection, finding_ids: Sequence[str]) -> tuple[str, str, str]:
    """Return (title, body, rating) for a draft about the findings."""
    row = _rows(connection, finding_ids)[0]
    passage = known_passages(connection, [row.passage_id]).get(row.passage_id)
    if passage is None:
        raise StateError("This finding has no citation.", remedy="Choose a finding with a fact-check or evidence beside it.")
    fact = passage.text if passage.kind is PassageKind.EVIDENCE else _finding_of(passage) or passage.title
    differing = _told([difference[3] for difference in row.differences], code=row.language)
    why = differing or _rated_or(row.reasons, passage=passage, code=row.language)
    facts, claim, misleads, short = LABELS.get(row.language, LABELS["en"])
    body = "\n\n".join(
        (f"{facts}: {fact}", f"{claim}: “{row.text.strip()}”", f"{misleads}: {' '.join(why)}", f"{short}: {_opening(fact, 1)}")
    )
    rating = Rating.MISLEADING if row.kind == "distorts" else Rating.FALSE
    return passage.title or _opening(fact, 1), body, rating.value


def _rated_or(reasons: Sequence[str], *, passage: Passage, code: str) -> list[str]:
    """Return what the fact-checker found, or the line's own reasons where no rating is known."""
    told = rated(passage, code)
    return [told] if told else _told(reasons, code=code)


def _told(sentences: Sequence[str], *, code: str) -> list[str]:
    """Return the line's own sentences in the statement's language, where there is a catalogue of it."""
    tongue = tongues().get(code)
    if tongue is None:
        return list(sentences)
    with speaking(tongue):
        return [said(sentence) for sentence in sentences]


def slug_for(title: str, statement_id: int) -> str:
    """Return a readable, unique address: ASCII words of the title and the number."""
    plain = unicodedata.normalize("NFKD", title.replace("đ", "d").replace("Đ", "D")).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", plain.lower())[:8]
    return "-".join([*words, str(statement_id)] if words else ["statement", str(statement_id)])[:120]


def _rows(connection: Connection, finding_ids: Sequence[str]) -> list[Row[tuple[object, ...]]]:
    wanted = list(dict.fromkeys(finding_ids))
    found = connection.execute(
        select(findings, claims.c.text, claims.c.language, claims.c.narrative_id, documents.c.published_at)
        .join(claims, claims.c.id == findings.c.claim_id)
        .join(documents, documents.c.id == findings.c.document_id)
        .where(findings.c.id.in_(wanted))
    ).all()
    by_id = {row.id: row for row in found}
    if not wanted or any(finding_id not in by_id for finding_id in wanted):
        raise NotFoundError("A chosen finding does not exist any more.", remedy="Go back to the queue and choose again.")
    return [by_id[finding_id] for finding_id in wanted]


def _decision(connection: Connection, finding_id: str) -> str | None:
    return connection.execute(select(newest_reviews([finding_id]).c.decision)).scalar()


def _finding_of(passage: Passage) -> str:
    """Return what a fact-check found out: its first sentences that are prose and do not tell the claim again."""
    claimed = set(_words(passage.text))
    lines = [line.strip() for line in passage.detail.splitlines()]
    prose = [line for line in lines if len(line) >= _PROSE and not line.startswith(("-", "•", "*"))]
    told = [line for line in prose if len(claimed.intersection(_words(line))) < _AGAIN * len(claimed)]
    return _opening(" ".join(told or prose))


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def _opening(text: str, sentences: int = 2) -> str:
    found = [sentence.group().strip() for sentence in _SENTENCE.finditer(text) if sentence.group().strip()]
    return " ".join(found[:sentences])
