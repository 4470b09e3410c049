"""Serves the invented world over real HTTP on loopback: one port, each outlet under its own host name.

The collector meets here what it meets outside: feeds of every kind, robots.txt that allows or forbids, pages with all their
furniture, an API that pages, broken XML, a wrong encoding, a server that fails, and articles that are corrected.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from types import TracebackType
from typing import Self

from factdesk.demo._feeds import atom, broken_rss, json_feed, news_sitemap, robots, rss
from factdesk.demo._mastodon import api, tagged
from factdesk.demo._pages import article, home, index, post
from factdesk.demo._render import FEED_PATHS, FEED_TYPES, SITEMAP_PATH, Edition, edition
from factdesk.demo.world import Item, Outlet, World
from factdesk.loopback import Answer, LoopbackServer, Request, RequestLog
from factdesk.records import SourceRole

EVENT = "sorrin-flood"


@dataclass(frozen=True, slots=True)
class DemoSource:
    """A source to poll, in the words of the table of sources; ``language`` is ``None`` where several are spoken."""

    name: str
    kind: str
    url: str
    role: SourceRole
    language: str | None
    event: str | None


def demo_sources(world: World, port: int, *, event: str | None = EVENT) -> tuple[DemoSource, ...]:
    """Return the addresses at which a collector finds the whole world on ``port``, also those that fail or forbid."""
    return tuple(
        DemoSource(
            name=name,
            kind=kind,
            url=f"http://{outlet.host}:{port}{path}",
            role=outlet.role,
            language=outlet.languages[0] if len(outlet.languages) == 1 else None,
            event=event,
        )
        for outlet in world.outlets
        for name, kind, path in _listings(outlet, world.items[outlet.key])
    )


def _listings(outlet: Outlet, items: tuple[Item, ...]) -> list[tuple[str, str, str]]:
    if outlet.serves == "mastodon":
        tags = [tag.casefold() for item in items for tag in item.tags]
        most = max(sorted(set(tags)), key=tags.count, default="")
        hashtag = [(f"{outlet.name} #{most}", "mastodon", f"/tags/{most}")] if most.isascii() and most else []
        return [(outlet.name, "mastodon", "/"), *hashtag]
    kinds = {"sitemap": ("sitemap", SITEMAP_PATH), "page": ("page", "/"), "factcheck": ("claimreview", "/feed.xml")}
    kind, path = kinds.get(outlet.serves) or ("feed", FEED_PATHS[outlet.serves])
    return [(outlet.name, kind, path)]


class DemoServer:
    """The world on 127.0.0.1, begun by ``start()`` or ``with``. ``now`` is the moment on which the story's last day falls.

    ``port`` 0 takes a free one (then ``.port``). ``latency_s`` holds each answer that long. ``log`` counts requests by host.
    Raises ``SettingsError`` when the port is taken.
    """

    def __init__(self, world: World, *, port: int = 0, now: datetime | None = None, latency_s: float = 0.005) -> None:
        self.world = world
        self.now = now or datetime.now(UTC)
        self._server = LoopbackServer(self._answer, port=port, latency_s=latency_s)
        self.port = self._server.port
        self._hosts = {outlet.host: self._edition(outlet, None) for outlet in world.outlets}

    @property
    def log(self) -> RequestLog:
        """Every request, by host."""
        return self._server.log

    @property
    def url(self) -> str:
        """Address of the index page, and of the proxy that reaches every outlet without name resolution."""
        return self._server.url

    def sources(self, *, event: str | None = EVENT) -> tuple[DemoSource, ...]:
        """Return the sources of this server."""
        return demo_sources(self.world, self.port, event=event)

    def advance(self) -> None:
        """Let the corrections appear: a second poll of a corrected article finds other words, dates and validators."""
        moment = max(datetime.now(UTC), self.now)
        self._hosts = {outlet.host: self._edition(outlet, moment) for outlet in self.world.outlets}

    def start(self) -> Self:
        """Begin to answer."""
        self._server.start()
        return self

    def stop(self) -> None:
        """Stop answering and free the port."""
        self._server.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def _edition(self, outlet: Outlet, corrected_at: datetime | None) -> Edition:
        return edition(self.world, outlet, port=self.port, now=self.now, corrected_at=corrected_at)

    def _answer(self, request: Request) -> Answer:
        if request.host in {"localhost", "127.0.0.1", "demo.localhost"}:
            return Answer(index(self.world, self.port).encode())
        found = self._hosts.get(request.host)
        if found is None:
            return self._unknown(request.host)
        return _mistaken(found.outlet, _outlet_answer(found, request))

    def _unknown(self, host: str) -> Answer:
        words = (
            f"<!DOCTYPE html><title>No such outlet</title><h1>No such outlet</h1><p>The demo world has no host "
            f'<b>{escape(host)}</b>. <a href="http://localhost:{self.port}/">Its outlets are listed here.</a></p>\n'
        )
        return Answer(words.encode(), status=404)


def _mistaken(outlet: Outlet, answer: Answer) -> Answer:
    """Send Windows-1252 bytes under a declaration of UTF-8, where the outlet is one that does."""
    if outlet.serves != "latin1":
        return answer
    body = answer.body.decode().encode("cp1252", errors="xmlcharrefreplace")
    return Answer(body, answer.media_type, answer.status, answer.modified, answer.headers)


def _outlet_answer(shown: Edition, request: Request) -> Answer:
    serves, path = shown.outlet.serves, request.path
    if path == "/robots.txt":
        return Answer(robots(shown).encode(), "text/plain; charset=utf-8")
    if serves == "error500":
        return Answer(b"<!DOCTYPE html><title>Error</title><h1>500 Internal Server Error</h1>\n", status=500)
    if serves == "mastodon":
        return _instance_answer(shown, request)
    if path == "/":
        return Answer(home(shown).encode(), modified=shown.updated)
    return _listing(shown, path) or _article_answer(shown, path)


def _listing(shown: Edition, path: str) -> Answer | None:
    if path == SITEMAP_PATH and shown.outlet.serves == "sitemap":
        return Answer(news_sitemap(shown).encode(), "application/xml; charset=utf-8", modified=shown.updated)
    if path != shown.feed_path:
        return None
    makers = {"atom": atom, "jsonfeed": json_feed, "brokenxml": broken_rss}
    body = makers.get(shown.outlet.serves, rss)(shown)
    return Answer(body.encode(), f"{FEED_TYPES[path]}; charset=utf-8", modified=shown.updated)


def _article_answer(shown: Edition, path: str) -> Answer:
    entry = shown.at(path)
    if entry is None:
        name = escape(shown.outlet.name)
        words = (
            f"<!DOCTYPE html><title>Not found</title><h1>{name} has no such page</h1><p><a href='{shown.base}/'>Home</a></p>\n"
        )
        return Answer(words.encode(), status=404)
    return Answer(article(shown, entry).encode(), modified=entry.updated)


def _instance_answer(shown: Edition, request: Request) -> Answer:
    answer = api(shown, request)
    if answer:
        return answer
    if request.path == "/":
        return Answer(home(shown).encode(), modified=shown.updated)
    if request.path.startswith("/tags/"):
        found = tagged(shown, request.path.removeprefix("/tags/"))
        return Answer(home(Edition(shown.outlet, shown.base, found, shown.updated)).encode())
    entry = shown.at(request.path)
    return Answer(post(shown, entry).encode()) if entry else _article_answer(shown, request.path)
