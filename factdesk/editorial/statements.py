"""What people may do with a statement, one function an action; each is one transaction with its line in the audit log.

The two-person rule stands here and nowhere else: whoever wrote any revision of a statement cannot approve it, an approval
is bound to the digest of the exact text and its citations, and every edit makes a new revision that needs its own approval.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, Engine, delete, func, insert, select, update

from factdesk.editorial import audit, machine
from factdesk.editorial._draft import first_seen, flagged_claim, slug_for, suggested
from factdesk.editorial._records import load, load_many, newest_revision, subject
from factdesk.editorial._second import require_other, require_same_text, require_second_person
from factdesk.editorial._snapshot import snapshot
from factdesk.editorial.drafting import Drafted, Material
from factdesk.editorial.gate import sentences_of
from factdesk.editorial.gatekeeping import require_backing
from factdesk.editorial.statement import Citation, Rating, State, Statement, revision_digest
from factdesk.editorial.watch import require_same
from factdesk.errors import NotFoundError, StateError
from factdesk.messages import Message, tell
from factdesk.store.database import reading, writing
from factdesk.store.passages import known_passages
from factdesk.store.roles import Right, Role
from factdesk.store.tables import approvals, citations, revisions, statement_findings, statements
from factdesk.store.users import require_right

_EDITING = (State.DRAFT, State.IN_REVIEW, State.APPROVED)
_NAMED = {
    State.DRAFT: tell("draft"),
    State.IN_REVIEW: tell("in review"),
    State.APPROVED: tell("approved"),
    State.PUBLISHED: tell("published"),
    State.WITHDRAWN: tell("withdrawn"),
}


def create_draft(  # noqa: PLR0913 # a draft carries the whole text, by keyword
    engine: Engine,
    *,
    user_id: int,
    finding_ids: Sequence[str],
    language: str,
    title: str,
    body: str,
    rating: str,
    at: datetime,
    more: Sequence[tuple[str, str]] = (),
) -> Statement:
    """Start a statement from confirmed findings; their citations come along, and ``more`` that was chosen beside them.

    Raises ``StateError`` for a finding that is not confirmed, ``NotFoundError`` for an unknown one.
    """
    with writing(engine) as connection:
        require_right(connection, user_id, Right.WRITE)
        claim_text, own = flagged_claim(connection, finding_ids)
        quoted = dict(more)
        cited = tuple(replace(one, quote=quoted.pop(one.passage.id, "")) for one in own)
        cited += _cited(connection, tuple(quoted.items()))
        made = insert(statements).values(
            slug=f"new-{at.timestamp()}",
            state=State.DRAFT,
            revision=1,
            language=language,
            claim_text=claim_text,
            claim_first_seen_at=first_seen(connection, finding_ids),
            created_by=user_id,
            created_at=at,
        )
        statement_id = connection.execute(made.returning(statements.c.id)).scalar_one()
        connection.execute(update(statements).where(statements.c.id == statement_id).values(slug=slug_for(title, statement_id)))
        links = [{"statement_id": statement_id, "finding_id": finding_id} for finding_id in dict.fromkeys(finding_ids)]
        connection.execute(insert(statement_findings), links)
        write_revision(
            connection, statement_id, number=1, author_id=user_id, text=(title, body, rating, ""), cited=cited, at=at
        )
        _log(connection, statement_id, user_id=user_id, action="statement.drafted", at=at)
        return load(connection, statement_id)


def save_revision(  # noqa: PLR0913 # an edit carries the whole text, by keyword
    engine: Engine,
    statement_id: int,
    *,
    user_id: int,
    title: str,
    body: str,
    rating: str,
    citations: Sequence[tuple[str, str]],
    expected_revision: int,
    at: datetime,
    note: str = "",
) -> Statement:
    """Save an edit as a new revision; it returns to draft and any approval is void.

    Raises ``StateError`` when somebody saved in between (``expected_revision`` is not the newest) or it is published.
    """
    with writing(engine) as connection:
        require_right(connection, user_id, Right.WRITE)
        statement = load(connection, statement_id)
        _require_state(statement, _EDITING, tell("edited"))
        if statement.revision != expected_revision:
            raise StateError(
                tell(
                    "Somebody saved revision %(theirs)s while you worked on revision %(mine)s.",
                    theirs=statement.revision,
                    mine=expected_revision,
                ),
                remedy="Compare the two and save again.",
            )
        kept = note or statement.newest.note
        cited = _cited(connection, citations)
        number = statement.revision + 1
        write_revision(
            connection, statement_id, number=number, author_id=user_id, text=(title, body, rating, kept), cited=cited, at=at
        )
        machine.carry(connection, statement, revision=number, title=title.strip(), body=body.strip())
        _move(connection, statement_id, State.DRAFT, revision=number)
        _log(
            connection,
            statement_id,
            user_id=user_id,
            action="statement.edited",
            at=at,
            note=tell("revision %(number)s", number=number),
        )
        return load(connection, statement_id)


def save_drafted(  # noqa: PLR0913 # a draft and what it was written from, by keyword
    engine: Engine,
    statement_id: int,
    *,
    user_id: int,
    drafted: Drafted,
    material: Material,
    expected_revision: int,
    at: datetime,
) -> Statement:
    """Save what a model wrote as a revision, marked as its; whoever asked for it is its author.

    Raises ``StateError`` when it is no draft, or when somebody saved while the model wrote.
    """
    with writing(engine) as connection:
        require_right(connection, user_id, Right.WRITE)
        statement = load(connection, statement_id)
        _require_state(statement, (State.DRAFT,), tell("drafted by a model"))
        if statement.revision != expected_revision:
            raise StateError("Somebody saved while the model wrote.", remedy="Read what they saved, then ask again.")
        number, body = statement.revision + 1, drafted.body(material)
        text = (drafted.title, body, statement.rating.value, statement.newest.note)
        write_revision(connection, statement_id, number=number, author_id=user_id, text=text, cited=statement.citations, at=at)
        held = machine.standing(sentences_of(drafted.title, body, statement.language), drafted.sentences)
        machine.mark(connection, statement_id, revision=number, model=drafted.model, sentences=held)
        _move(connection, statement_id, State.DRAFT, revision=number)
        note = tell("revision %(number)s by %(name)s", number=number, name=drafted.model)
        _log(connection, statement_id, user_id=user_id, action=machine.DRAFTED, at=at, note=note)
        return load(connection, statement_id)


def submit(engine: Engine, statement_id: int, *, user_id: int, at: datetime) -> Statement:
    """Send a draft to review. Raises ``StateError`` when it has no text, cites nothing, or says what nothing cited backs."""
    with writing(engine) as connection:
        require_right(connection, user_id, Right.WRITE)
        statement = load(connection, statement_id)
        _require_state(statement, (State.DRAFT,), tell("sent to review"))
        if not statement.title.strip() or not statement.body.strip():
            raise StateError("The statement has no title or no text.", remedy="Write both, then send it to review.")
        if not statement.citations:
            raise StateError("The statement cites nothing.", remedy="Add at least one passage of evidence or a fact-check.")
        machine.require_person(statement)
        require_backing(connection, statement)
        _move(connection, statement_id, State.IN_REVIEW)
        _log(connection, statement_id, user_id=user_id, action="statement.submitted", at=at)
        return load(connection, statement_id)


def send_back(engine: Engine, statement_id: int, *, user_id: int, reason: str, at: datetime) -> Statement:
    """Return a statement in review to its author with a reason."""
    with writing(engine) as connection:
        require_right(connection, user_id, Right.APPROVE)
        statement = load(connection, statement_id)
        _require_state(statement, (State.IN_REVIEW, State.APPROVED), tell("sent back"))
        _require_words(reason, "Say what is to be changed.")
        connection.execute(
            delete(approvals).where(approvals.c.statement_id == statement_id, approvals.c.revision == statement.revision)
        )
        _move(connection, statement_id, State.DRAFT)
        _log(connection, statement_id, user_id=user_id, action="statement.sent_back", at=at, note=reason)
        return load(connection, statement_id)


def approve(
    engine: Engine, statement_id: int, *, user_id: int, digest: str, at: datetime, approvers_only: bool = False
) -> Statement:
    """Approve the exact text that ``digest`` stands for; a desk may choose that editors do not (``approvers_only``).

    Raises ``NotAllowedError`` for anybody who wrote a revision, ``StateError`` when text or evidence changed meanwhile.
    """
    with writing(engine) as connection:
        require_right(connection, user_id, Right.APPROVE, of=(Role.APPROVER,) if approvers_only else None)
        statement = load(connection, statement_id)
        _require_state(statement, (State.IN_REVIEW,), tell("approved"))
        require_other(connection, statement, user_id)
        require_same_text(statement, digest)
        require_same(connection, statement)
        approval = insert(approvals).values(
            statement_id=statement_id, revision=statement.revision, digest=digest, approver_id=user_id, at=at
        )
        connection.execute(approval)
        _move(connection, statement_id, State.APPROVED)
        _log(
            connection,
            statement_id,
            user_id=user_id,
            action="statement.approved",
            at=at,
            note=tell("revision %(number)s", number=statement.revision),
        )
        return load(connection, statement_id)


def publish(engine: Engine, statement_id: int, *, user_id: int, at: datetime) -> Statement:
    """Publish the approved revision. Raises ``NotAllowedError`` when no second person approved exactly this text."""
    with writing(engine) as connection:
        require_right(connection, user_id, Right.PUBLISH)
        statement = load(connection, statement_id)
        _require_state(statement, (State.APPROVED,), tell("published"))
        require_second_person(connection, statement)
        require_same(connection, statement)
        again = statement.published_at is not None
        values = {"corrected_at": at} if again else {"published_at": at}
        _move(connection, statement_id, State.PUBLISHED, published_revision=statement.revision, **values)
        action = "statement.corrected" if again else "statement.published"
        _log(connection, statement_id, user_id=user_id, action=action, at=at, note=statement.newest.note)
        return load(connection, statement_id)


def correct(  # noqa: PLR0913 # a correction carries the whole text, by keyword
    engine: Engine,
    statement_id: int,
    *,
    user_id: int,
    title: str,
    body: str,
    rating: str,
    citations: Sequence[tuple[str, str]],
    note: str,
    at: datetime,
) -> Statement:
    """Open a correction of a published statement: a new revision that a second person must approve; the old stays visible."""
    with writing(engine) as connection:
        require_right(connection, user_id, Right.WRITE)
        statement = load(connection, statement_id)
        _require_state(statement, (State.PUBLISHED,), tell("corrected"))
        _require_words(note, "Say what the correction corrects: readers see it.")
        number = statement.revision + 1
        cited = _cited(connection, citations)
        write_revision(
            connection, statement_id, number=number, author_id=user_id, text=(title, body, rating, note), cited=cited, at=at
        )
        machine.carry(connection, statement, revision=number, title=title.strip(), body=body.strip())
        _move(connection, statement_id, State.DRAFT, revision=number)
        _log(connection, statement_id, user_id=user_id, action="statement.correction_drafted", at=at, note=note)
        return load(connection, statement_id)


def withdraw(engine: Engine, statement_id: int, *, user_id: int, reason: str, at: datetime) -> Statement:
    """Withdraw a published statement: its page stays and says so with the reason."""
    with writing(engine) as connection:
        require_right(connection, user_id, Right.WRITE)
        statement = load(connection, statement_id)
        if statement.published_at is None or statement.state is State.WITHDRAWN:
            raise StateError("Only a published statement can be withdrawn.")
        _require_words(reason, "Say why it is withdrawn: readers see it.")
        _move(connection, statement_id, State.WITHDRAWN, withdrawn_at=at, withdrawn_reason=reason)
        _log(connection, statement_id, user_id=user_id, action="statement.withdrawn", at=at, note=reason)
        return load(connection, statement_id)


def get(engine: Engine, statement_id: int) -> Statement:
    """Return one statement. Raises ``NotFoundError``."""
    with reading(engine) as connection:
        return load(connection, statement_id)


def revision_now(engine: Engine, statement_id: int) -> int:
    """Return the number of a statement's newest revision, without its texts. Raises ``NotFoundError``."""
    with reading(engine) as connection:
        return newest_revision(connection, statement_id)


