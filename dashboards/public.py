"""What the public sees, without a login and without a script: the statements, each on a page of its own, and their feed."""

import json
import re
from xml.etree import ElementTree as ET

from fastapi import APIRouter, Request
from starlette.responses import Response

from dashboards._desk import TheDesk
from dashboards._public_words import public_words
from factdesk.editorial.claimreview import json_ld
from factdesk.editorial.gatekeeping import shown_pieces
from factdesk.editorial.statement import Revision, State, Statement
from factdesk.editorial.statements import by_slug, published
from factdesk.errors import NotFoundError

router = APIRouter(include_in_schema=False)
_ATOM = "http://www.w3.org/2005/Atom"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MOST = 100


@router.get("/statements")
def show_published(request: Request, *, desk: TheDesk) -> Response:
    """List what was published, withdrawn statements included and named so."""
    return desk.render(request, "public_list.html", {"published": published(desk.engine, limit=_MOST)})


@router.get("/statements.atom")
def show_feed(request: Request, *, desk: TheDesk) -> Response:
    """Return the statements as an Atom feed (RFC 4287): a correction or withdrawal updates its entry."""
    base, name = desk.address(request), desk.settings.desk.name
    shown = published(desk.engine, limit=_MOST)
    newest = max((_changed(one) for one in shown), default=desk.clock().isoformat())
    feed = ET.Element("feed", {"xmlns": _ATOM})
    _add(feed, "id", f"{base}/statements")
    _add(feed, "title", f"{name}: statements")
    _add(feed, "updated", newest)
    ET.SubElement(feed, "link", {"rel": "self", "type": "application/atom+xml", "href": f"{base}/statements.atom"})
    ET.SubElement(feed, "link", {"rel": "alternate", "type": "text/html", "href": f"{base}/statements"})
    _add(ET.SubElement(feed, "author"), "name", name)
    for one in shown:
        _entry(feed, one, base=base)
    body = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return Response(body, media_type="application/atom+xml")


@router.get("/statements.json")
def show_json_feed(request: Request, *, desk: TheDesk) -> Response:
    """Return the statements as a JSON Feed (version 1.1): corrections and withdrawals are said in title and text."""
    base, name = desk.address(request), desk.settings.desk.name
    shown = [one for one in published(desk.engine, limit=_MOST) if one.visible and one.published_at]
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": f"{name}: statements",
        "home_page_url": f"{base}/statements",
        "feed_url": f"{base}/statements.json",
        "authors": [{"name": name}],
        "items": [_item(one, one.visible, base=base) for one in shown if one.visible],
    }
    return Response(json.dumps(feed, ensure_ascii=False), media_type="application/feed+json")


@router.get("/statements/{slug}")
def show_one(request: Request, *, slug: str, desk: TheDesk) -> Response:
    """Show one published statement; one that is not published does not exist here. Raises ``NotFoundError``."""
    shown = by_slug(desk.engine, slug)
    if shown is None or shown.visible is None:
        raise NotFoundError("There is no such statement.", remedy="See all published statements.")
    withdrawn = shown.state is State.WITHDRAWN
    values = {
        "shown": shown,
        "text": shown.visible,
        "withdrawn": withdrawn,
        "paragraphs": shown_pieces(desk.engine, shown, shown.visible),
        "public": public_words(shown.language),
        "structured": "" if withdrawn else json_ld(shown, desk_name=desk.settings.desk.name, base_url=desk.address(request)),
        "address": f"{desk.address(request)}/statements/{shown.slug}",
    }
    return desk.render(request, "public_statement.html", values)


def _item(one: Statement, text: Revision, *, base: str) -> dict[str, object]:
    words = public_words(one.language)
    withdrawn = one.state is State.WITHDRAWN
    return {
        "id": f"{base}/statements/{one.slug}",
        "url": f"{base}/statements/{one.slug}",
        "title": f"[{words.withdrawn}] {text.title}" if withdrawn else text.title,
        "content_text": f"{words.withdrawn}: {one.withdrawn_reason}"
        if withdrawn
        else _body(text, one, corrected=words.corrected),
        "language": one.language,
        "date_published": one.published_at.isoformat() if one.published_at else "",
        "date_modified": _changed(one),
        "tags": ["withdrawn" if withdrawn else text.rating.value],
    }


def _entry(feed: ET.Element, one: Statement, *, base: str) -> None:
    if one.visible is None or one.published_at is None:
        return
    words = public_words(one.language)
    withdrawn = one.state is State.WITHDRAWN
    entry = ET.SubElement(feed, "entry", {_XML_LANG: one.language})
    address = f"{base}/statements/{one.slug}"
    _add(entry, "id", address)
    _add(entry, "title", f"[{words.withdrawn}] {one.visible.title}" if withdrawn else one.visible.title)
    _add(entry, "published", one.published_at.isoformat())
    _add(entry, "updated", _changed(one))
    ET.SubElement(entry, "link", {"rel": "alternate", "type": "text/html", "href": address})
    ET.SubElement(entry, "category", {"term": "withdrawn" if withdrawn else one.visible.rating.value})
    body = f"{words.withdrawn}: {one.withdrawn_reason}" if withdrawn else _body(one.visible, one, corrected=words.corrected)
    _add(entry, "content", body)


def _body(text: Revision, one: Statement, *, corrected: str) -> str:
    notes = [f"{corrected} {step.at.date().isoformat()}: {step.note}" for step in one.corrections]
    sources = [f"{citation.passage.publisher}: {citation.passage.url}" for citation in text.citations]
    return "\n\n".join([*notes, text.body, *sources])


def _changed(one: Statement) -> str:
    instants = [at for at in (one.published_at, one.corrected_at, one.withdrawn_at) if at]
    return max(instants).isoformat()


def _add(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = _NOT_XML.sub("", text)
