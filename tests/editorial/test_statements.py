from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from factdesk.editorial import audit, statements
from factdesk.editorial.statement import State, Statement
from factdesk.errors import FactdeskError, NotAllowedError, NotFoundError, StateError
from factdesk.records import PassageKind
from factdesk.store.database import writing
from factdesk.store.tables import findings, passages
from tests.editorial.conftest import Room
from tests.stores import NOW, add_finding, add_passage


def draft(room: Room) -> Statement:
    title, body, rating = statements.suggestion(room.engine, [room.finding_id])
    return statements.create_draft(
        room.engine,
        user_id=room.writer,
        finding_ids=[room.finding_id],
        language="en",
        title=title,
        body=body,
        rating=rating,
        at=NOW,
    )


def in_review(room: Room) -> Statement:
    return statements.submit(room.engine, draft(room).id, user_id=room.writer, at=NOW)


def published(room: Room) -> Statement:
    waiting = in_review(room)
    statements.approve(room.engine, waiting.id, user_id=room.second, digest=waiting.digest, at=NOW)
    return statements.publish(room.engine, waiting.id, user_id=room.writer, at=NOW)


def edited(room: Room, statement: Statement, *, user_id: int, body: str, expected: int | None = None) -> Statement:
    return statements.save_revision(
        room.engine,
        statement.id,
        user_id=user_id,
        title=statement.title,
        body=body,
        rating="false",
        citations=[(citation.passage.id, citation.quote) for citation in statement.citations],
        expected_revision=expected or statement.revision,
        at=NOW,
    )


def correction(room: Room, statement: Statement, *, user_id: int) -> Statement:
    return statements.correct(
        room.engine,
        statement.id,
        user_id=user_id,
        title=statement.title,
        body="The gates opened at dawn.",
        rating="false",
        citations=[(room.passage_id, "")],
        note="The hour was wrong.",
        at=NOW + timedelta(hours=1),
    )


def test_a_draft_carries_its_claim_citation_and_the_fact_first(room: Room) -> None:
    statement = draft(room)
    assert statement.claim_text == "They opened the dam gates on purpose that night."
    assert [citation.passage.id for citation in statement.citations] == [room.passage_id]
    assert statement.body.index("Both stayed shut") < statement.body.index("They opened the dam gates")
    assert statement.rating == "false"
    assert statement.claim_first_seen_at == NOW


def test_an_unconfirmed_finding_starts_no_statement(room: Room) -> None:
    other = add_finding(
        room.engine, "The bridge fell.", passage=add_passage(room.engine, "The bridge fell", url="https://c.example/2")
    )
    with pytest.raises(StateError, match="confirmed"):
        statements.create_draft(
            room.engine, user_id=room.writer, finding_ids=[other], language="en", title="t", body="b", rating="false", at=NOW
        )


def test_an_unknown_finding_is_named_in_one_line(room: Room) -> None:
    with pytest.raises(NotFoundError, match="does not exist"):
        statements.suggestion(room.engine, ["nothing"])


def test_two_persons_publish(room: Room) -> None:
    statement = published(room)
    assert statement.state is State.PUBLISHED
    assert statement.visible == statement.newest
    assert statement.approver == room.second
    assert [step.action for step in statement.history] == [
        "statement.drafted",
        "statement.submitted",
        "statement.approved",
        "statement.published",
    ]


def test_the_author_cannot_approve(room: Room) -> None:
    waiting = in_review(room)
    with pytest.raises(NotAllowedError, match="second person"):
        statements.approve(room.engine, waiting.id, user_id=room.writer, digest=waiting.digest, at=NOW)


def test_who_wrote_an_earlier_revision_cannot_approve_a_later_one(room: Room) -> None:
    statement = draft(room)
    statement = edited(room, statement, user_id=room.second, body="Second words")
    statement = edited(room, statement, user_id=room.writer, body="Third words")
    waiting = statements.submit(room.engine, statement.id, user_id=room.writer, at=NOW)
    with pytest.raises(NotAllowedError, match="second person"):
        statements.approve(room.engine, waiting.id, user_id=room.second, digest=waiting.digest, at=NOW)
    approved = statements.approve(room.engine, waiting.id, user_id=room.third, digest=waiting.digest, at=NOW)
    assert approved.state is State.APPROVED


