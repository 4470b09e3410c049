"""The two-person rule in the database itself: SQL past the program finds no way to publish with one identity."""

import pytest
from sqlalchemy import Executable, delete, insert, select, update
from sqlalchemy.exc import DBAPIError

from factdesk.editorial import statements
from factdesk.editorial.statement import Statement
from factdesk.errors import NotAllowedError, StateError
from factdesk.store.database import writing
from factdesk.store.tables import approvals, audit, citations, revisions
from factdesk.store.tables import statements as table
from tests.editorial.conftest import Room
from tests.editorial.gatepass import waive_all
from tests.editorial.test_statements import draft, edited, in_review, published
from tests.editorial.wall import without_rule
from tests.stores import NOW


def refused(room: Room, change: Executable, words: str) -> None:
    with pytest.raises(DBAPIError, match=words), writing(room.engine) as connection:
        connection.execute(change)


def approval(statement: Statement, *, by: int, digest: str | None = None) -> Executable:
    values = {"statement_id": statement.id, "revision": statement.revision, "digest": digest or statement.digest}
    return insert(approvals).values(**values, approver_id=by, at=NOW)


def test_an_author_cannot_be_entered_as_approver(room: Room) -> None:
    refused(room, approval(in_review(room), by=room.writer), "author cannot approve")


def test_an_approval_of_another_text_cannot_be_entered(room: Room) -> None:
    refused(room, approval(in_review(room), by=room.second, digest="0" * 64), "exact text")


@pytest.mark.parametrize("values", [{"state": "published"}, {"published_revision": 1}, {"state": "approved"}])
def test_nothing_becomes_public_or_approved_by_an_update_alone(room: Room, values: dict[str, object]) -> None:
    waiting = in_review(room)
    wanted = values | ({"published_revision": 1} if values.get("state") == "published" else {})
    refused(room, update(table).where(table.c.id == waiting.id).values(**wanted), "second person")


def test_nothing_is_born_published(room: Room) -> None:
    made = draft(room)
    row = {"slug": "x", "state": "published", "revision": 1, "published_revision": 1, "language": "en", "claim_text": "c"}
    refused(room, insert(table).values(**row, created_by=room.writer, created_at=NOW), "begins as a draft")
    assert statements.get(room.engine, made.id).published_at is None


def test_who_joins_as_author_after_approving_cannot_carry_it_to_the_public(room: Room) -> None:
    waiting = in_review(room)
    approved = statements.approve(room.engine, waiting.id, user_id=room.second, digest=waiting.digest, at=NOW)
    joined = insert(revisions).values(
        statement_id=approved.id,
        number=2,
        author_id=room.second,
        title="t",
        body="b",
        rating="false",
        note="",
        digest="d",
        at=NOW,
    )
    with writing(room.engine) as connection:
        connection.execute(joined)
    change = update(table).where(table.c.id == approved.id).values(state="published", published_revision=1)
    refused(room, change, "second person")


def test_what_was_written_or_approved_is_never_altered(room: Room) -> None:
    made = published(room)
    refused(room, update(revisions).where(revisions.c.statement_id == made.id).values(body="other"), "never altered")
    refused(room, update(approvals).values(approver_id=room.third), "never altered")
    refused(room, update(audit).where(audit.c.number == 1).values(subject="statement:9"), "append-only")
    refused(room, delete(audit).where(audit.c.number == 1), "append-only")


def test_what_is_cited_is_as_fixed_as_the_text(room: Room) -> None:
    waiting = in_review(room)
    cited = citations.c.statement_id == waiting.id
    refused(room, update(citations).where(cited).values(snapshot={}), "never altered")
    statements.approve(room.engine, waiting.id, user_id=room.second, digest=waiting.digest, at=NOW)
    more = {"statement_id": waiting.id, "revision": 1, "position": 9, "passage_id": room.passage_id}
    refused(room, insert(citations).values(**more, quote="", snapshot={}), "exact citations")
    refused(room, delete(citations).where(cited), "exact citations")


def test_who_let_a_sentence_pass_is_no_second_person_for_it(room: Room) -> None:
    """Otherwise one person would write a waiver and nobody else read it."""
    held = edited(room, draft(room), user_id=room.writer, body="Three bridges fell.")
    waive_all(room.engine, held.id, user_id=room.second)
    waiting = statements.submit(room.engine, held.id, user_id=room.writer, at=NOW)
    with pytest.raises(NotAllowedError, match="let a sentence of it pass"):
        statements.approve(room.engine, waiting.id, user_id=room.second, digest=waiting.digest, at=NOW)
    refused(room, approval(waiting, by=room.second), "let it pass")
    approved = statements.approve(room.engine, waiting.id, user_id=room.third, digest=waiting.digest, at=NOW)
    assert approved.approver == room.third


@pytest.mark.parametrize("name", ["rating", "detail", "publisher", "title"])
def test_an_approval_is_bound_to_all_that_was_read_of_the_evidence(room: Room, name: str) -> None:
    """Somebody who takes the database's rules away and forges what a citation said does not get it published."""
    waiting = in_review(room)
    statements.approve(room.engine, waiting.id, user_id=room.second, digest=waiting.digest, at=NOW)
    without_rule(room.engine, "citation_altered", table="citations")
    with writing(room.engine) as connection:
        kept = connection.execute(select(citations.c.snapshot).where(citations.c.statement_id == waiting.id)).scalar_one()
        connection.execute(update(citations).values(snapshot={**kept, name: "Something else"}))
    with pytest.raises((NotAllowedError, StateError)):
        statements.publish(room.engine, waiting.id, user_id=room.writer, at=NOW)


def test_the_program_itself_is_not_hindered(room: Room) -> None:
    made = published(room)
    again = statements.correct(
        room.engine,
        made.id,
        user_id=room.second,
        title=made.title,
        body=made.body,
        rating="false",
        citations=[(room.passage_id, "")],
        note="A word was wrong.",
        at=NOW,
    )
    again = edited(room, again, user_id=room.writer, body=made.body)
    waiting = statements.submit(room.engine, again.id, user_id=room.second, at=NOW)
    statements.approve(room.engine, waiting.id, user_id=room.third, digest=waiting.digest, at=NOW)
    assert statements.publish(room.engine, waiting.id, user_id=room.second, at=NOW).visible == waiting.newest
    assert statements.withdraw(room.engine, waiting.id, user_id=room.writer, reason="Replaced.", at=NOW).state == "withdrawn"
