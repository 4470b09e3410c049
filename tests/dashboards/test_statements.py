import json
import re
from datetime import timedelta

import feedparser
import numpy as np
import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from pytest_httpserver import HTTPServer
from sqlalchemy import update

from factdesk.editorial import statements as editorial
from factdesk.store.database import writing
from factdesk.store.passages import put_passages
from factdesk.store.reviews import decide
from factdesk.store.tables import passages
from tests.dashboards import world
from tests.dashboards.conftest import House, post

TITLE = "The Ambrel gates stayed shut all week"
BODY = "All six gates stayed shut.\n\nThe claim: “The Ambrel dam gates were opened on purpose”.\n\nAll six gates stayed shut."
_DIGEST = re.compile(r'name="digest" value="(\w+)"')


def draft(house: House, key: str = "gates-en", *, language: str = "en", title: str = TITLE) -> int:
    decide(house.engine, [world.finding_id(key)], user_id=1, decision="confirmed", at=house.clock())
    fields = {"finding": world.finding_id(key), "title": title, "body": BODY, "rating": "false", "language": language}
    answer = post(house.as_("edda"), "/desk/statements/new", **fields)
    assert answer.status_code == 200, answer.text
    return int(answer.url.path.rsplit("/", 1)[1])


def step(browser: TestClient, number: int, name: str, **fields: str | list[str]) -> Response:
    return post(browser, f"/desk/statements/{number}/{name}", **fields)


def approve(house: House, number: int, name: str = "elio") -> Response:
    digest = _DIGEST.search(house.as_(name).get(f"/desk/statements/{number}").text)
    return step(house.as_(name), number, "approve", digest=digest[1] if digest else "")


def let_pass(house: House, number: int) -> None:
    """Give a reason for each sentence that the citation gate holds back."""
    page = house.as_("edda").get(f"/desk/statements/{number}").text
    for key in dict.fromkeys(re.findall(r'name="sentence" value="(\w+)"', page)):
        assert step(house.as_("edda"), number, "waive", sentence=key, reason="Said for a test.").status_code == 200


def publish(house: House, number: int) -> str:
    let_pass(house, number)
    step(house.as_("edda"), number, "submit")
    assert approve(house, number).status_code == 200
    page = step(house.as_("elio"), number, "publish")
    found = re.search(r'href="/statements/([\w-]+)"', page.text)
    assert found, page.text
    return found[1]


def edit(house: House, number: int, name: str = "edda", **fields: str | list[str]) -> Response:
    page = house.as_(name).get(f"/desk/statements/{number}/edit").text
    expected = re.search(r'name="expected_revision" value="(\d+)"', page)
    assert expected
    given: dict[str, str | list[str]] = {"title": TITLE, "body": BODY, "rating": "false", "cite": world.CHECK.id}
    return step(house.as_(name), number, "edit", **{**given, "expected_revision": expected[1], **fields})


def test_a_draft_starts_with_the_fact_and_carries_its_citation(house: House) -> None:
    decide(house.engine, [world.finding_id("gates-en")], user_id=1, decision="confirmed", at=house.clock())
    listed = house.as_("edda").get("/desk/statements").text
    assert "Draft a statement" in listed
    new = house.as_("edda").get("/desk/statements/new", params={"finding": world.finding_id("gates-en")}).text
    assert "No, the Ambrel gates stayed shut" in new
    shown = house.as_("edda").get(f"/desk/statements/{draft(house)}").text
    assert "https://plumbline.example/gates" in shown
    assert "Draft a statement" not in house.as_("edda").get("/desk/statements").text


def test_a_finding_that_nobody_confirmed_starts_nothing(house: House) -> None:
    fields = {"finding": world.finding_id("number"), "title": "t", "body": "b", "rating": "false", "language": "en"}
    answer = post(house.as_("edda"), "/desk/statements/new", **fields)
    assert answer.status_code == 409
    assert "confirmed findings only" in answer.text


def test_nobody_approves_or_publishes_alone(house: House) -> None:
    number = draft(house)
    own = step(house.as_("edda"), number, "submit").text
    assert "You wrote part of this, so you cannot approve it." in own
    assert "Approve revision" not in own
    digest = _DIGEST.search(house.as_("elio").get(f"/desk/statements/{number}").text)
    assert digest
    assert step(house.as_("edda"), number, "approve", digest=digest[1]).status_code == 403
    assert step(house.as_("edda"), number, "publish").status_code == 409
    assert house.visitor().get("/statements").text.count("<li>") == 0


