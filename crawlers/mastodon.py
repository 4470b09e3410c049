"""Mastodon and what speaks its API: the public timeline of an instance, or a hashtag's, page by page since the last poll.

Who posted is used for one thing, the voice, and dropped here, before anything is stored (never 2).
"""

import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import parse_qs, quote, urlsplit

from lxml import etree, html

from crawlers.base import Asked, Collector, Detection, Fetched, Listing, ListingRequest, Post, Unlisted
from crawlers.feed import iso_instant, short_language
from factdesk.records import SourceRole

_PAGE = 40  # the most the API gives at once
_MENTION = re.compile(r"(?<![\w/])@[\w.…-]+(?:@[\w.-]+)?|(?<=/)@[\w.-]+(?:@[\w.-]+)?", re.UNICODE)
_PROFILE = re.compile(r"(?:https?://)?[\w.-]+/(?:users|u|accounts?|profile)/[\w.@-]+", re.IGNORECASE)
_NEXT = re.compile(r"<([^<>]+)>\s*;\s*rel=\"?(next|prev)\"?")
_HIDDEN = frozenset({"invisible"})
_BLOCKS = frozenset({"p", "br", "li", "div", "blockquote"})


class Mastodon(Collector):
    """The public API of an instance: ``https://HOST`` or ``https://HOST/tags/NAME``."""

    kind = "mastodon"
    social = True

    def requests(self, asked: Asked) -> tuple[ListingRequest, ...]:
        """Ask for what is newer than the cursor, or at the first poll for the newest."""
        after = f"&min_id={quote(asked.cursor)}" if asked.cursor else ""
        limit = min(_PAGE, asked.limit)
        return (ListingRequest(f"{_timeline(asked.source.url)}?limit={limit}{after}", accept="application/json"),)

    def parse(self, fetched: Fetched, asked: Asked) -> Listing | Unlisted:
        """Reduce one page of posts; ``next`` leads to newer ones (after a cursor) or older ones (at the first poll)."""
        try:
            page = json.loads(fetched.body)
        except (ValueError, RecursionError):
            return Unlisted("The instance does not answer with JSON.")
        page = [page] if isinstance(page, dict) and "content" in page else page  # one post, asked for again
        if not isinstance(page, list) or not all(isinstance(status, dict) for status in page):
            return Unlisted("The instance does not answer with a list of posts.")
        scheme, instance = urlsplit(fetched.url.lower())[:2]
        told = [reduced(status, instance=instance, key=asked.voice_key) for status in page]
        root = f"{scheme}://{instance}/api/v1/statuses"
        posts = [replace(post, scheme=scheme, address=f"{root}/{post.id}") for post in told if post is not None]
        ids = [str(status.get("id", "")) for status in page if str(status.get("id", "")).isalnum()]
        newest = max([*ids, *([asked.cursor] if asked.cursor else [])], key=_order, default=None)
        following = _following(fetched, forward=asked.cursor is not None) if page else ()
        return Listing(posts=tuple(posts), next=following, cursor=newest, left_out=len(page) - len(posts))

    def again(self, address: str, asked: Asked) -> ListingRequest:
        """Ask for one post, whose address is the API's."""
        del asked
        return ListingRequest(address, accept="application/json")

    def detect(self, fetched: Fetched) -> Detection | None:
        """Say whether the answer describes an instance (``/api/v2/instance`` or ``/api/v1/instance``)."""
        try:
            told = json.loads(fetched.body)
        except (ValueError, RecursionError):
            return None
        if not isinstance(told, dict) or "title" not in told or not ({"domain", "uri"} & told.keys()):
            return None
        parts = urlsplit(fetched.url)
        languages = told.get("languages")
        language = short_language(languages[0]) if isinstance(languages, list) and len(languages) == 1 else None
        return Detection(
            self.kind, f"{parts.scheme}://{parts.netloc}", str(told["title"])[:200], language, role=SourceRole.SOCIAL
        )


COLLECTOR = Mastodon()


