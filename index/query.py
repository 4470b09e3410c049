"""What an analyst types, read into a typed tree: no engine's query language, and every mistake with its position.

Words are joined by AND. ``"exact phrases"``, ``OR``, ``NOT``, ``-word``, parentheses, ``prefix*``, ``fuzzy~``, ``a near/5 b``
and the fields in `FIELDS` are understood; a field takes a group, too: ``lang:(vi OR en)``.
"""

import re
from difflib import get_close_matches

from factdesk.errors import QueryError
from factdesk.messages import tell
from factdesk.records import FindingKind, SourceRole
from index._folding import clean, fold, is_spaceless, tokens
from index._lexemes import Lexeme, lexemes
from index._spans import Clock, Value, counts, period
from index._tree import (
    And,
    Everything,
    Fuzzy,
    Key,
    Leaf,
    Near,
    Node,
    Not,
    Nothing,
    Or,
    Published,
    Reach,
    Seen,
    Similar,
    Wording,
    Words,
    leaves,
    names_kind,
    ranking_words,
    similars,
    wordings,
)
from index.base import EntryKind

MAX_TERMS = 200
MAX_DEPTH = 32
MAX_DISTANCE = 100
KEY_FIELDS = ("source", "lang", "kind", "finding", "event", "role", "narrative")
FIELDS = ("title", *KEY_FIELDS, "published", "seen", "reach", "similar")
_ALSO_CALLED = {"language": "lang", "date": "published", "type": "kind", "site": "source", "publisher": "source"}
_CLOSED_VALUES = {
    "kind": tuple(kind.value for kind in EntryKind),
    "finding": tuple(kind.value for kind in FindingKind),
    "role": tuple(role.value for role in SourceRole),
}
_LEAST_PREFIX = 2
_CERTAIN = 2  # letters of a word that fuzzy leaves as it is
_SHORT = 5  # letters up to which one edit is allowed, beyond it two
_FUZZY = re.compile(r"(.+?)~([^~]*)\Z", re.DOTALL)


def parse(text: str, *, clock: Clock | None = None) -> Node:
    """Return the tree of a typed query. Raises `QueryError` with the offset of the mistake; never anything else.

    ``clock`` gives the time zone of days and the present that ages (``seen:<24h``) are measured from: UTC and now without one.
    """
    if not text.strip():
        return Everything()
    return _Parser(lexemes(clean(text)), length=len(text), clock=clock or Clock()).whole()


