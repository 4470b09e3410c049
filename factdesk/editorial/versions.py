"""One statement in several languages: versions that belong together, each drafted, reviewed, approved and published by itself.

A version is a statement of its own with all its rules; nothing of one version's approval carries to another.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, insert, select, update

from factdesk.editorial import audit, machine
from factdesk.editorial._draft import slug_for
from factdesk.editorial._records import load, load_many, subject
from factdesk.editorial.gate import LABELS
from factdesk.editorial.statement import State, Statement
from factdesk.editorial.statements import write_revision
from factdesk.errors import StateError
from factdesk.messages import tell
from factdesk.store.database import reading, writing
from factdesk.store.editing import language_versions
from factdesk.store.roles import Right
from factdesk.store.tables import statement_findings, statements
from factdesk.store.users import require_right

BEGUN = "statement.version_begun"
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_CLAIM = 1


@dataclass(frozen=True, slots=True)
class Beginning:
    """A version to begin: its language (ISO 639) and the claim as it is told in that language."""

    language: str
    claim: str


def begin(engine: Engine, statement_id: int, *, user_id: int, beginning: Beginning, at: datetime) -> Statement:
    """Begin a statement's version in another language: a draft with the same evidence, whose text is to be translated.

    Raises ``StateError`` for a language that is there already, or is none, and without the claim in that language.
    """
    code, claim = beginning.language.strip().lower(), beginning.claim.strip()
    if not _LANGUAGE.fullmatch(code):
        raise StateError(
            tell("%(word)s is no language code.", word=repr(beginning.language[:20])),
            remedy="Use two or three letters, as in es or vi.",
        )
    if not claim:
        raise StateError("The claim is missing.", remedy="Write it as it is told in that language.")
    with writing(engine) as connection:
        require_right(connection, user_id, Right.WRITE)
        source = load(connection, statement_id)
        origin_id = _joined(connection, source)
        taken = {one.language for one in _together(connection, origin_id)}
        if code in taken:
            raise StateError("There is a version in this language already.", remedy="Open it from the list of languages.")
        made = _draft(connection, source, code=code, claim=claim, user_id=user_id, at=at)
        row = {"statement_id": made, "origin_id": origin_id, "language": code}
        connection.execute(insert(language_versions).values(**row))
        told = {"language": code, "revision": source.revision, "statement": source.id}
        detail = {"note": tell("%(language)s, from revision %(revision)s of statement %(statement)s", **told)}
        audit.record(connection, user_id=user_id, action=BEGUN, subject=subject(made), detail=detail, at=at)
        return load(connection, made)


def others(engine: Engine, statement: Statement) -> tuple[Statement, ...]:
    """Return the other languages of a statement, by their code."""
    with reading(engine) as connection:
        own = select(language_versions.c.origin_id).where(language_versions.c.statement_id == statement.id)
        origin_id = connection.execute(own).scalar()
        found = [] if origin_id is None else _together(connection, origin_id)
    return tuple(one for one in found if one.id != statement.id)


def public(statement: Statement, among: tuple[Statement, ...]) -> tuple[Statement, ...]:
    """Return the versions that readers can choose from, the statement's own included; none when there is no other."""
    open_ = [one for one in (statement, *among) if one.visible is not None and one.state is not State.WITHDRAWN]
    return tuple(sorted(open_, key=lambda one: one.language)) if len(open_) > 1 and statement in open_ else ()


def _joined(connection: Connection, source: Statement) -> int:
    """Return the first statement of the group that ``source`` is in, which it founds if need be."""
    own = select(language_versions.c.origin_id).where(language_versions.c.statement_id == source.id)
    found: int | None = connection.execute(own).scalar()
    if found is not None:
        connection.execute(select(statements.c.id).where(statements.c.id == found).with_for_update())
        return found
    row = {"statement_id": source.id, "origin_id": source.id, "language": source.language}
    connection.execute(insert(language_versions).values(**row))
    return source.id


def _together(connection: Connection, origin_id: int) -> list[Statement]:
    query = select(language_versions.c.statement_id).where(language_versions.c.origin_id == origin_id)
    return load_many(connection, list(connection.execute(query.order_by(language_versions.c.language)).scalars()))


def _draft(  # one row and what belongs to it, by keyword
    connection: Connection, source: Statement, *, code: str, claim: str, user_id: int, at: datetime
) -> int:
    row = {
        "slug": f"version-{source.id}-{code}-{at.timestamp()}",
        "state": State.DRAFT,
        "revision": 1,
        "language": code,
        "claim_text": claim,
        "claim_first_seen_at": source.claim_first_seen_at,
        "created_by": user_id,
        "created_at": at,
    }
    number: int = connection.execute(insert(statements).values(**row).returning(statements.c.id)).scalar_one()
    slug = slug_for(f"{source.title} {code}", number)
    connection.execute(update(statements).where(statements.c.id == number).values(slug=slug))
    links = [{"statement_id": number, "finding_id": finding_id} for finding_id in source.finding_ids]
    if links:
        connection.execute(insert(statement_findings), links)
    text = (source.title, relabelled(source.body, source.language, code=code, claim=claim), source.rating.value, "")
    write_revision(connection, number, number=1, author_id=user_id, text=text, cited=source.citations, at=at)
    if source.machine and source.machine.taken_by is None:
        told = source.machine
        machine.mark(connection, number, revision=1, model=told.model, sentences=told.sentences)
    return number


def relabelled(body: str, language: str, *, code: str, claim: str) -> str:
    """Return a body with the labels of its layout in language ``code``, and its claim as it is told there."""
    old, new = LABELS.get(language, LABELS["en"]), LABELS.get(code, LABELS["en"])
    found: list[str] = []
    for paragraph in body.split("\n\n"):
        part = next((at for at, label in enumerate(old) if paragraph.startswith(f"{label}:")), None)
        if part is None:
            found.append(paragraph)
        elif part == _CLAIM:
            found.append(f"{new[part]}: “{claim}”")
        else:
            found.append(f"{new[part]}:{paragraph[len(old[part]) + 1 :]}")
    return "\n\n".join(found)
