"""Public answers that a browser or a proxy may keep: validators, and 304 for who has them already (RFC 9110, 13)."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from fastapi import Request
from starlette.responses import Response

READ = ["GET", "HEAD"]  # the methods of a public address
_FRESH = "public, max-age=60"  # a correction reaches everybody within a minute


@dataclass(frozen=True, slots=True)
class Made:
    """A public answer: its bytes, their media type, when what they tell last changed, and headers of its own."""

    body: bytes
    media_type: str
    changed_at: datetime | None = None
    headers: Mapping[str, str] | None = None


def kept(request: Request, made: Made) -> Response:
    """Return the answer with its validators, or 304 when the asker has it."""
    etag = f'"{hashlib.sha256(made.body).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": _FRESH, **(made.headers or {})}
    if made.changed_at is not None:
        headers["Last-Modified"] = format_datetime(made.changed_at.astimezone(UTC).replace(microsecond=0), usegmt=True)
    if _held(request, etag, made.changed_at):
        return Response(status_code=304, headers=headers)
    return Response(made.body, media_type=made.media_type, headers=headers)


def _held(request: Request, etag: str, changed_at: datetime | None) -> bool:
    given = request.headers.get("if-none-match")
    if given is not None:
        tags = [tag.strip().removeprefix("W/") for tag in given.split(",")]
        return etag in tags or tags == ["*"]
    since = request.headers.get("if-modified-since")
    if since is None or changed_at is None:
        return False
    try:
        return changed_at.replace(microsecond=0) <= parsedate_to_datetime(since)
    except (ValueError, TypeError):
        return False
