"""Saved searches and their alerts: each person's own, made from the search page, with what matched and what was sent."""

from collections.abc import Callable
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from dashboards._alert_form import clock_text, found_now, mistake_at, read_wanted, require_sound
from dashboards._atom import ATOM, XML_LANG, add
from dashboards._caching import READ, Made, kept
from dashboards._desk import Desk, TheDesk
from dashboards.auth import Form, Saver, SaverForm
from dashboards.search import TheSearch
from factdesk.errors import FactdeskError, QueryError
from factdesk.searches import query_for
from factdesk.store import alerts, audit, saved_searches
from factdesk.store.alerts import Answer
from factdesk.store.database import reading, writing
from factdesk.store.saved_searches import SavedSearch, Wanted
from factdesk.store.sealing import of_hook, opened
from index.query import parse

router = APIRouter(include_in_schema=False)
_FEED = 100


@router.get("/alerts")
def show_alerts(request: Request, *, desk: TheDesk, session: Saver) -> Response:
    """List one's own saved searches, how they run and when each was last answered."""
    mine = saved_searches.of_person(desk.engine, session.user.id)
    told = alerts.standing_of(desk.engine, [search.id for search in mine])
    return desk.render(request, "alerts.html", {"rows": [(search, *told[search.id]) for search in mine], "time": clock_text})


@router.get("/alerts/new")
def new_alert(request: Request, *, desk: TheDesk, session: Saver, asked: TheSearch) -> Response:
    """Show the form for the search in the address."""
    del session
    values = {name: value for name, value in asked.values().items() if name != "sort"}
    return _form(desk, request, Wanted(asked.q[:120], values, feed=True))


@router.post("/alerts/new")
def save_alert(request: Request, *, desk: TheDesk, session: Saver, form: SaverForm) -> Response:
    """Save a search; one with a mistake is shown with it, and nothing that was typed is lost."""

    def keep(wanted: Wanted) -> int:
        made = saved_searches.save(desk.engine, session.user.id, wanted, at=desk.clock(), sealer=desk.sealer).id
        _note(desk, session, "alert.saved", number=made)
        return made

    return _kept(desk, request, form, keep=keep)


@router.get("/alerts/{number}")
def show_alert(request: Request, *, number: int, desk: TheDesk, session: Saver) -> Response:
    """Show a saved search: what answered it, what was sent, and its buttons. Raises ``NotFoundError`` for another's."""
    search = _owned(desk, number, session.user.id)
    answers, total = alerts.answers_of(desk.engine, number)
    values = {"search": search, "answers": answers, "total": total, "mistake": _mistake(search), "time": clock_text}
    feed = f"{desk.address(request)}/alerts/feeds/{search.feed_token}.atom" if search.feed_token else ""
    secret = opened(desk.sealer, search.hook_secret, of=of_hook(search.user_id))
    return desk.render(request, "alert.html", {**values, "feed": feed, "secret": secret, **_sent(desk, number)})


@router.get("/alerts/{number}/deliveries")
def show_deliveries(request: Request, *, number: int, desk: TheDesk, session: Saver) -> Response:
    """Show what was sent, alone: the page asks for it again while something is under way."""
    search = _owned(desk, number, session.user.id)
    return desk.render(request, "_deliveries.html", {"search": search, **_sent(desk, number)})


@router.get("/alerts/{number}/edit")
def edit_alert(request: Request, *, number: int, desk: TheDesk, session: Saver) -> Response:
    """Show the form of a saved search."""
    search = _owned(desk, number, session.user.id)
    return _form(desk, request, search.wanted, number=number)


@router.post("/alerts/{number}/edit")
def change_alert(request: Request, *, number: int, desk: TheDesk, session: Saver, form: SaverForm) -> Response:
    """Change a saved search; a new pace applies to what waits."""
    _owned(desk, number, session.user.id)

    def keep(wanted: Wanted) -> int:
        at, zone = desk.clock(), ZoneInfo(desk.settings.desk.timezone)
        with writing(desk.engine) as connection:
            search = saved_searches.change(connection, number, wanted, user_id=session.user.id, sealer=desk.sealer)
            alerts.reschedule(connection, search, at=at, zone=zone)
        _note(desk, session, "alert.changed", number=number)
        return number

    return _kept(desk, request, form, keep=keep, number=number)


@router.post("/alerts/{number}/running")
def pause_alert(*, number: int, desk: TheDesk, session: Saver, form: SaverForm) -> Response:
    """Pause a search, or let it go on."""
    saved_searches.set_running(desk.engine, number, user_id=session.user.id, active=form.text("run") == "on")
    _note(desk, session, "alert.let_run" if form.text("run") == "on" else "alert.paused", number=number)
    return _to(number)


@router.post("/alerts/{number}/test")
def test_alert(*, number: int, desk: TheDesk, session: Saver, form: SaverForm) -> Response:
    """Send a trial over each channel, now."""
    del form
    with writing(desk.engine) as connection:
        alerts.try_out(connection, saved_searches.owned(connection, number, user_id=session.user.id), at=desk.clock())
    return _to(number)


@router.post("/alerts/{number}/renew")
def renew_alert(*, number: int, desk: TheDesk, session: Saver, form: SaverForm) -> Response:
    """Give the feed a new address and the webhook a new secret."""
    del form
    with writing(desk.engine) as connection:
        saved_searches.renew(connection, number, user_id=session.user.id, sealer=desk.sealer)
    _note(desk, session, "alert.renewed", number=number)
    return _to(number)


