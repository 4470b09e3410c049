"""The choice of the interface's language: a cookie, so that it holds before anybody signs in."""

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from dashboards._desk import TheDesk
from dashboards.auth import FoundSession, inside
from factdesk.store.users import speak_to
from factdesk.tongues import COOKIE, tongues

router = APIRouter(include_in_schema=False)
_YEAR_S = 365 * 86_400


@router.post("/language")
async def choose_language(request: Request, *, desk: TheDesk, session: FoundSession) -> Response:
    """Remember a language and lead back. It needs no token: it changes nothing but how the person is spoken and written to."""
    form = await request.form()
    chosen, back = form.get("language"), form.get("back")
    answer = RedirectResponse((inside(back) if isinstance(back, str) else "") or "/", status_code=303)
    if isinstance(chosen, str) and chosen in tongues():
        if session is not None:
            await run_in_threadpool(speak_to, desk.engine, session.user.id, language=chosen)
        answer.set_cookie(
            COOKIE, chosen, max_age=_YEAR_S, httponly=True, samesite="lax", secure=desk.settings.desk.secure_cookies
        )
    return answer
