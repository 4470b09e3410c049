import re
import subprocess
import sys
from datetime import UTC, timedelta

from dashboards._amounts import duration
from dashboards._desk import safe_link
from factdesk.store import coverage, unseen
from factdesk.store.database import reading
from factdesk.store.health import State
from factdesk.store.poll_lines import lines_of
from factdesk.store.reviews import decide
from factdesk.store.trends import _gap, gaps, spread, throughput
from tests.dashboards import world
from tests.dashboards.conftest import House, post
from tests.dashboards.test_statements import draft, publish

WEEK = world.NOW - timedelta(days=7)


def test_flags_are_counted_five_ways_without_what_people_dismissed(house: House) -> None:
    seen = spread(house.engine, since=WEEK, until=world.NOW, zone=UTC)
    assert seen.total == 6
    assert {bar.label: bar.values for bar in seen.languages} == {"en": (3, 1), "es": (1, 0), "ar": (1, 0)}
    assert sum(bar.total for bar in seen.days) == sum(bar.total for bar in seen.sources) == 6
    assert {bar.label: bar.values[0] for bar in seen.kinds} == {"repeats": 5, "distorts": 1, "debunks": 1, "unchecked": 1}
    assert [bar.label for bar in seen.events] == [world.EVENT]
    decide(house.engine, [world.finding_id("hostile")], user_id=1, decision="rejected", at=house.clock())
    assert spread(house.engine, since=WEEK, until=world.NOW, zone=UTC).total == 5


def test_what_could_not_be_seen_is_counted_by_source(house: House) -> None:
    found = {gap.source: gap for gap in gaps(house.engine, since=WEEK)}
    assert (found["The Barrow Echo"].failed_polls, found["The Barrow Echo"].polls) == (2, 2)
    assert found["The Vessary Courier"].outcomes == {"refused_robots": 1}
    assert found["Town Square"].outcomes == {"quarantined": 1}
    assert (found["Kestrow Noticias"].outcomes, found["Kestrow Noticias"].languages) == ({}, {"und": 1})
    with house.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE polls SET outcome = 'refused_robots' WHERE outcome = 'failed'")
    refused = next(gap for gap in gaps(house.engine, since=WEEK) if gap.source == "The Barrow Echo")
    assert (refused.failed_polls, refused.outcomes) == (0, {"refused_robots": 2})
    later = {gap.source: gap for gap in gaps(house.engine, since=world.NOW + timedelta(days=1))}
    assert all(gap.never_polled for gap in later.values())


def test_a_kept_item_whose_claims_are_not_read_is_named_by_its_language(house: House) -> None:
    with house.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE items SET outcome = 'kept', reason = 'The language is ''sw''.' WHERE outcome = 'quarantined'"
        )
    found = {gap.source: gap for gap in gaps(house.engine, since=WEEK)}
    assert (found["Town Square"].outcomes, found["Town Square"].languages) == ({}, {"sw": 1})
    assert "1 in Swahili, whose claims are not read" in house.as_("mara").get("/trends").text


def test_the_time_from_first_sighting_to_publication(house: House) -> None:
    publish(house, draft(house))
    work = throughput(house.engine, since=WEEK, zone=UTC, now=world.NOW)
    assert work.median_s == 60 * 3600
    assert (work.waiting, work.to_draft, work.decisions) == (5, 0, {"confirmed": 1})
    assert sum(bar.total for bar in work.decided) == 1


def test_the_charts_have_names_tables_and_the_box_of_gaps(house: House) -> None:
    publish(house, draft(house))
    text = house.as_("mara").get("/trends").text
    charts = re.findall(r'<svg[^>]* role="img" aria-labelledby="(\S+)-t"', text)
    assert charts == ["days", "languages", "events", "kinds", "sources", "work"]
    assert text.count("The numbers</summary>") == len(charts)
    assert "What could not be seen" in text
    assert "2 of 2" in text
    assert "2 d 12 h" in text
    assert "What could not be seen" in house.as_("mara").get("/trends?days=365&event=none").text


