"""Folding of words, done by us so that every backend finds the same: case, diacritics, scripts without spaces.

Documents and queries go through the same functions, and an engine only ever sees folded words separated by blanks. Text
that is shown stays as it was; highlights come from `Piece` offsets into it.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

FOLDING_VERSION = f"2/{unicodedata.unidata_version}"
"""Changes when a stored fold could differ from one made now; an index made with another must be rebuilt."""

_MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0900-\u0963\u0966-\u0dff"
    "\u0e31-\u0e3a\u0e47-\u0e4e\u0eb1-\u0ebc\u0ec8-\u0ecd\u102b-\u103e\u17b4-\u17d3\u1ab0-\u1aff\u1dc0-\u1dff"
    "\u3099\u309a\u20d0-\u20ff\ufe20-\ufe2f"
)
_INVISIBLE = "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufe00-\ufe0f"
_WORD = re.compile(f"[\\w{_MARKS}{_INVISIBLE}]{{1,64}}")
_PLAIN = re.compile("[a-z0-9]{1,64}")
_TOO_LONG = re.compile("[A-Za-z0-9]{65}")
_STRETCH = 33  # a run of 65 letters covers one such part of a text as a whole
_SPACED = bytes(ord(chr(byte).lower()) if chr(byte).isalnum() and byte < 128 else ord(" ") for byte in range(256))
_KEPT_MARKS = re.compile("[\u0900-\u0dff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3099\u309a]")
_NO_SPACES = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff]"
)
_GRAM = 4
_GRAM_FACTORS = (0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x27D4EB2F)
_SURROGATE = re.compile("[\ud800-\udfff]")
_SPECIAL = {
    **dict.fromkeys("đĐðÐ", "d"),
    **dict.fromkeys("ıİ", "i"),
    **dict.fromkeys("łŁ", "l"),
    **dict.fromkeys("øØ", "o"),
    **dict.fromkeys("ħĦ", "h"),
    **dict.fromkeys("æÆ", "ae"),
    **dict.fromkeys("œŒ", "oe"),
    **dict.fromkeys("þÞ", "th"),
    "ٱ": "ا",
    "ى": "ي",
    "ی": "ي",
    "ې": "ي",
    "ک": "ك",
    "ة": "ه",
    "ە": "ه",
    "ـ": "",
}


class Piece(NamedTuple):
    """One folded word of a text, and where it stands there."""

    token: str
    start: int
    end: int


class _Folded(NamedTuple):
    plain: str
    pieces: tuple[Piece, ...]


def clean(text: str) -> str:
    """Return ``text`` with lone surrogates, which no engine can store, replaced by U+FFFD."""
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)


@lru_cache(maxsize=65_536)
def _fold_character(character: str) -> str:
    special = _SPECIAL.get(character)
    if special is not None:
        return special
    digit = unicodedata.decimal(character, None)
    if digit is not None:
        return str(digit)
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold())
    return "".join(_SPECIAL.get(part, part) for part in decomposed if part.isalnum() or _KEPT_MARKS.match(part))


def _bigrams(run: list[Piece]) -> Iterator[Piece]:
    if len(run) == 1:
        yield run[0]
    for left, right in pairwise(run):
        yield Piece(left.token + right.token, left.start, right.end)


def _close(run: list[Piece], *, spaceless: bool) -> Iterator[Piece]:
    if spaceless:
        yield from _bigrams(run)
    elif run:
        yield Piece("".join(piece.token for piece in run), run[0].start, run[-1].end)


def _split(word: str) -> Iterator[Piece]:
    run: list[Piece] = []
    spaceless = False
    for offset, character in enumerate(word):
        folded = _fold_character(character)
        if not folded:
            if character == "_":
                yield from _close(run, spaceless=spaceless)
                run = []
            continue
        if run and (_NO_SPACES.match(character) is not None) != spaceless:
            yield from _close(run, spaceless=spaceless)
            run = []
        spaceless = _NO_SPACES.match(character) is not None
        run.append(Piece(folded, offset, offset + 1))
    yield from _close(run, spaceless=spaceless)


@lru_cache(maxsize=262_144)
def _fold_word(word: str) -> _Folded:
    if word.isascii() and "_" not in word:
        lowered = word.lower()
        return _Folded(lowered, (Piece(lowered, 0, len(word)),))
    plain = "".join(" " if character == "_" else _fold_character(character) for character in word)
    return _Folded(plain, tuple(_split(word)))


@lru_cache(maxsize=262_144)
def _fold_tokens(word: str) -> tuple[str, ...]:
    return tuple(piece.token for piece in _fold_word(word).pieces)


def pieces(text: str) -> Iterator[Piece]:
    """Yield the folded words of ``text`` with their offsets; a run of a script without spaces gives overlapping pairs."""
    for match in _WORD.finditer(text):
        start = match.start()
        for piece in _fold_word(match.group()).pieces:
            yield Piece(piece.token, piece.start + start, piece.end + start)


def tokens(text: str) -> list[str]:
    """Return the folded words of ``text``, in order; what an engine indexes and what a query asks for."""
    if _is_plain(text):
        return text.encode().translate(_SPACED).decode().split()
    found: list[str] = []
    for word in _WORD.findall(text):
        if word.isascii() and "_" not in word:
            found.append(word.lower())
        else:
            found += _fold_tokens(word)
    return found


def spaced_tokens(text: str) -> tuple[bytes, list[str]]:
    """Return the folded words of ``text``, blanks between them, in UTF-8 and as a list: `tokens`, quicker where it is plain."""
    if _is_plain(text):
        spaced = text.encode().translate(_SPACED)
        return spaced, spaced.decode().split()
    found = tokens(text)
    return " ".join(found).encode(), found


def placed_tokens(text: str) -> tuple[list[str], list[tuple[int, int]]]:
    """Return the folded words of ``text`` and where each stands: as `pieces`, quicker where the text is plain."""
    if text.isascii() and "_" not in text:
        lowered = text.lower()
        return _PLAIN.findall(lowered), [match.span() for match in _PLAIN.finditer(lowered)]
    found: list[str] = []
    spans: list[tuple[int, int]] = []
    for match in _WORD.finditer(text):
        word, start = match.group(), match.start()
        if word.isascii() and "_" not in word:
            found.append(word.lower())
            spans.append(match.span())
        else:
            told = _fold_word(word).pieces
            found += [piece.token for piece in told]
            spans += [(piece.start + start, piece.end + start) for piece in told]
    return found, spans


def plainly(text: str) -> str | None:
    """Return ``text`` in small letters if its folded words are its runs of letters and digits, ``None`` if not."""
    return text.lower() if _is_plain(text) else None


def _is_plain(text: str) -> bool:
    if not text.isascii() or "_" in text:
        return False
    stretches = range(0, len(text) - _STRETCH + 1, _STRETCH)
    return all(" " in text[at : at + _STRETCH] for at in stretches) or _TOO_LONG.search(text) is None


def fold(text: str) -> str:
    """Return ``text`` folded for comparison: its words, one blank between them, scripts without spaces left whole."""
    return " ".join(" ".join(_fold_word(word).plain for word in _WORD.findall(text)).split())


def is_spaceless(token: str) -> bool:
    """Whether ``token`` begins in a script written without spaces."""
    return _NO_SPACES.match(token) is not None


def word_hashes(words: Sequence[str]) -> NDArray[np.uint32]:
    """Return the 32-bit hash (FNV-1a) of each of ``words``, in order."""
    return np.fromiter((_hash(word) for word in words), dtype=np.uint32, count=len(words))


@lru_cache(maxsize=262_144)
def _hash(word: str) -> int:
    value = 0x811C9DC5
    for byte in word.encode("utf-8", "surrogatepass"):
        value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
    return value


def gram_hashes(folded: str) -> NDArray[np.uint32]:
    """Return sorted, distinct 32-bit hashes of the character 4-grams of a folded text (a blank on either side)."""
    if not folded:
        return np.zeros(0, dtype=np.uint32)
    codes = np.frombuffer(f" {folded} ".encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    if len(codes) < _GRAM:
        codes = np.concatenate([codes, np.full(_GRAM - len(codes), ord(" "), dtype=np.uint32)])
    places = len(codes) - _GRAM + 1
    mixed = np.zeros(places, dtype=np.uint32)
    for at, factor in enumerate(_GRAM_FACTORS):
        mixed ^= codes[at : at + places] * np.uint32(factor)
    return np.unique(mixed)
