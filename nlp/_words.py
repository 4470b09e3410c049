"""Texts as comparable words: folded, with stop words away, and words of five languages for one thing under one key."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from nlp.languages import language

_WORD = re.compile(r"[^\W_][^\W_\u064b-\u0652]*(?:[\u064b-\u0652]+[^\W_]*)*(?:[-’'][^\W_]+)*")
_ARABIC = str.maketrans("أإآٱىةؤئ", "اااايهوي", "ـ")
_ARABIC_PREFIXES = ("وبال", "وال", "بال", "فال", "كال", "ولل", "ال", "لل", "و", "ف", "ب", "ل", "س")
_FRENCH_JOIN = re.compile(r"^(?:qu|[cdjlmnst])['’]", re.IGNORECASE)
# A German ordinal before its month ("ab dem 9. September") ends no sentence.
_SENTENCE = re.compile(r"(?<=[.!?؟…])[\"”»]?\s+(?!(?<=\d\.\s)(?:Jan|Feb|März|Apr|Mai|Jun|Jul|Aug|Sep|Okt|Nov|Dez))|\n+")
_SOUNDS = {
    "b": "bpبپ",
    "f": "fvفڤ",
    "k": "kqcgjxكقجخغ",
    "h": "hهح",
    "s": "szسصزش",
    "t": "tdتدطضثذظ",
    "m": "mم",
    "n": "nن",
    "l": "lل",
    "r": "rر",
}
_SOUND = str.maketrans({letter: sound for sound, letters in _SOUNDS.items() for letter in letters})
_KEPT = frozenset(_SOUNDS)
_LONGEST_PHRASE = 4
_GERMAN_ENDINGS = ("ern", "en", "em", "er", "es", "et", "e", "n", "s", "t")
# Every German noun is written like a name: one is taken for a name only where a place or a title stands before it.
_GERMAN_SLOT = re.compile(
    r"(?:(?<!\w)(?:in|bei|vor|aus|nach|von|nahe|um|gegen|herr|frau|dr|gemeinde|stadt|dorf|ort|insel|kreis|bezirk|firma|hafen|fähre)"
    r")\s\Z",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Word:
    """One word: its span in the text, folded form, comparison ``key``, and whether it looks like a proper name or a number."""

    start: int
    end: int
    fold: str
    key: str
    name: bool = False
    digits: bool = False
    stop: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """A text read once: ``words`` in order, the content ``keys``, and the ``names`` (comparison keys of proper names).

    Compared by identity: ``read`` gives one object a text, so that what is derived from it can be kept cheaply.
    """

    text: str
    language: str
    folded: str
    words: tuple[Word, ...]
    keys: frozenset[str]
    names: frozenset[str]


def plain(text: str) -> str:
    """Return ``text`` case-folded, without diacritics (Vietnamese ``đ`` becomes ``d``, Arabic letters are normalised)."""
    bare = unicodedata.normalize("NFKD", text.casefold()).replace("đ", "d")
    return "".join(char for char in bare if not unicodedata.combining(char)).translate(_ARABIC).replace("’", "'")


def fold(text: str, code: str) -> str:
    """Return ``text`` folded for comparison within language ``code``: Vietnamese keeps its tone marks, others lose them."""
    return unicodedata.normalize("NFC", text.casefold()) if code == "vi" else plain(text)


@lru_cache(maxsize=50_000)
def skeleton(name: str) -> str:
    """Return the consonant sounds of a name, the same for Latin and Arabic spelling in most cases (``Haldrin``: ``hltrn``)."""
    sounds = [sound for sound in plain(name).translate(_SOUND) if sound in _KEPT]
    return "".join(sound for place, sound in enumerate(sounds) if place == 0 or sounds[place - 1] != sound)


@lru_cache(maxsize=20_000)
def read(text: str, code: str) -> Reading:
    """Return the words of ``text`` (language ``code``) with their comparison keys."""
    found = [_pieces(match, code) for match in _WORD.finditer(text)]
    folds = [piece[2] for piece in found]
    stops, concepts = _stops(code), _concepts(code)
    joined = _joined(folds, concepts)
    words = tuple(_word(text, piece, joined=joined.get(place), stops=stops, code=code) for place, piece in enumerate(found))
    content = frozenset(word.key for word in words if not word.stop)
    names = frozenset(word.key for word in words if word.name)
    return Reading(text, code, fold(text, code), words, content, names)


def sentences(text: str) -> tuple[tuple[int, int], ...]:
    """Return the spans of the sentences of a passage, found by punctuation alone."""
    spans, start = [], 0
    for gap in _SENTENCE.finditer(text):
        if gap.start() - start > 1:
            spans.append((start, gap.start()))
        start = gap.end()
    if len(text) - start > 1:
        spans.append((start, len(text)))
    return tuple(spans) or ((0, len(text)),)


def _pieces(match: re.Match[str], code: str) -> tuple[int, int, str, str]:
    raw, start = match.group(), match.start()
    join = _FRENCH_JOIN.match(raw) if code == "fr" else None
    if join:
        start, raw = start + join.end(), raw[join.end() :]
    raw = raw[:-2] if raw.endswith(("'s", "’s")) else raw
    return start, start + len(raw), fold(raw, code), raw


def _word(text: str, piece: tuple[int, int, str, str], *, joined: str | None, stops: frozenset[str], code: str) -> Word:
    start, end, form, raw = piece
    digits = raw[0].isdigit()
    key = joined or ("#" + form if digits or form in _measures(code) else _stem(form, code))
    capital = raw[0].isupper() and len(raw) > 1 and not joined and form not in stops and not key.startswith("#")
    opens = capital and (text[:start].rstrip() or ".")[-1] in ".!?\n:؟"
    named = capital and (code != "de" or _GERMAN_SLOT.search(text[:start]) is not None)
    if named and not (opens and _has_ending(form)):
        key = plain(raw)[:7]
    return Word(start, end, form, key, name=named and not opens, digits=digits, stop=form in stops and not joined)


def _has_ending(form: str) -> bool:
    """Say whether a capitalised first word ends like an inflected one, and so is stemmed rather than kept as a name."""
    return form.endswith(("ing", "ed", "es", "s"))


@lru_cache(maxsize=65_536)
def _stem(form: str, code: str) -> str:
    """Return a crude stem: enough to join singular with plural and the persons of a verb."""
    if code == "ar":
        for prefix in _ARABIC_PREFIXES:
            if form.startswith(prefix) and len(form) - len(prefix) >= 3:
                form = form.removeprefix(prefix)
                break
        return form[:5]
    if code == "vi":
        return form
    for ending in _GERMAN_ENDINGS if code == "de" else ():
        if form.endswith(ending) and len(form) - len(ending) >= 4:
            return form.removesuffix(ending)[:8]
    for ending in ("ingly", "edly", "ing", "ed", "es", "s", "e"):
        if form.endswith(ending) and len(form) - len(ending) >= 3:
            return form.removesuffix(ending)[:7]
    return form[:7]


@cache
def word_lists() -> dict[str, tuple[str, ...]]:
    """Return the entries of ``languages/cues.txt`` and ``ledger.txt``: ``{"false.en": (phrases …)}``."""
    folder = files("nlp.languages")
    text = "\n\n".join(folder.joinpath(name).read_text(encoding="utf-8").strip() for name in ("cues.txt", "ledger.txt"))
    paragraphs = (" ".join(part.split()) for part in text.split("\n\n") if not part.startswith("#"))
    entries = (paragraph.split(": ", 1) for paragraph in paragraphs)
    return {name: tuple(phrase.strip() for phrase in phrases.split(",")) for name, phrases in entries}


@cache
def _stops(code: str) -> frozenset[str]:
    lists = language(code)
    return frozenset(fold(word, code) for word in lists.stop_words | lists.negations if " " not in word)


@cache
def _measures(code: str) -> frozenset[str]:
    """Return the words of units, figures and the calendar: they belong to a figure and are no content of their own."""
    units = (form for entry, forms in word_lists().items() if entry.startswith("unit.") for form in forms)
    calendar = (part for names in language(code).months for name in names for part in name.split())
    clock = word_lists().get(f"clock.{code}", ())
    weak = word_lists().get(f"weak.{code}", ())
    figures = (form for form in language(code).number_words if form not in weak)
    return frozenset(fold(form, code) for form in (*units, *calendar, *clock, *figures))


@cache
def _concepts(code: str) -> tuple[dict[str, str], dict[str, str]]:
    """Return ``{form: key}`` for whole forms and for beginnings, of one language."""
    columns = {"en": 1, "vi": 2, "es": 3, "fr": 4, "ar": 5, "de": 6}
    whole: dict[str, str] = {}
    begins: dict[str, str] = {}
    if code not in columns:
        return whole, begins
    table = files("nlp.languages").joinpath("concepts.txt").read_text(encoding="utf-8")
    for line in table.splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if line.startswith("#") or len(cells) <= columns[code]:
            continue
        for form in (fold(part.strip(), code) for part in cells[columns[code]].split(",") if part.strip()):
            (begins if form.endswith("*") else whole).setdefault(form.rstrip("*"), "=" + cells[0])
    return whole, begins


def _joined(folds: list[str], concepts: tuple[dict[str, str], dict[str, str]]) -> dict[int, str]:
    """Return ``{place: key}`` of words that stand, alone or in a phrase, for a known concept (longest phrase first)."""
    whole, begins = concepts
    keys: dict[int, str] = {}
    place = 0
    while place < len(folds):
        for length in range(min(_LONGEST_PHRASE, len(folds) - place), 0, -1):
            phrase = " ".join(folds[place : place + length])
            key = whole.get(phrase) or (_single(phrase, whole, begins) if length == 1 else None)
            if key:
                keys.update(dict.fromkeys(range(place, place + length), key))
                break
        place += length
    return keys


def _single(form: str, whole: dict[str, str], begins: dict[str, str]) -> str | None:
    for variant in _variants(form):
        found = whole.get(variant)
        if found:
            return found
        for length in range(len(variant), 1, -1):
            found = begins.get(variant[:length])
            if found and len(variant) - length <= 5:
                return found
    return None


def _variants(form: str) -> tuple[str, ...]:
    if not "\u0600" <= form[0] <= "\u06ff":
        return (form,)
    return (
        form,
        *(form.removeprefix(prefix) for prefix in _ARABIC_PREFIXES if form.startswith(prefix) and len(form) - len(prefix) >= 2),
    )
