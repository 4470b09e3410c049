"""Bluesky through its public AppView: a search for words or a hashtag, or a custom feed; never one person's posts.

A post's own address (``at://DID/…``) names the account, so the ledger knows a post by a digest of its record instead, and the
address is kept in the post for whoever verifies it alone (never 2).
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, quote, unquote, urlencode, urlsplit

from crawlers._reduce import MENTION, count, entries, fields, hashtags, masked, parsed, string, urn, voice
from crawlers.base import Asked, Collector, Detection, Fetched, Listing, ListingRequest, Post, Unlisted
from crawlers.feed import iso_instant, short_language
from factdesk.errors import FetchError

_SITES = frozenset({"bsky.app", "www.bsky.app", "main.bsky.dev"})
_APP_VIEW = "https://api.bsky.app"
_PAGE = 100  # the most the API gives at once
_OVERLAP = timedelta(minutes=15)  # the search index lags; what is known already is not taken twice
_PERSONAL = re.compile(r"(?<![\w:])(?:from|to|mentions|author|did):\S", re.IGNORECASE)
_URI = re.compile(r"at://(did:[a-z]+:[\w.:%-]{1,200})/app\.bsky\.feed\.post/([\w.~:-]{1,200})")
_FEED_PATH = re.compile(r"/profile/([\w.:%-]+)/feed/([\w.~:-]+)/?")
_HASHTAG_PATH = re.compile(r"/hashtag/([^/]+)/?")
_OPTED_OUT = frozenset({"!no-unauthenticated", "!hide", "!takedown"})


class Bluesky(Collector):
    """``/search?q=WORDS``, ``/hashtag/TAG`` and ``/profile/MAKER/feed/NAME`` of bsky.app or another AppView."""

    kind = "bluesky"
    social = True

    def requests(self, asked: Asked) -> tuple[ListingRequest, ...]:
        """Ask for the newest posts that a search finds, or for the first page of a feed."""
        parts = urlsplit(asked.source.url)
        if (feed := _FEED_PATH.fullmatch(parts.path)) is not None:
            maker = unquote(feed[1])
            url = _feed(asked.source.url, maker, feed[2]) if maker.startswith("did:") else _resolve(asked.source.url, maker)
            return (_request(url),)
        query = _query(asked.source.url)
        return (_request(_search(asked, query)),) if query else ()

    def parse(self, fetched: Fetched, asked: Asked) -> Listing | Unlisted:
        """Reduce one page, newest first; ``next`` leads to older posts as long as they are newer than the cursor."""
        told = fields(parsed(fetched.body))
        if "did" in told and "posts" not in told and "feed" not in told:
            return _resolved(string(told["did"]), asked)
        listed = told.get("posts") if "posts" in told else told.get("feed")
        if not isinstance(listed, list):
            return Unlisted("The AppView does not answer with posts.")
        views = [fields(entry.get("post")) if "feed" in told else entry for entry in entries(listed) if not _repeats(entry)]
        posts = [post for view in views if (post := reduced(view, key=asked.voice_key, now=fetched.fetched_at)) is not None]
        seen = sorted(moment for view in views if (moment := _sorted_at(view, fetched.fetched_at)) is not None)
        return Listing(
            posts=tuple(posts),
            next=_following(fetched, asked, oldest=seen[0], cursor=string(told.get("cursor"))) if seen else (),
            cursor=_stamp(seen[-1]) if seen else None,
            left_out=len(listed) - len(posts),
        )

    def recognise(self, url: str) -> Detection | None:
        """Recognise addresses of bsky.app. Raises ``FetchError`` for persons, lists of them, or a search for one."""
        parts = urlsplit(url)
        if (parts.hostname or "").lower() not in _SITES:
            return None
        if (feed := _FEED_PATH.fullmatch(parts.path)) is not None:
            return Detection(self.kind, f"https://bsky.app{parts.path}", f"Bluesky feed {feed[2]}", role=self.role)
        if query := _query(url):
            address = f"https://bsky.app/search?{urlencode({'q': query})}"
            return Detection(self.kind, address, f"Bluesky: {query[:150]}", role=self.role, note=_NOTE)
        raise FetchError(
            f"{url} is not a search or a feed of Bluesky.",
            remedy="Give https://bsky.app/search?q=WORDS, /hashtag/TAG or /profile/MAKER/feed/NAME; no person is followed.",
            retry=False,
        )


COLLECTOR = Bluesky()
_NOTE = "Bluesky's search is meant for people's own questions: poll it seldom (--interval 3600), and prefer a custom feed."


def _query(url: str) -> str:
    """The words or the hashtag that are searched for; an empty string for anything else, also for a search for a person."""
    parts = urlsplit(url)
    if (tag := _HASHTAG_PATH.fullmatch(parts.path)) is not None:
        return f"#{unquote(tag[1]).lstrip('#')}"
    if parts.path.rstrip("/") != "/search":
        return ""
    query = " ".join(parse_qs(parts.query).get("q", [""])[0].split())[:300]
    return "" if _PERSONAL.search(query) or "@" in query else query


def _root(url: str) -> str:
    """The AppView that answers for an address: Bluesky's own for bsky.app, else the host of the address itself."""
    parts = urlsplit(url)
    return _APP_VIEW if (parts.hostname or "").lower() in _SITES else f"{parts.scheme}://{parts.netloc}"


def _request(url: str) -> ListingRequest:
    return ListingRequest(url, accept="application/json")


