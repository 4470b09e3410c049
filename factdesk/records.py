"""The values that travel down the line, frozen: a stage takes some and returns others, and none can be changed behind its back.

All instants are timezone-aware UTC ``datetime``; all spans are half-open ``[start, end)`` character offsets; identifiers
of documents, claims and findings are hexadecimal digests, so that processing an item twice gives the same identifier.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


def digest_id(*parts: str) -> str:
    """Return a 32-character hexadecimal identifier of ``parts`` (SHA-256 over the NUL-joined text, first 128 bits)."""
    return hashlib.sha256("\x00".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


class SourceRole(StrEnum):
    """What a source is to the desk: it decides where its documents go, never how they are judged."""

    PRESS = "press"
    SOCIAL = "social"
    FACTCHECK = "factcheck"
    EVIDENCE = "evidence"


class Outcome(StrEnum):
    """How one poll or one item ended; exactly one is counted for each."""

    POLLED = "polled"
    KEPT = "kept"
    DUPLICATE = "duplicate"
    UNCHANGED = "unchanged"
    REFUSED_ROBOTS = "refused_robots"
    REFUSED_OPT_OUT = "refused_opt_out"
    REFUSED_ADDRESS = "refused_address"
    TOO_SHORT = "too_short"
    TOO_LARGE = "too_large"
    NOT_TEXT = "not_text"
    UNSUPPORTED_LANGUAGE = "unsupported_language"
    GONE = "gone"
    FAILED = "failed"
    PUT_OFF = "put_off"
    MISSED = "missed"
    QUARANTINED = "quarantined"


class CaptureKind(StrEnum):
    """What the bytes of a capture are."""

    PAGE = "page"
    POST = "post"


@dataclass(frozen=True, slots=True)
class Source:
    """A public address that is polled. ``kind`` names the collector (``feed``, ``sitemap``, ``page``, ``mastodon`` …)."""

    id: int
    kind: str
    url: str
    name: str
    role: SourceRole = SourceRole.PRESS
    language: str | None = None
    event: str | None = None
    interval_s: int = 900
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Capture:
    """Bytes as they were fetched (a post's already reduced), with where in the archive they lie.

    ``digest`` is the SHA-256 of ``body`` in hexadecimal. ``hint_*`` is what the listing (feed, sitemap, API) said.
    """

    id: int
    source_id: int
    kind: CaptureKind
    url: str
    fetched_at: datetime
    status: int
    media_type: str
    charset: str | None
    digest: str
    body: bytes
    hint_title: str | None = None
    hint_published: datetime | None = None
    hint_language: str | None = None
    item_id: int = 0


@dataclass(frozen=True, slots=True)
class Reach:
    """Public counts a platform shows for a post."""

    replies: int = 0
    shares: int = 0
    likes: int = 0

    @property
    def total(self) -> int:
        """Sum of the counts: the spread that the queue orders by."""
        return self.replies + self.shares + self.likes


@dataclass(frozen=True, slots=True)
class Document:
    """One page or post as read: no author, no handle.

    ``id`` is ``digest_id("document", canonical url)``. ``published_how`` says where the instant came from
    (``listing``, ``metadata``, ``text``, ``estimated``, ``fetched``). ``duplicate_of`` is the id of the first copy.
    ``voice`` is the rotating keyed hash of a post's account, for counting distinct voices only.
    """

    id: str
    source_id: int
    role: SourceRole
    kind: CaptureKind
    url: str
    title: str
    text: str
    language: str
    language_probability: float
    published_at: datetime
    published_how: str
    seen_at: datetime
    capture_id: int
    text_digest: str
    duplicate_of: str | None = None
    event: str | None = None
    reach: Reach = Reach()
    voice: str | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence of a document that states something checkable.

    ``id`` is ``digest_id("claim", document id, text)``; ``text == document.text[start:end]`` (or the title, with
    ``start == end == -1``). ``checkworthiness`` is a probability. ``context`` is the neighbouring text (sentence before and
    after), which the stance reader needs to tell repeating from debunking.
    """

    id: str
    document_id: str
    text: str
    start: int
    end: int
    language: str
    checkworthiness: float
    context: str = ""


class PassageKind(StrEnum):
    """What a claim can be checked against."""

    FACTCHECK = "factcheck"
    EVIDENCE = "evidence"


@dataclass(frozen=True, slots=True)
class Passage:
    """Something citable: a fact-check's reviewed claim with its verdict, or one passage of trusted evidence.

    ``text`` is what claims are compared with: the claim that was reviewed, or the evidence passage itself.
    ``detail`` is more of the article (the fact-check's conclusion and body; for evidence its surrounding text).
    ``rating`` is the publisher's own word; ``rating_value`` that word on a scale: 0 false … 1 true, ``None`` unknown.
    """

    id: str
    kind: PassageKind
    text: str
    url: str
    publisher: str
    language: str
    title: str = ""
    detail: str = ""
    rating: str = ""
    rating_value: float | None = None
    published_at: datetime | None = None
    document_id: str | None = None
    event: str | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that may be about a claim; ``words`` and ``meaning`` are in 0 … 1, ``score`` fuses them (recall only)."""

    passage: Passage
    words: float
    meaning: float
    score: float


class Stance(StrEnum):
    """How a sentence in its context stands to the claim of a passage."""

    ASSERTS = "asserts"
    DENIES = "denies"
    REPORTS = "reports"
    UNRELATED = "unrelated"


class FindingKind(StrEnum):
    """What the matcher decided about a claim; only ``REPEATS`` and ``DISTORTS`` are flags."""

    REPEATS = "repeats"
    DISTORTS = "distorts"
    DISPUTED = "disputed"
    UNCHECKED = "unchecked"
    SUPPORTED = "supported"
    DEBUNKS = "debunks"

    @property
    def is_flag(self) -> bool:
        """Whether an analyst must look at it."""
        return self in (FindingKind.REPEATS, FindingKind.DISTORTS)


class DifferenceKind(StrEnum):
    """The ways a claim can differ from the evidence it leans on."""

    NUMBER = "number"
    DATE = "date"
    NEGATION = "negation"
    CAUSE = "cause"
    QUOTATION = "quotation"
    PLACE = "place"
    CERTAINTY = "certainty"
    SCOPE = "scope"
    QUALIFIER = "qualifier"


@dataclass(frozen=True, slots=True)
class Difference:
    """One typed, span-aligned difference: ``claim_span`` in the claim's text, ``passage_span`` in the passage's text.

    ``words`` says it to a person ("the claim says 12,000 evacuated, the bulletin 1,200").
    """

    kind: DifferenceKind
    claim_span: tuple[int, int]
    passage_span: tuple[int, int]
    words: str


@dataclass(frozen=True, slots=True)
class Finding:
    """The decision about one claim. A flag always has a ``citation``; ``reasons`` are sentences for a person.

    ``id`` is ``digest_id("finding", claim id)``: a claim has one finding, replaced when the library grows.
    ``probability`` is the calibrated probability that ``kind`` is right. ``shared_spans`` are the spans of the claim's
    text that also stand in the citation, for highlighting.
    """

    id: str
    claim_id: str
    document_id: str
    kind: FindingKind
    probability: float
    citation: Passage | None = None
    reasons: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()
    shared_spans: tuple[tuple[int, int], ...] = ()
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class Narrative:
    """Claims that tell the same story, in any language. ``label`` is the text of its most central claim."""

    id: str
    label: str
    claim_ids: tuple[str, ...]
