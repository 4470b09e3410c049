"""Fact-checks as publishers mark them up (schema.org ClaimReview): pages, feeds of them, and the APIs that gather them.

The reviewing *organisation* is kept, for it answers for the verdict. Persons (the journalist, whoever made the claim) are
dropped while reading; no record here can hold one.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from urllib.parse import urljoin, urlsplit

from lxml import html as lxml_html
from lxml.etree import LxmlError
from lxml.html import HtmlElement

from crawlers._dates import parse_instant
from crawlers._factcheck_rating import rating_value
from crawlers._jsonld import Json, Node, loads, nodes, plain, text_of, types
from factdesk.records import Passage, PassageKind, digest_id

_SCRIPT = re.compile(
    r"<script\b[^>]{0,500}?\btype\s*=\s*[\"']?application/ld\+json[^>]{0,500}>(.*?)</script\s*>", re.IGNORECASE | re.DOTALL
)
_ORGANISATION = re.compile(r"Organi[sz]ation|NewsMedia|Corporation|NGO|Brand|Business|WebSite|Government|Library|Periodical")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?=$|[-_])")
_MAX_CLAIM = 2_000
_MAX_TEXT = 50_000


@dataclass(frozen=True, slots=True)
class ClaimReview:
    """One published review of one claim. ``rating_value`` is 0 false … 1 true; ``language`` is ISO 639 or empty."""

    claim: str
    url: str
    publisher: str
    rating: str = ""
    rating_value: float | None = None
    published_at: datetime | None = None
    language: str = ""
    title: str = ""
    text: str = ""


def parse_claim_reviews(content: str, *, url: str) -> tuple[ClaimReview, ...]:
    """Return the reviews in an HTML page (JSON-LD, microdata) or a JSON text (ClaimReview, DataFeed, Fact Check Tools API).

    ``url`` is the address of ``content``, for relative links and as the review's own address where none is given.
    Never raises: what is not a review of a claim is left out.
    """
    if content.lstrip()[:1] in ("{", "["):
        return reviews_in([loads(content)], url=url)
    if "ClaimReview" not in content:
        return ()
    found = reviews_in([loads(script) for script in _SCRIPT.findall(content)], url=url)
    return found or _microdata(content, url=url)


def reviews_in(values: list[Json], *, url: str) -> tuple[ClaimReview, ...]:
    """Return the reviews inside parsed JSON ``values`` of one page, each (claim, address) once."""
    every = [node for value in values for node in nodes(value)]
    if not any("ClaimReview" in types(node) or "claimReview" in node for node in every):
        return ()
    known = {node["@id"]: node for node in every if isinstance(node.get("@id"), str) and len(node) > 1}
    reviews: dict[tuple[str, str], ClaimReview] = {}
    for node in every:
        for review in _of_node(node, known=known, url=url):
            reviews.setdefault((review.claim, review.url), review)
    return tuple(reviews.values())


def to_passage(review: ClaimReview) -> Passage:
    """Return the review as the citable passage that claims are compared with."""
    return Passage(
        id=digest_id("passage", review.url, review.claim),
        kind=PassageKind.FACTCHECK,
        text=review.claim,
        url=review.url,
        publisher=review.publisher,
        language=review.language or "und",
        title=review.title,
        detail=review.text,
        rating=review.rating,
        rating_value=review.rating_value,
        published_at=review.published_at,
    )


def language_code(written: str) -> str:
    """Return the ISO 639 part of a language tag in lower case (``pt-BR`` gives ``pt``), or an empty string."""
    found = _LANGUAGE.match(written.strip())
    return found[0].lower() if found else ""


def publisher_of(url: str) -> str:
    """Return the host of ``url`` without ``www.``: the publisher's name where nothing else gives it."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.")


def _of_node(node: Node, *, known: Mapping[Json, Node], url: str) -> Iterator[ClaimReview]:
    if "ClaimReview" in types(node):
        review = _schema_review(node, known=known, url=url)
    elif isinstance(node.get("claimReview"), list) and isinstance(node.get("text"), str):
        yield from _api_reviews(node, url=url)
        return
    else:
        return
    if review:
        yield review


def _schema_review(node: Node, *, known: Mapping[Json, Node], url: str) -> ClaimReview | None:
    """Map one schema.org ClaimReview; ``None`` without a reviewed claim."""
    item = _resolved(node.get("itemReviewed"), known)
    claim = text_of(node.get("claimReviewed")) or text_of(item.get("text")) or _claim_name(item)
    if not claim:
        return None
    word, value = _rating(_resolved(node.get("reviewRating"), known), node.get("reviewRating"))
    address = _address(text_of(node.get("url")) or _main_page(node), base=url)
    return ClaimReview(
        claim=claim[:_MAX_CLAIM],
        url=address,
        publisher=_publisher(node, known=known) or publisher_of(address),
        rating=word,
        rating_value=value,
        published_at=parse_instant(text_of(node.get("datePublished"))) or parse_instant(text_of(node.get("dateCreated"))),
        language=language_code(_language(node.get("inLanguage"))),
        title=text_of(node.get("headline")) or text_of(node.get("name")),
        text=(text_of(node.get("reviewBody")) or text_of(node.get("description")))[:_MAX_TEXT],
    )


