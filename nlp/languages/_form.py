"""The form of one language's word lists, apart from the folder's reader so that each language file can import it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

_NO_NUMBERS: Mapping[str, float] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Language:
    """What a language's words say about how a sentence is meant.

    All words and phrases are case-folded; a phrase may hold spaces. ``months`` and ``weekdays`` hold, January and Monday
    first, the names and abbreviations of each. ``number_words`` gives values, multipliers (thousand, million) included.
    ``spaced`` says whether words stand apart by spaces. ``opinion_markers`` make a sentence an opinion whatever else it
    says; ``evaluations`` do so only where it names no number. ``future_forms`` is a pattern of verb endings or beginnings
    that speak of the future; ``conditionals`` open a sentence that only supposes something.
    """

    code: str
    name: str
    stop_words: frozenset[str] = frozenset()
    negations: frozenset[str] = frozenset()
    hedges: frozenset[str] = frozenset()
    opinion_markers: frozenset[str] = frozenset()
    evaluations: frozenset[str] = frozenset()
    first_person: frozenset[str] = frozenset()
    question_words: frozenset[str] = frozenset()
    question_marks: str = "?？؟"
    future_markers: frozenset[str] = frozenset()
    future_forms: str = ""
    conditionals: frozenset[str] = frozenset()
    wishes: frozenset[str] = frozenset()
    denial_words: frozenset[str] = frozenset()
    report_words: frozenset[str] = frozenset()
    satire_markers: frozenset[str] = frozenset()
    cause_words: frozenset[str] = frozenset()
    abbreviations: frozenset[str] = frozenset()
    number_words: Mapping[str, float] = field(default_factory=lambda: _NO_NUMBERS)
    months: tuple[tuple[str, ...], ...] = ()
    weekdays: tuple[tuple[str, ...], ...] = ()
    decimal: str = "."
    thousands: str = ","
    rtl: bool = False
    spaced: bool = True


def words(text: str) -> frozenset[str]:
    """Return the comma-separated words and phrases of ``text``, case-folded."""
    return frozenset(piece for piece in (part.strip().casefold() for part in text.split(",")) if piece)


def numbers(text: str) -> Mapping[str, float]:
    """Return ``word=value`` pairs, comma-separated, as a read-only mapping."""
    pairs = (part.split("=") for part in text.split(","))
    return MappingProxyType({word.strip().casefold(): float(value) for word, value in pairs})


def names(text: str) -> tuple[tuple[str, ...], ...]:
    """Return ``a/b, c/d`` as ``(("a", "b"), ("c", "d"))``: the spellings of each month or weekday in order."""
    return tuple(tuple(name.strip().casefold() for name in part.split("/")) for part in text.split(","))
