"""The engine: one long-lived Scrapy crawler that downloads, with our own resolver, and the polite fetcher around it.

Scrapy's downloader is asked directly (``download_async``): the ledger is the queue and the lanes are the manners, so its
scheduler, cookies, retries, redirects and robots middleware stay out of the way.
"""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeVar
from urllib.parse import urljoin, urlsplit

from pydantic import SecretStr
from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.exceptions import CannotResolveHostError, DownloadCancelledError
from scrapy.http import Response

from crawlers._addresses import host_of
from crawlers._codings import ACCEPTED, TooLargeError, decoded
from crawlers._engine_exchange import ITEM, LISTING, Ask, Download, DownloadError, Got, Hosts, Raw
from crawlers._engine_handler import HeadTooLargeError, PrivatePeerError, caused_by, told
from crawlers._engine_lanes import Lane
from crawlers._engine_resolver import leads_to_private
from crawlers._engine_rules import MOST_ON_THE_WIRE, OriginRules, opened_text
from crawlers._http import Failed, Guard, Refused, authority, origin, retry_after, user_agent
from crawlers._optouts import opted_out
from crawlers._robots import Rules
from crawlers.base import Fetched
from factdesk.records import Outcome
from factdesk.settings import CollectorSettings

__all__ = ["ITEM", "LISTING", "Ask", "Download", "DownloadError", "Fetcher", "Got", "Hosts", "Raw", "run_engine"]

_T = TypeVar("_T")
_MOST_HOPS = 5
_MOST_JSON = 4_000_000  # bytes: three of them may become an object of seventy
_JSON = re.compile(rb"\s*[\[{]")
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
_GONE = frozenset({404, 410, 451})
_PRIVATE_STATUS = frozenset({401, 402, 403})


class Fetcher:
    """Fetches politely: guard, robots.txt, lanes, redirects, opt-outs, sizes. Every end is a value."""

    def __init__(self, download: Download, *, settings: CollectorSettings, hosts: Hosts) -> None:
        self._download = download
        self._settings = settings
        self._hosts = hosts
        self._guard = Guard.of(settings)
        self._lanes: dict[str, Lane] = {}
        self._rules = OriginRules(self._rules_file, hosts)
        self._opening = asyncio.Lock()
        self._slots = asyncio.Semaphore(settings.concurrency)

    async def fetch(self, ask: Ask) -> Got | Refused | Failed:
        """Return the answer (200 or 304), or why there is none."""
        url, moved, lasting = ask.url, None, True
        for _ in range(_MOST_HOPS + 1):
            step = await self._hop(_further(ask, url))
            if isinstance(step, Refused | Failed):
                return step
            if (target := _target(step)) is not None:
                lasting = lasting and step.status in _PERMANENT
                url, moved = target, target if lasting else moved
                continue
            result = self._judged(step)
            return replace(result, moved_permanently_to=moved) if isinstance(result, Got) else result
        return Refused(Outcome.GONE, f"More than {_MOST_HOPS} redirects.")

    async def rules(self, url: str) -> Rules:
        """Return the robots rules of the origin of ``url``, fetched at most once a day. Raises ``ValueError``: no address."""
        rules = await self._rules.of(url)
        (await self._lane(url)).slow_down(origin(url), max(self._settings.delay_s, rules.delay_s))
        return rules

    async def _hop(self, ask: Ask) -> Raw | Refused | Failed:
        if (refusal := self._guard.refusal(ask.url)) is not None:
            return refusal
        if ask.obey:
            rules = await self.rules(ask.url)
            if not rules.reachable:
                lane = await self._lane(ask.url)
                until = await self._rules.unheard_until(ask.url)
                after = max(until, lane.state.wait_until or until)
                return Failed("Its robots.txt does not answer; nothing is fetched until it does.", after=after, waits=True)
            if not rules.allows(ask.url):
                return Refused(Outcome.REFUSED_ROBOTS, "robots.txt forbids it.")
            if (how := rules.opted_out(ask.url)) is not None:
                return Refused(Outcome.REFUSED_OPT_OUT, f"Opted out by {how}.")
        return await self._asked(ask)

    async def _asked(self, ask: Ask) -> Raw | Refused | Failed:
        """Ask in the host's lane, unless the host wants to be left alone for now."""
        lane = await self._lane(ask.url)
        async with lane.turn(ask.priority):
            until = lane.state.wait_until
            if until is not None and until > datetime.now(UTC):
                return Failed("The host asked to wait.", after=until, waits=True)
            async with self._slots:
                try:
                    raw = await self._download(ask)
                except DownloadError as error:
                    return error.result
                finally:
                    self._remember(lane, last_request_at=datetime.now(UTC))
        if raw.status in {429, 503}:
            after = retry_after(_header(raw, "retry-after"), now=raw.at)
            if after is not None:
                self._remember(lane, wait_until=after)
        return raw

    async def _rules_file(self, address: str) -> tuple[int, str]:
        """Fetch robots.txt or the like with its redirects; status 0 when it was not had."""
        answer: Raw | Refused | Failed = Failed("not asked")
        for _ in range(_MOST_HOPS + 1):
            answer = await self._hop(Ask(address, accept="text/plain,*/*;q=0.5", priority=LISTING, obey=False))
            following = _target(answer) if isinstance(answer, Raw) else None
            if following is None:
                break
            address = following
        return _rules_text(answer)

    def _judged(self, raw: Raw) -> Got | Refused | Failed:
        if raw.status == 304:
            return Got(Fetched(raw.url, 304, _lowered(raw.headers), b"", raw.at), raw)
        if raw.status in _GONE:
            return Refused(Outcome.GONE, f"HTTP status {raw.status}.", raw.status)
        if raw.status in _PRIVATE_STATUS:
            return Refused(Outcome.GONE, f"HTTP status {raw.status}: not public.", raw.status)
        if raw.status != 200:
            after = retry_after(_header(raw, "retry-after"), now=raw.at)
            return Failed(f"HTTP status {raw.status}.", raw.status, after)
        return self._opened(raw)

    def _opened(self, raw: Raw) -> Got | Refused | Failed:
        """Unpack a 200 within the size limit and look for an opt-out."""
        limit = self._settings.max_bytes
        try:
            body = decoded(raw.body, _header(raw, "content-encoding"), limit=limit)
        except TooLargeError:
            return Refused(Outcome.TOO_LARGE, f"More than {limit} bytes when unpacked.", 200)
        except ValueError as error:
            return Failed(f"The content coding is damaged: {error}.", 200)
        if len(body) > limit:
            return Refused(Outcome.TOO_LARGE, f"More than {limit} bytes.", 200)
        if len(body) > _MOST_JSON and _JSON.match(body):
            return Refused(Outcome.TOO_LARGE, f"More than {_MOST_JSON} bytes of JSON.", 200)
        headers = _lowered(raw.headers)
        if (how := opted_out(headers, body)) is not None:
            return Refused(Outcome.REFUSED_OPT_OUT, f"Opted out by {how}.", 200)
        return Got(Fetched(raw.url, 200, headers, body, raw.at), raw)

    async def _lane(self, url: str) -> Lane:
        host = authority(url)
        async with self._opening:
            if host not in self._lanes:
                self._lanes[host] = Lane.resumed(await self._hosts.load(host), delay_s=self._settings.delay_s)
            return self._lanes[host]

    def _remember(self, lane: Lane, **changes: object) -> None:
        lane.state = replace(lane.state, **changes)  # type: ignore[arg-type] # names and types are the dataclass's own
        self._hosts.save(lane.state)


