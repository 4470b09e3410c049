"""Invented items with the measured shape of press pages, as many as wanted: their words are nobody's.

Measured on 200 pages of German and English press: 644 words a page on average (quantiles below), word frequencies as Zipf and
Mandelbrot describe them (23 words in half of the pages, 303 in a tenth), 5.2 letters a word, two languages.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from index.base import Entry, EntryKind

LANGUAGES = ("en", "de")
VOCABULARY = 400_000
NOW = datetime(2026, 6, 1, tzinfo=UTC)
_DAYS = 365
_SHIFT = 2.7  # Mandelbrot's
_QUANTILES = ((0.0, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 1.0), (20, 64, 101, 197, 464, 852, 1367, 1878, 4030))
_TITLE = 9
_AGAIN = 0.3
_ONSETS = ("b", "d", "f", "g", "h", "k", "l", "m", "n", "p", "r", "s", "t", "v", "w", "z")
_NUCLEI = ("a", "e", "i", "o", "u")
_TAILS = ("", "n", "st", "ren", "ling", "s", "ter", "nd")
_FINDINGS = ("repeats", "distorts", "disputed", "unchecked", "supported", "debunks")
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Draw:
    """Numbers from which the fields of one item are taken: an own one for each, so that items do not depend on their number."""

    dice: np.random.Generator

    def ranks(self, count: int, *, most: int) -> NDArray[np.int64]:
        """Return ranks drawn as Zipf and Mandelbrot describe, by inverting the integral of 1 / (rank + shift)."""
        low, high = np.log(1 + _SHIFT), np.log(most + _SHIFT)
        return np.asarray(np.exp(low + (high - low) * self.dice.random(count)) - _SHIFT, dtype=np.int64)

    def words(self, count: int) -> NDArray[np.int64]:
        """Return ranks of the words of a text: what was said is said again (Simon's process, two steps of it)."""
        ranks = self.ranks(count, most=VOCABULARY)
        for _ in range(2):
            again = self.dice.random(count) < _AGAIN
            earlier = (self.dice.random(count) * np.arange(count)).astype(np.int64)
            ranks = np.where(again, ranks[earlier], ranks)
        return np.asarray(ranks)


def word(rank: int, language: int) -> str:
    """Return the word of a rank: syllables that spell the number, with a tail where the word is rare."""
    syllables = []
    number = 2 * rank + language
    while True:
        number, digit = divmod(number, len(_ONSETS) * len(_NUCLEI))
        syllables.append(_ONSETS[digit // len(_NUCLEI)] + _NUCLEI[digit % len(_NUCLEI)])
        if not number:
            return "".join(syllables) + (_TAILS[rank % len(_TAILS)] if rank > len(_ONSETS) else "")


def items(count: int, *, first: int = 0, most_words: int | None = None) -> Iterator[Entry]:
    """Yield ``count`` items from number ``first`` on, always the same; ``most_words`` cuts their texts."""
    known = tuple(_Words(language, most_words) for language in range(len(LANGUAGES)))
    for start in range(first, first + count, _CHUNK):
        draw = Draw(np.random.default_rng(start // _CHUNK))
        made = [_item(number, draw, known) for number in range(start // _CHUNK * _CHUNK, start // _CHUNK * _CHUNK + _CHUNK)]
        yield from (one for number, one in enumerate(made, start // _CHUNK * _CHUNK) if start <= number < first + count)


class _Words:
    """The words of one language, spelled when they are first drawn."""

    def __init__(self, language: int, most: int | None) -> None:
        self._language = language
        self._most = most
        self._spelled: dict[int, str] = {}

    def text(self, draw: Draw, length: int) -> str:
        """Return so many words in a row, without those that are cut."""
        return " ".join(map(self._word, draw.words(length)[: self._most].tolist()))

    def _word(self, rank: int) -> str:
        found = self._spelled.get(rank)
        if found is None:
            found = self._spelled[rank] = word(rank, self._language)
        return found


def _item(number: int, draw: Draw, known: tuple[_Words, ...]) -> Entry:
    dice = draw.dice
    language = int(dice.random() < 0.5)
    length = int(np.interp(dice.random(), *_QUANTILES))
    seen = NOW - timedelta(days=_DAYS * float(dice.random()))
    found = dice.random() < 0.1
    return Entry(
        f"{number:032x}",
        EntryKind.DOCUMENT,
        known[language].text(draw, _TITLE),
        known[language].text(draw, length),
        LANGUAGES[language],
        seen,
        published_at=seen - timedelta(hours=30 * float(dice.random())),
        source=f"Outlet {int(draw.ranks(1, most=300)[0])}",
        role="press" if dice.random() < 0.8 else "social",
        event=(None, "flood", "election", "storm")[int(4 * dice.random())],
        document_id=f"{number:032x}",
        findings=(_FINDINGS[int(6 * dice.random())],) if found else (),
        narrative=f"{int(draw.ranks(1, most=2_000)[0]):032x}" if found else None,
        reach=int(10 ** (5 * float(dice.random()))),
    )