def _break(house: House) -> int:
    with house.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE sources SET failures = 4 WHERE name = 'The Barrow Echo'")
        found = connection.exec_driver_sql("SELECT id FROM sources WHERE name = 'The Barrow Echo'").scalar_one()
    return int(found)


def test_each_source_shows_its_health_and_no_link_of_an_item(house: House) -> None:
    broken = _break(house)
    with reading(house.engine) as connection:
        told = coverage.survey(connection, now=world.NOW)
        lines = {one.name: lines_of(connection, [one.id])[one.id] for one in told}
    assert (told[0].id, told[0].verdict.state, told[0].waits_for_person) == (broken, State.BROKEN, True)
    assert lines["The Barrow Echo"].last[0].reason == "HTTP 500"
    assert lines["Town Square"].items == {"kept": 1, "quarantined": 1}
    text = house.as_("ana").get("/sources").text
    assert "4 polls in a row failed: HTTP 500" in text
    assert "1 needs a person" in text
    assert "square.example" not in text
    only = house.as_("ana").get("/sources?show=problems").text
    assert "The Barrow Echo" in only
    assert "Town Square" not in only
    assert "There is no such page" in house.as_("ana").get("/sources?page=9").text


def test_a_person_sees_to_a_broken_source_once(house: House) -> None:
    broken = _break(house)
    answer = post(house.as_("ana"), "/sources/seen", source=str(broken), show="problems")
    assert answer.url.query == b"show=problems"
    assert 'name="source"' not in answer.text
    assert "Seen <time" in answer.text
    assert post(house.as_("ana"), "/sources/seen", source=str(broken)).status_code == 404
    assert house.visitor().post("/sources/seen", data={"source": "1"}, follow_redirects=False).status_code in {303, 401, 403}
    with house.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE sources SET failures = 0, last_poll_id = NULL WHERE name = 'The Barrow Echo'")
    assert "Seen <time" not in house.as_("ana").get("/sources").text


def test_what_a_source_owes_to_its_own_rhythm_is_told_with_the_gaps(house: House) -> None:
    with house.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE sources SET items_per_day = 40, created_at = '2026-01-01 00:00:00' WHERE name = 'Town Square'"
        )
    found = {gap.source: gap for gap in gaps(house.engine, since=WEEK)}
    assert found["Town Square"].expected == found["Town Square"].missing == 278
    assert "items fewer than its own rhythm lets expect" in house.as_("mara").get("/trends").text


def test_an_empty_desk_says_what_to_do_next(house: House) -> None:
    with house.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM sources")
    for page, words in {
        "/sources": "factdesk sources add URL",
        "/narratives": "No narrative is flagged.",
        "/events": "No event is set up.",
        "/queue": "Nothing is waiting.",
        "/trends": "Nothing in this period.",
        "/desk/statements": "Nothing new is confirmed.",
    }.items():
        assert words in house.as_("mara").get(page).text, page


def test_words_for_lengths_and_links() -> None:
    assert [duration(value) for value in (None, 0, 59 * 60, 3600 * 5 + 120, 86400 * 3)] == [
        "–",
        "0 min",
        "59 min",
        "5 h 2 min",
        "3 d 0 h",
    ]
    assert [safe_link(url) for url in ("https://a.example/", "javascript:alert(1)", "data:x", " http://a")] == [
        "https://a.example/",
        "",
        "",
        "",
    ]


def test_serving_a_page_loads_no_model() -> None:
    heavy = "{'spacy', 'sklearn', 'onnxruntime', 'trafilatura', 'scrapy', 'scipy', 'torch'}"
    code = f"import sys, dashboards.app; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_gaps_are_the_same_without_a_count_of_what_was_read(house: House) -> None:
    with reading(house.engine) as connection:
        whole = unseen.gaps(connection, since=WEEK).sources
        missed = unseen.gaps(connection, since=WEEK, only_missed=True).sources
    assert [_gap(one) for one in whole] == [_gap(one) for one in missed]
    assert sum(one.items for one in missed) < sum(one.items for one in whole)
    assert any(one.items_unread for one in missed)
