"""The citation gate: what a statement says stands in what it cites, or a person has said in writing why it may be said."""

from dataclasses import replace

import pytest

from factdesk.editorial import gatekeeping, statements
from factdesk.editorial.gate import Draft, Ruling, Standing, pieces, problems, rulings, sentence_key
from factdesk.editorial.gatekeeping import GateError
from factdesk.editorial.statement import Citation, Statement
from factdesk.errors import NotAllowedError, NotFoundError, StateError
from factdesk.records import Passage, PassageKind
from tests.editorial.conftest import Room
from tests.stores import NOW, add_finding, add_passage, review

BULLETIN = Passage(
    id="e1",
    kind=PassageKind.EVIDENCE,
    text="On 10 March the authority moved 1,200 people out of Lower Teyn. Nobody was hurt. “The water was calm all night,” "
    "said its head engineer.",
    url="https://authority.example/3",
    publisher="Sorrin Valley Authority",
    language="en",
)
CHECK = Passage(
    id="f1",
    kind=PassageKind.FACTCHECK,
    text="The Haldrin dam was opened on purpose to flood Lower Teyn.",
    url="https://check.example/1",
    publisher="Plumbline Checks",
    language="en",
    title="No, the Haldrin dam was not opened on purpose",
    detail="The gates stayed shut until noon, as the log of the dam shows. The level rose by 2.3 metres in six hours.",
    rating="False",
    rating_value=0.0,
)
CLAIM = "They opened the Haldrin dam on purpose to flood Lower Teyn and killed 300 people."


def draft(body: str, *, title: str = "", language: str = "en", cites: tuple[Passage, ...] = (BULLETIN, CHECK)) -> Draft:
    cited = tuple(Citation(passage) for passage in cites)
    return Draft(title, body, language, CLAIM, cited, frozenset(passage.id for passage in cites))


def only(body: str, **more: object) -> Ruling:
    (ruling,) = rulings(draft(body, **more), waivers={})  # type: ignore[arg-type] # a test's shorthand
    return ruling


@pytest.mark.parametrize(
    ("sentence", "citation"),
    [
        ("On 10 March the authority moved 1,200 people out of Lower Teyn.", 0),
        ("The authority moved about 1,200 people from Lower Teyn on 10 March.", 0),
        ("The gates stayed shut until noon.", 1),
        ("In six hours the level rose by 2.3 metres.", 1),
        ("Plumbline Checks checked this claim and rates it “False”.", 1),
        ("“The water was calm all night,” said the authority's head engineer.", 0),
        ("The Haldrin dam was not opened on purpose.", 1),
    ],
)
def test_what_a_passage_says_is_backed_by_it(sentence: str, citation: int) -> None:
    ruling = only(sentence)
    assert (ruling.standing, ruling.citation) == (Standing.BACKED, citation), ruling.reasons


@pytest.mark.parametrize(
    ("sentence", "standing", "named"),
    [
        ("On 10 March the authority moved 12,000 people out of Lower Teyn.", Standing.UNBACKED, "12,000"),
        ("On 14 March the authority moved 1,200 people out of Lower Teyn.", Standing.UNBACKED, "14 March"),
        ("On 10 March the authority moved 1,200 people out of Kestrow.", Standing.UNBACKED, "Kestrow"),
        ("On 10 March the authority did not move people out of Lower Teyn.", Standing.UNBACKED, ""),
        ("The level fell by 2.3 metres in six hours.", Standing.UNBACKED, ""),
        ("The ministry of transport has built three new bridges.", Standing.UNBACKED, ""),
        ("The mayor is a disgrace to the whole valley.", Standing.UNBACKED, ""),
        ("“The water was wild all night,” said its head engineer.", Standing.MISQUOTED, "wild"),
        ("The Haldrin dam was opened on purpose to flood Lower Teyn.", Standing.RESTATES, ""),
        ("300 people were killed.", Standing.UNBACKED, "300"),
        ("Somebody died.", Standing.UNBACKED, ""),
    ],
)
def test_what_no_passage_says_is_held_back_with_its_reason(sentence: str, standing: Standing, named: str) -> None:
    ruling = only(sentence)
    assert ruling.standing is standing, ruling
    assert any(named in reason for reason in ruling.reasons), ruling.reasons


def test_the_claim_may_be_told_only_where_it_is_marked() -> None:
    marked, why = rulings(
        draft(f"The claim going around: “{CLAIM}”\n\nWhy it misleads: It says 300 people, the authority that nobody was hurt."),
        waivers={},
    )
    assert marked.standing is Standing.CLAIM
    assert why.standing is Standing.BACKED
    assert only(f"The claim going around: “{CLAIM.replace('300', '3,000')}”").standing is not Standing.CLAIM


def test_a_figure_of_neither_claim_nor_passage_is_no_explanation() -> None:
    assert only("Why it misleads: The claim says 450 people, the authority that nobody was hurt.").standing is Standing.UNBACKED


def test_a_question_and_a_label_need_no_passage_but_a_figure_in_them_does() -> None:
    assert only("What happened at the dam?").standing is Standing.FREE
    assert only("At the dam").standing is Standing.FREE
    assert only("Were 700 killed?").standing is not Standing.FREE


def test_a_passage_whose_page_is_not_archived_is_no_evidence_yet() -> None:
    looked_at = replace(draft("The gates stayed shut until noon."), archived=frozenset({"e1"}))
    (ruling,) = rulings(looked_at, waivers={})
    assert ruling.standing is Standing.UNARCHIVED
    assert "not archived" in ruling.reasons[0]


def test_a_statement_that_cites_nothing_backs_nothing() -> None:
    assert only("The gates stayed shut until noon.", cites=()).reasons == ("It cites nothing.",)


