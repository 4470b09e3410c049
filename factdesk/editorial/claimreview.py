"""A published statement as schema.org ClaimReview, the form in which search engines and other desks read fact-checks.

Fields follow https://schema.org/ClaimReview and Google's fact-check markup: all it requires (``claimReviewed``, ``url``,
``reviewRating`` with ``alternateName``) and what it recommends, but for where a claim appeared and who made it: nobody is named
or led to (never 2).
"""

import json

from factdesk.editorial.statement import Rating, Statement

_SCALE = {Rating.FALSE: 1, Rating.MISLEADING: 2, Rating.UNSUPPORTED: 3, Rating.TRUE: 5}
_LONGEST_NAME = 80
_NAMES = {Rating.FALSE: "False", Rating.MISLEADING: "Misleading", Rating.UNSUPPORTED: "Not supported", Rating.TRUE: "True"}


def json_ld(statement: Statement, *, desk_name: str, base_url: str, rating_name: str = "") -> str:
    """Return the JSON-LD of what the public sees of ``statement``, safe inside a ``<script>`` element.

    ``rating_name`` is what the rating is called in the statement's language (English when empty).

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
            "alternateName": rating_name or _NAMES[shown.rating],
            "name": rating_name or _NAMES[shown.rating],
        },
        "itemReviewed": _claim(statement),
        "citation": [
            {"@type": "CreativeWork", **_link(cited.url), "name": cited.title or cited.publisher or cited.text[:_LONGEST_NAME]}
            for cited in (citation.passage for citation in shown.citations)
        ],
    }
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _claim(statement: Statement) -> dict[str, str]:
    told = {"@type": "Claim", "text": statement.claim_text}
    seen = statement.claim_first_seen_at
    return told | {"datePublished": seen.isoformat()} if seen else told


def _link(url: str) -> dict[str, str]:
    return {"url": url} if url.startswith(("http://", "https://")) else {}
