"""Fractions in words, as shares of a hundred: "one in five", "a third", "jeder fünfte", "một phần năm"."""

import re
from functools import lru_cache

from nlp._quantity import Quantity

_PARTS = {
    "en": "half third quarter|fourth fifth sixth seventh eighth ninth tenth",
    "es": (
        "mitad tercio|tercera cuarto|cuarta quinto|quinta sexto|sexta séptimo|séptima octavo|octava noveno|novena décimo|décima"
    ),
    "fr": "moitié tiers quart cinquième sixième septième huitième neuvième dixième",
    "de": (
        "hälfte|halb drittel|dritte viertel|vierte fünftel|fünfte sechstel|sechste siebtel|siebte achtel|achte"
        " neuntel|neunte zehntel|zehnte"
    ),
    "vi": "hai ba tư|bốn năm sáu bảy tám chín mười",
}
_COUNTED = {
    "en": "two three four five six seven eight nine ten",
    "es": "dos tres cuatro cinco seis siete ocho nueve diez",
    "fr": "deux trois quatre cinq six sept huit neuf dix",
    "de": "zwei drei vier fünf sechs sieben acht neun zehn",
    "vi": "hai ba bốn năm sáu bảy tám chín mười",
}
_FORMS = {
    "en": (
        r"(?:one|1) (?:in|out of|of)(?: every)? (?P<whole>{counted}|\d+)",
        r"(?P<top>one|an?|two|three|four|five)[ -](?P<part>{parts})s?(?= of| lower| higher| less| more|$)",
    ),
    "es": (
        r"(?:uno|una|1) (?:de cada|de|sobre) (?P<whole>{counted}|\d+)",
        r"(?P<top>una?|dos|tres|cuatro) (?P<part>{parts})s?(?: partes?)?(?= de| más| menos|$)",
    ),
    "fr": (
        r"(?:une?|1)(?: [\w'’]+)? sur (?P<whole>{counted}|\d+)",
        r"(?P<top>une?|deux|trois|quatre) (?P<part>{parts})s?",
    ),
    "de": (
        r"(?:einer?|eine[sm]|1) von (?P<whole>{counted}|\d+)",
        r"(?P<top>jede[rsmn]?|ein|zwei|drei|vier) (?P<part>{parts})[nrsm]?",
    ),
    "vi": (
        r"cứ (?P<whole>{counted}|\d+) [^.,;]{{1,40}}? một(?: người)?",
        r"(?P<top>một|hai|ba|bốn|1|2|3) phần (?P<part>{parts})(?! trăm)",
    ),
}
_TOPS = {
    **dict.fromkeys(("zwei", "two", "dos", "deux", "hai", "2"), 2),
    **dict.fromkeys(("drei", "three", "tres", "trois", "ba", "3"), 3),
    **dict.fromkeys(("vier", "four", "cuatro", "quatre", "bốn"), 4),
    "five": 5,
}
_HUNDRED = 100.0


@lru_cache(maxsize=20_000)
def fractions(text: str, code: str) -> tuple[Quantity, ...]:
    """Return the fractions of ``text`` as shares of a hundred, each taken as rounded."""
    if code not in _FORMS:
        return ()
    parts = {form: at for at, forms in enumerate(_PARTS[code].split(), 2) for form in forms.split("|")}
    counted = {form: at for at, form in enumerate(_COUNTED[code].split(), 2)}
    lowered = text.lower()
    found: list[Quantity] = []
    for form in _FORMS[code]:
        pattern = form.format(counted="|".join(counted), parts="|".join(sorted(parts, key=len, reverse=True)))
        for match in re.finditer(rf"(?<!\w)(?:{pattern})(?!\w)", lowered):
            value = _value(match, parts, counted)
            if value and not any(one.start < match.end() and match.start() < one.end for one in found):
                found.append(Quantity(match.start(), match.end(), value, "share", "~", 1))
    return tuple(found)


def _value(match: re.Match[str], parts: dict[str, int], counted: dict[str, int]) -> float | None:
    named = match.groupdict()
    if named.get("whole"):
        whole = (
            counted.get(named["whole"]) or int(named["whole"]) if named["whole"].isdigit() or named["whole"] in counted else 0
        )
        return _HUNDRED / whole if whole > 1 else None
    share = _HUNDRED * _TOPS.get(named["top"], 1) / parts[named["part"]]
    return share if share < _HUNDRED else None
