"""How a source is, decided from frozen facts alone: what it says is shown as it stands, in words a person can act on."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import comb, sqrt

from factdesk.messages import tell, tell_number
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
        return Verdict(State.OFF, tell("Switched off."))
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
        return tell("Its last poll failed and is tried again: %(why)s", why=facts.last_reason)
    if facts.last_outcome is Outcome.PUT_OFF:
        return tell("Waiting, as its host asks: %(why)s", why=facts.last_reason)
    return tell("Answers.")


def _new(facts: Facts, now: datetime) -> Verdict | None:
    del now
    return None if facts.polls else Verdict(State.NEW, tell("Not polled yet."))


def _late(facts: Facts, now: datetime) -> Verdict | None:
    """Whether a poll is overdue by more than two intervals: nobody polls, or a poll hangs."""
    due = facts.next_due_at
    allowed = max(timedelta(seconds=2 * facts.interval_s), LEAST_LATE)
    if due is None or now - due <= allowed:
        return None
    words = tell("Due since %(time)s UTC and not polled: see that the collector runs.", time=f"{due:%Y-%m-%d %H:%M}")
    return Verdict(State.LATE, words, True)


def _refused(facts: Facts, now: datetime) -> Verdict | None:
    del now
    closed = facts.last_outcome is Outcome.GONE and facts.last_status in _NOT_PUBLIC
    if facts.last_outcome not in _REFUSALS and not closed:
        return None
    said = tell("%(why)s Nothing of it can be seen.", why=facts.last_reason)
    return Verdict(State.REFUSED, said if facts.last_reason else tell("Nothing of it can be seen."), True)


def _broken(facts: Facts, now: datetime) -> Verdict | None:
    """Whether polls failed so often, or for so long, that waiting is no remedy. A host that puts off is broken after a day."""
    if not facts.failures:
        return None
    gone = facts.last_outcome is Outcome.GONE and facts.failures > 1
    since = facts.last_good_at
    if facts.failures < _BROKEN_AFTER and not gone:
        return None
    return Verdict(State.BROKEN, _failed(facts, since=since, now=now), True)


def _failed(facts: Facts, *, since: datetime | None, now: datetime) -> str:
    told = {"polls": facts.failures, "why": facts.last_reason, "time": f"{since:%Y-%m-%d %H:%M}" if since else ""}
    if since is None:
        return tell("%(polls)s polls in a row failed: %(why)s No poll was ever good.", **told)
    if (days := (now - since).days) < 1:
        return tell("%(polls)s polls in a row failed: %(why)s The last good poll was %(time)s UTC.", **told)
    return tell_number(
        days,
        "%(polls)s polls in a row failed: %(why)s The last good poll was %(time)s UTC, a day ago.",
        "%(polls)s polls in a row failed: %(why)s The last good poll was %(time)s UTC, %(number)s days ago.",
        **told,
    )


def _moved(facts: Facts, now: datetime) -> Verdict | None:
    if facts.moved_to is not None and facts.moved_since is not None:
        if facts.moved_times >= TIMES and now - facts.moved_since >= LASTING:
            told = tell(
                "Moved for good to %(address)s, which another source has: remove one of the two.", address=facts.moved_to
            )
            return Verdict(State.MOVED, told, True)
        told = tell(
            "Its address leads to %(address)s for good; the redirect is followed, and the address changed when it lasts.",
            address=facts.moved_to,
        )
        return Verdict(State.MOVED, told)
    if facts.moved_from is not None and facts.moved_at is not None and now - facts.moved_at < _NOTED_FOR:
        told = tell("Moved on %(day)s from %(address)s.", day=f"{facts.moved_at:%Y-%m-%d}", address=facts.moved_from)
        return Verdict(State.MOVED, told)
    return None


def _silent(facts: Facts, now: datetime) -> Verdict | None:
    if facts.silent_at is None or facts.last_new_at is None or now < facts.silent_at:
        return None
    time, usual = f"{facts.last_new_at:%Y-%m-%d %H:%M}", f"{facts.items_per_day or 0:.0f}"
    often = tell(
        "It answers, but nothing new came since %(time)s UTC, and about %(usual)s a day are usual.", time=time, usual=usual
    )
    rarely = tell("It answers, but nothing new came since %(time)s UTC.", time=time)
    return Verdict(State.SILENT, often if facts.items_per_day and facts.items_per_day >= 1 else rarely, True)


def _unread(facts: Facts, now: datetime) -> Verdict | None:
    """Whether far more of its items than before cannot be read: by the binomial tail, and by three tenths at least."""
    del now
    ended, unread = facts.items.ended, facts.items.unread
    before = facts.items_before
    usual = (before.unread + 0.5) / (before.ended + 5.0)  # a source without history is taken for one that is read
    if ended < LEAST_ITEMS or unread / ended < usual + 0.3 or _tail(unread, ended, usual) > _CERTAIN:
        return None
    told = {"unread": unread, "ended": ended, "unread_before": before.unread, "ended_before": before.ended}
    compared = tell(
        "%(unread)s of its %(ended)s items of the last seven days could not be read, %(unread_before)s of %(ended_before)s in "
        "the four weeks before.",
        **told,
    )
    alone = tell("%(unread)s of its %(ended)s items of the last seven days could not be read.", **told)
    return Verdict(State.UNREAD, compared if before.ended else alone, True)


def _slow(facts: Facts, now: datetime) -> Verdict | None:
    del now
    if facts.took_s is None or facts.took_s < max(20.0, facts.interval_s / 4):
        return None
    words = tell("A poll takes %(seconds)s s, the wait for its host's turn included.", seconds=f"{facts.took_s:.0f}")
    return Verdict(State.SLOW, words)


_JUDGES = (_new, _late, _refused, _broken, _moved, _silent, _unread, _slow)


def _tail(at_least: int, number: int, share: float) -> float:
    """Return the probability that ``at_least`` of ``number`` happen when each does with probability ``share``."""
    if number > 400:  # the normal approximation, for sums that are no longer small
        spread = sqrt(number * share * (1 - share)) or 1.0
        return 0.0 if (at_least - number * share) / spread > 4 else 1.0
    return sum(comb(number, k) * share**k * (1 - share) ** (number - k) for k in range(at_least, number + 1))
