"""YouTube: what a channel or a playlist publishes, its title and description, from the Atom feed or the Data API.

The site's ``robots.txt`` may forbid its feed to programs; then the Data API with a key (secret ``youtube_key``) is the way.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qs, urlencode, urlsplit

from lxml import etree

from crawlers._feed_bounds import whole_characters
from crawlers._reduce import LONGEST, count, entries, fields, hashtags, masked, parsed, string, voice
from crawlers.base import Asked, Collector, Credential, Detection, Fetched, Listing, ListingRequest, Post, Unlisted
from crawlers.feed import iso_instant
from factdesk.errors import FetchError

_SITES = frozenset({"youtube.com", "www.youtube.com", "m.youtube.com"})
_FEED_PATH = "/feeds/videos.xml"
_API_PATH = "/youtube/v3/playlistItems"
_API_HOSTS = frozenset({"www.googleapis.com", "youtube.googleapis.com"})
_KEY = Credential("X-Goog-Api-Key", "youtube_key")
_ID = re.compile(r"[\w-]{6,20}", re.ASCII)
_CHANNEL = re.compile(r"UC[\w-]{22}", re.ASCII)
_LIST = re.compile(r"[A-Z]{2}[\w-]{8,60}", re.ASCII)
_ON_PAGE = re.compile(
    rb'(?:feeds/videos\.xml\?channel_id=|itemprop="(?:identifier|channelId)" content="|"externalId":\s*")(UC[\w-]{22})'
)
_TITLE = re.compile(rb'<meta property="og:title" content="([^"<>]{1,200})"')
_ATOM, _YT, _MEDIA = (
    "{http://www.w3.org/2005/Atom}",
    "{http://www.youtube.com/xml/schemas/2015}",
    "{http://search.yahoo.com/mrss/}",
)
_HASHTAG = re.compile(r"(?<![\w&/])#(\w{2,100})")
_TAKEN_BACK = frozenset({"Private video", "Deleted video"})
_NOTE = (
    "A channel speaks for whoever owns it: add those of offices, newsrooms and organisations, never one person's. "
    "Where robots.txt forbids the feed, use the Data API (docs/connectors/youtube.md)."
)


class YouTube(Collector):
    """``/feeds/videos.xml?channel_id=ID`` (or ``playlist_id``), or the Data API's ``playlistItems?playlistId=ID``."""

    kind = "youtube"
    social = True

    def requests(self, asked: Asked) -> tuple[ListingRequest, ...]:
        """Ask for the feed with its validators, or for the first page of the API with the key."""
        parts = urlsplit(asked.source.url)
        told = parse_qs(parts.query)
        if parts.path == _FEED_PATH and {"channel_id", "playlist_id", "user"} & told.keys():
            return (ListingRequest(asked.source.url, conditional=True),)
        if parts.path == _API_PATH and (playlist := told.get("playlistId", [""])[0]):
            return (_api(asked.source.url, playlist, limit=asked.limit),)
        return ()

    def parse(self, fetched: Fetched, asked: Asked) -> Listing | Unlisted:
        """Reduce the videos of one answer; ``next`` leads to older ones at the first poll only."""
        if fetched.body.lstrip()[:1] == b"{":
            return _api_page(fetched, asked)
        root = _root(fetched.body)
        if root is None:
            return Unlisted("Not a feed of videos.")
        told = root.findall(f"{_ATOM}entry")
        posts = [post for entry in told if (post := _post(_of_entry(entry), fetched, key=asked.voice_key)) is not None]
        return Listing(posts=tuple(posts), left_out=len(told) - len(posts))

    def detect(self, fetched: Fetched) -> Detection | None:
        """Say whether the answer is a channel's feed, or a channel's page that names it."""
        root = _root(fetched.body)
        if root is not None:
            return Detection(
                self.kind, fetched.url, _plain(root.findtext(f"{_ATOM}title")) or fetched.url, role=self.role, note=_NOTE
            )
        host = (urlsplit(fetched.url).hostname or "").lower()
        found = _ON_PAGE.search(fetched.body)
        if host not in _SITES or found is None:
            return None
        named = _TITLE.search(fetched.body)
        return _channel(found[1].decode(), named[1].decode("utf-8", "replace") if named else "")

    def recognise(self, url: str) -> Detection | None:
        """Recognise addresses that name a channel by its number, or a playlist. A channel's name is looked up on its page."""
        parts = urlsplit(url)
        if (parts.hostname or "").lower() not in _SITES:
            return None
        segments = [segment for segment in parts.path.split("/") if segment]
        told = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if segments[:1] == ["channel"] and len(segments) > 1 and _CHANNEL.fullmatch(segments[1]):
            return _channel(segments[1])
        if parts.path == _FEED_PATH and _CHANNEL.fullmatch(told.get("channel_id", "")):
            return _channel(told["channel_id"])
        if segments[:1] == ["playlist"] and _LIST.fullmatch(told.get("list", "")):
            address = f"https://www.youtube.com{_FEED_PATH}?playlist_id={told['list']}"
            return Detection(self.kind, address, f"YouTube playlist {told['list']}", role=self.role, note=_NOTE)
        if segments[:1] in (["watch"], ["shorts"], ["results"], ["embed"], ["live"]):
            raise FetchError(f"{url} is no channel.", remedy="Give the address of the channel.", retry=False)
        return None


