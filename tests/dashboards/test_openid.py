from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import select

from factdesk.accounts.openid import SECRET as SECRET_NAME
from factdesk.settings import OpenIdSettings
from factdesk.store.roles import Role
from factdesk.store.staff_tables import openid_requests
from tests.dashboards import provider as openid
from tests.dashboards import world
from tests.dashboards.conftest import House, opened, sign_in
from tests.dashboards.provider import Claims, Provider, serving
from tests.dashboards.test_account import actions, named

Door = tuple[House, Provider]
Lie = Callable[[Claims], Claims]


@pytest.fixture
def provider() -> Iterator[Provider]:
    with serving(Provider(now=lambda: int(world.NOW.timestamp()))) as served:
        yield served


@pytest.fixture
def door(filled: Path, tmp_path: Path, provider: Provider) -> Iterator[Door]:
    """A desk that lets in whom the provider names, with roles by a claim."""
    chosen = OpenIdSettings(
        issuer=provider.address,
        client_id=openid.CLIENT,
        name="River login",
        domains=("river.example",),
        role_claim="groups",
        roles={"chiefs": "administrator", "writers": "editor", "desk": "analyst"},
    )
    provider.person |= {"email": "noor@river.example", "email_verified": True, "groups": ["other", "writers", "desk"]}
    with opened(filled, tmp_path, openid=chosen, secrets={SECRET_NAME: openid.SECRET}) as house:
        yield house, provider


def go(browser: TestClient, provider: Provider, **changed: str) -> Response:
    """Begin at the desk, agree at the provider, and bring its answer back."""
    sent = browser.get("/login/openid", params={"then": "/sources"}, follow_redirects=False)
    assert sent.headers["location"].startswith(f"{provider.address}/authorize?")
    return browser.get("/login/openid/back", params={**provider.authorise(sent.headers["location"]), **changed})


def test_a_newsroom_login_opens_the_desk_in_the_role_of_its_claim(door: Door) -> None:
    house, provider = door
    browser = house.visitor()
    assert "Sign in with River login" in browser.get("/login").text
    assert go(browser, provider).url.path == "/sources"
    assert (named(house, "noor").role, named(house, "noor").display_name) == (Role.EDITOR, "Noor N")
    assert {"person.added", "signin.opened"} <= set(actions(house))
    again = house.visitor()
    provider.person |= {"groups": ["desk"], "preferred_username": "renamed"}
    go(again, provider)
    assert named(house, "noor").role is Role.ANALYST
    assert again.get("/desk/statements").status_code == 403


LIES: dict[str, Lie] = {
    "another nonce": lambda claims: {**claims, "nonce": "other"},
    "no nonce": lambda claims: {name: value for name, value in claims.items() if name != "nonce"},
    "over": lambda claims: {**claims, "iat": int(str(claims["iat"])) - 900, "exp": int(str(claims["exp"])) - 900},
    "no end": lambda claims: {name: value for name, value in claims.items() if name != "exp"},
    "from the future": lambda claims: {**claims, "iat": int(str(claims["iat"])) + 900, "nbf": int(str(claims["iat"])) + 900},
    "another issuer": lambda claims: {**claims, "iss": "https://login.evil.example"},
    "another audience": lambda claims: {**claims, "aud": "another program"},
    "several audiences": lambda claims: {**claims, "aud": [openid.CLIENT, "another"]},
    "another party": lambda claims: {**claims, "aud": [openid.CLIENT, "another"], "azp": "another"},
    "another domain": lambda claims: {**claims, "email": "noor@evil.example"},
    "a likeness of the domain": lambda claims: {**claims, "email": "noor@notriver.example"},
    "an address nobody checked": lambda claims: {**claims, "email_verified": False},
    "no role": lambda claims: {**claims, "groups": ["others"]},
    "the name of a colleague": lambda claims: {**claims, "preferred_username": "Ada"},
}


@pytest.mark.parametrize("lie", LIES)
def test_an_answer_that_is_not_right_in_every_part_opens_nothing(door: Door, lie: str) -> None:
    house, provider = door
    provider.change = LIES[lie]
    browser = house.visitor()
    assert go(browser, provider).status_code == 403
    assert browser.get("/queue").url.path == "/login"
    assert actions(house)[-1] == "signin.failed"


@pytest.mark.parametrize("forge", [openid.by_another_key, openid.by_nobody, openid.by_the_public_key])
def test_a_token_that_the_provider_did_not_sign_opens_nothing(door: Door, forge: Callable[[Provider, Claims], str]) -> None:
    house, provider = door
    provider.sign = forge
    browser = house.visitor()
    assert go(browser, provider).status_code == 403
    assert browser.get("/queue").url.path == "/login"


WRONG = ({"state": "made up"}, {"iss": "https://login.evil.example"}, {"code": "x"}, {"error": "no"})


@pytest.mark.parametrize("changed", WRONG)
def test_an_answer_to_another_question_opens_nothing(door: Door, changed: dict[str, str]) -> None:
    house, provider = door
    assert go(house.visitor(), provider, **changed).status_code == 403


def test_an_answer_works_once_in_the_browser_that_asked_and_for_ten_minutes(door: Door) -> None:
    house, provider = door
    browser, other = house.visitor(), house.visitor()
    sent = browser.get("/login/openid", follow_redirects=False)
    answer = provider.authorise(sent.headers["location"])
    assert other.get("/login/openid/back", params=answer).status_code == 403
    assert browser.get("/login/openid/back", params=answer).status_code == 200
    browser.cookies.clear()
    assert browser.get("/login/openid/back", params=answer).status_code == 403
    slow = house.visitor()
    late = provider.authorise(slow.get("/login/openid", follow_redirects=False).headers["location"])
    house.clock.pass_by(minutes=10, seconds=1)
    assert slow.get("/login/openid/back", params=late).status_code == 403


def test_what_is_asked_carries_no_secret_and_what_is_kept_opens_nothing(door: Door) -> None:
    house, _ = door
    sent = house.visitor().get("/login/openid", params={"then": "https://evil.example/"}, follow_redirects=False)
    asked = parse_qs(urlsplit(sent.headers["location"]).query)
    with house.engine.connect() as connection:
        (kept,) = connection.execute(select(openid_requests)).all()
    assert asked["state"][0] not in str(kept)
    assert kept.verifier not in sent.headers["location"]
    assert (kept.then, asked["redirect_uri"]) == ("", ["http://desk.example/login/openid/back"])


def test_a_provider_that_is_away_or_calls_itself_otherwise_is_told_in_words(door: Door) -> None:
    house, provider = door
    provider.document = {"issuer": "https://login.evil.example"}
    assert house.visitor().get("/login/openid").status_code == 503
    provider.document = {"authorization_endpoint": "http://login.evil.example/"}
    assert "without https" in house.visitor().get("/login/openid").text


def test_the_last_administrator_stays_one_whatever_the_provider_says(door: Door) -> None:
    house, provider = door
    provider.person |= {"groups": ["chiefs"]}
    go(house.visitor(), provider)
    assert named(house, "noor").role is Role.ADMINISTRATOR
    provider.person |= {"groups": ["desk"]}
    go(house.visitor(), provider)
    assert named(house, "noor").role is Role.ANALYST  # ada is left
    assert sign_in(house.visitor(), "ada").status_code == 200


def test_a_desk_without_a_provider_has_no_such_door(house: House) -> None:
    browser = house.visitor()
    assert "/login/openid" not in browser.get("/login").text
    assert browser.get("/login/openid").status_code == 404
    assert browser.get("/login/openid/back?code=1&state=2").status_code == 404
