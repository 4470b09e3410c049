"""Whether two names in two languages can be one place: countries and large cities by the CLDR, others by how they sound."""

from functools import cache

from babel import Locale, UnknownLocaleError
from babel.core import get_global

from nlp._words import plain, skeleton

_LETTERS = 4
_SOUNDS = 2


def same_place(mine: str, yours: str, *, codes: tuple[str, str]) -> bool:
    """Say whether the name ``mine`` (in the language ``codes[0]``) can be ``yours`` (in ``codes[1]``): *Wien* is *Vienna*."""
    left, right = plain(mine), plain(yours)
    if left[:_LETTERS] == right[:_LETTERS] or _places(codes[0]).get(left, set()) & _places(codes[1]).get(right, set()):
        return True
    heard = skeleton(mine), skeleton(yours)
    return min(map(len, heard)) >= _SOUNDS and (heard[0].startswith(heard[1]) or heard[1].startswith(heard[0]))


def is_place(name: str, code: str) -> bool:
    """Say whether a word of the language ``code`` belongs to the name of a country or large city."""
    return plain(name) in _places(code)


@cache
def _places(code: str) -> dict[str, set[str]]:
    """Return ``{word of a name: places}`` in one language; empty for one that the CLDR does not know."""
    try:
        locale = Locale.parse(code)
    except (UnknownLocaleError, ValueError):
        return {}
    found: dict[str, set[str]] = {}
    named = [(str(key), str(name)) for key, name in locale.territories.items()]
    for zone in get_global("zone_territories"):
        told = locale.time_zones.get(zone, {})
        named.append((zone, str(told.get("city") or zone.rpartition("/")[2].replace("_", " "))))
    for place, name in named:
        for word in plain(name).split():
            if len(word) >= _LETTERS:
                found.setdefault(word, set()).add(place)
    return found
