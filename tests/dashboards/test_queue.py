import re
from dataclasses import replace

import pytest

from dashboards._marking import Mark, passage_runs, runs
from factdesk.records import Finding, FindingKind
from factdesk.store.findings_view import QueueFilter, queue
from factdesk.store.reviews import decide, reviews_of
from tests.dashboards import world
from tests.dashboards.conftest import House, post

_ROWS = re.compile(r'<li class="flag (\w+)')


def order(house: House) -> list[str]:
    return [flag.first.finding.id for flag in queue(house.engine, QueueFilter()).rows]


def test_one_story_is_one_row_and_the_widest_surest_comes_first(house: House) -> None:
    rows = queue(house.engine, QueueFilter()).rows
    first = rows[0]
    assert {sighting.finding.id for sighting in first.sightings} == {
        world.finding_id(f"gates-{key}") for key in ("en", "post", "es")
    }
    # three sightings, one copy, and 1170 public counts; the surest sighting speaks for the row
    assert (first.spread, first.first.finding.id) == (1174, world.finding_id("gates-en"))
    assert first.priority == pytest.approx(1174 * 0.97)
    assert order(house)[1:] == [world.finding_id(key) for key in ("number", "gates-ar", "hostile")]


def test_the_queue_can_begin_with_what_teaches_most(house: House) -> None:
    rows = queue(house.engine, QueueFilter(), teach=True).rows
    doubt = [min(abs(sighting.finding.probability - 0.5) for sighting in row.sightings) for row in rows]
    assert doubt == sorted(doubt)
    assert rows[0].first.finding.id != order(house)[0]
    text = house.as_("ana").get("/queue?order=teaches").text
    assert "least sure of" in text
    assert '<option value="teaches" selected>' in text
    assert "selected>Teaches most" not in house.as_("ana").get("/queue?order=nonsense").text


def test_only_flags_come_in(house: House) -> None:
    text = house.as_("ana").get("/queue").text
    assert set(_ROWS.findall(text)) == {"repeats", "distorts"}
    assert "ministry has failed" not in text
    assert "A rumour says" not in text


def test_the_claim_stands_beside_its_citation_with_what_differs_marked(house: House) -> None:
    text = house.as_("ana").get("/queue?kind=distorts").text
    assert '<mark class="differs">12,000</mark> people had left' in text
    assert 'By 7 May, <mark class="differs">1,200</mark>' in text
    assert "Sorrin River Authority" in text
    assert "<bdi>12,000</bdi> in the claim, <bdi>1,200</bdi> in the evidence" in text


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("kind=distorts", 1),
        ("language=es", 1),
        ("language=ar", 1),
        ("event=Sorrin+flood", 4),
        ("event=another", 0),
        ("source=999", 0),
        ("source=x", 0),
        ("state=confirmed", 0),
        ("state=all", 4),
    ],
)
def test_filters_stand_in_the_address(house: House, query: str, rows: int) -> None:
    text = house.as_("ana").get(f"/queue?{query}").text
    assert len(_ROWS.findall(text)) == rows


def test_a_decision_without_scripts_leads_back_to_the_same_filters(house: House) -> None:
    ids = [world.finding_id("gates-en"), world.finding_id("gates-post")]
    answer = post(house.as_("ana"), "/decisions", finding=ids, decision="confirmed", back="/queue?kind=repeats")
    assert (answer.url.path, answer.url.params["kind"]) == ("/queue", "repeats")
    decided = reviews_of(house.engine, ids)
    assert [(key, decided[key][0].decision, decided[key][0].by) for key in ids] == [
        (key, "confirmed", "Ana Analyst") for key in ids
    ]
    assert world.finding_id("gates-es") in order(house)


def test_a_decision_never_leads_elsewhere(house: House) -> None:
    ids = [world.finding_id("number")]
    answer = post(house.as_("ana"), "/decisions", finding=ids, decision="rejected", back="//evil.example/")
    assert (answer.url.host, answer.url.path) == ("desk.example", "/queue")


