"""The evidence watch: what was cited is kept, what became of it is noticed, and a person settles it."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from alembic import command
from sqlalchemy import Engine, func, insert, select, update

from factdesk.editorial import audit, statements, watch
from factdesk.editorial.statement import State, Statement
from factdesk.editorial.watch import Became, Change
from factdesk.editorial.wording import compared
from factdesk.errors import NotAllowedError, NotFoundError, StateError
from factdesk.records import PassageKind
from factdesk.store.database import reading, writing
from factdesk.store.migrating import alembic_config
from factdesk.store.tables import captures, citations, documents, items, passages, sources, watched
from factdesk.store.tables import statements as table
from factdesk.store.watched import ask_again
from tests.editorial.conftest import Room
from tests.editorial.gatepass import waive_all
from tests.editorial.test_statements import correction, draft, edited, in_review, published
from tests.stores import NOW, add_passage

LATER = NOW + timedelta(days=2)
DAY = timedelta(days=1)


def snapshot(engine: Engine) -> dict[str, str]:
    with reading(engine) as connection:
        return dict(connection.execute(select(citations.c.snapshot)).scalar_one())


def replaced(room: Room, *, at: datetime = LATER, **values: object) -> None:
    """Read the passage anew, with other words."""
    with writing(room.engine) as connection:
        connection.execute(update(passages).where(passages.c.id == room.passage_id).values(added_at=at, **values))


def item_of(room: Room) -> int:
    with reading(room.engine) as connection:
        query = select(captures.c.item_id).join(documents, documents.c.capture_id == captures.c.id)
        query = query.join(passages, passages.c.document_id == documents.c.id).where(passages.c.id == room.passage_id)
        return int(connection.execute(query).scalar_one())


def captured(room: Room, *, at: datetime = LATER, outcome: str = "kept", text: str = "", title: str = "") -> None:
    """Fetch the cited page again and read it: of what stood there only ``text`` is left (or nothing could be read)."""
    with writing(room.engine) as connection:
        cited = select(passages.c.document_id).where(passages.c.id == room.passage_id).scalar_subquery()
        document = connection.execute(select(documents).where(documents.c.id == cited)).one()
        old = connection.execute(select(captures).where(captures.c.id == document.capture_id)).one()
        row = dict(old._mapping) | {"fetched_at": at, "read_at": at, "outcome": outcome, "reason": "It has 3 characters."}
        del row["id"]
        number = connection.execute(insert(captures).values(**row).returning(captures.c.id)).scalar_one()
        if outcome == "kept":
            read = {"capture_id": number, "text": text, "title": title}
            connection.execute(update(documents).where(documents.c.id == document.id).values(**read))


def noted(room: Room, outcome: str = "gone", *, at: datetime = LATER) -> None:
    with writing(room.engine) as connection:
        values = {"item_id": item_of(room), "asked_at": at, "outcome": outcome, "reason": "HTTP status 410.", "noted_at": at}
        connection.execute(insert(watched).values(**values))


def changes(room: Room, statement: Statement) -> tuple[Change, ...]:
    with reading(room.engine) as connection:
        return watch.changes(connection, statement)


def the_change(room: Room, statement: Statement) -> Change:
    (found,) = changes(room, statement)
    return found


def marked(change: Change) -> tuple[list[str], list[str]]:
    return tuple([side.text[a:b] for a, b in side.differs] for side in (change.before, change.after))  # type: ignore[return-value]


def heard(room: Room, statement: Statement, action: str = "statement.evidence_changed") -> list[str]:
    return [step.note for step in statements.get(room.engine, statement.id).history if step.action == action]


def test_citations_of_the_last_version_keep_what_their_passages_say(room: Room) -> None:
    made = published(room)
    for version, change in (("0003", command.downgrade), ("head", command.upgrade)):
        config = alembic_config()
        with writing(room.engine) as connection:
            config.attributes["connection"] = connection
            change(config, version)
    kept = snapshot(room.engine)
    passage = made.citations[0].passage
    assert (kept["text"], kept["detail"], kept["rating"]) == (passage.text, passage.detail, passage.rating)
    assert kept["published_at"] == "2026-03-04T12:00:00+00:00"
    assert statements.get(room.engine, made.id) == made


def test_a_passage_that_is_replaced_changes_no_statement(room: Room) -> None:
    made = published(room)
    replaced(room, text="The gates of the dam were opened by accident", title="Other", detail="Other.", rating="True")
    assert statements.get(room.engine, made.id) == made
    assert statements.get(room.engine, made.id).citations[0].passage.text == "The gates of the dam were opened on purpose"


def test_the_words_that_differ_are_marked_in_both(room: Room) -> None:
    made = published(room)
    replaced(room, text="The gates of the dam were opened by accident")
    change = the_change(room, made)
    assert change.became is Became.CHANGED
    assert marked(change) == (["on purpose"], ["by accident"])


def test_the_same_evidence_read_again_is_no_change(room: Room) -> None:
    made = published(room)
    captured(room, at=LATER, text="Another page.")
    replaced(room, at=LATER, text="The gates of  the dam\nwere opened on purpose")
    assert changes(room, made) == ()
    assert watch.review(room.engine, at=LATER) == 0


def test_another_rating_is_a_change(room: Room) -> None:
    made = published(room)
    replaced(room, rating="Half true", rating_value=0.5)
    change = the_change(room, made)
    assert (change.became, change.reason) == (Became.RATED, "It was rated “False” and is now rated “Half true”.")


@pytest.mark.parametrize("title", ["Retracted: the gates", "Đính chính: cửa đập", "Rectificatif : les vannes"])
def test_a_title_that_tells_of_a_correction_is_a_hint(room: Room, title: str) -> None:
    made = published(room)
    replaced(room, title=title)
    change = the_change(room, made)
    assert change.became is Became.RETRACTED
    assert change.after.text == title


@pytest.mark.parametrize(
    "title", ["Bulletin 14 of 9 May has been superseded by bulletin 15", "Thông báo này được thay thế", "Remplacé par le no 15"]
)
def test_a_page_that_says_that_something_newer_holds_is_superseded(room: Room, title: str) -> None:
    made = published(room)
    replaced(room, title=title)
    change = the_change(room, made)
    assert change.became is Became.SUPERSEDED
    assert "something newer may hold instead" in change.reason


def test_a_correction_in_the_middle_of_a_sentence_is_none(room: Room) -> None:
    made = published(room)
    detail = "Engineers inspected the gates. Both stayed shut all night. The old course of the river was corrected in 1912."
    replaced(room, detail=detail)
    assert changes(room, made) == ()


def test_a_page_that_backs_a_sentence_no_more_names_the_sentence(room: Room) -> None:
    made = published(room)
    assert "Both stayed shut" in made.body
    replaced(room, detail="Engineers inspected the gates. One opened at two in the morning.")
    change = the_change(room, made)
    assert change.became is Became.CHANGED
    assert any("Both stayed shut" in sentence for sentence in change.lost)
    assert "One opened at two in the morning." in change.after.text


def test_a_page_that_is_gone_is_told_once_and_not_when_it_comes_back(room: Room) -> None:
    made = published(room)
    noted(room)
    change = the_change(room, made)
    assert (change.became, change.reason, change.present) == (Became.GONE, "HTTP status 410.", None)
    assert [watch.review(room.engine, at=LATER) for _ in range(3)] == [1, 0, 0]
    captured(room, at=LATER + DAY, outcome="unchanged")
    assert changes(room, made) == ()


def test_a_page_that_cannot_be_asked_now_is_not_gone(room: Room) -> None:
    made = published(room)
    noted(room, "failed")
    assert changes(room, made) == ()


def test_a_page_that_gives_no_text_any_more_is_gone(room: Room) -> None:
    made = published(room)
    captured(room, outcome="too_short")
    assert the_change(room, made).reason == "The page gives no text any more. It has 3 characters."


def test_what_stands_in_its_place_is_shown(room: Room) -> None:
    made = published(room)
    captured(room, text="No gate was opened.")
    other = add_passage(room.engine, "The gates of the dam were opened by mistake", url="https://check.example/1")
    with writing(room.engine) as connection:
        cited = select(passages.c.document_id).where(passages.c.id == room.passage_id).scalar_subquery()
        connection.execute(update(passages).where(passages.c.id == other.id).values(added_at=LATER, document_id=cited))
    change = the_change(room, made)
    assert change.present is not None
    assert change.present.id == other.id
    assert marked(change) == (["on purpose"], ["by mistake"])


def test_an_address_that_leads_to_another_page_now_is_told(room: Room) -> None:
    made = published(room)
    captured(room, text="The gates of the dam were opened on purpose")
    with writing(room.engine) as connection:
        cited = select(passages.c.document_id).where(passages.c.id == room.passage_id).scalar_subquery()
        row = dict(connection.execute(select(documents).where(documents.c.id == cited)).one()._mapping)
        first = select(func.min(captures.c.id)).where(captures.c.item_id == item_of(room)).scalar_subquery()
        connection.execute(update(documents).where(documents.c.id == row["id"]).values(capture_id=first))
        connection.execute(insert(documents).values(**row | {"id": "home", "title": "Welcome", "text": "Our newest checks."}))
    assert the_change(room, made).reason == "The cited fact-check stands on the page no more."


def test_evidence_that_vanished_is_told_without_another(room: Room) -> None:
    made = published(room)
    captured(room, text="Nothing of it is left.", title="Withdrawn")
    change = the_change(room, made)
    assert (change.became, change.after.text, change.present) == (Became.RETRACTED, "", None)
    assert change.reason.startswith("The cited fact-check stands on the page no more.")


def test_a_cited_sentence_that_still_stands_in_a_page_cut_otherwise_is_the_same(room: Room) -> None:
    bulletin = add_passage(room.engine, "By 7 May 1,200 people had left.", kind=PassageKind.EVIDENCE, url="https://b.example/1")
    cited = [(room.passage_id, ""), (bulletin.id, "")]
    made = draft(room)
    text = {"title": made.title, "body": made.body, "rating": "false"}
    made = statements.save_revision(
        room.engine, made.id, user_id=room.writer, **text, citations=cited, expected_revision=1, at=NOW
    )
    other = replace(room, passage_id=bulletin.id)
    captured(other, text="In the evening: By 7 May 1,200\npeople had left. The road is open.")
    assert changes(room, made) == ()
    captured(other, text="By 7 May 900 people had left.")
    assert the_change(room, made).reason == "The cited sentence stands on the page no more."


def test_each_change_is_in_the_log_once(room: Room) -> None:
    made = published(room)
    replaced(room, text="The gates of the dam were opened by accident")
    assert [watch.review(room.engine, at=LATER) for _ in range(2)] == [1, 0]
    replaced(room, text="The gates of the dam were opened by mistake")
    assert [watch.review(room.engine, at=LATER + DAY) for _ in range(2)] == [1, 0]
    assert (
        heard(room, made)[0] == "Sorrin Check, No: The gates of the dam were opened on purpose: The cited words were changed."
    )
    assert len(heard(room, made)) == 2
    assert audit.verify(room.engine) == []


def test_only_what_is_public_or_on_its_way_is_reopened(room: Room) -> None:
    made = draft(room)
    replaced(room, text="The gates of the dam were opened by accident")
    assert watch.reopened(room.engine) == []
    assert watch.review(room.engine, at=LATER) == 0
    assert len(changes(room, made)) == 1


def test_a_withdrawn_statement_is_watched_no_more(room: Room) -> None:
    made = statements.withdraw(room.engine, published(room).id, user_id=room.second, reason="An error.", at=NOW)
    replaced(room, text="The gates of the dam were opened by accident")
    assert changes(room, made) == ()
    assert watch.reopened(room.engine) == []


def test_a_change_leaves_the_public_statement_as_it_is(room: Room) -> None:
    made = published(room)
    replaced(room, text="The gates of the dam were opened by accident")
    watch.review(room.engine, at=LATER)
    after = statements.get(room.engine, made.id)
    assert (after.state, after.visible, after.digest) == (State.PUBLISHED, made.visible, made.digest)
    assert [one.id for one, _ in watch.reopened(room.engine)] == [made.id]


def settle(
    room: Room, statement: Statement, *, user_id: int | None = None, reason: str = "It says the same thing."
) -> Statement:
    digest = the_change(room, statement).digest
    who = room.second if user_id is None else user_id
    return watch.settle(room.engine, statement.id, user_id=who, digest=digest, reason=reason, at=LATER)


def test_a_settled_change_is_closed_until_the_next(room: Room) -> None:
    made = published(room)
    replaced(room, text="The gates of the dam had been opened on purpose")
    settle(room, made)
    assert watch.reopened(room.engine) == []
    assert heard(room, made, "statement.evidence_settled")[0].endswith(": It says the same thing.")
    with pytest.raises(NotFoundError, match="settled"):
        settle(room, made)
    replaced(room, text="The gates of the dam were opened by accident")
    assert len(watch.reopened(room.engine)) == 1


def test_settling_needs_an_editor_and_a_reason(room: Room) -> None:
    made = published(room)
    replaced(room, text="The gates of the dam were opened by accident")
    with pytest.raises(NotAllowedError):
        settle(room, made, user_id=room.analyst)
    with pytest.raises(StateError, match="reason"):
        settle(room, made, reason="  fine  ")
    assert len(watch.reopened(room.engine)) == 1


def test_a_correction_that_cites_what_stands_there_now_closes_it_when_it_is_public(room: Room) -> None:
    made = published(room)
    replaced(room, text="The gates of the dam were opened by accident", rating="Half true", rating_value=0.5)
    opened = correction(room, made, user_id=room.writer)
    assert opened.citations[0].passage.text == "The gates of the dam were opened by accident"
    assert len(watch.reopened(room.engine)) == 1
    waive_all(room.engine, made.id, user_id=room.writer)
    waiting = statements.submit(room.engine, made.id, user_id=room.writer, at=LATER)
    statements.approve(room.engine, made.id, user_id=room.second, digest=waiting.digest, at=LATER)
    after = statements.publish(room.engine, made.id, user_id=room.writer, at=LATER)
    assert changes(room, after) == ()
    assert watch.reopened(room.engine) == []


def test_nobody_approves_over_changed_evidence_unless_it_is_settled(room: Room) -> None:
    waiting = in_review(room)
    replaced(room, text="The gates of the dam had been opened on purpose")
    with pytest.raises(StateError, match="evidence changed since it was cited"):
        statements.approve(room.engine, waiting.id, user_id=room.third, digest=waiting.digest, at=LATER)
    settle(room, waiting)
    with pytest.raises(NotAllowedError, match="although its evidence changed"):
        statements.approve(room.engine, waiting.id, user_id=room.second, digest=waiting.digest, at=LATER)
    approved = statements.approve(room.engine, waiting.id, user_id=room.third, digest=waiting.digest, at=LATER)
    assert approved.state is State.APPROVED


def test_an_edit_cites_what_stands_there_now(room: Room) -> None:
    made = draft(room)
    replaced(room, text="The gates of the dam were opened by accident")
    after = edited(room, made, user_id=room.writer, body=made.body)
    assert after.citations[0].passage.text == "The gates of the dam were opened by accident"
    assert changes(room, after) == ()


def due(room: Room, *, now: datetime) -> int:
    with writing(room.engine) as connection:
        return ask_again(connection, now=now, every=DAY)


def ended(room: Room) -> None:
    with writing(room.engine) as connection:
        connection.execute(update(items).values(outcome="kept", retry_at=None))


def test_a_cited_page_is_due_once_a_day(room: Room) -> None:
    published(room)
    ended(room)
    assert due(room, now=NOW + timedelta(hours=23)) == 0
    assert due(room, now=LATER) == 1
    assert due(room, now=LATER) == 0
    ended(room)
    assert due(room, now=LATER + timedelta(hours=23)) == 0
    assert due(room, now=LATER + DAY) == 1
    with reading(room.engine) as connection:
        waiting = select(items.c.id).where(items.c.retry_at.is_not(None))
        assert list(connection.execute(waiting).scalars()) == [item_of(room)]


@pytest.mark.parametrize("why", ["draft", "withdrawn", "switched off"])
def test_a_page_that_nothing_public_stands_on_is_left_alone(room: Room, why: str) -> None:
    made = draft(room) if why == "draft" else published(room)
    ended(room)
    with writing(room.engine) as connection:
        if why == "withdrawn":
            connection.execute(update(table).where(table.c.id == made.id).values(state="withdrawn"))
        if why == "switched off":
            connection.execute(update(sources).values(enabled=False))
    assert due(room, now=LATER) == 0
    with reading(room.engine) as connection:
        assert connection.execute(select(func.count()).select_from(watched)).scalar_one() == 0


@pytest.mark.parametrize(
    ("before", "after", "marks"),
    [
        ("1,200 people left.", "12,000 people left.", (["1,200"], ["12,000"])),
        ("水位上升了三米", "水位上升了五米", (["三"], ["五"])),
        ("All stayed.", "All stayed. So it was.", ([], ["So it was."])),
        ("", "New.", ([], ["New."])),
    ],
)
def test_differing_words_are_spans_of_the_text(before: str, after: str, marks: tuple[list[str], list[str]]) -> None:
    found = compared(before, after)
    assert tuple([side.text[a:b] for a, b in side.differs] for side in found) == marks


def test_a_long_wording_is_cut() -> None:
    one, other = compared("word " * 5000, "other " * 5000)
    assert one.text.endswith(" …")
    assert len(other.text) < 3000