@pytest.mark.parametrize("who", ["analyst", "manager", "administrator"])
def test_only_editors_touch_statements(room: Room, who: str) -> None:
    waiting = in_review(room)
    with pytest.raises(NotAllowedError, match="editor"):
        statements.approve(room.engine, waiting.id, user_id=getattr(room, who), digest=waiting.digest, at=NOW)


def test_an_approver_approves_and_publishes_but_never_writes(room: Room) -> None:
    waiting = in_review(room)
    with pytest.raises(NotAllowedError, match="editor"):
        edited(room, waiting, user_id=room.approver, body="Mine.")
    statements.approve(room.engine, waiting.id, user_id=room.approver, digest=waiting.digest, at=NOW, approvers_only=True)
    assert statements.publish(room.engine, waiting.id, user_id=room.approver, at=NOW).state is State.PUBLISHED


def test_a_desk_may_leave_approval_to_approvers_alone(room: Room) -> None:
    waiting = in_review(room)
    with pytest.raises(NotAllowedError, match="approver"):
        statements.approve(room.engine, waiting.id, user_id=room.second, digest=waiting.digest, at=NOW, approvers_only=True)


def test_an_edit_voids_the_approval(room: Room) -> None:
    waiting = in_review(room)
    approved = statements.approve(room.engine, waiting.id, user_id=room.second, digest=waiting.digest, at=NOW)
    changed = edited(room, approved, user_id=room.writer, body="Quite other words.")
    assert changed.state is State.DRAFT
    with pytest.raises(StateError):
        statements.publish(room.engine, changed.id, user_id=room.writer, at=NOW)


def test_approving_another_text_than_was_read_is_refused(room: Room) -> None:
    waiting = in_review(room)
    with pytest.raises(StateError, match="changed since"):
        statements.approve(room.engine, waiting.id, user_id=room.second, digest="0" * 64, at=NOW)


def test_evidence_that_changes_after_approval_stops_publication(room: Room) -> None:
    """What was approved stays what was cited; but it is not published over evidence that says something else by now."""
    waiting = in_review(room)
    statements.approve(room.engine, waiting.id, user_id=room.second, digest=waiting.digest, at=NOW)
    with writing(room.engine) as connection:
        connection.execute(update(passages).where(passages.c.id == room.passage_id).values(text="Something else"))
    with pytest.raises(StateError, match="evidence changed since it was cited"):
        statements.publish(room.engine, waiting.id, user_id=room.writer, at=NOW)
    assert statements.get(room.engine, waiting.id).newest == waiting.newest


def test_a_statement_without_a_citation_is_not_submitted(room: Room) -> None:
    statement = draft(room)
    bare = statements.save_revision(
        room.engine,
        statement.id,
        user_id=room.writer,
        title="t",
        body="b",
        rating="false",
        citations=[],
        expected_revision=1,
        at=NOW,
    )
    with pytest.raises(StateError, match="cites nothing"):
        statements.submit(room.engine, bare.id, user_id=room.writer, at=NOW)


def test_a_conflicting_save_is_refused_and_loses_nothing(room: Room) -> None:
    statement = draft(room)
    edited(room, statement, user_id=room.second, body="Mine came first.")
    with pytest.raises(StateError, match="revision 2"):
        edited(room, statement, user_id=room.writer, body="Mine came later.", expected=1)
    assert statements.get(room.engine, statement.id).body == "Mine came first."


def test_a_correction_needs_a_second_person_and_the_old_text_stays_visible(room: Room) -> None:
    before = published(room)
    opened = correction(room, before, user_id=room.writer)
    assert opened.visible is not None
    assert opened.visible.body == before.body
    with pytest.raises(StateError):
        statements.publish(room.engine, before.id, user_id=room.writer, at=NOW)
    waiting = statements.submit(room.engine, before.id, user_id=room.writer, at=NOW)
    statements.approve(room.engine, before.id, user_id=room.second, digest=waiting.digest, at=NOW)
    after = statements.publish(room.engine, before.id, user_id=room.writer, at=NOW + timedelta(hours=2))
    assert after.visible is not None
    assert after.visible.body == "The gates opened at dawn."
    assert after.corrected_at == NOW + timedelta(hours=2)
    assert [step.note for step in after.corrections] == ["The hour was wrong."]