def _timeline(url: str) -> str:
    parts = urlsplit(url)
    root = f"{parts.scheme}://{parts.netloc}/api/v1/timelines"
    segments = [segment for segment in parts.path.split("/") if segment]
    if len(segments) >= 2 and segments[-2] in {"tags", "tag"}:
        return f"{root}/tag/{segments[-1]}"
    return f"{root}/public"


def _following(fetched: Fetched, *, forward: bool) -> tuple[ListingRequest, ...]:
    """The page that the Link header names, on the same host; none when it names none."""
    wanted, argument = ("prev", "min_id") if forward else ("next", "max_id")
    for url, rel in _NEXT.findall(fetched.header("link")):
        parts = urlsplit(url)
        if rel == wanted and parts.netloc == urlsplit(fetched.url).netloc and argument in parse_qs(parts.query):
            return (ListingRequest(url, accept="application/json"),)
    return ()


def _order(identifier: str) -> tuple[int, str]:
    return len(identifier), identifier


def reduced(status: Mapping[str, object], *, instance: str, key: bytes) -> Post | None:
    """Return the post without its account; ``None`` when it is not public, a boost, malformed, or asks not to be indexed."""
    account = status.get("account")
    account = account if isinstance(account, Mapping) else {}
    published = iso_instant(status.get("created_at"))
    identifier = str(status.get("id") or "")
    if status.get("visibility", "public") != "public" or status.get("reblog") or account.get("noindex") is True:
        return None
    if published is None or not identifier.isalnum():
        return None
    tags = status.get("tags")
    names = [str(tag.get("name", ""))[:100] for tag in tags if isinstance(tag, Mapping)] if isinstance(tags, list) else []
    warning = _words(str(status.get("spoiler_text") or ""))
    text = _words(str(status.get("content") or ""))
    return Post(
        platform="mastodon",
        instance=instance,
        id=identifier,
        text=f"{warning}\n{text}".strip() if warning else text,
        language=short_language(status.get("language")),
        published=published,
        edited=iso_instant(status.get("edited_at")),
        replies=_count(status.get("replies_count")),
        shares=_count(status.get("reblogs_count")),
        likes=_count(status.get("favourites_count")),
        url=str(status.get("url") or status.get("uri") or "")[:2000],
        hashtags=tuple(name for name in names if name),
        voice=_voice(account, instance=instance, key=key),
    )


def _voice(account: Mapping[str, object], *, instance: str, key: bytes) -> str | None:
    """HMAC-SHA-256 (first 128 bits) of the account under the week's key."""
    name = str(account.get("acct") or account.get("id") or "").lower()
    if not name or not key:
        return None
    full = name if "@" in name else f"{name}@{instance}"
    return hmac.new(key, full.encode(), "sha256").hexdigest()[:32]


def _count(value: object) -> int:
    return max(0, min(value, 2**31 - 1)) if isinstance(value, int) else 0


def _words(markup: str) -> str:
    """The text of a post's HTML, one line a paragraph, each mention as ``@…``."""
    if not markup.strip():
        return ""
    try:
        root = html.fragment_fromstring(markup, create_parent="div")
    except (etree.ParserError, ValueError):
        return ""
    parts: list[str] = []
    _gather(root, parts)
    lines = [" ".join(line.split()) for line in "".join(parts).split("\n")]
    text = "\n".join(line for line in lines if line)
    return _MENTION.sub("@…", _PROFILE.sub("@…", text))[:20_000]


def _gather(node: html.HtmlElement, parts: list[str]) -> None:
    if not isinstance(node.tag, str):
        parts.append(node.tail or "")
        return
    classes = set((node.get("class") or "").split())
    if "mention" in classes and "hashtag" not in classes:
        parts.append("@…")
    elif not classes & _HIDDEN:
        parts.append(node.text or "")
        for child in node:
            _gather(child, parts)
    if node.tag in _BLOCKS:
        parts.append("\n")
    parts.append(node.tail or "")
