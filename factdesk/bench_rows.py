"""Figures with their bars, for the measurements."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One figure and what it is held against: at most the bar, or at least it."""

    what: str
    figure: float
    bar: float
    unit: str
    least: bool = False

    @property
    def holds(self) -> bool:
        """Whether the bar is kept."""
        return self.figure >= self.bar if self.least else self.figure <= self.bar

    def told(self) -> dict[str, object]:
        """Return the row for printing as JSON."""
        kept = asdict(self) | {"figure": round(self.figure, 3), "bar": f"{'>=' if self.least else '<='} {self.bar:g}"}
        return {**{name: value for name, value in kept.items() if name != "least"}, "holds": self.holds}


def failed(rows: Sequence[Row]) -> list[str]:
    """Return what is not as good as its bar."""
    return [row.what for row in rows if not row.holds]
