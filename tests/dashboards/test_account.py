import re
from datetime import datetime

import pyotp
import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import select

from factdesk.accounts import people, second_factor, tokens
from factdesk.errors import NotAllowedError, StateError
from factdesk.store import audit
from factdesk.store.staff_tables import api_tokens, recovery_codes
from factdesk.store.tables import audit as log
from factdesk.store.users import User, list_users
from tests.dashboards import world
from tests.dashboards.conftest import House, post, sign_in, token

NEW = "a quite different river"


def named(house: House, name: str) -> User:
    return next(user for user in list_users(house.engine) if user.name == name)


def code_at(secret: str, at: datetime) -> str:
    return pyotp.TOTP(secret).at(at)


def enrolled(house: House, name: str = "ana") -> tuple[str, list[str]]:
    """Switch a person's second factor on through the pages; return its secret and the recovery codes."""
    browser = house.as_(name)
    secret = re.search(r'class="secret">([A-Z2-7]+)<', browser.get("/account/second-factor").text)
    assert secret
    page = post(browser, "/account/second-factor", code=code_at(secret[1], house.clock()))
    return secret[1], re.findall(r"<li><code>([0-9a-f-]+)</code>", page.text)


def give(browser: TestClient, code: str) -> Response:
    return browser.post("/login/code", data={"csrf": token(browser.get("/login/code")), "code": code, "then": ""})


def actions(house: House) -> list[str]:
    with house.engine.connect() as connection:
        return list(connection.execute(select(log.c.action).order_by(log.c.number)).scalars())


def test_a_second_factor_is_asked_for_and_its_code_works_once(house: House) -> None:
    secret, codes = enrolled(house)
    assert len(codes) == second_factor.CODES
    house.clock.pass_by(seconds=60)
    code, browser = code_at(secret, house.clock()), house.visitor()
    assert sign_in(browser, "ana").url.path == "/login/code"
    assert browser.get("/queue").url.path == "/login"
    assert give(browser, "000000").status_code == 403
    assert give(browser, code).url.path == "/queue"
    other = house.visitor()
    sign_in(other, "ana")
    assert give(other, code).status_code == 403
    house.clock.pass_by(seconds=30)
    assert give(other, code_at(secret, house.clock())).url.path == "/queue"


def test_a_recovery_code_opens_once_and_is_stored_as_a_digest(house: House) -> None:
    _, codes = enrolled(house)
    for expected in (200, 403):
        browser = house.visitor()
        sign_in(browser, "ana")
        assert give(browser, codes[0].upper()).status_code == expected
    with house.engine.connect() as connection:
        stored = str(connection.execute(select(recovery_codes)).all())
    assert not [code for code in codes if code in stored]
    assert "person.recovery_code_used" in actions(house)


def test_six_digits_cannot_be_guessed(house: House) -> None:
    """The password, given again and again, does not open the brake that failed codes put on."""
    secret, _ = enrolled(house)
    house.clock.pass_by(minutes=1)
    for _ in range(5):
        browser = house.visitor()
        sign_in(browser, "ana")
        assert give(browser, "000000").status_code == 403
    assert sign_in(house.visitor(), "ana").status_code == 429
    assert give(browser, code_at(secret, house.clock())).status_code == 429
    house.clock.pass_by(minutes=11)
    browser = house.visitor()
    sign_in(browser, "ana")
    assert give(browser, code_at(secret, house.clock())).url.path == "/queue"


def test_a_code_without_the_password_before_it_opens_nothing(house: House) -> None:
    secret, _ = enrolled(house)
    house.clock.pass_by(minutes=1)
    stranger = house.visitor()
    assert give(stranger, code_at(secret, house.clock())).status_code == 409
    slow = house.visitor()
    sign_in(slow, "ana")
    house.clock.pass_by(minutes=6)
    assert give(slow, code_at(secret, house.clock())).status_code == 409


def test_the_second_factor_goes_off_with_the_password_only(house: House) -> None:
    enrolled(house)
    browser = house.as_("ana")
    assert post(browser, "/account/second-factor/off", password="not it, sorry").status_code == 409
    assert second_factor.has(house.engine, named(house, "ana").id)
    assert post(browser, "/account/second-factor/off", password=world.PASSWORD).status_code == 200
    assert sign_in(house.visitor(), "ana").url.path == "/queue"


def test_a_role_that_needs_it_opens_nothing_before_it_is_on(strict_house: House) -> None:
    house = strict_house
    browser = house.visitor()
    assert sign_in(browser, "ana").url.path == "/account"
    assert browser.get("/queue").url.path == "/account"
    house.signed_in["ana"] = browser
    page = browser.get("/account/second-factor")
    secret = re.search(r'class="secret">([A-Z2-7]+)<', page.text)
    assert secret
    fields = {"csrf": token(page), "code": code_at(secret[1], house.clock())}
    assert browser.post("/account/second-factor", data=fields).status_code == 200
    assert browser.get("/queue").url.path == "/queue"
    assert sign_in(house.visitor(), "edda").url.path == "/desk/statements"


