"""Dates, numbers and lengths of time as the reader's language writes them; what was written once is remembered."""

from datetime import date, datetime, tzinfo
from functools import lru_cache

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.numbers import format_decimal, format_percent

from factdesk.tongues import gettext, spoken

_ENGLISH_DAY = "d MMM y"


def day(at: datetime | date, zone: tzinfo | None = None) -> str:
    """Return a day, as ``3 Mar 2026``."""
    local = at.astimezone(zone).date() if isinstance(at, datetime) else at
    return _day(local, spoken().code)


def clock(at: datetime, zone: tzinfo | None = None) -> str:
    """Return a day and a time to the minute."""
    return f"{day(at, zone)}, {at.astimezone(zone):%H:%M}"


def axis_day(label: str) -> str:
    """Return an ISO date without its year, as ``3 Mar``; of an hour its time, too."""
    if "T" in label:
        return f"{axis_day(label[:10])}, {label[11:16]}"
    tongue, at = spoken(), date.fromisoformat(label)
    if tongue.code == "en":
        return format_date(at, "d MMM", locale=tongue.locale)
    return format_skeleton("MMMd", datetime(at.year, at.month, at.day), locale=tongue.locale)  # noqa: DTZ001 # a day has no zone


def number(value: float) -> str:
    """Return a number with its groups."""
    return _number(value, spoken().code)


def percent(value: float) -> str:
    """Return a share as whole percent."""
    return _percent(value, spoken().code)


def duration(seconds: float | None) -> str:
    """Return a length of time in the two largest units, for a table."""
    if seconds is None:
        return "–"
    minutes = max(0, round(seconds / 60))
    days, hours, rest = minutes // 1440, minutes % 1440 // 60, minutes % 60
    if days:
        return gettext("%(days)s d %(hours)s h") % {"days": days, "hours": hours}
    if hours:
        return gettext("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": rest}
    return gettext("%(minutes)s min") % {"minutes": rest}


@lru_cache(maxsize=4096)
def _day(at: date, code: str) -> str:
    return format_date(at, _ENGLISH_DAY if code == "en" else "medium", locale=_locale(code))


@lru_cache(maxsize=4096)
def _number(value: float, code: str) -> str:
    return format_decimal(value, locale=_locale(code))


@lru_cache(maxsize=4096)
def _percent(value: float, code: str) -> str:
    return format_percent(value, locale=_locale(code))


@lru_cache(maxsize=64)
def _locale(code: str) -> Locale:
    return Locale.parse(code)
