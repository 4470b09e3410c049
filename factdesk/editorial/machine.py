"""What a model wrote, until a person has rewritten it or taken it over: marked, held back from review, and in the audit log.

The mark goes with the sentences. Each revision that still holds one as the model wrote it carries the mark; when all were
rewritten it ends. Taking over is an explicit act: whoever does it answers for the text and can no longer approve it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from difflib import SequenceMatcher

from sqlalchemy import Connection, Engine, insert, select, update

from factdesk.editorial import audit
from factdesk.editorial._records import load, subject
from factdesk.editorial._second import TAKEN
from factdesk.editorial.gate import sentences_of
from factdesk.editorial.statement import State, Statement
from factdesk.errors import StateError
from factdesk.messages import tell, tell_number
from factdesk.store.database import writing
from factdesk.store.editing import machine_texts
from factdesk.store.roles import Right
from factdesk.store.users import require_right

DRAFTED = "statement.machine_drafted"
_SAME = 0.9  # share of words in order from which a sentence still counts as the model's


def mark(connection: Connection, statement_id: int, *, revision: int, model: str, sentences: Sequence[str]) -> None:
    """Note what of a revision a model wrote."""
    row = {"statement_id": statement_id, "revision": revision, "model": model[:200], "sentences": list(sentences)}
    connection.execute(insert(machine_texts).values(**row))


def carry(connection: Connection, statement: Statement, *, revision: int, title: str, body: str) -> None:
    """Mark a new revision that still holds sentences of a model's which nobody took over; ``statement`` is as it was before."""
    rows = connection.execute(
        select(machine_texts.c.model, machine_texts.c.sentences)
        .where(machine_texts.c.statement_id == statement.id, machine_texts.c.taken_by.is_(None))
        .order_by(machine_texts.c.revision)
    ).all()
    told = list(dict.fromkeys(str(sentence) for row in rows for sentence in row.sentences))
    held = standing(sentences_of(title, body, statement.language), told) if told else ()
    if held:
        mark(connection, statement.id, revision=revision, model=rows[-1].model, sentences=held)


def standing(present: Iterable[str], told: Sequence[str]) -> tuple[str, ...]:
    """Return those of the sentences ``present`` that are a model's: the same words, or nearly."""
    return tuple(sentence for sentence in present if any(_same(sentence, one) for one in told))


def require_person(statement: Statement) -> None:
    """Raise ``StateError`` while the newest revision holds sentences of a model's that nobody took over."""
    machine = statement.machine
    if machine is not None and machine.taken_by is None:
        number = len(machine.sentences)
        raise StateError(
            tell_number(
                number,
                "%(number)s sentence stands as %(model)s wrote it.",
                "%(number)s sentences stand as %(model)s wrote them.",
                model=machine.model,
            ),
            remedy="Rewrite them, or check them against the evidence and take the text over.",
        )


def take_over(engine: Engine, statement_id: int, *, user_id: int, digest: str, at: datetime) -> Statement:
    """Take over, as a person, what a model wrote in exactly the text of ``digest``; the audit log keeps who did.

    Raises ``NotAllowedError`` for who does not write, ``StateError`` when there is nothing to take over or the text changed.
    """
    with writing(engine) as connection:
        require_right(connection, user_id, Right.WRITE)
        statement = load(connection, statement_id)
        machine = statement.machine
        if statement.state is not State.DRAFT or machine is None or machine.taken_by is not None:
            raise StateError("There is nothing of a model's to take over.", remedy="Load the statement again.")
        if digest != statement.digest:
            raise StateError("The text changed since you read it.", remedy="Read it again, then take it over.")
        open_ = (machine_texts.c.statement_id == statement_id) & machine_texts.c.taken_by.is_(None)
        connection.execute(update(machine_texts).where(open_).values(taken_by=user_id, taken_at=at))
        note = tell(
            "revision %(revision)s: %(number)s sentences as %(model)s wrote them",
            revision=statement.revision,
            number=len(machine.sentences),
            model=machine.model,
        )
        detail: dict[str, str | int | None] = {"note": note, "revision": statement.revision, "digest": digest}
        audit.record(connection, user_id=user_id, action=TAKEN, subject=subject(statement_id), detail=detail, at=at)
        return load(connection, statement_id)


def _same(one: str, other: str) -> bool:
    here, there = one.casefold().split(), other.casefold().split()
    if here == there:
        return True
    return SequenceMatcher(None, here, there, autojunk=False).ratio() >= _SAME
