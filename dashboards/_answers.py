"""How the desk answers when something is wrong, and the headers that every answer carries."""

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboards._desk import desk_of, is_fragment
from dashboards.auth import SecondFactorError, SignInError, login_address
from factdesk.editorial.drafting import DraftingError
from factdesk.errors import (
    FactdeskError,
    IndexUnavailableError,
    NotAllowedError,
    NotFoundError,
    QueryError,
    StateError,
    StoreError,
)
from factdesk.messages import tell
from factdesk.tongues import COOKIE as LANGUAGE_COOKIE
from factdesk.tongues import N_, choose, said, speaking

_log = structlog.get_logger("factdesk.desk")
_LARGEST_FORM = 1_000_000
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; object-src 'none'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
ANYWHERE = "frame-ancestors *"  # what the policy of a page ends with that others may frame
_FRAME_HEADERS = ("Content-Security-Policy", "X-Frame-Options", "Cross-Origin-Opener-Policy")
_STATUS: tuple[tuple[type[FactdeskError], int], ...] = (
    (NotFoundError, 404),
    (NotAllowedError, 403),
    (SecondFactorError, 403),
    (StateError, 409),
    (DraftingError, 502),
    (QueryError, 422),
    (StoreError, 503),
)
_BROKEN = (N_("Something broke on our side."), N_("Nothing you did is lost; the error is in the desk's log."))
_CATCHING_UP = (
    N_("Search is catching up."),
    N_("What is collected waits on disk and is found when the search engine answers again. All other pages work as always."),
)
_PLAIN = {
    400: (N_("This cannot be read."), N_("Send it again as UTF-8 text.")),
    404: (N_("There is no such page."), N_("Check the address, or start from the queue.")),
    405: (N_("This address does not take that."), N_("Go back and use the page's own buttons.")),
    413: (N_("That is too much at once."), N_("Send a shorter text.")),
}


def install(app: FastAPI) -> None:
    """Give ``app`` its error pages and headers."""
    app.add_exception_handler(FactdeskError, _on_known)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(Exception, _on_unknown)
    app.add_middleware(_Guard)


class _Guard:
    """Speaks the reader's language, refuses what no page is for, and puts the headers on every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                _put_headers(request, MutableHeaders(scope=message))
            await send(message)

        cookie, accepted = request.cookies.get(LANGUAGE_COOKIE, ""), request.headers.get("accept-language", "")
        with speaking(choose(cookie, accepted, default=desk_of(request).settings.desk.language)):
            await (_refused(request) or self.app)(scope, receive, send_guarded)


def _refused(request: Request) -> Response | None:
    if "\0" in request.url.path or "%00" in request.url.query:
        return _say(request, 422, N_("The address holds a character that no text has."), N_("Correct it."))
    if request.method != "POST":
        return None
    length = request.headers.get("content-length", "")
    if not length.isdigit() or int(length) > _LARGEST_FORM:
        return _say(request, 413, *_PLAIN[413])
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return _say(request, 403, N_("This form was sent from another site."), N_("Open the desk itself and repeat."))
    return None


def _put_headers(request: Request, headers: MutableHeaders) -> None:
    framed = headers.get("Content-Security-Policy", "").endswith(ANYWHERE)
    for name, value in _HEADERS.items():
        if not (framed and name in _FRAME_HEADERS):
            headers[name] = value
    if "Cache-Control" not in headers and not request.url.path.startswith("/static/"):
        headers["Cache-Control"] = "no-store"


def _on_known(request: Request, error: Exception) -> Response:
    if isinstance(error, SignInError):
        return _to_login(request, error)
    if isinstance(error, SecondFactorError) and not request.url.path.startswith("/api/"):
        return _to_second_factor(request, error)
    if not isinstance(error, FactdeskError):
        return _on_unknown(request, error)
    if isinstance(error, IndexUnavailableError):
        _log.error("search is away", path=request.url.path, why=str(error))
        answer = _say(request, 503, *_CATCHING_UP)
        answer.headers["Retry-After"] = "30"
        return answer
    status = next((code for kind, code in _STATUS if isinstance(error, kind)), 500)
    if status >= 500:
        _log.error("a page failed", path=request.url.path, why=str(error))
    return _say(request, status, error.what, error.remedy)


def _to_login(request: Request, error: SignInError) -> Response:
    if request.url.path.startswith("/api/"):
        return _problem(401, N_("You are not signed in."), N_("Send a token: Authorization: Bearer …"))
    if is_fragment(request):
        return PlainTextResponse(str(error), status_code=401, headers={"HX-Redirect": "/login"})
    return RedirectResponse(login_address(error), status_code=303)


def _to_second_factor(request: Request, error: FactdeskError) -> Response:
    if is_fragment(request):
        return PlainTextResponse(str(error), status_code=403, headers={"HX-Redirect": "/account"})
    return RedirectResponse("/account", status_code=303)


def _on_http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    what, remedy = _PLAIN.get(status, (N_("This cannot be answered."), N_("Go back and try again.")))
    answer = _say(request, status, what, remedy)
    if isinstance(error, HTTPException) and (allowed := (error.headers or {}).get("Allow")):
        answer.headers["Allow"] = allowed  # RFC 9110, 15.5.6
    return answer


def _on_invalid(request: Request, error: Exception) -> Response:
    faults = error.errors() if isinstance(error, RequestValidationError) else []
    what = tell("The address has an unusable value for %(name)s.", name=faults[0]["loc"][-1] if faults else "?")
    return _say(request, 422, what, N_("Correct it, or start again from the menu."))


def _on_unknown(request: Request, error: Exception) -> Response:
    _log.error("a page broke", path=request.url.path, exc_info=error)
    answer = _say(
        request, 500, N_("Something broke on our side."), N_("Nothing you did is lost; the error is in the desk's log.")
    )
    _put_headers(request, answer.headers)  # it does not go the way of the others
    return answer


def _say(request: Request, status: int, what: str, remedy: str) -> Response:  # noqa: PLR0917 # (status, what, remedy) belong together
    if request.url.path.startswith("/api/"):
        return _problem(status, what, remedy)
    if is_fragment(request):
        return PlainTextResponse(f"{said(what)} {said(remedy)}".strip(), status_code=status)
    values = {"what": said(what), "remedy": said(remedy), "status": status}
    return desk_of(request).render(request, "error.html", values, status=status)


def _problem(status: int, what: str, remedy: str) -> Response:
    """Return what is wrong with a call of the API (RFC 9457), always in English: a program reads it."""
    told = {"title": what, "detail": remedy, "status": status}
    return JSONResponse(told, status_code=status, media_type="application/problem+json")
