"""The typed tree of a query: no engine's language, only what a person meant; each engine compiles it itself.

Every leaf keeps what was ``typed``, so that a page can say which part of the query an entry was found by.
"""

from dataclasses import dataclass
from dataclasses import field as told
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Words:
    """A word, or several in a row; ``prefix`` lets the last one go on. ``title_only`` looks in titles alone."""

    tokens: tuple[str, ...]
    prefix: bool = False
    title_only: bool = False
    typed: str = told(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Fuzzy:
    """A word, or one that at most ``edits`` letters (added, left out, changed, or two swapped) set apart from it."""

    token: str
    edits: int
    title_only: bool = False
    typed: str = told(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Near:
    """Two operands in either order, at most ``distance`` other words between them, both in the title or both in the text."""

    left: Words
    right: Words
    distance: int
    title_only: bool = False
    typed: str = told(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Key:
    """A field that holds a value (folded); ``prefix`` lets the value go on."""

    field: str
    value: str
    prefix: bool = False
    typed: str = told(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Published:
    """Published from ``start`` (included) to ``end`` (excluded); ``None`` is open."""

    start: datetime | None
    end: datetime | None
    typed: str = told(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Seen:
    """First seen by this desk from ``start`` (included) to ``end`` (excluded); ``None`` is open."""

    start: datetime | None
    end: datetime | None
    typed: str = told(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Reach:
    """Public counts (replies, shares, likes) that sum up to ``low`` … ``high``, both included; ``None`` is open."""

    low: int | None
    high: int | None
    typed: str = told(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Similar:
    """Means about what ``text`` says, whatever its words and language; ``position`` is where it stands in the query."""

    text: str
    position: int = told(default=0, compare=False)
    typed: str = told(default="", compare=False)


@dataclass(frozen=True, slots=True)
class And:
    """All of the parts."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Any of the parts."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Not the part."""

    part: "Node"


@dataclass(frozen=True, slots=True)
class Everything:
    """Nothing was asked: all entries."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """Something was typed that holds no word (punctuation only): no entry."""


Wording = Words | Fuzzy | Near
"""What a text holds or does not hold; what can be marked in it."""
Leaf = Wording | Key | Published | Seen | Reach | Similar
Node = Leaf | And | Or | Not | Everything | Nothing


def leaves(node: Node) -> tuple[Leaf, ...]:
    """Return the parts of a query that an entry may be found by: those not under a NOT, each once, in order."""
    return tuple(dict.fromkeys(_leaves(node)))


def wordings(node: Node) -> tuple[Wording, ...]:
    """Return those leaves that are marked in a text."""
    return tuple(leaf for leaf in leaves(node) if isinstance(leaf, Wording))


def ranking_words(node: Node) -> tuple[str, ...]:
    """Return the single words that hits are ranked by, each once: whole words, those of phrases and of near pairs.

    A prefix finds and ranks nothing; a fuzzy word ranks what holds it as it was typed.
    """
    return tuple(dict.fromkeys(token for leaf in wordings(node) for token in _whole_words(leaf)))


def names_kind(node: Node) -> bool:
    """Whether the query itself says which kinds it wants (a ``kind:`` outside a NOT), so that a default must not narrow it."""
    if isinstance(node, And | Or):
        return any(names_kind(part) for part in node.parts)
    return isinstance(node, Key) and node.field == "kind"


def similars(node: Node) -> tuple[Similar, ...]:
    """Return every sentence that is asked for by its meaning, also under a NOT."""
    if isinstance(node, And | Or):
        return tuple(dict.fromkeys(one for part in node.parts for one in similars(part)))
    if isinstance(node, Not):
        return similars(node.part)
    return (node,) if isinstance(node, Similar) else ()


def _leaves(node: Node) -> list[Leaf]:
    if isinstance(node, And | Or):
        return [leaf for part in node.parts for leaf in _leaves(part)]
    return [] if isinstance(node, Not | Everything | Nothing) else [node]


def _whole_words(leaf: Wording) -> tuple[str, ...]:
    if isinstance(leaf, Near):
        return (*_whole_words(leaf.left), *_whole_words(leaf.right))
    if isinstance(leaf, Fuzzy):
        return (leaf.token,)
    return leaf.tokens[:-1] if leaf.prefix else leaf.tokens
