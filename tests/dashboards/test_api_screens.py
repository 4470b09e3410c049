"""What screens do beyond reading, done by a token: captures, wrong matches, holds, alerts, merges, languages, drafting help."""

import json
import re

from pytest_httpserver import HTTPServer

from factdesk.accounts.tokens import Scope
from factdesk.store import saved_searches
from tests.dashboards import world
from tests.dashboards.conftest import House
from tests.dashboards.test_account import named
from tests.dashboards.test_api import Json, bearer, call, confirmed
from tests.dashboards.test_corrections import archived

_NUMBER = world.finding_id("number")
_TEXT = {"title": "The gates stayed shut", "body": "First paragraph.\n\nSecond paragraph.", "rating": "false"}
_HOOK = "https://hooks.example/alerts"


def draft(house: House, headers: Json) -> int:
    made = call(house.visitor(), "/drafts", headers, findings=[confirmed(house)], language="en", **_TEXT)
    assert made.status_code == 201, made.text
    number = made.json()["id"]
    assert isinstance(number, int)
    return number


def read(house: House, address: str, headers: dict[str, str]) -> list[dict[str, object]] | dict[str, object]:
    answer = house.visitor().get(f"/api/v1{address}", headers=headers)
    assert answer.status_code == 200, answer.text
    told: list[dict[str, object]] | dict[str, object] = answer.json()
    return told


def test_what_changed_between_captures_is_told_with_its_places(house: House) -> None:
    now = next(one for one in world.TOLD if one.key == "number").text
    then = now.replace("12,000", "1,200")
    before, own = archived(house, "number", then, now)
    ana, item = bearer(house, "ana", Scope.READ_FINDINGS), f"/items/{world.document_id('number')}"
    listed = read(house, f"{item}/captures", ana)
    assert isinstance(listed, list)
    assert {(one["id"], one["current"]) for one in listed} == {(before, False), (own, True)}
    told = house.visitor().get(f"/api/v1{item}/captures/{before}", headers=ana).json()
    gone = [told["text"][span["start"] : span["end"]] for span in told["gone"]]
    assert any("1,200 people" in one for one in gone)
    assert any("12,000 people" in now[span["start"] : span["end"]] for span in told["come"])
    assert told["same"] is False
    assert house.visitor().get(f"/api/v1{item}/captures/999", headers=ana).status_code == 404


def test_a_wrong_match_is_corrected_by_a_token_of_somebody_who_decides(house: House) -> None:
    ana = bearer(house, "ana", Scope.WRITE_REVIEWS, Scope.READ_FINDINGS)
    made = call(house.visitor(), f"/findings/{_NUMBER}/citation", ana, passage=world.CHECK.id)
    assert (made.status_code, made.json()["kind"]) == (200, "repeats")
    assert made.json()["citation"]["id"] == world.CHECK.id
    told = read(house, f"/findings/{_NUMBER}/decisions", ana)
    assert isinstance(told, list)
    assert [one["decision"] for one in told] == ["confirmed", "rejected"]
    others = read(house, f"/findings/{_NUMBER}/others", ana)
    assert isinstance(others, list)
    assert world.CHECK.id not in {one["id"] for one in others}
    assert call(house.visitor(), f"/findings/{_NUMBER}/citation", ana, passage="none").status_code == 404
    reader = bearer(house, "rolf", Scope.READ_FINDINGS)
    assert call(house.visitor(), f"/findings/{_NUMBER}/citation", reader, passage=world.CHECK.id).status_code == 403


def test_a_story_that_a_colleague_holds_is_left_to_them_or_taken_over(house: House) -> None:
    browser = house.visitor()
    ana = bearer(house, "ana", Scope.WRITE_REVIEWS, Scope.READ_FINDINGS)
    edda = bearer(house, "edda", Scope.WRITE_REVIEWS)
    mine, theirs = named(house, "ana").id, named(house, "edda").id
    assert call(browser, "/holds", ana, findings=[_NUMBER]).json()["holder"] == mine
    assert call(browser, "/holds", edda, findings=[_NUMBER]).json()["holder"] == mine
    refused = call(browser, "/decisions", edda, findings=[_NUMBER], decision="rejected")
    assert (refused.status_code, "has this story open" in refused.json()["title"]) == (409, True)
    told = read(house, "/findings", ana)
    assert isinstance(told, dict)
    assert [one["holder"] for one in told["work"] if one["holder"]] == [mine]  # type: ignore[attr-defined] # JSON
    assert call(browser, "/holds", edda, findings=[_NUMBER], take=True).json()["holder"] == theirs
    assert call(browser, "/holds/leave", edda, findings=[_NUMBER]).status_code == 200
    assert call(browser, "/holds", ana, findings=[_NUMBER]).json()["holder"] == mine
    assert call(browser, "/decisions", edda, findings=[_NUMBER], decision="rejected", take=True).status_code == 200
    assert call(browser, "/holds", ana, findings=["nothing"]).status_code == 404


