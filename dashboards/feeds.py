"""The published statements as Atom and JSON feeds: a correction or a withdrawal updates its entry and says so with its date."""

import json
from xml.etree import ElementTree as ET

from fastapi import APIRouter, Request
from starlette.responses import Response

from dashboards._atom import ATOM, XML_LANG, add
from dashboards._caching import READ, Made, kept
from dashboards._desk import TheDesk
from dashboards._public_words import public_words
from factdesk.editorial.statement import Revision, State, Statement
from factdesk.editorial.statements import published

router = APIRouter(include_in_schema=False)
MOST = 100


@router.api_route("/statements.atom", methods=READ)
def show_feed(request: Request, *, desk: TheDesk) -> Response:
    """Return the statements as an Atom feed (RFC 4287)."""
    base, name = desk.address(request), desk.settings.desk.name
    shown = published(desk.engine, limit=MOST)
    newest = max((one.changed_at for one in shown), default=None)
    feed = ET.Element("feed", {"xmlns": ATOM})
    add(feed, "id", f"{base}/statements")
    add(feed, "title", f"{name}: statements")
    add(feed, "updated", (newest or desk.clock()).isoformat())
    ET.SubElement(feed, "link", {"rel": "self", "type": "application/atom+xml", "href": f"{base}/statements.atom"})
    ET.SubElement(feed, "link", {"rel": "alternate", "type": "text/html", "href": f"{base}/statements"})
    add(ET.SubElement(feed, "author"), "name", name)
    for one in shown:
        _entry(feed, one, base=base)
    body = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return kept(request, Made(body, "application/atom+xml", newest))


@router.api_route("/statements.json", methods=READ)
def show_json_feed(request: Request, *, desk: TheDesk) -> Response:
    """Return the statements as a JSON Feed (version 1.1)."""
    base, name = desk.address(request), desk.settings.desk.name
    shown = published(desk.engine, limit=MOST)
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": f"{name}: statements",
        "home_page_url": f"{base}/statements",
        "feed_url": f"{base}/statements.json",
        "authors": [{"name": name}],
        "items": [_item(one, one.visible, base=base) for one in shown if one.visible],
    }
    body = json.dumps(feed, ensure_ascii=False).encode()
    return kept(request, Made(body, "application/feed+json", max((one.changed_at for one in shown), default=None)))


def _item(one: Statement, text: Revision, *, base: str) -> dict[str, object]:
    dates = {"corrected_at": one.corrected_at, "withdrawn_at": one.withdrawn_at}
    return {
        "id": f"{base}/statements/{one.slug}",
        "url": f"{base}/statements/{one.slug}",
        "title": _title(one, text),
        "content_text": _content(one, text),
        "language": one.language,
        "date_published": one.published_at.isoformat() if one.published_at else "",
        "date_modified": one.changed_at.isoformat(),
        "tags": _terms(one, text),
        "_factdesk": {"state": one.state.value, **{name: at.isoformat() for name, at in dates.items() if at}},
    }


def _entry(feed: ET.Element, one: Statement, *, base: str) -> None:
    if one.visible is None or one.published_at is None:
        return
    entry = ET.SubElement(feed, "entry", {XML_LANG: one.language})
    address = f"{base}/statements/{one.slug}"
    add(entry, "id", address)
    add(entry, "title", _title(one, one.visible))
    add(entry, "published", one.published_at.isoformat())
    add(entry, "updated", one.changed_at.isoformat())
    ET.SubElement(entry, "link", {"rel": "alternate", "type": "text/html", "href": address})
    for term in _terms(one, one.visible):
        ET.SubElement(entry, "category", {"term": term})
    add(entry, "content", _content(one, one.visible))


def _title(one: Statement, text: Revision) -> str:
    return f"[{public_words(one.language).withdrawn}] {text.title}" if one.state is State.WITHDRAWN else text.title


def _terms(one: Statement, text: Revision) -> list[str]:
    if one.state is State.WITHDRAWN:
        return ["withdrawn"]
    return [text.rating.value, *(["corrected"] if one.corrected_at else [])]


def _content(one: Statement, text: Revision) -> str:
    words = public_words(one.language)
    notes = [f"{words.corrected} {step.at.date().isoformat()}: {step.note}" for step in one.corrections]
    if one.state is State.WITHDRAWN and one.withdrawn_at:
        gone = f"{words.withdrawn} ({one.withdrawn_at.date().isoformat()}): {one.withdrawn_reason}"
        return "\n\n".join([gone, *notes])
    sources = [f"{citation.passage.publisher}: {citation.passage.url}" for citation in text.citations]
    return "\n\n".join([*notes, text.body, *sources])
