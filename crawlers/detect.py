"""Finds what can be polled behind an address: a feed, a sitemap, an instance's API, a fact-checker's listing, or the page.

It asks under the collector's own rules. Scrapy's reactor starts once a process, so the asking is done in one of its own.
"""

import asyncio
import multiprocessing
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import replace
from multiprocessing.connection import Connection
from typing import Protocol
from urllib.parse import unquote, urljoin, urlsplit

from lxml import html

from crawlers._http import Failed, Refused
from crawlers._robots import Rules
from crawlers.base import Asked, Detection, Fetched, Listing, collectors
from crawlers.claimreview_feed import COLLECTOR as FACTCHECKS
from crawlers.claimreview_feed import carries_claim_review
from crawlers.feed import COLLECTOR as FEED
from crawlers.mastodon import COLLECTOR as MASTODON
from crawlers.page import COLLECTOR as PAGE
from crawlers.page import page_title, read_html
from crawlers.sitemap import COLLECTOR as SITEMAP
from factdesk.errors import FactdeskError, FetchError
from factdesk.records import Source, SourceRole
from factdesk.settings import CollectorSettings, Settings
from factdesk.store.hosts import HostState

_SECONDS = 180
_FEED_TYPES = frozenset({"application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml"})
_FEED_PATHS = ("/feed", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml", "/feed.json")
_SITEMAP_PATHS = ("/news-sitemap.xml", "/sitemap.xml", "/sitemap_index.xml")
_MOST_SAMPLES = 2


class Asker(Protocol):
    """Fetches addresses politely."""

    async def get(self, url: str) -> Fetched | Refused | Failed:
        """Return what is there, or why there is nothing."""
        ...

    async def rules(self, url: str) -> Rules:
        """Return the robots rules of the host."""
        ...


def find_source(url: str, settings: Settings) -> Detection:
    """Return how ``url`` can be polled. Raises ``FetchError`` when it cannot be had, or nothing there can be polled."""
    address = normal_address(url)
    if (known := recognised(address)) is not None:
        return known
    context = multiprocessing.get_context("spawn")
    mine, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_child, args=(address, settings.collector, theirs), daemon=True)
    child.start()
    theirs.close()
    try:
        if not mine.poll(_SECONDS):
            raise FetchError(f"{address} takes longer than {_SECONDS} s.", remedy="Try again later.")
        found, what, remedy = mine.recv()
    except EOFError:
        raise FetchError(f"{address} could not be examined.", remedy="Run factdesk doctor.") from None
    finally:
        child.kill()
        child.join()
        mine.close()
    if not isinstance(found, Detection):
        raise FetchError(what, remedy=remedy)
    return found


def normal_address(url: str) -> str:
    """Return ``url`` with its scheme (https when it has none). Raises ``FetchError`` for what is no http address."""
    text = url.strip()
    text = text if "://" in text else f"https://{text}"
    try:
        parts = urlsplit(text)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and not any(map(str.isspace, text))
        _ = parts.port
    except ValueError:
        good = False
    if not good:
        raise FetchError(f"{url!r} is no http(s) address.", remedy="Give it as https://HOST/PATH.", retry=False)
    return text


def recognised(url: str) -> Detection | None:
    """Return the source that an address alone tells, without a request. Raises ``FetchError`` for what is not followed."""
    return next((found for kind in collectors().values() if (found := kind.recognise(url)) is not None), None)


async def detect(url: str, asker: Asker) -> Detection:
    """Return how ``url`` can be polled, asking as little as needed. Raises ``FetchError``."""
    there = await asker.get(url)
    if not isinstance(there, Fetched):
        if (found := await _instance(url, asker)) is not None:
            return found
        raise FetchError(f"{url} cannot be fetched: {there.reason}", remedy="Check the address.")
    _refuse_person(url, there)
    if (direct := _posts(there) or FEED.detect(there) or SITEMAP.detect(there)) is not None:
        return await _as_factchecks(direct, there, asker)
    root = read_html(there)
    if root is None:
        raise FetchError(f"{url} is {there.media_type or 'of no known type'}.", remedy="Give a page, a feed or a sitemap.")
    if _looks_fediverse(there) and (found := await _instance(url, asker)) is not None:
        return found
    async for fetched in _promising(there, root, asker):
        if (found := FEED.detect(fetched) or SITEMAP.detect(fetched)) is not None:
            return await _as_factchecks(_named(found, root), fetched, asker, page=there)
    if (found := PAGE.detect(there)) is not None:
        return await _as_factchecks(found, there, asker, page=there)
    if (found := await _instance(url, asker)) is not None:
        return found
    raise FetchError(
        f"{url} has no feed, sitemap or API, and links no articles.", remedy="Give the address of its news page or feed."
    )


def _posts(there: Fetched) -> Detection | None:
    """The kind of posts that an answer is a listing of; it may look like a plain feed or page too, so it is asked first."""
    kinds = (kind for kind in collectors().values() if kind.social)
    return next((found for kind in kinds if (found := kind.detect(there)) is not None), None)


