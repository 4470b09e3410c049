"""Blocks of 65,536 entries, sealed when they are full: their columns as one value, and where their common words stand, as bits.

A word that stands in every second entry fills a posting list that takes long to read; as bits it takes 8 KB a block. Entries
never change, so that a sealed block stays true; removed entries are masked by who reads it.
"""

import sqlite3
import zlib

import numpy as np
from numpy.typing import NDArray

from index._columns import BLOCK, COLUMNS, Mask
from index._contents import read_contents
from index._folding import tokens

COMMON = BLOCK // 64
_SAMPLE = 400
_LIKELY = 4  # of a sample of 400, what a word in one entry of 64 is seen in nearly always
_FAST = 1
Rows = NDArray[np.int64]


def full_blocks(connection: sqlite3.Connection) -> list[int]:
    """Return the blocks that are full and not sealed."""
    last = connection.execute("SELECT coalesce(max(entry), 0) FROM entries").fetchone()[0]
    sealed = connection.execute("SELECT coalesce(max(block), -1) FROM blocks").fetchone()[0]
    return list(range(sealed + 1, (last + 1) // BLOCK))


def seal(connection: sqlite3.Connection, block: int) -> None:
    """Store the columns and the common words of ``block``; sealing it twice changes nothing."""
    begin, end = block * BLOCK, (block + 1) * BLOCK - 1
    query = f"SELECT entry, {', '.join(COLUMNS)} FROM entries WHERE entry BETWEEN ? AND ? ORDER BY entry"
    rows = np.array(connection.execute(query, (begin, end)).fetchall(), dtype=np.int64).reshape(-1, len(COLUMNS) + 1)
    for word in _candidates(connection, rows[:, 0].tolist(), seed=block):
        found = rows_of(connection, f'"{word}"', first=begin, last=end)
        if len(found) >= COMMON:
            mask = np.zeros(BLOCK, dtype=np.bool_)
            mask[found - begin] = True
            values = (word, block, len(found), zlib.compress(np.packbits(mask).tobytes(), _FAST))
            connection.execute("INSERT OR REPLACE INTO common VALUES (?, ?, ?, ?)", values)
    connection.execute("INSERT OR REPLACE INTO blocks VALUES (?, ?)", (block, zlib.compress(rows.tobytes(), _FAST)))


def rows_of(connection: sqlite3.Connection, expression: str, *, first: int, last: int) -> Rows:
    """Return the entries from ``first`` to ``last`` that an FTS5 expression finds, in order.

    They come as one text: a row of Python costs three times what SQLite takes to find and to write it.
    """
    query = "SELECT group_concat(rowid) FROM entry_words WHERE entry_words MATCH ? AND rowid BETWEEN ? AND ?"
    (told,) = connection.execute(query, (expression, first, last)).fetchone()
    return np.sort(np.fromstring(told or "", dtype=np.int64, sep=","))


def unpacked(bits: bytes) -> Mask:
    """Return the bits of a common word in a block."""
    return np.unpackbits(np.frombuffer(zlib.decompress(bits), dtype=np.uint8)).view(np.bool_)


def _candidates(connection: sqlite3.Connection, entries: list[int], *, seed: int) -> list[str]:
    """Return the words that a sample of the entries says may be common."""
    chosen = np.random.default_rng(seed).permutation(entries)[:_SAMPLE].tolist()
    seen: dict[str, int] = {}
    for title, text in read_contents(connection, chosen):
        for word in {*tokens(title), *tokens(text)}:
            seen[word] = seen.get(word, 0) + 1
    return [word for word, count in seen.items() if count >= min(_LIKELY, len(chosen))]
