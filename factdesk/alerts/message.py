"""What an alert says: title, source, time, why it matched and the desk's own link. No author, and never a post's link."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from factdesk.messages import tell, tell_number
from factdesk.settings import Settings
from factdesk.store.alerts import Answer, Delivery, Spans
from factdesk.tongues import said, speaking, spoken, tongues

_FINDINGS = MappingProxyType(
    {
        "repeats": tell("repeats a debunked claim"),
        "distorts": tell("distorts the evidence"),
        "disputed": tell("disputed"),
        "supported": tell("supported by evidence"),
        "debunks": tell("debunks a claim"),
    }
)
_FILTERS = MappingProxyType(
    {
        "kind": tell("kind"),
        "language": tell("language"),
        "source": tell("source"),
        "role": tell("role"),
        "event": tell("event"),
        "finding": tell("finding"),
        "narrative": tell("narrative"),
        "since": tell("since"),
        "until": tell("until"),
    }
)
_SUBJECT = 120


@dataclass(frozen=True, slots=True)
class Letter:
    """An alert as a person reads it: plain text."""

    subject: str
    text: str


def letter(delivery: Delivery, settings: Settings) -> Letter:
    """Return the mail of a delivery, in the language that its owner last chose, or else the desk's."""
    known = tongues()
    with speaking(known.get(delivery.language) or known.get(settings.desk.language) or known["en"]):
        return _letter(delivery, settings)


def _letter(delivery: Delivery, settings: Settings) -> Letter:
    search, desk = delivery.search, settings.desk
    name, zone = search.wanted.name, ZoneInfo(desk.timezone)
    if delivery.trial:
        about, lines = said(tell("this is a trial")), [said(tell("A trial: alerts of this search reach you here."))]
    else:
        items = tell_number(delivery.total, "%(number)s new item", "%(number)s new items")
        about = delivery.answers[0].title if delivery.total == 1 else said(items)
        lines = [line for answer in delivery.answers for line in _lines(answer, address=desk.address, zone=zone)]
        if left := delivery.total - len(delivery.answers):
            lines += [said(tell("And %(number)s more.", number=left)), ""]
    saved = tell("You saved the search “%(name)s”: %(asked)s.", name=name, asked=described(search.wanted.asked))
    subject = plain(f"[{desk.name}] {name}: {about}")
    return Letter(subject[:_SUBJECT], "\n".join([*lines, "-- ", said(saved), f"{desk.address}/alerts/{search.id}", ""]))


def payload(delivery: Delivery, settings: Settings) -> bytes:
    """Return the JSON body of a delivery's webhook; the same for each attempt."""
    search, address = delivery.search, settings.desk.address
    body = {
        "id": delivery.key,
        "type": "trial" if delivery.trial else "alert",
        "made_at": delivery.made_at.isoformat(),
        "desk": settings.desk.name,
        "search": {
            "id": search.id,
            "name": search.wanted.name,
            "asked": dict(search.wanted.asked),
            "url": f"{address}/alerts/{search.id}",
        },
        "total": delivery.total,
        "items": [_item(answer, address=address) for answer in delivery.answers],
    }
    return json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")


def described(asked: Mapping[str, str]) -> str:
    """Return what a search asks for, in one line."""
    words = asked.get("q", "")
    rest = [f"{said(_FILTERS.get(name, name))} {value}" for name, value in asked.items() if name not in ("q", "sort") and value]
    return plain(", ".join([*([words] if words else []), *rest])) or said(tell("everything that arrives"))


def matched(answer: Answer) -> list[str]:
    """Return the parts of title and excerpt that matched, each once."""
    spans = [(answer.title, span) for span in answer.title_spans] + [(answer.snippet, span) for span in answer.snippet_spans]
    return list(dict.fromkeys(plain(text[low:high]) for text, (low, high) in spans))


def plain(text: str) -> str:
    """Return a text on one line, without control characters: it stands in headers and between lines of our own."""
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())


def why(answer: Answer) -> str:
    """Return what was found about an answer, in words; nothing when nothing was."""
    return ", ".join(said(_FINDINGS[kind]) for kind in answer.findings if kind in _FINDINGS)


def _lines(answer: Answer, *, address: str, zone: ZoneInfo) -> Iterator[str]:
    yield plain(answer.title) or said(tell("(no title)"))
    at = _clock(answer.published_at, zone=zone)
    yield "  " + " · ".join(part for part in (plain(answer.source), at, why(answer)) if part)
    yield "  " + plain(_marked(answer.snippet, answer.snippet_spans))
    yield f"  {address}{answer.path}"
    yield ""


def _clock(at: datetime | None, *, zone: ZoneInfo) -> str:
    if at is None:
        return ""
    local = at.astimezone(zone)
    return f"{format_datetime(local, 'd MMM y, HH:mm', tzinfo=zone, locale=spoken().locale)} {local:%Z}"


def _marked(text: str, spans: Spans) -> str:
    """Return a text with asterisks around what matched."""
    for low, high in reversed(spans):
        text = f"{text[:low]}*{text[low:high]}*{text[high:]}"
    return text


def _item(answer: Answer, *, address: str) -> dict[str, object]:
    return {
        "id": answer.item,
        "kind": answer.kind,
        "title": answer.title,
        "source": answer.source,
        "language": answer.language,
        "published_at": answer.published_at.isoformat() if answer.published_at else None,
        "matched_at": answer.at.isoformat() if answer.at else None,
        "findings": list(answer.findings),
        "excerpt": answer.snippet,
        "matched": matched(answer),
        "url": f"{address}{answer.path}",
    }
