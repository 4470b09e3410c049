"""Furniture lines go, prose that begins alike stays."""

import pytest

from crawlers._furniture import without_furniture

_PROSE = (
    "The dam at Orvell held through the night, engineers of the water authority said on Tuesday morning.",
    "Some 2,300 people spent the night in gyms and schools, most of them from the lower town.",
    "The council will meet again on Friday to decide when the bridge may open to lorries.",
)


@pytest.mark.parametrize(
    "line",
    [
        "Read also: Bridge in Orvell closed for a month",
        "- Lesen Sie auch: Damm bei Orvell hält stand",
        "À lire aussi » Le barrage d'Orvell a tenu",
        "Lea también: La presa de Orvell resistió",
        "Xem thêm: Đập Orvell vẫn an toàn",
        "Sign up here for our morning briefing.",
        "Photo: Orvell Courier archive",
        "Titelbild: Stadtarchiv Orvell",
        "© 2026 Orvell Courier",
        "Advertisement",
        "Kommentare (12)",
        "Get the Orvell Courier's Daily Edition by email and never miss our top stories. Free sign up",
        "Möchtest du uns Feedback geben? Wir freuen uns über deine Anregungen!",
        "Mit der Registrierung akzeptieren Sie unsere Datenschutz- und Nutzungsbedingungen." + " Sie können sich abmelden." * 4,
    ],
)
def test_furniture_in_the_middle_is_dropped(line: str) -> None:
    assert without_furniture([_PROSE[0], line, *_PROSE[1:]]) == list(_PROSE)


@pytest.mark.parametrize(
    "line",
    [
        "Advertising for tobacco has been banned in Orvell since 2022.",
        "Werbung für Tabak ist in Orvell seit 2022 verboten.",
        "Comments by the mayor that the dam would break were wrong.",
        "Photos of the broken dam that were shared on Monday show a dam in another country and are six years old.",
        "more from the river than from the rain, the engineers said",
        "Source: the water authority counted 41 breaches between 1990 and 2020.",
        "On 3 May 2026 the level reached 7.2 metres.",
        "Subscribers of the paper rose by 4 % last year.",
        "The council asks citizens to sign up by phone before the dam is opened.",
        "The ministry's newsletter said in May that the dam was sound.",
    ],
)
def test_prose_that_begins_alike_stays(line: str) -> None:
    lines = [_PROSE[0], line, *_PROSE[1:]]
    assert without_furniture(lines) == lines


@pytest.mark.parametrize(
    "stamp", ["23.10.2026", "January 13, 2026 at 08:45 AM | Rivers", "Aktualisiert am 19.02.2026", "mercredi 11 septembre 2026"]
)
def test_a_date_alone_goes_at_the_edge_only(stamp: str) -> None:
    assert without_furniture([stamp, *_PROSE]) == list(_PROSE)
    middle = [*_PROSE, stamp, *_PROSE, *_PROSE]
    assert without_furniture([*_PROSE, *middle]) == [*_PROSE, *middle]


def test_a_list_of_other_headlines_at_the_end_is_cut() -> None:
    tail = ["Mehr zum Thema", "Brücke in Orvell gesperrt", "Wie der Damm gebaut wurde"]
    assert without_furniture([*_PROSE, *_PROSE, *tail]) == [*_PROSE, *_PROSE]


@pytest.mark.parametrize(
    "tail",
    [
        ["- Bridge in Orvell closed for a month - October 10, 2026", "- How the dam was built - October 9, 2026"],
        ["The river rose by two metres in a night and the engineers of the […]"],
        ["Tags: dam, river, Orvell"],
    ],
)
def test_beginnings_of_other_articles_and_tags_at_the_end_are_cut(tail: list[str]) -> None:
    assert without_furniture([*_PROSE, *tail]) == list(_PROSE)
    assert without_furniture([*_PROSE, *tail, *_PROSE, *_PROSE]) == [*_PROSE, *tail, *_PROSE, *_PROSE]


def test_prose_after_a_lead_is_not_cut() -> None:
    lines = [*_PROSE, *_PROSE, "Mehr zum Thema", "Brücke in Orvell gesperrt", _PROSE[0]]
    assert without_furniture(lines) == [line for line in lines if line != "Mehr zum Thema"]


def test_a_page_made_of_such_lines_stays_whole() -> None:
    lines = ["Read also: Bridge in Orvell closed", "Read also: Dam in Orvell holds", "Weather"]
    assert without_furniture(lines) == lines
