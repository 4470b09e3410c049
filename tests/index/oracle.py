"""What a query should find, decided by reading every entry: slow, plain, and the same for every engine."""

from collections.abc import Collection, Sequence

from index._fields import Fields, instant, keys_of
from index._matching import FoldedText
from index.base import Entry, EntryKind
from index.query import And, Everything, Node, Not, Nothing, Or, Wording, names_kind


class ReadEntry:
    """An entry with its folded words; ``similar`` are the sentences that it means about."""

    def __init__(self, entry: Entry, *, similar: Collection[str] = ()) -> None:
        self.entry = entry
        self.similar = similar
        self._title = FoldedText(entry.title)
        self._text = FoldedText(entry.text)
        when = entry.published_at or entry.seen_at
        self._fields = Fields(frozenset(keys_of(entry)), instant(when), instant(entry.seen_at), entry.reach)

    def fits(self, node: Node) -> bool:
        """Whether the entry fits a tree."""
        if isinstance(node, And):
            return all(self.fits(part) for part in node.parts)
        if isinstance(node, Or):
            return any(self.fits(part) for part in node.parts)
        if isinstance(node, Not):
            return not self.fits(node.part)
        if isinstance(node, Everything | Nothing):
            return isinstance(node, Everything)
        if isinstance(node, Wording):
            return bool(self._title.runs(node)) or (not node.title_only and bool(self._text.runs(node)))
        return bool(self._fields.held((node,), similar=self.similar))


def expected(entries: Sequence[ReadEntry], tree: Node, *, kinds: tuple[EntryKind, ...] = tuple(EntryKind)) -> set[str]:
    """Return the ids of the entries that fit a tree, of some kinds unless it names its own."""
    wanted = tuple(EntryKind) if names_kind(tree) else kinds
    return {one.entry.id for one in entries if one.entry.kind in wanted and one.fits(tree)}
