"""The words that a SQLite index holds: which begin so, and which are spelled nearly so."""

import sqlite3

import numpy as np

from index._folding import is_spaceless
from index._fuzzy import distances, letter_sets

MOST_ALIKE = 100
_MOST_REMEMBERED = 500_000  # some 45 MB
_CHUNK = 50_000


class Vocabulary:
    """Words, learned by who writes; read into memory (some 30 bytes each) when something is first searched by spelling."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._learned: set[str] = set()
        self._generation = -1
        self._forget_read()

    def learn(self, words: set[str]) -> None:
        """Add the words that are new, in the present transaction; those without spaces between them are left out."""
        new = sorted(word for word in words - self._learned if word.isascii() or not is_spaceless(word))
        self._connection.executemany("INSERT OR IGNORE INTO vocabulary (word) VALUES (?)", [(word,) for word in new])
        if len(self._learned) > _MOST_REMEMBERED:
            self._learned.clear()
        self._learned.update(new)

    def forget(self) -> None:
        """Take nothing for learned any more: the transaction did not come to its end, or everything was cleared."""
        self._learned.clear()

    def beginning(self, prefix: str, *, most: int) -> list[str]:
        """Return the first ``most`` words that begin with ``prefix``."""
        query = "SELECT word FROM vocabulary WHERE word >= ? AND word < ? ORDER BY word LIMIT ?"
        return [row[0] for row in self._connection.execute(query, (prefix, prefix + "\U0010ffff", most))]

    def alike(self, word: str, *, edits: int, generation: int) -> list[str]:
        """Return at most `MOST_ALIKE` words that ``edits`` set apart from ``word``, likest first, as Lucene orders them."""
        self._read(generation)
        letters = letter_sets([word])[0] ^ self._letters
        near = np.flatnonzero((np.abs(self._lengths - len(word)) <= edits) & (np.bitwise_count(letters) <= 2 * edits))
        words = [self._word(int(at)) for at in near]
        apart = distances(word, words).tolist()
        alike = [(1 - far / min(len(one), len(word)), one) for one, far in zip(words, apart, strict=True) if far <= edits]
        return [one for _, one in sorted(alike, key=lambda pair: (-pair[0], pair[1]))[:MOST_ALIKE]]

    def _forget_read(self) -> None:
        self._last = 0
        self._text = ""
        self._starts = np.zeros(0, dtype=np.int64)
        self._lengths = np.zeros(0, dtype=np.int16)
        self._letters = np.zeros(0, dtype=np.uint64)

    def _read(self, generation: int) -> None:
        if generation != self._generation:
            self._forget_read()
            self._generation = generation
        rows = self._connection.execute("SELECT number, word FROM vocabulary WHERE number > ? ORDER BY number", (self._last,))
        while chunk := rows.fetchmany(_CHUNK):
            words = [word for _, word in chunk]
            lengths = np.fromiter(map(len, words), dtype=np.int16, count=len(words))
            starts = len(self._text) + np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(lengths, dtype=np.int64)[:-1]])
            self._text += "".join(words)
            self._starts = np.concatenate([self._starts, starts])
            self._lengths = np.concatenate([self._lengths, lengths])
            self._letters = np.concatenate([self._letters, letter_sets(words)])
            self._last = chunk[-1][0]

    def _word(self, at: int) -> str:
        start = int(self._starts[at])
        return self._text[start : start + int(self._lengths[at])]