def test_an_approval_is_for_the_text_that_was_read(house: House) -> None:
    number = draft(house)
    step(house.as_("edda"), number, "submit")
    assert step(house.as_("elio"), number, "approve", digest="another").status_code == 409
    assert approve(house, number).status_code == 200
    edit(house, number, body=BODY + " More.")
    assert step(house.as_("elio"), number, "publish").status_code == 409


def test_two_edits_at_once_show_both_texts_and_lose_nothing(house: House) -> None:
    number = draft(house)
    edit(house, number, name="elio", body="Elio's text.")
    answer = edit(house, number, expected_revision="1", body="Edda's text.")
    assert answer.status_code == 409
    assert "Somebody saved revision 2" in answer.text
    assert '<mark class="differs">Elio</mark>' in answer.text
    assert "Edda&#39;s text." in answer.text
    picked = {"expected_revision": "1", "against": "2", "body": "Edda's text.", "pick-0": "both"}
    merged = edit(house, number, **picked)
    assert merged.status_code == 200
    assert merged.text.index("Elio&#39;s text.") < merged.text.index("Edda&#39;s text.")
    assert "was merged with revision 2" in merged.text


def test_edits_of_different_paragraphs_are_merged_and_said_so(house: House) -> None:
    number = draft(house)
    first, claim, last = BODY.split("\n\n")
    edit(house, number, name="elio", body=f"{first}\n\n{claim}\n\nNobody opened them.")
    merged = edit(
        house, number, expected_revision="1", title="The gates stayed shut", body=f"{first} All week.\n\n{claim}\n\n{last}"
    )
    assert "Your text was merged with revision 2" in merged.text
    shown = house.as_("elio").get(f"/desk/statements/{number}").text
    for words in ("The gates stayed shut", "All six gates stayed shut. All week.", "Nobody opened them."):
        assert words in shown
    compared = house.as_("mara").get(f"/desk/statements/{number}/compare", params={"old": 2, "new": 3}).text
    assert '<mark class="differs">All week.</mark>' in compared
    assert house.as_("mara").get(f"/desk/statements/{number}/compare", params={"old": 2, "new": 9}).status_code == 404


def test_what_is_typed_is_kept_and_offered_again(house: House) -> None:
    number = draft(house)
    kept = step(house.as_("edda"), number, "working", body="Half a thought", expected_revision="1", cite=world.CHECK.id)
    assert kept.json()["revision"] == 1
    page = house.as_("edda").get(f"/desk/statements/{number}/edit").text
    assert "that was not saved" in page
    assert "Half a thought" not in page
    assert "Half a thought" in house.as_("edda").get(f"/desk/statements/{number}/edit?restore=true").text
    assert "that was not saved" not in house.as_("elio").get(f"/desk/statements/{number}/edit").text
    edit(house, number, body="A whole thought.")
    assert "that was not saved" not in house.as_("edda").get(f"/desk/statements/{number}/edit").text
    step(house.as_("edda"), number, "working", body="Another", expected_revision="2")
    step(house.as_("edda"), number, "working/discard")
    assert "that was not saved" not in house.as_("edda").get(f"/desk/statements/{number}/edit").text


def test_a_passage_is_cited_from_beside_the_text_and_the_text_is_kept(house: House) -> None:
    number = draft(house)
    told = {"title": TITLE, "body": "A new thought.", "cite": world.CHECK.id, "expected_revision": "1"}
    page = step(house.as_("edda"), number, "edit/cite?line=2", add=world.BULLETIN.id, **told)
    assert "A new thought." in page.text
    assert page.text.count("checked> cite</label>") == 2
    assert "1,200 people" in page.text
    piece = step(house.as_("edda"), number, "edit/sentences", **told).text
    assert "Not backed" in piece
    assert "<html" not in piece
    assert step(house.as_("ana"), number, "edit/sentences", **told).status_code == 403


def test_a_text_that_is_no_draft_yet_is_kept_too(house: House) -> None:
    decide(house.engine, [world.finding_id("gates-en")], user_id=1, decision="confirmed", at=house.clock())
    told = {"finding": world.finding_id("gates-en"), "title": "Not yet", "body": "A first thought", "rating": "false"}
    assert post(house.as_("edda"), "/desk/statements/new/working", **told).status_code == 200
    asked = {"finding": world.finding_id("gates-en"), "restore": "true"}
    assert "A first thought" in house.as_("edda").get("/desk/statements/new", params=asked).text
    draft(house)
    assert "A first thought" not in house.as_("edda").get("/desk/statements/new", params=asked).text


