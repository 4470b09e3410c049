"""Quantities and dates as a text states them: digits, separators and number words of five languages, units and rounding."""

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from nlp._fractions import fractions
from nlp._quantity import Quantity
from nlp._words import fold, read, word_lists
from nlp.languages import Language, language

_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹٫٬", "01234567890123456789.,")
_NUMBER = re.compile(r"(?<![\w.,])\d+(?:[.,  ’' ]\d+)*(?![\w]*\d)")
_CLOCK = re.compile(r"(?<!\d)([01]?\d|2[0-3])(?::|h| giờ )([0-5]\d)(?!\d)")
_HOUR = re.compile(
    r"(?:(?:à|depuis|vers|dès|lúc|từ|a las|desde las)\s+)([01]?\d|2[0-3])\s*(?:heures?|h|giờ|horas)(?!\w)(?!\s*[0-5]\d)",
    re.IGNORECASE,
)
_HALVES = re.compile(r"(?<![\d:.,])(1[0-2]|[1-9])\s*(a\.?m|p\.?m)\b", re.IGNORECASE)
_PM = re.compile(r"\s*(a\.?m|p\.?m)\b", re.IGNORECASE)
_NAMED = {
    "noon": 720, "midday": 720, "mediodía": 720, "midi": 720, "mittags": 720, "giữa trưa": 720, "12 giờ trưa": 720,
    "midnight": 0, "medianoche": 0, "minuit": 0, "mitternacht": 0, "nửa đêm": 0,
}  # fmt: skip
_NAMED_HOUR = re.compile(rf"(?<!\w)(?:{'|'.join(sorted(_NAMED, key=len, reverse=True))})(?!\w)", re.IGNORECASE)
_UHR = re.compile(r"(?<![\d:.,])([01]?\d|2[0-3])(?:[:.]([0-5]\d))?\s*Uhr\b")
_BACK = 26
_MILLION = 1e6
_OF_MILLIONS = re.compile(r"\s+d(?:e\s|['’])(?=\w)")


@dataclass(frozen=True, slots=True)
class Moment:
    """A stated day (month 1-12, day or 0), clock time (minutes after midnight) or weekday (0 Monday), with its span."""

    start: int
    end: int
    kind: str
    value: tuple[int, ...]


def agrees(left: Quantity, right: Quantity) -> bool:
    """Say whether two quantities can be the same fact: equal, equal when rounded, or inside the bound that one states."""
    if left.dimension != right.dimension:
        return False
    if abs(left.value - right.value) <= 0.005 * max(abs(left.value), abs(right.value), 1e-9):
        return True
    return _within(left, right) or _within(right, left)


def _within(loose: Quantity, exact: Quantity) -> bool:
    """Say whether ``loose`` (rounded or bounded) is a faithful way to say ``exact``; "more than" may not understate by half."""
    ratio = exact.value / loose.value if loose.value else 0.0
    if loose.bound == ">":
        return 0.98 <= ratio <= 1.5
    if loose.bound == "<":
        return 0.67 <= ratio <= 1.02
    margin = {1: 0.06, 2: 0.03, 3: 0.005}.get(loose.digits, 0.0) if loose.digits < exact.digits else 0.0
    return abs(ratio - 1) <= (max(0.11, margin) if loose.bound == "~" else margin)


@lru_cache(maxsize=20_000)
def quantities(text: str, code: str) -> tuple[Quantity, ...]:
    """Return the quantities of ``text`` in order, dates and clock times left out."""
    taken = [(moment.start, moment.end) for moment in moments(text, code)]
    flat = text.translate(_DIGITS)
    written = _in_digits(flat, code)
    spelled = [
        item for item in _in_words(text, code) if not any(item[0] < end and start < item[1] for start, end, *_ in written)
    ]
    found = [*written, *spelled]
    free = [item for item in found if not any(start < item[1] and item[0] < end for start, end in taken)]
    parts = fractions(text, code)
    whole = [item for item in free if not any(part.start < item[1] and item[0] < part.end for part in parts)]
    stated = sorted((*parts, *(_quantity(flat, item, code) for item in whole)), key=lambda one: one.start)
    return tuple(one for one in stated if not any(other.start < one.start < other.end for other in stated))


