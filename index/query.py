"""What an analyst types, read into a typed tree: no engine's query language, and every mistake with its position.

Words are joined by AND. ``"exact phrases"``, ``OR``, ``NOT``, ``-word``, parentheses, ``prefix*`` and the fields ``title:``,
``source:``, ``lang:``, ``kind:``, ``finding:``, ``event:``, ``role:``, ``narrative:``, ``published:from..to`` are understood.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from factdesk.errors import QueryError
from factdesk.records import FindingKind, SourceRole
from index._folding import clean, fold, is_spaceless, tokens
from index.base import EntryKind

MAX_TERMS = 200
MAX_DEPTH = 32
KEY_FIELDS = ("source", "lang", "kind", "finding", "event", "role", "narrative")
FIELDS = ("title", *KEY_FIELDS, "published")
_CLOSED_VALUES = {
    "kind": tuple(kind.value for kind in EntryKind),
    "finding": tuple(kind.value for kind in FindingKind),
    "role": tuple(role.value for role in SourceRole),
}
_QUOTES = '"“”„«»'
_LEXEME = re.compile(
    rf"(?P<space>\s+)|(?P<open>\()|(?P<close>\))|(?P<minus>-(?=[^\s-]))|(?P<field>[A-Za-z]+):(?=[^\s/:)])"
    rf"|(?P<quoted>[{_QUOTES}](?P<inner>[^{_QUOTES}]*)(?P<end>[{_QUOTES}]?))|(?P<word>[^\s(){_QUOTES}]+)"
)
_DAY = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?\Z")


@dataclass(frozen=True, slots=True)
class Words:
    """A word, or several in a row; ``prefix`` lets the last one go on. ``title_only`` looks in titles alone."""

    tokens: tuple[str, ...]
    prefix: bool = False
    title_only: bool = False


@dataclass(frozen=True, slots=True)
class Key:
    """A field that holds a value (folded); ``prefix`` lets the value go on."""

    field: str
    value: str
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Published:
    """An instant from ``start`` (included) to ``end`` (excluded); ``None`` is open."""

    start: datetime | None
    end: datetime | None


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


Node = Words | Key | Published | And | Or | Not | Everything | Nothing


@dataclass(frozen=True, slots=True)
class _Lexeme:
    kind: str
    text: str
    position: int


def parse(text: str) -> Node:
    """Return the tree of a typed query. Raises `QueryError` with the offset of the mistake; never anything else."""
    if not text.strip():
        return Everything()
    return _Parser(_lexemes(clean(text)), length=len(text)).whole()


def positive_words(node: Node) -> tuple[Words, ...]:
    """Return the words that a hit may be ranked and highlighted by: those not under a NOT, each once."""
    return tuple(dict.fromkeys(_positive(node)))


def names_kind(node: Node) -> bool:
    """Whether the query itself says which kinds it wants (a ``kind:`` outside a NOT), so that a default must not narrow it."""
    if isinstance(node, And | Or):
        return any(names_kind(part) for part in node.parts)
    return isinstance(node, Key) and node.field == "kind"


def _positive(node: Node) -> list[Words]:
    if isinstance(node, Words):
        return [node]
    if isinstance(node, And | Or):
        return [words for part in node.parts for words in _positive(part)]
    return []


def _lexemes(text: str) -> list[_Lexeme]:
    found = []
    for match in _LEXEME.finditer(text):
        kind = match.lastgroup or ""
        kind = "quoted" if match["quoted"] is not None else kind
        if kind == "quoted" and not match["end"]:
            raise QueryError(
                "The quotation mark is never closed.", remedy="Add a closing quotation mark.", position=match.start()
            )
        if kind != "space":
            value = match["inner"] if kind == "quoted" else match[kind]
            found.append(
                _Lexeme("operator" if kind == "word" and value in {"AND", "OR", "NOT"} else kind, value, match.start())
            )
    return found


class _Parser:
    """Recursive descent over the lexemes of one query."""

    def __init__(self, lexemes: list[_Lexeme], *, length: int) -> None:
        self._lexemes = lexemes
        self._length = length
        self._at = 0
        self._terms = 0

    def whole(self) -> Node:
        tree = self._either(0)
        left = self._peek()
        if left is not None:
            raise QueryError(
                "This parenthesis closes nothing.", remedy="Remove it, or open one before it.", position=left.position
            )
        return Nothing() if tree is None else tree

    def _peek(self) -> _Lexeme | None:
        return self._lexemes[self._at] if self._at < len(self._lexemes) else None

    def _take(self, kind: str, text: str | None = None) -> _Lexeme | None:
        lexeme = self._peek()
        if lexeme is None or lexeme.kind != kind or (text is not None and lexeme.text != text):
            return None
        self._at += 1
        return lexeme

    def _either(self, depth: int) -> Node | None:
        parts = [self._all(depth)]
        while self._take("operator", "OR"):
            parts.append(self._all(depth))
        return _join(Or, parts)

    def _all(self, depth: int) -> Node | None:
        parts = [self._negated(depth)]
        while True:
            joined = self._take("operator", "AND") is not None
            lexeme = self._peek()
            ends = lexeme is None or lexeme.kind == "close" or (lexeme.kind == "operator" and lexeme.text != "NOT")
            if ends and not joined:
                return _join(And, parts)
            parts.append(self._negated(depth))

    def _negated(self, depth: int) -> Node | None:
        negations = 0
        while self._take("operator", "NOT") or self._take("minus"):
            negations += 1
        part = self._atom(depth)
        return Not(part) if part is not None and negations % 2 else part

    def _atom(self, depth: int) -> Node | None:
        lexeme = self._peek()
        if lexeme is None or lexeme.kind in {"operator", "close"}:
            position = self._length if lexeme is None else lexeme.position
            raise QueryError("A word is missing here.", remedy="AND, OR and NOT stand between words.", position=position)
        self._at += 1
        if lexeme.kind == "open":
            return self._group(lexeme, depth=depth)
        if lexeme.kind == "field":
            return self._field(lexeme)
        return self._words(lexeme)

    def _group(self, opening: _Lexeme, *, depth: int) -> Node | None:
        if depth >= MAX_DEPTH:
            raise QueryError("Too many parentheses.", remedy=f"Nest at most {MAX_DEPTH}.", position=opening.position)
        if self._take("close"):
            return None
        inside = self._either(depth + 1)
        if not self._take("close"):
            raise QueryError("This parenthesis is never closed.", remedy="Add a closing one.", position=opening.position)
        return inside

    def _count(self, number: int, *, position: int) -> None:
        self._terms += number
        if self._terms > MAX_TERMS:
            raise QueryError(f"More than {MAX_TERMS} words.", remedy="Search for fewer words.", position=position)

    def _words(self, lexeme: _Lexeme, *, title_only: bool = False) -> Node | None:
        found = tuple(tokens(lexeme.text))
        self._count(len(found), position=lexeme.position)
        if not found:
            return None
        short = len(found) == 1 and len(found[0]) == 1 and is_spaceless(found[0])
        prefix = (lexeme.kind == "word" and lexeme.text.endswith("*")) or short
        return Words(found, prefix=prefix, title_only=title_only)

    def _field(self, field: _Lexeme) -> Node | None:
        name = field.text.lower()
        if name not in FIELDS:
            remedy = f"Fields are {', '.join(FIELDS)}; put the words in quotation marks to search for them."
            raise QueryError(f"There is no field {field.text}.", remedy=remedy, position=field.position)
        value = self._take("quoted") or self._take("word") or self._take("operator")
        if value is None:
            raise QueryError(
                f"A value is missing after {name}:.",
                remedy=f'Write {name}:word or {name}:"several words".',
                position=field.position,
            )
        self._count(1, position=value.position)
        if name == "title":
            return self._words(value, title_only=True)
        return _published(value) if name == "published" else _key(name, value)


def _join(how: type[And] | type[Or], parts: list[Node | None]) -> Node | None:
    kept = tuple(part for part in parts if part is not None)
    if not kept:
        return None
    return kept[0] if len(kept) == 1 else how(kept)


def _key(name: str, value: _Lexeme) -> Node:
    folded = fold(value.text)
    prefix = value.kind == "word" and value.text.endswith("*")
    allowed = _CLOSED_VALUES.get(name)
    if allowed and not prefix and folded not in allowed:
        raise QueryError(
            f"No {name} is called {value.text[:40]}.", remedy=f"Known: {', '.join(allowed)}.", position=value.position
        )
    if not folded:
        raise QueryError(f"A value is missing after {name}:.", remedy=f"Write {name}:value.", position=value.position)
    return Key(name, folded, prefix=prefix)


def _published(value: _Lexeme) -> Published:
    first, dots, last = value.text.partition("..")
    if not dots:
        last = first
    if not (first or last):
        raise _bad_date(value)
    span = Published(_first_instant(first, value) if first else None, _next_instant(last, value) if last else None)
    if span.start and span.end and span.start >= span.end:
        raise QueryError("The period ends before it begins.", remedy="Write the earlier day first.", position=value.position)
    return span


def _bad_date(value: _Lexeme) -> QueryError:
    remedy = "Write published:2026-01-31, published:2026-01, or published:2026-01-01..2026-01-31."
    return QueryError(f"{value.text[:40]} is no date or period.", remedy=remedy, position=value.position)


def _first_instant(text: str, value: _Lexeme) -> datetime:
    match = _DAY.match(text)
    if match is None:
        raise _bad_date(value)
    try:
        return datetime(int(match[1]), int(match[2] or 1), int(match[3] or 1), tzinfo=UTC)
    except ValueError:
        raise _bad_date(value) from None


def _next_instant(text: str, value: _Lexeme) -> datetime:
    start = _first_instant(text, value)
    days = 1
    if text.count("-") < 2:
        days = calendar.monthrange(start.year, start.month)[1]
    if "-" not in text:
        days = 366 if calendar.isleap(start.year) else 365
    try:
        return start + timedelta(days=days)
    except OverflowError:
        raise _bad_date(value) from None
