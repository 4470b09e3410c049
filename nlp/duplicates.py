"""Joins near-duplicate documents (wire copies, mirrored pages) to their first copy.

MinHash over word 5-grams (Broder, 1997), found again through bands. A proposed copy is kept only when the estimated Jaccard
similarity of the whole texts is high and it brings no figure and no negation that the first lacks: two bulletins with one
boilerplate stay apart, and a copy with an altered number is judged by itself instead of vanishing behind the first.
"""

import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from factdesk.records import Document, digest_id
from nlp.checkability import lexicon, read_wording
from nlp.languages import language

HASHES = 128
_BANDS = 32
_ROWS = HASHES // _BANDS
_WORDS_A_SHINGLE, _CHARACTERS_A_SHINGLE = 5, 9
_MOST_WORDS = 4000
_FEWEST_SHINGLES = 8
_WORD = re.compile(r"[^\W_]+")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
_LINK = re.compile(r"https?://\S+|www\.\S+")
_FIGURE = re.compile(r"\d+(?:[.,:]\d+)*")
_MINIMA_BYTES, _FIGURE_BYTES = 4 * HASHES, 32
_MIX = np.random.default_rng(20260101).integers(0, 2**64, (2, HASHES, 1), dtype=np.uint64) | np.uint64(1)


@dataclass(slots=True)
class DuplicateFinder:
    """The first copies seen so far. ``threshold`` is the least estimated Jaccard similarity of a copy."""

    threshold: float = 0.7
    _bands: dict[bytes, list[int]] = field(default_factory=dict)
    _ids: list[str] = field(default_factory=list)
    _signatures: list[bytes] = field(default_factory=list)

    def signature(self, document: Document) -> bytes:
        """Return the 544 bytes that a document is known by; none for one without words."""
        return signature(document.text or document.title, document.language)

    def first_copy(self, document: Document, *, signature: bytes | None = None) -> str | None:
        """Return the id of the earliest document that this one copies, or ``None``; a document is no copy of itself."""
        own = self.signature(document) if signature is None else signature
        if not own:
            return None
        proposed = sorted({at for band in _cut(own) for at in self._bands.get(band, ())})
        return next((self._ids[at] for at in proposed if self._ids[at] != document.id and self._is_copy(own, at)), None)

    def add(self, document_id: str, signature: bytes) -> None:
        """Remember a first copy; an empty signature is not remembered."""
        if not signature:
            return
        at = len(self._ids)
        self._ids.append(document_id)
        self._signatures.append(signature)
        for band in _cut(signature):
            self._bands.setdefault(band, []).append(at)

    def resume(self, signatures: Iterable[tuple[str, bytes]]) -> None:
        """Remember stored ``(document id, signature)`` pairs, oldest first."""
        for document_id, stored in signatures:
            self.add(document_id, stored)

    def _is_copy(self, own: bytes, at: int) -> bool:
        first = self._signatures[at]
        return similarity(own, first) >= self.threshold and _adds_nothing(own, first)


def signature(text: str, code: str = "en") -> bytes:
    """Return 544 bytes, or none for a text without words.

    They are 128 little-endian ``uint32`` minima (multiply-shift hashing) and 256 bits set by figures and negations.
    A text with under 8 shingles is compared exactly: its one shingle is the digest of all its words.
    """
    plain = _LINK.sub(" ", text).casefold()
    hashed = _shingles(plain)
    if not hashed:
        return b""
    values = np.fromiter(sorted(hashed), np.uint64, len(hashed))
    minima = ((_MIX[0] * values + _MIX[1]) >> np.uint64(32)).min(axis=1)
    packed: bytes = minima.astype("<u4").tobytes()
    return packed + _marks(plain, code)


def similarity(one: bytes, other: bytes) -> float:
    """Return the estimated Jaccard similarity of two texts: the share of equal minima."""
    first, second = (np.frombuffer(stored, "<u4", HASHES) for stored in (one, other))
    return float((first == second).mean())


def _marks(plain: str, code: str) -> bytes:
    """Return 256 bits: one set for each different figure, and one for each further negation."""
    spoken = language(code)
    negations = read_wording(plain, spoken).count(lexicon(spoken.negations))
    marks = {*_FIGURE.findall(plain), *(f"negation {nth}" for nth in range(negations))}
    bits = 0
    for mark in marks:
        bits |= 1 << zlib.crc32(mark.encode()) % (8 * _FIGURE_BYTES)
    return bits.to_bytes(_FIGURE_BYTES, "little")


def _adds_nothing(own: bytes, first: bytes) -> bool:
    """Whether every figure and negation of the one text is also in the other."""
    mine, its = (int.from_bytes(stored[_MINIMA_BYTES:], "little") for stored in (own, first))
    return mine & ~its == 0


def _shingles(plain: str) -> set[int]:
    """Return hashes of word 5-grams, or of 9 characters where words are not spaced; of the whole where it is short."""
    if len(_UNSPACED.findall(plain[:400])) > 40:
        letters = "".join(_WORD.findall(plain))[: 4 * _MOST_WORDS]
        pieces = {letters[at : at + _CHARACTERS_A_SHINGLE] for at in range(len(letters) - _CHARACTERS_A_SHINGLE + 1)}
    else:
        words = _WORD.findall(plain)[:_MOST_WORDS]
        pieces = {" ".join(words[at : at + _WORDS_A_SHINGLE]) for at in range(len(words) - _WORDS_A_SHINGLE + 1)}
    if len(pieces) < _FEWEST_SHINGLES:
        whole = " ".join(_WORD.findall(plain))
        pieces = {digest_id("short", whole)} if whole else set()
    return {zlib.crc32(piece.encode("utf-8", "replace")) for piece in pieces}


def _cut(stored: bytes) -> list[bytes]:
    """Return the bands of a signature, each with its number so that bands never mix."""
    width = 4 * _ROWS
    return [bytes([band]) + stored[band * width : (band + 1) * width] for band in range(_BANDS)]
