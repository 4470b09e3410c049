"""Telegram: the public preview of a channel (``t.me/s/NAME``), page by page since the last poll.

Only channels have a preview: groups and people have none, and none is asked for. Signatures and the names that a forwarded post
came from are dropped; the channel's own name stays in the source and in the link for whoever verifies the post (never 2).
"""

import re
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urlsplit

from lxml import etree, html

from crawlers._reduce import hashtags, masked, short_count, text_of, urn, voice
from crawlers.base import Asked, Collector, Detection, Fetched, Listing, ListingRequest, Post, Unlisted
from crawlers.feed import iso_instant
from factdesk.errors import FetchError

_SITES = frozenset({"t.me", "telegram.me", "telegram.dog", "www.t.me"})
_ACCEPT = "text/html,application/xhtml+xml;q=0.9,*/*;q=0.5"
_CHANNEL = re.compile(r"/(?:s/)?([A-Za-z]\w{3,31})(?:/\d{1,12})?/?", re.ASCII)
_NO_CHANNELS = frozenset(
    {"joinchat", "addstickers", "addemoji", "addtheme", "share", "proxy", "socks", "login", "iv", "bg", "c"}
)
_NAMED = re.compile(r"([A-Za-z]\w{3,31})/([0-9]{1,12})", re.ASCII)
_HASHTAG = re.compile(r"(?<![\w&/])#(\w{2,100})")
_MOST_MESSAGES = 100  # a page holds about twenty
_MESSAGE = "tgme_widget_message"
_NOTE = "A channel speaks for whoever owns it: add those of offices, newsrooms and organisations, never one person's."


class Telegram(Collector):
    """``https://t.me/s/NAME``: a channel with a public preview."""

    kind = "telegram"
    social = True

    def requests(self, asked: Asked) -> tuple[ListingRequest, ...]:
        """Ask for the newest posts."""
        page = _page(asked.source.url)
        return (ListingRequest(page, accept=_ACCEPT),) if page else ()

    def parse(self, fetched: Fetched, asked: Asked) -> Listing | Unlisted:
        """Reduce one page; ``next`` leads to older posts as long as they are newer than the cursor."""
        root = _root(fetched)
        if root is None or not (_of_class(root, "tgme_channel_history") or root.xpath("//*[@data-post]")):
            return Unlisted("The channel has no public preview, or is none.")
        nodes = root.xpath("//*[@data-post]")[-_MOST_MESSAGES:]  # the newest come last
        messages = [(found, node) for node in nodes if (found := _NAMED.fullmatch(node.get("data-post")))]
        posts = [post for found, node in messages if (post := _post(found, node, fetched, key=asked.voice_key)) is not None]
        notices = sum("service_message" in (node.get("class") or "").split() for _, node in messages)
        numbers = sorted(int(found[2]) for found, _ in messages)
        return Listing(
            posts=tuple(posts),
            next=_following(asked, oldest=numbers[0]) if numbers else (),
            cursor=str(numbers[-1]) if numbers else None,
            left_out=len(messages) - len(posts) - notices,
        )

    def detect(self, fetched: Fetched) -> Detection | None:
        """Say whether the answer is a channel's preview."""
        if b"tgme_channel_history" not in fetched.body:
            return None
        root = _root(fetched)
        titles = _of_class(root, "tgme_channel_info_header_title") if root is not None else []
        name = " ".join(" ".join(titles[0].itertext()).split())[:200] if titles else fetched.url
        return Detection(self.kind, fetched.url.partition("?")[0], name, role=self.role, note=_NOTE)

    def recognise(self, url: str) -> Detection | None:
        """Recognise channels. Raises ``FetchError`` for invitations and everything else of the site."""
        parts = urlsplit(url)
        if (parts.hostname or "").lower() not in _SITES:
            return None
        channel = _CHANNEL.fullmatch(parts.path)
        if channel is None or channel[1].lower() in _NO_CHANNELS:
            raise FetchError(
                f"{url} is no public channel of Telegram.",
                remedy="Give https://t.me/s/NAME; no group or person is read.",
                retry=False,
            )
        return Detection(self.kind, f"https://t.me/s/{channel[1]}", f"Telegram {channel[1]}", role=self.role, note=_NOTE)


