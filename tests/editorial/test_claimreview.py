import json

import pytest

from factdesk.editorial import statements
from factdesk.editorial.claimreview import json_ld
from tests.editorial.conftest import Room
from tests.editorial.gatepass import waive_all
from tests.editorial.test_statements import draft, edited, published
from tests.stores import NOW


def test_it_names_claim_rating_and_sources_and_no_person(room: Room) -> None:
    value = json.loads(json_ld(published(room), desk_name="River Desk", base_url="https://desk.example/"))
    assert value["@type"] == "ClaimReview"
    assert value["claimReviewed"] == "They opened the dam gates on purpose that night."
    assert value["reviewRating"] == {
        "@type": "Rating",
        "ratingValue": 1,
        "bestRating": 5,
        "worstRating": 1,
        "alternateName": "False",
    }
    assert value["url"].startswith("https://desk.example/statements/")
    assert value["author"] == {"@type": "Organization", "name": "River Desk", "url": "https://desk.example/statements"}
    assert [cited["url"] for cited in value["citation"]] == ["https://check.example/1"]
    assert "Person" not in json.dumps(value)


def test_it_cannot_close_its_script_element(room: Room) -> None:
    statement = edited(room, draft(room), user_id=room.writer, body="b")
    hostile = statements.save_revision(
        room.engine,
        statement.id,
        user_id=room.writer,
        title="</script><script>alert(1)</script>",
        body="b",
        rating="false",
        citations=[(room.passage_id, "")],
        expected_revision=statement.revision,
        at=NOW,
    )
    waive_all(room.engine, hostile.id, user_id=room.writer)
    waiting = statements.submit(room.engine, hostile.id, user_id=room.writer, at=NOW)
    statements.approve(room.engine, waiting.id, user_id=room.second, digest=waiting.digest, at=NOW)
    text = json_ld(
        statements.publish(room.engine, waiting.id, user_id=room.writer, at=NOW), desk_name="D", base_url="https://d"
    )
    assert "<" not in text
    assert json.loads(text)["headline"] == "</script><script>alert(1)</script>"


def test_an_unpublished_statement_has_none(room: Room) -> None:
    with pytest.raises(ValueError, match="unpublished"):
        json_ld(draft(room), desk_name="D", base_url="https://d.example")
