"""Two people wrote on the same revision: their texts are merged by paragraph, and what both changed is shown side by side.

A three-way merge on the edits themselves: two edits that touch different paragraphs of the common revision both hold; two that
touch the same one and differ are a conflict, which a person decides. Every paragraph of either text is in the result or in a
conflict. Pure functions on frozen values.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

_BLANK = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")


class Side(StrEnum):
    """Whose words a part holds."""

    SAME = "same"
    MINE = "mine"
    THEIRS = "theirs"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Version:
    """What one person wants a statement to say; ``citations`` are pairs of passage id and quotation."""

    title: str
    body: str
    rating: str
    note: str = ""
    citations: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of the merged text; ``side`` says who wrote it. Of a conflict (``number`` set) both texts are given."""

    text: str
    side: Side = Side.SAME
    mine: str = ""
    theirs: str = ""
    number: int | None = None

    def chosen(self, picks: Mapping[int, Side]) -> str:
        """Return the text, of a conflict the picked one. Raises ``KeyError`` when nothing was picked."""
        if self.number is None:
            return self.text
        side = picks[self.number]
        if side is Side.BOTH:
            return "\n\n".join(filter(None, (self.theirs, self.mine)))
        return self.mine if side is Side.MINE else self.theirs


@dataclass(frozen=True, slots=True)
class Merge:
    """Two versions of a common one, put together. ``citations`` go with the passage that each is of."""

    title: Part
    body: tuple[Part, ...]
    rating: Part
    note: Part
    citations: tuple[tuple[str, Part], ...]

    @property
    def parts(self) -> tuple[tuple[str, Part], ...]:
        """All parts with what they are of (``title``, ``body`` …), in order."""
        quotes = ((f"quote {passage}", part) for passage, part in self.citations)
        return (
            ("title", self.title),
            *(("body", one) for one in self.body),
            ("rating", self.rating),
            ("note", self.note),
            *quotes,
        )

    @property
    def conflicts(self) -> tuple[tuple[str, Part], ...]:
        """What a person has to decide, with what it is of."""
        return tuple((name, part) for name, part in self.parts if part.number is not None)

    def resolved(self, picks: Mapping[int, Side]) -> Version | None:
        """Return the merged version, or ``None`` while a conflict is undecided."""
        if any(part.number not in picks for _, part in self.conflicts):
            return None
        body = "\n\n".join(filter(None, (part.chosen(picks) for part in self.body)))
        cited = tuple((passage, part.chosen(picks)) for passage, part in self.citations)
        return Version(self.title.chosen(picks), body, self.rating.chosen(picks), self.note.chosen(picks), cited)


def merge(base: Version, mine: Version, theirs: Version) -> Merge:
    """Return ``mine`` and ``theirs``, which both began as ``base``, as one."""
    numbered = _Numbered()
    return Merge(
        title=numbered(_scalar(base.title, mine.title, theirs.title)),
        body=tuple(numbered(part) for part in _body(base.body, mine.body, theirs.body)),
        rating=numbered(_scalar(base.rating, mine.rating, theirs.rating)),
        note=numbered(_scalar(base.note, mine.note, theirs.note)),
        citations=tuple((name, numbered(part)) for name, part in _citations(base, mine, theirs)),
    )


def paragraphs(text: str) -> list[str]:
    """Return the paragraphs of ``text``, parted by blank lines."""
    return [piece.strip() for piece in _BLANK.split(text.strip()) if piece.strip()]


class _Numbered:
    """Gives conflicts their numbers in the order of reading."""

    def __init__(self) -> None:
        self._next = 0

    def __call__(self, part: Part) -> Part:
        if part.side is not Side.BOTH:
            return part
        number, self._next = self._next, self._next + 1
        return Part(part.text, part.side, part.mine, part.theirs, number)


def _scalar(base: str, mine: str, theirs: str) -> Part:
    base, mine, theirs = base.strip(), mine.strip(), theirs.strip()
    if mine == theirs:
        return Part(mine)
    if mine == base:
        return Part(theirs, Side.THEIRS)
    return Part(mine, Side.MINE) if theirs == base else Part("", Side.BOTH, mine, theirs)


