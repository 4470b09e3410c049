"""Pages that say nothing without JavaScript, for hosts that are named: Chromium runs their scripts and fetches nothing itself.

The browser has no network of its own: no name resolves for it and its proxy leads nowhere. The page it is given was fetched as
any other, and each script or piece of data it asks for goes through the same fetcher: robots.txt, addresses that are refused,
one request at a time a host with its delay, sizes, opt-outs. Pictures, styles, frames, sockets and forms are refused. (A
download handler such as scrapy-playwright's would let the browser fetch, past all of that.)
"""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from importlib.util import find_spec
from typing import TYPE_CHECKING

import structlog

from crawlers._addresses import host_of
from crawlers._engine import Ask, Download, Fetcher, Got, Hosts
from crawlers._http import Failed, Refused, user_agent
from crawlers._optouts import opted_out
from factdesk.errors import SettingsError
from factdesk.records import Outcome
from factdesk.settings import CollectorSettings

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page, Playwright, Route

_log = structlog.get_logger("factdesk.collector")
_PATIENCE = 2  # times the timeout of a request: until a page has settled, and again until it has told its content
_CLOSING_S = 5.0
_MOST_REQUESTS = 40
_FETCHED = frozenset({"script", "xhr", "fetch"})
_HTML = frozenset({"text/html", "application/xhtml+xml"})
_OF_THE_BYTES = frozenset({"content-encoding", "content-length", "content-type", "transfer-encoding", "etag"})
_FLAGS = (
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--proxy-server=http://127.0.0.1:9",
    "--proxy-bypass-list=<-loopback>",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-sync",
    "--no-first-run",
    "--js-flags=--max-old-space-size=256",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--force-webrtc-ip-handling-policy",
)


def check_rendering(settings: CollectorSettings) -> None:
    """Raise ``SettingsError`` when hosts are to be rendered and the extra is not installed."""
    if settings.render_hosts and find_spec("playwright") is None:
        raise SettingsError(
            "collector.render_hosts needs a browser, which is an extra.",
            remedy="Install factdesk[javascript] and Chromium, or empty the setting.",
        )


@asynccontextmanager
async def fetching(download: Download, *, settings: CollectorSettings, hosts: Hosts) -> AsyncIterator[Fetcher]:
    """Give the fetcher that the settings ask for: one with a browser, started when first needed, where hosts are rendered."""
    if not settings.render_hosts:
        yield Fetcher(download, settings=settings, hosts=hosts)
        return
    fetcher = RenderingFetcher(download, settings=settings, hosts=hosts)
    try:
        yield fetcher
    finally:
        await fetcher.close()


