"""One plain record of a library, whatever its columns are called, mapped to the passage that claims are compared with."""

import re
from dataclasses import dataclass

from crawlers._claimreview import language_code, publisher_of
from crawlers._dates import parse_instant
from crawlers._factcheck_rating import rating_value
from crawlers._jsonld import Json, plain, text_of
from factdesk.records import Passage, PassageKind, digest_id

_MAX_CLAIM = 2_000
_MAX_DETAIL = 20_000
_COLUMNS: dict[str, tuple[str, ...]] = {
    "claim": (
        "claim",
        "claimreviewed",
        "claim_reviewed",
        "claim_text",
        "claimtext",
        "statement",
        "vclaim",
        "reviewed_claim",
        "normalized_claim",
    ),
    "title": (
        "title",
        "headline",
        "name",
    ),
    "rating": (
        "rating",
        "verdict",
        "label",
        "truth_rating",
        "textualrating",
        "textual_rating",
        "rating_name",
        "alternatename",
        "veracity",
        "conclusion_label",
    ),
    "url": (
        "url",
        "link",
        "source_url",
        "review_url",
        "factcheck_url",
        "fact_check_url",
        "href",
        "permalink",
    ),
    "publisher": (
        "publisher",
        "site",
        "source",
        "organization",
        "organisation",
        "outlet",
        "fact_checker",
        "factchecker",
        "website",
    ),
    "date": (
        "date",
        "published",
        "published_at",
        "datepublished",
        "date_published",
        "review_date",
        "reviewdate",
        "pubdate",
        "created",
    ),
    "language": (
        "lang",
        "language",
        "inlanguage",
        "languagecode",
        "language_code",
    ),
    "lead": (
        "subtitle",
        "summary",
        "description",
        "subheading",
    ),
    "body": (
        "text",
        "body",
        "article",
        "content",
        "review",
        "reviewbody",
        "explanation",
        "justification",
        "details",
        "evidence",
    ),
    "value": (
        "rating_value",
        "ratingvalue",
        "score",
    ),
}
_NOT_A_LETTER = re.compile(r"[^a-z]+")


@dataclass(frozen=True, slots=True)
class UnreadableRow:
    """A row that gave no passage: its line (or position, from 1) and why."""

    line: int
    reason: str


def column_of(name: str) -> str:
    """The field a column's name stands for, or an empty string."""
    key = _NOT_A_LETTER.sub("_", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name.strip()).lower()).strip("_")
    tight = key.replace("_", "")
    return next((column for column, names in _COLUMNS.items() if key in names or tight in names), "")


def cell_of(value: Json, column: str) -> str:
    """Return a value as text; lines are kept in longer fields."""
    if column in ("body", "lead") and isinstance(value, str):
        return value
    return text_of(value)


def passage_of(fields: dict[str, str], *, line: int) -> Passage | UnreadableRow:
    """Map the fields of one row; without a ``claim`` its title (or its text) is the claim that was reviewed."""
    body, lead = fields.get("body", ""), plain(fields.get("lead", ""))
    title = plain(fields.get("title", ""))
    claim = plain(fields.get("claim", "")) or title or plain(body)
    if not claim:
        return UnreadableRow(line, "The row has no claim, title or text.")
    url = fields.get("url", "").strip()
    if url and not url.startswith(("http://", "https://")):
        return UnreadableRow(line, f"The address {url[:80]!r} does not begin with http:// or https://.")
    rating = plain(fields.get("rating", ""))
    details = [part for part in (lead, body.replace("\x00", " ").strip()) if part and part != claim]
    return Passage(
        id=digest_id("passage", url, claim[:_MAX_CLAIM]),
        kind=PassageKind.FACTCHECK,
        text=claim[:_MAX_CLAIM],
        url=url,
        publisher=plain(fields.get("publisher", "")) or publisher_of(url),
        language=language_code(fields.get("language", "")) or "und",
        title=title[:500],
        detail="\n".join(details)[:_MAX_DETAIL],
        rating=rating[:200],
        rating_value=rating_value(rating, value=fields.get("value", "")),
        published_at=parse_instant(fields.get("date", "")),
    )
