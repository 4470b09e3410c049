"""Whatever a screen shows or does, a program can have and do by the API with the same right, or it is said here why not."""

from collections.abc import Mapping
from types import MappingProxyType

import pytest

from factdesk.store.roles import Right
from tests.dashboards.test_roles import ROUTES

SCREENS = {(method, path): right for method, path, right in ROUTES if not path.startswith("/api/") and method != "HEAD"}
CALLS = {(method, path.removeprefix("/api/v1")): right for method, path, right in ROUTES if path.startswith("/api/")}
SAME: Mapping[str, str] = MappingProxyType(
    {
        "GET /account": "GET /account",
        "POST /account/sessions/end": "POST /account/sessions/end",
        "POST /account/tokens/revoke": "POST /account/tokens/{token_id}/revoke",
        "GET /people": "GET /people",
        "POST /people": "POST /people",
        "GET /people/{user_id}": "GET /people/{person_id}",
        "POST /people/{user_id}/role": "POST /people/{person_id}/role",
        "POST /people/{user_id}/active": "POST /people/{person_id}/active",
        "POST /people/{user_id}/reset": "POST /people/{person_id}/reset",
        "POST /people/{user_id}/sessions/end": "POST /people/{person_id}/sessions/end",
        "POST /people/{user_id}/tokens/revoke": "POST /people/{person_id}/tokens/{token_id}/revoke",
        "POST /teams": "POST /teams",
        "POST /teams/{team_id}/members": "POST /teams/{team_id}/members",
        "POST /teams/{team_id}/remove": "POST /teams/{team_id}/remove",
        "GET /audit": "GET /audit",
        "GET /queue": "GET /findings",
        "GET /queue/news": "GET /findings/news",
        "POST /decisions": "POST /decisions",
        "POST /decisions/bulk": "POST /decisions",
        "POST /decisions/undo": "POST /decisions/undo",
        "POST /queue/hold": "POST /holds",
        "POST /queue/assign": "POST /assignments",
        "GET /findings/{finding_id}/others": "GET /findings/{finding_id}/others",
        "POST /findings/{finding_id}/citation": "POST /findings/{finding_id}/citation",
        "GET /search": "GET /search",
        "GET /search.{form}": "GET /search",
        "GET /alerts": "GET /alerts",
        "POST /alerts/new": "POST /alerts",
        "GET /alerts/{number}": "GET /alerts/{number}/matches",
        "GET /alerts/{number}/deliveries": "GET /alerts/{number}/deliveries",
        "GET /alerts/{number}/edit": "GET /alerts/{number}",
        "POST /alerts/{number}/edit": "POST /alerts/{number}/change",
        "POST /alerts/{number}/running": "POST /alerts/{number}/running",
        "POST /alerts/{number}/test": "POST /alerts/{number}/test",
        "POST /alerts/{number}/renew": "POST /alerts/{number}/renew",
        "POST /alerts/{number}/retry": "POST /alerts/{number}/deliveries/{delivery}/retry",
        "POST /alerts/{number}/delete": "POST /alerts/{number}/delete",
        "GET /items/{document_id}": "GET /items/{item_id}",
        "GET /items/{document_id}/captures/{capture_id}": "GET /items/{item_id}/captures/{capture_id}",
        "GET /narratives": "GET /narratives",
        "GET /narratives/{narrative_id}": "GET /narratives/{narrative_id}",
        "GET /library/{passage_id}": "GET /library/{passage_id}",
        "GET /events": "GET /events",
        "GET /events/{name}": "GET /events/{name}",
        "GET /sources": "GET /sources",
        "POST /sources/seen": "POST /sources/{source_id}/seen",
        "GET /desk/statements/new": "GET /suggestions",
        "POST /desk/statements/new": "POST /drafts",
        "POST /desk/statements/new/cite": "POST /drafts",
        "POST /desk/statements/new/sentences": "POST /sentences",
        "POST /desk/statements/{statement_id}/languages": "POST /drafts/{statement_id}/languages",
        "POST /desk/statements/{statement_id}/machine-draft": "POST /drafts/{statement_id}/machine-draft",
        "GET /desk/statements/{statement_id}/edit": "GET /drafts/{statement_id}/working",
        "POST /desk/statements/{statement_id}/edit": "POST /drafts/{statement_id}/revisions",
        "POST /desk/statements/{statement_id}/working": "POST /drafts/{statement_id}/working",
        "POST /desk/statements/{statement_id}/edit/cite": "POST /drafts/{statement_id}/working",
        "POST /desk/statements/{statement_id}/edit/sentences": "POST /drafts/{statement_id}/sentences",
        "POST /desk/statements/{statement_id}/working/discard": "POST /drafts/{statement_id}/working/discard",
        "GET /desk/statements": "GET /drafts",
        "GET /desk/statements/{statement_id}": "GET /drafts/{statement_id}",
        "GET /desk/statements/{statement_id}/compare": "GET /drafts/{statement_id}/compare",
        "POST /desk/statements/{statement_id}/submit": "POST /drafts/{statement_id}/submit",
        "POST /desk/statements/{statement_id}/waive": "POST /drafts/{statement_id}/waivers",
        "POST /desk/statements/{statement_id}/take-over": "POST /drafts/{statement_id}/take-over",
        "POST /desk/statements/{statement_id}/holds": "POST /drafts/{statement_id}/holds",
        "POST /desk/statements/{statement_id}/approve": "POST /drafts/{statement_id}/approve",
        "POST /desk/statements/{statement_id}/publish": "POST /drafts/{statement_id}/publish",
        "POST /desk/statements/{statement_id}/send-back": "POST /drafts/{statement_id}/send-back",
        "POST /desk/statements/{statement_id}/withdraw": "POST /drafts/{statement_id}/withdraw",
        "GET /trends": "GET /trends",
        "GET /statements": "GET /statements",
        "GET /statements/{slug}": "GET /statements/{slug}",
    }
)
_LOGIN = "a person signs in; a program has its token"
_MADE = "it is itself made for programs"
_PERSON = "a token that leaked must not become a login"
NONE: Mapping[str, str] = MappingProxyType(
    {
        "GET /": "it only leads on",
        "GET /login": _LOGIN,
        "POST /login": _LOGIN,
        "GET /login/code": _LOGIN,
        "POST /login/code": _LOGIN,
        "GET /login/openid": _LOGIN,
        "GET /login/openid/back": _LOGIN,
        "GET /welcome/{token}": _LOGIN,
        "POST /welcome/{token}": _LOGIN,
        "POST /logout": _LOGIN,
        "POST /account/password": _PERSON,
        "GET /account/second-factor": _PERSON,
        "POST /account/second-factor": _PERSON,
        "POST /account/second-factor/off": _PERSON,
        "POST /account/tokens": _PERSON,
        "POST /language": "how a browser is spoken to; the API speaks English",
        "GET /items/{document_id}/original": "the API tells no link of a post: it can spell a handle",
        "GET /alerts/new": "an empty form",
        "GET /alerts/feeds/{token}.atom": _MADE,
        "POST /desk/statements/new/working": "what a browser keeps before there is a draft; a program makes the draft",
        "GET /statements.atom": _MADE,
        "GET /statements.json": _MADE,
        "GET /statements/{slug}.pdf": _MADE,
        "GET /statements/{slug}.docx": _MADE,
        "GET /statements/{slug}/card": _MADE,
        "GET /oembed": _MADE,
    }
)


def test_every_screen_has_its_counterpart_or_a_reason_for_having_none() -> None:
    screens = {" ".join(screen) for screen in SCREENS}
    assert screens - SAME.keys() - NONE.keys() == set(), "new on the screens: give it a call of the API, or a reason"
    assert (SAME.keys() | NONE.keys()) - screens == set()
    assert not SAME.keys() & NONE.keys()


@pytest.mark.parametrize("screen", SAME)
def test_a_counterpart_is_there_and_asks_for_the_same_right(screen: str) -> None:
    assert CALLS[_parts(SAME[screen])] is SCREENS[_parts(screen)]


def test_what_changes_something_is_no_counterpart_of_what_only_shows() -> None:
    assert [screen for screen, call in SAME.items() if screen.split()[0] != call.split()[0]] == []


def test_only_what_is_public_on_the_screens_is_public_in_the_api() -> None:
    assert {path for (_, path), right in CALLS.items() if right is None} == {"/statements", "/statements/{slug}"}
    assert Right.PEOPLE not in {right for (method, path), right in CALLS.items() if not path.startswith(("/people", "/teams"))}


def _parts(named: str) -> tuple[str, str]:
    method, path = named.split()
    return method, path
