"""Languages side by side: one story, each language a statement of its own with its own second person."""

import pytest

from factdesk.editorial import statements, versions
from factdesk.editorial.statement import State, Statement
from factdesk.editorial.versions import Beginning, relabelled
from factdesk.errors import NotAllowedError, StateError
from tests.editorial.conftest import Room
from tests.editorial.gatepass import waive_all
from tests.editorial.test_drafting import machine_draft
from tests.editorial.test_statements import draft, published
from tests.stores import NOW

SPANISH = Beginning("es", "Abrieron las compuertas a propósito aquella noche.")


def begin(room: Room, source: Statement, beginning: Beginning = SPANISH, *, by: int | None = None) -> Statement:
    return versions.begin(room.engine, source.id, user_id=by or room.second, beginning=beginning, at=NOW)


def approve(room: Room, made: Statement, *, author: int, approver: int) -> Statement:
    waive_all(room.engine, made.id, user_id=author)
    waiting = statements.submit(room.engine, made.id, user_id=author, at=NOW)
    statements.approve(room.engine, made.id, user_id=approver, digest=waiting.digest, at=NOW)
    return statements.publish(room.engine, made.id, user_id=author, at=NOW)


def test_a_version_begins_with_the_evidence_and_the_layout_of_its_language(room: Room) -> None:
    source = draft(room)
    made = begin(room, source)
    assert (made.language, made.state, made.claim_text) == ("es", State.DRAFT, SPANISH.claim)
    assert [one.passage.id for one in made.citations] == [one.passage.id for one in source.citations]
    assert made.finding_ids == source.finding_ids
    assert made.body.startswith("Los hechos:")
    assert f"La afirmación que circula: “{SPANISH.claim}”" in made.body
    assert [one.id for one in versions.others(room.engine, source)] == [made.id]
    french = begin(room, made, Beginning("fr", "Ils ont ouvert les vannes."))
    assert [one.language for one in versions.others(room.engine, french)] == ["en", "es"]
    assert made.authors == (room.second,)


def test_each_language_is_approved_by_itself(room: Room) -> None:
    public = published(room)
    made = begin(room, public)
    assert made.visible is None
    assert versions.public(public, versions.others(room.engine, public)) == ()
    with pytest.raises(NotAllowedError, match="You wrote part"):
        approve(room, made, author=room.second, approver=room.second)
    statements.approve(room.engine, made.id, user_id=room.third, digest=made.digest, at=NOW)
    open_ = statements.publish(room.engine, made.id, user_id=room.second, at=NOW)
    shown = versions.public(public, versions.others(room.engine, public))
    assert [(one.language, one.id) for one in shown] == [("en", public.id), ("es", open_.id)]
    statements.withdraw(room.engine, made.id, user_id=room.third, reason="Wrong word.", at=NOW)
    assert statements.get(room.engine, public.id).state is State.PUBLISHED
    assert versions.public(public, versions.others(room.engine, public)) == ()


@pytest.mark.parametrize(
    ("beginning", "words"),
    [
        (Beginning("en", "x"), "already"),
        (Beginning("ES", "x"), "already"),
        (Beginning("x", "x"), "no language"),
        (Beginning("e' OR 1", "x"), "no language"),
        (Beginning("fr", " "), "claim is missing"),
    ],
)
def test_a_language_is_there_once_and_needs_its_claim(room: Room, beginning: Beginning, words: str) -> None:
    source = draft(room)
    begin(room, source)
    with pytest.raises(StateError, match=words):
        begin(room, source, beginning)


def test_only_editors_begin_a_version(room: Room) -> None:
    with pytest.raises(NotAllowedError):
        begin(room, draft(room), by=room.manager)


def test_a_machines_text_stays_marked_in_the_other_language_too(room: Room) -> None:
    made = begin(room, machine_draft(room))
    with pytest.raises(StateError, match="as tiny-1 wrote"):
        statements.submit(room.engine, made.id, user_id=room.second, at=NOW)


def test_labels_are_put_into_the_language_and_other_paragraphs_stay() -> None:
    body = "The facts: Shut.\n\nFree words.\n\nThe claim going around: “Open”\n\nIn short: Shut."
    told = relabelled(body, "en", code="vi", claim="Mở")
    assert told == "Sự thật: Shut.\n\nFree words.\n\nThông tin đang lan truyền: “Mở”\n\nTóm lại: Shut."
