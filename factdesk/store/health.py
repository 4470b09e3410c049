"""How a source is, decided from frozen facts alone: what it says is shown as it stands, in words a person can act on."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import comb, sqrt

from factdesk.records import Outcome
from factdesk.store.moves import LASTING, TIMES

WINDOW = timedelta(days=7)
HISTORY = timedelta(days=35)  # the window and the four weeks before it
_BROKEN_AFTER = 3
_REFUSALS = frozenset({Outcome.REFUSED_ROBOTS, Outcome.REFUSED_OPT_OUT, Outcome.REFUSED_ADDRESS})
_NOT_PUBLIC = frozenset({401, 402, 403, 451})
_NOTED_FOR = timedelta(days=7)
LEAST_ITEMS = 8
LEAST_LATE = timedelta(minutes=10)
_CERTAIN = 1e-4


class State(StrEnum):
    """How a source is. What stands first in ``ORDER`` is told when several hold."""

    OK = "ok"
    SLOW = "slow"
    SILENT = "silent"
    REFUSED = "refused"
    BROKEN = "broken"
    MOVED = "moved"
    UNREAD = "unread"
    LATE = "late"
    NEW = "new"
    OFF = "off"


ORDER = (
    State.BROKEN,
    State.REFUSED,
    State.LATE,
    State.MOVED,
    State.SILENT,
    State.UNREAD,
    State.SLOW,
    State.NEW,
    State.OK,
    State.OFF,
)


@dataclass(frozen=True, slots=True)
class Readings:
    """How the items of a source ended in a window: those that ended, and of them those that could not be read."""

    ended: int = 0
    unread: int = 0


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a source. ``items`` and ``items_before`` are of the last seven days and of the four weeks before."""

    enabled: bool
    interval_s: int
    created_at: datetime
    next_due_at: datetime | None = None
    polls: int = 0
    failures: int = 0
    last_outcome: Outcome | None = None
    last_status: int | None = None
    last_reason: str = ""
    last_good_at: datetime | None = None
    last_new_at: datetime | None = None
    silent_at: datetime | None = None
    took_s: float | None = None
    items: Readings = Readings()
    items_before: Readings = Readings()
    moved_to: str | None = None
    moved_since: datetime | None = None
    moved_times: int = 0
    moved_from: str | None = None
    moved_at: datetime | None = None
    items_per_day: float | None = None
    seen: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a source is and why. ``needs_person`` says that it will not mend itself."""

    state: State
    reason: str
    needs_person: bool = False


@dataclass(frozen=True, slots=True)
class Shortfall:
    """Items expected in a window by the source's own rhythm, and seen; ``missing`` is told only beyond chance."""

    expected: float
    seen: int

    @property
    def missing(self) -> int:
        """How many fewer came than its rhythm lets expect, when that is more than twice its standard deviation."""
        short = self.expected - self.seen
        return round(short) if short > max(3.0, 2 * sqrt(2 * self.expected)) else 0


def verdict(facts: Facts, *, now: datetime) -> Verdict:
    """Say how a source is now: of all that is true, what weighs most."""
    if not facts.enabled:
        return Verdict(State.OFF, "Switched off.")
    found = [told for judge in _JUDGES if (told := judge(facts, now)) is not None]
    return min(found, key=lambda told: ORDER.index(told.state)) if found else Verdict(State.OK, _well(facts))


def shortfall(facts: Facts, *, now: datetime) -> Shortfall | None:
    """Return what was expected in the last seven days and what came; ``None`` while its rhythm is not known."""
    if facts.items_per_day is None:
        return None
    days = min(WINDOW, now - facts.created_at) / timedelta(days=1)
    return Shortfall(facts.items_per_day * days, facts.seen)


def _well(facts: Facts) -> str:
    if facts.failures:
        return f"Its last poll failed and is tried again: {facts.last_reason}"
    if facts.last_outcome is Outcome.PUT_OFF:
        return f"Waiting, as its host asks: {facts.last_reason}"
    return "Answers."


def _new(facts: Facts, now: datetime) -> Verdict | None:
    del now
    return None if facts.polls else Verdict(State.NEW, "Not polled yet.")