def test_a_new_password_needs_the_old_one_and_ends_the_other_sessions(house: House) -> None:
    here, there = house.as_("ana"), house.visitor()
    sign_in(there, "ana")
    wrong = {"old": "not the old one", "new": NEW, "again": NEW}
    assert post(here, "/account/password", **wrong).status_code == 409
    assert post(here, "/account/password", old=world.PASSWORD, new=NEW, again="another").status_code == 409
    assert post(here, "/account/password", old=world.PASSWORD, new=NEW, again=NEW).status_code == 200
    assert there.get("/queue").url.path == "/login"
    assert here.get("/queue").url.path == "/queue"
    assert sign_in(house.visitor(), "ana", NEW).url.path == "/queue"


def test_a_stolen_session_cannot_guess_the_password(house: House) -> None:
    for _ in range(5):
        assert post(house.as_("ana"), "/account/password", old="a wrong guess", new=NEW, again=NEW).status_code == 409
    assert "Too many failed tries" in post(house.as_("ana"), "/account/password", old=world.PASSWORD, new=NEW, again=NEW).text


def test_sessions_are_listed_and_ended_by_the_person(house: House) -> None:
    here, there = house.as_("ana"), house.visitor()
    sign_in(there, "ana")
    handles = set(re.findall(r'name="handle" value="([0-9a-f]+)"', here.get("/account").text))
    assert len(handles) == 2
    for handle in handles:
        page = post(here, "/account/sessions/end", handle=handle) if here.get("/queue").url.path == "/queue" else None
        assert page is None or page.status_code == 200
    assert {here.get("/queue").url.path, there.get("/queue").url.path} >= {"/login"}


def test_nobody_ends_the_session_of_another_but_an_administrator(house: House) -> None:
    house.as_("ana")
    edda = named(house, "ana").id
    assert post(house.as_("edda"), f"/people/{edda}/sessions/end", handle="all").status_code == 403
    assert post(house.as_("ada"), f"/people/{edda}/sessions/end", handle="all").status_code == 200
    assert house.as_("ana").get("/queue").url.path == "/login"


def test_a_token_is_shown_once_ends_and_can_be_revoked(house: House) -> None:
    browser = house.as_("ana")
    page = post(browser, "/account/tokens", name="newsroom <b>wall</b>", days="30", scope=["read:findings", "write:reviews"])
    shown = re.search(r"<code class=\"secret\">(fd_[\w-]+)</code>", page.text)
    assert shown
    assert shown[1] not in browser.get("/account").text
    with house.engine.connect() as connection:
        assert shown[1] not in str(connection.execute(select(api_tokens)).all())
    caller = tokens.caller_of(house.engine, shown[1], at=house.clock())
    assert caller is not None
    assert caller.scopes == {tokens.Scope.READ_FINDINGS, tokens.Scope.WRITE_REVIEWS}
    (listed,) = tokens.tokens_of(house.engine, named(house, "ana").id)
    assert listed.used_at == house.clock()
    assert post(house.as_("edda"), "/account/tokens/revoke", token=str(listed.id)).status_code == 404
    assert post(browser, "/account/tokens/revoke", token=str(listed.id)).status_code == 200
    assert tokens.caller_of(house.engine, shown[1], at=house.clock()) is None


def test_a_token_ends_by_itself_and_with_its_person(house: House) -> None:
    ana, ada = named(house, "ana").id, named(house, "ada").id
    _, first = tokens.make(house.engine, ana, name="short", scopes=["read:search"], days=1, at=house.clock())
    _, second = tokens.make(house.engine, ana, name="long", scopes=["read:search"], days=90, at=house.clock())
    house.clock.pass_by(days=1, seconds=1)
    assert tokens.caller_of(house.engine, first, at=house.clock()) is None
    people.set_active(house.engine, ana, active=False, by=ada, at=house.clock())
    assert tokens.caller_of(house.engine, second, at=house.clock()) is None


def test_nobody_gives_away_more_than_they_may(house: House) -> None:
    ana = named(house, "ana").id
    with pytest.raises(NotAllowedError):
        tokens.make(house.engine, ana, name="x", scopes=["approve:statements"], days=1, at=house.clock())
    for scopes, days in (([], 1), (["read:everything"], 1), (["read:search"], 0), (["read:search"], 4000)):
        with pytest.raises(StateError):
            tokens.make(house.engine, ana, name="x", scopes=scopes, days=days, at=house.clock())


def test_who_came_in_and_who_did_not_is_in_the_chain(house: House) -> None:
    sign_in(house.visitor(), "ana", "wrong password")
    sign_in(house.visitor(), "my secret password", "ana")
    post(house.as_("ana"), "/logout")
    told = actions(house)[-4:]
    assert told == ["signin.failed", "signin.failed", "signin.opened", "signin.closed"]
    with house.engine.connect() as connection:
        assert "my secret password" not in str(connection.execute(select(log)).all())
    assert audit.verify(house.engine) == []
