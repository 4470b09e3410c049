"""What a citation said when it was cited, as a row keeps it: a passage that is replaced later changes no statement."""

from collections.abc import Mapping
from datetime import datetime
from typing import cast

from factdesk.records import Passage, PassageKind

_KEPT = (
    *("kind", "text", "url", "publisher", "language", "title", "detail", "rating", "rating_value", "published_at"),
    *("document_id", "event"),
)


def snapshot(passage: Passage) -> dict[str, object]:
    """Return ``passage`` without its id, as JSON keeps it."""
    values = {name: getattr(passage, name) for name in _KEPT}
    at = passage.published_at
    return values | {"kind": passage.kind.value, "published_at": at.isoformat() if at else None}


def passage_of(passage_id: str, kept: Mapping[str, object]) -> Passage:
    """Return the passage that ``snapshot`` wrote down."""
    told = cast("dict[str, str | None]", {name: kept[name] for name in _KEPT})
    at, value = told["published_at"], cast("float | None", kept["rating_value"])
    return Passage(
        id=passage_id,
        kind=PassageKind(told["kind"] or ""),
        text=told["text"] or "",
        url=told["url"] or "",
        publisher=told["publisher"] or "",
        language=told["language"] or "",
        title=told["title"] or "",
        detail=told["detail"] or "",
        rating=told["rating"] or "",
        rating_value=value,
        published_at=datetime.fromisoformat(at) if at else None,
        document_id=told["document_id"],
        event=told["event"],
    )
