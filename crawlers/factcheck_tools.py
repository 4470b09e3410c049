"""Google's Fact Check Tools API: who reviewed which claim, found by words or by publisher; the reviews' pages are then fetched.

It needs a key (secret ``google_factcheck_key``), sent as a header to Google's host alone. Who made a claim is not read.
"""

from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from crawlers._reduce import entries, fields, parsed, string
from crawlers._shown import title, web_address
from crawlers.base import Asked, Collector, Credential, Detection, Fetched, ItemLink, Listing, ListingRequest, Unlisted
from crawlers.feed import iso_instant, short_language
from factdesk.errors import FetchError
from factdesk.records import SourceRole

_HOST, _PATH = "factchecktools.googleapis.com", "/v1alpha1/claims:search"
_EXPLORER = "toolbox.google.com"
_KEY = Credential("X-Goog-Api-Key", "google_factcheck_key")
_SEARCHED = ("query", "reviewPublisherSiteFilter")
_KEPT = (*_SEARCHED, "languageCode", "maxAgeDays")
_PAGE = 100
_LATER_DAYS = "30"  # reviews older than that were listed by an earlier poll


class FactCheckTools(Collector):
    """``claims:search?query=…`` or ``?reviewPublisherSiteFilter=…``, with ``languageCode`` and ``maxAgeDays`` when wanted."""

    kind = "factcheck_tools"
    role = SourceRole.FACTCHECK

    def requests(self, asked: Asked) -> tuple[ListingRequest, ...]:
        """Ask for the first page; after the first poll for what was reviewed lately."""
        request = _page(asked)
        return (request,) if request else ()

    def parse(self, fetched: Fetched, asked: Asked) -> Listing | Unlisted:
        """Read the reviews' addresses, titles, dates and languages; ``next`` is the following page."""
        told = parsed(fetched.body)
        if not isinstance(told, dict) or (told and not {"claims", "nextPageToken"} & told.keys()):
            return Unlisted("The API does not answer with reviewed claims.")
        reviews = [review for claim in entries(told.get("claims")) for review in entries(claim.get("claimReview")) if review]
        links = {link.url: link for review in reviews if (link := _link(review, fetched.url)) is not None}
        following = _page(asked, token=string(told.get("nextPageToken"))[:2000]) if told.get("nextPageToken") else None
        return Listing(tuple(links.values()), next=(following,) if following and links else (), cursor="1")

    def recognise(self, url: str) -> Detection | None:
        """Recognise a request of the API, or a search in Google's Fact Check Explorer."""
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
        if host == _HOST and parts.path == _PATH:
            return _detection(dict(parse_qsl(parts.query)), url)
        if host == _EXPLORER and parts.path.startswith("/factcheck/explorer/search"):
            return _detection(_explored(url), url)
        return None


COLLECTOR = FactCheckTools()


def _detection(told: dict[str, str], url: str) -> Detection:
    if "key" in told:
        raise FetchError(
            "The address holds a key.",
            remedy=f"Leave it out, and set FACTDESK_SECRETS__{_KEY.secret.upper()}.",
            retry=False,
        )
    wanted = {name: told[name].strip() for name in _KEPT if told.get(name, "").strip()}
    if not set(_SEARCHED) & wanted.keys():
        raise FetchError(f"{url} searches nothing.", remedy="Give query= or reviewPublisherSiteFilter=.", retry=False)
    name = " ".join(wanted[part] for part in _SEARCHED if part in wanted)
    return Detection(
        COLLECTOR.kind,
        f"https://{_HOST}{_PATH}?{urlencode(wanted)}",
        f"Fact Check Tools: {name}"[:200],
        short_language(wanted.get("languageCode")),
        role=COLLECTOR.role,
        note=f"It needs a key: set FACTDESK_SECRETS__{_KEY.secret.upper()} (docs/connectors/factcheck_tools.md).",
    )


def _explored(url: str) -> dict[str, str]:
    """The search of an address such as ``…/explorer/search/dam;hl=en`` or ``…/search/list:recent;q=dam``."""
    told = urlsplit(url).path.removeprefix("/factcheck/explorer/search").strip("/")
    words, *settings = unquote(told).split(";")
    given = dict(part.split("=", 1) for part in settings if "=" in part)
    found = {"query": words, "languageCode": given.get("hl", "")}
    if words.startswith("site:"):
        found = {"reviewPublisherSiteFilter": words.removeprefix("site:"), "languageCode": given.get("hl", "")}
    return found


def _page(asked: Asked, *, token: str = "") -> ListingRequest | None:
    """Return the request of a page; the key goes to Google's host, or to this machine's own in a test."""
    parts = urlsplit(asked.source.url)
    told = dict(parse_qsl(parts.query))
    wanted = {name: told[name] for name in _KEPT if told.get(name)}
    host = (parts.hostname or "").lower()
    if parts.path != _PATH or not set(_SEARCHED) & wanted.keys() or not (host == _HOST or host.endswith(".localhost")):
        return None
    if asked.cursor is not None:
        wanted.setdefault("maxAgeDays", _LATER_DAYS)
    wanted |= {"pageSize": str(min(_PAGE, asked.limit))} | ({"pageToken": token} if token else {})
    address = f"{parts.scheme}://{parts.netloc}{_PATH}?{urlencode(wanted)}"
    return ListingRequest(address, accept="application/json", credential=_KEY)


def _link(review: object, base: str) -> ItemLink | None:
    told = fields(review)
    url = web_address(base, told.get("url")) if string(told.get("url")) else None
    if url is None:
        return None
    return ItemLink(
        url,
        title=title(string(told.get("title"))),
        published=iso_instant(told.get("reviewDate")),
        language=short_language(told.get("languageCode")),
    )