def _further(ask: Ask, url: str) -> Ask:
    """The same request to where a redirect led."""
    if url == ask.url:
        return ask
    try:
        same = origin(url) == origin(ask.url)
    except ValueError:
        same = False
    return replace(ask, url=url, credential=ask.credential if same else None)


def _target(raw: Raw) -> str | None:
    """Where a redirect leads; ``None`` when the answer is none. What cannot be joined is left for the guard to refuse."""
    written = _header(raw, "location") if raw.status in _REDIRECTS else ""
    told = written.encode("latin-1", "replace").decode("utf-8", "replace").strip()
    try:
        return urljoin(raw.url, told) if told else None
    except ValueError:
        return told


def _rules_text(answer: Raw | Refused | Failed) -> tuple[int, str]:
    """What came of a robots.txt, as RFC 9309 takes it: more than five hops count as absent, which allows."""
    if not isinstance(answer, Raw):
        return (404 if isinstance(answer, Refused) and answer.outcome is Outcome.REFUSED_ADDRESS else 0), ""
    if answer.status in _REDIRECTS:
        return 404, ""
    text = opened_text(answer.body, _header(answer, "content-encoding")) if answer.status < 300 else ""
    return (0, "") if text is None else (answer.status, text)


def _header(raw: Raw, name: str) -> str:
    return next((value for key, value in raw.headers if key.lower() == name), "")