def test_a_withdrawn_statement_stays_listed_with_its_reason(room: Room) -> None:
    statement = published(room)
    with pytest.raises(StateError, match="reason"):
        statements.withdraw(room.engine, statement.id, user_id=room.second, reason=" ", at=NOW)
    gone = statements.withdraw(room.engine, statement.id, user_id=room.second, reason="The evidence was retracted.", at=NOW)
    assert gone.state is State.WITHDRAWN
    assert [one.slug for one in statements.published(room.engine)] == [statement.slug]
    assert statements.by_slug(room.engine, statement.slug) == gone


def test_sending_back_needs_a_reason_and_opens_the_draft(room: Room) -> None:
    waiting = in_review(room)
    with pytest.raises(StateError, match="reason"):
        statements.send_back(room.engine, waiting.id, user_id=room.second, reason="", at=NOW)
    back = statements.send_back(room.engine, waiting.id, user_id=room.second, reason="Name the hour.", at=NOW)
    assert (back.state, back.history[-1].note) == (State.DRAFT, "Name the hour.")


_ACTIONS = ("edit", "submit", "send_back", "approve", "publish", "correct", "withdraw")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
@given(steps=st.lists(st.sampled_from(_ACTIONS), min_size=3, max_size=14), data=st.data())
def test_no_sequence_of_actions_publishes_with_one_identity(room: Room, steps: list[str], data: st.DataObject) -> None:
    """Whatever one editor does, alone, nothing becomes public; the roles of others are tried as well."""
    statement = draft(room)
    for step in steps:
        act(
            room,
            statement.id,
            step,
            user_id=data.draw(st.sampled_from([room.writer, room.analyst, room.manager, room.administrator])),
        )
        assert statements.get(room.engine, statement.id).visible is None


def act(room: Room, statement_id: int, step: str, *, user_id: int) -> None:
    now = statements.get(room.engine, statement_id)
    try:
        if step == "edit":
            edited(room, now, user_id=user_id, body="Edited.")
        elif step == "correct":
            correction(room, now, user_id=user_id)
        elif step == "approve":
            statements.approve(room.engine, statement_id, user_id=user_id, digest=now.digest, at=NOW)
        elif step in ("send_back", "withdraw"):
            getattr(statements, step)(room.engine, statement_id, user_id=user_id, reason="Because.", at=NOW)
        else:
            getattr(statements, step)(room.engine, statement_id, user_id=user_id, at=NOW)
    except FactdeskError:
        return


def test_every_action_is_in_the_chain(room: Room) -> None:
    published(room)
    assert audit.length(room.engine) == 4
    assert audit.verify(room.engine) == []


def test_a_draft_gives_what_the_fact_check_found_not_the_claim_again(room: Room) -> None:
    found = "Divers found no crack on 11 March. The wall is dry."
    told = f"- Claim\n- The dam cracked.\nA video says that the dam cracked in two.\n{found}"
    with writing(room.engine) as connection:
        connection.execute(update(passages).where(passages.c.id == room.passage_id).values(text="The dam cracked", detail=told))
    _, body, _ = statements.suggestion(room.engine, [room.finding_id])
    assert body.startswith(f"The facts: {found}")


def test_a_draft_says_how_a_claim_misleads_in_its_own_language(room: Room) -> None:
    words = "The claim says 12.000 người, the evidence 1.200 người."
    cited = add_passage(room.engine, "Đến ngày 7 tháng 5, 1.200 người đã rời làng.", kind=PassageKind.EVIDENCE)
    finding = add_finding(room.engine, "12.000 người đã rời làng.", passage=cited, kind="distorts", language="vi")
    with writing(room.engine) as connection:
        told = [["number", [0, 12], [21, 32], words]]
        connection.execute(update(findings).where(findings.c.id == finding).values(differences=told))
    _, body, _ = statements.suggestion(room.engine, [finding])
    assert "Thông tin nói 12.000 người, bằng chứng 1.200 người." in body
    assert "The claim says" not in body
