"""One reader of written dates for pages, ClaimReview and library files: many forms, a dozen languages, no guessing.

Written here because the general parsers cost milliseconds a date and accept almost anything; this one costs
microseconds and answers ``None`` when it is not sure.
"""

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

EARLIEST = datetime(1995, 1, 1, tzinfo=UTC)
_SLACK = timedelta(days=1)  # a clock that is ahead, or a date of today in an eastern time zone

_ISO = re.compile(
    r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})"
    r"(?:[T ,]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?)?"
)
_COMPACT = re.compile(r"(?<!\d)((?:19|20)\d{2})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})?(Z)?)?(?!\d)")
_NUMERIC = re.compile(r"(?<!\d)(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})(?!\d)")
_DAY_FIRST = re.compile(r"(?<!\d)(\d{1,2})(?:st|nd|rd|th|er|º|o)?[\s.,/-]+(?:de |of )?([^\W\d_]+)[\s.,/-]+(?:de |del )?(\d{4})")
_MONTH_FIRST = re.compile(r"([^\W\d_]{3,})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})")
_VIETNAMESE = re.compile(r"(?<!\d)(\d{1,2})\s+thang\s+(\d{1,2})[\s,]+(?:nam\s+)?(\d{4})")
_CLOCK = re.compile(r"(?<!\d)(\d{1,2})[:h](\d{2})(?:[:m](\d{2}))?\s*([ap]\.?m\b)?", re.IGNORECASE)
_MAIL = re.compile(r"[A-Za-z]{3,9},\s+\d{1,2}\s+[A-Za-z]{3}\s+\d{2,4}\s+\d{1,2}:")
_ZONE = re.compile(r"(?:\b(UTC|GMT|PHT|PST|PDT|EST|EDT|CET|CEST)\b|\d\s*([+-])(\d{2}):?(\d{2})\b)")
_ZONES = {"PHT": 8, "PST": -8, "PDT": -7, "EST": -5, "EDT": -4, "CET": 1, "CEST": 2}
_YEARLY = re.compile(r"[/-]((?:19|20)\d{2})[/-](\d{1,2})[/-](\d{1,2})(?=[/.-]|$)|[/-]((?:19|20)\d{2})(\d{2})(\d{2})(?=[/.-]|$)")
_ARABIC_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")

_MONTHS_BY_LANGUAGE = (
    "january february march april may june july august september october november december",
    "jan feb mar apr may jun jul aug sep oct nov dec",
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "ene feb mar abr may jun jul ago sept oct nov dic",
    "janeiro fevereiro marco abril maio junho julho agosto setembro outubro novembro dezembro",
    "jan fev mar abr mai jun jul ago set out nov dez",
    "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre",
    "janv fevr mars avr mai juin juil aout sept oct nov dec",
    "januar februar marz april mai juni juli august september oktober november dezember",
    "jan feb mrz apr mai jun jul aug sep okt nov dez",
    "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "gen feb mar apr mag giu lug ago set ott nov dic",
    "januari februari maart april mei juni juli augustus september oktober november december",
    "januari februari maret april mei juni juli agustus september oktober november desember",
    "stycznia lutego marca kwietnia maja czerwca lipca sierpnia wrzesnia pazdziernika listopada grudnia",
    "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "يناير فبراير مارس ابريل مايو يونيو يوليو اغسطس سبتمبر اكتوبر نوفمبر ديسمبر",
    "كانون شباط اذار نيسان ايار حزيران تموز اب ايلول تشرين . .",
    "ocak subat mart nisan mayis haziran temmuz agustos eylul ekim kasim aralik",
)


