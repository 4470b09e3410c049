"""From captures to documents: text, date, language; each capture becomes a document or an outcome with its reason."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import structlog

from crawlers import Extracted, Post, Unread, read_page
from crawlers._shown import visible
from factdesk.errors import FactdeskError
from factdesk.records import Capture, CaptureKind, Document, Outcome, Passage, Reach, Source, SourceRole, digest_id
from nlp.language import identify, supported

_log = structlog.get_logger("factdesk.reading")
_SHORTEST = 20  # characters: below this there is nothing to check


@dataclass(frozen=True, slots=True)
class Read:
    """What one capture became: a ``document``, or only the ``outcome`` it ended with; ``reviews`` are its ClaimReviews."""

    capture: Capture
    outcome: Outcome
    reason: str = ""
    document: Document | None = None
    reviews: tuple[Passage, ...] = ()


def read_captures(captures: Sequence[Capture], sources: dict[int, Source], *, languages: Sequence[str]) -> list[Read]:
    """Read each capture; a broken one is quarantined with its reason and never stops the rest.

    ``languages`` are the ISO 639-1 codes the desk keeps (empty: every one that can be told). A document in a language
    whose claims are not read is kept and searchable; its reason says so, and the charts name it as not seen.
    """
    drafts = [_safely(capture, sources[capture.source_id]) for capture in captures]
    texts = [_judged(draft.document) for draft in drafts if draft.document]
    hints = [_hint(draft.capture, sources[draft.capture.source_id]) for draft in drafts if draft.document]
    told = iter(identify(texts, hints=hints))
    wanted = frozenset(languages)
    return [_with_language(draft, *next(told), wanted=wanted) if draft.document else draft for draft in drafts]


def _safely(capture: Capture, source: Source) -> Read:
    try:
        return _read_post(capture, source) if capture.kind is CaptureKind.POST else _read_page(capture, source)
    except FactdeskError as error:
        return Read(capture, Outcome.QUARANTINED, str(error))
    except Exception as error:  # noqa: BLE001 # hostile input must not stop the rest: it is kept aside with its reason
        _log.warning("capture quarantined", capture=capture.id, error=repr(error))
        return Read(capture, Outcome.QUARANTINED, f"{type(error).__name__}: {error}"[:300])


def _read_page(capture: Capture, source: Source) -> Read:
    page = read_page(capture)
    if isinstance(page, Unread):
        return Read(capture, page.outcome, page.reason)
    reviews = _reviews(page, source)
    document = _document(
        capture,
        source,
        identity=page.url,
        title=page.title,
        text=page.text,
        published=(page.published_at, page.published_how) if page.published_how != "year" else (None, "fetched"),
    )
    return Read(capture, Outcome.KEPT, document=_with_reviews(document, reviews), reviews=reviews)


def _with_reviews(document: Document, reviews: Sequence[Passage]) -> Document:
    """Let a rating count that was changed in the markup alone: the page is not taken for unchanged."""
    if not reviews:
        return document
    told = "\x00".join([document.text_digest, *(f"{one.text}\x00{one.rating}\x00{one.rating_value}" for one in reviews)])
    return replace(document, text_digest=hashlib.sha256(told.encode("utf-8", "replace")).hexdigest())


def _reviews(page: Extracted, source: Source) -> tuple[Passage, ...]:
    """Return the page's ClaimReviews as passages, of trusted fact-checkers only."""
    if source.role is not SourceRole.FACTCHECK:
        return ()
    from crawlers.claimreview import to_passage  # noqa: PLC0415 # most workers never meet one

    found = [to_passage(review) for review in page.claim_reviews]
    return tuple(replace(p, detail=p.detail or page.text, event=p.event or source.event) for p in found)


def _read_post(capture: Capture, source: Source) -> Read:
    post = Post.from_json(capture.body)
    if len(post.text.strip()) < _SHORTEST:
        return Read(capture, Outcome.TOO_SHORT, f"The post has {len(post.text.strip())} characters.")
    document = _document(capture, source, identity=capture.url, title="", text=post.text, published=(post.published, "listing"))
    reach = Reach(post.replies, post.shares, post.likes)
    return Read(capture, Outcome.KEPT, document=replace(document, url=post.url or capture.url, reach=reach, voice=post.voice))


def _document(  # a document's parts, by keyword
    capture: Capture, source: Source, *, identity: str, title: str, text: str, published: tuple[datetime | None, str]
) -> Document:
    at, how = published
    return Document(
        id=digest_id("document", identity),
        source_id=source.id,
        role=source.role,
        kind=capture.kind,
        url=identity,
        title=visible(title),
        text=visible(text),
        language="und",
        language_probability=0.0,
        published_at=(at or capture.fetched_at).astimezone(UTC),
        published_how=how if at else "fetched",
        seen_at=capture.fetched_at,
        capture_id=capture.id,
        text_digest=hashlib.sha256(f"{title}\x00{text}".encode("utf-8", "replace")).hexdigest(),
        event=source.event,
    )


def _judged(document: Document) -> str:
    return f"{document.title}\n{document.text}"[:2000]


def _hint(capture: Capture, source: Source) -> str | None:
    return capture.hint_language or source.language


def _with_language(read: Read, code: str, probability: float, *, wanted: frozenset[str]) -> Read:
    if read.document is None or code == "und" or (wanted and code not in wanted):
        reason = "The language cannot be told." if code == "und" else f"The language is {code!r}."
        return replace(read, document=None, reviews=(), outcome=Outcome.UNSUPPORTED_LANGUAGE, reason=reason)
    reason = "" if code in supported() else f"The language is {code!r}."
    return replace(read, document=replace(read.document, language=code, language_probability=probability), reason=reason)