def _api_reviews(node: Node, *, url: str) -> Iterator[ClaimReview]:
    """Map one claim of the Fact Check Tools API; its ``claimant`` is a person and is not read."""
    for review in nodes(node["claimReview"]):
        if "textualRating" not in review and "url" not in review:
            continue
        site = review.get("publisher")
        publisher = site if isinstance(site, dict) else {}
        word, address = text_of(review.get("textualRating")), _address(text_of(review.get("url")), base=url)
        yield ClaimReview(
            claim=text_of(node.get("text"))[:_MAX_CLAIM],
            url=address,
            publisher=text_of(publisher.get("name")) or text_of(publisher.get("site")) or publisher_of(address),
            rating=word,
            rating_value=rating_value(word),
            published_at=parse_instant(text_of(review.get("reviewDate"))),
            language=language_code(text_of(review.get("languageCode"))),
            title=text_of(review.get("title")),
        )


def _resolved(value: Json, known: Mapping[Json, Node]) -> Node:
    """The object ``value`` is, begins with or refers to by ``@id``; empty for anything else."""
    if isinstance(value, list):
        value = next((item for item in value if isinstance(item, dict)), None)
    if not isinstance(value, dict):
        return {}
    reference = value.get("@id")
    if len(value) == 1 and isinstance(reference, str):
        return known.get(reference, {})
    return value


def _claim_name(item: Node) -> str:
    """A claim that is given as ``itemReviewed`` of type Claim; other things that are reviewed have names, not claims."""
    if "Claim" not in types(item):
        return ""
    return text_of(item.get("name")) or text_of(item.get("description"))


def _rating(rating: Node, raw: Json) -> tuple[str, float | None]:
    if not rating:
        word = text_of(raw)
        return (word, rating_value(word))
    number = text_of(rating.get("ratingValue"))
    word = text_of(rating.get("alternateName")) or text_of(rating.get("name"))
    if not word and not re.fullmatch(r"[-\d.,]*", number):
        word, number = number, ""
    best, worst = text_of(rating.get("bestRating")), text_of(rating.get("worstRating"))
    return (word, rating_value(word, value=number.replace(",", "."), best=best, worst=worst))


def _publisher(node: Node, *, known: Mapping[Json, Node]) -> str:
    """Name of the first organisation among author, publisher and source; a person's or an untyped name is never taken."""
    for key in ("author", "publisher", "sourceOrganization", "provider"):
        values = node.get(key)
        for value in values if isinstance(values, list) else [values]:
            maker = _resolved(value, known)
            if any(_ORGANISATION.search(name) for name in types(maker)) and (name := text_of(maker.get("name"))):
                return name[:200]
    return ""


def _main_page(node: Node) -> str:
    page = node.get("mainEntityOfPage")
    if isinstance(page, dict):
        return text_of(page.get("@id")) or text_of(page.get("url"))
    return text_of(page)


def _language(value: Json) -> str:
    if isinstance(value, dict):
        return text_of(value.get("alternateName")) or text_of(value)
    return text_of(value)


def _address(link: str, *, base: str) -> str:
    """Absolute http(s) address of ``link`` without its fragment, or ``base``."""
    try:
        address = urljoin(base, link).partition("#")[0]
        scheme = urlsplit(address).scheme
    except ValueError:
        return base
    return address if scheme in ("http", "https") else base


def _microdata(content: str, *, url: str) -> tuple[ClaimReview, ...]:
    """Reviews marked up with ``itemscope``/``itemprop``, by turning each into the JSON it stands for."""
    try:
        tree = lxml_html.fromstring(content)
    except (LxmlError, ValueError):
        return ()
    scopes = cast("list[HtmlElement]", tree.xpath("//*[@itemscope][contains(@itemtype, 'ClaimReview')]"))
    items: list[Json] = [_scope(scope, depth=0) for scope in scopes[:50]]
    return reviews_in(items, url=url)


def _scope(element: HtmlElement, *, depth: int) -> Node:
    node: Node = {"@type": element.get("itemtype", "")}
    waiting = list(element)
    while waiting and depth < 8:
        child = waiting.pop(0)
        if not isinstance(child.tag, str):
            continue
        name, scoped = child.get("itemprop"), child.get("itemscope") is not None
        if name:
            node.setdefault(name, _scope(child, depth=depth + 1) if scoped else _property(child))
        if not scoped:
            waiting[:0] = list(child)
    return node


def _property(element: HtmlElement) -> str:
    for attribute in ("content", "datetime", "href", "src"):
        if value := element.get(attribute):
            return str(value)
    return plain(str(element.text_content()))
