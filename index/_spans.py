"""Values that span a range: days and ages as periods of instants, counts as a range of numbers."""

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from factdesk.errors import QueryError

_DAY = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2})(?:T(\d{1,2}):(\d{2}))?)?)?\Z")
_COMPARED = re.compile(r"([<>]=?)(.*)\Z", re.DOTALL)
_AGE = re.compile(r"(\d{1,6})(min|h|d|w)\Z", re.IGNORECASE)
_UNITS = {"min": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_NUMBER = re.compile(r"(\d{1,12})([km]?)\Z", re.IGNORECASE)
_FACTORS = {"": 1, "k": 1_000, "m": 1_000_000}
_DATE_FORMS = "{0}:2026-01-31, {0}:2026-01, {0}:2026-01-01..2026-01-31, {0}:>2026-01-31, {0}:<24h (newer) or {0}:>7d (older)"


@dataclass(frozen=True, slots=True)
class Value:
    """What was typed after ``field:``, and where."""

    field: str
    text: str
    position: int


@dataclass(frozen=True, slots=True)
class Clock:
    """What a day and an age are measured by: the desk's time zone and the present."""

    zone: tzinfo = UTC
    now: datetime | None = None

    @property
    def present(self) -> datetime:
        """Return the present instant."""
        return self.now or datetime.now(UTC)


Period = tuple[datetime | None, datetime | None]


def period(value: Value, *, clock: Clock) -> Period:
    """Return the instants (UTC) from start (included) to end (excluded). Raises `QueryError` where ``value`` is no period."""
    compared = _COMPARED.match(value.text)
    if compared is not None:
        return _compared(value, clock=clock, sign=compared[1], operand=compared[2].strip())
    if _AGE.match(value.text):
        remedy = f"Write {value.field}:<{value.text} for what is newer, {value.field}:>{value.text} for what is older."
        raise QueryError(f"{value.text} is an age, not a day.", remedy=remedy, position=value.position, length=len(value.text))
    first, dots, last = value.text.partition("..")
    if not dots:
        last = first
    if not (first or last):
        raise _no_date(value)
    start = _instants(first, value, clock=clock)[0] if first else None
    end = _instants(last, value, clock=clock)[1] if last else None
    if start and end and start >= end:
        raise QueryError(
            "The period ends before it begins.",
            remedy="Write the earlier day first.",
            position=value.position,
            length=len(value.text),
        )
    return start, end


def counts(value: Value) -> tuple[int | None, int | None]:
    """Return the least and the greatest number (both included). Raises `QueryError` where ``value`` is no number or range."""
    compared = _COMPARED.match(value.text)
    if compared is not None:
        number = _number(compared[2].strip(), value)
        edge = 0 if "=" in compared[1] else 1
        return (number + edge, None) if compared[1][0] == ">" else (None, number - edge)
    first, dots, last = value.text.partition("..")
    if not (first or last):
        raise _no_number(value)
    low, high = (_number(one, value) if one else None for one in (first, last if dots else first))
    if low is not None and high is not None and low > high:
        raise QueryError(
            "The range ends before it begins.",
            remedy="Write the smaller number first.",
            position=value.position,
            length=len(value.text),
        )
    return low, high


def _compared(value: Value, *, clock: Clock, sign: str, operand: str) -> Period:
    age = _AGE.match(operand)
    if age is not None:
        try:
            then = clock.present - int(age[1]) * _UNITS[age[2].lower()]
        except OverflowError:
            raise _no_date(value) from None
        return (None, then) if sign[0] == ">" else (then, None)
    start, end = _instants(operand, value, clock=clock)
    return {">": (end, None), ">=": (start, None), "<": (None, start), "<=": (None, end)}[sign]


def _instants(text: str, value: Value, *, clock: Clock) -> tuple[datetime, datetime]:
    """Return the first instant of a minute, day, month or year, and the first one after it."""
    today = clock.present.astimezone(clock.zone).date()
    named = {"today": today, "yesterday": today - timedelta(days=1)}.get(text.lower())
    match = _DAY.match(named.isoformat() if named else text)
    if match is None:
        raise _no_date(value)
    try:
        first = date(int(match[1]), int(match[2] or 1), int(match[3] or 1))
        if match[4]:
            at = _instant(first, clock, at=time(int(match[4]), int(match[5])))
            return at, at + timedelta(minutes=1)
        return _instant(first, clock), _instant(first + timedelta(days=_length(match, first)), clock)
    except (ValueError, OverflowError):
        raise _no_date(value) from None


def _length(match: re.Match[str], first: date) -> int:
    if match[3]:
        return 1
    return calendar.monthrange(first.year, first.month)[1] if match[2] else 365 + calendar.isleap(first.year)


def _instant(day: date, clock: Clock, *, at: time = time()) -> datetime:
    return datetime.combine(day, at, tzinfo=clock.zone).astimezone(UTC)


def _number(text: str, value: Value) -> int:
    match = _NUMBER.match(text.replace(",", ""))
    if match is None:
        raise _no_number(value)
    return int(match[1]) * _FACTORS[match[2].lower()]


def _no_number(value: Value) -> QueryError:
    remedy = f"Write {value.field}:>1000, {value.field}:<=500 or {value.field}:100..500."
    what = f"{value.text[:40]} is no number."
    return QueryError(what, remedy=remedy, position=value.position, length=len(value.text))


def _no_date(value: Value) -> QueryError:
    remedy = f"Write {_DATE_FORMS.format(value.field)}."
    what = f"{value.text[:40]} is no date, period or age."
    return QueryError(what, remedy=remedy, position=value.position, length=len(value.text))
