"""Evidence offered sentence by sentence: what is said to back a sentence passes the gate when it is cited."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import update

from factdesk.editorial import editing, gatekeeping, offers, statements
from factdesk.editorial.editing import Edit, version_of
from factdesk.editorial.gate import Standing, problems
from factdesk.editorial.merging import Version
from factdesk.editorial.offers import Line
from factdesk.editorial.statement import Statement
from factdesk.records import Passage, PassageKind
from factdesk.store.database import reading, writing
from factdesk.store.tables import claims
from index import open_index
from index.base import Entry, EntryKind, SearchIndex
from tests.editorial.conftest import Room
from tests.editorial.test_statements import draft
from tests.stores import NOW, add_finding, add_passage

BULLETIN = "On 10 March the authority moved 1,200 people out of Lower Teyn."


@pytest.fixture
def index(tmp_path: Path) -> Iterator[SearchIndex]:
    opened = open_index(f"sqlite:///{tmp_path / 'library.sqlite3'}", dim=4)
    yield opened
    opened.close()


def shelve(index: SearchIndex, passage: Passage) -> Passage:
    kind = EntryKind.EVIDENCE if passage.kind is PassageKind.EVIDENCE else EntryKind.FACTCHECK
    told = {"title": passage.title, "text": passage.text, "language": passage.language, "seen_at": NOW}
    index.add([Entry(id=passage.id, kind=kind, passage=passage, vector=np.zeros(4, dtype=np.float32), **told)])  # type: ignore[arg-type]
    return passage


def shown(room: Room, index: SearchIndex, statement: Statement, *, body: str) -> list[Line]:
    text = replace(version_of(statement.newest), body=body, title="")
    with reading(room.engine) as connection:
        return list(offers.lines(connection, index, statement, text=text))


def test_the_library_is_offered_and_what_is_offered_passes_once_cited(room: Room, index: SearchIndex) -> None:
    passage = shelve(index, add_passage(room.engine, BULLETIN, kind=PassageKind.EVIDENCE, url="https://authority.example/3"))
    made = draft(room)
    sentence = "The authority moved about 1,200 people out of Lower Teyn on 10 March."
    (line,) = shown(room, index, made, body=sentence)
    assert line.ruling.standing is Standing.UNBACKED
    assert [(offer.passage.id, offer.holds) for offer in line.offers] == [(passage.id, True)]
    text = replace(version_of(made.newest), body=sentence)
    cited = replace(text, citations=(*text.citations, (passage.id, "")))
    edit = Edit(cited, made.revision)
    saved = editing.save(room.engine, made.id, user_id=room.writer, edit=edit, at=NOW).statement
    ruled = gatekeeping.standing(room.engine, saved.id)
    assert [one.text for one in problems(ruled)] == []
    (line,) = shown(room, index, saved, body=sentence)
    assert line.backed_by is not None
    assert (line.backed_by.id, line.offers) == (passage.id, ())


def test_what_comes_near_says_what_it_lacks(room: Room, index: SearchIndex) -> None:
    shelve(index, add_passage(room.engine, BULLETIN, kind=PassageKind.EVIDENCE, url="https://authority.example/3"))
    (line,) = shown(room, index, draft(room), body="The authority moved 12,000 people out of Lower Teyn on 10 March.")
    assert [offer.holds for offer in line.offers] == [False]
    assert "12,000" in " ".join(line.offers[0].lacks)


def test_a_passage_whose_page_is_not_archived_is_not_said_to_back(room: Room, index: SearchIndex) -> None:
    told = {"kind": PassageKind.EVIDENCE, "url": "https://authority.example/4", "archived": False}
    shelve(index, add_passage(room.engine, BULLETIN, **told))  # type: ignore[arg-type] # a test's shorthand
    (line,) = shown(room, index, draft(room), body=BULLETIN)
    assert [offer.holds for offer in line.offers] == [False]
    assert "not archived" in " ".join(line.offers[0].lacks)


def test_the_passages_of_the_same_story_are_offered_without_the_library(room: Room, index: SearchIndex) -> None:
    made = draft(room)
    other = add_passage(room.engine, BULLETIN, kind=PassageKind.EVIDENCE, url="https://authority.example/5")
    add_finding(room.engine, "They drove everybody out.", passage=other, kind="distorts")
    with writing(room.engine) as connection:
        connection.execute(update(claims).values(narrative_id="n" * 32))
    (line,) = shown(room, index, made, body=BULLETIN)
    assert [(offer.passage.id, offer.holds) for offer in line.offers] == [(other.id, True)]


def test_nothing_is_offered_for_the_claim_or_a_sentence_that_tells_it_again(room: Room, index: SearchIndex) -> None:
    made = draft(room)
    lines = shown(room, index, made, body=f"The claim: “{made.claim_text}”\n\n{made.claim_text}")
    assert [(line.ruling.standing, line.offers) for line in lines] == [(Standing.CLAIM, ()), (Standing.RESTATES, ())]


def test_words_of_a_draft_are_never_read_as_a_query(room: Room, index: SearchIndex) -> None:
    odd = 'lang:xx (unclosed “quote" OR NOT -minus title: * published:9999-99 kind:nonsense 12% — «Ambrel»'
    assert shown(room, index, draft(room), body=f"{odd} fell by 3 metres.")
    assert shown(room, index, draft(room), body="x" * 5000 + " fell by 3 metres.")


def test_a_citation_that_the_library_lost_is_left_out(room: Room, index: SearchIndex) -> None:
    made = draft(room)
    text = Version("T", "It fell by 3 metres.", "false", citations=(("gone", ""),))
    with reading(room.engine) as connection:
        assert offers.lines(connection, index, made, text=text)
    assert statements.get(room.engine, made.id).citations
