"""What a page or post said at each of its captures, read from the archive, and how that differs from what it says now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from crawlers import Archive, Post, Unread, read_page
from crawlers._shown import visible
from factdesk.records import Capture, CaptureKind
from factdesk.store.captures import WaitingCapture, load
from nlp.sentences import split


@dataclass(frozen=True, slots=True)
class Said:
    """What a capture holds: a title and a text, or in ``unread`` why neither can be read from it."""

    capture_id: int
    fetched_at: datetime
    digest: str
    title: str = ""
    text: str = ""
    unread: str = ""


def said(archive: Archive, row: WaitingCapture) -> Said:
    """Return what a capture says. Raises ``ArchiveError`` when its record is gone or damaged."""
    capture = load(archive, row)
    if capture.kind is CaptureKind.POST:
        return _said(capture, text=Post.from_json(capture.body).text)
    page = read_page(capture)
    if isinstance(page, Unread):
        return _said(capture, unread=page.reason)
    return _said(capture, title=page.title, text=page.text)


def _said(capture: Capture, *, title: str = "", text: str = "", unread: str = "") -> Said:
    return Said(capture.id, capture.fetched_at, capture.digest, visible(title), visible(text), unread)


def changed(text: str, other: str, *, language: str) -> tuple[tuple[int, int], ...]:
    """Return the half-open spans of the sentences of ``text`` that ``other`` does not hold, whatever its line breaks."""
    there = {" ".join(other[start:end].split()) for start, end in _sentences(other, language)}
    return tuple((start, end) for start, end in _sentences(text, language) if " ".join(text[start:end].split()) not in there)


def _sentences(text: str, language: str) -> Sequence[tuple[int, int]]:
    return split(text, language)
