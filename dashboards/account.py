"""One's own login: password, second factor, where one is signed in, and tokens for programs."""

from typing import Annotated

import segno
from fastapi import APIRouter, Query, Request
from markupsafe import Markup
from starlette.responses import RedirectResponse, Response

from dashboards._desk import Desk, TheDesk
from dashboards.auth import COOKIE, Person, PersonForm
from factdesk.accounts import people, second_factor, sessions, teams, tokens
from factdesk.errors import FactdeskError, NotAllowedError, NotFoundError, StateError
from factdesk.store.users import Session

router = APIRouter(prefix="/account", include_in_schema=False)
_SAID = {
    "password": "Your password is changed; your other sessions are ended.",
    "off": "The second factor is off.",
    "ended": "The session is ended.",
    "revoked": "The token is revoked.",
}


@router.get("")
def show_account(
    request: Request, *, desk: TheDesk, session: Person, said: Annotated[str, Query(max_length=20)] = ""
) -> Response:
    """Show everything about one's own login."""
    return _page(desk, request, session, values={"said": _SAID.get(said, "")})


@router.post("/password")
def change_password(request: Request, *, desk: TheDesk, session: Person, form: PersonForm) -> Response:
    """Change one's password and end one's other sessions."""
    old, new = form.text("old"), form.text("new")
    try:
        if new != form.text("again"):
            raise StateError("The two passwords are not the same.", remedy="Type the new one twice.")  # noqa: TRY301 # one answer for all
        people.change_password(
            desk.engine, session.user.id, old=old, new=new, keep=request.cookies.get(COOKIE, ""), at=desk.clock()
        )
    except (StateError, NotAllowedError) as error:
        return _page(desk, request, session, values={"error": error}, status=409)
    return RedirectResponse("/account?said=password", status_code=303)


@router.get("/second-factor")
def enrol(request: Request, *, desk: TheDesk, session: Person) -> Response:
    """Show the picture that an authenticator app reads."""
    return _enrolment(desk, request, session)


@router.post("/second-factor")
def confirm(request: Request, *, desk: TheDesk, session: Person, form: PersonForm) -> Response:
    """Switch the second factor on with its first code, and show the recovery codes this once."""
    try:
        codes = second_factor.confirm(
            desk.engine,
            session.user.id,
            code=form.text("code"),
            session=request.cookies.get(COOKIE, ""),
            at=desk.clock(),
            sealer=desk.sealer,
        )
    except NotAllowedError as error:
        return _enrolment(desk, request, session, error=error)
    return _page(desk, request, session, values={"codes": codes})


@router.post("/second-factor/off")
def switch_off(request: Request, *, desk: TheDesk, session: Person, form: PersonForm) -> Response:
    """Switch the second factor off, with the password."""
    try:
        second_factor.remove(desk.engine, session.user.id, password=form.text("password"), at=desk.clock())
    except NotAllowedError as error:
        return _page(desk, request, session, values={"error": error}, status=409)
    return RedirectResponse("/account?said=off", status_code=303)


@router.post("/sessions/end")
def end_session(*, desk: TheDesk, session: Person, form: PersonForm) -> Response:
    """End one of one's sessions, or all of them."""
    sessions.end(desk.engine, session.user.id, handle=form.text("handle"), by=session.user.id, at=desk.clock())
    return RedirectResponse("/account?said=ended", status_code=303)


@router.post("/tokens")
def make_token(request: Request, *, desk: TheDesk, session: Person, form: PersonForm) -> Response:
    """Make a token for a program, and show it this once."""
    try:
        made, token = tokens.make(
            desk.engine,
            session.user.id,
            name=form.text("name"),
            scopes=form.texts("scope"),
            days=form.number("days"),
            at=desk.clock(),
        )
    except (StateError, NotAllowedError) as error:
        return _page(desk, request, session, values={"error": error}, status=409)
    return _page(desk, request, session, values={"token": token, "made": made})


@router.post("/tokens/revoke")
def revoke_token(*, desk: TheDesk, session: Person, form: PersonForm) -> Response:
    """Revoke one of one's tokens."""
    number = form.number("token")
    if number not in {one.id for one in tokens.tokens_of(desk.engine, session.user.id)}:
        raise NotFoundError("You have no such token.", remedy="Load the page again.")
    tokens.revoke(desk.engine, number, by=session.user.id, at=desk.clock())
    return RedirectResponse("/account?said=revoked", status_code=303)


def _page(desk: Desk, request: Request, session: Session, *, values: dict[str, object], status: int = 200) -> Response:
    me, now = session.user, desk.clock()
    known = {
        "said": "",
        "error": None,
        "codes": (),
        "token": "",
        "second": second_factor.has(desk.engine, me.id),
        "left": second_factor.codes_left(desk.engine, me.id),
        "needed": me.role.value in desk.settings.desk.require_totp,
        "running": sessions.running(desk.engine, me.id, at=now),
        "tokens": [one for one in tokens.tokens_of(desk.engine, me.id) if one.works(now)],
        "scopes": tokens.offered(me),
        "teams": [team.name for team in teams.all_teams(desk.engine) if me.id in team.members],
        "local": people.has_password(desk.engine, me.id),
    }
    return desk.render(request, "account.html", {**known, **values}, status=status)


def _enrolment(desk: Desk, request: Request, session: Session, *, error: FactdeskError | None = None) -> Response:
    secret = second_factor.begin(desk.engine, session.user.id, sealer=desk.sealer)
    address = second_factor.address(secret, login=session.user.name, desk=desk.settings.desk.name)
    drawn = segno.make(address, micro=False, error="m").svg_inline(scale=5, dark="#000", light="#fff", omitsize=True)
    values = {"picture": Markup(drawn), "secret": secret, "error": error}  # noqa: S704 # segno draws squares, no text of anybody
    return desk.render(request, "second_factor.html", values, status=409 if error else 200)
