"""Who is asking, and what they may do: sessions, roles and the token that every form must carry."""

import hmac
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import quote, urlsplit

from fastapi import Depends, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from dashboards._desk import Desk, TheDesk, desk_of
from factdesk.errors import FactdeskError, NotAllowedError
from factdesk.messages import tell
from factdesk.store.roles import Right, Role, roles_with
from factdesk.store.users import Session, session_of

COOKIE = "factdesk_session"
LOGIN_COOKIE = "factdesk_login"
HOMES = {
    Role.ANALYST: "/queue",
    Role.EDITOR: "/desk/statements",
    Role.APPROVER: "/desk/statements",
    Role.MANAGER: "/trends",
    Role.ADMINISTRATOR: "/people",
    Role.READ_ONLY: "/queue",
}
HALF_COOKIE = "factdesk_half_login"
OPENID_COOKIE = "factdesk_openid"


class SignInError(FactdeskError):
    """Nobody is signed in; ``then`` is where to go after the login."""

    def __init__(self, then: str) -> None:
        self.then = then
        super().__init__("You are not signed in.", remedy="Sign in first.")


class SecondFactorError(FactdeskError):
    """The person's role needs a second factor, and this session has none."""

    def __init__(self) -> None:
        super().__init__("Your role needs a second factor.", remedy="Switch it on under your own name first.")


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a posted form whose token was checked."""

    data: FormData

    def text(self, name: str, default: str = "") -> str:
        """Return one field's text, with plain line ends."""
        value = self.data.get(name, default)
        return value.replace("\r\n", "\n").replace("\0", "") if isinstance(value, str) else default

    def texts(self, name: str) -> list[str]:
        """Return all values of a field."""
        return [value for value in self.data.getlist(name) if isinstance(value, str)]

    def number(self, name: str) -> int:
        """Return one field's whole number, or -1."""
        text = self.text(name)
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def find_session(request: Request, desk: TheDesk) -> Session | None:
    """Return who is signed in, if anybody; kept on the request for the page's header."""
    token = request.cookies.get(COOKIE, "")
    session = session_of(desk.engine, token, at=desk.clock()) if token else None
    request.state.session = session
    return session


FoundSession = Annotated[Session | None, Depends(find_session)]


class Allow:
    """A dependency that lets in who has a right. Raises ``SignInError`` or ``NotAllowedError``."""

    def __init__(self, right: Right) -> None:
        self.right = right

    async def __call__(self, request: Request, session: FoundSession) -> Session:  # async: it asks nobody and needs no thread
        """Return the session of somebody who has the right."""
        return self.require(request, session)

    def require(self, request: Request, session: Session | None) -> Session:
        """Return the session of somebody who has the right. Raises ``SignInError`` or ``NotAllowedError``."""
        if session is None:
            asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
            raise SignInError(asked if request.method == "GET" else "")
        if not session.user.may(self.right):
            names = " or ".join(roles_with(self.right))
            raise NotAllowedError("Your role does not open this page.", remedy=tell("It is for: %(roles)s.", roles=names))
        needed = session.user.role.value in desk_of(request).settings.desk.require_totp
        if needed and not session.strong and self.right is not Right.ACCOUNT:
            raise SecondFactorError
        return session


def checked_form(right: Right) -> Callable[[Request, Session], Coroutine[Any, Any, Form]]:
    """Return a dependency that gives the form of who has a right. Raises ``NotAllowedError`` when its token is wrong."""

    async def check(request: Request, session: Annotated[Session, Depends(Allow(right))]) -> Form:
        data = await request.form()
        given = request.headers.get("x-csrf-token") or data.get("csrf")
        _require_token(given, session.csrf)
        return Form(data)

    return check


Person = Annotated[Session, Depends(Allow(Right.ACCOUNT))]
PersonForm = Annotated[Form, Depends(checked_form(Right.ACCOUNT))]
Reader = Annotated[Session, Depends(Allow(Right.READ))]
Saver = Annotated[Session, Depends(Allow(Right.SAVE))]
SaverForm = Annotated[Form, Depends(checked_form(Right.SAVE))]
Reviewer = Annotated[Session, Depends(Allow(Right.DECIDE))]
ReviewForm = Annotated[Form, Depends(checked_form(Right.DECIDE))]
Acknowledger = Annotated[Session, Depends(Allow(Right.ACKNOWLEDGE))]
AcknowledgeForm = Annotated[Form, Depends(checked_form(Right.ACKNOWLEDGE))]
StatementReader = Annotated[Session, Depends(Allow(Right.READ_STATEMENTS))]
Editor = Annotated[Session, Depends(Allow(Right.WRITE))]
EditorForm = Annotated[Form, Depends(checked_form(Right.WRITE))]
Approver = Annotated[Session, Depends(Allow(Right.APPROVE))]
ApproverForm = Annotated[Form, Depends(checked_form(Right.APPROVE))]
Publisher = Annotated[Session, Depends(Allow(Right.PUBLISH))]
PublisherForm = Annotated[Form, Depends(checked_form(Right.PUBLISH))]
Manager = Annotated[Session, Depends(Allow(Right.TRENDS))]
Administrator = Annotated[Session, Depends(Allow(Right.PEOPLE))]
AdministratorForm = Annotated[Form, Depends(checked_form(Right.PEOPLE))]
Auditor = Annotated[Session, Depends(Allow(Right.AUDIT))]


async def login_form(request: Request) -> Form:
    """Return the login form. Raises ``NotAllowedError`` when it does not carry the token of its page."""
    data = await request.form()
    _require_token(data.get("csrf"), request.cookies.get(LOGIN_COOKIE, ""))
    return Form(data)


def login_address(error: SignInError) -> str:
    """Return the login page that leads on to what was asked for."""
    return f"/login?then={quote(error.then, safe='/')}" if error.then else "/login"


def set_cookie(desk: Desk, answer: Response, *, name: str, value: str, max_age: int) -> None:
    """Set a cookie that no script and no other site's form can use."""
    answer.set_cookie(name, value, max_age=max_age, httponly=True, samesite="lax", secure=desk.settings.desk.secure_cookies)


def _require_token(given: object, expected: str) -> None:
    if not isinstance(given, str) or not expected or not hmac.compare_digest(given.encode(), expected.encode()):
        raise NotAllowedError("This form is out of date.", remedy="Go back, load the page again, then repeat.")


def inside(address: str) -> str:
    """Return an address of this desk as it is, and nothing for one that leads elsewhere."""
    parts = urlsplit(address)
    plain = address.startswith("/") and not address.startswith(("//", "/\\")) and address.isprintable()
    return address if plain and not parts.netloc and not parts.scheme and "\\" not in address else ""
