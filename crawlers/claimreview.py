"""Fact-checks marked up as ClaimReview, and library files of them: what the rest of the project may import."""

from crawlers._claimreview import ClaimReview, parse_claim_reviews, reviews_in, to_passage
from crawlers._library import LibraryLink, read_library
from crawlers._library_row import UnreadableRow

__all__ = [
    "ClaimReview",
    "LibraryLink",
    "UnreadableRow",
    "parse_claim_reviews",
    "read_library",
    "reviews_in",
    "to_passage",
]