def by_slug(engine: Engine, slug: str) -> Statement | None:
    """Return the statement of a public address, or ``None``."""
    with reading(engine) as connection:
        found = connection.execute(select(statements.c.id).where(statements.c.slug == slug)).scalar()
        return None if found is None else load(connection, found)


def published(engine: Engine, *, limit: int = 50) -> list[Statement]:
    """Return what the public sees, withdrawn ones included, newest change first."""
    changed = func.coalesce(statements.c.withdrawn_at, statements.c.corrected_at, statements.c.published_at)
    with reading(engine) as connection:
        ids = connection.execute(
            select(statements.c.id)
            .where(statements.c.published_at.is_not(None))
            .order_by(changed.desc(), statements.c.id.desc())
            .limit(limit)
        ).scalars()
        return load_many(connection, list(ids))


def listing(engine: Engine, *, limit: int = 200) -> list[Statement]:
    """Return every statement, newest first."""
    with reading(engine) as connection:
        ids = connection.execute(select(statements.c.id).order_by(statements.c.id.desc()).limit(limit)).scalars()
        return load_many(connection, list(ids))


def suggestion(engine: Engine, finding_ids: Sequence[str]) -> tuple[str, str, str]:
    """Return (title, body, rating) to start from: the fact first, then the claim marked as such, and the fact again."""
    with reading(engine) as connection:
        return suggested(connection, finding_ids)


