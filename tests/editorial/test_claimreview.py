import json
from dataclasses import replace
from datetime import datetime

import pytest

from factdesk.editorial import statements
from factdesk.editorial.claimreview import json_ld
from factdesk.editorial.statement import Citation
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
        "name": "False",
    }
    assert value["url"].startswith("https://desk.example/statements/")
    assert value["author"] == {"@type": "Organization", "name": "River Desk", "url": "https://desk.example/statements"}
    assert [cited["url"] for cited in value["citation"]] == ["https://check.example/1"]
    assert "Person" not in json.dumps(value)


_TEXT, _URL, _DATE, _NUMBER = "text", "url", "date", "number"
# schema.org, version 29: what each type used here takes, and of which kind
SCHEMA: dict[str, dict[str, tuple[str, ...]]] = {
    "ClaimReview": {
        "url": (_URL,),
        "datePublished": (_DATE,),
        "dateModified": (_DATE,),
        "inLanguage": (_TEXT,),
        "headline": (_TEXT,),
        "claimReviewed": (_TEXT,),
        "author": ("Organization",),
        "publisher": ("Organization",),
        "reviewRating": ("Rating",),
        "itemReviewed": ("Claim",),
        "citation": ("CreativeWork",),
    },
    "Organization": {"name": (_TEXT,), "url": (_URL,)},
    "Rating": {
        "ratingValue": (_NUMBER,),
        "bestRating": (_NUMBER,),
        "worstRating": (_NUMBER,),
        "alternateName": (_TEXT,),
        "name": (_TEXT,),
    },
    "Claim": {"text": (_TEXT,), "datePublished": (_DATE,)},
    "CreativeWork": {"url": (_URL,), "name": (_TEXT,)},
}
# Google's fact-check markup: what it requires, and what it recommends that names or leads to nobody
REQUIRED = {
    "ClaimReview": ("claimReviewed", "reviewRating", "url"),
    "Rating": ("alternateName",),
    "Organization": ("name", "url"),
}
RECOMMENDED = {
    "ClaimReview": ("author", "datePublished", "itemReviewed"),
    "Rating": ("bestRating", "ratingValue", "worstRating", "name"),
    "Claim": ("datePublished",),
}


def faults(value: object, *, kinds: tuple[str, ...], at: str = "ClaimReview") -> list[str]:
    """Return what is wrong with a JSON-LD value that should be of one of ``kinds``."""
    if isinstance(value, list):
        return [fault for one in value for fault in faults(one, kinds=kinds, at=at)]
    if isinstance(value, dict):
        name = value.get("@type", "")
        if name not in kinds:
            return [f"{at} is a {name}"]
        wanted = (*REQUIRED.get(name, ()), *RECOMMENDED.get(name, ()))
        found = [f"{at} lacks {field}" for field in wanted if value.get(field) in (None, "")]
        for field, inner in value.items():
            if field in ("@type", "@context"):
                continue
            found += faults(inner, kinds=SCHEMA[name].get(field, ()), at=f"{at}.{field}")
        return found
    return [] if any(_is(value, kind) for kind in kinds) else [f"{at} is {value!r}"]


def _is(value: object, kind: str) -> bool:
    if kind == _NUMBER:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if not isinstance(value, str) or not value.strip():
        return False
    if kind == _DATE:
        return datetime.fromisoformat(value) is not None
    return kind == _TEXT or (kind == _URL and value.startswith(("https://", "http://")))


def test_it_validates_against_schema_org_and_googles_fields(room: Room) -> None:
    text = json_ld(published(room), desk_name="River Desk", base_url="https://desk.example", rating_name="Falso")
    value = json.loads(text)
    assert value["@context"] == "https://schema.org"
    assert faults(value, kinds=("ClaimReview",)) == []
    rating = value["reviewRating"]
    assert rating["alternateName"] == "Falso"
    assert rating["worstRating"] <= rating["ratingValue"] <= rating["bestRating"]
    assert value["url"].startswith(value["author"]["url"])  # the same host as the page: Google demands it
    assert faults({**value, "claimReviewed": "", "reviewBody": 3}, kinds=("ClaimReview",)) == [
        "ClaimReview lacks claimReviewed",
        "ClaimReview.claimReviewed is ''",
        "ClaimReview.reviewBody is 3",
    ]


def test_a_source_without_an_address_gives_none(room: Room) -> None:
    made = replace(published(room))
    assert made.visible is not None
    passage = replace(made.visible.citations[0].passage, url="javascript:alert(1)", title="", publisher="")
    shown = replace(made, visible=replace(made.visible, citations=(Citation(passage),)))
    value = json.loads(json_ld(shown, desk_name="D", base_url="https://d.example"))
    assert faults(value, kinds=("ClaimReview",)) == []
    assert value["citation"] == [{"@type": "CreativeWork", "name": "The gates of the dam were opened on purpose"}]


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