def _in_digits(text: str, code: str) -> list[tuple[int, int, float, int]]:
    found = []
    for match in _NUMBER.finditer(text):
        value = _value(match.group(), language(code))
        if value is None:
            continue
        end, factor = _multiplier(text, match.end(), code)
        digits = len(re.sub(r"\D", "", match.group()).strip("0")) or 1
        found.append((match.start(), end, value * factor, digits))
    return found


def _value(written: str, lists: Language) -> float | None:
    """Return the value of digits with separators: groups of three are thousands, the language decides what is left open."""
    parts = re.split(r"[.,  ’' ]", written)
    marks = re.sub(r"\d", "", written)
    if not marks:
        return float(written)
    if len(set(marks)) > 1:
        return float("".join(parts[:-1]) + "." + parts[-1]) if marks[-1] in ".," else None
    grouped = all(len(part) == 3 for part in parts[1:]) and len(parts[0]) <= 3 and parts[0] != "0"
    decimal = lists.decimal.translate(_DIGITS) if lists.code in {"vi", "es", "fr", "de"} else "."
    if grouped and (len(parts) > 2 or marks != decimal or (lists.code != "en" and marks == ".")):
        return float("".join(parts))
    if len(parts) == 2 and marks in ".,":
        return float(".".join(parts))
    return None


def _multiplier(text: str, end: int, code: str) -> tuple[int, float]:
    """Return where a multiplier word after a number ends and its factor (``1.2 million``)."""
    match = re.compile(r"\s+(?:de\s+)?([^\W\d_]+)").match(text, end)
    if not match:
        return end, 1.0
    value = _number_words(code).get(fold(match.group(1), code), 0.0)
    return (match.end(1), value) if value >= 1000 else (end, 1.0)


@cache
def _number_words(code: str) -> dict[str, float]:
    return {fold(word, code): value for word, value in language(code).number_words.items()}


def _in_words(text: str, code: str) -> list[tuple[int, int, float, int]]:
    """Return runs of number words as ``(start, end, value, digits)``; one weak word alone (``a``, ``năm``) is no number."""
    table = _number_words(code)
    found: list[tuple[int, int, float, int]] = []
    run: list[tuple[int, int, list[float], str]] = []
    joiners = {"en": {"and"}, "es": {"y"}, "fr": {"et"}, "ar": set[str](), "vi": {"lẻ", "linh"}}.get(code, set())
    for word in read(text, code).words:
        part = [piece for piece in re.split(r"-", word.fold) if piece not in joiners]
        values = [_one(piece, table, code) for piece in part]
        if run and re.search(r"[^\w\s-]", text[run[-1][1] : word.start]):
            found.extend(_run(run, code))
            run = []
        if values and all(value is not None for value in values):
            run.append((word.start, word.end, [value for value in values if value is not None], word.fold))
        elif not (run and word.fold in joiners):
            found.extend(_run(run, code))
            run = []
    return [*found, *_run(run, code)]


def lone_numbers(text: str, code: str) -> frozenset[float]:
    """Return the values of the words that may be numbers and are none by themselves (``a``, ``năm``)."""
    table, weak = _number_words(code), word_lists().get(f"weak.{code}", ())
    return frozenset(table[word.fold] for word in read(text, code).words if word.fold in weak and word.fold in table)


