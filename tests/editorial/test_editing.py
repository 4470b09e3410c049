"""Several people on one statement: every word of each is in a revision, in a conflict, or kept."""

import threading
from datetime import timedelta

import pytest

from factdesk.editorial import editing, statements, working
from factdesk.editorial.editing import ConflictError, Edit, version_of
from factdesk.editorial.merging import Side, Version
from factdesk.editorial.statement import State, Statement
from factdesk.errors import NotAllowedError, NotFoundError, StateError
from tests.editorial.conftest import Room
from tests.editorial.test_statements import draft, published
from tests.stores import NOW


def wrote(statement: Statement, *, old: str = "", new: str = "", note: str = "") -> Version:
    text = version_of(statement.newest)
    body = text.body.replace(old, new) if old else f"{text.body}\n\n{new}"
    return Version(text.title, body, text.rating, note, text.citations)


def save(room: Room, statement: Statement, mine: Version, *, by: int, **more: object) -> editing.Saved:
    edit = Edit(mine, statement.revision, **more)  # type: ignore[arg-type] # a test's shorthand
    return editing.save(room.engine, statement.id, user_id=by, edit=edit, at=NOW)


def test_the_second_save_is_merged_with_the_first(room: Room) -> None:
    begun = draft(room)
    save(room, begun, wrote(begun, new="The second wrote this."), by=room.second)
    saved = save(room, begun, wrote(begun, old="In short", new="Briefly"), by=room.writer)
    assert saved.merged_with == 2
    assert saved.statement.revision == 3
    assert "The second wrote this." in saved.statement.body
    assert "Briefly" in saved.statement.body
    assert set(saved.statement.authors) == {room.writer, room.second}


def test_what_both_changed_is_asked_once_and_picked(room: Room) -> None:
    begun = draft(room)
    mine, theirs = wrote(begun, old="In short", new="Briefly"), wrote(begun, old="In short", new="In sum")
    save(room, begun, theirs, by=room.second)
    with pytest.raises(ConflictError, match="disagree in one place") as told:
        save(room, begun, mine, by=room.writer)
    assert (told.value.base, told.value.theirs.number, told.value.mine) == (1, 2, mine)
    save(room, statements.get(room.engine, begun.id), wrote(begun, old="In short", new="In sum"), by=room.second)
    saved = save(room, begun, mine, by=room.writer, against=2, picks={0: Side.MINE})
    assert "Briefly" in saved.statement.body
    assert "In sum" not in saved.statement.body


def test_a_pick_against_an_older_revision_is_merged_with_what_came_since(room: Room) -> None:
    begun = draft(room)
    second = save(room, begun, wrote(begun, old="In short", new="In sum"), by=room.second).statement
    save(room, second, wrote(second, new="And a third paragraph."), by=room.third)
    picked = save(room, begun, wrote(begun, old="In short", new="Briefly"), by=room.writer, against=2, picks={0: Side.MINE})
    assert "Briefly" in picked.statement.body
    assert "And a third paragraph." in picked.statement.body


def test_two_corrections_at_once_are_merged(room: Room) -> None:
    public = published(room)
    save(room, public, wrote(public, new="One more fact.", note="A fact was missing."), by=room.second)
    both = save(
        room, public, wrote(public, old="In short", new="Briefly", note="A fact was missing."), by=room.writer
    ).statement
    assert "One more fact." in both.body
    assert "Briefly" in both.body
    assert both.visible == public.visible


@pytest.mark.parametrize("base", [0, 9])
def test_an_edit_of_no_revision_is_refused(room: Room, base: int) -> None:
    begun = draft(room)
    edit = Edit(wrote(begun, new="x"), base)
    with pytest.raises(NotFoundError, match="no revision"):
        editing.save(room.engine, begun.id, user_id=room.writer, edit=edit, at=NOW)


def test_a_merge_voids_the_approval_as_any_edit_does(room: Room) -> None:
    begun = draft(room)
    waiting = statements.submit(room.engine, begun.id, user_id=room.writer, at=NOW)
    statements.approve(room.engine, begun.id, user_id=room.second, digest=waiting.digest, at=NOW)
    assert save(room, begun, wrote(begun, new="More."), by=room.writer).statement.state is State.DRAFT