def _lowered(headers: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((name.lower(), value) for name, value in headers)


# -- Scrapy ---------------------------------------------------------------------------------------------------------------


class _Desk(Spider):
    """A spider that stays open while ``main`` runs and closes with it."""

    name = "factdesk"
    main: Callable[[Spider], Awaitable[None]]
    requests: Sequence[Request] = ()  # none: what is to be asked comes from the ledger

    async def start(self) -> AsyncIterator[Request]:
        await self.main(self)
        for request in self.requests:
            yield request


def run_engine(
    main: Callable[[Download], Awaitable[_T]], *, settings: CollectorSettings, secrets: Mapping[str, SecretStr] | None = None
) -> _T:
    """Run ``main`` inside one Scrapy crawler and return what it returns; once a process (a reactor cannot start again)."""
    results: list[_T] = []
    errors: list[BaseException] = []

    async def within(spider: Spider) -> None:
        try:
            results.append(await main(_downloader(spider, settings, secrets=secrets or {})))
        except BaseException as error:  # noqa: BLE001 # raised again below, outside the reactor
            errors.append(error)

    for name in ("scrapy", "twisted", "asyncio"):
        logging.getLogger(name).setLevel(logging.ERROR)
    process = AsyncCrawlerProcess(_scrapy_settings(settings))
    process.crawl(_Desk, main=within)
    process.start(install_signal_handlers=False)
    if errors:
        raise errors[0]
    return results[0]


def _scrapy_settings(settings: CollectorSettings) -> dict[str, object]:
    """Everything of Scrapy that is not its downloader is switched off."""
    return {
        "BOT_NAME": "factdesk",
        "TWISTED_DNS_RESOLVER": "crawlers._engine_resolver.GuardedResolver",
        "DOWNLOAD_HANDLERS_BASE": dict.fromkeys(("http", "https"), "crawlers._engine_handler.GuardedHandler"),
        "FACTDESK_PROXIED": bool(settings.proxy),
        "FACTDESK_ALLOWED_HOSTS": list(settings.allow_private_hosts) + _proxy_host(settings),
        "DOWNLOADER_MIDDLEWARES_BASE": {},
        "SPIDER_MIDDLEWARES_BASE": {},
        "EXTENSIONS_BASE": {},
        "TELNETCONSOLE_ENABLED": False,
        "COOKIES_ENABLED": False,
        "LOG_ENABLED": False,
        "LOG_INSTALL_ROOT_HANDLER": False,
        "DOWNLOAD_DELAY": 0,
        "DOWNLOAD_DELAY_JITTER": 0,
        "CONCURRENT_REQUESTS": 0,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "DOWNLOAD_MAXSIZE": settings.max_bytes,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_TIMEOUT": settings.timeout_s,
        "REFERRER_POLICY": "no-referrer",
    }


def _proxy_host(settings: CollectorSettings) -> list[str]:
    host = urlsplit(settings.proxy).hostname if settings.proxy else None
    return [host] if host else []


def _downloader(spider: Spider, settings: CollectorSettings, *, secrets: Mapping[str, SecretStr]) -> Download:
    engine = spider.crawler.engine
    common = {"User-Agent": user_agent(settings), "Accept-Encoding": ACCEPTED}

    async def download(ask: Ask) -> Raw:
        headers = common | {"Accept": ask.accept}
        if ask.etag:
            headers["If-None-Match"] = ask.etag
        if ask.last_modified:
            headers["If-Modified-Since"] = ask.last_modified
        meta: dict[str, object] = {"download_timeout": settings.timeout_s}
        if not ask.obey:
            meta["download_maxsize"] = MOST_ON_THE_WIRE
        if settings.proxy:
            meta["proxy"] = settings.proxy
        request = Request(ask.url, headers=headers | _secret_headers(ask, secrets), meta=meta, dont_filter=True)
        try:
            response = await engine.download_async(request)
        except Exception as error:
            raise DownloadError(_meaning(error, request.url, settings)) from error
        return _raw(response, sent=headers)

    return download


def _secret_headers(ask: Ask, secrets: Mapping[str, SecretStr]) -> dict[str, str]:
    """The header that carries a credential; it is told to the server and to nobody else. Raises ``DownloadError``."""
    if (wanted := ask.credential) is None:
        return {}
    if (secret := secrets.get(wanted.secret)) is None:
        variable = f"FACTDESK_SECRETS__{wanted.secret.upper()}"
        raise DownloadError(Failed(f"The secret {wanted.secret} is not set: put it into {variable} or the secrets file."))
    parts = urlsplit(ask.url)
    if parts.scheme != "https" and not (parts.hostname or "").endswith(".localhost"):
        raise DownloadError(Failed(f"The secret {wanted.secret} is sent over https alone."))
    return {wanted.header: f"{wanted.prefix}{secret.get_secret_value()}"}


def _raw(response: Response, *, sent: dict[str, str]) -> Raw:
    headers = tuple(
        (name.decode("latin-1"), value.decode("latin-1")) for name, values in response.headers.items() for value in values
    )
    host = ("Host", urlsplit(response.url).netloc)
    return Raw(response.url, response.status, headers, response.body, (host, *sent.items()), datetime.now(UTC))


def _meaning(error: Exception, url: str, settings: CollectorSettings) -> Refused | Failed:
    """Say what an exception of the downloader means for the item."""
    if isinstance(error, DownloadCancelledError):
        return Refused(Outcome.TOO_LARGE, f"More than {settings.max_bytes} bytes.")
    if caused_by(error, HeadTooLargeError):
        return Refused(Outcome.TOO_LARGE, "The headers of the answer have no end.")
    host = host_of(url)
    if caused_by(error, PrivatePeerError) or (isinstance(error, CannotResolveHostError) and leads_to_private(host)):
        return Refused(Outcome.REFUSED_ADDRESS, f"{host} leads to a private address.")
    return Failed(told(error))