@router.post("/alerts/{number}/retry")
def retry_delivery(*, number: int, desk: TheDesk, session: Saver, form: SaverForm) -> Response:
    """Send once more what was given up."""
    with writing(desk.engine) as connection:
        alerts.retry(connection, form.number("delivery"), user_id=session.user.id, at=desk.clock())
    return _to(number)


@router.post("/alerts/{number}/delete")
def delete_alert(*, number: int, desk: TheDesk, session: Saver, form: SaverForm) -> Response:
    """Delete a saved search with what it found."""
    del form
    saved_searches.remove(desk.engine, number, user_id=session.user.id)
    _note(desk, session, "alert.deleted", number=number)
    return RedirectResponse("/alerts", status_code=303)


@router.api_route("/alerts/feeds/{token}.atom", methods=READ)
def show_feed(request: Request, *, token: str, desk: TheDesk) -> Response:
    """Return the answers of a search as an Atom feed, to whoever has its address. Raises ``NotFoundError``."""
    search = saved_searches.by_feed(desk.engine, token)
    answers, _ = alerts.answers_of(desk.engine, search.id, limit=_FEED)
    body = _atom(search, answers, base=desk.address(request), name=desk.settings.desk.name)
    newest = max([answer.at for answer in answers if answer.at], default=search.created_at)
    headers = {"X-Robots-Tag": "noindex", "Cache-Control": "private, no-cache"}
    return kept(request, Made(body, "application/atom+xml", newest, headers))


def _atom(search: SavedSearch, answers: list[Answer], *, base: str, name: str) -> bytes:
    feed = ET.Element("feed", {"xmlns": ATOM})
    add(feed, "id", f"{base}/alerts/{search.id}")
    add(feed, "title", f"{name}: {search.wanted.name}")
    add(feed, "updated", max([answer.at.isoformat() for answer in answers if answer.at] or [search.created_at.isoformat()]))
    ET.SubElement(feed, "link", {"rel": "alternate", "type": "text/html", "href": f"{base}/alerts/{search.id}"})
    add(ET.SubElement(feed, "author"), "name", name)  # the desk: RFC 4287 asks for one, and there is no other
    for answer in answers:
        entry = ET.SubElement(feed, "entry", {XML_LANG: answer.language})
        add(entry, "id", f"{base}/alerts/{search.id}#{answer.item}")
        add(entry, "title", answer.title or answer.snippet[:80])
        add(entry, "updated", answer.at.isoformat() if answer.at else "")
        if answer.published_at:
            add(entry, "published", answer.published_at.isoformat())
        ET.SubElement(entry, "link", {"rel": "alternate", "type": "text/html", "href": f"{base}{answer.path}"})
        for kind in answer.findings:
            ET.SubElement(entry, "category", {"term": kind})
        add(entry, "summary", f"{answer.source}: {answer.snippet}")
    body: bytes = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return body


def _note(desk: Desk, session: Saver, action: str, *, number: int) -> None:
    at, subject = desk.clock(), f"alert:{number}"
    audit.note(desk.engine, user_id=session.user.id, action=action, subject=subject, detail={}, at=at)


def _kept(desk: Desk, request: Request, form: Form, *, keep: Callable[[Wanted], int], number: int | None = None) -> Response:
    """Check and keep what a form wants and lead to its page, or show the form again with what is wrong."""
    wanted = _as_typed(form)
    try:
        wanted = read_wanted(form)
        require_sound(desk, wanted)
        return _to(keep(wanted))
    except FactdeskError as error:
        return _form(desk, request, wanted, number=number, error=error)


def _as_typed(form: Form) -> Wanted:
    """Return what can be shown again of a form that may hold anything."""
    asked = {
        name: form.text(name) for name in ("q", "kind", "language", "source", "role", "event", "finding") if form.text(name)
    }
    return Wanted(
        form.text("name"), asked, email=form.text("email"), hook_url=form.text("hook_url"), feed=bool(form.text("feed"))
    )


def _form(
    desk: Desk, request: Request, wanted: Wanted, *, number: int | None = None, error: FactdeskError | None = None
) -> Response:
    found = None
    if error is None:
        try:
            found = found_now(desk, wanted)
        except QueryError as mistake:
            error = mistake
    values = {
        "wanted": wanted,
        "number": number,
        "error": error,
        "position": mistake_at(error) if error else None,
        "found": found,
        "time": clock_text,
        "mails": bool(desk.settings.alerts.smtp_host and desk.settings.alerts.mail_from),
    }
    return desk.render(request, "alert_edit.html", values, status=422 if error else 200)


def _owned(desk: Desk, number: int, user_id: int) -> SavedSearch:
    with reading(desk.engine) as connection:
        return saved_searches.owned(connection, number, user_id=user_id)


def _mistake(search: SavedSearch) -> QueryError | None:
    """Return why a search cannot be read any more, if so."""
    try:
        parse(query_for(search.wanted.asked, zone="UTC").text)
    except QueryError as error:
        return error
    return None


def _sent(desk: Desk, number: int) -> dict[str, object]:
    sent = alerts.deliveries_of(desk.engine, number)
    now = desk.clock()
    soon = any(one.state == "sending" or (one.state == "waiting" and one.due_at <= now) for one in sent)
    return {"sent": sent, "soon": soon}


def _to(number: int) -> Response:
    return RedirectResponse(f"/alerts/{number}", status_code=303)
