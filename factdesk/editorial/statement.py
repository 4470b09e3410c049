"""What a statement is: frozen values, the digest an approval is bound to, and which step may follow which."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from factdesk.records import Passage

_READ = ("text", "url", "publisher", "language", "title", "detail", "rating", "rating_value", "published_at")


class State(StrEnum):
    """Where a statement's newest revision stands."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Rating(StrEnum):
    """What a statement says of the claim it corrects."""

    FALSE = "false"
    MISLEADING = "misleading"
    UNSUPPORTED = "unsupported"
    TRUE = "true"


@dataclass(frozen=True, slots=True)
class Citation:
    """A passage that a statement rests on, with the words quoted from it (may be empty)."""

    passage: Passage
    quote: str = ""


@dataclass(frozen=True, slots=True)
class Revision:
    """One version of the text. ``digest`` covers its exact text, its rating, its note and its citations."""

    number: int
    author_id: int
    title: str
    body: str
    rating: Rating
    note: str
    digest: str
    at: datetime
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened to a statement, for its history."""

    at: datetime
    action: str
    user_id: int | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class MachineText:
    """What of a revision a model wrote, and who took it over, if anybody."""

    revision: int
    model: str
    sentences: tuple[str, ...]
    taken_by: int | None
    taken_at: datetime | None


@dataclass(frozen=True, slots=True)
class Statement:
    """An official statement with its newest revision and, once published, the one the public sees.

    ``authors`` wrote at least one revision; none of them can approve. ``approver`` approved the newest revision, if anybody.
    """

    id: int
    slug: str
    state: State
    language: str
    claim_text: str
    claim_first_seen_at: datetime | None
    newest: Revision
    visible: Revision | None
    authors: tuple[int, ...]
    approver: int | None
    created_at: datetime
    published_at: datetime | None
    corrected_at: datetime | None
    withdrawn_at: datetime | None
    withdrawn_reason: str
    finding_ids: tuple[str, ...]
    history: tuple[Step, ...]
    corrections: tuple[Step, ...]
    revisions: tuple[Revision, ...]
    machine_texts: tuple[MachineText, ...] = ()

    @property
    def machine(self) -> MachineText | None:
        """What of the newest revision a model wrote, if anything."""
        return next((one for one in self.machine_texts if one.revision == self.newest.number), None)

    @property
    def changed_at(self) -> datetime:
        """When the public text last changed: its publication, its last correction or its withdrawal."""
        return self.withdrawn_at or self.corrected_at or self.published_at or self.created_at

    @property
    def revision(self) -> int:
        """Number of the newest revision."""
        return self.newest.number

    @property
    def title(self) -> str:
        """Title of the newest revision."""
        return self.newest.title

    @property
    def body(self) -> str:
        """Text of the newest revision."""
        return self.newest.body

    @property
    def rating(self) -> Rating:
        """Rating of the newest revision."""
        return self.newest.rating

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Citations of the newest revision."""
        return self.newest.citations

    @property
    def digest(self) -> str:
        """What an approval of the newest revision is bound to."""
        return self.newest.digest


def revision_digest(*, title: str, body: str, rating: str, note: str, citations: Sequence[Citation]) -> str:
    """Return the SHA-256 of all that a reader is shown: the exact text, and each passage as it was cited, with its quote."""
    cited = [[c.passage.id, c.quote, *(str(getattr(c.passage, name)) for name in _READ)] for c in citations]
    told = [title, body, rating, note, cited]
    return hashlib.sha256(json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()
