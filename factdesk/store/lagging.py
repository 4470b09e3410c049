"""Keeps for a while what is dear to count and changes slowly, so that many readers of one page ask for it once.

What took long to make is kept longer: making it takes no more than a twentieth of the time, however large the store grows.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Engine

_REST = 20.0
_MOST = 64
_T = TypeVar("_T")


@dataclass(slots=True)
class _Kept(Generic[_T]):
    """One value with what it was made at and how long that took; touched under ``lock``."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    value: _T | None = None
    made_at: float = -1e9
    took_s: float = 0.0


class Lagging(Generic[_T]):
    """Values by store and key, each as old as its reader allows."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: WeakKeyDictionary[Engine, OrderedDict[Hashable, _Kept[_T]]] = WeakKeyDictionary()

    def of(self, engine: Engine, key: Hashable, make: Callable[[], _T], *, stale_s: float) -> _T:
        """Return what ``make`` gives, or what it gave up to ``stale_s`` seconds ago; it is made by one reader at a time."""
        if not stale_s:
            return make()
        kept = self._entry(engine, key)
        with kept.lock:
            if kept.value is None or time.monotonic() - kept.made_at >= max(stale_s, _REST * kept.took_s):
                begun = time.monotonic()
                kept.value = make()
                kept.made_at = time.monotonic()
                kept.took_s = kept.made_at - begun
            return kept.value

    def _entry(self, engine: Engine, key: Hashable) -> _Kept[_T]:
        with self._lock:
            of_store = self._kept.setdefault(engine, OrderedDict())
            found = of_store.setdefault(key, _Kept())
            of_store.move_to_end(key)
            while len(of_store) > _MOST:
                of_store.popitem(last=False)
            return found