def fold(text: str) -> str:
    """Return ``text`` in lower case without diacritics (``đ`` becomes ``d``), digits as ASCII: for looking words up."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("đ", "d").translate(_ARABIC_DIGITS))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def _month_table() -> dict[str, int]:
    """Month number by folded name; a name two languages use for different months is left out."""
    table: dict[str, int] = {}
    doubtful: set[str] = set()
    for names in _MONTHS_BY_LANGUAGE:
        for number, name in enumerate(names.split(), start=1):
            if table.setdefault(fold(name), number) != number:
                doubtful.add(fold(name))
    return {name: number for name, number in table.items() if name not in doubtful | {".", "كانون", "تشرين"}}


_MONTHS = _month_table()


def plausible(instant: datetime | None, *, now: datetime) -> datetime | None:
    """Return ``instant`` in UTC when it lies between 1995 and ``now`` (a day of slack is cut to ``now``), else ``None``."""
    if instant is None:
        return None
    moment = instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)
    if not EARLIEST <= moment <= now + _SLACK:
        return None
    return min(moment, now)


def parse_instant(written: str) -> datetime | None:
    """Return the UTC instant that ``written`` names (at most 200 characters are read), or ``None``; never raises.

    A date without a time is its midnight; a time without a zone is UTC. ``03/04/2020`` is read day first, as most of
    the world writes, unless the second number can only be a day.
    """
    moment = parse_local(written)
    try:
        return moment.astimezone(UTC) if moment else None
    except OverflowError:
        return None


def parse_local(written: str) -> datetime | None:
    """Return what ``parse_instant`` does, in the time zone that ``written`` names: its day is the one that readers saw."""
    text = " ".join(written[:200].split())
    if not text:
        return None
    try:
        return _iso(text) or _mail(text) or _words(fold(text), text) or _compact(text)
    except (ValueError, OverflowError):
        return None


def url_date(url: str) -> datetime | None:
    """Return the day an address spells (``/2026/03/14/``, ``/20260314-``), or ``None``."""
    found = _YEARLY.search(url[:2000])
    if not found:
        return None
    parts = [int(part) for part in found.groups() if part]
    try:
        return datetime(parts[0], parts[1], parts[2], tzinfo=UTC)
    except ValueError:
        return None


def _iso(text: str) -> datetime | None:
    found = _ISO.search(text)
    if not found:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    if hour == 24:
        hour = 0
    return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=_offset(found[7]))


def _offset(zone: str | None) -> timezone:
    if not zone or zone[0] not in "+-":
        return UTC
    hours, minutes = int(zone[1:3]), int(zone[-2:])
    return timezone((1 if zone[0] == "+" else -1) * timedelta(hours=hours, minutes=minutes))


def _mail(text: str) -> datetime | None:
    """RFC 2822, as RSS writes it."""
    if not _MAIL.match(text):
        return None
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _words(text: str, original: str) -> datetime | None:
    day = _vietnamese(text) or _named(text) or _numeric(text)
    if day is None:
        return None
    hour, minute, second = _clock(text)
    return datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=_zone(original))


def _vietnamese(text: str) -> date | None:
    found = _VIETNAMESE.search(text)
    return date(int(found[3]), int(found[2]), int(found[1])) if found else None


def _named(text: str) -> date | None:
    for found in _DAY_FIRST.finditer(text):
        if month := _month(found[2]):
            return date(int(found[3]), month, int(found[1]))
    for found in _MONTH_FIRST.finditer(text):
        if month := _month(found[1]):
            return date(int(found[3]), month, int(found[2]))
    return None


def _month(name: str) -> int | None:
    return _MONTHS.get(name) or _MONTHS.get(name[:3] if name.isascii() and len(name) <= 4 else name)


def _numeric(text: str) -> date | None:
    found = _NUMERIC.search(text)
    if not found:
        return None
    day, month, year = int(found[1]), int(found[2]), int(found[3])
    if month > 12:
        day, month = month, day
    return date(year + 2000 if year < 100 else year, month, day)


def _clock(text: str) -> tuple[int, int, int]:
    found = _CLOCK.search(text)
    if not found:
        return (0, 0, 0)
    hour = int(found[1])
    if found[4]:
        hour = hour % 12 + (12 if found[4][0] in "pP" else 0)
    minute = int(found[2])
    return (hour, minute, int(found[3] or 0)) if hour < 24 and minute < 60 else (0, 0, 0)


def _zone(text: str) -> timezone:
    found = _ZONE.search(text)
    if not found:
        return UTC
    if found[1]:
        return timezone(timedelta(hours=_ZONES.get(found[1], 0)))
    return _offset(f"{found[2]}{found[3]}{found[4]}")


def _compact(text: str) -> datetime | None:
    found = _COMPACT.fullmatch(text)
    if not found:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