COLLECTOR = YouTube()


def _channel(identifier: str, name: str = "") -> Detection:
    address = f"https://www.youtube.com{_FEED_PATH}?channel_id={identifier}"
    return Detection(COLLECTOR.kind, address, _plain(name) or f"YouTube {identifier}", role=COLLECTOR.role, note=_NOTE)


def _plain(name: object) -> str:
    return " ".join(string(name).split())[:200]


def _root(body: bytes) -> etree._Element | None:
    """The feed, read without entities or network; ``None`` when it is no feed of YouTube's."""
    if b"youtube.com/xml/schemas" not in body[:4096]:
        return None
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, huge_tree=False, load_dtd=False)
    try:
        root = etree.fromstring(whole_characters(body), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    return root if root is not None and root.tag == f"{_ATOM}feed" else None


def _api(url: str, playlist: str, *, limit: int, page: str = "") -> ListingRequest:
    parts = urlsplit(url)
    told = {"part": "snippet,status", "maxResults": str(min(50, limit)), "playlistId": playlist}
    told |= {"pageToken": page} if page else {}
    address = f"{parts.scheme}://{parts.netloc}{_API_PATH}?{urlencode(told)}"
    host = (parts.hostname or "").lower()
    ours = host in _API_HOSTS or host.endswith(".localhost")  # a key is for Google alone, or this machine's own in a test
    return ListingRequest(address, accept="application/json", credential=_KEY if ours else None)


@dataclass(frozen=True, slots=True)
class _Video:
    """What either form says of a video."""

    id: str
    channel: str
    title: str
    description: str
    published: datetime | None
    views: int = 0
    likes: int = 0
    public: bool = True


def _of_entry(entry: etree._Element) -> _Video:
    group = f"{_MEDIA}group/"
    community = f"{group}{_MEDIA}community/"
    return _Video(
        id=string(entry.findtext(f"{_YT}videoId")),
        channel=string(entry.findtext(f"{_YT}channelId")),
        title=string(entry.findtext(f"{_ATOM}title")),
        description=string(entry.findtext(f"{group}{_MEDIA}description")),
        published=iso_instant(entry.findtext(f"{_ATOM}published")),
        views=_number(entry, f"{community}{_MEDIA}statistics", "views"),
        likes=_number(entry, f"{community}{_MEDIA}starRating", "count"),
    )


def _number(entry: etree._Element, path: str, name: str) -> int:
    found = entry.find(path)
    written = (found.get(name) or "") if found is not None else ""
    return count(int(written)) if re.fullmatch(r"[0-9]{1,18}", written) else 0


def _api_page(fetched: Fetched, asked: Asked) -> Listing | Unlisted:
    """A page of a playlist as the Data API gives it."""
    told = fields(parsed(fetched.body))
    items = told.get("items")
    if not isinstance(items, list):
        return Unlisted("The API does not answer with a playlist.")
    posts = [post for item in entries(items) if (post := _post(_of_item(item), fetched, key=asked.voice_key)) is not None]
    playlist = parse_qs(urlsplit(asked.source.url).query).get("playlistId", [""])[0]
    page = string(told.get("nextPageToken"))
    older = page and playlist and asked.cursor is None
    return Listing(
        posts=tuple(posts),
        next=(_api(asked.source.url, playlist, limit=asked.limit, page=page[:300]),) if older else (),
        cursor="1",  # later polls take the first page only: it holds the newest fifty
        left_out=len(items) - len(posts),
    )


def _of_item(item: Mapping[str, object]) -> _Video:
    told = fields(item.get("snippet"))
    return _Video(
        id=string(fields(told.get("resourceId")).get("videoId")),
        channel=string(told.get("videoOwnerChannelId")) or string(told.get("channelId")),
        title=string(told.get("title")),
        description=string(told.get("description")),
        published=iso_instant(told.get("publishedAt")),
        public=fields(item.get("status")).get("privacyStatus", "public") == "public",
    )


def _post(video: _Video, fetched: Fetched, *, key: bytes) -> Post | None:
    """Return a video as a post without its channel; ``None`` when it is malformed, taken back or not public."""
    if not _ID.fullmatch(video.id) or video.published is None or not video.title.strip():
        return None
    if not video.public or video.title in _TAKEN_BACK:
        return None
    address = f"https://www.youtube.com/watch?v={video.id}"
    return Post(
        platform="youtube",
        instance="youtube.com",
        id=video.id,
        text=masked(f"{video.title}\n{video.description}"),
        language=None,
        published=min(video.published, fetched.fetched_at),
        edited=None,  # the feed's date of change moves with the counts
        replies=0,
        shares=0,
        likes=video.likes,
        url=address,
        hashtags=hashtags(_HASHTAG.findall(video.description[:LONGEST])),
        voice=voice(f"{video.channel}@youtube.com" if video.channel else None, key=key),
        address=address,
        views=video.views,
    )
