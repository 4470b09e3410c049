"""A published statement as schema.org ClaimReview, the form in which search engines and other desks read fact-checks.

Fields follow https://schema.org/ClaimReview and the required ones of Google's fact-check markup: ``claimReviewed``,
``reviewRating`` and ``url``, with the desk as an organisation; no person is named (never 2).
"""

import json

from factdesk.editorial.statement import Rating, Statement

_SCALE = {Rating.FALSE: 1, Rating.MISLEADING: 2, Rating.UNSUPPORTED: 3, Rating.TRUE: 5}
_NAMES = {Rating.FALSE: "False", Rating.MISLEADING: "Misleading", Rating.UNSUPPORTED: "Not supported", Rating.TRUE: "True"}


def json_ld(statement: Statement, *, desk_name: str, base_url: str) -> str:
    """Return the JSON-LD of what the public sees of ``statement``, safe inside a ``<script>`` element.

    Raises ``ValueError`` when nothing of it is published.
    """
    shown = statement.visible
    if shown is None or statement.published_at is None:
        msg = "an unpublished statement has no ClaimReview"
        raise ValueError(msg)
    base = base_url.rstrip("/")
    organisation = {"@type": "Organization", "name": desk_name, "url": f"{base}/statements"}
    value = {
        "@context": "https://schema.org",
        "@type": "ClaimReview",
        "url": f"{base}/statements/{statement.slug}",
        "datePublished": statement.published_at.date().isoformat(),
        "dateModified": (statement.corrected_at or statement.published_at).isoformat(),
        "inLanguage": statement.language,
        "headline": shown.title,
        "claimReviewed": statement.claim_text,
        "author": organisation,
        "publisher": organisation,
        "reviewRating": {
            "@type": "Rating",
            "ratingValue": _SCALE[shown.rating],
            "bestRating": 5,
            "worstRating": 1,
            "alternateName": _NAMES[shown.rating],
        },
        "itemReviewed": {"@type": "Claim", "text": statement.claim_text},
        "citation": [
            {"@type": "CreativeWork", "url": citation.passage.url, "name": citation.passage.title or citation.passage.publisher}
            for citation in shown.citations
        ],
    }
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
