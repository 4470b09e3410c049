"""Every route of the desk, as every role: what a role may not do is refused, for each method, whatever the page shows."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from sqlalchemy import insert, select

from dashboards.app import PAGES
from dashboards.auth import Allow
from factdesk.accounts.tokens import Scope
from factdesk.store.database import writing
from factdesk.store.roles import GRANTS, RIGHTS, Right, Role, table
from factdesk.store.staff_tables import api_tokens
from factdesk.store.tables import users
from factdesk.store.users import digest_of
from tests.dashboards import world
from tests.dashboards.conftest import House, token
from tests.docs.test_docs import ROOT

PUBLIC = {
    "/login",
    "/login/code",
    "/login/openid",
    "/login/openid/back",
    "/welcome/{token}",
    "/language",
    "/statements",
    "/statements.atom",
    "/statements.json",
    "/statements/{slug}",
    "/statements/{slug}/card",
    "/statements/{slug}.pdf",
    "/statements/{slug}.docx",
    "/oembed",
    "/alerts/feeds/{token}.atom",
    "/api/v1/statements",
    "/api/v1/statements/{slug}",
}
PINNED = {
    ("POST", "/decisions"): Right.DECIDE,
    ("POST", "/desk/statements/{statement_id}/edit"): Right.WRITE,
    ("POST", "/desk/statements/{statement_id}/approve"): Right.APPROVE,
    ("POST", "/desk/statements/{statement_id}/publish"): Right.PUBLISH,
    ("POST", "/desk/statements/{statement_id}/withdraw"): Right.WRITE,
    ("GET", "/trends"): Right.TRENDS,
    ("GET", "/queue"): Right.READ,
}
NAMES = {role: name for name, _, role in world.EVERYBODY if name != "elio"}
REFUSED = "Your role does not"


def routes() -> Iterator[tuple[str, str, Right | None]]:
    """Give (method, path, right) of every route; the right is what its own dependencies ask for."""
    for route in (route for page in PAGES for route in page.router.routes):
        assert isinstance(route, APIRoute)
        rights = {allow.right for allow in _allows(route.dependant)}
        assert len(rights) <= 1, route.path
        for method in sorted(route.methods or ()):
            yield method, route.path_format, next(iter(rights), None)


def _allows(dependant: Dependant) -> Iterator[Allow]:
    if isinstance(dependant.call, Allow):
        yield dependant.call
    for inner in dependant.dependencies:
        yield from _allows(inner)


ROUTES = list(routes())


def test_every_route_asks_for_a_right_or_is_public_on_purpose() -> None:
    assert {path for _, path, right in ROUTES if right is None} == PUBLIC
    assert {(method, path): right for method, path, right in ROUTES if (method, path) in PINNED} == PINNED


def test_no_form_works_without_its_token(house: House) -> None:
    for _, path, right in (one for one in ROUTES if one[0] == "POST" and one[2] and not one[1].startswith("/api/")):
        role = next(role for role in Role if right in RIGHTS[role])
        for fields in ({}, {"csrf": "made up"}):
            answer = house.as_(NAMES[role]).post(re.sub(r"\{\w+\}", "1", path), data=fields)
            assert (answer.status_code, "out of date" in answer.text) == (403, True), path
    assert house.visitor().post("/login", data={"name": "ana", "password": world.PASSWORD}).status_code == 403


@pytest.mark.parametrize("role", Role)
def test_a_role_opens_and_does_what_its_rights_say_and_nothing_else(house: House, role: Role) -> None:
    browser = house.as_(NAMES[role])
    given = {"csrf": token(browser.get("/account"))}
    bearer = {"authorization": f"Bearer {every_scope(house, NAMES[role])}"}
    for method, path, right in ROUTES:
        if right is None or path == "/logout":
            continue
        address = re.sub(r"\{\w+\}", "1", path).replace("/tokens/1/", "/tokens/999/")  # not the one that asks
        if path.startswith("/api/"):
            answer = house.visitor().request(method, address, headers=bearer, json={} if method == "POST" else None)
        else:
            answer = browser.request(method, address, data=given if method == "POST" else None, follow_redirects=False)
        assert answer.status_code < 500, (method, path, answer.text)
        allowed = right in RIGHTS[role]
        assert (REFUSED in answer.text) != allowed, (method, path)
        assert allowed or answer.status_code == 403


def every_scope(house: House, name: str) -> str:
    """Give a token with every scope, also those that its person's role could not have given it."""
    with writing(house.engine) as connection:
        user_id = connection.execute(select(users.c.id).where(users.c.name == name)).scalar_one()
        row = {"user_id": user_id, "name": "all", "digest": digest_of(f"all-{name}"), "scopes": " ".join(Scope)}
        row |= {"created_at": world.NOW, "expires_at": world.NOW + timedelta(days=1)}
        connection.execute(insert(api_tokens).values(**row))
    return f"all-{name}"


def test_nobody_gets_in_without_a_login(house: House) -> None:
    browser = house.visitor()
    for method, path, right in ROUTES:
        if right is None:
            continue
        answer = browser.request(
            method, re.sub(r"\{\w+\}", "1", path), data={} if method == "POST" else None, follow_redirects=False
        )
        assert answer.status_code in {303, 401}, (method, path)
        assert answer.status_code == 401 or answer.headers["location"].startswith("/login")


def test_an_administrator_has_no_hand_in_what_is_published() -> None:
    assert RIGHTS[Role.ADMINISTRATOR].isdisjoint({Right.DECIDE, Right.WRITE, Right.APPROVE, Right.PUBLISH})
    assert RIGHTS[Role.READ_ONLY] == {Right.READ, Right.SAVE, Right.READ_STATEMENTS, Right.TRENDS, Right.ACCOUNT}
    assert {grant.right for grant in GRANTS} == set(Right)


def test_the_documented_table_is_the_one_in_force() -> None:
    assert table() in (ROOT / "docs" / "desk.md").read_text(encoding="utf-8")