COLLECTOR = Telegram()


def _page(url: str) -> str:
    """The preview of the channel that an address names; an empty string when it names none."""
    parts = urlsplit(url)
    channel = _CHANNEL.fullmatch(parts.path)
    if channel is None or channel[1].lower() in _NO_CHANNELS:
        return ""
    return f"{parts.scheme}://{parts.netloc}/s/{channel[1]}"


def _root(fetched: Fetched) -> html.HtmlElement | None:
    text = fetched.body.decode("utf-8", "replace").replace("\x00", "")
    try:
        return html.document_fromstring(text) if text.strip() else None
    except (etree.ParserError, ValueError):
        return None


def _of_class(node: html.HtmlElement, name: str) -> list[html.HtmlElement]:
    return [found for found in node.xpath(".//*[@class]") if name in found.get("class").split()]


def _following(asked: Asked, *, oldest: int) -> tuple[ListingRequest, ...]:
    """The next older page; none once the last poll's posts or the first post are reached."""
    reached = int(asked.cursor) if asked.cursor and asked.cursor.isdecimal() else 1
    if oldest <= reached:
        return ()
    return (ListingRequest(f"{_page(asked.source.url)}?before={oldest}", accept=_ACCEPT),)


def _post(found: re.Match[str], node: html.HtmlElement, fetched: Fetched, *, key: bytes) -> Post | None:
    """Return a message without who signed or first wrote it; ``None`` for notices, errors and what has no date."""
    classes = set((node.get("class") or "").split())
    published = next((moment for moment in _dates(node) if moment is not None), None)
    if "service_message" in classes or "err_message" in classes or published is None:
        return None
    text = _text(node)
    published = min(published, fetched.fetched_at)
    name = found[1].lower()
    return Post(
        platform="telegram",
        instance="t.me",
        id=found[2],
        text=text,
        language=None,
        published=published,
        edited=published if _is_edited(node) else None,  # the page says that, not when
        replies=0,
        shares=0,
        likes=sum(short_count(_reaction(reaction)) for reaction in _of_class(node, "tgme_reaction")[:100]),
        url=f"https://t.me/{found[1]}/{found[2]}",
        hashtags=hashtags(_HASHTAG.findall(text)),
        voice=voice(f"{name}@t.me", key=key),
        address=urn("telegram", name, found[2]),
        views=max((short_count(one.text) for one in _of_class(node, f"{_MESSAGE}_views")), default=0),
    )


def _dates(node: html.HtmlElement) -> Iterator[datetime | None]:
    for link in _of_class(node, f"{_MESSAGE}_date"):
        for moment in link.iter("time"):
            yield iso_instant(moment.get("datetime"))


def _text(node: html.HtmlElement) -> str:
    """The message's own words: not the one it answers, not the preview of a link."""
    bodies = [body for body in _of_class(node, "js-message_text") if not _within(body, node, "js-message_text")]
    own = [body for body in bodies if not _within(body, node, f"{_MESSAGE}_reply")]
    return masked("\n".join(text_of(body) for body in own))


def _within(body: html.HtmlElement, node: html.HtmlElement, name: str) -> bool:
    for above in body.iterancestors():
        if above is node:
            return False
        if name in (above.get("class") or "").split():
            return True
    return False


def _is_edited(node: html.HtmlElement) -> bool:
    return any((meta.text or "").strip().startswith("edited") for meta in _of_class(node, f"{_MESSAGE}_meta"))


def _reaction(node: html.HtmlElement) -> str:
    """A reaction's count: what follows its sign."""
    counts = _of_class(node, "tgme_reaction_count")
    return "".join(counts[0].itertext()) if counts else (node[-1].tail if len(node) else node.text) or ""