def test_a_keeping_script_that_is_signed_out_is_told_so(house: House) -> None:
    number = draft(house)
    answer = house.visitor().post(f"/desk/statements/{number}/working", data={"csrf": "x"}, headers={"HX-Request": "true"})
    assert answer.status_code == 401


def test_a_citation_can_be_found_added_and_dropped(house: House) -> None:
    number = draft(house)
    answer = edit(house, number, cite=[world.CHECK.id, world.BULLETIN.id], **{f"quote-{world.BULLETIN.id}": "1,200 people"})
    assert 'Quoted: <q dir="auto">1,200 people</q>' in answer.text
    edit(house, number, cite=[])
    assert step(house.as_("edda"), number, "submit").status_code == 409


def test_a_published_statement_is_public_printable_and_names_nobody(house: House) -> None:
    slug = publish(house, draft(house))
    answer = house.visitor().get(f"/statements/{slug}")
    page = answer.text
    assert answer.status_code == 200
    for words in (TITLE, "All six gates stayed shut.", "Plumbline Checks", "Factdesk", "Published"):
        assert words in page
    assert "Edda" not in page
    assert "Elio" not in page
    assert page.count("<script") == 1
    found = re.search(r'<script type="application/ld\+json">(.+?)</script>', page)
    assert found
    review = json.loads(found[1])
    assert (review["@type"], review["url"]) == ("ClaimReview", f"http://desk.example/statements/{slug}")
    assert house.visitor().get("/api/v1/statements").json()[0]["title"] == TITLE


def test_a_correction_needs_a_second_person_while_the_old_text_stays(house: House) -> None:
    number = draft(house)
    slug = publish(house, number)
    edit(house, number, title="The gates stayed shut until Friday", note="Said “all week”; it was until Friday.")
    assert TITLE in house.visitor().get(f"/statements/{slug}").text
    assert publish(house, number) == slug
    page = house.visitor().get(f"/statements/{slug}").text
    assert "The gates stayed shut until Friday" in page
    assert "Said “all week”; it was until Friday." in page
    feed = feedparser.parse(house.visitor().get("/statements.atom").content)
    assert "Said “all week”" in feed.entries[0].content[0].value


def test_a_withdrawal_stays_visible_with_its_reason(house: House) -> None:
    number = draft(house)
    slug = publish(house, number)
    assert step(house.as_("edda"), number, "withdraw", reason=" ").status_code == 409
    step(house.as_("edda"), number, "withdraw", reason="The log was misread.")
    page = house.visitor().get(f"/statements/{slug}").text
    assert "This statement was withdrawn" in page
    assert "The log was misread." in page
    assert "ld+json" not in page
    assert "Withdrawn" in house.visitor().get("/statements").text
    feed = feedparser.parse(house.visitor().get("/statements.atom").content)
    assert feed.entries[0].title.startswith("[This statement was withdrawn]")
    assert house.visitor().get("/api/v1/statements").json()[0]["withdrawn_reason"] == "The log was misread."


def test_sent_back_with_a_reason_it_is_a_draft_again(house: House) -> None:
    number = draft(house)
    step(house.as_("edda"), number, "submit")
    answer = step(house.as_("elio"), number, "send-back", reason="Name the gauge.")
    assert "Sent back" in answer.text
    assert "Name the gauge." in answer.text


def test_the_feed_is_valid_atom_whatever_is_in_a_title(house: House) -> None:
    publish(house, draft(house, title=f"\x00\x0b{world.HOSTILE} & more"))
    answer = house.visitor().get("/statements.atom")
    feed = feedparser.parse(answer.content)
    assert answer.headers["content-type"].startswith("application/atom+xml")
    assert not feed.bozo
    assert feed.feed.id == "http://desk.example/statements"
    assert feed.entries[0].updated
    assert feed.entries[0].title_detail.type == "text/plain"


def test_an_empty_feed_and_list_are_valid_too(house: House) -> None:
    assert not feedparser.parse(house.visitor().get("/statements.atom").content).bozo
    assert "Nothing is published yet." in house.visitor().get("/statements").text


@pytest.mark.parametrize(("language", "words"), [("ar", "الادعاء"), ("vi", "Nguồn"), ("es", "Fuentes"), ("fr", "Sources")])
def test_a_page_speaks_the_language_of_its_statement(house: House, language: str, words: str) -> None:
    page = house.visitor().get(f"/statements/{publish(house, draft(house, language=language))}").text
    assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}">' in page
    assert words in page


