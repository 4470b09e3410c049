"""What every page of the desk works with: the store, the index, the settings, the clock and the templates."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import Depends, Request
from fastapi.templating import Jinja2Templates
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup
from sqlalchemy import Engine
from starlette.responses import Response

from dashboards import _amounts, _words
from dashboards._bidi import closed
from dashboards._marking import claim_runs, passage_runs, spans
from dashboards._timeline import timeline
from factdesk.settings import Settings
from factdesk.store.beginning import lacks
from factdesk.store.sealing import Sealer
from factdesk.store.trends import Bar
from factdesk.store.users import Session
from factdesk.tongues import gettext, ngettext, said, spoken, tongues
from index.base import SearchIndex

FOLDER = Path(__file__).parent
Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the present instant."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Desk:
    """The desk's parts, made once and passed to each page."""

    settings: Settings
    engine: Engine
    index: SearchIndex
    clock: Clock
    templates: Jinja2Templates
    stale_s: float = 0.0  # how far flags may lag behind what is being collected; decisions never do

    @property
    def gaps_stale_s(self) -> float:
        """How far behind what could not be seen may be: it is counted over days."""
        return 15 * self.stale_s

    @property
    def sealer(self) -> Sealer | None:
        """What seals the secrets in the store, where the desk has a key."""
        return Sealer.of(self.settings)

    def address(self, request: Request) -> str:
        """Return the public address of the desk without a slash at its end."""
        return (self.settings.desk.base_url or str(request.base_url)).rstrip("/")

    def render(self, request: Request, name: str, values: Mapping[str, object] | None = None, *, status: int = 200) -> Response:
        """Return a page (``values`` are its own; the session and the desk's name are added)."""
        session: Session | None = getattr(request.state, "session", None)
        context: dict[str, Any] = {
            "session": session,
            "me": session.user if session else None,
            "desk_name": self.settings.desk.name,
            "path": request.url.path,
            "lacks": lacks(self.engine) if session and not is_fragment(request) else (),
            "tongue": spoken(),
            "tongues": tongues().values(),
            **(values or {}),
        }
        return self.templates.TemplateResponse(request, name, context, status_code=status)


def desk_of(request: Request) -> Desk:
    """Return the desk that a request came to."""
    desk: Desk = request.app.state.desk
    return desk


async def _the_desk(request: Request) -> Desk:  # async: what asks nobody needs no thread
    return desk_of(request)


TheDesk = Annotated[Desk, Depends(_the_desk)]


def is_fragment(request: Request) -> bool:
    """Whether htmx asks for a piece of a page."""
    return request.headers.get("hx-request") == "true"


def templates_for(settings: Settings) -> Jinja2Templates:
    """Return the templates: everything is escaped, an unknown name is an error."""
    environment = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,  # a page would ask the disk about each of its pieces
        extensions=["jinja2.ext.i18n"],
        finalize=closed,
    )
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined] # the extension adds it
    environment.globals["_"] = _said  # the extension's own takes a third of a page with a thousand words
    zone = ZoneInfo(settings.desk.timezone)
    environment.globals["words"] = _words
    environment.globals["zone"] = settings.desk.timezone
    environment.filters.update(
        told=said,  # a sentence that is not the template's own: _() would take it for markup
        day=lambda at: _amounts.day(at, zone),
        clock=lambda at: _amounts.clock(at, zone),
        axis_day=_amounts.axis_day,
        iso=lambda at: at.isoformat(),
        percent=_amounts.percent,
        number=_amounts.number,
        language=_words.language_name,
        direction=_words.direction,
        link=safe_link,
        query=lambda values: urlencode({name: value for name, value in values.items() if value not in (None, "")}),
        paragraphs=lambda text: [piece for piece in text.split("\n\n") if piece.strip()],
        duration=_amounts.duration,
        claim_runs=claim_runs,
        passage_runs=passage_runs,
        spans=spans,
        timeline=timeline,
        bars=lambda pairs: [Bar(label, (number,)) for label, number in pairs],
        named_languages=lambda bars: [Bar(_words.language_name(bar.label), bar.values) for bar in bars],
    )
    return Jinja2Templates(env=environment)


def _said(text: str, /, **values: object) -> Markup:
    """Return a template's words in the language of this request, with ``values`` put in and escaped."""
    told = _marked(text, spoken().code)
    return told % values if "%" in told else told


@lru_cache(maxsize=8192)
def _marked(text: str, code: str) -> Markup:
    return Markup(tongues()[code].catalogue.gettext(text))  # noqa: S704 # the templates' own words, and the catalogues'


def safe_link(url: str) -> str:
    """Return a web address as it is, and nothing for any other scheme (``javascript:`` and its kin)."""
    return url if url.lower().startswith(("http://", "https://")) else ""