def _search(asked: Asked, query: str, *, until: datetime | None = None) -> str:
    """A search without login may not use the API's own cursor, so that older pages are asked for by time."""
    told = {"q": query, "sort": "latest", "limit": str(min(_PAGE, asked.limit))}
    told |= {"lang": asked.source.language} if asked.source.language else {}
    since = iso_instant(asked.cursor)
    told |= {"since": _stamp(since - _OVERLAP)} if since else {}
    told |= {"until": _stamp(until)} if until else {}
    return f"{_root(asked.source.url)}/xrpc/app.bsky.feed.searchPosts?{urlencode(told)}"


def _feed(url: str, maker: str, name: str) -> str:
    uri = quote(f"at://{maker}/app.bsky.feed.generator/{name}", safe="")
    return f"{_root(url)}/xrpc/app.bsky.feed.getFeed?feed={uri}&limit={_PAGE}"


def _resolve(url: str, handle: str) -> str:
    return f"{_root(url)}/xrpc/com.atproto.identity.resolveHandle?handle={quote(handle, safe='')}"


def _resolved(did: str, asked: Asked) -> Listing | Unlisted:
    """Go on to the feed, now that its maker's identifier is known."""
    feed = _FEED_PATH.fullmatch(urlsplit(asked.source.url).path)
    if feed is None or not did.startswith("did:"):
        return Unlisted("The maker of the feed is not known.")
    return Listing(next=(_request(_feed(asked.source.url, did, feed[2])),))


def _following(fetched: Fetched, asked: Asked, *, oldest: datetime, cursor: str) -> tuple[ListingRequest, ...]:
    """The next older page; none once the last poll's posts are reached."""
    if asked.cursor is not None and _stamp(oldest) <= asked.cursor:
        return ()
    parts = urlsplit(fetched.url)
    if parts.path.endswith("searchPosts"):
        query = _query(asked.source.url)
        return (_request(_search(asked, query, until=oldest)),) if query and cursor else ()
    if not cursor:
        return ()
    told = {name: values[0] for name, values in parse_qs(parts.query).items()} | {"cursor": cursor[:1000]}
    return (_request(f"{parts.scheme}://{parts.netloc}{parts.path}?{urlencode(told)}"),)


def _repeats(entry: Mapping[str, object]) -> bool:
    """Whether a feed shows a post because somebody repeated it."""
    return string(fields(entry.get("reason")).get("$type")).endswith("#reasonRepost")


def _sorted_at(view: Mapping[str, object], now: datetime) -> datetime | None:
    """When a post counts as published: as its author says, but never later than the network saw it."""
    told = (iso_instant(fields(view.get("record")).get("createdAt")), iso_instant(view.get("indexedAt")))
    known = [moment for moment in told if moment is not None]
    return min(*known, now) if known else None


def _stamp(moment: datetime) -> str:
    """An instant as the API writes it; all have the same length, so that the later one is the greater one."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def reduced(view: Mapping[str, object], *, key: bytes, now: datetime) -> Post | None:
    """Return the post without its account; ``None`` when it is malformed or its account asks not to be shown to everyone."""
    record, author = fields(view.get("record")), fields(view.get("author"))
    named = _URI.fullmatch(string(view.get("uri")))
    published = _sorted_at(view, now)
    if named is None or published is None or not isinstance(record.get("text"), str):
        return None
    if _OPTED_OUT & {*_labels(view.get("labels")), *_labels(author.get("labels")), *_own_labels(record)}:
        return None
    languages = record.get("langs")
    return Post(
        platform="bluesky",
        instance="bsky.app",
        id=named[2],
        text=masked(_unnamed(record)),
        language=short_language(languages[0]) if isinstance(languages, list) and len(languages) == 1 else None,
        published=published,
        edited=None,
        replies=count(view.get("replyCount")),
        shares=count(view.get("repostCount"), view.get("quoteCount")),
        likes=count(view.get("likeCount")),
        url=f"https://bsky.app/profile/{named[1]}/post/{named[2]}",
        hashtags=hashtags(_tags(record)),
        voice=voice(named[1], key=key),
        address=urn("bluesky", named[2], string(view.get("cid"))),
    )


def _labels(labels: object) -> Iterator[str]:
    return (string(label.get("val")) for label in entries(labels) if label.get("neg") is not True)


def _own_labels(record: Mapping[str, object]) -> Iterator[str]:
    return _labels(fields(record.get("labels")).get("values"))


def _features(record: Mapping[str, object]) -> Iterator[tuple[Mapping[str, object], Mapping[str, object]]]:
    """The marked parts of a text: where each lies (in bytes of UTF-8) and what it is."""
    for facet in entries(record.get("facets")):
        for feature in entries(facet.get("features")):
            yield fields(facet.get("index")), feature


def _unnamed(record: Mapping[str, object]) -> str:
    """The text without the mentions that its author marked, whatever they are spelled like."""
    text = string(record.get("text")).encode("utf-8", "replace")
    spans = []
    for index, feature in _features(record):
        start, end = index.get("byteStart"), index.get("byteEnd")
        if string(feature.get("$type")).endswith("#mention") and isinstance(start, int) and isinstance(end, int):
            spans.append((start, end))
    for start, end in sorted(spans, reverse=True):
        if 0 <= start < end <= len(text):
            text = text[:start] + MENTION.encode() + text[end:]
    return text.decode("utf-8", "replace")


def _tags(record: Mapping[str, object]) -> Iterator[str]:
    tags = record.get("tags")
    told = [string(tag) for tag in tags] if isinstance(tags, list) else []
    told += [string(feature.get("tag")) for _, feature in _features(record)]
    return iter(told)