class _Parser:
    """Recursive descent over the lexemes of one query."""

    def __init__(self, found: list[Lexeme], *, length: int, clock: Clock) -> None:
        self._lexemes = found
        self._length = length
        self._clock = clock
        self._at = 0
        self._terms = 0
        self._depth = 0
        self._field: str | None = None

    def whole(self) -> Node:
        tree = self._either()
        left = self._peek()
        if left is not None:
            raise _mistake(tell("This parenthesis closes nothing."), tell("Remove it, or open one before it."), at=left)
        return Nothing() if tree is None else tree

    def _peek(self) -> Lexeme | None:
        return self._lexemes[self._at] if self._at < len(self._lexemes) else None

    def _take(self, kind: str, text: str | None = None) -> Lexeme | None:
        lexeme = self._peek()
        if lexeme is None or lexeme.kind != kind or (text is not None and lexeme.text != text):
            return None
        self._at += 1
        return lexeme

    def _either(self) -> Node | None:
        parts = [self._all()]
        while self._take("operator", "OR"):
            parts.append(self._all())
        return _join(Or, parts)

    def _all(self) -> Node | None:
        parts = [self._negated()]
        while True:
            joined = self._take("operator", "AND") is not None
            lexeme = self._peek()
            ends = lexeme is None or lexeme.kind == "close" or (lexeme.kind == "operator" and lexeme.text != "NOT")
            if ends and not joined:
                return _join(And, parts)
            parts.append(self._negated())

    def _negated(self) -> Node | None:
        negations = 0
        while self._take("operator", "NOT") or self._take("minus"):
            negations += 1
        part = self._beside()
        return Not(part) if part is not None and negations % 2 else part

    def _beside(self) -> Node | None:
        """Read an atom, or a chain of them joined by ``near/n``: each pair of neighbours has to be near."""
        left = self._atom()
        pairs: list[Node | None] = []
        while operator := self._take("near"):
            right = self._atom()
            pairs.append(_near(left, right, operator=operator))
            left = right
        return _join(And, pairs) if pairs else left

    def _atom(self) -> Node | None:
        lexeme = self._peek()
        if lexeme is None or lexeme.kind in {"operator", "near", "close"}:
            remedy = "AND, OR, NOT and near/5 stand between words; put them into quotation marks to search for them."
            position = self._length if lexeme is None else lexeme.position
            raise QueryError("A word is missing here.", remedy=remedy, position=position)
        self._at += 1
        if lexeme.kind == "open":
            return self._group(lexeme)
        if lexeme.kind == "field":
            return self._field_value(lexeme)
        return self._words(lexeme) if self._field is None else self._value(self._field, lexeme)

    def _group(self, opening: Lexeme) -> Node | None:
        if self._depth >= MAX_DEPTH:
            raise _mistake(tell("Too many parentheses."), tell("Nest at most %(number)s.", number=MAX_DEPTH), at=opening)
        if self._take("close"):
            return None
        self._depth += 1
        inside = self._either()
        self._depth -= 1
        if not self._take("close"):
            raise _mistake(tell("This parenthesis is never closed."), tell("Add a closing one."), at=opening)
        return inside

    def _count(self, number: int, *, at: Lexeme) -> None:
        self._terms += number
        if self._terms > MAX_TERMS:
            raise _mistake(tell("More than %(number)s words.", number=MAX_TERMS), tell("Search for fewer words."), at=at)

    def _words(self, lexeme: Lexeme, *, title_only: bool = False) -> Node | None:
        bare = lexeme.kind == "word"
        fuzzy = _FUZZY.match(lexeme.text) if bare else None
        found = tuple(tokens(fuzzy[1] if fuzzy else lexeme.text))
        self._count(len(found), at=lexeme)
        if not found:
            return None
        if fuzzy:
            return _fuzzy(found, lexeme, asked=fuzzy[2], title_only=title_only)
        lone = len(found) == 1 and len(found[0]) == 1
        if bare and lexeme.text.endswith("*"):
            if len(found[-1]) < _LEAST_PREFIX and not is_spaceless(found[-1]):
                raise _mistake(
                    tell("One letter before * finds too much."), tell("Write at least two letters, as in dam*."), at=lexeme
                )
            return Words(found, prefix=True, title_only=title_only, typed=lexeme.typed)
        return Words(found, prefix=lone and is_spaceless(found[0]), title_only=title_only, typed=lexeme.typed)

    def _field_value(self, lexeme: Lexeme) -> Node | None:
        name = _field_name(lexeme)
        if self._field is not None:
            what = tell("%(field)s: stands inside the parentheses of %(outer)s:.", field=name, outer=self._field)
            raise _mistake(what, tell("Close them before the next field."), at=lexeme)
        opening = self._take("open")
        if opening is not None:
            self._field = name
            inside = self._group(opening)
            self._field = None
            return inside
        value = self._take("quoted") or self._take("word") or self._take("operator") or self._take("near")
        if value is None:
            remedy = tell('Write %(field)s:word or %(field)s:"several words".', field=name)
            raise _mistake(tell("A value is missing after %(field)s:.", field=name), remedy, at=lexeme)
        return self._value(name, value)

    def _value(self, name: str, value: Lexeme) -> Node | None:
        typed = f"{name}:{value.typed}"
        if name == "title":
            return self._words(value, title_only=True)
        self._count(1, at=value)
        told = Value(name, value.text, value.position)
        if name in {"published", "seen"}:
            start, end = period(told, clock=self._clock)
            return (Published if name == "published" else Seen)(start, end, typed)
        if name == "reach":
            return Reach(*counts(told), typed=typed)
        if name == "similar":
            return _similar(value, typed=typed)
        return _key(name, value, typed=typed)


def _mistake(what: str, remedy: str, *, at: Lexeme) -> QueryError:
    return QueryError(what, remedy=remedy, position=at.position, length=max(1, len(at.typed)))


def _join(how: type[And] | type[Or], parts: list[Node | None]) -> Node | None:
    kept = tuple(part for part in parts if part is not None)
    if not kept:
        return None
    return kept[0] if len(kept) == 1 else how(kept)


def _field_name(lexeme: Lexeme) -> str:
    name = lexeme.text.lower()
    if name in FIELDS:
        return name
    like = _ALSO_CALLED.get(name) or next(iter(get_close_matches(name, FIELDS, n=1)), None)
    told = {"like": like, "fields": ", ".join(FIELDS)}
    remedy = tell("Fields are %(fields)s; put the words in quotation marks to search for them.", **told)
    if like:
        remedy = tell(
            "Did you mean %(like)s:? Fields are %(fields)s; put the words in quotation marks to search for them.", **told
        )
    raise _mistake(tell("There is no field %(word)s.", word=lexeme.text[:40]), remedy, at=lexeme)


