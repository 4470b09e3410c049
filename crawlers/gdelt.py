"""GDELT's DOC API: addresses of press articles in many languages that a search finds, as they are seen around the world.

It lists, and the articles are fetched from their outlets under the usual manners. Its answers have ways of their own: titles
with escapes that JSON does not know, ``{}`` for nothing found, and errors as sentences with status 200.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlencode, urlsplit

from crawlers._reduce import entries, string
from crawlers._shown import title, web_address
from crawlers.base import Asked, Collector, Detection, Fetched, ItemLink, Listing, ListingRequest, Unlisted, instant
from factdesk.errors import FetchError

_HOST, _PATH = "api.gdeltproject.org", "/api/v2/doc/doc"
_MOST = 250  # what the API gives at once
_KEPT = ("query", "timespan", "startdatetime")
_MOMENT = re.compile(r"(\d{8})T?(\d{6})Z?")
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|.)", re.DOTALL)
_TAGS = re.compile(r"<[^>]{0,500}>")
_SPACED = re.compile(r" ([,.;:!?%)\]”’])|([(\[“‘]) ")
_SOURCE_LANGUAGE = re.compile(r"\bsourcelang:(\w+)", re.IGNORECASE)
_LANGUAGES = {
    "afrikaans": "af", "albanian": "sq", "amharic": "am", "arabic": "ar", "armenian": "hy", "azerbaijani": "az", "basque": "eu",
    "bengali": "bn", "bosnian": "bs", "bulgarian": "bg", "burmese": "my", "catalan": "ca", "chinese": "zh", "croatian": "hr",
    "czech": "cs", "danish": "da", "dutch": "nl", "english": "en", "estonian": "et", "finnish": "fi", "french": "fr",
    "galician": "gl", "georgian": "ka", "german": "de", "greek": "el", "gujarati": "gu", "hebrew": "he", "hindi": "hi",
    "hungarian": "hu", "icelandic": "is", "indonesian": "id", "italian": "it", "japanese": "ja", "kannada": "kn",
    "kazakh": "kk", "khmer": "km", "korean": "ko", "latvian": "lv", "lithuanian": "lt", "macedonian": "mk", "malay": "ms",
    "malayalam": "ml", "marathi": "mr", "mongolian": "mn", "nepali": "ne", "norwegian": "no", "persian": "fa", "polish": "pl",
    "portuguese": "pt", "punjabi": "pa", "romanian": "ro", "russian": "ru", "serbian": "sr", "sinhalese": "si", "slovak": "sk",
    "slovenian": "sl", "somali": "so", "spanish": "es", "swahili": "sw", "swedish": "sv", "tamil": "ta", "telugu": "te",
    "thai": "th", "turkish": "tr", "ukrainian": "uk", "urdu": "ur", "vietnamese": "vi",
}  # fmt: skip


class Gdelt(Collector):
    """``/api/v2/doc/doc?query=…``, with ``timespan`` when wanted; what form the answer has is ours to say."""

    kind = "gdelt"

    def requests(self, asked: Asked) -> tuple[ListingRequest, ...]:
        """Ask for the newest articles; after the first poll for those seen since the newest of the last."""
        parts = urlsplit(asked.source.url)
        told = dict(parse_qsl(parts.query))
        if parts.path != _PATH or not told.get("query", "").strip():
            return ()
        wanted = {name: told[name] for name in _KEPT if told.get(name)}
        if asked.cursor and _MOMENT.fullmatch(asked.cursor):
            wanted = {"query": told["query"], "startdatetime": asked.cursor}
        wanted |= {"mode": "artlist", "format": "json", "sort": "datedesc", "maxrecords": str(min(_MOST, asked.limit))}
        return (
            ListingRequest(f"{parts.scheme}://{parts.netloc}{_PATH}?{urlencode(wanted)}", accept="application/json, */*;q=0.5"),
        )

    def parse(self, fetched: Fetched, asked: Asked) -> Listing | Unlisted:
        """Read the articles' addresses; the cursor is when the newest was seen."""
        del asked
        text = fetched.body.decode("utf-8-sig", "replace").strip()
        told = _read(text)
        if told is None:
            return Unlisted(_sentence(text))
        links = {
            link.url: link for article in entries(told.get("articles")) if (link := _link(article, fetched.url)) is not None
        }
        newest = max((link.published for link in links.values() if link.published), default=None)
        return Listing(tuple(links.values()), cursor=newest.strftime("%Y%m%d%H%M%S") if newest else None)

    def recognise(self, url: str) -> Detection | None:
        """Recognise a request of the API, whatever form of answer it asks for."""
        parts = urlsplit(url)
        if (parts.hostname or "").lower() != _HOST or parts.path.rstrip("/") != _PATH:
            return None
        told = dict(parse_qsl(parts.query))
        query = " ".join(told.get("query", "").split())
        if not query:
            raise FetchError(f"{url} searches nothing.", remedy="Give query=.", retry=False)
        kept = {"query": query} | ({"timespan": told["timespan"]} if told.get("timespan") else {})
        languages = {word.lower() for word in _SOURCE_LANGUAGE.findall(query)}
        language = _LANGUAGES.get(next(iter(languages))) if len(languages) == 1 else None
        return Detection(self.kind, f"https://{_HOST}{_PATH}?{urlencode(kept)}", f"GDELT: {query}"[:200], language)


COLLECTOR = Gdelt()


def _read(text: str) -> dict[str, object] | None:
    """Return the answer's object; ``None`` when it is a sentence or a page. Escapes that JSON lacks are taken as written."""
    if text[:1] != "{":
        return None
    for attempt in (text, _ESCAPE.sub(_repaired, text)):
        try:
            told = json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
        return told if isinstance(told, dict) else None
    return None


def _repaired(escape: re.Match[str]) -> str:
    known = len(escape[1]) == 5 or escape[1] in '"\\/bfnrt'
    return escape[0] if known else f"\\\\{escape[1]}"


def _sentence(text: str) -> str:
    """What the API says in words, shown to whoever runs the desk."""
    words = " ".join(_TAGS.sub(" ", text[:2000]).split())
    return f"GDELT says: {words[:200]}" if words and text[:1] != "{" else "GDELT's answer cannot be read."


def _link(article: Mapping[str, object], base: str) -> ItemLink | None:
    url = web_address(base, article.get("url")) if string(article.get("url")) else None
    if url is None:
        return None
    return ItemLink(
        url,
        title=title(_SPACED.sub(r"\1\2", string(article.get("title")))),
        published=_moment(string(article.get("seendate"))),
        language=_LANGUAGES.get(string(article.get("language")).lower()),
    )


def _moment(written: str) -> datetime | None:
    found = _MOMENT.fullmatch(written)
    try:
        return instant(datetime.strptime("".join(found.groups()), "%Y%m%d%H%M%S").replace(tzinfo=UTC)) if found else None
    except ValueError:
        return None
