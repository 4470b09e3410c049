"""Embedding: oEmbed (https://oembed.com) in JSON and XML, and the small card that other sites show in a frame."""

import json
from typing import Annotated
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

from fastapi import APIRouter, Query, Request
from markupsafe import Markup
from starlette.responses import JSONResponse, Response

from dashboards._answers import ANYWHERE
from dashboards._caching import READ, Made, kept
from dashboards._desk import Desk, TheDesk
from dashboards._paper import printable
from dashboards._public_words import public_words
from dashboards.public import public_text
from factdesk.editorial.statement import State
from factdesk.errors import NotFoundError

router = APIRouter(include_in_schema=False)
Size = Annotated[int, Query(ge=1, le=10_000)]
_WIDTH, _HEIGHT, _AGE_S = 600, 240, 300
_POLICY = f"default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; {ANYWHERE}"
_FRAME = Markup(
    '<iframe src="{src}" title="{title}" width="{width}" height="{height}" loading="lazy" frameborder="0"'
    ' sandbox="allow-popups allow-popups-to-escape-sandbox" referrerpolicy="no-referrer"></iframe>'
)


@router.api_route("/oembed", methods=READ)
def embed(  # oEmbed names them
    request: Request,
    *,
    desk: TheDesk,
    url: Annotated[str, Query(max_length=2000)],
    format: Annotated[str, Query(max_length=10)] = "json",  # noqa: A002 # oEmbed's own name
    maxwidth: Size = _WIDTH,
    maxheight: Size = _HEIGHT,
) -> Response:
    """Tell another site how to show a statement. 404 for an address that is no statement's, 501 for another format."""
    if format not in ("json", "xml"):
        return JSONResponse({"error": "formats: json, xml"}, status_code=501)
    told = _told(desk, request, url=url, width=min(maxwidth, _WIDTH), height=min(maxheight, _HEIGHT))
    if format == "json":
        return kept(request, Made(json.dumps(told, ensure_ascii=False).encode(), "application/json"))
    root = ET.Element("oembed")
    for name, value in told.items():
        ET.SubElement(root, name).text = printable(str(value))
    body = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return kept(request, Made(body, "text/xml"))


@router.api_route("/statements/{slug}/card", methods=READ)
def show_card(request: Request, *, slug: str, desk: TheDesk) -> Response:
    """Show a statement in short, for the frame of another site. Raises ``NotFoundError``."""
    shown, text = public_text(desk, slug)
    values = {
        "shown": shown,
        "text": text,
        "withdrawn": shown.state is State.WITHDRAWN,
        "public": public_words(shown.language),
        "address": f"{desk.address(request)}/statements/{shown.slug}",
    }
    page = desk.render(request, "card.html", values)
    return kept(request, Made(bytes(page.body), "text/html", shown.changed_at, {"Content-Security-Policy": _POLICY}))


def _told(desk: Desk, request: Request, *, url: str, width: int, height: int) -> dict[str, str | int]:
    base = desk.address(request)
    slug = _slug(url, base=base)
    _, text = public_text(desk, slug)
    src = f"{base}/statements/{slug}/card"
    return {
        "version": "1.0",
        "type": "rich",
        "title": text.title,
        "author_name": desk.settings.desk.name,
        "author_url": f"{base}/statements",
        "provider_name": desk.settings.desk.name,
        "provider_url": f"{base}/statements",
        "cache_age": _AGE_S,
        "html": str(_FRAME.format(src=src, title=text.title, width=width, height=height)),
        "width": width,
        "height": height,
    }


def _slug(url: str, *, base: str) -> str:
    """Return the slug in a statement's public address. Raises ``NotFoundError`` for any other address."""
    try:
        here, asked = urlsplit(base), urlsplit(url.strip())
    except ValueError:
        here, asked = urlsplit(base), urlsplit("")
    folder, _, slug = asked.path.rstrip("/").rpartition("/")
    if asked.scheme not in ("http", "https") or asked.netloc != here.netloc or folder != f"{here.path}/statements" or not slug:
        raise NotFoundError("That address is no statement's.", remedy="Give the address of a published statement.")
    return slug