def test_what_came_in_since_and_what_waits_for_a_statement_are_listed(house: House) -> None:
    ana = bearer(house, "ana", Scope.READ_FINDINGS)
    long_ago, soon = "2020-01-01T00:00:00Z", "2031-05-10T00:00:00Z"
    every = read(house, f"/findings/news?since={long_ago}", ana)
    assert isinstance(every, dict)
    assert every["total"] == read(house, "/findings", ana)["total"]  # type: ignore[call-overload] # JSON
    assert read(house, f"/findings/news?since={soon}", ana)["total"] == 0  # type: ignore[call-overload] # JSON
    finding = confirmed(house)
    ready = read(house, "/findings/confirmed", bearer(house, "edda", Scope.READ_STATEMENTS))
    assert finding in json.dumps(ready)


def test_an_alert_is_made_with_all_its_channels_and_its_secrets_are_told_once(house: House) -> None:
    mailed = house.with_settings(alerts={"smtp_host": "127.0.0.1", "mail_from": "desk@desk.example", "smtp_security": "none"})
    browser, ana = mailed.visitor(), bearer(house, "ana", Scope.READ_ALERTS, Scope.WRITE_ALERTS)
    pace = {"every": "daily", "at": "07:30", "quiet": {"begins": "22:00", "ends": "06:00"}}
    wanted = {"name": "Gates", "q": "gates", "filters": {"language": "en"}, "pace": pace, "email": "ana@desk.example"}
    made = call(browser, "/alerts", ana, **wanted, hook_url=_HOOK)
    assert made.status_code == 201, made.text
    told = made.json()
    assert (told["channels"], told["asked"]) == (["email", "webhook"], {"q": "gates", "language": "en"})
    assert told["pace"] == {"every": "daily", "at": "07:30", "weekday": 0, "quiet": ["22:00", "06:00"]}
    assert re.fullmatch(r"[0-9a-f]{64}", told["hook_secret"])
    assert browser.get(told["feed_url"].removeprefix("http://desk.example")).status_code == 200
    number = told["id"]
    assert "hook_secret" not in browser.get(f"/api/v1/alerts/{number}", headers=ana).json()
    trials = call(browser, f"/alerts/{number}/test", ana).json()
    assert {(one["channel"], one["trial"]) for one in trials} == {("email", True), ("webhook", True)}
    assert call(browser, f"/alerts/{number}/test", ana).status_code == 409
    assert call(browser, f"/alerts/{number}/renew", ana).json()["hook_secret"] != told["hook_secret"]
    changed = call(browser, f"/alerts/{number}/change", ana, name="Gates", q="gates", email="ana@desk.example", feed=False)
    assert (changed.json()["channels"], changed.json()["feed_url"], changed.json()["hook_secret"]) == (["email"], "", "")
    assert call(browser, f"/alerts/{number}/delete", ana).status_code == 200
    assert saved_searches.of_person(house.engine, named(house, "ana").id) == []


def test_what_could_never_be_sent_is_refused_and_another_persons_alert_is_not_there(house: House) -> None:
    browser, ana = house.visitor(), bearer(house, "ana", Scope.READ_ALERTS, Scope.WRITE_ALERTS)
    assert call(browser, "/alerts", ana, name="x", q="gates", hook_url="http://127.0.0.1/").status_code in {403, 409}
    assert call(browser, "/alerts", ana, name="x", q="gates", email="nobody").status_code == 409
    assert call(browser, "/alerts", ana, name="x", q='"open').status_code == 422
    number = call(browser, "/alerts", ana, name="x", q="gates").json()["id"]
    edda = bearer(house, "edda", Scope.READ_ALERTS, Scope.WRITE_ALERTS)
    assert browser.get(f"/api/v1/alerts/{number}", headers=edda).status_code == 404
    assert call(browser, f"/alerts/{number}/renew", edda).status_code == 404


