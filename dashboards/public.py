"""What the public sees, without a login and without a script: the statements, each on a page of its own and on paper."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from dashboards._caching import READ, Made, kept
from dashboards._desk import Desk, TheDesk
from dashboards._docx import docx_of
from dashboards._paper import paper_of
from dashboards._pdf import pdf_of
from dashboards._public_words import public_words
from dashboards._words import autonym
from dashboards.feeds import MOST
from factdesk.editorial import versions
from factdesk.editorial.claimreview import json_ld
from factdesk.editorial.gatekeeping import shown_pieces
from factdesk.editorial.statement import Revision, State, Statement
from factdesk.editorial.statements import by_slug, published
from factdesk.errors import NotFoundError

router = APIRouter(include_in_schema=False)
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@router.api_route("/statements", methods=READ)
def show_published(request: Request, *, desk: TheDesk) -> Response:
    """List what was published, withdrawn statements included and named so."""
    shown = published(desk.engine, limit=MOST)
    page = desk.render(request, "public_list.html", {"published": shown})
    changed = max((one.changed_at for one in shown), default=None)
    told = {"Vary": "Accept-Language, Cookie"}  # the list speaks the reader's language
    return kept(request, Made(bytes(page.body), "text/html", changed, told))


@router.api_route("/statements/{slug}.pdf", methods=READ)
def show_pdf(request: Request, *, slug: str, desk: TheDesk) -> Response:
    """Return a statement as a tagged PDF. Raises ``NotFoundError``."""
    shown, text = public_text(desk, slug)
    paper = paper_of(shown, text, pieces=shown_pieces(desk.engine, shown, text), **_of(desk, request, shown))
    body = pdf_of(paper, at=shown.changed_at)
    return kept(request, Made(body, "application/pdf", shown.changed_at, _file(f"{slug}.pdf", inline=True)))


@router.api_route("/statements/{slug}.docx", methods=READ)
def show_docx(request: Request, *, slug: str, desk: TheDesk) -> Response:
    """Return a statement as a Word document. Raises ``NotFoundError``."""
    shown, text = public_text(desk, slug)
    paper = paper_of(shown, text, pieces=shown_pieces(desk.engine, shown, text), **_of(desk, request, shown))
    body = docx_of(paper, at=shown.changed_at)
    return kept(request, Made(body, _DOCX, shown.changed_at, _file(f"{slug}.docx", inline=False)))


@router.api_route("/statements/{slug}", methods=READ)
def show_one(request: Request, *, slug: str, desk: TheDesk) -> Response:
    """Show one published statement; one that is not published does not exist here. Raises ``NotFoundError``."""
    shown, text = public_text(desk, slug)
    withdrawn = shown.state is State.WITHDRAWN
    base = desk.address(request)
    choice = versions.public(shown, versions.others(desk.engine, shown))
    values = {
        "versions": [(one.language, autonym(one.language), one.slug) for one in choice],
        "shown": shown,
        "text": text,
        "withdrawn": withdrawn,
        "paragraphs": shown_pieces(desk.engine, shown, text),
        "public": public_words(shown.language),
        "structured": "" if withdrawn else _structured(desk, shown, text, base=base),
        "base": base,
        "address": f"{base}/statements/{shown.slug}",
    }
    page = desk.render(request, "public_statement.html", values)
    changed = max(one.changed_at for one in (shown, *choice))
    return kept(request, Made(bytes(page.body), "text/html", changed))


def public_text(desk: Desk, slug: str) -> tuple[Statement, Revision]:
    """Return a published statement with the text the public sees. Raises ``NotFoundError``."""
    shown = by_slug(desk.engine, slug)
    if shown is None or shown.visible is None:
        raise NotFoundError("There is no such statement.", remedy="See all published statements.")
    return shown, shown.visible


def _structured(desk: Desk, shown: Statement, text: Revision, *, base: str) -> str:
    named = public_words(shown.language).ratings[text.rating.value]
    return json_ld(shown, desk_name=desk.settings.desk.name, base_url=base, rating_name=named)


def _of(desk: Desk, request: Request, shown: Statement) -> dict[str, str]:
    return {"desk_name": desk.settings.desk.name, "address": f"{desk.address(request)}/statements/{shown.slug}"}


def _file(name: str, *, inline: bool) -> dict[str, str]:
    """Return the header that names a file; a slug holds letters, digits and dashes alone."""
    return {"Content-Disposition": f'{"inline" if inline else "attachment"}; filename="{name}"'}
