"""The ways in and out: password, the code of a second factor, a newsroom's own login, a one-time link, and signing out."""

import hmac
import secrets
from collections.abc import Mapping
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import RedirectResponse, Response

from dashboards._desk import Desk, TheDesk
from dashboards.auth import (
    COOKIE,
    HALF_COOKIE,
    HOMES,
    LOGIN_COOKIE,
    OPENID_COOKIE,
    Form,
    FoundSession,
    Person,
    PersonForm,
    inside,
    login_form,
    set_cookie,
)
from factdesk.accounts import openid, openid_people, people, second_factor
from factdesk.errors import FactdeskError, NotAllowedError, NotFoundError, StateError
from factdesk.store import audit
from factdesk.store.database import writing
from factdesk.store.users import ThrottledError, User, check_login, close_session, open_session

router = APIRouter(include_in_schema=False)
LoginForm = Annotated[Form, Depends(login_form)]
Short = Annotated[str, Query(max_length=2000)]


@router.get("/")
def home(session: Person) -> Response:
    """Lead each role to where its work begins."""
    return RedirectResponse(HOMES[session.user.role], status_code=303)


@router.get("/login")
def login_page(request: Request, *, desk: TheDesk, session: FoundSession, then: str = "") -> Response:
    """Show the login; who is signed in goes on."""
    if session is not None:
        return RedirectResponse(inside(then) or HOMES[session.user.role], status_code=303)
    return _login(desk, request, then=then)


@router.post("/login")
def sign_in(request: Request, *, desk: TheDesk, form: LoginForm) -> Response:
    """Check a login; open a session, or ask for the code of the second factor."""
    name, then = form.text("name"), form.text("then")
    try:
        user = check_login(desk.engine, name=name, password=form.text("password"), at=desk.clock())
    except ThrottledError as error:
        return _login(desk, request, then=then, name=name, error=error, status=429)
    except NotAllowedError as error:
        return _login(desk, request, then=then, name=name, error=error, status=403)
    if not second_factor.has(desk.engine, user.id):
        return _enter(desk, request, user, then=then)
    half = second_factor.half_login(desk.engine, user, at=desk.clock())
    answer = RedirectResponse(f"/login/code?then={quote(inside(then), safe='/')}", status_code=303)
    set_cookie(desk, answer, name=HALF_COOKIE, value=half, max_age=300)
    return answer


@router.get("/login/code")
def code_page(request: Request, *, desk: TheDesk, then: str = "") -> Response:
    """Ask for the code of the second factor."""
    return _door(desk, request, "code.html", values={"then": inside(then)})


@router.post("/login/code")
def give_code(request: Request, *, desk: TheDesk, form: LoginForm) -> Response:
    """Open a session with a right code."""
    then = inside(form.text("then"))
    try:
        half = request.cookies.get(HALF_COOKIE, "")
        user = second_factor.complete(desk.engine, half, code=form.text("code")[:40], at=desk.clock(), sealer=desk.sealer)
    except ThrottledError as error:
        return _door(desk, request, "code.html", values={"then": then}, error=error, status=429)
    except NotAllowedError as error:
        return _door(desk, request, "code.html", values={"then": then}, error=error, status=403)
    except StateError as error:
        return _login(desk, request, then=then, error=error, status=409)
    answer = _enter(desk, request, user, then=then, strong=True)
    answer.delete_cookie(HALF_COOKIE)
    return answer


@router.get("/login/openid")
def ask_provider(request: Request, *, desk: TheDesk, then: str = "") -> Response:
    """Send a person to the newsroom's own login."""
    try:
        address, state = openid.begin(desk.engine, _provider(desk, request), then=inside(then), at=desk.clock())
    except openid.ProviderError as error:
        return _login(desk, request, then=then, error=error, status=503)
    answer = RedirectResponse(address, status_code=303)
    set_cookie(desk, answer, name=OPENID_COOKIE, value=state, max_age=600)
    return answer


@router.get("/login/openid/back")
def back_from_provider(  # each is a parameter of the protocol
    request: Request, *, desk: TheDesk, code: Short = "", state: Short = "", iss: Short = "", error: Short = ""
) -> Response:
    """Open a session for whom the provider vouches; a refused answer is a line of the audit log."""
    provider = _provider(desk, request)
    try:
        _require_own(request, state, error=error)
        openid.require_issuer(provider, iss)
        told, then = openid.finish(desk.engine, provider, code=code, state=state, at=desk.clock())
        user = openid_people.welcome(desk.engine, desk.settings.openid, told, at=desk.clock())
    except NotAllowedError as refused:
        _note_refusal(desk, refused)
        return _login(desk, request, then="", error=refused, status=403)
    except openid.ProviderError as absent:
        return _login(desk, request, then="", error=absent, status=503)
    answer = _enter(desk, request, user, then=then, strong=True, way="openid")
    answer.delete_cookie(OPENID_COOKIE)
    return answer


