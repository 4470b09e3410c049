"""The pieces of a typed query, each with its place."""

import re
from dataclasses import dataclass

from factdesk.errors import QueryError

_QUOTES = '"“”„«»'
_LEXEME = re.compile(
    rf"(?P<space>\s+)|(?P<open>\()|(?P<close>\))|(?P<minus>-(?=[^\s-]))|(?P<field>[A-Za-z]+):(?=[^\s/:)])"
    rf"|(?P<quoted>[{_QUOTES}](?P<inner>[^{_QUOTES}]*)(?P<end>[{_QUOTES}]?))|(?P<word>[^\s(){_QUOTES}]+)"
)
_NEAR = re.compile(r"near/(\S*)\Z", re.IGNORECASE)
_OPERATORS = frozenset({"AND", "OR", "NOT"})


@dataclass(frozen=True, slots=True)
class Lexeme:
    """``kind`` is open, close, minus, field, quoted, word, operator or near; ``typed`` is the whole piece as it stands."""

    kind: str
    text: str
    position: int
    typed: str = ""


def lexemes(text: str) -> list[Lexeme]:
    """Return the pieces of ``text``. Raises `QueryError` for a quotation mark that is never closed."""
    found = [_lexeme(match) for match in _LEXEME.finditer(text)]
    return [one for one in found if one.kind != "space"]


def _lexeme(match: re.Match[str]) -> Lexeme:
    position, typed = match.start(), match.group()
    if match["quoted"] is not None:
        if not match["end"]:
            raise QueryError("The quotation mark is never closed.", remedy='Write "like this".', position=position)
        return Lexeme("quoted", match["inner"], position, typed)
    kind = match.lastgroup or ""
    value = match[kind]
    if kind == "word" and value in _OPERATORS:
        kind = "operator"
    near = _NEAR.match(value) if kind == "word" else None
    return Lexeme("near", near[1], position, typed) if near else Lexeme(kind, value, position, typed)