def test_two_peoples_texts_are_put_together_and_disagreements_are_decided_by_place(house: House) -> None:
    browser = house.visitor()
    edda, elio = (bearer(house, name, Scope.WRITE_STATEMENTS, Scope.READ_STATEMENTS) for name in ("edda", "elio"))
    number = draft(house, edda)
    theirs = {**_TEXT, "body": "Theirs first.\n\nSecond paragraph."}
    assert call(browser, f"/drafts/{number}/revisions", elio, **theirs, revision=1).status_code == 201
    mine = {**_TEXT, "body": "Mine first.\n\nSecond paragraph."}
    assert call(browser, f"/drafts/{number}/revisions", edda, **mine, revision=1).status_code == 409
    merged = call(browser, f"/drafts/{number}/merges", edda, **mine, revision=1).json()
    (place,) = [one for one in merged["parts"] if one["place"] is not None]
    assert (merged["against"], merged["disagreements"]) == (2, 1)
    assert (place["mine"], place["theirs"], place["of"]) == ("Mine first.", "Theirs first.", "body")
    picked = {"against": 2, "picks": [{"place": place["place"], "side": "both"}]}
    saved = call(browser, f"/drafts/{number}/revisions", edda, **mine, revision=1, **picked)
    assert saved.json()["body"] == "Theirs first.\n\nMine first.\n\nSecond paragraph."
    beside = browser.get(f"/api/v1/drafts/{number}/compare?old=2&new=3", headers=edda).json()
    assert [row["same"] for row in beside["rows"]] == [True, True, False, True]
    assert browser.get(f"/api/v1/drafts/{number}/compare?old=2&new=9", headers=edda).status_code == 404


def test_what_is_not_saved_yet_is_kept_for_its_writer_alone(house: House) -> None:
    browser = house.visitor()
    edda, elio = (bearer(house, name, Scope.WRITE_STATEMENTS) for name in ("edda", "elio"))
    number = draft(house, edda)
    kept = call(browser, f"/drafts/{number}/working", edda, **{**_TEXT, "body": "Half a sen"}, revision=1)
    assert (kept.status_code, kept.json()["body"]) == (200, "Half a sen")
    assert browser.get(f"/api/v1/drafts/{number}/working", headers=elio).status_code == 404
    assert "Half a sen" in house.as_("edda").get(f"/desk/statements/{number}/edit?restore=true").text
    assert call(browser, f"/drafts/{number}/working/discard", edda).status_code == 200
    assert browser.get(f"/api/v1/drafts/{number}/working", headers=edda).status_code == 404


def test_sentences_are_told_with_what_would_back_them(house: House) -> None:
    edda = bearer(house, "edda", Scope.WRITE_STATEMENTS)
    number, finding = draft(house, edda), world.finding_id("gates-en")
    told = house.visitor().get(f"/api/v1/suggestions?finding={finding}", headers=edda).json()
    assert "Ambrel" in told["body"]
    body = "Logs of the Sorrin River Authority show that all six gates stayed shut."
    text = {**_TEXT, "body": body, "citations": [{"passage": world.CHECK.id}], "revision": 1}
    lines = call(house.visitor(), f"/drafts/{number}/sentences", edda, **text).json()
    assert (lines[-1]["sentence"]["standing"], lines[-1]["backed_by"]["id"]) == ("backed", world.CHECK.id)
    bare = call(house.visitor(), f"/drafts/{number}/sentences", edda, **{**text, "citations": []}).json()
    assert [offer["holds"] for offer in bare[-1]["offers"]][:1] == [True]
    new = {**_TEXT, "body": body, "findings": [finding], "language": "en"}
    first = call(house.visitor(), "/sentences", edda, **new).json()
    assert (first[-1]["sentence"]["standing"], first[-1]["backed_by"]["id"]) == ("backed", world.CHECK.id)