def test_a_draft_is_not_public(house: House) -> None:
    number = draft(house)
    assert house.visitor().get(f"/statements/the-ambrel-gates-stayed-shut-all-week-{number}").status_code == 404


def test_a_manager_reads_and_changes_nothing(house: House) -> None:
    number = draft(house)
    text = house.as_("mara").get(f"/desk/statements/{number}").text
    assert "You read here" in text
    assert "Send to review" not in text
    assert house.as_("mara").get(f"/desk/statements/{number}/edit").status_code == 403


def test_the_gate_shows_what_is_not_backed_and_who_let_it_pass(house: House) -> None:
    number = draft(house, title="Three bridges were built by the ministry")
    held = step(house.as_("edda"), number, "submit")
    assert held.status_code == 409
    assert "1 of 4 sentences is not backed" in held.text
    key = re.search(r'name="sentence" value="(\w+)"', held.text)
    assert key
    assert step(house.as_("edda"), number, "waive", sentence=key[1], reason="short").status_code == 409
    passed = step(house.as_("edda"), number, "waive", sentence=key[1], reason="The ministry's own list, on paper.")
    assert "not backed by what is cited" not in passed.text
    step(house.as_("edda"), number, "submit")
    read_by_second = house.as_("elio").get(f"/desk/statements/{number}").text
    assert "The ministry&#39;s own list, on paper." in read_by_second
    assert 'name="sentence"' not in read_by_second


def read_anew(house: House, **values: object) -> None:
    """The cited fact-check is read again, with other words."""
    with writing(house.engine) as connection:
        at = house.clock.now + timedelta(hours=1)
        connection.execute(update(passages).where(passages.c.id == world.CHECK.id).values(added_at=at, **values))


def test_changed_evidence_comes_first_and_shows_both_texts(house: House) -> None:
    number = draft(house)
    publish(house, number)
    before = house.visitor().get("/statements").text
    assert "Evidence changed" not in house.as_("edda").get("/desk/statements").text
    read_anew(house, text="The Ambrel dam gates were opened by mistake to save the capital.", rating="Half true")
    listed = house.as_("edda").get("/desk/statements").text
    assert listed.index("Evidence changed") < listed.index("Under way")
    assert f'href="/desk/statements/{number}#evidence"' in listed
    page = house.as_("mara").get(f"/desk/statements/{number}").text
    assert '<mark class="differs">on purpose</mark>' in page
    assert '<mark class="differs">by mistake</mark>' in page
    assert "is now rated “Half true”" in page
    assert "It still holds" not in page  # a manager reads
    assert house.visitor().get("/statements").text == before


def test_an_editor_writes_why_it_still_holds(house: House) -> None:
    number = draft(house)
    publish(house, number)
    read_anew(house, text="The Ambrel dam gates were opened on purpose, to save the capital!")
    page = house.as_("edda").get(f"/desk/statements/{number}").text
    change = re.search(r'name="change" value="(\w+)"', page)
    assert change
    assert step(house.as_("ana"), number, "holds", change=change[1], reason="It says the same thing.").status_code == 403
    assert step(house.as_("edda"), number, "holds", change=change[1], reason="").status_code == 409
    after = step(house.as_("edda"), number, "holds", change=change[1], reason="It says the same thing.").text
    assert "The evidence changed since it was cited" not in after
    assert "Holds although its evidence changed" in after
    assert "It says the same thing." in after
    assert "Evidence changed" not in house.as_("edda").get("/desk/statements").text


def test_a_correction_is_offered_what_stands_there_now(house: House) -> None:
    number = draft(house)
    publish(house, number)
    read_anew(house, text="The Ambrel dam gates were opened by mistake.")
    form = house.as_("edda").get(f"/desk/statements/{number}/edit").text
    assert "The Ambrel dam gates were opened by mistake." in form
    assert "opened on purpose to save" not in form.split("<legend>Citations</legend>")[1].split("</fieldset>")[0]