def _one(piece: str, table: dict[str, float], code: str) -> float | None:
    if code == "ar":
        if piece.endswith(("ميه", "مايه")) and len(piece) > 5:
            return 100 * (
                table.get(piece[:-3])
                or table.get(piece[:-3] + "ه")
                or table.get(piece[:-4])
                or table.get(piece[:-4] + "ه")
                or 1
            )
        for start in ("", "و", "ب", "ال", "ل"):
            if piece.startswith(start) and piece.removeprefix(start) in table:
                return table[piece.removeprefix(start)]
        return table.get(piece.removesuffix("ا")) if piece.endswith("ا") else None
    return table.get(piece) or (_german(piece, table) if code == "de" else None)


def _german(piece: str, table: dict[str, float]) -> float | None:
    """Return the value of a number written in one word: ``fünfunddreißig``, ``zweihundertvierzig``, ``dreitausend``."""
    for power in ("tausend", "hundert"):
        head, found, tail = piece.partition(power)
        if found:
            many = (_one(head, table, "de") if head else 1.0), (_one(tail.removeprefix("und"), table, "de") if tail else 0.0)
            return many[0] * table[power] + many[1] if many[0] is not None and many[1] is not None else None
    ones, found, tens = piece.partition("und")
    small, large = table.get(ones, 0.0), table.get(tens, 0.0)
    return small + large if found and 1 <= small <= 9 and 20 <= large <= 90 else None


def _run(run: list[tuple[int, int, list[float], str]], code: str) -> list[tuple[int, int, float, int]]:
    if not run or (len(run) == 1 and run[0][3] in word_lists().get(f"weak.{code}", ())):
        return []
    values = [value for _, _, group, _ in run for value in group]
    value = _compose(values, code)
    return [(run[0][0], run[-1][1], value, len(str(int(value)).strip("0")) or 1)] if value >= 1 else []


def _compose(values: list[float], code: str) -> float:
    """Return the value of number words in order: ``two hundred thousand five`` is ``(2 * 100) * 1000 + 5``."""
    total, group = 0.0, 0.0
    for value in values:
        if value >= 1000:
            total += max(group, 1.0) * value
            group = 0.0
        elif code == "vi" and value == 10 and group % 10 > 1:
            group += 9 * (group % 10)  # "bốn trăm năm mươi": the five before it is fifty
        elif value == 100 or (value == 20 and group == 4):
            group = max(group, 1.0) * value if group < 100 else group + value
        else:
            group += value
    return total + group


def _quantity(text: str, item: tuple[int, int, float, int], code: str) -> Quantity:
    start, end, value, digits = item
    counted = _OF_MILLIONS.match(text, end) if value >= _MILLION else None  # "2,5 millones de euros"
    dimension, factor, stop = _unit(text, (start, counted.end() if counted else end), code)
    stop = end if dimension == "count" else stop
    before = fold(text[max(0, start - _BACK) : start], code).rstrip()
    bound = "="
    for sign, kind in (("~", "about"), (">", "more"), ("<", "less")):
        forms = (fold(form, code) for form in word_lists().get(f"{kind}.{code}", ()))
        if any(before == form or before.endswith(" " + form) for form in forms):
            bound = sign
    if dimension == "heat_f":
        return Quantity(start, stop, (value - 32) / 1.8, "heat", "~" if bound == "=" else bound, digits)
    return Quantity(start, stop, value * factor, dimension, bound, digits)


def _unit(text: str, span: tuple[int, int], code: str) -> tuple[str, float, int]:
    """Return ``(dimension, factor, end)`` of the unit after (or the currency sign before) a number."""
    start, end = span
    after = re.match(
        r"[\s-]*([%٪€$]|°\s?[CFcf]\b|km²|km2|[^\W\d_]+[³3]?(?:-[^\W\d_]+)*)(?:\s+([^\W\d_]+))?", text[end : end + 40]
    )
    if after:
        first, second = fold(after.group(1), code), fold(after.group(2) or "", code)
        for form, place in ((f"{first} {second}", 2), (first, 1)):
            if form in _folded_units(code) and (place == 1 or second):
                dimension, factor = _folded_units(code)[form]
                return dimension, factor, end + after.end(place)
    if start and text[start - 1] in "€$":
        return {"€": "eur", "$": "usd"}[text[start - 1]], 1.0, end
    return "count", 1.0, end


