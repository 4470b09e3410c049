"""A fact-checker: its feed, sitemap or page lists articles with ClaimReview, which ``crawlers.claimreview`` reads."""

import re

from crawlers.base import Asked, Collector, Detection, Fetched, Listing, ListingRequest, Unlisted
from crawlers.feed import COLLECTOR as FEED
from crawlers.page import COLLECTOR as PAGE
from crawlers.page import page_title, read_html
from crawlers.sitemap import COLLECTOR as SITEMAP
from factdesk.records import SourceRole

_MARKED = re.compile(rb"[\"'/]ClaimReview[\"'\s]")


class ClaimReviewFeed(Collector):
    """A fact-checker's listing, whatever its form."""

    kind = "claimreview"
    role = SourceRole.FACTCHECK

    def requests(self, asked: Asked) -> tuple[ListingRequest, ...]:
        """Ask the listing itself, with its validators."""
        return (ListingRequest(asked.source.url, accept="*/*", conditional=True),)

    def parse(self, fetched: Fetched, asked: Asked) -> Listing | Unlisted:
        """Read the listing as a feed, a sitemap or a page."""
        for collector in (FEED, SITEMAP, PAGE):
            listing = collector.parse(fetched, asked)
            if isinstance(listing, Listing):
                return listing
        return Unlisted("Neither feed nor sitemap nor a page that links articles.")

    def detect(self, fetched: Fetched) -> Detection | None:
        """Say whether the answer is a page that carries ClaimReview itself."""
        root = read_html(fetched) if carries_claim_review(fetched.body) else None
        if root is None:
            return None
        return Detection(self.kind, fetched.url, page_title(root) or fetched.url, role=SourceRole.FACTCHECK)


COLLECTOR = ClaimReviewFeed()


def carries_claim_review(body: bytes) -> bool:
    """Whether a page names schema.org's ClaimReview (JSON-LD or microdata)."""
    return _MARKED.search(body) is not None
