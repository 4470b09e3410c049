import re

import pytest
from sqlalchemy import delete, update

from factdesk.accounts import people
from factdesk.errors import NotAllowedError, NotFoundError, StateError
from factdesk.store import audit
from factdesk.store.roles import Role
from factdesk.store.tables import audit as log
from tests.dashboards import world
from tests.dashboards.conftest import House, post, sign_in, token
from tests.dashboards.test_account import actions, enrolled, give, named
from tests.editorial.wall import without_rule

PASSWORD = "new here, hello"


def link_in(text: str) -> str:
    found = re.search(r"http://desk\.example(/welcome/[\w-]+)", text)
    assert found, text[:2000]
    return found[1]


def join(house: House, link: str, *, password: str = PASSWORD, again: str = "") -> int:
    browser = house.visitor()
    page = browser.get(link)
    if page.status_code != 200:
        return int(page.status_code)
    fields = {"csrf": token(page), "password": password, "again": again or password}
    return int(browser.post(link, data=fields).status_code)


def test_an_invitation_opens_once_and_sets_the_password(house: House) -> None:
    page = post(house.as_("ada"), "/people", name="Noor", display_name="Noor <i>N</i>", role="editor")
    link = link_in(page.text)
    assert sign_in(house.visitor(), "noor", PASSWORD).status_code == 403
    assert join(house, link, again="something else") == 409
    assert join(house, link, password="short") == 409
    assert join(house, link) == 200
    assert join(house, link) == 404
    assert sign_in(house.visitor(), "noor", PASSWORD).url.path == "/desk/statements"
    assert {"person.added", "person.joined"} <= set(actions(house))


def test_an_invitation_is_over_after_three_days(house: House) -> None:
    link = link_in(post(house.as_("ada"), "/people", name="noor", role="analyst").text)
    house.clock.pass_by(days=3, seconds=1)
    assert join(house, link) == 404


def test_a_reset_takes_everything_away_and_gives_a_new_link(house: House) -> None:
    enrolled(house)
    ana = named(house, "ana").id
    link = link_in(post(house.as_("ada"), f"/people/{ana}/reset").text)
    assert house.as_("ana").get("/queue").url.path == "/login"
    assert sign_in(house.visitor(), "ana").status_code == 403
    assert join(house, link) == 200
    assert sign_in(house.visitor(), "ana", PASSWORD).url.path == "/queue"


def test_a_role_changes_at_once_and_for_forms_too(house: House) -> None:
    edda, browser = named(house, "edda").id, house.as_("edda")
    assert post(house.as_("ada"), f"/people/{edda}/role", role="read-only").status_code == 200
    assert browser.get("/desk/statements/new?finding=1").status_code == 403
    assert post(browser, "/decisions", finding=world.finding_id("number"), decision="confirmed").status_code == 403
    assert "person.role_changed" in actions(house)


def test_nobody_changes_their_own_role_or_locks_themselves_out(house: House) -> None:
    ada = named(house, "ada").id
    for step, fields in (("role", {"role": "editor"}), ("active", {"active": "no"}), ("reset", {})):
        assert post(house.as_("ada"), f"/people/{ada}/{step}", **fields).status_code == 409
    assert named(house, "ada").role is Role.ADMINISTRATOR


def test_the_last_administrator_stays(house: House) -> None:
    ada = named(house, "ada")
    made, _ = people.invite(house.engine, by=ada.id, name="bo", display_name="", role="administrator", at=house.clock())
    with pytest.raises(NotAllowedError):
        people.change_role(house.engine, ada.id, role="editor", by=ada.id, at=house.clock())
    with pytest.raises(StateError, match="last administrator"):  # who was invited cannot sign in yet
        people.change_role(house.engine, ada.id, role="editor", by=made.id, at=house.clock())
    with pytest.raises(StateError, match="last administrator"):
        people.set_active(house.engine, ada.id, active=False, by=made.id, at=house.clock())
    assert people.change_role(house.engine, made.id, role="editor", by=ada.id, at=house.clock()).role is Role.EDITOR


