"""Where sightings stand on a line of time, for a chart that is drawn on the server."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from factdesk.store.findings_view import Sighting

_LEFT, _WIDTH = 8, 584  # of 600 units


@dataclass(frozen=True, slots=True)
class Timeline:
    """Sightings, oldest first, with the places of their marks and the place of the item that is read (0 … 600)."""

    sightings: tuple[Sighting, ...]
    places: tuple[int, ...]
    here: int
    first: datetime
    last: datetime


def timeline(sightings: Sequence[Sighting], here: datetime) -> Timeline:
    """Return the line of time from the earliest to the latest of the sightings and ``here``."""
    ordered = tuple(sorted(sightings, key=lambda one: (one.published_at, one.finding.id)))
    times = [here, *(one.published_at for one in ordered)]
    first, last = min(times), max(times)
    length = (last - first).total_seconds() or 1.0
    at = [_LEFT + round(_WIDTH * (time - first).total_seconds() / length) for time in times]
    return Timeline(ordered, tuple(at[1:]), at[0], first, last)
