"""The words of a query as FTS5 expressions; quoted, so that no typed word can be an operator."""

import re
from collections.abc import Iterable, Sequence

from index._tree import And, Near, Node, Or, Words

_QUOTED = re.compile('"([^"]+)"')


def expression(leaf: Words | Near) -> str:
    """Return the expression that finds a phrase, a prefix or a pair of them."""
    if isinstance(leaf, Near):
        return _titled(f"NEAR({_phrase(leaf.left)} {_phrase(leaf.right)}, {leaf.distance})", leaf)
    return _titled(_phrase(leaf), leaf)


def _titled(inner: str, leaf: Words | Near) -> str:
    return f"title : {inner}" if leaf.title_only else inner


def title_expression(word: str) -> str:
    """Return the expression that finds a word in titles."""
    return f'title : "{word}"'


def any_of(words: Iterable[str]) -> str:
    """Return the expression that finds any of ``words``."""
    return " OR ".join(f'"{word}"' for word in words)


def ranked_by(tree: Node, words: Sequence[str]) -> str:
    """Return an expression over ``words``, each once, by which hits of ``tree`` are weighed: as narrow as the tree allows."""
    narrow = _narrowed(tree, frozenset(words))
    return any_of(words) if narrow is None or _lacks(narrow, words) else narrow


def is_wide(tree: Node, words: Sequence[str]) -> bool:
    """Whether that expression may find what holds only one of ``words``."""
    narrow = _narrowed(tree, frozenset(words))
    return narrow is None or _lacks(narrow, words) or " OR " in narrow


def _lacks(narrow: str, words: Sequence[str]) -> bool:
    return sorted(_QUOTED.findall(narrow)) != sorted(words)


def _narrowed(tree: Node, words: frozenset[str]) -> str | None:
    """Return an expression that everything which fits ``tree`` fits, too; ``None`` where there is none."""
    if isinstance(tree, Words | Near):
        return _held(tree, words)
    if isinstance(tree, And):
        parts = [part for one in tree.parts if (part := _narrowed(one, words)) is not None]
        return f"({' AND '.join(parts)})" if parts else None
    if isinstance(tree, Or):
        several = [_narrowed(one, words) for one in tree.parts]
        return None if None in several else f"({' OR '.join(one or '' for one in several)})"
    return None


def _held(leaf: Words | Near, words: frozenset[str]) -> str | None:
    """Return those of ``words`` that an entry with ``leaf`` holds for certain."""
    sides = (leaf.left, leaf.right) if isinstance(leaf, Near) else (leaf,)
    whole = [token for side in sides for token in (side.tokens[:-1] if side.prefix else side.tokens) if token in words]
    quoted = [f'"{token}"' for token in dict.fromkeys(whole)]
    return f"({' AND '.join(quoted)})" if quoted else None


def _phrase(words: Words) -> str:
    return '"' + " ".join(words.tokens) + '"' + ("*" if words.prefix else "")
