"""What a disagreement says: one line with its name, its place, what is wrong there and what to do."""

from dataclasses import asdict, dataclass

_REMEDIES = {
    "store damaged": "Stop Factdesk and restore the store from a backup.",
    "reference broken": "Stop Factdesk and restore the store from a backup.",
    "file missing": "Restore it from a backup of the archive, or let the items be fetched anew: factdesk sources replay.",
    "file unreadable": "Check the permissions and the disk.",
    "record damaged": "Restore the file from a backup of the archive.",
    "record missing": "Restore the file from a backup of the archive.",
    "record different": "Restore the file, or the store, from a backup: they are not of one time.",
    "record named twice": "Restore the store from a backup.",
    "end torn": "A killed process left it; cut it off: factdesk doctor --deep --repair.",
    "capture lost": "Restore the store from a backup; the record is still in the archive.",
    "item stuck": "Let it be fetched: factdesk doctor --deep --repair.",
    "item put off too far": "A clock was wrong; let it be fetched now: factdesk doctor --deep --repair.",
    "source put off too far": "A clock was wrong; let it be polled now: factdesk doctor --deep --repair.",
    "poll in the future": "A clock was wrong; set it right. The row does no other harm.",
    "claim dead": "A reader died; the next one takes it (factdesk serve), or give it back: factdesk doctor --deep --repair.",
    "document without capture": "Restore the store from a backup.",
    "capture read twice": "One of its documents is stale. Please report this with the line.",
    "voice key kept too long": "Destroy it: factdesk doctor --deep --repair.",
    "not in the index": "Rebuild the index: factdesk reindex.",
    "only in the index": "Rebuild the index: factdesk reindex.",
    "index away": "Start it, then ask again.",
}


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One thing that is wrong: ``name`` is its kind, ``place`` a file and offset, an item, a capture or a row."""

    name: str
    place: str
    what: str

    @property
    def remedy(self) -> str:
        """What to do about it."""
        return _REMEDIES[self.name]

    def __str__(self) -> str:
        return " ".join(f"{self.name}: {self.place}: {self.what} {self.remedy}".split())

    def to_dict(self) -> dict[str, str]:
        """Return it for a machine."""
        return asdict(self) | {"remedy": self.remedy}
