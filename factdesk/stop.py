"""How processes are told to end: a pipe that becomes readable, also when whoever holds its other end was killed.

A ``multiprocessing.Event`` cannot be set by a signal handler of a process that waits for it, nor once a waiting process was
killed: both block for ever. A byte in a pipe has neither fault.
"""

import contextlib
import os
from collections.abc import Sequence
from multiprocessing.connection import Connection, Pipe, wait
from typing import Self


class Stop:
    """Asked for with ``set`` (in a signal handler too), or by the end of the process that gave ``heard``."""

    def __init__(self, heard: Sequence[Connection] = ()) -> None:
        self._reader, self._writer = Pipe(duplex=False)
        self._heard = (self._reader, *heard)

    @property
    def heard(self) -> Connection:
        """What to give a child process: readable when this stop was asked for, or when this process is gone."""
        return self._reader

    def set(self) -> None:
        """Ask to stop; asking again changes nothing."""
        if not self._reader.closed and not self._reader.poll():
            with contextlib.suppress(OSError):
                os.write(self._writer.fileno(), b"\0")  # never read: it stays

    def is_set(self) -> bool:
        """Say whether it is time to end."""
        return self.wait(0)

    def wait(self, timeout: float | None = None) -> bool:
        """Wait up to ``timeout`` seconds (``None``: as long as it takes) for the end; say whether it is time."""
        return bool(wait(self._heard, timeout))

    def filenos(self) -> tuple[int, ...]:
        """Return the descriptors of which one becomes readable at the end: an event loop waits for them and need not ask."""
        return tuple(heard.fileno() for heard in self._heard)

    def close(self) -> None:
        """Give the pipe back."""
        self._reader.close()
        self._writer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *ended: object) -> None:
        self.close()