@dataclass(frozen=True, slots=True)
class _Edit:
    """The paragraphs ``start`` … ``end`` of the common text become ``words``."""

    start: int
    end: int
    words: tuple[str, ...]


def _body(base: str, mine: str, theirs: str) -> Iterator[Part]:
    old = paragraphs(base)
    done = 0
    for start, end, ours, others in _clusters(_edits(old, paragraphs(mine)), _edits(old, paragraphs(theirs))):
        yield from (Part(one) for one in old[done:start])
        yield from _joined(old, start, end, ours=ours, others=others)
        done = end
    yield from (Part(one) for one in old[done:])


def _joined(  # (old, start, end) name one stretch
    old: Sequence[str], start: int, end: int, *, ours: Sequence[_Edit], others: Sequence[_Edit]
) -> Iterator[Part]:
    mine, theirs = _applied(old, start, end, edits=ours), _applied(old, start, end, edits=others)
    if mine == theirs:
        yield from (Part(one) for one in mine)
    elif not others:
        yield from (Part(one, Side.MINE) for one in mine)
    elif not ours:
        yield from (Part(one, Side.THEIRS) for one in theirs)
    else:
        yield Part("", Side.BOTH, "\n\n".join(mine), "\n\n".join(theirs))


def _applied(old: Sequence[str], start: int, end: int, *, edits: Sequence[_Edit]) -> list[str]:  # one stretch
    found: list[str] = []
    done = start
    for edit in edits:
        found += [*old[done : edit.start], *edit.words]
        done = edit.end
    return [*found, *old[done:end]]


def _edits(old: Sequence[str], new: Sequence[str]) -> list[_Edit]:
    """Return how ``old`` becomes ``new``; a stretch replaced by as many paragraphs is as many edits."""
    found: list[_Edit] = []
    for name, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if name == "equal":
            continue
        if b - a == d - c:
            found += [_Edit(a + at, a + at + 1, (new[c + at],)) for at in range(b - a)]
        else:
            found.append(_Edit(a, b, tuple(new[c:d])))
    return found


def _clusters(ours: Sequence[_Edit], others: Sequence[_Edit]) -> Iterator[tuple[int, int, list[_Edit], list[_Edit]]]:
    """Return stretches of the common text with the edits that touch them; edits of both sides only where they overlap."""
    tagged = sorted(
        [(one, True) for one in ours] + [(one, False) for one in others], key=lambda each: (each[0].start, each[0].end)
    )
    cluster: list[tuple[_Edit, bool]] = []
    reach = -1
    for edit, own in tagged:
        if cluster and not _touches(cluster, edit, own=own, reach=reach):
            yield _cluster(cluster, reach)
            cluster = []
        cluster.append((edit, own))
        reach = edit.end if len(cluster) == 1 else max(reach, edit.end)
    if cluster:
        yield _cluster(cluster, reach)


def _touches(cluster: Sequence[tuple[_Edit, bool]], edit: _Edit, *, own: bool, reach: int) -> bool:
    if edit.start < reach:
        return True
    inserts = edit.start == edit.end == reach
    return inserts and any(one.start == one.end == edit.start and mine is not own for one, mine in cluster)


def _cluster(found: Sequence[tuple[_Edit, bool]], reach: int) -> tuple[int, int, list[_Edit], list[_Edit]]:
    return found[0][0].start, reach, [one for one, own in found if own], [one for one, own in found if not own]


def _citations(base: Version, mine: Version, theirs: Version) -> Iterator[tuple[str, Part]]:
    """Return what is cited: all that somebody added, without what somebody took away."""
    old, ours, others = dict(base.citations), dict(mine.citations), dict(theirs.citations)
    for passage in dict.fromkeys((*others, *ours)):
        left = [quote for quote in (ours.get(passage), others.get(passage)) if quote is not None]
        if (
            passage in old and len(left) < 2 and left[-1:] in ([], [old[passage]])
        ):  # taken away, and no new quotation goes with it
            continue
        before, here, there = old.get(passage, ""), ours.get(passage), others.get(passage)
        yield passage, _scalar(before, before if here is None else here, before if there is None else there)
