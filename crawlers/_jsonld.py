"""JSON-LD as the web writes it: broken, nested, listed, in graphs. Reads it once a page, tolerantly, with bounds.

``Json`` values are what ``json.loads`` returns; nothing here raises on any of them.
"""

import html
import json
import re
import unicodedata
from collections.abc import Iterator

from crawlers._shown import visible

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
Node = dict[str, "Json"]

MAX_NODES = 20_000
_MAX_DEPTH = 40
_WRAPPING = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/)|(?:-->|//\s*\]\]>|\]\]>|/\*\s*\]\]>\s*\*/)\s*;?\s*$"
)
_TRAILING_COMMA = re.compile(r",(?=\s*[}\]])")
_MISSING_COMMA = re.compile(r"([}\]])(?=\s*[{\"])")


def loads(text: str) -> Json:
    """Return the value of JSON ``text``, mended when it is broken in the usual ways, else ``None``.

    Mended: control characters in strings, HTML comments and CDATA around it, trailing and missing commas, HTML entities
    instead of quotes, text after the end.
    """
    text = _WRAPPING.sub("", text.strip().lstrip("\ufeff")).strip()
    if not text:
        return None
    decoder = json.JSONDecoder(strict=False)
    for attempt in (text, _TRAILING_COMMA.sub("", text), _mended(text)):
        try:
            value: Json = decoder.raw_decode(attempt)[0]
        except (ValueError, RecursionError):
            continue
        return value
    return None


def _mended(text: str) -> str:
    if text[:8].replace(" ", "").startswith(("{&quot;", "[{&quot;")):
        text = html.unescape(text)
    return _TRAILING_COMMA.sub("", _MISSING_COMMA.sub(r"\1,", text))


def nodes(value: Json) -> Iterator[Node]:
    """Yield every object inside ``value``, outermost first, at most ``MAX_NODES`` of them and 40 levels deep."""
    waiting: list[tuple[Json, int]] = [(value, 0)]
    count = 0
    while waiting and count < MAX_NODES:
        item, depth = waiting.pop()
        if depth > _MAX_DEPTH:
            continue
        count += 1
        if isinstance(item, dict):
            yield item
            waiting.extend((child, depth + 1) for child in reversed(item.values()) if isinstance(child, dict | list))
        elif isinstance(item, list):
            waiting.extend((child, depth + 1) for child in reversed(item) if isinstance(child, dict | list))


def types(node: Node) -> frozenset[str]:
    """Return the short names in ``@type`` (``https://schema.org/Person`` and ``schema:Person`` are ``Person``)."""
    value = node.get("@type", node.get("type"))
    names = value if isinstance(value, list) else [value]
    return frozenset(re.split(r"[/:#]", name)[-1] for name in names if isinstance(name, str))


def text_of(value: Json) -> str:
    """Return ``value`` as one line of plain text: a string without markup, the first of a list, an object's value or name."""
    for _ in range(4):
        if isinstance(value, list):
            value = value[0] if value else None
        elif isinstance(value, dict):
            value = value.get("@value") or value.get("name") or value.get("text") or value.get("@id")
        else:
            break
    if isinstance(value, bool) or value is None or isinstance(value, list | dict):
        return ""
    return plain(str(value))


_MARKUP = re.compile(r"<[a-zA-Z/!][^<>]{0,2000}>")


def plain(text: str) -> str:
    """Return ``text`` without entities (also doubled ones), tags and repeated white space, composed (NFC)."""
    if "&" in text:
        text = html.unescape(html.unescape(text))
    if "<" in text:
        text = _MARKUP.sub(" ", text)
    return unicodedata.normalize("NFC", " ".join(visible(text.replace("\x00", " ")).split()))
