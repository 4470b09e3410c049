"""The staff's own functions on both databases: coming in, people, teams, tokens and the log that tells of them."""

from datetime import timedelta

import pyotp
import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine

from factdesk.accounts import people, second_factor, sessions, teams, tokens
from factdesk.accounts.openid import Told
from factdesk.accounts.openid_people import welcome
from factdesk.errors import NotAllowedError, NotFoundError, StateError
from factdesk.settings import OpenIdSettings
from factdesk.store import audit, users
from factdesk.store.audit_view import AuditFilter, actions, lines
from factdesk.store.roles import Role
from tests.stores import NOW, add_person

PASSWORD = "a long password"


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    monkeypatch.setattr(users, "_hasher", lambda: quick)


@pytest.fixture
def chief(store: Engine) -> int:
    return users.add_user(store, name="chief", display_name="", role="administrator", password=PASSWORD, at=NOW).id


def test_an_invited_person_comes_in_with_a_second_factor(store: Engine, chief: int) -> None:
    made, link = people.invite(store, by=chief, name="noor", display_name="", role="editor", at=NOW)
    assert people.accept(store, link, password=PASSWORD, at=NOW) == made
    with pytest.raises(NotFoundError):
        people.accept(store, link, password=PASSWORD, at=NOW)
    secret = second_factor.begin(store, made.id)
    assert second_factor.begin(store, made.id) == secret
    codes = second_factor.confirm(store, made.id, code=pyotp.TOTP(secret).at(NOW), session="none", at=NOW)
    later = NOW + timedelta(minutes=1)
    for code in (pyotp.TOTP(secret).at(later), codes[3]):
        half = second_factor.half_login(store, made, at=later)
        assert second_factor.complete(store, half, code=code, at=later) == made
        again = second_factor.half_login(store, made, at=later)
        with pytest.raises(NotAllowedError):
            second_factor.complete(store, again, code=code, at=later)
    assert second_factor.codes_left(store, made.id) == second_factor.CODES - 1
    users.open_session(store, made, at=later, hours=1, agent="A browser\n<b>", strong=True)
    (one,) = sessions.running(store, made.id, at=later)
    sessions.end(store, made.id, handle=one.handle, by=chief, at=later)
    assert sessions.running(store, made.id, at=later) == []


def test_the_last_administrator_stays(store: Engine, chief: int) -> None:
    other = add_person(store, "other", "administrator")
    people.change_role(store, chief, role="editor", by=other, at=NOW)
    people.change_role(store, chief, role="administrator", by=other, at=NOW)
    people.set_active(store, other, active=False, by=chief, at=NOW)
    with pytest.raises(NotAllowedError):
        people.change_role(store, chief, role="editor", by=chief, at=NOW)
    with pytest.raises(NotAllowedError):  # who is switched off has no power
        people.set_active(store, chief, active=False, by=other, at=NOW)
    people.set_active(store, other, active=True, by=chief, at=NOW)
    people.reset(store, other, by=chief, at=NOW)
    with pytest.raises(StateError, match="last administrator"):
        people.set_active(store, chief, active=False, by=other, at=NOW)


def test_teams_and_tokens(store: Engine, chief: int) -> None:
    team = teams.make(store, " Night \n desk ", by=chief, at=NOW)
    teams.set_members(store, team.id, [chief, chief, 999], by=chief, at=NOW)
    assert teams.all_teams(store) == [teams.Team(team.id, "Night desk", (chief,))]
    teams.remove(store, team.id, by=chief, at=NOW)
    listed, token = tokens.make(store, chief, name="wall", scopes=["read:people"], days=1, at=NOW)
    caller = tokens.caller_of(store, token, at=NOW)
    assert caller is not None
    assert (caller.user.id, caller.scopes) == (chief, frozenset({tokens.Scope.READ_PEOPLE}))
    tokens.revoke(store, listed.id, by=chief, at=NOW)
    with pytest.raises(NotFoundError):
        tokens.revoke(store, listed.id, by=chief, at=NOW)
    assert tokens.caller_of(store, token, at=NOW) is None


def test_who_a_provider_names_is_one_person_with_the_role_of_now(store: Engine, chief: int) -> None:
    chosen = OpenIdSettings(issuer="https://login.example", role_claim="groups", roles={"w": "editor"}, default_role="analyst")
    told = Told(chosen.issuer, "s-1", "noor", "Noor", {"groups": ["w"]})
    made = welcome(store, chosen, told, at=NOW)
    assert made.role is Role.EDITOR
    again = welcome(store, chosen, Told(chosen.issuer, "s-1", "other", "Other", {}), at=NOW)
    assert (again.id, again.name, again.role) == (made.id, "noor", Role.ANALYST)
    with pytest.raises(NotAllowedError, match="login name"):
        welcome(store, chosen, Told(chosen.issuer, "s-2", "chief", "Not the chief", {}), at=NOW)
    people.set_active(store, made.id, active=False, by=chief, at=NOW)
    with pytest.raises(NotAllowedError, match="off"):
        welcome(store, chosen, told, at=NOW)


def test_the_log_is_read_by_person_action_subject_and_day(store: Engine, chief: int) -> None:
    people.invite(store, by=chief, name="noor", display_name="", role="editor", at=NOW + timedelta(days=1))
    with pytest.raises(NotAllowedError):
        users.check_login(store, name="chief", password="wrong", at=NOW)
    found, total = lines(store, AuditFilter(action="person."), limit=1)
    assert (total, found[0].action, found[0].by) == (2, "person.added", "chief")
    assert lines(store, AuditFilter(user_id=chief, since=NOW + timedelta(hours=1)), limit=9)[1] == 1
    assert lines(store, AuditFilter(until=NOW), limit=9) == ([], 0)
    assert lines(store, AuditFilter(subject=f"person:{chief}"), limit=9)[1] == 2
    assert lines(store, AuditFilter(action="%"), limit=9)[1] == 0
    assert actions(store) == ["person.added", "signin.failed"]
    assert audit.verify(store) == []