def test_other_languages_are_held_to_their_own_passages() -> None:
    spanish = replace(BULLETIN, text="El 10 de marzo la autoridad evacuó a 1.200 personas de Lower Teyn.", language="es")
    backed = only("La autoridad evacuó a 1.200 personas de Lower Teyn el 10 de marzo.", language="es", cites=(spanish,))
    wrong = only("La autoridad evacuó a 12.000 personas de Lower Teyn el 10 de marzo.", language="es", cites=(spanish,))
    assert (backed.standing, wrong.standing) == (Standing.BACKED, Standing.UNBACKED)


def test_a_waiver_holds_for_the_exact_words_only() -> None:
    text = "The ministry of transport has built three new bridges."
    waivers = {sentence_key(text): "The minister told us by telephone."}
    (ruling,) = rulings(draft(text), waivers=waivers)
    assert (ruling.standing, ruling.waiver) == (Standing.WAIVED, "The minister told us by telephone.")
    (other,) = rulings(draft(text.replace("three", "four")), waivers=waivers)
    assert other.standing is Standing.UNBACKED


@pytest.mark.parametrize(
    "body",
    [
        "The facts: The gates stayed shut until noon. Nobody was hurt.\nWhy?\n\n  In short: The gates stayed shut until noon.",
        "One line",
        "  \n\n \n",
        "a.\r\nb. ",
    ],
)
def test_pieces_join_up_to_the_text_and_carry_what_backs_them(body: str) -> None:
    found = pieces(draft(body))
    assert ["".join(piece.text for piece in paragraph) for paragraph in found] == [b for b in body.split("\n\n") if b.strip()]
    cited = {piece.text.strip(): piece.citation for paragraph in found for piece in paragraph if piece.citation is not None}
    if body.startswith("The facts"):
        assert cited == {
            "The facts: The gates stayed shut until noon.": 1,
            "Nobody was hurt.": 0,
            "In short: The gates stayed shut until noon.": 1,
        }


# -- on the store -----------------------------------------------------------------------------------------------------------


def stored(room: Room, body: str) -> Statement:
    return statements.create_draft(
        room.engine,
        user_id=room.writer,
        finding_ids=[room.finding_id],
        language="en",
        title="Both gates stayed shut",
        body=body,
        rating="false",
        at=NOW,
    )


def test_what_is_not_backed_cannot_be_submitted(room: Room) -> None:
    made = stored(room, "Both gates stayed shut all night.\n\nThe keeper slept for nine hours.")
    with pytest.raises(GateError, match="keeper slept") as caught:
        statements.submit(room.engine, made.id, user_id=room.writer, at=NOW)
    assert [ruling.text for ruling in caught.value.open] == ["The keeper slept for nine hours."]
    assert statements.get(room.engine, made.id).state.value == "draft"


def test_a_waiver_lets_it_pass_and_stands_in_the_history(room: Room) -> None:
    made = stored(room, "The keeper slept for nine hours.")
    (held,) = problems(gatekeeping.standing(room.engine, made.id))
    after = gatekeeping.waive(
        room.engine, made.id, user_id=room.writer, key=held.key, reason="His own log, seen on paper.", at=NOW
    )
    assert after.history[-1].action == "statement.waived"
    assert "His own log" in after.history[-1].note
    assert statements.submit(room.engine, made.id, user_id=room.writer, at=NOW).state.value == "in_review"


def test_a_waiver_needs_an_editor_a_draft_a_reason_and_a_sentence(room: Room) -> None:
    made = stored(room, "The keeper slept for nine hours.")
    (held,) = problems(gatekeeping.standing(room.engine, made.id))
    waive = gatekeeping.waive
    with pytest.raises(NotAllowedError):
        waive(room.engine, made.id, user_id=room.analyst, key=held.key, reason="His own log, seen.", at=NOW)
    with pytest.raises(StateError, match="reason"):
        waive(room.engine, made.id, user_id=room.writer, key=held.key, reason="ok", at=NOW)
    with pytest.raises(NotFoundError):
        waive(room.engine, made.id, user_id=room.writer, key="nothing", reason="His own log, seen.", at=NOW)
    waive(room.engine, made.id, user_id=room.writer, key=held.key, reason="His own log, seen.", at=NOW)
    statements.submit(room.engine, made.id, user_id=room.writer, at=NOW)
    with pytest.raises(StateError, match="draft"):
        waive(room.engine, made.id, user_id=room.writer, key=held.key, reason="His own log, seen.", at=NOW)


def test_a_passage_from_a_library_file_is_not_archived(room: Room) -> None:
    loose = add_passage(room.engine, "The bridge of Ambrel fell", url="https://check.example/9", archived=False)
    finding = add_finding(room.engine, "The bridge of Ambrel fell last night.", passage=loose)
    review(room.engine, finding, user_id=room.analyst)
    title, body, rating = statements.suggestion(room.engine, [finding])
    made = statements.create_draft(
        room.engine, user_id=room.writer, finding_ids=[finding], language="en", title=title, body=body, rating=rating, at=NOW
    )
    assert {one.standing for one in problems(gatekeeping.standing(room.engine, made.id))} == {Standing.UNARCHIVED}


def test_what_was_sent_back_after_approval_can_be_approved_again(room: Room) -> None:
    made = stored(room, "Both gates stayed shut all night.")
    for _ in range(2):
        waiting = statements.submit(room.engine, made.id, user_id=room.writer, at=NOW)
        statements.approve(room.engine, made.id, user_id=room.second, digest=waiting.digest, at=NOW)
        statements.send_back(room.engine, made.id, user_id=room.third, reason="Add the hour.", at=NOW)
