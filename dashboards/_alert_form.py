"""The form of a saved search: what it asks, when and where its alerts go, read into values or refused in words."""

from datetime import datetime
from urllib.parse import urlsplit

from dashboards._desk import Desk
from dashboards.auth import Form
from factdesk.alerts.mail import require_mail
from factdesk.alerts.webhook import require_hook
from factdesk.errors import IndexUnavailableError, QueryError, StateError
from factdesk.meaning import sentences
from factdesk.searches import ASKED, day, query_for
from factdesk.store.alert_times import Every, Pace
from factdesk.store.saved_searches import Wanted

_LONGEST = 2000


def read_wanted(form: Form) -> Wanted:
    """Return what the form says. Raises ``StateError`` for a time or a pace that is none."""
    asked = {name: form.text(name).strip()[:_LONGEST] for name in ASKED if form.text(name).strip()}
    asked.pop("sort", None)  # an order of results means nothing to what arrives
    start, end = form.text("quiet_from"), form.text("quiet_to")
    quiet = (_minute(start), _minute(end)) if start or end else None
    if form.text("every") not in tuple(Every):
        raise StateError("How often is not chosen.", remedy="Choose one of the list.")
    pace = Pace(Every(form.text("every")), _minute(form.text("at") or "08:00"), max(0, form.number("weekday")), quiet)
    return Wanted(
        " ".join(form.text("name").split()) or asked.get("q", "")[:120],
        asked,
        pace,
        form.text("email").strip(),
        form.text("hook_url").strip(),
        feed=bool(form.text("feed")),
    )


def require_sound(desk: Desk, wanted: Wanted) -> None:
    """Raise ``QueryError``, ``StateError``, ``SettingsError`` or ``NotAllowedError`` for what could never be alerted or sent.

    The engine itself is asked once: what it cannot answer now it could not match later. One that is away is not waited for.
    """
    found_now(desk, wanted)
    ends = day(wanted.asked.get("until", ""), zone=desk.settings.desk.timezone, days=1)
    if ends is not None and ends <= desk.clock():
        raise StateError("Nothing that arrives is as old as that.", remedy="Leave the day at which the search ends empty.")
    if wanted.email and desk.settings.alerts.smtp_host:
        require_mail(desk.settings, wanted.email)
    if wanted.hook_url and urlsplit(wanted.hook_url).scheme in ("http", "https"):
        require_hook(desk.settings, wanted.hook_url)


def found_now(desk: Desk, wanted: Wanted) -> int | None:
    """Return how much the search finds now; nothing while the engine is away. Raises ``QueryError``.

    What a sentence means is read when something arrives; no page loads a model to count what it finds.
    """
    query = query_for(wanted.asked, zone=desk.settings.desk.timezone, limit=1)
    if sentences(query.text):
        return None
    try:
        return desk.index.search(query).total
    except IndexUnavailableError:
        return None


def mistake_at(error: Exception) -> int | None:
    """Return the place of a mistake in the query, if that is what it is."""
    return error.position if isinstance(error, QueryError) else None


def clock_text(minute: int) -> str:
    """Return a minute of the day as a form shows it: 08:00."""
    return f"{minute // 60:02}:{minute % 60:02}"


def _minute(text: str) -> int:
    try:
        at = datetime.strptime(text[:5], "%H:%M")  # noqa: DTZ007 # a time on the desk's wall
    except ValueError:
        raise StateError("A time of the day is missing or is none.", remedy="Write it as 08:00.") from None
    return at.hour * 60 + at.minute
