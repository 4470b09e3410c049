"""What a process and all it started cost: processor seconds and memory, read from /proc (Linux), for measurements."""

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(slots=True)
class Load:
    """Processor seconds and peak memory by process; what ended keeps the last figures that were seen."""

    cpu_s: dict[int, float] = field(default_factory=dict)
    peaks_mb: dict[int, float] = field(default_factory=dict)

    def look(self, pids: Iterable[int]) -> None:
        """Take the figures of ``pids`` and of all their children now."""
        for pid in (found for root in pids for found in with_children(root)):
            self.cpu_s[pid] = max(self.cpu_s.get(pid, 0.0), cpu_seconds(pid))
            self.peaks_mb[pid] = max(self.peaks_mb.get(pid, 0.0), peak_mb(pid))

    @property
    def seconds(self) -> float:
        """Processor seconds of all."""
        return sum(self.cpu_s.values())

    @property
    def peak_mb(self) -> float:
        """The sum of each process's own peak: an upper bound of what was needed at once."""
        return sum(self.peaks_mb.values())


def with_children(pid: int) -> list[int]:
    """Return a process and all that it started and that still run."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except OSError:
        return [pid]
    return [pid, *(found for child in children for found in with_children(int(child)))]


def cpu_seconds(pid: int) -> float:
    """Return the processor seconds (user and system) that a process has used; 0 for one that is gone."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0.0
    fields = told.rpartition(")")[2].split()  # the name before it may hold spaces
    return (int(fields[11]) + int(fields[12])) / _TICKS


def peak_mb(pid: int) -> float:
    """Return a process's peak of resident memory in MiB; 0 for one that is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0.0
    found = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(found[0]) / 1024 if found else 0.0
