"""Makes documents for tests: everything but what a test is about has a plain value."""

from datetime import UTC, datetime

from factdesk.records import CaptureKind, Document, SourceRole, digest_id

DAY = datetime(2026, 3, 12, 9, tzinfo=UTC)


def document(text: str, *, title: str = "", language: str = "en", name: str = "") -> Document:
    return Document(
        id=digest_id("document", name or text),
        source_id=1,
        role=SourceRole.PRESS,
        kind=CaptureKind.PAGE,
        url="https://courier.example/a",
        title=title,
        text=text,
        language=language,
        language_probability=1.0,
        published_at=DAY,
        published_how="listing",
        seen_at=DAY,
        capture_id=1,
        text_digest=digest_id(text),
    )
