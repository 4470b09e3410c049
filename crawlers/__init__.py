"""Everything that fetches: polite collection of public listings, pages and posts, their archive, and reading a page's text.

Names are loaded when first asked for (PEP 562): a reader of posts does not pay for Scrapy, nor a collector for trafilatura.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crawlers._archive import Archive, Archived
    from crawlers._download import Downloaded, Downloader
    from crawlers._extract import Extracted, Unread, read_page
    from crawlers.base import Collector, Detection, ItemLink, Listing, Post
    from crawlers.claimreview import parse_claim_reviews

_HOMES = {
    "Archive": "crawlers._archive",
    "Archived": "crawlers._archive",
    "Downloaded": "crawlers._download",
    "Downloader": "crawlers._download",
    "Extracted": "crawlers._extract",
    "Unread": "crawlers._extract",
    "read_page": "crawlers._extract",
    "Collector": "crawlers.base",
    "Detection": "crawlers.base",
    "ItemLink": "crawlers.base",
    "Listing": "crawlers.base",
    "Post": "crawlers.base",
    "parse_claim_reviews": "crawlers.claimreview",
}

__all__ = [
    "Archive",
    "Archived",
    "Collector",
    "Detection",
    "Downloaded",
    "Downloader",
    "Extracted",
    "ItemLink",
    "Listing",
    "Post",
    "Unread",
    "parse_claim_reviews",
    "read_page",
]


def __getattr__(name: str) -> object:
    """Load a public name from the module that holds it."""
    if name not in _HOMES:
        msg = f"module 'crawlers' has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(import_module(_HOMES[name]), name)