def _late(facts: Facts, now: datetime) -> Verdict | None:
    """Whether a poll is overdue by more than two intervals: nobody polls, or a poll hangs."""
    due = facts.next_due_at
    allowed = max(timedelta(seconds=2 * facts.interval_s), LEAST_LATE)
    if due is None or now - due <= allowed:
        return None
    return Verdict(State.LATE, f"Due since {due:%Y-%m-%d %H:%M} UTC and not polled: see that the collector runs.", True)


def _refused(facts: Facts, now: datetime) -> Verdict | None:
    del now
    closed = facts.last_outcome is Outcome.GONE and facts.last_status in _NOT_PUBLIC
    if facts.last_outcome not in _REFUSALS and not closed:
        return None
    return Verdict(State.REFUSED, f"{facts.last_reason} Nothing of it can be seen.".strip(), True)


def _broken(facts: Facts, now: datetime) -> Verdict | None:
    """Whether polls failed so often, or for so long, that waiting is no remedy. A host that puts off is broken after a day."""
    if not facts.failures:
        return None
    gone = facts.last_outcome is Outcome.GONE and facts.failures > 1
    since = facts.last_good_at
    if facts.failures < _BROKEN_AFTER and not gone:
        return None
    last = f"The last good poll was {since:%Y-%m-%d %H:%M} UTC" if since else "No poll was ever good"
    spent = f", {_days(now - since)} ago" if since and now - since >= timedelta(days=1) else ""
    return Verdict(State.BROKEN, f"{facts.failures} polls in a row failed: {facts.last_reason} {last}{spent}.", True)


def _moved(facts: Facts, now: datetime) -> Verdict | None:
    if facts.moved_to is not None and facts.moved_since is not None:
        if facts.moved_times >= TIMES and now - facts.moved_since >= LASTING:
            told = f"Moved for good to {facts.moved_to}, which another source has: remove one of the two."
            return Verdict(State.MOVED, told, True)
        told = (
            f"Its address leads to {facts.moved_to} for good; the redirect is followed, and the address changed when it lasts."
        )
        return Verdict(State.MOVED, told)
    if facts.moved_from is not None and facts.moved_at is not None and now - facts.moved_at < _NOTED_FOR:
        return Verdict(State.MOVED, f"Moved on {facts.moved_at:%Y-%m-%d} from {facts.moved_from}.")
    return None


def _silent(facts: Facts, now: datetime) -> Verdict | None:
    if facts.silent_at is None or facts.last_new_at is None or now < facts.silent_at:
        return None
    usual = f", and about {facts.items_per_day:.0f} a day are usual" if facts.items_per_day and facts.items_per_day >= 1 else ""
    told = f"It answers, but nothing new came since {facts.last_new_at:%Y-%m-%d %H:%M} UTC{usual}."
    return Verdict(State.SILENT, told, True)


def _unread(facts: Facts, now: datetime) -> Verdict | None:
    """Whether far more of its items than before cannot be read: by the binomial tail, and by three tenths at least."""
    del now
    ended, unread = facts.items.ended, facts.items.unread
    before = facts.items_before
    usual = (before.unread + 0.5) / (before.ended + 5.0)  # a source without history is taken for one that is read
    if ended < LEAST_ITEMS or unread / ended < usual + 0.3 or _tail(unread, ended, usual) > _CERTAIN:
        return None
    told = f"{unread} of its {ended} items of the last seven days could not be read"
    told += f", {before.unread} of {before.ended} in the four weeks before." if before.ended else "."
    return Verdict(State.UNREAD, told, True)


def _slow(facts: Facts, now: datetime) -> Verdict | None:
    del now
    if facts.took_s is None or facts.took_s < max(20.0, facts.interval_s / 4):
        return None
    return Verdict(State.SLOW, f"A poll takes {facts.took_s:.0f} s, the wait for its host's turn included.")


_JUDGES = (_new, _late, _refused, _broken, _moved, _silent, _unread, _slow)


def _tail(at_least: int, number: int, share: float) -> float:
    """Return the probability that ``at_least`` of ``number`` happen when each does with probability ``share``."""
    if number > 400:  # the normal approximation, for sums that are no longer small
        spread = sqrt(number * share * (1 - share)) or 1.0
        return 0.0 if (at_least - number * share) / spread > 4 else 1.0
    return sum(comb(number, k) * share**k * (1 - share) ** (number - k) for k in range(at_least, number + 1))


def _days(time: timedelta) -> str:
    return "a day" if time.days == 1 else f"{time.days} days"
