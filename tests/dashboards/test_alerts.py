"""Saved searches on the desk: made from a search, seen by their owner alone, changed, paused, tried, fed and deleted."""

import re
from dataclasses import replace
from zoneinfo import ZoneInfo

from defusedxml import ElementTree
from httpx2 import Response

from factdesk.accounts.tokens import Scope
from factdesk.store import alerts, saved_searches
from factdesk.store.alert_times import Every, Pace
from factdesk.store.alerts import Answer
from factdesk.store.database import writing
from factdesk.store.saved_searches import SavedSearch
from factdesk.store.users import list_users
from tests.dashboards import world
from tests.dashboards.conftest import House, post
from tests.dashboards.test_api import bearer

ATOM = "{http://www.w3.org/2005/Atom}"
FIELDS = {"name": "Gates", "q": "gates", "every": "at_once", "at": "08:00", "weekday": "0", "feed": "on"}
ANSWER = Answer(
    *("d1", "d1", "document", f"Gates {world.HOSTILE}", "Town Square", "en", world.NOW, ("repeats",), "They opened the gates."),
    title_spans=((0, 5),),
    snippet_spans=((16, 21),),
)


def save(house: House, login: str = "ana", **fields: str) -> SavedSearch:
    answer = post(house.as_(login), "/alerts/new", **(FIELDS | fields))
    assert answer.status_code == 200, answer.text
    return of(house, login)[-1]


def of(house: House, name: str) -> list[SavedSearch]:
    (number,) = (user.id for user in list_users(house.engine) if user.name == name)
    return sorted(saved_searches.of_person(house.engine, number), key=lambda search: search.id)


def arrive(house: House, search: SavedSearch, *answers: Answer) -> None:
    with writing(house.engine) as connection:
        alerts.keep(connection, search, answers or [ANSWER], at=house.clock.now, zone=ZoneInfo("UTC"))


def refused(answer: Response) -> str:
    assert answer.status_code == 422, answer.text
    found = re.search(r'role="alert" id="mistake"><b>([^<]*)</b>', answer.text)
    assert found
    return found[1]


def test_a_search_is_saved_with_its_filters_from_the_search_page(house: House) -> None:
    page = house.as_("ana").get("/search", params={"q": "gates", "language": "en", "sort": "newest"})
    address = re.search(r'href="(/alerts/new\?[^"]+)"', page.text)
    assert address
    form = house.as_("ana").get(address[1].replace("&amp;", "&"))
    assert 'name="language" value="en" checked' in form.text
    assert re.search(r"Finds [2-9] now\.", form.text)
    search = save(house, language="en", sort="newest", email="night@desk.example", quiet_from="22:00", quiet_to="06:30")
    assert search.wanted.asked == {"q": "gates", "language": "en"}
    assert search.wanted.pace == Pace(Every.AT_ONCE, 480, 0, (1320, 390))
    assert (search.channels, bool(search.feed_token)) == (("email",), True)
    shown = house.as_("ana").get(f"/alerts/{search.id}").text
    assert "At once, quiet from 22:00 to 06:30" in shown
    assert "Nothing that arrived since it was saved matches yet." in shown


MISTAKES: tuple[tuple[dict[str, str], str], ...] = (
    ({"q": "(gates"}, "This parenthesis is never closed."),
    ({"q": "author:somebody"}, "There is no field author."),
    ({"kind": "person"}, "There is no kind person."),
    ({"until": "2031-01-01"}, "Nothing that arrives is as old as that."),
    ({"email": "nowhere"}, "nowhere is no e-mail address."),
    ({"hook_url": "https://127.0.0.1/in"}, "127.0.0.1 is a private address; allow it in alerts.allow_private_hosts."),
    ({"hook_url": "http://hooks.example/in"}, "A webhook&#39;s address begins with https."),
    ({"hook_url": "gopher://hooks.example"}, "The webhook&#39;s address is not one of the web."),
    ({"at": "25:00"}, "A time of the day is missing or is none."),
    ({"quiet_from": "22:00"}, "A time of the day is missing or is none."),
    ({"email": "<b>100%</b>"}, "&lt;b&gt;100%&lt;/b&gt; is no e-mail address."),
    ({"every": "never"}, "How often is not chosen."),
    ({"name": "", "q": ""}, "The search needs a name."),
)


def test_what_does_not_do_is_said_and_what_was_typed_stays(house: House) -> None:
    for fields, what in MISTAKES:
        answer = post(house.as_("ana"), "/alerts/new", **(FIELDS | {"email": "me@desk.example"} | fields))
        assert refused(answer) == what
        assert 'value="Gates"' in answer.text or not fields.get("name", "x")
    assert of(house, "ana") == []


def test_a_search_by_meaning_is_saved_without_asking_what_it_means(house: House) -> None:
    assert save(house, q='similar:"the gates were opened"').wanted.asked["q"] == 'similar:"the gates were opened"'


def test_every_role_saves_and_sees_its_own_alone(house: House) -> None:
    for name, _, _ in world.EVERYBODY:
        if name == "elio":
            continue
        _is_seen_by_its_owner_alone(house, name)
    assert house.visitor().get("/alerts").url.path == "/login"


def _is_seen_by_its_owner_alone(house: House, name: str) -> None:
    search = save(house, name, name="Mine alone")
    assert "Mine alone" in house.as_(name).get("/alerts").text
    other = house.as_("elio")
    assert "Mine alone" not in other.get("/alerts").text
    for address in ("", "/edit", "/deliveries"):
        assert other.get(f"/alerts/{search.id}{address}").status_code == 404
    for action in ("edit", "running", "test", "renew", "retry", "delete"):
        assert post(other, f"/alerts/{search.id}/{action}", **FIELDS).status_code == 404, action
    assert of(house, name) == [search]