def test_only_an_administrator_does_any_of_it_in_the_domain_too(house: House) -> None:
    edda, ana = named(house, "edda").id, named(house, "ana").id
    with pytest.raises(NotAllowedError):
        people.invite(house.engine, by=edda, name="x", display_name="", role="analyst", at=house.clock())
    with pytest.raises(NotAllowedError):
        people.change_role(house.engine, ana, role="editor", by=edda, at=house.clock())
    with pytest.raises(NotAllowedError):
        people.reset(house.engine, ana, by=edda, at=house.clock())
    with pytest.raises(NotFoundError):
        people.reset(house.engine, 999, by=named(house, "ada").id, at=house.clock())


def test_teams_hold_people_and_go_without_them(house: House) -> None:
    browser = house.as_("ada")
    assert post(browser, "/teams", name="Night <b>desk</b>").status_code == 200
    assert post(browser, "/teams", name="Night <b>desk</b>").status_code == 409
    ana, edda = (str(named(house, name).id) for name in ("ana", "edda"))
    assert post(browser, "/teams/1/members", member=[ana, edda, "77"]).status_code == 200
    assert "Night &lt;b&gt;desk&lt;/b&gt;" in house.as_("ana").get("/account").text
    assert post(browser, "/teams/1/remove").status_code == 200
    assert post(browser, "/teams/1/remove").status_code == 404
    assert "Night" not in house.as_("ana").get("/account").text


def test_an_administrator_reads_the_log_by_person_action_and_day(house: House) -> None:
    sign_in(house.visitor(), "ana", "wrong password")
    house.as_("ana")
    browser = house.as_("ada")
    ana = named(house, "ana").id
    whole = browser.get("/audit").text
    assert "signin.failed" in whole
    mine = browser.get("/audit", params={"person": ana, "action": "signin.opened"}).text
    action = re.compile(r'<td data-label="Action"><code>([\w.]+)</code>')
    assert action.findall(mine) == ["signin.opened"]
    assert len(action.findall(whole)) > 1
    assert action.findall(browser.get("/audit?until=2000-01-01").text) == []
    assert browser.get("/audit?since=yesterday").status_code == 422
    assert house.as_("edda").get("/audit").status_code == 403


def test_the_page_tells_when_the_chain_is_broken(house: House) -> None:
    browser = house.as_("ada")
    assert "The chain holds" in browser.get("/audit?check=true").text
    for rule in ("audit_altered", "audit_removed"):
        without_rule(house.engine, rule, table="audit")
    with house.engine.begin() as connection:
        connection.execute(update(log).where(log.c.number == 2).values(action="signin.nothing"))
        connection.execute(delete(log).where(log.c.number == 4))
    page = browser.get("/audit?check=true").text
    assert "Line 2: its content was altered" in page
    assert "Line 5: a row before it is missing" in page
    assert audit.verify(house.engine)


def test_the_link_of_somebody_switched_off_opens_nothing(house: House) -> None:
    ada = named(house, "ada").id
    made, link = people.invite(house.engine, by=ada, name="noor", display_name="", role="analyst", at=house.clock())
    people.set_active(house.engine, made.id, active=False, by=ada, at=house.clock())
    assert join(house, f"/welcome/{link}") == 404
    assert give(house.visitor(), "123456").status_code == 409


def test_what_changes_nothing_in_the_store_is_in_the_log_too(house: House) -> None:
    browser, finding = house.as_("ana"), world.finding_id("number")
    assert browser.get("/search.csv?q=gates").status_code == 200
    post(browser, "/decisions", decision="confirmed", finding=finding)
    post(browser, "/alerts/new", name="Dam", q="dam", feed="on")
    told = actions(house)
    assert {"export.search", "review.decided"} <= set(told)
    assert audit.verify(house.engine) == []


def test_the_last_administrator_gets_back_in_through_the_machine(house: House) -> None:
    link = people.reset(house.engine, named(house, "ada").id, by=None, at=house.clock())
    assert sign_in(house.visitor(), "ada").status_code == 403
    assert join(house, f"/welcome/{link}") == 200
    assert sign_in(house.visitor(), "ada", PASSWORD).url.path == "/people"