def _cited(connection: Connection, wanted: Sequence[tuple[str, str]]) -> tuple[Citation, ...]:
    known = known_passages(connection, [passage_id for passage_id, _ in wanted])
    for passage_id, _ in wanted:
        if passage_id not in known:
            raise NotFoundError(
                tell("The passage %(passage)s is not in the library.", passage=passage_id), remedy="Choose another citation."
            )
    return tuple(Citation(known[passage_id], quote) for passage_id, quote in wanted)


def write_revision(  # noqa: PLR0913 # one row and its citations, by keyword
    connection: Connection,
    statement_id: int,
    *,
    number: int,
    author_id: int,
    text: tuple[str, str, str, str],
    cited: Sequence[Citation],
    at: datetime,
) -> None:
    """Write a revision with its citations inside the caller's transaction, which has checked that it may be."""
    title, body, rating, note = text
    told = {"title": title.strip(), "body": body.strip(), "rating": _rating(rating), "note": note.strip()}
    row = {"statement_id": statement_id, "number": number, "author_id": author_id, "at": at, **told}
    connection.execute(insert(revisions).values(**row, digest=revision_digest(**told, citations=cited)))
    for position, citation in enumerate(cited):
        values = {"statement_id": statement_id, "revision": number, "position": position}
        cites = {"passage_id": citation.passage.id, "quote": citation.quote, "snapshot": snapshot(citation.passage)}
        connection.execute(insert(citations).values(**values, **cites))


def _rating(rating: str) -> str:
    try:
        return Rating(rating).value
    except ValueError as error:
        known = ", ".join(Rating)
        raise StateError(
            tell("%(word)s is not a rating of a statement.", word=repr(rating)),
            remedy=tell("Use one of %(known)s.", known=known),
        ) from error


def _move(connection: Connection, statement_id: int, state: State, **values: object) -> None:
    connection.execute(update(statements).where(statements.c.id == statement_id).values(state=state.value, **values))


def _log(connection: Connection, statement_id: int, *, user_id: int, action: str, at: datetime, note: str = "") -> None:
    audit.record(connection, user_id=user_id, action=action, subject=subject(statement_id), detail={"note": note}, at=at)


def _require_state(statement: Statement, states: Sequence[State], step: Message) -> None:
    if statement.state not in states:
        state = _NAMED[statement.state]
        raise StateError(tell("This statement is %(state)s: it cannot be %(step)s now.", state=state, step=step))


def _require_words(text: str, remedy: str) -> None:
    if not text.strip():
        raise StateError("A reason is needed.", remedy=remedy)
