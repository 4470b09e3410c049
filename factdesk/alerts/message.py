"""What an alert says: title, source, time, why it matched and the desk's own link. No author, and never a post's link."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from factdesk.settings import Settings
from factdesk.store.alerts import Answer, Delivery, Spans

_FINDINGS = MappingProxyType(
    {
        "repeats": "repeats a debunked claim",
        "distorts": "distorts the evidence",
        "disputed": "disputed",
        "supported": "supported by evidence",
        "debunks": "debunks a claim",
    }
)
_SUBJECT = 120


@dataclass(frozen=True, slots=True)
class Letter:
    """An alert as a person reads it: plain text."""

    subject: str
    text: str


def letter(delivery: Delivery, settings: Settings) -> Letter:
    """Return the mail of a delivery."""
    search, desk = delivery.search, settings.desk
    name, zone = search.wanted.name, ZoneInfo(desk.timezone)
    if delivery.trial:
        told, lines = "this is a trial", ["A trial: alerts of this search reach you here."]
    else:
        told = delivery.answers[0].title if delivery.total == 1 else f"{delivery.total} new items"
        lines = [line for answer in delivery.answers for line in _lines(answer, address=desk.address, zone=zone)]
        if left := delivery.total - len(delivery.answers):
            lines += [f"And {left} more.", ""]
    ends = [f"You saved the search “{name}”: {described(search.wanted.asked)}.", f"{desk.address}/alerts/{search.id}"]
    subject = plain(f"[{desk.name}] {name}: {told}")
    return Letter(subject[:_SUBJECT], "\n".join([*lines, "-- ", *ends, ""]))


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
    rest = [f"{name} {value}" for name, value in asked.items() if name not in ("q", "sort") and value]
    return plain(", ".join([*([words] if words else []), *rest])) or "everything that arrives"


def matched(answer: Answer) -> list[str]:
    """Return the parts of title and excerpt that matched, each once."""
    spans = [(answer.title, span) for span in answer.title_spans] + [(answer.snippet, span) for span in answer.snippet_spans]
    return list(dict.fromkeys(plain(text[low:high]) for text, (low, high) in spans))


def plain(text: str) -> str:
    """Return a text on one line, without control characters: it stands in headers and between lines of our own."""
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())


def why(answer: Answer) -> str:
    """Return what was found about an answer, in words; nothing when nothing was."""
    return ", ".join(_FINDINGS[kind] for kind in answer.findings if kind in _FINDINGS)


def _lines(answer: Answer, *, address: str, zone: ZoneInfo) -> Iterator[str]:
    yield plain(answer.title) or "(no title)"
    at = _clock(answer.published_at, zone=zone)
    yield "  " + " · ".join(part for part in (plain(answer.source), at, why(answer)) if part)
    yield "  " + plain(_marked(answer.snippet, answer.snippet_spans))
    yield f"  {address}{answer.path}"
    yield ""


def _clock(at: datetime | None, *, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%-d %b %Y, %H:%M %Z") if at else ""


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
