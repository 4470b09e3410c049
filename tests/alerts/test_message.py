"""What alerts say, and what they never say."""

import json
from dataclasses import replace

from factdesk.alerts.message import letter, payload
from factdesk.store.alert_times import Every, Pace
from factdesk.store.saved_searches import Wanted
from factdesk.store.users import speak_to
from tests.alerts.conftest import ANSWER, Outbox, numbered, settings_for
from tests.stores import NOW

WANTED = Wanted("Dams", {"q": "dam", "language": "en"}, email="night@desk.example", hook_url="https://localhost/hook")


def test_a_letter_says_what_where_when_why_and_the_desks_link(outbox: Outbox) -> None:
    search = outbox.save(WANTED)
    outbox.arrive(search)
    told = letter(outbox.take()[0], settings_for())
    assert told.subject == "[River Desk] Dams: Dam breaks above Lissow"
    assert told.text.splitlines() == [
        "Dam breaks above Lissow",
        "  Marrow Gazette · 4 Mar 2026, 19:00 +07 · repeats a debunked claim",
        "  The Orlen *dam* broke on Monday.",
        "  https://desk.example/items/d1",
        "",
        "-- ",
        "You saved the search “Dams”: dam, language en.",
        f"https://desk.example/alerts/{search.id}",
    ]


def test_a_webhook_carries_the_same_as_data(outbox: Outbox) -> None:
    search = outbox.save(WANTED)
    outbox.arrive(search)
    _, hook = outbox.take()
    assert json.loads(payload(hook, settings_for())) == {
        "id": hook.key,
        "type": "alert",
        "made_at": "2026-03-04T12:00:00+00:00",
        "desk": "River Desk",
        "search": {
            "id": search.id,
            "name": "Dams",
            "asked": {"q": "dam", "language": "en"},
            "url": f"https://desk.example/alerts/{search.id}",
        },
        "total": 1,
        "items": [
            {
                "id": "d1",
                "kind": "document",
                "title": "Dam breaks above Lissow",
                "source": "Marrow Gazette",
                "language": "en",
                "published_at": NOW.isoformat(),
                "matched_at": NOW.isoformat(),
                "findings": ["repeats"],
                "excerpt": "The Orlen dam broke on Monday.",
                "matched": ["Dam", "dam"],
                "url": "https://desk.example/items/d1",
            }
        ],
    }


def test_a_digest_counts_what_it_does_not_list(outbox: Outbox) -> None:
    search = outbox.save(replace(WANTED, pace=Pace(Every.HOURLY, 0)))
    outbox.arrive(search, *(numbered(number) for number in range(53)))
    digest = outbox.take(NOW.replace(hour=13))[0]
    told = letter(digest, settings_for())
    assert told.subject == "[River Desk] Dams: 53 new items"
    assert "Item 49\n" in told.text
    assert "And 3 more." in told.text
    assert json.loads(payload(digest, settings_for()))["total"] == 53


def test_a_passage_of_the_library_is_linked_where_the_desk_shows_it(outbox: Outbox) -> None:
    search = outbox.save(WANTED)
    outbox.arrive(search, replace(ANSWER, item="d7", entry="p1", kind="factcheck"))
    assert "https://desk.example/library/p1\n" in letter(outbox.take()[0], settings_for()).text


def test_hostile_text_stays_on_its_line(outbox: Outbox) -> None:
    search = outbox.save(WANTED)
    outbox.arrive(
        search, replace(ANSWER, title="Dam\r\nBcc: all@desk.example\x00\u2028x", source="A\nB", snippet="a\r\n.\r\nb")
    )
    told = letter(outbox.take()[0], settings_for())
    assert told.subject == "[River Desk] Dams: Dam Bcc: all@desk.example x"
    assert told.text.splitlines()[1].startswith("  A B · ")
    assert "." not in told.text.splitlines()


def test_a_letter_speaks_the_language_that_its_reader_chose(outbox: Outbox) -> None:
    search = outbox.save(WANTED)
    speak_to(outbox.engine, search.user_id, language="vi")
    outbox.arrive(search)
    told = letter(outbox.take()[0], settings_for()).text.splitlines()
    assert told[1] == "  Marrow Gazette · 4 thg 3 2026, 19:00 +07 · lặp lại thông tin đã bị bác bỏ"
    assert told[-2] == "Bạn đã lưu tìm kiếm “Dams”: dam, ngôn ngữ en."