@cache
def _folded_units(code: str) -> dict[str, tuple[str, float]]:
    found: dict[str, tuple[str, float]] = {}
    for entry, forms in word_lists().items():
        kind, _, rest = entry.partition(".")
        if kind == "unit":
            dimension, _, factor = rest.partition("*")
            found.update(dict.fromkeys((fold(form, code) for form in forms), (dimension, float(factor))))
    return found


@lru_cache(maxsize=20_000)
def moments(text: str, code: str) -> tuple[Moment, ...]:
    """Return the days, clock times and weekdays that ``text`` states."""
    flat = text.translate(_DIGITS)
    lowered = flat.casefold()
    found = [*_clocks(flat), *_days(lowered, code), *_weekdays(lowered, code)]
    return tuple(sorted(found, key=lambda moment: moment.start))


def _clocks(text: str) -> list[Moment]:
    found = []
    for match in _CLOCK.finditer(text):
        half = _PM.match(text, match.end())
        hour = int(match.group(1)) + (12 if half and half.group(1)[0] in "pP" and int(match.group(1)) < 12 else 0)
        found.append(Moment(match.start(), match.end(), "clock", (hour * 60 + int(match.group(2)),)))
    named = [
        Moment(match.start(), match.end(), "clock", (_NAMED[match.group().lower()],)) for match in _NAMED_HOUR.finditer(text)
    ]
    hours = [Moment(match.start(1), match.end(), "clock", (int(match.group(1)) * 60,)) for match in _HOUR.finditer(text)]
    uhr = [
        Moment(match.start(), match.end(), "clock", (int(match.group(1)) * 60 + int(match.group(2) or 0),))
        for match in _UHR.finditer(text)
    ]
    for moment in (*uhr, *named, *hours):
        if not any(other.start < moment.end and moment.start < other.end for other in found):
            found.append(moment)
    for match in _HALVES.finditer(text):
        hour = int(match.group(1)) % 12 + (12 if match.group(2)[0] in "pP" else 0)
        found.append(Moment(match.start(), match.end(), "clock", (hour * 60,)))
    return found


@cache
def _day_pattern(code: str) -> re.Pattern[str]:
    """Return the pattern of a day with a month name, in either order, for one language."""
    month = "|".join(
        rf"(?P<m{place}>{'|'.join(re.escape(name) for name in sorted(set(names), key=len, reverse=True))})"
        for place, names in sorted(enumerate(language(code).months, 1), reverse=True)
    )
    if not month:
        return re.compile(r"(?!)")
    return re.compile(
        r"(?:(?<!\d)(?P<before>[0-3]?\d)(?:st|nd|rd|th|er|\.)?\s+(?:de\s+|of\s+|من\s+)?)?"
        rf"(?<!\w)(?:{month})(?!\w)(?:\s+(?P<after>[0-3]?\d)(?!\d|[:.,]\d))?"
    )


def _days(text: str, code: str) -> list[Moment]:
    found = []
    for match in _day_pattern(code).finditer(text):
        day = match.group("before") or match.group("after")
        month = next(int(name[1:]) for name, value in match.groupdict().items() if name[0] == "m" and value)
        if day:
            found.append(Moment(match.start(), match.end(), "day", (month, int(day))))
    return found


def _weekdays(text: str, code: str) -> list[Moment]:
    found: list[Moment] = []
    for place, names in enumerate(language(code).weekdays):
        full = "|".join(re.escape(name) for name in names if len(name) > 3)
        found.extend(
            Moment(match.start(), match.end(), "weekday", (place,)) for match in re.finditer(rf"(?<!\w)(?:{full})(?!\w)", text)
        )
    return found