def test_eight_people_who_save_at_once_lose_no_word(room: Room) -> None:
    """Each appends a sentence to a paragraph of its own; all begin from the same revision and save in one moment."""
    begun = draft(room)
    body = "\n\n".join(f"Paragraph {number}." for number in range(8))
    begun = save(room, begun, Version("T", body, "false"), by=room.writer).statement
    gate = threading.Barrier(8)

    def work(number: int) -> None:
        gate.wait(10)
        save(room, begun, wrote(begun, old=f"Paragraph {number}.", new=f"Written by {number}."), by=room.second)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    shown = statements.get(room.engine, begun.id).body
    assert [number for number in range(8) if f"Written by {number}." not in shown] == []


def test_a_kept_text_is_one_persons_and_goes_when_it_is_saved(room: Room) -> None:
    begun = draft(room)
    of = working.of_statement(begun.id)
    mine = wrote(begun, new="Not saved yet.")
    for at in (NOW, NOW + timedelta(minutes=1)):
        working.keep(room.engine, room.writer, of=of, version=mine, base_revision=1, at=at)
    kept = working.kept(room.engine, room.writer, of=of)
    assert kept is not None
    assert (kept.version, kept.base_revision, kept.at) == (mine, 1, NOW + timedelta(minutes=1))
    assert working.kept(room.engine, room.second, of=of) is None
    save(room, begun, mine, by=room.writer)
    assert working.kept(room.engine, room.writer, of=of) is None


def test_what_nobody_touched_for_long_is_forgotten_but_not_the_only_copy_of_work(room: Room) -> None:
    begun = draft(room)
    keep, later = timedelta(days=30), NOW + timedelta(days=40)
    ahead, saved, new = working.of_statement(begun.id), working.of_statement(begun.id), working.of_findings(["f"])
    working.keep(
        room.engine, room.writer, of=ahead, version=wrote(begun, new="Mine."), base_revision=1, at=NOW + timedelta(days=2)
    )
    working.keep(room.engine, room.second, of=saved, version=wrote(begun, new="Old."), base_revision=1, at=NOW)
    working.keep(room.engine, room.third, of=new, version=wrote(begun, new="Never begun."), base_revision=0, at=NOW)
    working.keep(room.engine, room.third, of=saved, version=wrote(begun, new="Young."), base_revision=1, at=later)
    save(room, begun, wrote(begun, new="Saved."), by=room.second)
    working.keep(room.engine, room.second, of=saved, version=wrote(begun, new="Old."), base_revision=1, at=NOW)
    assert working.expire(room.engine, keep=keep, at=NOW + timedelta(days=29)) == 0
    assert working.expire(room.engine, keep=keep, at=later) == 2
    assert working.kept(room.engine, room.second, of=saved) is None
    assert working.kept(room.engine, room.third, of=new) is None
    assert working.kept(room.engine, room.third, of=saved) is not None
    assert working.kept(room.engine, room.writer, of=ahead) is not None
    assert working.expire(room.engine, keep=keep, at=NOW + timedelta(days=370)) == 1
    assert working.kept(room.engine, room.writer, of=ahead) is None


def test_more_than_a_statement_holds_is_not_kept(room: Room) -> None:
    long = Version("T", "x" * 20_001, "false")
    with pytest.raises(StateError, match="too long"):
        working.keep(room.engine, room.writer, of="statement:1", version=long, base_revision=1, at=NOW)
    many = Version("T", "x", "false", citations=tuple((str(number), "") for number in range(101)))
    with pytest.raises(StateError, match="more than a statement can cite"):
        working.keep(room.engine, room.writer, of="statement:1", version=many, base_revision=1, at=NOW)


def test_only_editors_save(room: Room) -> None:
    begun = draft(room)
    with pytest.raises(NotAllowedError):
        save(room, begun, wrote(begun, new="x"), by=room.analyst)
