"""Which entries fit a query's tree: sets as arrays of booleans by entry number, joined as the tree says.

A word is looked up block by block, newest first: a common one is there as bits, any other in the FTS5 table. What takes long
(phrases and pairs of common words) stops after a number of postings; `Sets.floor` then says from which entry on the answer is
whole.
"""

import json
import sqlite3
from collections import OrderedDict
from collections.abc import Container, Iterator, Sequence
from itertools import groupby

import numpy as np

from index._blocks import COMMON, Rows, rows_of, unpacked
from index._columns import BLOCK, Columns, Mask
from index._fields import instant
from index._sql import expression, title_expression
from index._tree import And, Everything, Fuzzy, Key, Leaf, Near, Node, Not, Nothing, Or, Published, Reach, Seen, Similar, Words
from index._vocabulary import Vocabulary

_BUDGET = 400_000
_MOST_KEPT = 4_096
_MOST_HELD = 4_000_000  # entries: 32 MB
_MOST_BEGINNING = 1_000
_FIELDS = {"lang": "language"}
_COSTS: dict[type, int] = {Words: 1, Fuzzy: 2, Not: 3, And: 3, Or: 3, Near: 4}
_NONE = np.zeros(0, dtype=np.int64)


class Sets:
    """The sets of one connection. What was found is kept, and only what came since is read: entries never change."""

    def __init__(self, connection: sqlite3.Connection, columns: Columns, vocabulary: Vocabulary) -> None:
        self._connection = connection
        self._columns = columns
        self._vocabulary = vocabulary
        self._kept: OrderedDict[tuple[str, int], tuple[Rows, int]] = OrderedDict()
        self._held = 0
        self._generation = -1
        self._sealed = 0
        self._budget = 0
        self._similar: dict[str, frozenset[str]] = {}
        self.floor = 0

    def find(self, tree: Node, *, within: Mask, similar: dict[str, Sequence[int]]) -> Mask:
        """Return which of ``within`` fit ``tree``; ``similar`` holds the entries that each sentence is alike to.

        Entries before `floor` were not looked at; it is 0 when all were.
        """
        if self._generation != self._columns.generation:
            self._kept.clear()
            self._held = 0
            self._generation = self._columns.generation
        self._sealed = self._connection.execute("SELECT coalesce(max(block) + 1, 0) FROM blocks").fetchone()[0]
        self._budget, self.floor, self._alike = _BUDGET, 0, similar
        found = self._of(tree, within)
        found[: self.floor] = False
        return found

    def holding(self, word: str) -> int:
        """Return about how many entries hold ``word``: exactly for a common one, else the most that it can be."""
        known, count = self._connection.execute("SELECT count(*), sum(count) FROM common WHERE word = ?", (word,)).fetchone()
        blocks = -(-self._columns.size // BLOCK)
        if self._sealed and not known:
            return blocks * COMMON
        rest = self._rows(f'"{word}"', blocks - 1, blocks - 1) if self._sealed < blocks else ()
        return int(count or 0) + len(rest) + COMMON * int(self._sealed - known)

    def _of(self, node: Node, within: Mask) -> Mask:
        if isinstance(node, And):
            for part in sorted(node.parts, key=self._cost):
                within = self._of(part, within) if within.any() else within
            return within.copy()
        if isinstance(node, Or):
            parts = [self._of(part, within) for part in node.parts]
            return np.asarray(np.logical_or.reduce(parts), dtype=np.bool_)
        if isinstance(node, Not):
            return within & ~self._of(node.part, within)
        if isinstance(node, Everything):
            return within.copy()
        return np.zeros_like(within) if isinstance(node, Nothing) else within & self._leaf(node, within)

    @staticmethod
    def _cost(node: Node) -> int:
        long = isinstance(node, Words) and (len(node.tokens) > 1 or node.title_only)
        return 4 if long else _COSTS.get(type(node), 0)

    def _leaf(self, leaf: Leaf, within: Mask) -> Mask:
        if isinstance(leaf, Words):
            return self._words(leaf, within)
        if isinstance(leaf, Fuzzy):
            alike = self._vocabulary.alike(leaf.token, edits=leaf.edits)
            return self._any_word(alike, within, title_only=leaf.title_only)
        if isinstance(leaf, Near):
            return self._scanned(expression(leaf), within, words=(*leaf.left.tokens, *leaf.right.tokens))
        return self._field(leaf)

    def _field(self, leaf: Key | Published | Seen | Reach | Similar) -> Mask:
        if isinstance(leaf, Key):
            return self.named(_FIELDS.get(leaf.field, leaf.field), leaf.value, prefix=leaf.prefix)
        if isinstance(leaf, Similar):
            return self._listed(self._alike.get(leaf.text, ()))
        if isinstance(leaf, Reach):
            return self._between("reach", leaf.low, None if leaf.high is None else leaf.high + 1)
        bounds = [None if when is None else instant(when) for when in (leaf.start, leaf.end)]
        return self._between("instant" if isinstance(leaf, Published) else "seen", *bounds)

    def _between(self, column: str, low: int | None, high: int | None) -> Mask:
        values = self._columns.column(column)
        mask = np.ones(len(values), dtype=np.bool_) if low is None else values >= low
        return mask if high is None else mask & (values < high)

    def named(self, field: str, folded: str, *, prefix: bool = False) -> Mask:
        """Return the entries whose ``field`` folds to ``folded``, or begins so."""
        return self.numbered(field, self._columns.names[field].like(folded, prefix=prefix))

    def numbered(self, field: str, numbers: Sequence[int]) -> Mask:
        """Return the entries whose ``field`` has one of the values with these numbers."""
        if field == "finding":
            bits = np.int64(sum(1 << (number - 1) for number in numbers))
            return np.asarray((self._columns.column("findings") & bits) != 0)
        wanted = np.zeros(len(self._columns.names[field].values), dtype=np.bool_)
        wanted[list(numbers)] = True
        return wanted[self._columns.column(field)]

    def _listed(self, entries: Sequence[int] | Rows) -> Mask:
        mask = np.zeros(self._columns.size, dtype=np.bool_)
        mask[np.asarray(entries, dtype=np.int64)] = True
        return mask

    def _words(self, leaf: Words, within: Mask) -> Mask:
        if len(leaf.tokens) > 1:
            whole = leaf.tokens[:-1] if leaf.prefix else leaf.tokens
            return self._scanned(expression(leaf), within, words=whole)
        token = leaf.tokens[0]
        if not leaf.prefix:
            return self._any_word([token], within, title_only=leaf.title_only)
        begun = self._vocabulary.beginning(token, most=_MOST_BEGINNING + 1)
        if len(begun) > _MOST_BEGINNING or not begun:  # scripts without spaces are not in the vocabulary
            return self._listed(self._rows(expression(leaf), 0, (self._columns.size - 1) // BLOCK))  # one block costs as much
        return self._any_word(begun, within, title_only=leaf.title_only)

    def _any_word(self, words: Sequence[str], within: Mask, *, title_only: bool) -> Mask:
        mask = np.zeros(self._columns.size, dtype=np.bool_)
        if title_only:
            for word in words:
                mask |= self._scanned(title_expression(word), within, words=(word,))
            return mask
        common = dict.fromkeys(words, frozenset[int]())
        query = "SELECT word, block, bits FROM common WHERE word IN (SELECT value FROM json_each(?))"
        for word, block, packed in self._connection.execute(query, (json.dumps(words),)):
            part = mask[block * BLOCK : (block + 1) * BLOCK]
            part |= unpacked(packed)[: len(part)]
            common[word] |= {block}
        for word, blocks in common.items():
            for first, last in self._runs(blocks):
                mask[self._rows(f'"{word}"', first, last)] = True
        return mask

    def _scanned(self, asked: str, within: Mask, *, words: Sequence[str]) -> Mask:
        """Return what an FTS5 expression finds, in blocks from the newest on that hold any of ``within``."""
        mask = np.zeros(self._columns.size, dtype=np.bool_)
        for block in self._blocks():
            if block * BLOCK < self.floor or not within[block * BLOCK : (block + 1) * BLOCK].any():
                continue
            if (asked, block) not in self._kept:
                self._budget -= self._postings(words, block)
                if self._budget < 0:
                    self.floor = max(self.floor, (block + 1) * BLOCK)
                    break
            mask[self._rows(asked, block, block)] = True
        return mask

    def _postings(self, words: Sequence[str], block: int) -> int:
        """Return about how many postings are read for words that have to stand together in a block: those of the rarest."""
        if block >= self._sealed:
            return 0  # the newest entries are always looked at
        marks = ", ".join("?" * len(words))
        query = f"SELECT count FROM common WHERE word IN ({marks}) AND block = ?"
        known = [row[0] for row in self._connection.execute(query, (*words, block))]
        return min(known) if words and len(known) == len({*words}) else COMMON

    def _blocks(self) -> Iterator[int]:
        return iter(range((self._columns.size - 1) // BLOCK, -1, -1))

    def _runs(self, apart: Container[int]) -> Iterator[tuple[int, int]]:
        """Yield the first and the last of blocks in a row that are not in ``apart``; sealed ones and others are no such row."""
        for start, stop in ((0, self._sealed), (self._sealed, -(-self._columns.size // BLOCK))):
            blocks = [block for block in range(start, stop) if block not in apart]
            for _, run in groupby(enumerate(blocks), key=lambda pair: pair[1] - pair[0]):
                members = [block for _, block in run]
                yield members[0], members[-1]

    def _rows(self, asked: str, first: int, last: int) -> Rows:
        """Return the entries of the blocks from ``first`` to ``last`` that an FTS5 expression finds."""
        end = min((last + 1) * BLOCK, self._columns.size) - 1
        rows, until = self._kept.pop((asked, first), (_NONE, first * BLOCK - 1))
        if until < end:
            found = rows_of(self._connection, asked, first=until + 1, last=end)
            self._held += len(found)
            rows, until = np.concatenate([rows, found]) if len(rows) else found, end
        self._kept[asked, first] = (rows, until)
        while self._held > _MOST_HELD or len(self._kept) > _MOST_KEPT:
            _, (gone, _) = self._kept.popitem(last=False)
            self._held -= len(gone)
        return rows if until == end else rows[: np.searchsorted(rows, end, side="right")]