async def _promising(there: Fetched, root: html.HtmlElement, asker: Asker) -> AsyncIterator[Fetched]:
    """Fetch what may be a listing: what the page names, usual feed paths, what robots.txt names, usual sitemap paths."""
    seen: set[str] = set()
    named = list(alternates(root, there.url))
    site = urljoin(there.url, "/")
    sitemaps = (await asker.rules(there.url)).sitemaps
    usual = [urljoin(site, path) for path in _FEED_PATHS]
    maps = [*sitemaps[:3], *(urljoin(site, path) for path in _SITEMAP_PATHS)]
    for target in [*named, *(maps[:3] if sitemaps and not named else ()), *usual, *maps]:
        if target in seen:
            continue
        seen.add(target)
        answer = await asker.get(target)
        if isinstance(answer, Fetched):
            yield answer


def alternates(root: html.HtmlElement, base: str) -> Iterator[str]:
    """Yield the feeds a page names, those of comments last."""
    found: list[tuple[bool, str]] = []
    for link in root.iter("link"):
        rel = (link.get("rel") or "").lower().split()
        kind = (link.get("type") or "").split(";")[0].strip().lower()
        if "alternate" in rel and kind in _FEED_TYPES and link.get("href"):
            title = f"{link.get('title') or ''} {link.get('href')}".lower()
            found.append(("comment" in title, urljoin(base, link.get("href").strip())))
    yield from (url for _, url in sorted(found, key=lambda pair: pair[0]) if url.startswith(("http://", "https://")))


async def _instance(url: str, asker: Asker) -> Detection | None:
    """Ask whether the host speaks Mastodon's API."""
    for version in ("v2", "v1"):
        answer = await asker.get(urljoin(url, f"/api/{version}/instance"))
        if isinstance(answer, Fetched) and (found := MASTODON.detect(answer)) is not None:
            _refuse_person(url)
            return _tagged(found, url)
    return None


def _refuse_person(url: str, there: Fetched | None = None) -> None:
    """Raise ``FetchError`` when an address of an instance (as ``there`` looks like one) is one person's page or feed."""
    if there is not None and not _looks_fediverse(there):
        return
    segments = [segment for segment in urlsplit(url).path.split("/") if segment]
    if segments and (segments[0].startswith("@") or segments[0] == "users"):
        raise FetchError(
            f"{url} is one person's page.", remedy="Give the instance or a hashtag; no person is followed.", retry=False
        )


def _tagged(found: Detection, url: str) -> Detection:
    """The hashtag's timeline when that was asked for."""
    segments = [segment for segment in urlsplit(url).path.split("/") if segment]
    if len(segments) == 2 and segments[0] in {"tags", "tag"}:
        return replace(found, url=f"{found.url}/tags/{segments[1]}", name=f"{found.name} #{unquote(segments[1])}")
    return found


def _looks_fediverse(there: Fetched) -> bool:
    return b"mastodon" in there.body[:200_000].lower() or "/tags/" in there.url


def _named(found: Detection, root: html.HtmlElement) -> Detection:
    """A listing that does not name itself gets the name of the site."""
    name = page_title(root)
    return replace(found, name=name) if name and found.name == urlsplit(found.url).hostname else found


async def _as_factchecks(found: Detection, listing: Fetched, asker: Asker, *, page: Fetched | None = None) -> Detection:
    """Call it a fact-checker when the page, or one of the newest two articles, carries ClaimReview."""
    if found.role is SourceRole.SOCIAL:
        return found
    marked = page is not None and carries_claim_review(page.body)
    for url in () if marked else _samples(found, listing):
        answer = await asker.get(url)
        if isinstance(answer, Fetched) and carries_claim_review(answer.body):
            marked = True
            break
    return replace(found, kind=FACTCHECKS.kind, role=SourceRole.FACTCHECK) if marked else found


def _samples(found: Detection, listing: Fetched) -> Iterable[str]:
    source = Source(0, found.kind, found.url, found.name)
    read = FACTCHECKS.parse(listing, Asked(source, limit=_MOST_SAMPLES))
    return [link.url for link in read.links[:_MOST_SAMPLES]] if isinstance(read, Listing) else []


class _Hosts:
    """Manners of hosts for the time of one examination."""

    async def load(self, host: str) -> HostState:
        return HostState(host)

    def save(self, state: HostState) -> None:
        """Nothing outlives this process."""


def _child(url: str, settings: CollectorSettings, answer: Connection) -> None:
    """Examine ``url`` in a process of its own and send what was found."""
    from crawlers._engine import LISTING, Ask, Download, Fetcher, Got, run_engine  # noqa: PLC0415 # loads Scrapy, here only

    class Polite:
        def __init__(self, fetcher: Fetcher) -> None:
            self._fetcher = fetcher

        async def get(self, url: str) -> Fetched | Refused | Failed:
            result = await self._fetcher.fetch(Ask(url, accept="*/*", priority=LISTING))
            return result.fetched if isinstance(result, Got) else result

        async def rules(self, url: str) -> Rules:
            return await self._fetcher.rules(url)

    async def main(download: Download) -> Detection:
        fetcher = Fetcher(download, settings=settings, hosts=_Hosts())
        return await asyncio.wait_for(detect(url, Polite(fetcher)), _SECONDS)

    try:
        answer.send((run_engine(main, settings=settings), "", ""))
    except FactdeskError as error:
        answer.send((None, error.what, error.remedy))
    except TimeoutError:
        answer.send((None, f"{url} takes longer than {_SECONDS} s.", "Try again later."))
    finally:
        answer.close()