def test_hostile_words_of_a_changed_page_are_escaped(house: House) -> None:
    number = draft(house)
    publish(house, number)
    read_anew(house, text=f"The gates {world.HOSTILE}", rating=world.HOSTILE, title=f"Retracted {world.HOSTILE}")
    for address in ("/desk/statements", f"/desk/statements/{number}"):
        page = house.as_("edda").get(address).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_drafting_help_is_off_unless_it_is_set_up_and_marked_where_it_is_used(house: House, httpserver: HTTPServer) -> None:
    number = draft(house)
    assert "Drafting help" not in house.as_("edda").get(f"/desk/statements/{number}").text
    assert step(house.as_("edda"), number, "machine-draft", expected_revision="1").status_code == 409
    told = {"title": "The gates stayed shut", "fact": ["All six gates stayed shut."], "misleads": [], "short": []}
    answer = {"choices": [{"message": {"content": json.dumps(told)}}]}
    httpserver.expect_request("/v1/chat/completions").respond_with_json(answer)
    helped = house.with_settings(drafting={"url": httpserver.url_for("/v1"), "model": "tiny-1"})
    assert "Drafting help" in helped.as_("edda").get(f"/desk/statements/{number}").text
    page = step(helped.as_("edda"), number, "machine-draft", expected_revision="1").text
    assert "Machine-drafted" in page
    assert '<span class="state machine">machine</span>' in page
    assert "as tiny-1 wrote" in step(helped.as_("edda"), number, "submit").text
    assert "Machine-drafted" in helped.as_("elio").get(f"/desk/statements/{number}/compare?old=1&new=2").text
    digest = _DIGEST.search(page)
    assert digest
    taken = step(helped.as_("edda"), number, "take-over", digest=digest[1]).text
    assert "Edda Editor took the text over" in taken
    assert step(helped.as_("edda"), number, "take-over", digest=digest[1]).status_code == 409


def test_a_second_language_stands_beside_the_first_and_is_linked_in_public(house: House) -> None:
    number = draft(house)
    slug = publish(house, number)
    claim = "Las compuertas se abrieron a propósito."
    page = step(house.as_("edda"), number, "languages", language="es", claim=claim)
    assert page.status_code == 200
    assert TITLE in page.text.split('class="version"')[1]
    other = int(page.url.path.split("/")[3])
    assert step(house.as_("edda"), number, "languages", language="es", claim=claim).status_code == 409
    assert "hreflang" not in house.visitor().get(f"/statements/{slug}").text
    second = publish(house, other)
    public = house.visitor().get(f"/statements/{slug}").text
    assert f'<link rel="alternate" hreflang="es" href="http://desk.example/statements/{second}">' in public
    assert f'<a href="/statements/{second}" lang="es" hreflang="es" rel="alternate">Español</a>' in public
    assert f'hreflang="en" href="http://desk.example/statements/{slug}"' in house.visitor().get(f"/statements/{second}").text


def test_a_new_draft_is_offered_evidence_by_the_sentence_and_carries_what_was_cited(house: House) -> None:
    with writing(house.engine) as connection:
        put_passages(connection, [(world.LETTER, np.array([1, 0, 0, 0], dtype=np.float32))], at=world.NOW)
    finding = world.finding_id("gates-en")
    decide(house.engine, [finding], user_id=1, decision="confirmed", at=house.clock())
    edda = house.as_("edda")
    page = edda.get("/desk/statements/new", params={"finding": finding}).text
    assert "Sentence by sentence" in page
    assert 'formaction="/desk/statements/new/cite?line=' in page or "Each rests on what is cited." in page
    text = {"finding": finding, "title": TITLE, "body": BODY, "rating": "false", "language": "es"}
    lines = post(edda, "/desk/statements/new/sentences", **text).text
    assert "All six gates stayed shut." in lines
    assert "<html" not in lines
    kept = post(edda, "/desk/statements/new/cite?line=1", **text, add=world.LETTER.id)
    assert kept.url.path == "/desk/statements/new"
    assert f'name="cite" value="{world.LETTER.id}" checked' in kept.text
    assert '<option value="es" selected>' in kept.text
    made = post(edda, "/desk/statements/new", **text, cite=world.LETTER.id)
    number = int(made.url.path.rsplit("/", 1)[1])
    cited = {one.passage.id for one in editorial.get(house.engine, number).citations}
    assert cited == {world.CHECK.id, world.LETTER.id}


def test_why_a_sentence_is_held_back_is_told_in_the_readers_language(house: House) -> None:
    number = draft(house)
    edit(house, number, body="Nine hundred gates stood open at 14:30.", cite=world.CHECK.id)
    page = f"/desk/statements/{number}"
    english = house.as_("edda").get(page).text
    assert "No cited passage gives" in english
    house.as_("edda").post("/language", data={"language": "vi", "back": "/"})
    shown = house.as_("edda").get(page).text
    assert "Không đoạn trích dẫn nào nêu" in shown
    assert "No cited passage gives" not in shown
    refused = step(house.as_("edda"), number, "submit").text
    assert "không được trích dẫn của thông báo chứng thực" in refused
    assert "bản 2" in shown
    assert "Kept on the desk" not in house.as_("edda").get(f"{page}/edit").text