def test_htmx_gets_the_changed_row_alone(house: House) -> None:
    browser = house.as_("ana")
    fields = {"finding": world.finding_id("number"), "decision": "not_checkable", "view": "queue", "reason": "a prediction"}
    token = re.search(r'name="csrf" value="([^"]+)', browser.get("/queue").text)
    assert token
    answer = browser.post("/decisions", data=fields, headers={"hx-request": "true", "x-csrf-token": token[1]})
    assert answer.text.lstrip().startswith("<li")
    assert "Not checkable</span>" in answer.text
    assert "data-open" not in answer.text


def test_the_newest_decision_counts_and_all_are_kept(house: House) -> None:
    key = world.finding_id("number")
    for decision in ("rejected", "needs_evidence", "confirmed"):
        post(house.as_("ana"), "/decisions", finding=key, decision=decision)
    assert [review.decision for review in reviews_of(house.engine, [key])[key]] == ["confirmed", "needs_evidence", "rejected"]
    shown = house.as_("ana").get(f"/items/{world.document_id('number')}").text
    assert "3 decisions" in shown


@pytest.mark.parametrize(
    ("fields", "status"),
    [({"decision": "liked"}, 409), ({"finding": "gone", "decision": "confirmed"}, 404), ({"decision": ""}, 409)],
)
def test_a_decision_that_makes_no_sense_is_refused(house: House, fields: dict[str, str], status: int) -> None:
    assert post(house.as_("ana"), "/decisions", **{"finding": world.finding_id("number"), **fields}).status_code == status


def test_an_empty_queue_says_what_to_do_next(house: House) -> None:
    everything = [world.finding_id(one.key) for one in world.TOLD if one.kind and one.kind.is_flag]
    decide(house.engine, everything, user_id=1, decision="rejected", at=house.clock())
    text = house.as_("ana").get("/queue").text
    assert "Nothing is waiting." in text
    assert "factdesk sources add URL" in text
    assert "Nothing matches these filters." in house.as_("ana").get("/queue?kind=distorts").text


def test_an_item_shows_its_claims_in_place_its_copies_and_other_sightings(house: House) -> None:
    text = house.as_("ana").get(f"/items/{world.document_id('gates-en')}").text
    assert f'href="#f-{world.finding_id("gates-en")}"' in text
    assert "2 other sightings" in text
    assert world.document_id("copy") in text
    arabic = house.as_("ana").get(f"/items/{world.document_id('gates-ar')}").text
    assert 'lang="ar" dir="rtl"' in arabic


def test_each_filter_counts_what_choosing_it_would_show(house: House) -> None:
    arabic = queue(house.engine, QueueFilter(language="ar"))
    assert (arabic.total, arabic.claims, arabic.choices["state"]) == (1, 1, (("open", "open", 1),))
    assert {value: number for value, _, number in arabic.choices["language"]}["en"] == 4
    for kind, _, number in arabic.choices["kind"]:
        assert queue(house.engine, QueueFilter(language="ar", kind=kind)).claims == number
    nothing = queue(house.engine, QueueFilter(language="ar", kind="distorts"))
    assert (nothing.total, nothing.claims) == (0, 0)
    assert ("distorts", "distorts", 0) in nothing.choices["kind"]
    assert ("ar", "ar", 0) in nothing.choices["language"]


def test_the_words_that_agree_are_marked_in_the_citation_too() -> None:
    claim, passage = "Đập Haldrin was opened", "The HALDRIN dam was not opened."
    cited = replace(world.CHECK, text=passage)  # in another case, and with words between
    finding = Finding("f", "c", "d", FindingKind.REPEATS, 0.9, citation=cited, shared_spans=((4, 11), (16, 22)))
    assert [run.text for run in passage_runs(finding, claim) if run.names == ("shared",)] == ["HALDRIN", "opened"]


def test_runs_join_up_to_the_text_whatever_the_spans() -> None:
    text = "12,000 people"
    marks = [Mark(0, 6, "differs"), Mark(3, 99, "shared"), Mark(-1, -1, "claim"), Mark(5, 5, "claim"), Mark(50, 60, "claim")]
    made = runs(text, marks)
    assert "".join(run.text for run in made) == text
    assert [(run.text, run.names) for run in made] == [("12,000", ("differs",)), (" people", ("shared",))]
    assert runs("", [Mark(0, 5, "x")]) == []
