"""The search page: why hits were found, how results are narrowed and laid out in time, and a sentence asked for by meaning."""

import re

import numpy as np

from factdesk.entries import claim_entry, document_entry
from factdesk.records import Claim, digest_id
from factdesk.store import documents as stored
from factdesk.store.database import reading, writing
from index import open_index
from tests.dashboards import world
from tests.dashboards.conftest import House


def plain(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def search(house: House, q: str, **asked: str) -> str:
    return house.as_("ana").get("/search", params={"q": q, **asked}).text


def test_a_hit_says_by_which_parts_of_the_query_it_was_found(house: House) -> None:
    text = search(house, "gtaes~ OR weir")
    assert '<code dir="auto">gtaes~</code>' in text
    assert "<mark>gates</mark>" in text
    assert '<code dir="auto">weir</code>' not in text


def test_a_mistake_is_marked_as_far_as_it_goes(house: House) -> None:
    text = search(house, "gates seen:7d")
    assert '<mark class="differs">7d</mark>' in text
    assert "seen:&lt;7d for what is newer" in text


def test_results_lie_in_time_by_hour_day_or_week(house: House) -> None:
    assert "Results by day" in search(house, "gates OR river")
    text = search(house, "gates OR river", by="hour")
    assert "Results by hour" in text
    assert 'name="by" value="hour"' in text
    assert "by=week" in text
    assert "Results by day" in search(house, "gates OR river", by="century")


def test_events_and_narratives_narrow_by_what_they_tell(house: House) -> None:
    with reading(house.engine) as connection:
        told = [one for one in stored.all_documents(connection) if "gates" in one.text]
    index = open_index(house.settings.index, dim=4)
    index.add([document_entry(one, source="x", narrative=world.GATES) for one in told])
    index.close()
    text = search(house, "gates", kind="all")
    assert world.EVENT in plain(text.partition('class="facets"')[2])
    stories = re.findall(r'href="/search\?[^"]*narrative=([0-9a-f]+)[^"]*">([^<]+)', text)
    assert stories
    assert all(name == world.GATES and " " in label for name, label in stories)


def test_a_sentence_is_searched_by_the_meaning_of_the_nearest_stored_one(house: House) -> None:
    near, far = np.eye(4, dtype=np.float32)[:2]
    with reading(house.engine) as connection:
        document = next(iter(stored.all_documents(connection)))
    told = {"The turbines were sold in secret": near, "Les turbines ont été vendues": near, "The bread is fresh": far}
    claims = [(Claim(digest_id(text), document.id, text, 0, len(text), "en", 1.0), vector) for text, vector in told.items()]
    with writing(house.engine) as connection:
        stored.put_claims(connection, claims, at=world.NOW)
    index = open_index(house.settings.index, dim=4)
    index.add(
        [claim_entry(claim, document, vector, source="x", finding="unchecked", narrative=None) for claim, vector in claims]
    )
    index.close()
    text = plain(search(house, 'similar:"were the turbines sold?"', kind="claim"))
    assert "is taken to mean what the nearest sentence on this desk says: The turbines were sold in secret" in text
    assert "Les turbines" in text
    assert "bread" not in text


def test_a_sentence_like_which_nothing_was_read_is_a_mistake_at_its_place(house: House) -> None:
    answer = house.as_("ana").get("/search", params={"q": 'gates similar:"qqzz"'})
    assert answer.status_code == 422
    assert "search for its words" in answer.text
    assert '<mark class="differs">&#34;qqzz&#34;</mark>' in answer.text