def test_a_language_is_begun_and_both_know_of_each_other(house: House) -> None:
    edda = bearer(house, "edda", Scope.WRITE_STATEMENTS, Scope.READ_STATEMENTS)
    number = draft(house, edda)
    claim = "Las compuertas se abrieron a propósito."
    made = call(house.visitor(), f"/drafts/{number}/languages", edda, language="es", claim=claim)
    assert (made.status_code, made.json()["claim"]) == (201, claim)
    assert [one["id"] for one in made.json()["versions"]] == [number]
    first = house.visitor().get(f"/api/v1/drafts/{number}", headers=edda).json()
    assert [(one["language"], one["state"]) for one in first["versions"]] == [("es", "draft")]
    assert call(house.visitor(), f"/drafts/{number}/languages", edda, language="es", claim=claim).status_code == 409


def test_what_a_model_drafts_is_marked_until_a_person_takes_it_over(house: House, httpserver: HTTPServer) -> None:
    edda = bearer(house, "edda", Scope.WRITE_STATEMENTS)
    number = draft(house, edda)
    assert call(house.visitor(), f"/drafts/{number}/machine-draft", edda, revision=1).status_code == 409
    told = {"title": "The gates stayed shut", "fact": ["All six gates stayed shut."], "misleads": [], "short": []}
    answer = {"choices": [{"message": {"content": json.dumps(told)}}]}
    httpserver.expect_request("/v1/chat/completions").respond_with_json(answer)
    browser = house.with_settings(drafting={"url": httpserver.url_for("/v1"), "model": "tiny-1"}).visitor()
    assert call(browser, f"/drafts/{number}/machine-draft", edda, revision=7).status_code == 409
    made = call(browser, f"/drafts/{number}/machine-draft", edda, revision=1).json()
    assert (made["machine"]["model"], made["machine"]["taken_by"], made["revision"]) == ("tiny-1", None, 2)
    assert "as tiny-1 wrote" in call(browser, f"/drafts/{number}/submit", edda).json()["title"]
    taken = call(browser, f"/drafts/{number}/take-over", edda, digest=made["digest"]).json()
    assert taken["machine"]["taken_by"] == named(house, "edda").id
    httpserver.clear()
    httpserver.expect_request("/v1/chat/completions").respond_with_data("no", status=500)
    assert call(browser, f"/drafts/{number}/machine-draft", edda, revision=2).status_code == 502


def test_a_token_tells_whose_it_is_and_ends_sessions_and_itself(house: House) -> None:
    ana = bearer(house, "ana", Scope.READ_ACCOUNT, Scope.WRITE_ACCOUNT)
    house.as_("ana")
    told = house.visitor().get("/api/v1/account", headers=ana).json()
    assert (told["login"], told["role"], len(told["sessions"])) == ("ana", "analyst", 1)
    ended = call(house.visitor(), "/account/sessions/end", ana, session=told["sessions"][0]["session"])
    assert ended.status_code == 200
    assert house.as_("ana").get("/queue", follow_redirects=False).status_code == 303
    assert call(house.visitor(), f"/account/tokens/{told['tokens'][0]['id']}/revoke", ana).status_code == 200
    assert house.visitor().get("/api/v1/account", headers=ana).status_code == 401


def test_an_administrator_sees_what_people_have_open_and_ends_it(house: House) -> None:
    browser, ada = house.visitor(), bearer(house, "ada", Scope.READ_PEOPLE, Scope.WRITE_PEOPLE, Scope.READ_AUDIT)
    ana = named(house, "ana").id
    token = bearer(house, "ana", Scope.READ_FINDINGS)
    house.as_("ana")
    told = browser.get(f"/api/v1/people/{ana}", headers=ada).json()
    (number,) = [one["id"] for one in told["tokens"]]
    assert call(browser, f"/people/{named(house, 'edda').id}/tokens/{number}/revoke", ada).status_code == 404
    assert call(browser, f"/people/{ana}/tokens/{number}/revoke", ada).status_code == 200
    assert browser.get("/api/v1/findings", headers=token).status_code == 401
    assert call(browser, f"/people/{ana}/sessions/end", ada, session="all").status_code == 200
    team = call(browser, "/teams", ada, name="Night").json()["id"]
    assert call(browser, f"/teams/{team}/remove", ada).status_code == 200
    checked = browser.get("/api/v1/audit/check", headers=ada).json()
    assert (checked["holds"], checked["breaks"], checked["length"] > 3) == (True, [], True)
    assert browser.get("/api/v1/audit?since=2031-05-10", headers=ada).json()["total"] == 0
