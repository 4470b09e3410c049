"""The one family of errors that Factdesk raises on purpose.

Each error carries what went wrong and what to do about it; the command line and the desk show both on one line.
"""

from collections.abc import Mapping


class FactdeskError(Exception):
    """Root of every error that a user or an operator can act on.

    ``what`` says what happened, ``remedy`` what to do; ``str()`` gives both on one line.
    """

    def __init__(self, what: str, *, remedy: str = "") -> None:
        self.what, self.remedy = _on_one_line(what), _on_one_line(remedy)
        super().__init__(f"{self.what} {self.remedy}".strip())


def _on_one_line(text: str) -> str:
    """Return a text without line breaks; a message that has none stays one, so that it can be told in another language."""
    plain = " ".join(text.split())
    return text if plain == text else plain


class SettingsError(FactdeskError):
    """A setting is missing, unknown or malformed."""


class StoreError(FactdeskError):
    """The relational store cannot be opened, is locked, or refuses a write."""


class NotFoundError(FactdeskError):
    """A record that was asked for by its identifier does not exist."""


class ArchiveError(FactdeskError):
    """A WARC record cannot be written or read."""


class FetchError(FactdeskError):
    """An address could not be fetched; ``retry`` says whether a later try may succeed."""

    def __init__(self, what: str, *, remedy: str = "", retry: bool = True) -> None:
        self.retry = retry
        super().__init__(what, remedy=remedy)


class DeliveryError(FactdeskError):
    """An alert did not arrive; ``final`` says that a later try would not help."""

    def __init__(self, what: str, *, remedy: str = "", final: bool = False) -> None:
        self.final = final
        super().__init__(what, remedy=remedy)


class UnreadableError(FactdeskError):
    """Input (a file, a page, a feed) is not what it should be."""


class ModelError(FactdeskError):
    """A model file is absent, altered or of another version."""


class IndexUnavailableError(FactdeskError):
    """The search index cannot be reached now; the item stays queued."""


class EntriesRefusedError(FactdeskError):
    """The search index will never take these entries (``reasons``: identifier -> why); all others of their batch are in."""

    def __init__(self, reasons: Mapping[str, str]) -> None:
        self.reasons = dict(reasons)
        first, why = next(iter(self.reasons.items()), ("", ""))
        others = f" and {len(self.reasons) - 1} more" if len(self.reasons) > 1 else ""
        super().__init__(f"The search index refused {first}{others}: {why}.", remedy="See the log for each.")


class QueryError(FactdeskError):
    """A search query is malformed; ``position`` is the offset of the mistake and ``length`` how far it goes (characters)."""

    def __init__(self, what: str, *, remedy: str = "", position: int = 0, length: int = 1) -> None:
        self.position = position
        self.length = length
        super().__init__(what, remedy=remedy)


class NotAllowedError(FactdeskError):
    """The signed-in person may not do this (role, two-person rule, state of the statement)."""


class StateError(FactdeskError):
    """The action does not fit the present state (for example, approving a draft that was never submitted)."""
