import pytest
from sqlalchemy import select

from factdesk.accounts import people
from factdesk.errors import NotAllowedError, StateError
from factdesk.store.tables import sessions, users
from factdesk.store.users import ThrottledError, User, add_user, check_login, list_users
from tests.dashboards import world
from tests.dashboards.conftest import House, post, sign_in, token


def named(house: House, name: str) -> User:
    return next(user for user in list_users(house.engine) if user.name == name)


def test_a_login_leads_to_where_the_work_is(house: House) -> None:
    homes = {"ana": "/queue", "edda": "/desk/statements", "mara": "/trends"}
    assert {name: sign_in(house.visitor(), name).url.path for name in homes} == homes


def test_a_login_leads_on_to_what_was_asked_for_but_never_elsewhere(house: House) -> None:
    assert sign_in(house.visitor(), "ana", then="/sources").url.path == "/sources"
    for elsewhere in ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/\tevil"):
        answer = sign_in(house.visitor(), "ana", then=elsewhere)
        assert (answer.url.host, answer.url.path) == ("desk.example", "/queue")


def test_a_wrong_password_and_an_unknown_name_get_the_same_words(house: House) -> None:
    wrong = sign_in(house.visitor(), "ana", "not the password")
    unknown = sign_in(house.visitor(), "nobody", "not the password")
    assert (wrong.status_code, unknown.status_code) == (403, 403)
    assert "Login and password do not match." in wrong.text
    assert "Login and password do not match." in unknown.text


def test_five_failures_close_the_door_for_ten_minutes(house: House) -> None:
    browser = house.visitor()
    assert [sign_in(browser, "ana", "guess").status_code for _ in range(6)] == [403] * 5 + [429]
    assert sign_in(browser, "ana").status_code == 429
    assert "Wait 10 min" in sign_in(browser, "ANA ").text
    assert sign_in(house.visitor(), "edda").status_code == 200
    house.clock.pass_by(minutes=10, seconds=1)
    assert sign_in(browser, "ana").status_code == 200


def test_a_success_forgets_earlier_failures(house: House) -> None:
    for _ in range(2):
        for _ in range(4):
            with pytest.raises(NotAllowedError):
                check_login(house.engine, name="ana", password="guess", at=house.clock())
        assert check_login(house.engine, name="ana", password=world.PASSWORD, at=house.clock()).name == "ana"


def test_throttling_says_when(house: House) -> None:
    for _ in range(5):
        with pytest.raises(NotAllowedError):
            check_login(house.engine, name="ana", password="guess", at=house.clock())
    house.clock.pass_by(minutes=8)
    with pytest.raises(ThrottledError) as caught:
        check_login(house.engine, name="ana", password=world.PASSWORD, at=house.clock())
    assert caught.value.retry_s == 120


def test_a_session_ends_with_its_time_with_logout_and_with_the_login(house: House) -> None:
    browser = house.as_("ana")
    house.clock.pass_by(hours=house.settings.desk.session_hours, seconds=1)
    assert browser.get("/queue").url.path == "/login"
    sign_in(browser, "ana")
    cookie = browser.cookies["factdesk_session"]
    assert post(browser, "/logout").url.path == "/login"
    thief = house.visitor()
    thief.cookies.set("factdesk_session", cookie)
    assert thief.get("/queue").url.path == "/login"
    sign_in(browser, "ana")
    people.set_active(house.engine, named(house, "ana").id, active=False, by=named(house, "ada").id, at=house.clock())
    assert browser.get("/queue").url.path == "/login"
    assert sign_in(browser, "ana").status_code == 403


def test_the_store_holds_no_token_and_no_password(house: House) -> None:
    cookie = house.as_("ana").cookies["factdesk_session"]
    with house.engine.connect() as connection:
        stored = connection.execute(select(sessions)).all()
        hashes = connection.execute(select(users.c.password_hash)).scalars().all()
    assert cookie not in str(stored)
    assert all(hashed.startswith("$argon2id$") for hashed in hashes)


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(house: House) -> None:
    browser = house.visitor()
    page = browser.get("/login")
    fields = {"csrf": token(page), "name": "ana", "password": world.PASSWORD}
    cookies = browser.post("/login", data=fields, follow_redirects=False).headers.get_list("set-cookie")
    session = next(cookie for cookie in cookies if cookie.startswith("factdesk_session"))
    assert "HttpOnly" in session
    assert "SameSite=lax" in session


def test_a_form_of_another_site_is_refused(house: House) -> None:
    browser = house.as_("ana")
    fields = {"csrf": token(browser.get("/sources")), "decision": "confirmed", "finding": world.finding_id("number")}
    answer = browser.post("/decisions", data=fields, headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403


def test_a_lost_session_sends_htmx_to_the_login(house: House) -> None:
    answer = house.visitor().post("/decisions", headers={"hx-request": "true"}, data={})
    assert (answer.status_code, answer.headers["hx-redirect"]) == (401, "/login")


def test_people_are_added_once_with_a_role_and_a_long_password(house: House) -> None:
    add = {"display_name": "", "role": "analyst", "password": world.PASSWORD, "at": house.clock()}
    with pytest.raises(StateError, match="already"):
        add_user(house.engine, name="Ana", **add)  # type: ignore[arg-type] # one dict for several calls
    with pytest.raises(StateError, match="role"):
        add_user(house.engine, name="x", **{**add, "role": "owner"})  # type: ignore[arg-type]
    with pytest.raises(StateError, match="password"):
        add_user(house.engine, name="x", **{**add, "password": "short"})  # type: ignore[arg-type]
    assert [user.name for user in list_users(house.engine)] == ["ada", "ana", "edda", "elio", "mara", "pia", "rolf"]