class RenderingFetcher(Fetcher):
    """A fetcher that has the pages of some hosts run their scripts before they are read; one page at a time."""

    def __init__(self, download: Download, *, settings: CollectorSettings, hosts: Hosts) -> None:
        super().__init__(download, settings=settings, hosts=hosts)
        self._named = settings.render_hosts
        self._agent = user_agent(settings)
        self._most_bytes = settings.max_bytes
        self._path = settings.browser
        self._seconds = _PATIENCE * settings.timeout_s
        self._turn = asyncio.Lock()
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None

    async def fetch(self, ask: Ask) -> Got | Refused | Failed:
        """Fetch, and render a page of a named host."""
        got = await super().fetch(ask)
        if not isinstance(got, Got) or got.fetched.status != 200 or got.fetched.media_type not in _HTML:
            return got
        if not named(host_of(got.fetched.url), self._named):
            return got
        async with self._turn:
            return await self._rendered(got)

    async def close(self) -> None:
        """End the browser; a second call does nothing."""
        browser, self._browser = self._browser, None
        engine, self._playwright = self._playwright, None
        for ending in (browser and browser.close, engine and engine.stop):
            if ending:
                with contextlib.suppress(Exception):  # a browser that hangs is ended with its driver
                    await asyncio.wait_for(ending(), _CLOSING_S)

    async def _rendered(self, got: Got) -> Got | Refused | Failed:
        try:
            body = (await asyncio.wait_for(self._run(got), 2 * self._seconds)).encode("utf-8", "replace")
        except Exception as error:  # noqa: BLE001 # whatever a page does to its browser is that page's failure
            _log.warning("not rendered", url=got.fetched.url, error=repr(error)[:200])
            await self.close()
            return Failed(f"The page could not be rendered: {type(error).__name__}.")
        if len(body) > self._most_bytes:
            return Refused(Outcome.TOO_LARGE, f"More than {self._most_bytes} bytes when rendered.", 200)
        headers = tuple(pair for pair in got.fetched.headers if pair[0] not in _OF_THE_BYTES)
        headers += (("content-type", "text/html; charset=utf-8"), ("x-factdesk-rendered", "chromium"))
        if (how := opted_out(headers, body)) is not None:
            return Refused(Outcome.REFUSED_OPT_OUT, f"Opted out by {how}.", 200)
        fetched = replace(got.fetched, headers=headers, body=body)
        return replace(got, fetched=fetched, raw=replace(got.raw, headers=headers, body=body))

    async def _run(self, got: Got) -> str:
        """Return the page's HTML after its scripts ran; what they have not done in time is left out."""
        from playwright.async_api import TimeoutError as LateError  # noqa: PLC0415 # an extra

        browser = await self._started()
        context = await browser.new_context(user_agent=self._agent, service_workers="block", accept_downloads=False)
        try:
            page = await context.new_page()
            await page.route_web_socket("**", lambda socket: socket.close())
            await context.route("**/*", _Requests(self, got, page))
            with contextlib.suppress(LateError):
                await page.goto(got.fetched.url, wait_until="domcontentloaded", timeout=self._seconds * 1000)
                await page.wait_for_load_state("networkidle", timeout=self._seconds * 1000)
            return await page.content()
        finally:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(context.close(), _CLOSING_S)

    async def _started(self) -> "Browser":
        from playwright.async_api import async_playwright  # noqa: PLC0415 # an extra

        if self._browser is None or not self._browser.is_connected():
            await self.close()
            self._playwright = await async_playwright().start()
            self._browser = await self._playwright.chromium.launch(
                executable_path=self._path or None,
                args=[*_FLAGS],
                chromium_sandbox=os.geteuid() != 0,  # Chromium refuses its sandbox to root
                handle_sigint=False,
                handle_sigterm=False,
                handle_sighup=False,
            )
        return self._browser

    async def part(self, url: str) -> Got | Refused | Failed:
        """Fetch what a page asks for, under every rule of a page."""
        return await super().fetch(Ask(url, accept="*/*"))


class _Requests:
    """Answers each request of a page: the page itself from what was fetched, scripts and data through the fetcher."""

    def __init__(self, fetcher: RenderingFetcher, got: Got, page: "Page") -> None:
        self._fetcher = fetcher
        self._got = got
        self._page = page
        self._count = 0

    async def __call__(self, route: "Route") -> None:
        with contextlib.suppress(Exception):  # the page may be gone by now
            await self._answer(route)

    async def _answer(self, route: "Route") -> None:
        request, fetched = route.request, self._got.fetched
        if request.is_navigation_request() and request.frame == self._page.main_frame and not self._count:
            self._count = 1
            await route.fulfill(status=200, headers=_shown(fetched.headers), body=fetched.body)
            return
        self._count += 1
        if request.method != "GET" or request.resource_type not in _FETCHED or self._count > _MOST_REQUESTS:
            await route.abort()
            return
        got = await self._fetcher.part(request.url)
        if isinstance(got, Got):
            await route.fulfill(status=got.fetched.status, headers=_shown(got.fetched.headers), body=got.fetched.body)
        else:
            await route.abort()


def named(host: str, patterns: Sequence[str]) -> bool:
    """Whether ``host`` is one of ``patterns``: a name, or ``*.name`` for its subdomains."""
    return any(host == each or (each.startswith("*.") and host.endswith(each[1:])) for each in map(str.lower, patterns))


def _shown(headers: Sequence[tuple[str, str]]) -> dict[str, str]:
    """The headers of a decoded answer; its cookies stay out."""
    return {name: value for name, value in headers if name not in {"content-encoding", "content-length", "set-cookie"}}
