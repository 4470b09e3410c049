"""What a text says that its document holds elsewhere: its own title, a paragraph told twice, who wrote it.

Page systems repeat the title above the body, show a quotation again as a box, and end with a line about the author, who is
not to be stored. A claim that stands twice would count twice.
"""

import re
from collections.abc import Iterable, Sequence

_TITLE_LINES = 4
_KICKER = 60  # characters before or after the title on its line
_SHORTEST_TITLE = 12
_REPEATED = 80  # characters from which a sentence that stands twice is no refrain, cell or answer
_ENDS = (".", "!", "?", "”", "“", '"', "»", "。", "！", "？", "؟", "।")
_REMEMBERED = 2_000
_BIOGRAPHY_LINES = 5
_BIOGRAPHY = 700
_PARTS = re.compile(r"[:|–—>»·•]|\s-\s")  # what stands between a kicker or a path and the title
_OTHER = re.compile(r"[\W_]+")
_IS = re.compile(
    r"\W{0,3}(?:\([^()]{1,40}\)\W?)?(?:is|was|has|writes|covers|works|worked|joined|reports|can be|ist|war|hat|arbeitet|"
    r"schreibt|leitet|berichtet|est|a été|travaille|écrit|es|fue|trabaja|escribe|é|foi|trabalha|è|scrive|werkt|schrijft|,)"
    r"(?!\w)",
    re.IGNORECASE,
)


def without_echoes(lines: Sequence[str], *, titles: Iterable[str], names: Iterable[str]) -> list[str]:
    """Return ``lines`` of a document with ``titles`` by authors with ``names``, without its title, repeats and biographies."""
    told = without_repeats([line for line in lines if line.strip()])
    return without_biography(without_title(told, titles), names)


def without_title(lines: Sequence[str], titles: Iterable[str]) -> list[str]:
    """Return ``lines`` without those among the first that are one of ``titles``, alone or with a short kicker."""
    known = {bare for title in titles if len(bare := _bare(title)) >= _SHORTEST_TITLE}
    head = [line for line in lines[:_TITLE_LINES] if not _is_title(line, known)]
    return [*head, *lines[_TITLE_LINES:]]


def without_repeats(lines: Sequence[str]) -> list[str]:
    """Return ``lines`` without the long sentences that stood before, word for word."""
    seen: set[str] = set()
    kept = []
    for line in lines:
        bare = line.strip()
        told = len(bare) >= _REPEATED and bare.endswith(_ENDS)
        if not told or bare not in seen:
            kept.append(line)
        if told and len(seen) < _REMEMBERED:
            seen.add(bare)
    return kept


def without_biography(lines: Sequence[str], names: Iterable[str]) -> list[str]:
    """Return ``lines`` without those among the last that begin with one of ``names`` and say who that is."""
    known = [name for name in names if " " in name]
    start = max(1, len(lines) - _BIOGRAPHY_LINES)
    tail = [line for line in lines[start:] if not _is_biography(line, known)]
    return [*lines[:start], *tail]


def _is_title(line: str, titles: set[str]) -> bool:
    bare = _bare(line)
    if bare in titles:
        return True
    if len(bare) > max(map(len, titles), default=0) + _KICKER:
        return False
    return any(_bare(part) in titles for part in _PARTS.split(line))


def _is_biography(line: str, names: Sequence[str]) -> bool:
    bare = line.strip(" -–—|*\t")
    if len(bare) > _BIOGRAPHY:
        return False
    return any(bare.startswith(name) and _IS.match(bare, len(name)) for name in names)


def _bare(text: str) -> str:
    return _OTHER.sub("", text).casefold()