@router.get("/welcome/{token}")
def welcome_page(request: Request, *, token: str, desk: TheDesk) -> Response:
    """Show whom a one-time link is for, and ask for a password."""
    user = people.invited(desk.engine, token, at=desk.clock())
    return _door(desk, request, "welcome.html", values={"who": user, "link": token})


@router.post("/welcome/{token}")
def accept_invitation(request: Request, *, token: str, desk: TheDesk, form: LoginForm) -> Response:
    """Set the first password, or the new one after a reset, and go to the sign-in."""
    user = people.invited(desk.engine, token, at=desk.clock())
    password = form.text("password")
    try:
        _require_same(password, form.text("again"))
        people.accept(desk.engine, token, password=password, at=desk.clock())
    except StateError as error:
        return _door(desk, request, "welcome.html", values={"who": user, "link": token}, error=error, status=409)
    return RedirectResponse("/login", status_code=303)


@router.post("/logout")
def sign_out(request: Request, *, desk: TheDesk, form: PersonForm) -> Response:
    """End the session."""
    del form
    close_session(desk.engine, request.cookies.get(COOKIE, ""), at=desk.clock())
    answer = RedirectResponse("/login", status_code=303)
    answer.delete_cookie(COOKIE)
    return answer


def _enter(  # how somebody came in, by keyword
    desk: Desk, request: Request, user: User, *, then: str, strong: bool = False, way: str = "password"
) -> Response:
    hours, agent = desk.settings.desk.session_hours, request.headers.get("user-agent", "")
    token = open_session(desk.engine, user, at=desk.clock(), hours=hours, agent=agent, strong=strong, way=way)
    answer = RedirectResponse(inside(then) or HOMES[user.role], status_code=303)
    set_cookie(desk, answer, name=COOKIE, value=token, max_age=hours * 3600)
    answer.delete_cookie(LOGIN_COOKIE)
    return answer


def _login(  # what the page shows again, by keyword
    desk: Desk, request: Request, *, then: str, name: str = "", error: FactdeskError | None = None, status: int = 200
) -> Response:
    other = desk.settings.openid.name if desk.settings.openid.issuer else ""
    values = {"then": inside(then), "name": name[:80], "openid": other}
    return _door(desk, request, "login.html", values=values, error=error, status=status)


def _door(  # a page before anybody is signed in, by keyword
    desk: Desk,
    request: Request,
    page: str,
    *,
    values: Mapping[str, object],
    error: FactdeskError | None = None,
    status: int = 200,
) -> Response:
    token = request.cookies.get(LOGIN_COOKIE) or secrets.token_urlsafe(24)
    request.state.session = None
    answer = desk.render(request, page, {**values, "error": error, "token": token}, status=status)
    if isinstance(error, ThrottledError):
        answer.headers["Retry-After"] = str(error.retry_s)
    set_cookie(desk, answer, name=LOGIN_COOKIE, value=token, max_age=3600)
    return answer


def _provider(desk: Desk, request: Request) -> openid.Provider:
    if not desk.settings.openid.issuer:
        raise NotFoundError("This desk has no login but its own.", remedy="Sign in with your password.")
    secret = desk.settings.secrets.get(openid.SECRET)
    known = secret.get_secret_value() if secret else ""
    return openid.Provider(desk.settings.openid, known, f"{desk.address(request)}/login/openid/back")


def _require_own(request: Request, state: str, *, error: str) -> None:
    """Refuse an answer that this browser did not ask for, or that says no."""
    own = request.cookies.get(OPENID_COOKIE, "")
    if not own or not hmac.compare_digest(own.encode(), state.encode()):
        raise NotAllowedError("This answer belongs to another browser's sign-in.", remedy="Begin the sign-in again.")
    if error:
        raise NotAllowedError("The provider did not let you in.", remedy="Begin the sign-in again.")


def _require_same(password: str, again: str) -> None:
    if password != again:
        raise StateError("The two passwords are not the same.", remedy="Type the new one twice.")


def _note_refusal(desk: Desk, refused: NotAllowedError) -> None:
    with writing(desk.engine) as connection:
        detail = {"note": refused.what, "way": "openid"}
        audit.record(connection, user_id=None, action="signin.failed", subject="person:unknown", detail=detail, at=desk.clock())
