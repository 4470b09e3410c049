"""Lists of feeds from other programs (OPML): what is good is taken, what is bad is told, and no entity is ever expanded."""

from dataclasses import dataclass
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from factdesk.errors import UnreadableError

_MOST_BYTES = 20_000_000


@dataclass(frozen=True, slots=True)
class Outline:
    """One feed of a list."""

    url: str
    name: str
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Outlines:
    """The feeds of a list, each address once, and a line for each entry that cannot be taken."""

    feeds: tuple[Outline, ...]
    bad: tuple[str, ...]


def read_opml(body: bytes) -> Outlines:
    """Read an OPML file. Raises ``UnreadableError`` when it is none; a bad entry is reported beside the good ones."""
    if len(body) > _MOST_BYTES:
        raise UnreadableError(f"The OPML file has more than {_MOST_BYTES} bytes.", remedy="Split it.")
    try:
        root = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise UnreadableError(f"The OPML file cannot be read: {error}.", remedy="Export it again as OPML 2.0.") from error
    if root.tag.lower() != "opml":
        raise UnreadableError(f"The file is <{root.tag}>, not OPML.", remedy="Export it again as OPML 2.0.")
    feeds: dict[str, Outline] = {}
    bad: list[str] = []
    for place, node in enumerate((node for node in root.iter() if node.tag.lower() == "outline"), start=1):
        told = _outline(node, place)
        if isinstance(told, Outline):
            feeds.setdefault(told.url, told)
        elif told:
            bad.append(told)
    return Outlines(tuple(feeds.values()), tuple(bad))


def _outline(node: Element, place: int) -> Outline | str | None:
    """Return a feed, a line about what is wrong, or ``None`` for a folder."""
    told = {name.lower(): " ".join(value.split()) for name, value in node.attrib.items()}
    name = told.get("title") or told.get("text") or ""
    url = told.get("xmlurl", "")
    if not url:
        return (
            f"Entry {place} ({name or 'no name'}) has no xmlUrl." if told.get("type", "").lower() in {"rss", "atom"} else None
        )
    try:
        parts = urlsplit(url)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and " " not in url
    except ValueError:
        good = False
    if not good:
        return f"Entry {place} ({name or 'no name'}): {url[:200]} is no http(s) address."
    language = told.get("language", "").lower().split("-")[0]
    return Outline(url, (name or parts.hostname or url)[:200], language if len(language) == 2 else None)