def test_matches_are_shown_safely_with_what_matched(house: House) -> None:
    search = save(house)
    arrive(house, search)
    page = house.as_("ana").get(f"/alerts/{search.id}").text
    assert "<mark>Gates</mark>" in page
    assert "<script>alert" not in page
    assert 'href="/items/d1"' in page
    assert world.HANDLE not in page
    assert "1 match" in house.as_("ana").get("/alerts").text


def test_a_search_is_changed_and_what_waits_follows_its_pace(house: House) -> None:
    search = save(house, every="weekly", email="night@desk.example")
    arrive(house, search)
    assert "Every Monday at 08:00" in house.as_("ana").get(f"/alerts/{search.id}").text
    post(house.as_("ana"), f"/alerts/{search.id}/edit", **(FIELDS | {"name": "Dams", "email": "day@desk.example"}))
    (changed,) = of(house, "ana")
    assert (changed.wanted.name, changed.wanted.email, changed.feed_token) == ("Dams", "day@desk.example", search.feed_token)
    with writing(house.engine) as connection:
        (due,) = alerts.claim(connection, now=house.clock.now)
    assert due.total == 1


def test_a_paused_search_says_so_and_goes_on(house: House) -> None:
    search = save(house)
    assert "Paused" in post(house.as_("ana"), f"/alerts/{search.id}/running", run="off").text
    assert [one.active for one in of(house, "ana")] == [False]
    assert "Paused" not in post(house.as_("ana"), f"/alerts/{search.id}/running", run="on").text


def test_a_trial_is_put_out_and_its_delivery_is_followed_until_it_ends(house: House) -> None:
    search = save(house, email="night@desk.example")
    page = post(house.as_("ana"), f"/alerts/{search.id}/test").text
    assert 'hx-trigger="every 2s"' in page
    assert post(house.as_("ana"), f"/alerts/{search.id}/test").status_code == 409
    with writing(house.engine) as connection:
        (trial,) = alerts.claim(connection, now=house.clock.now)
        alerts.failed(connection, trial, at=house.clock.now, reason="550 nobody", zone=ZoneInfo("UTC"), most=1)
    part = house.as_("ana").get(f"/alerts/{search.id}/deliveries").text
    assert 'scope="row">E-mail ' in part
    assert ("550 nobody" in part, "Given up" in part, "hx-trigger" in part, "<html" in part) == (True, True, False, False)
    number = re.search(r'name="delivery" value="(\d+)"', part)
    assert number
    assert "Waiting" in post(house.as_("ana"), f"/alerts/{search.id}/retry", delivery=number[1]).text


def test_a_feed_is_open_to_whoever_has_its_address_and_to_nobody_else(house: House) -> None:
    search = save(house)
    arrive(house, search, ANSWER, replace(ANSWER, item="d2", entry="p1", kind="factcheck", title="", published_at=None))
    address = f"/alerts/feeds/{search.feed_token}.atom"
    assert address in house.as_("ana").get(f"/alerts/{search.id}").text
    answer = house.visitor().get(address)
    assert answer.headers["content-type"] == "application/atom+xml"
    assert answer.headers["x-robots-tag"] == "noindex"
    feed = ElementTree.fromstring(answer.text)
    entries = feed.findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}title") for entry in entries] == ["They opened the gates.", f"Gates {world.HOSTILE}"]
    links = [link.get("href") for entry in entries for link in entry.findall(f"{ATOM}link")]
    assert links == ["http://desk.example/library/p1", "http://desk.example/items/d1"]
    assert [author.findtext(f"{ATOM}name") for author in feed.iter(f"{ATOM}author")] == ["Factdesk"]
    assert house.visitor().get(address, headers={"if-none-match": answer.headers["etag"]}).status_code == 304
    assert house.visitor().get("/alerts/feeds/guess.atom").status_code == 404
    post(house.as_("ana"), f"/alerts/{search.id}/renew")
    assert house.visitor().get(address).status_code == 404


def test_a_search_is_deleted(house: House) -> None:
    search = save(house)
    arrive(house, search)
    assert "No search is saved yet." in post(house.as_("ana"), f"/alerts/{search.id}/delete").text
    assert house.visitor().get(f"/alerts/feeds/{search.feed_token}.atom").status_code == 404


def test_a_program_saves_a_search_by_token_and_reads_what_answered_it(house: House) -> None:
    browser, headers = house.visitor(), bearer(house, "ana", Scope.READ_ALERTS, Scope.WRITE_ALERTS)
    wrong = browser.post("/api/v1/alerts", headers=headers, json={"name": "Gates", "q": "(gates"})
    assert wrong.status_code == 422
    made = browser.post("/api/v1/alerts", headers=headers, json={"name": "Gates", "q": "gates"}).json()
    (search,) = of(house, "ana")
    arrive(house, search)
    told = browser.get(f"/api/v1/alerts/{made['id']}/matches", headers=headers).json()
    assert (told["total"], told["matches"][0]["path"], told["matches"][0]["findings"]) == (1, "/items/d1", ["repeats"])
    other = bearer(house, "mara", Scope.READ_ALERTS)
    assert browser.get(f"/api/v1/alerts/{made['id']}/matches", headers=other).status_code == 404
