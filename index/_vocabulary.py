"""The words that a SQLite index holds: which begin so, and which are spelled nearly so.

They lie in the file as lists, each sorted and compressed: a batch adds the words that no list has, and small lists at the end
are joined. So no word lies there twice, a new one costs some bytes, and who reads keeps what it has of the lists that stay.
"""

import math
import sqlite3
import zlib
from collections.abc import Iterable, Sequence
from heapq import merge
from itertools import islice, takewhile

import numpy as np
from numpy.typing import NDArray

from index._folding import is_spaceless
from index._sheet import Sheet
from index._word_list import WordList

MOST_ALIKE = 100
_MOST_JOINED = 1 << 15
_MOST_MET = 1 << 18  # some 25 MB
_TIER = 8
_FAST = 1


class Vocabulary:
    """Words, learned by who writes; read into memory (some 25 bytes each) when something is first searched by spelling."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._known = _Known()
        self._lists: dict[int, WordList] = {}

    def catch_up(self) -> None:
        """Begin to learn in the present transaction: take for known what the file holds."""
        generation = int(self._connection.execute("SELECT value FROM meta WHERE key = 'generation'").fetchone()[0])
        if generation != self._known.generation:
            self._known = _Known(generation)
        query = "SELECT number, words FROM vocabulary WHERE number > ? ORDER BY number"
        for number, packed in self._connection.execute(query, (self._known.last,)):
            self._known.add(unpacked_words(packed))
            self._known.last = number

    def note(self, words: Iterable[str]) -> None:
        """Learn ``words``; those without spaces between them are left out. The file is not touched: any thread may."""
        self._known.note(words)

    def learned(self) -> Sequence[Sheet]:
        """Return the list of the words that are new, as it is to be written. The file is not touched, either."""
        words = self._known.found()
        if not "".join(words).isascii():
            words = [word for word in words if not is_spaceless(word)]
        words.sort()
        self._known.add(words)
        return [_sheet(words)] if words else []

    def settle(self) -> None:
        """Come to the end of learning, when the list is written: eight of like size at the end become one."""
        while joined := self._alike_in_size():
            words = sorted(word for number in joined for word in unpacked_words(self._packed(number)))
            self._connection.executemany("DELETE FROM vocabulary WHERE number = ?", [(number,) for number in joined])
            _sheet(words).insert(self._connection)
        self._known.last = self._connection.execute("SELECT coalesce(max(number), 0) FROM vocabulary").fetchone()[0]

    def forget(self) -> None:
        """Take nothing for learned any more: the transaction did not come to its end, or everything was cleared."""
        self._known = _Known()

    def beginning(self, prefix: str, *, most: int) -> list[str]:
        """Return the first ``most`` words that begin with ``prefix``."""
        self._read()
        return list(islice(merge(*(one.beginning(prefix, most=most) for one in self._lists.values())), most))

    def alike(self, word: str, *, edits: int) -> list[str]:
        """Return at most `MOST_ALIKE` words that ``edits`` set apart from ``word``, likest first, as Lucene orders them."""
        self._read()
        near = [pair for one in self._lists.values() for pair in one.near(word, edits=edits)]
        alike = [(1 - far / min(len(one), len(word)), one) for one, far in near]
        return [one for _, one in sorted(alike, key=lambda pair: (-pair[0], pair[1]))[:MOST_ALIKE]]

    def _alike_in_size(self) -> list[int]:
        """Return the last lists shorter than the next power of eight above the last one, if there are eight of them."""
        sizes = self._connection.execute("SELECT number, size FROM vocabulary ORDER BY number DESC").fetchall()
        limit = _TIER ** math.ceil(math.log(sizes[0][1] + 1, _TIER)) if sizes else 0
        joined = [number for number, _ in takewhile(lambda row: row[1] < limit, sizes)]
        return joined if len(joined) >= _TIER and limit <= _MOST_JOINED else []

    def _packed(self, number: int) -> bytes:
        packed: bytes = self._connection.execute("SELECT words FROM vocabulary WHERE number = ?", (number,)).fetchone()[0]
        return packed

    def _read(self) -> None:
        """Read the lists that came, and drop those that were joined or cleared."""
        there = {row[0] for row in self._connection.execute("SELECT number FROM vocabulary")}
        kept = {number: one for number, one in self._lists.items() if number in there}
        for number in sorted(there - kept.keys()):
            kept[number] = WordList(unpacked_words(self._packed(number)))
        self._lists = kept


class _Known:
    """Which words the lists up to number ``last`` hold, as 64-bit hashes; some of them also as they are, asked first."""

    def __init__(self, generation: int = -1) -> None:
        self.generation = generation
        self.last = 0
        self._met: set[str] = set()
        self._fresh: set[str] = set()
        self._hashes: NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        self._unhashed: list[str] = []  # all of them were met

    def note(self, words: Iterable[str]) -> None:
        """Meet ``words``."""
        self._fresh.update(words)

    def found(self) -> list[str]:
        """Return which words that were met since the last time are in no list."""
        words = list(self._fresh - self._met)
        self._fresh = set()
        self._met.update(words)
        if not len(self._hashes) or not words:
            return words
        hashes = _hashed(words)
        order = np.argsort(hashes)  # a search in order stays in the processor's cache
        at = np.minimum(np.searchsorted(self._hashes, hashes[order]), len(self._hashes) - 1)
        known = np.zeros(len(words), dtype=np.bool_)
        known[order] = self._hashes[at] == hashes[order]
        return [word for word, there in zip(words, known.tolist(), strict=True) if not there]

    def add(self, words: Sequence[str]) -> None:
        """Take ``words`` for known: they are in a list, or about to be."""
        self._unhashed += words
        self._met.update(words)
        if len(self._met) > _MOST_MET:
            both = np.concatenate([self._hashes, np.sort(_hashed(self._unhashed))])
            self._hashes = np.sort(both, kind="stable")  # merges what is in order
            self._unhashed, self._met = [], set()


def _sheet(words: Sequence[str]) -> Sheet:
    sheet = Sheet("vocabulary", size="number", words="blob")
    sheet.put(len(words), zlib.compress("\n".join(words).encode(), _FAST))
    return sheet


def _hashed(words: Sequence[str]) -> NDArray[np.int64]:
    return np.fromiter(map(hash, words), dtype=np.int64, count=len(words))


def unpacked_words(packed: bytes) -> list[str]:
    """Return the words of a stored list. Raises `sqlite3.DatabaseError` when it is damaged."""
    try:
        return zlib.decompress(packed).decode().split("\n")
    except (zlib.error, UnicodeDecodeError) as error:
        raise sqlite3.DatabaseError(f"a stored list of words is damaged ({error})") from error
