"""A wrong match is corrected, and an item shows what it said at each capture."""

import re
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import insert, select, update

from crawlers import Archive
from crawlers._archive import Exchange
from factdesk.entries import passage_entry
from factdesk.errors import StateError
from factdesk.harm import load_policy
from factdesk.reciting import Correction, cite_anew
from factdesk.store.database import reading, writing
from factdesk.store.findings_view import QueueFilter, queue
from factdesk.store.passages import put_passages
from factdesk.store.reviews import reviews_of
from factdesk.store.tables import captures
from index import open_index
from index.base import EntryKind, Query
from tests.dashboards import world
from tests.dashboards.conftest import House, post

_NUMBER, _DEBUNK = world.finding_id("number"), world.finding_id("debunk")
_PAGE = "<html><head><title>{title}</title></head><body><article><h1>{title}</h1><p>{text}</p></article></body></html>"
_THEN = "Buses ran all night from the market square to the hills. 1,200 people had left Lower Teyn by 7 May, said the mayor."


@pytest.fixture
def library(house: House) -> House:
    """The desk with its fact-check and its bulletin in the index."""
    index = open_index(house.settings.index, dim=4)
    vector = np.array([1, 0, 0, 0], dtype=np.float32)
    index.add([passage_entry(passage, vector) for passage in (world.LETTER, world.BULLETIN)])
    index.close()
    with writing(house.engine) as connection:
        put_passages(connection, [(world.LETTER, vector)], at=world.NOW)
    return house


def test_what_else_it_may_be_about_is_offered_without_what_it_cites(library: House) -> None:
    others = library.as_("ana").get(f"/findings/{_NUMBER}/others").text
    assert world.LETTER.text in others
    assert world.BULLETIN.text not in others
    fragment = library.as_("ana").get(f"/findings/{_NUMBER}/others", headers={"hx-request": "true"}).text
    assert "<html" not in fragment
    assert 'data-choice="1"' in fragment
    assert library.as_("ana").get("/findings/nothing/others").status_code == 404


def test_a_chosen_citation_replaces_the_old_one_and_teaches(library: House) -> None:
    answer = post(library.as_("ana"), f"/findings/{_NUMBER}/citation", passage=world.LETTER.id)
    assert answer.url.path == f"/items/{world.document_id('number')}"
    rows = queue(library.engine, QueueFilter(state="confirmed")).rows
    (finding,) = (row.first.finding for row in rows)
    assert (finding.id, finding.kind, finding.citation) == (_NUMBER, "repeats", world.LETTER)
    assert finding.differences == ()
    told = reviews_of(library.engine, [_NUMBER])[_NUMBER]
    assert [one.decision for one in told] == ["confirmed", "rejected"]
    index = open_index(library.settings.index, dim=4)
    found = index.search(Query("finding:repeats Teyn", kinds=(EntryKind.CLAIM,)))
    index.close()
    assert [hit.document_id for hit in found.hits] == [world.document_id("number")]


def test_a_debunk_is_never_made_a_flag_and_an_unknown_passage_is_refused(library: House) -> None:
    index = open_index(library.settings.index, dim=4)
    told, policy = Correction(_DEBUNK, world.CHECK.id, 1, library.clock()), load_policy(None)
    with pytest.raises(StateError, match="Only a flag"):
        cite_anew(library.engine, index, told, policy=policy)
    index.close()
    assert post(library.as_("ana"), f"/findings/{_NUMBER}/citation", passage="none").status_code == 404


def archived(house: House, key: str, *texts: str) -> list[int]:
    """Archive a capture of an item for each text; the item's own one is the last. Return their numbers."""
    archive = Archive(house.settings.archive)
    places = []
    for text in texts:
        body = _PAGE.format(title="Thousands leave Lower Teyn", text=text).encode()
        url, headers = f"https://barrow.example/{key}", (("Content-Type", "text/html"),)
        places.append(archive.append(Exchange(url, world.NOW, 200, headers, body)))
    archive.sync()
    archive.close()
    with writing(house.engine) as connection:
        own = connection.execute(select(captures).where(captures.c.url == f"https://barrow.example/{key}")).one()
        *before, last = places
        connection.execute(update(captures).where(captures.c.id == own.id).values(warc_file=last.file, warc_offset=last.offset))
        kept = {name: value for name, value in own._asdict().items() if name != "id"}
        rows = [{**kept, "warc_file": one.file, "warc_offset": one.offset, "digest": "1" * 64} for one in before]
        made = [connection.execute(insert(captures).values(**row).returning(captures.c.id)).scalar_one() for row in rows]
    return [*made, own.id]


def test_an_item_shows_what_it_said_at_each_capture_and_what_changed(house: House) -> None:
    now = next(one for one in world.TOLD if one.key == "number").text
    before, own = archived(house, "number", _THEN, now)
    page = f"/items/{world.document_id('number')}"
    listed = re.findall(rf'href="{page}/captures/(\d+)"', house.as_("ana").get(page).text)
    assert {int(one) for one in listed} == {before, own}
    text = house.as_("ana").get(f"{page}/captures/{before}").text
    assert "The page was changed." in text
    gone = re.findall(r'<mark class="differs">([^<]+)', text)
    assert any("1,200 people" in one for one in gone)
    assert any("12,000 people" in one for one in gone)
    assert house.as_("ana").get(f"{page}/captures/999").status_code == 404


def test_a_capture_that_the_archive_lost_is_said_to_be(house: House) -> None:
    with reading(house.engine) as connection:
        number = connection.execute(select(captures.c.id).where(captures.c.url.like("%/number"))).scalar()
    answer = house.as_("ana").get(f"/items/{world.document_id('number')}/captures/{number}")
    assert answer.status_code == 404
    assert "cannot be read from the archive" in answer.text


def test_a_policy_that_is_no_policy_is_named(tmp_path: Path) -> None:
    from factdesk.errors import SettingsError  # noqa: PLC0415 # only this asks for it

    for words in (
        "harm = 1",
        "[[harm]]\nsubject = 'x'",
        "[[harm",
        '[[harm]]\nsubject="a"\nname="b"\nweight=99\nwords.en=["x"]',
    ):
        path = tmp_path / f"{abs(hash(words))}.toml"
        path.write_text(words, encoding="utf-8")
        with pytest.raises(SettingsError, match="policy"):
            load_policy(path)
    with pytest.raises(SettingsError, match="cannot be read"):
        load_policy(tmp_path / "none.toml")