def _near(left: Node | None, right: Node | None, *, operator: Lexeme) -> Node | None:
    if not (operator.text.isascii() and operator.text.isdecimal()) or int(operator.text[:6]) > MAX_DISTANCE:
        remedy = tell("Write dam near/5 gate: at most 5 other words between them, %(number)s at the most.", number=MAX_DISTANCE)
        raise _mistake(tell("%(word)s names no distance.", word=operator.typed[:40]), remedy, at=operator)
    if left is None or right is None:
        return None
    sides = [_operands(side, operator=operator) for side in (left, right)]
    distance = int(operator.text)
    return _join(Or, [_pair(one, other, distance) for one in sides[0] for other in sides[1]])


def _operands(node: Node, *, operator: Lexeme) -> tuple[Words, ...]:
    parts = node.parts if isinstance(node, Or) else (node,)
    found = tuple(part for part in parts if isinstance(part, Words))
    if len(found) < len(parts) or len(found) > MAX_DEPTH:
        remedy = tell('On both sides write a word, a "phrase", a prefix*, or several of them as (dam OR weir).')
        what = tell("%(word)s stands beside something that has no place in a text.", word=operator.typed)
        raise _mistake(what, remedy, at=operator)
    return found


def _pair(left: Words, right: Words, distance: int) -> Near:
    title_only = left.title_only or right.title_only
    one, other = (Words(side.tokens, side.prefix, typed=side.typed) for side in (left, right))
    return Near(one, other, distance, title_only, typed=f"{left.typed} near/{distance} {right.typed}")


def _fuzzy(found: tuple[str, ...], lexeme: Lexeme, *, asked: str, title_only: bool) -> Node:
    if asked not in {"", "1", "2"}:
        what = tell("~%(word)s says no number of letters.", word=asked[:20])
        raise _mistake(what, tell("Write word~, word~1 or word~2."), at=lexeme)
    if len(found) > 1:
        remedy = tell("Write each word with its own ~, or a near/3 b for words that stand close together.")
        raise _mistake(tell("~ goes with a single word."), remedy, at=lexeme)
    token = found[0]
    if is_spaceless(token):
        raise _mistake(tell("~ needs a script that writes spaces between words."), tell("Remove the ~."), at=lexeme)
    likely = 0 if len(token) <= _CERTAIN else 1 if len(token) <= _SHORT else 2
    edits = min(likely, int(asked)) if asked else likely
    if not edits:
        return Words(found, title_only=title_only, typed=lexeme.typed)
    return Fuzzy(token, edits, title_only=title_only, typed=lexeme.typed)


def _similar(value: Lexeme, *, typed: str) -> Node:
    text = " ".join(value.text.split())
    if not tokens(text):
        raise _mistake(
            tell("A sentence is missing after similar:."), tell('Write similar:"the dam was opened on purpose".'), at=value
        )
    return Similar(text, value.position, typed)


def _key(name: str, value: Lexeme, *, typed: str) -> Node:
    folded = fold(value.text)
    prefix = value.kind == "word" and value.text.endswith("*")
    allowed = _CLOSED_VALUES.get(name)
    if allowed and not prefix and folded not in allowed:
        like = next(iter(get_close_matches(folded, allowed, n=1)), None)
        told = {"field": name, "like": like, "known": ", ".join(allowed)}
        meant = (
            tell("Did you mean %(field)s:%(like)s? Known: %(known)s.", **told) if like else tell("Known: %(known)s.", **told)
        )
        raise _mistake(tell("No %(field)s is called %(word)s.", field=name, word=value.text[:40]), meant, at=value)
    if not folded:
        remedy = tell("Write %(field)s:value.", field=name)
        raise _mistake(tell("A value is missing after %(field)s:.", field=name), remedy, at=value)
    return Key(name, folded, prefix=prefix, typed=typed)


__all__ = [
    "FIELDS",
    "KEY_FIELDS",
    "MAX_DEPTH",
    "MAX_DISTANCE",
    "MAX_TERMS",
    "And",
    "Clock",
    "Everything",
    "Fuzzy",
    "Key",
    "Leaf",
    "Near",
    "Node",
    "Not",
    "Nothing",
    "Or",
    "Published",
    "Reach",
    "Seen",
    "Similar",
    "Wording",
    "Words",
    "leaves",
    "names_kind",
    "parse",
    "ranking_words",
    "similars",
    "wordings",
]
