"""Mastodon and what speaks its API: the public timeline of an instance, or a hashtag's, page by page since the last poll.

Who posted is used for one thing, the voice, and dropped here, before anything is stored (never 2).
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import parse_qs, quote, urlsplit

from crawlers._reduce import count, entries, fields, hashtags, parsed, string, voice, words
from crawlers.base import Asked, Collector, Detection, Fetched, Listing, ListingRequest, Post, Unlisted
from crawlers.feed import iso_instant, short_language

_PAGE = 40  # the most the API gives at once
_ID = re.compile(r"[0-9A-Za-z]{1,64}")
_NEXT = re.compile(r"<([^<>]+)>\s*;\s*rel=\"?(next|prev)\"?")


class Mastodon(Collector):
    """The public API of an instance: ``https://HOST`` or ``https://HOST/tags/NAME``."""

    kind = "mastodon"
    social = True

    def requests(self, asked: Asked) -> tuple[ListingRequest, ...]:
        """Ask for the newest posts and, after a cursor, first for what came since.

        The newest page is asked for each time: posts from other instances arrive late, below the cursor, and counts go on.
        """
        page = f"{_timeline(asked.source.url)}?limit={min(_PAGE, asked.limit)}"
        newest = ListingRequest(page, accept="application/json")
        if asked.cursor is None:
            return (newest,)
        return (ListingRequest(f"{page}&min_id={quote(asked.cursor)}", accept="application/json"), newest)

    def parse(self, fetched: Fetched, asked: Asked) -> Listing | Unlisted:
        """Reduce one page of posts; ``next`` leads to newer ones (after a cursor) or older ones (at the first poll)."""
        page = parsed(fetched.body)
        page = [page] if isinstance(page, dict) and "content" in page else page  # one post, asked for again
        if not isinstance(page, list) or not all(isinstance(status, dict) for status in page):
            return Unlisted("The instance does not answer with a list of posts.")
        scheme, instance = urlsplit(fetched.url.lower())[:2]
        told = [reduced(status, instance=instance, key=asked.voice_key) for status in page]
        root = f"{scheme}://{instance}/api/v1/statuses"
        posts = [
            replace(post, scheme=scheme, address=f"{root}/{post.id}", published=min(post.published, fetched.fetched_at))
            for post in told
            if post is not None
        ]
        forward = "min_id" in parse_qs(urlsplit(fetched.url).query)
        if asked.cursor is not None and not forward:  # the newest page beside it: what lies between is not read yet
            return Listing(posts=tuple(posts))
        ids = [identifier for status in page if (identifier := _identifier(status))]
        newest = max([*ids, *([asked.cursor] if asked.cursor else [])], key=_order, default=None)
        following = _following(fetched, forward=forward) if page else ()
        return Listing(posts=tuple(posts), next=following, cursor=newest, left_out=len(page) - len(posts))

    def again(self, address: str, asked: Asked) -> ListingRequest:
        """Ask for one post, whose address is the API's."""
        del asked
        return ListingRequest(address, accept="application/json")

    def detect(self, fetched: Fetched) -> Detection | None:
        """Say whether the answer describes an instance (``/api/v2/instance`` or ``/api/v1/instance``)."""
        told = fields(parsed(fetched.body))
        if "title" not in told or not ({"domain", "uri"} & told.keys()):
            return None
        parts = urlsplit(fetched.url)
        languages = told.get("languages")
        language = short_language(languages[0]) if isinstance(languages, list) and len(languages) == 1 else None
        return Detection(self.kind, f"{parts.scheme}://{parts.netloc}", string(told["title"])[:200], language, self.role)


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


def _identifier(status: Mapping[str, object]) -> str:
    """The post's number, which may be written as one; an empty string for what is none."""
    identifier = status.get("id")
    written = str(identifier) if isinstance(identifier, str | int) and not isinstance(identifier, bool) else ""
    return written if _ID.fullmatch(written) else ""


def reduced(status: Mapping[str, object], *, instance: str, key: bytes) -> Post | None:
    """Return the post without its account; ``None`` when it is not public, a boost, malformed, or asks not to be indexed."""
    account = fields(status.get("account"))
    published = iso_instant(status.get("created_at"))
    identifier = _identifier(status)
    if status.get("visibility", "public") != "public" or status.get("reblog") or account.get("noindex") is True:
        return None
    if published is None or not identifier:
        return None
    warning, text = words(status.get("spoiler_text")), words(status.get("content"))
    link = string(status.get("url")) or string(status.get("uri"))
    return Post(
        platform="mastodon",
        instance=instance,
        id=identifier,
        text=f"{warning}\n{text}".strip() if warning else text,
        language=short_language(status.get("language")),
        published=published,
        edited=iso_instant(status.get("edited_at")),
        replies=count(status.get("replies_count")),
        shares=count(status.get("reblogs_count")),
        likes=count(status.get("favourites_count")),
        url=link[:2000] if link.startswith(("http://", "https://")) else "",
        hashtags=hashtags(string(tag.get("name")) for tag in entries(status.get("tags"))),
        voice=voice(_account(account, instance), key=key),
    )


def _account(account: Mapping[str, object], instance: str) -> str:
    """The account's full name, the same on whichever instance the post was met."""
    identifier = account.get("id")
    name = string(account.get("acct")) or (str(identifier) if isinstance(identifier, str | int) else "")
    return name if "@" in name or not name else f"{name}@{instance}"
